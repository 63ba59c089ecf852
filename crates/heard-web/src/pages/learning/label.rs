//! What is most useful to label next: one passage at a time, answered with one key, each answer with its way back.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::{CategoryId, CorrectionId, FeedbackId};
use heard_domain::reading::{Change, Passage};
use heard_flow::measure::quotes::many;
use heard_flow::measure::useful::{self, Useful};
use heard_flow::read::correct;
use maud::{Markup, html};

use crate::extract::{Asked, Form};
use crate::pages::correct::span;
use crate::parts::category::PATH;
use crate::parts::empty::empty;
use crate::parts::filters::{any, category_options};
use crate::parts::flash::{Kind, flash};
use crate::parts::form::{choice, csrf, hidden};
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::quote::source;
use crate::parts::say;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// Where the page is.
pub const LABEL: &str = "/categories/label";
/// So many skipped passages the address remembers.
const SKIPPED: usize = 40;
/// So many categories have a key.
const KEYS: usize = 9;

/// A passage that was skipped: comment and first byte.
type Skipped = (FeedbackId, u32);

fn skipped<'a>(values: impl Iterator<Item = &'a str>) -> Vec<Skipped> {
    let one = |value: &str| {
        let (id, start) = value.split_once('.')?;
        Some((id.parse().ok()?, start.parse().ok()?))
    };
    let mut all: Vec<Skipped> = values.filter_map(one).collect();
    let beyond = all.len().saturating_sub(SKIPPED);
    all.drain(..beyond);
    all
}

fn pairs(skipped: &[Skipped]) -> Vec<(String, String)> {
    skipped.iter().map(|(id, start)| ("skip".to_owned(), format!("{id}.{start}"))).collect()
}

fn address(skipped: &[Skipped], done: &[CorrectionId]) -> String {
    let mut all = pairs(skipped);
    all.extend(done.iter().map(|id| ("done".to_owned(), id.to_string())));
    let query: Vec<String> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if query.is_empty() { LABEL.to_owned() } else { format!("{LABEL}?{}", query.join("&")) }
}

/// Shows the next passage.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(given): Asked) -> Result<Response, Problem> {
    let of = |wanted: &'static str| given.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let done: Vec<CorrectionId> = of("done").filter_map(|id| id.parse().ok()).take(8).collect();
    shown(&state, &viewer, &skipped(of("skip")), &done, None).await
}

/// Takes an answer.
pub async fn answer(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let mut skip = skipped(form.all("skip"));
    let id: FeedbackId = form.get("feedback").parse().map_err(|_| Problem::missing("feedback"))?;
    let span = span(form.get("span")).ok_or_else(|| Problem::field("span", "must be two numbers joined by a dash"))?;
    let chosen = match form.get("category") {
        "skip" => {
            skip.push((id, span.start));
            return Ok(Redirect::to(&address(&skip, &[])).into_response());
        }
        "none" => None,
        category => Some(category.parse::<CategoryId>().map_err(|_| Problem::field("category", "must be chosen"))?),
    };
    let heard = many(&state.flow, &viewer.scope, &[id]).await?.pop().ok_or_else(|| Problem::missing("feedback"))?;
    let reading = heard.reading.ok_or_else(|| Problem::missing("reading"))?;
    let likeliest = form.get("likeliest").parse().ok();
    let Some(passage) = reading.passages.iter().find(|passage| passage.span == span) else {
        let problem = Problem::field("span", "is not a passage of this comment any more: here is the next");
        return shown(&state, &viewer, &skip, &[], Some(&problem)).await;
    };
    match correct::add_all(&state.flow, &viewer.scope, id, Some(span), changes(passage, chosen, likeliest)).await {
        Ok(made) => {
            let made: Vec<CorrectionId> = made.iter().map(|one| one.id).collect();
            Ok(Redirect::to(&address(&skip, &made)).into_response())
        }
        Err(error) => {
            let problem = Problem::from(error);
            if !matches!(problem.code, ProblemCode::Conflict | ProblemCode::Validation) {
                return Err(problem);
            }
            shown(&state, &viewer, &skip, &[], Some(&problem)).await
        }
    }
}

/// What an answer corrects: the passage is about this one category, or about none of those that were thought of.
fn changes(passage: &Passage, chosen: Option<CategoryId>, likeliest: Option<CategoryId>) -> Vec<Change> {
    let had: Vec<CategoryId> = passage.categories.iter().map(|label| label.value).collect();
    let mut away: Vec<CategoryId> = had.into_iter().filter(|id| Some(*id) != chosen).collect();
    if chosen.is_none() && away.is_empty() {
        away.extend(likeliest);
    }
    let away = away.into_iter().map(|category| Change::RemoveCategory { category });
    chosen.into_iter().map(|category| Change::AddCategory { category }).chain(away).collect()
}

