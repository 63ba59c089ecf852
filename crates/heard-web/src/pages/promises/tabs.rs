//! What the pages of promises have in common: the choice of days, and of whose promises.

use maud::{Markup, html};

/// The periods that can be chosen, in days.
pub const DAYS: [i32; 4] = [30, 90, 180, 365];

/// The period that an address asks for, in days; 90 where it says none that can be chosen.
pub fn asked_days(pairs: &[(String, String)]) -> i32 {
    let given = pairs.iter().find(|(name, _)| name == "days").and_then(|(_, value)| value.parse::<i32>().ok());
    given.filter(|days| DAYS.contains(days)).unwrap_or(90)
}

/// The choice of days.
pub fn days_tabs(path: &str, days: i32) -> Markup {
    html! {
        nav.tabs aria-label="Period" {
            @for choice in DAYS {
                a href={ (path) "?days=" (choice) } aria-current=[(choice == days).then_some("page")] { (choice) " days" }
            }
        }
    }
}

/// Whose promises; `here` is the address of the page.
pub fn whose(here: &str) -> Markup {
    html! {
        nav.tabs aria-label="Whose promises" {
            @for (path, words) in [("/promises", "Of the brand"), ("/promises/customers", "To customers"), ("/commitments", "Of leaders and departments")] {
                a href=(path) aria-current=[(path == here).then_some("page")] { (words) }
            }
        }
    }
}
