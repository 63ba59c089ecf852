//! One theme: its comments, and the way to make it a category.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::id::{CategoryId, FeedbackId};
use heard_domain::theme::{Theme, Themes};
use heard_domain::user::Grant;
use heard_flow::arrange::category::CategoryDraft;
use heard_flow::arrange::theme::{EXAMPLES, draft, make};
use heard_flow::measure::quotes::many;
use heard_flow::measure::themes::themes;
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::address::Look;
use crate::api::v1::feedback::persons_hidden;
use crate::extract::Form;
use crate::pages::overview::period;
use crate::pages::themes::words::{grown, people};
use crate::parts::category::{self, PATH, fields, parents};
use crate::parts::empty::empty;
use crate::parts::field::{boxes, reason, refused};
use crate::parts::filters::in_words;
use crate::parts::form::{Options, choice, csrf};
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::pager::{Pager, pager};
use crate::parts::quote::quote;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// How many comments stand on a page.
const PAGE: usize = 30;

/// Shows a theme.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(key): Path<String>,
    look: Look,
) -> Result<Response, Problem> {
    match found(&state, &viewer, &look).await? {
        Some((themes, look)) => one(&state, &viewer, &themes, &key, &look, None).await,
        None => Ok(gone(&viewer, &look)),
    }
}

/// Makes it a category.
pub async fn promote(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(key): Path<String>,
    look: Look,
    form: Form,
) -> Result<Response, Problem> {
    let Some((themes, look)) = found(&state, &viewer, &look).await? else { return Ok(gone(&viewer, &look)) };
    let Some(theme) = themes.themes.iter().find(|theme| theme.key == key) else { return Ok(gone(&viewer, &look)) };
    let (wanted, parent) = (category::draft(&form), form.get("parent").parse().ok());
    match make(&state.flow, &viewer.scope, theme, parent, wanted.clone()).await.map_err(Problem::from) {
        Ok(version) => Ok(Redirect::to(&format!("{PATH}?done={version}")).into_response()),
        Err(problem) => one(&state, &viewer, &themes, &key, &look, Some((&wanted, parent, &problem))).await,
    }
}

/// The themes of a view, and the view with its days said.
async fn found(state: &AppState, viewer: &Viewer, look: &Look) -> Result<Option<(Arc<Themes>, Look)>, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let Some(period) = period(state, viewer, look).await? else { return Ok(None) };
    let found = themes(&state.flow, &viewer.scope, &look.filter, period, false).await?;
    let rest = look.rest.clone();
    Ok(Some((found, Look { rest, ..Look::at(look.filter.clone(), Some(period)) })))
}

/// Themes come and go with what is said.
fn gone(viewer: &Viewer, look: &Look) -> Response {
    let back = look.with(|_| {}).on(Place::Themes.path());
    let why = "What is said has changed since, or a category explains it now.";
    let body = html! {
        header.top { div { p.eyebrow { "Themes" } h1 { "This theme is no longer found" } } }
        section.card aria-label="No such theme" {
            (empty("themes", "This theme is no longer found", why, &html! { a.primary href=(back) { "See the themes there are" } }))
        }
    };
    (StatusCode::NOT_FOUND, page(viewer, Some(Place::Themes), "Theme", &body)).into_response()
}

/// A form that was refused: what it said, and why.
type Refused<'a> = (&'a CategoryDraft, Option<CategoryId>, &'a Problem);