/// Takes an answer back.
pub async fn undo(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Redirect, Problem> {
    for id in form.all("done").filter_map(|id| id.parse::<CorrectionId>().ok()).take(8) {
        correct::undo(&state.flow, &viewer.scope, id).await?;
    }
    Ok(Redirect::to(&address(&skipped(form.all("skip")), &[])))
}

async fn shown(
    state: &AppState,
    viewer: &Viewer,
    skip: &[Skipped],
    done: &[CorrectionId],
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let directory = state.flow.directory();
    let queue = useful::next(&state.flow, &viewer.scope, skip, useful::MOST).await?;
    let first = queue.first();
    let heard = many(&state.flow, &viewer.scope, &first.map(|one| one.feedback).into_iter().collect::<Vec<_>>()).await?;
    let body = html! {
        header.top {
            div { p.eyebrow { a href=(PATH) { "Categories" } } h1 { "Label next" } }
            div.tools { span.soft { (queue.len()) " passages" } }
        }
        @if let Some(problem) = problem { (flash(Kind::Wrong, &html! { (problem.sentence()) })) }
        @if !done.is_empty() { (flash(Kind::Done, &html! { "Labelled. " (taken_back(done, skip, viewer)) })) }
        @if let (Some(one), Some(heard)) = (first, heard.first()) {
            section.card.narrow aria-labelledby="passage" {
                div.ch { h2 #passage { "What is this about?" } (source(heard, &directory)) }
                blockquote { p.said dir="auto" { (around(&heard.feedback.text, one)) } }
                (answers(one, &directory, skip, viewer))
                p.soft { "Heard is least sure about these. Keys: 1–9 choose, n none of them, s skip." }
            }
        } @else {
            section.card { (empty("check", "Nothing to label", "Heard is sure about the newest comments, or they are labelled already.", &html! {
                a.secondary href=(PATH) { "All categories" }
            })) }
        }
        p { a.more href=(PATH) { "All categories" } }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Categories), "Label next", &body)).into_response())
}

/// The passage, with some of what stands around it.
fn around(text: &str, one: &Useful) -> Markup {
    let (start, end) = (one.span.start as usize, one.span.end as usize);
    let before = text.get(..start).unwrap_or_default();
    let before: String = before.chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = text.get(end..).unwrap_or_default().chars().take(200).collect();
    html! { span.soft { (before) } mark.even { (say::beginning(text.get(start..end).unwrap_or_default(), 1_000)) } span.soft { (after) } }
}

fn answers(one: &Useful, directory: &heard_domain::directory::Directory, skip: &[Skipped], viewer: &Viewer) -> Markup {
    let guesses: Vec<_> =
        one.guesses.iter().filter_map(|guess| Some((guess, directory.taxonomy.category(guess.category)?))).take(KEYS).collect();
    let likeliest = guesses.first().map(|(guess, _)| guess.category.to_string()).unwrap_or_default();
    let form = |inner: &Markup| {
        html! {
            form.inline.answers method="post" action=(LABEL) {
                (csrf(&viewer.csrf))
                (hidden(&pairs(skip)))
                input type="hidden" name="feedback" value=(one.feedback);
                input type="hidden" name="span" value={ (one.span.start) "-" (one.span.end) };
                input type="hidden" name="likeliest" value=(likeliest);
                (inner)
            }
        }
    };
    html! {
        (form(&html! {
            @for (n, (guess, category)) in guesses.iter().enumerate() {
                button.secondary name="category" value=(guess.category) data-key=(n + 1) { kbd { (n + 1) } " " bdi { (category.name) } span.soft { " " (say::sure(guess.confidence)) } }
            }
            button.secondary name="category" value="none" data-key="n" { kbd { "n" } " None of them" }
            button.ghost name="category" value="skip" data-key="s" { kbd { "s" } " Skip" }
        }))
        (form(&html! {
            (choice("other", "category", "Another category", &any("choose one", category_options(directory)), ""))
            button.secondary type="submit" { "File it there" }
        }))
    }
}

fn taken_back(done: &[CorrectionId], skip: &[Skipped], viewer: &Viewer) -> Markup {
    html! {
        form.inline method="post" action={ (LABEL) "/undo" } {
            (csrf(&viewer.csrf))
            (hidden(&pairs(skip)))
            @for id in done { input type="hidden" name="done" value=(id); }
            button.secondary type="submit" data-key="u" { (icon("undo")) "Undo" span.vh { " the last answer" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::reading::{Label, Span};

    #[test]
    fn an_answer_says_what_it_is_about_and_what_not() {
        let label = |id| Label { value: CategoryId(id), confidence: 0.5, evidence: vec![] };
        let passage = |about: &[i64]| Passage {
            span: Span::new(0, 9),
            weight: 1.0,
            sentiment: None,
            emotion: None,
            feelings: vec![],
            stage: None,
            categories: about.iter().map(|id| label(*id)).collect(),
            intents: vec![],
        };
        let (add, away) =
            (|id| Change::AddCategory { category: CategoryId(id) }, |id| Change::RemoveCategory { category: CategoryId(id) });
        assert_eq!(changes(&passage(&[1, 2]), Some(CategoryId(1)), None), [add(1), away(2)]);
        assert_eq!(changes(&passage(&[1]), None, Some(CategoryId(1))), [away(1)]);
        assert_eq!(changes(&passage(&[]), None, Some(CategoryId(7))), [away(7)]);
        assert_eq!(changes(&passage(&[]), None, None), []);
        assert_eq!(address(&[(FeedbackId(5), 3)], &[CorrectionId(9)]), "/categories/label?skip=5.3&done=9");
        assert_eq!(skipped(["5.3", "x", "7"].into_iter()), [(FeedbackId(5), 3)]);
    }
}
