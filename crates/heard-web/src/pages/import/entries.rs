//! The first rows of operational data as they would be kept: a table for each kind.

use heard_domain::account::Identity;
use heard_domain::operation::Entry;
use heard_domain::time::Zone;
use maud::{Markup, html};

use crate::parts::say::moment;

/// The heads of the columns, and the cells of a row.
fn cells(entry: &Entry, zone: &Zone) -> Vec<(&'static str, String)> {
    let pairs =
        |list: &[(String, String)]| list.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ");
    let handles = |list: &[Identity]| list.iter().map(|identity| identity.handle.clone()).collect::<Vec<_>>().join(", ");
    let or = |value: &Option<String>| value.clone().unwrap_or_default();
    match entry {
        Entry::Account(account) => vec![
            ("Account", account.name.clone()),
            ("Yearly value", account.yearly_value.as_ref().map(money).unwrap_or_default()),
            ("Renewal", account.renewal.map(|day| day.to_string()).unwrap_or_default()),
            ("Key account", account.key_account.map(|yes| if yes { "yes" } else { "no" }).unwrap_or_default().to_owned()),
            ("Attributes", pairs(&account.attributes)),
        ],
        Entry::Person(person) => vec![
            ("Name", or(&person.name)),
            ("Role", or(&person.role)),
            ("Account", or(&person.account)),
            ("Handles", handles(&person.identities)),
            ("Attributes", pairs(&person.attributes)),
        ],
        Entry::Exposures { cells } => {
            let first = cells.first();
            let counted = cells.iter().map(|cell| format!("{} {}", cell.measure, cell.count)).collect::<Vec<_>>().join(", ");
            vec![
                ("Day", first.map(|cell| cell.day.to_string()).unwrap_or_default()),
                ("Stage", first.map(|cell| cell.stage.clone()).unwrap_or_default()),
                ("Place", first.and_then(|cell| cell.place.clone()).unwrap_or_default()),
                ("How many", counted),
            ]
        }
        Entry::Event(event) => vec![
            ("Identifier", event.key.clone()),
            ("Kind", event.kind.clone()),
            ("When", moment(event.at, zone)),
            (
                "Who",
                [or(&event.author.name), handles(&event.author.identities), or(&event.author.account)]
                    .into_iter()
                    .filter(|s| !s.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
            ),
            (
                "Where",
                [or(&event.stage), or(&event.touchpoint)].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" · "),
            ),
            ("Details", pairs(&event.details)),
        ],
    }
}

/// An amount in whole units, as far as the minor unit is a hundredth; the currency beside it.
fn money(value: &heard_domain::account::Money) -> String {
    let places = heard_channels::operations::money::decimals(&value.currency);
    let unit = 10_i64.pow(places);
    let (whole, part) = (value.minor / unit, value.minor % unit);
    if part == 0 {
        format!("{whole} {}", value.currency)
    } else {
        format!("{whole}.{part:0width$} {}", value.currency, width = places as usize)
    }
}

/// The table.
pub fn table(entries: &[(u64, Entry)], zone: &Zone) -> Markup {
    let rows: Vec<(u64, Vec<(&str, String)>)> = entries.iter().map(|(row, entry)| (*row, cells(entry, zone))).collect();
    html! {
        section.card aria-labelledby="rows" {
            div.ch { div { h2 #rows { "The first rows, as they would be kept" } } }
            @if let Some((_, first)) = rows.first() {
                div.scroll tabindex="0" role="group" aria-label="First rows" {
                    table.plain {
                        thead { tr { th.num scope="col" { "Row" } @for (head, _) in first { th scope="col" { (head) } } } }
                        tbody { @for (row, cells) in &rows { tr { td.num { (row) } @for (_, cell) in cells { td { bdi { (cell) } } } } } }
                    }
                }
            } @else { p { "No row could be taken with these columns." } }
        }
    }
}