async fn one(
    state: &AppState,
    viewer: &Viewer,
    found: &Themes,
    key: &str,
    look: &Look,
    refusal: Option<Refused<'_>>,
) -> Result<Response, Problem> {
    let Some(theme) = found.themes.iter().find(|theme| theme.key == key) else { return Ok(gone(viewer, look)) };
    let directory = seen(&state.flow, &viewer.scope).await?;
    let from = look.given("from_comment").and_then(|n| n.parse::<usize>().ok()).unwrap_or_default();
    let comments = comments(theme);
    let ids: Vec<FeedbackId> = comments.iter().skip(from).take(PAGE).copied().collect();
    let heard = many(&state.flow, &viewer.scope, &ids).await?;
    let here = format!("/themes/{key}");
    let steps = Pager {
        shown: heard.len(),
        total: comments.len() as u64,
        first: (from > 0).then(|| look.on(&here)),
        next: (from + PAGE < comments.len()).then(|| look.on_with(&here, &[("from_comment", &(from + PAGE).to_string())])),
    };
    let line: Vec<String> = ["Themes".to_owned()].into_iter().chain(in_words(look, &directory)).collect();
    let now = state.flow.now();
    let body = html! {
        header.top {
            div { p.eyebrow { (line.join(" · ")) } h1 { bdi { (theme.name()) } } }
            div.tools { a.secondary href=(look.with(|_| {}).on(Place::Themes.path())) { (icon("left")) "All themes" } }
        }
        div.two.wide {
            section.card aria-labelledby="said" {
                header.ch {
                    div {
                        h2 #said { "What they say" }
                        p {
                            (people(theme.persons)) " in " (whole(theme.passages.len() as u64)) " passages"
                            @if found.comments_before > 0 { ", " (people(theme.growth.before)) " in as many days before: " (grown(&theme.growth)) }
                            @else { "; nothing was heard in as many days before" }
                        }
                    }
                }
                ol.quotes data-keys {
                    @for heard in &heard {
                        li {
                            @let open = look.on_with(Place::Feedback.path(), &[("open", &heard.feedback.id.to_string())]);
                            (quote(heard, &directory, now, &open, &|category| format!("/feedback?category={category}")))
                        }
                    }
                }
                (pager(&steps))
            }
            div.stack {
                @if viewer.may(Grant::WriteIssues) { (issue_form(&directory, viewer, &look.on(&format!("{here}/issue")))) }
                @if viewer.may(Grant::Shape) { (form(&directory, viewer, theme, &look.on(&here), refusal)) }
            }
        }
    };
    let status = refusal.map_or(StatusCode::OK, |(_, _, problem)| problem.code.status());
    Ok((status, page(viewer, Some(Place::Themes), &theme.name(), &body)).into_response())
}

/// Each comment once, the most central first.
fn comments(theme: &Theme) -> Vec<FeedbackId> {
    let mut met = std::collections::HashSet::new();
    theme.passages.iter().map(|passage| passage.feedback).filter(|id| met.insert(*id)).collect()
}

fn issue_form(directory: &Directory, viewer: &Viewer, action: &str) -> Markup {
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    html! {
        section.card aria-labelledby="issue" {
            div.ch { div { h2 #issue { "Make it an issue" } p { "Its comments are the evidence; every department that plays a part states its cause and its fix." } } }
            form.form method="post" action=(action) {
                (csrf(&viewer.csrf))
                (boxes("departments", "Departments that contribute", &departments, &[], None))
                button.secondary { (icon("branch")) "Make it an issue" }
            }
        }
    }
}

fn form(directory: &Directory, viewer: &Viewer, theme: &Theme, action: &str, refusal: Option<Refused<'_>>) -> Markup {
    let suggested = draft(theme);
    let (wanted, parent, problem) =
        refusal.map_or((&suggested, None, None), |(wanted, parent, problem)| (wanted, parent, Some(problem)));
    html! {
        section.card aria-labelledby="make" {
            div.ch {
                div {
                    h2 #make { "Make it a category" }
                    p {
                        "Its " (theme.passages.len().min(EXAMPLES)) " most central passages become the examples. What else they would move is shown under Categories before it is applied; the category can be taken back there."
                    }
                }
            }
            form.form method="post" action=(action) {
                (csrf(&viewer.csrf))
                (refused(problem, &["name", "parent", "watch_words", "stage", "departments"]))
                (choice("parent", "parent", "Under", &parents(directory, None), &parent.map(|id| id.to_string()).unwrap_or_default()))
                @if let Some(wrong) = reason(problem, "parent") { span.wrong { (wrong) } }
                (fields(directory, wanted, problem))
                button.primary { (icon("tag")) "Make it a category" }
            }
        }
    }
}
