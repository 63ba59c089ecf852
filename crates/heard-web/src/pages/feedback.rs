//! Feedback: the list and the reading pane side by side, filters in the address, search.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use heard_domain::directory::Directory;
use heard_domain::id::{FeedbackId, IdMaker};
use heard_domain::question::Filter;
use heard_domain::time::{Period, Time};
use heard_domain::user::Grant;
use heard_flow::measure::quotes::{self, Heard, Listed, Opened, list, open};
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::address::{Look, When};
use crate::api::v1::export::{ExportFormat, exported};
use crate::api::v1::feedback::persons_hidden;
use crate::pages::overview::period;
use crate::parts::empty::empty;
use crate::parts::filters::{filters, in_words};
use crate::parts::flash::notes;
use crate::parts::form::hidden;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::pager::{Pager, pager};
use crate::parts::pane::{Reader, pane};
use crate::parts::quote::{source, stage_name, who};
use crate::parts::say;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::{Viewer, fetched_ahead};

/// How many stand on one page of the list.
const LISTED: usize = 40;

/// Where the page is.
const PATH: &str = "/feedback";

/// What the page shows.
pub struct Listing {
    /// This page of the list.
    pub listed: Listed,
    /// The comment in the pane.
    pub opened: Option<Opened>,
    /// Whether somebody chose it; else it is the first of the list.
    pub chosen: bool,
    /// The days looked at.
    pub period: Option<Period>,
}

/// Shows list and pane.
pub async fn show(State(state): State<AppState>, viewer: Viewer, look: Look, headers: HeaderMap) -> Result<Markup, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let look = look.searched(state.flow.store.degraded());
    let directory = seen(&state.flow, &viewer.scope).await?;
    // Here nobody is served by a cut: without a period the list goes back to the first comment.
    let days = if matches!(look.when, When::Usual | When::Ever) { None } else { period(&state, &viewer, &look).await? };
    let listed = list(&state.flow, &viewer.scope, &look.filter, days, cursor(&look), LISTED).await?;
    let chosen: Option<FeedbackId> = look.given("open").and_then(|id| id.parse().ok());
    let opened = match chosen.or_else(|| listed.heard.first().map(|h| h.feedback.id)) {
        Some(id) => open(&state.flow, &viewer.scope, id).await?,
        None => None,
    };
    // Only what somebody chose to open was read, and a page that the browser fetches ahead was not looked at.
    if let Some(opened) = opened.as_ref().filter(|_| chosen.is_some() && !fetched_ahead(&headers)) {
        state.flow.opened(&viewer.scope, opened.heard.feedback.id);
    }
    let listing = Listing { listed, chosen: chosen.is_some(), opened, period: days };
    let body = content(&listing, &directory, &look, &viewer, state.flow.now());
    Ok(page(&viewer, Some(Place::Feedback), "Feedback", &body))
}

