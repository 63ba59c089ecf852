//! What was promised to the customers of cases: by when, by whom, and whether it was kept.

use axum::extract::State;
use heard_charts::date;
use heard_charts::number::whole;
use heard_domain::promise::PromiseOutcome;
use heard_flow::act::staff::{Colleague, colleagues};
use heard_flow::measure::promised::{Promised, promised};
use maud::{Markup, html};

use crate::extract::Asked;
use crate::pages::promises::list::kept;
use crate::pages::promises::tabs::{asked_days, days_tabs, whose};
use crate::parts::empty::empty;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/promises/customers";

/// Shows them.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Markup, Problem> {
    let days = asked_days(&pairs);
    let found = promised(&state.flow, &viewer.scope, days).await?;
    let colleagues = colleagues(&state.flow, &viewer.scope).await?;
    let body = html! {
        header.top {
            div { p.eyebrow { "Share · due " (date::long(found.period.first)) " to " (date::long(found.period.last)) } h1 { "Promises" } }
            div.tools { (days_tabs(PATH, days)) }
        }
        (whose(PATH))
        @if found.items.is_empty() {
            section.card aria-label="Nothing to show" {
                (empty("case", "Nothing was promised to a customer", "Whoever works on a case notes there what was promised, and by when. Here everybody sees what became of it.", &html! { a.primary href="/cases" { "Open the queue" } }))
            }
        } @else { (table(&found, &colleagues)) }
    };
    Ok(page(&viewer, Some(Place::Promises), "Promises to customers", &body))
}

fn table(found: &Promised, colleagues: &[Colleague]) -> Markup {
    let record = &found.record;
    html! {
        section.card aria-labelledby="to-customers" {
            div.ch { div {
                h2 #to-customers { "Promised to customers" }
                p { "Kept in time: " (kept(found.in_time, record.kept + record.late + record.missed, "due")) ". " (whole(record.late)) " late, " (whole(record.missed)) " missed, " (whole(record.ahead)) " ahead." }
            } }
            div.scroll tabindex="0" role="group" aria-label="Promises to customers, scrolls sideways" {
                table.plain {
                    thead { tr { th scope="col" { "Promise" } th scope="col" { "Case" } th scope="col" { "By whom" } th scope="col" { "Until" } th scope="col" { "What became of it" } } }
                    tbody {
                        @for one in &found.items {
                            tr {
                                th scope="row" { bdi { (one.promise.words) } }
                                td { a href={ "/cases/" (one.promise.case) } { (one.name) } }
                                td { bdi { (colleagues.iter().find(|c| c.id == one.promise.by).map_or("a colleague who is gone", |c| c.name.as_str())) } }
                                td { (date::long(one.promise.due)) }
                                td {
                                    @match one.outcome {
                                        PromiseOutcome::Kept => span.chip.state.good { (one.outcome.label()) },
                                        PromiseOutcome::Missed => span.chip.state.bad { (one.outcome.label()) },
                                        PromiseOutcome::Late | PromiseOutcome::Ahead => span.chip.state { (one.outcome.label()) },
                                    }
                                    @if let Some(day) = one.promise.done { " " span.soft { (date::long(day)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
