//! Operational data: how often something happened per stage, and what happened to customers.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::id::{EventId, StageId};
use heard_domain::operation::{Event, Exposure};
use heard_domain::user::Grant;
use heard_flow::arrange::customer;
use heard_store::tables;
use heard_store::tables::exposure::Sum;
use maud::{Markup, html};

use crate::extract::Asked;
use crate::pages::import::list::tabs;
use crate::parts::empty::empty;
use crate::parts::layout::{self, Place};
use crate::parts::say::moment;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// How many cells and events are shown at a time.
const SHOWN: usize = 50;

/// Shows it.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let asked = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let stage: Option<StageId> = asked("stage").and_then(|id| id.parse().ok());
    let measure = asked("measure").filter(|measure| !measure.is_empty()).map(str::to_owned);
    let skip: u32 = asked("skip").and_then(|skip| skip.parse().ok()).unwrap_or(0);
    let after: Option<EventId> = asked("after").and_then(|id| id.parse().ok());
    let kind = asked("kind").filter(|kind| !kind.is_empty()).map(str::to_owned);
    let (flow, scope) = (&state.flow, &viewer.scope);
    let (sums, kinds) = flow
        .store
        .read(scope, |view| Ok((tables::exposure::sums(view)?, tables::event::kinds(view)?)))
        .await
        .map_err(heard_flow::error::FlowError::from)?;
    let wanted = tables::exposure::Wanted { stage, measure: measure.clone(), ..Default::default() };
    let mut cells = customer::exposures(flow, scope, wanted, skip.into(), SHOWN + 1).await?;
    let more = cells.len() > SHOWN;
    cells.truncate(SHOWN);
    let mut events = if viewer.may(Grant::ReadPersons) {
        let wanted = tables::event::Wanted { kind: kind.clone(), after, ..Default::default() };
        customer::events(flow, scope, wanted, SHOWN + 1).await?
    } else {
        Vec::new()
    };
    let next = (events.len() > SHOWN).then(|| events.get(SHOWN - 1).map(|event| event.id)).flatten();
    events.truncate(SHOWN);
    let directory = flow.directory();
    let narrowed = |skip: u32| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(stage.map(|stage| ("stage", stage.to_string())));
        query.extend_pairs(measure.as_ref().map(|measure| ("measure", measure.clone())));
        query.append_pair("skip", &skip.to_string());
        format!("?{}#cells", query.finish())
    };
    let body = html! {
        header.top { div { p.eyebrow { a href="/imports" { "Imports" } } h1 { "Operational data" } p.soft { "How often something happened is the denominator of every rate: complaints per thousand orders, not complaints." } } }
        (tabs(&viewer, "/imports/operational"))
        section.card aria-labelledby="sums" {
            div.ch { div { h2 #sums { "Exposures by stage" } p { "Orders, calls, flights, visits: what was there to be experienced." } } }
            @if sums.is_empty() {
                (empty("import", "No exposures yet", "Bring in a file with a day, a stage of the journey and how many there were; or send them by API.", &html! { a.primary href="/imports" { "Bring in a file" } }))
            } @else { (summed(&directory, &sums)) }
        }
        @if !cells.is_empty() {
            section.card aria-labelledby="cells" {
                div.ch { div { h2 #cells { "By day" } @if stage.is_some() || measure.is_some() { p { a.more href="/imports/operational" { "Show all stages" } } } } }
                (days(&directory, &cells))
                @if more || skip > 0 {
                    nav.pager aria-label="Pages of exposures" {
                        @if skip > 0 { a.more rel="prev" href=(narrowed(skip.saturating_sub(SHOWN as u32))) { "Later days" } }
                        @if more { a.more rel="next" href=(narrowed(skip + SHOWN as u32)) { "Earlier days" } }
                    }
                }
            }
        }
        section.card aria-labelledby="events" {
            div.ch { div { h2 #events { "Events" } p { "What happened to customers: delays, returns, faults." } } }
            @if kinds.is_empty() {
                (empty("import", "No events yet", "Bring in a file with an identifier, a kind and a time for each; who it happened to makes it reach their timeline.", &html! {}))
            } @else {
                p.chips { @for (name, count) in &kinds { a.chip.(if kind.as_ref() == Some(name) { "on" } else { "off" }) href={ "?" (pair("kind", name)) "#events" } { bdi { (name) } " " (whole(*count)) } " " } @if kind.is_some() { a.more href="/imports/operational#events" { "All kinds" } } }
                @if viewer.may(Grant::ReadPersons) {
                    (happened(&state, &events))
                    @if let Some(next) = next { nav.pager aria-label="Pages of events" { a.more rel="next" href={ "?" (pair("kind", kind.as_deref().unwrap_or_default())) "&after=" (next) "#events" } { "Earlier events" } } }
                } @else { p { "Who they happened to is open only to those who may see persons." } }
            }
        }
    };
    Ok(layout::page(&viewer, Some(Place::Imports), "Operational data", &body).into_response())
}

fn pair(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

fn stage_name(directory: &Directory, id: StageId) -> &str {
    directory.journey.stage(id).map_or("a stage that was removed", |stage| stage.name.as_str())
}

fn summed(directory: &Directory, sums: &[Sum]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Exposures by stage" {
            table.plain {
                thead { tr { th scope="col" { "Stage" } th scope="col" { "What is counted" } th.num scope="col" { "In all" } th.num scope="col" { "Days" } th.num scope="col" { "A day" } th scope="col" { "From" } th scope="col" { "To" } } }
                tbody {
                    @for sum in sums {
                        tr {
                            th scope="row" { (stage_name(directory, sum.stage)) }
                            td { a.more href={ "?stage=" (sum.stage) "&" (pair("measure", &sum.measure)) "#cells" } { bdi { (sum.measure) } } }
                            td.num { (whole(sum.count)) } td.num { (whole(sum.days)) } td.num { (whole(sum.count / sum.days.max(1))) }
                            td { (sum.first) } td { (sum.last) }
                        }
                    }
                }
            }
        }
    }
}

fn days(directory: &Directory, cells: &[Exposure]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Exposures by day" {
            table.plain {
                thead { tr { th scope="col" { "Day" } th scope="col" { "Stage" } th scope="col" { "What is counted" } th scope="col" { "Place" } th.num scope="col" { "How many" } } }
                tbody {
                    @for cell in cells {
                        tr {
                            td { (cell.day) } td { (stage_name(directory, cell.stage)) } td { bdi { (cell.measure) } }
                            td { @if let Some(place) = &cell.place { bdi { (place) } } @else { span.soft { "all" } } }
                            td.num { (whole(cell.count)) }
                        }
                    }
                }
            }
        }
    }
}

fn happened(state: &AppState, events: &[Event]) -> Markup {
    let directory = state.flow.directory();
    let zone = &directory.company.zone;
    html! {
        div.scroll tabindex="0" role="group" aria-label="Events" {
            table.plain {
                thead { tr { th scope="col" { "When" } th scope="col" { "Kind" } th scope="col" { "Stage" } th scope="col" { "Details" } th scope="col" { "Comments of this customer" } } }
                tbody {
                    @for event in events {
                        tr {
                            td { (moment(event.at, zone)) } td { bdi { (event.kind) } }
                            td { @if let Some(stage) = event.stage { (stage_name(&directory, stage)) } }
                            td { @for (n, (name, value)) in event.details.iter().enumerate() { @if n > 0 { ", " } bdi { (name) } " " bdi { (value) } } }
                            td { @if let Some(person) = event.person { a.more href={ "/feedback?when=ever&person=" (person) } { "Read them" } } @else { span.soft { "nobody known" } } }
                        }
                    }
                }
            }
        }
    }
}