/// Everything that fits the filters of the page, as a file.
pub async fn export(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Response, Problem> {
    let format: ExportFormat = look.given("format").unwrap_or("csv").parse().map_err(|_| Problem::missing("format"))?;
    if let Some(unclear) = look.left_out.first() {
        // A file outlives the page: it must not hold more than was asked for.
        return Err(Problem::new(ProblemCode::Validation, format!("a filter cannot be understood: {unclear}")));
    }
    let days = if matches!(look.when, When::Usual | When::Ever) { None } else { period(&state, &viewer, &look).await? };
    exported(&state, &viewer.scope, look.filter, days, format, false).await
}

fn export_menu(look: &Look) -> Markup {
    html! {
        details.menu {
            summary.chip { (icon("export")) "Export" }
            div.sheet {
                ul {
                    @for (format, words) in [("csv", "CSV, for spreadsheets"), ("jsonl", "JSONL, for programs")] {
                        li { a href=(look.on_with("/feedback/export", &[("format", format)])) download { (words) } }
                    }
                }
                p.soft { "Everything that fits these filters, with what was understood of it. Both can be imported again." }
            }
        }
    }
}

/// So long before now a comment may have got its identifier and still not be in the list: 2 seconds.
const UNDER_WAY_MS: i64 = 2_000;

/// How many that arrived are put into the list at once.
const INSERTED: usize = 40;

/// What arrived since the list was made, as items of it, with the same filters: for the button that shows them.
pub async fn arrived(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Markup, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let after: FeedbackId = look.given("after").and_then(|id| id.parse().ok()).ok_or_else(|| Problem::missing("list"))?;
    let days = if matches!(look.when, When::Usual | When::Ever) { None } else { period(&state, &viewer, &look).await? };
    let arrived = quotes::arrived(&state.flow, &viewer.scope, &look.filter, days, after, INSERTED).await?;
    let (directory, now) = (state.flow.directory_of(&viewer.scope), state.flow.now());
    Ok(html! {
        ol id="arrived" data-more[arrived.new > INSERTED] {
            @for heard in &arrived.heard { (line(heard, &directory, &look, now, None, None)) }
        }
    })
}

/// Where the page of the list starts: moment and identifier of the last one before it.
fn cursor(look: &Look) -> Option<(Time, FeedbackId)> {
    let (at, id) = look.given("after")?.split_once('.')?;
    Some((Time(at.parse().ok()?), id.parse().ok()?))
}

/// The page's content.
pub fn content(listing: &Listing, directory: &Directory, look: &Look, viewer: &Viewer, now: Time) -> Markup {
    let others: Vec<(String, String)> = look.pairs().into_iter().filter(|(key, _)| key != "words").collect();
    html! {
        header.top {
            div { p.eyebrow { (in_words(look, directory).unwrap_or_else(|| "Everything that was heard".to_owned())) } h1 { "Feedback" } }
            form.searchbox action=(PATH) role="search" {
                (hidden(&others))
                input.input id="words" type="search" name="words" value=(look.filter.words) aria-label="Words in the comment"
                    placeholder="Words, \"a phrase\", -without" autocomplete="off";
                button.secondary type="submit" { (icon("search")) "Search" }
            }
        }
        (notes(look))
        div.filters { (filters(look, directory, PATH, listing.period)) (export_menu(look)) }
        @if listing.listed.heard.is_empty() && listing.opened.is_none() {
            section.card aria-label="Nothing to show" { (nothing(look, viewer, now)) }
        } @else {
            div.split.open[listing.chosen] {
                (shelf(listing, directory, look, now))
                @if let Some(opened) = &listing.opened {
                    (pane(&Reader { opened, directory, look, viewer, now, chosen: listing.chosen }))
                } @else {
                    section.card.pane id="pane" tabindex="-1" aria-label="Comment" {
                        (empty("feedback", "This comment is not here", "It may have been taken away, or it lies outside of what you may see.", &html! {}))
                    }
                }
            }
        }
    }
}

fn nothing(look: &Look, viewer: &Viewer, now: Time) -> Markup {
    let asked = !look.filter.is_empty() || !matches!(look.when, When::Usual | When::Ever);
    html! {
        (held(look, now))
        ol id="items" data-keys {}
        @if asked {
            (empty("search", "Nothing fits", "No comment fits all of this at once. Take a filter away, use fewer words, or look at a longer time.", &html! {
                a.primary href=(look.with(|f| *f = Filter::default()).on(PATH)) { "Clear filters" }
                a.secondary href=(look.during(When::Ever).on(PATH)) { "Look at all time" }
            }))
        } @else {
            (empty("ear", "Nothing has been heard yet", "Bring in a file with comments, or let another system send them.", &html! {
                @if viewer.may(Grant::Import) { a.primary href=(Place::Imports.path()) { (icon("import")) "Import a file" } }
            }))
        }
    }
}

/// New comments, held back until they are asked for.
fn held(look: &Look, now: Time) -> Markup {
    let since = IdMaker::floor(now.plus_ms(-UNDER_WAY_MS)).max(1).to_string();
    html! {
        button.held.secondary type="button" hidden data-held=(look.on_with("/feedback/arrived", &[("after", &since)])) data-into="items" {
            (icon("up")) span { "New comments" }
        }
    }
}

fn shelf(listing: &Listing, directory: &Directory, look: &Look, now: Time) -> Markup {
    let after = look.given("after");
    let next = listing.listed.more.map(|(at, id)| look.on_with(PATH, &[("after", &format!("{}.{id}", at.0))]));
    let here = listing.opened.as_ref().map(|o| o.heard.feedback.id);
    html! {
        section.card.list aria-labelledby="listed" {
            header.ch { h2 id="listed" { (say::comments(listing.listed.total)) } span.soft { "newest first" } }
            // On later pages of the list nothing new belongs.
            @if after.is_none() {
                (held(look, now))
            }
            ol id="items" data-keys {
                @for heard in &listing.listed.heard {
                    (line(heard, directory, look, now, after, here))
                }
            }
            (pager(&Pager {
                shown: listing.listed.heard.len(),
                total: listing.listed.total,
                first: after.map(|_| look.on(PATH)),
                next,
            }))
        }
    }
}

/// A line of the list: the link that opens the comment.
fn line(heard: &Heard, directory: &Directory, look: &Look, now: Time, after: Option<&str>, here: Option<FeedbackId>) -> Markup {
    let id = heard.feedback.id.to_string();
    let keys: Vec<(&str, &str)> = after.map(|a| ("after", a)).into_iter().chain([("open", id.as_str())]).collect();
    html! {
        li {
            a.item id={ "item-" (id) } href=(look.on_with(PATH, &keys)) data-swap="pane" aria-current=[(here == Some(heard.feedback.id)).then_some("true")] {
                (item(heard, directory, now))
            }
        }
    }
}

fn item(heard: &Heard, directory: &Directory, now: Time) -> Markup {
    let text = heard.feedback.text.trim();
    let ratings = heard.feedback.ratings.first().and_then(|r| Some((directory.scale(r.scale)?, r.raw)));
    html! {
        span.line {
            b dir="auto" { (who(heard).0) }
            span.when { (say::ago(now, heard.feedback.at, &directory.company.zone)) }
        }
        span.snip dir="auto" {
            @if text.is_empty() { "No words" @if let Some((scale, raw)) = ratings { ": " (scale.name) " " (raw) } }
            @else { (say::beginning(text, 180)) }
        }
        span.about {
            (source(heard, directory))
            @if let Some(stage) = stage_name(heard, directory) { span { (stage) } }
            @if heard.reading.is_none() { span { "waits to be read" } } @else { (say::score(say::sentiment(heard.reading.as_ref()))) }
        }
    }
}
