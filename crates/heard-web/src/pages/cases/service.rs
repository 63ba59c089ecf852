//! Service: whether it helped, by the customers' own word, first; how long it took, last.

use axum::extract::State;
use heard_charts::date;
use heard_charts::number::{signed_decimal, whole};
use heard_domain::directory::Directory;
use heard_domain::helpfulness::Change;
use heard_domain::helpfulness::Served;
use heard_domain::statistics::Estimate;
use heard_domain::time::{Day, Period};
use heard_flow::act::service::service;
use maud::{Markup, html};

use crate::extract::Asked;
use crate::parts::empty::empty;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// The periods that can be chosen, in days.
const DAYS: [i32; 4] = [30, 90, 180, 365];

/// Shows how customers were served.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Markup, Problem> {
    let given = pairs.iter().find(|(name, _)| name == "days").and_then(|(_, value)| value.parse::<i32>().ok());
    let days = given.filter(|days| DAYS.contains(days)).unwrap_or(90);
    let directory = state.flow.directory();
    let today: Day = directory.company.zone.day(state.flow.now());
    let period = Period::ending(today, days);
    let served = service(&state.flow, &viewer.scope, period).await?;
    let body = html! {
        header.top {
            div { p.eyebrow { "Act · cases opened " (date::long(period.first)) " to " (date::long(period.last)) } h1 { "Service" } }
            nav.tabs aria-label="Period" {
                @for choice in DAYS {
                    a href={ "/cases/service?days=" (choice) } aria-current=[(choice == days).then_some("page")] { (choice) " days" }
                }
            }
        }
        @match served.split_first() {
            Some((all, departments)) if all.opened > 0 => {
                (helped(all))
                (table(departments, &directory))
            }
            _ => section.card aria-label="Nothing to show" {
                (empty("people", "No case was opened in these days", "Look at a longer period, or open cases by a rule.", &html! {
                    a.primary href="/cases" { "Open the queue" }
                }))
            }
        }
    };
    Ok(page(&viewer, Some(Place::Service), "Service", &body))
}

fn per_cent(estimate: Option<Estimate>) -> Markup {
    html! {
        @match estimate {
            Some(share) => { b { (format!("{:.0} %", share.value)) } " " span.soft { (format!("{:.0} to {:.0}", share.low, share.high)) } }
            None => span.soft { "nothing to say yet" }
        }
    }
}

/// The finding in one sentence, then the figures behind it.
fn helped(all: &Served) -> Markup {
    let said = all.yes + all.no;
    html! {
        section.card aria-labelledby="helped" {
            div.ch { h2 #helped { "Did it help?" } p { "By the customers' own word. Who says nothing is not counted as helped." } }
            p {
                @match (all.helpfulness.helped, said) {
                    (Some(share), _) => {
                        strong { (format!("{:.0} %", share.value)) } " of " (whole(said)) " customers who said so were helped "
                        span.soft { (format!("(95 % interval {:.0} to {:.0})", share.low, share.high)) } "."
                    }
                    (None, _) => "No customer has said yet whether it helped."
                }
            }
            dl.facts {
                dt { "Said so, of those who were asked" } dd { (per_cent(all.helpfulness.said)) }
                dt { "Helped by one answer" } dd { (per_cent(all.helpfulness.first_contact)) }
                dt { "Helped, not helped" } dd { (whole(all.yes)) ", " (whole(all.no)) }
                dt { "Closed without a word" } dd { (whole(all.silent)) }
                dt { "Opened again" } dd { (whole(all.reopened)) " of " (whole(all.opened)) }
                dt { "Feeling in the next comment" } dd { (felt(all.helpfulness.change)) }
                dt { "First answer within the promise" } dd { (per_cent(all.in_time)) }
                dt { "First answer after" } dd { (minutes(all.helpfulness.minutes_to_answer)) }
            }
        }
    }
}

/// By how much they felt better, beyond whom nobody answered.
fn felt(change: Option<Change>) -> Markup {
    html! {
        @match change {
            Some(change) => {
                b { (signed_decimal(change.beyond.value, 2)) } " " span.soft { (signed_decimal(change.beyond.low, 2)) " to " (signed_decimal(change.beyond.high, 2)) ", on −1 to 1, beyond others who began alike and whom nobody answered; " (whole(change.n)) " customers" }
            }
            None => span.soft { "too few have spoken again" }
        }
    }
}

fn minutes(middle: Option<u64>) -> String {
    match middle {
        None => "half or more have none".to_owned(),
        Some(minutes) if minutes < 120 => format!("{minutes} working minutes (the middle one)"),
        Some(minutes) => format!("{} working hours (the middle one)", minutes / 60),
    }
}

fn table(departments: &[Served], directory: &Directory) -> Markup {
    html! {
        section.card aria-labelledby="by-department" {
            div.ch { h2 #by-department { "By department" } p { "No league table: few cases say little, as the intervals show." } }
            div.scroll tabindex="0" role="group" aria-label="Table of departments" {
                table.plain {
                    thead { tr {
                        th scope="col" { "Department" } th scope="col" { "Helped" } th scope="col" { "Said so" } th scope="col" { "Cases" }
                        th scope="col" { "Opened again" } th scope="col" { "Within the promise" } th scope="col" { "First answer" }
                    } }
                    tbody {
                        @for served in departments {
                            @let department = served.department.and_then(|id| directory.department(id));
                            @let id = served.department.map(|id| id.to_string()).unwrap_or_default();
                            tr {
                                th scope="row" { a.more href={ "/cases?shelf=all&department=" (id) } { (department.map_or("gone", |d| d.name.as_str())) } }
                                td { (per_cent(served.helpfulness.helped)) }
                                td { (per_cent(served.helpfulness.said)) }
                                td.num { (whole(served.opened)) }
                                td.num { (whole(served.reopened)) }
                                td { (per_cent(served.in_time)) }
                                td { (minutes(served.helpfulness.minutes_to_answer)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
