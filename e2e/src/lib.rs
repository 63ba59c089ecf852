//! Journeys through Heard in a real browser.
