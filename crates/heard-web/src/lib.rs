//! HTTP: pages, API, sign-in.
