//! The themes of a period: people, growth, feeling, a quote; and the file of them.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use heard_charts::bars::{Bars, bars};
use heard_charts::chart::Tone;
use heard_charts::date;
use heard_domain::directory::Directory;
use heard_domain::id::FeedbackId;
use heard_domain::theme::{Theme, Themes};
use heard_domain::time::Period;
use heard_flow::measure::quotes::{Heard, many};
use heard_flow::measure::themes::themes;
use heard_flow::seen::seen;
use heard_flow::tell::themes::csv;
use maud::{Markup, PreEscaped, html};

use crate::address::Look;
use crate::api::v1::feedback::persons_hidden;
use crate::attached;
use crate::pages::overview::period;
use crate::pages::themes::words::{grown, looked, people};
use crate::parts::empty::empty;
use crate::parts::filters::{filters, in_words};
use crate::parts::flash::notes;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows the themes.
pub async fn show(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Markup, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let look = look.searched(state.flow.store.degraded());
    let directory = seen(&state.flow, &viewer.scope).await?;
    let Some(period) = period(&state, &viewer, &look).await? else {
        let why = "No comment fits these filters. Take one away, or bring in a file with comments.";
        let body = html! {
            (top(&look, &directory, None))
            section.card aria-label="Nothing to show" { (empty("ear", "Nothing to look through", why, &html! {})) }
        };
        return Ok(page(&viewer, Some(Place::Themes), "Themes", &body));
    };
    let anew = look.given("again").is_some();
    let found = themes(&state.flow, &viewer.scope, &look.filter, period, anew).await?;
    let quotes = quotes(&state, &viewer, &found).await?;
    let shown = Look::at(look.filter.clone(), Some(period));
    let body = html! {
        (top(&look, &directory, Some(period)))
        section.card aria-labelledby="found" {
            header.ch {
                div { h2 #found { "What no category explains" } (looked(&found)) }
                div.tools {
                    span.soft { "Looked " (say::ago(state.flow.now(), found.found_at, &directory.company.zone)) }
                    a.secondary href=(shown.on_with(Place::Themes.path(), &[("again", "1")])) rel="nofollow" { "Look again" }
                    @if !found.themes.is_empty() { a.secondary href=(shown.on("/themes.csv")) { (icon("export")) "CSV" } }
                }
            }
            @if found.themes.is_empty() {
                (nothing(&found))
            } @else {
                (table(&found, &quotes, &directory, &shown))
            }
        }
    };
    Ok(page(&viewer, Some(Place::Themes), "Themes", &body))
}

fn top(look: &Look, directory: &Directory, period: Option<Period>) -> Markup {
    let days = period.map(|p| format!("{} to {}", date::length(p), date::long(p.last)));
    let line: Vec<String> = ["Understand".to_owned()].into_iter().chain(in_words(look, directory)).chain(days).collect();
    html! {
        header.top {
            div { p.eyebrow { (line.join(" · ")) } h1 { "Themes" } }
            div.tools { (filters(look, directory, Place::Themes.path(), period)) }
        }
        (notes(look))
    }
}

fn nothing(found: &Themes) -> Markup {
    let (title, why) = if found.unexplained == 0 {
        (
            "Every passage has a category",
            "The categories explain all that was said in these days. Look at a longer period, or at fewer filters.",
        )
    } else {
        (
            "No theme stands out",
            "What the categories do not explain is said by too few people in too many ways. A theme needs at least five passages of three people.",
        )
    };
    empty("themes", title, why, &html! { a.secondary href=(Place::Categories.path()) { "Open the categories" } })
}

/// The most central comment of each theme that can still be read.
async fn quotes(state: &AppState, viewer: &Viewer, found: &Themes) -> Result<HashMap<FeedbackId, Heard>, Problem> {
    let ids: Vec<FeedbackId> =
        found.themes.iter().flat_map(|theme| theme.passages.iter().take(CENTRAL)).map(|p| p.feedback).collect();
    let heard = many(&state.flow, &viewer.scope, &ids).await?;
    Ok(heard.into_iter().map(|heard| (heard.feedback.id, heard)).collect())
}

/// A quote may have been withdrawn since: then the next one speaks.
const CENTRAL: usize = 3;

/// The words of the most central passage that is still there.
fn quoted<'a>(theme: &Theme, quotes: &'a HashMap<FeedbackId, Heard>) -> Option<&'a str> {
    theme.passages.iter().take(CENTRAL).find_map(|passage| passage.span.of(&quotes.get(&passage.feedback)?.feedback.text))
}

fn table(found: &Themes, quotes: &HashMap<FeedbackId, Heard>, directory: &Directory, shown: &Look) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Table of themes" {
            table.plain.themes {
                thead { tr {
                    th scope="col" { "Theme" } th scope="col" { "In their words" } th.num scope="col" { "People" }
                    th.num scope="col" { "Against before" } th.num scope="col" { "Over time" } th.num scope="col" { "Net sentiment" }
                } }
                tbody {
                    @for theme in &found.themes {
                        @let name = theme.name();
                        @let stage = theme.stage.and_then(|id| directory.journey.stage(id));
                        tr {
                            th scope="row" {
                                a.more href=(shown.on(&format!("/themes/{}", theme.key))) { bdi { (name) } }
                                @if let Some(stage) = stage { span.soft { (stage.name) } }
                                @if theme.small_talk { span.soft { "small talk" } }
                            }
                            td {
                                @match quoted(theme, quotes) {
                                    Some(words) => { q dir="auto" { (say::beginning(words, 220)) } }
                                    None => { span.soft { "Its comments were withdrawn." } }
                                }
                            }
                            @if found.comments_before == 0 {
                                td.num { (people(theme.persons)) }
                                td.num { span.soft { "nothing to compare" } }
                            } @else {
                                td.num { (people(theme.persons)) br; span.soft { (theme.growth.before) " before" } }
                                td.num { (grown(&theme.growth)) }
                            }
                            td.num { (PreEscaped(bars(&Bars { name: &name, counts: &theme.counts, now: found.steps, tone: Tone::Even }).as_str())) }
                            td.num { (say::score(theme.net.map(|net| net.value))) }
                        }
                    }
                }
            }
        }
    }
}

/// The same as a file for spreadsheets.
pub async fn file(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Response, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let Some(period) = period(&state, &viewer, &look).await? else { return Err(Problem::missing("comment in these days")) };
    let found = themes(&state.flow, &viewer.scope, &look.filter, period, false).await?;
    let quotes = quotes(&state, &viewer, &found).await?;
    let words: Vec<&str> = found.themes.iter().map(|theme| quoted(theme, &quotes).unwrap_or_default()).collect();
    Ok(attached::csv(&format!("themes-{}-{}.csv", period.first, period.last), csv(&found, &words)))
}
