//! What a form of an issue asks for, done.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::{ActionId, CaseId, IssueId, PartnerLinkId, ProposedFixId};
use heard_domain::kept_issue::Knot;
use heard_domain::sibling::PlaceAnswer;
use heard_flow::act::issues::backing::{back, propose};
use heard_flow::act::issues::causes;
use heard_flow::act::issues::change::{IssueDeed, change, join_case, of_theme};
use heard_flow::act::issues::look::open;
use heard_flow::act::issues::partner::{PartnerDraft, invite, revoke as take_back};
use heard_flow::act::issues::plan::{self, ActionDraft};
use heard_flow::act::issues::siblings;
use heard_flow::measure::themes::themes;
use maud::html;

use crate::address::Look;
use crate::api::v1::feedback::persons_hidden;
use crate::extract::{Form, Id};
use crate::pages::issues::show::{Tried, whole_page};
use crate::pages::overview::period;
use crate::pages::posts::show::base;
use crate::parts::diagram::{diagram, take};
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

fn must<T: std::str::FromStr>(form: &Form, field: &'static str) -> Result<T, Problem> {
    form.get(field).parse().map_err(|_| Problem::field(field, "must be chosen"))
}

fn words(form: &Form, field: &str) -> String {
    form.get(field).replace("\r\n", "\n")
}

fn deed(form: &Form) -> Result<IssueDeed, Problem> {
    let some = |field: &str| Some(words(form, field)).filter(|text| !text.trim().is_empty());
    Ok(match form.get("do") {
        "accept" => IssueDeed::Accept,
        "dismiss" => IssueDeed::Dismiss,
        "merge" => IssueDeed::Merge { into: must(form, "into")? },
        "unmerge" => IssueDeed::Unmerge,
        "describe" => IssueDeed::Describe {
            title: form.get("title").to_owned(),
            stage: form.get("stage").parse().ok(),
            categories: form.all("categories").filter_map(|id| id.parse().ok()).collect(),
        },
        "involve" => IssueDeed::Involve { department: must(form, "department")? },
        "leave" => IssueDeed::Leave { department: must(form, "department")?, words: words(form, "words") },
        "state" => IssueDeed::State { department: must(form, "department")?, cause: some("cause"), fix: some("fix") },
        "sign_off" => {
            let day = form.get("fixed_on");
            let fixed_on = if day.is_empty() { None } else { Some(must(form, "fixed_on")?) };
            IssueDeed::SignOff { department: must(form, "department")?, fixed_on }
        }
        "take_back" => IssueDeed::TakeBack { department: must(form, "department")? },
        _ => return Err(Problem::field("do", "must say what is to be done")),
    })
}

async fn again(state: &AppState, viewer: &Viewer, id: IssueId, form: &Form, problem: &Problem) -> Result<Response, Problem> {
    whole_page(state, viewer, id, &Tried { form: Some(form), problem: Some(problem), link: None }).await
}

fn version(form: &Form) -> Option<i64> {
    form.get("version").parse().ok()
}

/// Does something to an issue.
pub async fn act(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>, form: Form) -> Result<Response, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        let deed = deed(&form)?;
        let place = match deed {
            IssueDeed::Accept
            | IssueDeed::Dismiss
            | IssueDeed::Merge { .. }
            | IssueDeed::Unmerge
            | IssueDeed::Describe { .. } => "",
            _ => "#departments",
        };
        change(&state.flow, &viewer.scope, id, version(&form), deed).await.map_err(Problem::from)?;
        Ok(place)
    };
    match outcome.await {
        Ok(place) => Ok(Redirect::to(&format!("/issues/{id}{place}")).into_response()),
        Err(problem) => again(&state, &viewer, id, &form, &problem).await,
    }
}

/// Saves its causes.
pub async fn outline(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<IssueId>,
    form: Form,
) -> Result<Response, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    match causes::set(&state.flow, &viewer.scope, id, version(&form), &words(&form, "outline")).await {
        Ok(_) => Ok(Redirect::to(&format!("/issues/{id}#causes")).into_response()),
        Err(error) => again(&state, &viewer, id, &form, &error.into()).await,
    }
}

fn knot(form: &Form, field: &'static str) -> Result<Knot, Problem> {
    let wrong = || Problem::field(field, "must be an issue or a cause");
    let (kind, id) = form.get(field).split_once('-').ok_or_else(wrong)?;
    match kind {
        "issue" => Ok(Knot::Issue(id.parse().map_err(|_| wrong())?)),
        "cause" => Ok(Knot::Cause(id.parse().map_err(|_| wrong())?)),
        _ => Err(wrong()),
    }
}

/// Draws an arrow, or takes it away.
pub async fn arrow(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>, form: Form) -> Result<Response, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        let strength = form.get("strength").parse().ok().filter(|strength| *strength > 0);
        causes::draw(&state.flow, &viewer.scope, knot(&form, "from")?, knot(&form, "to")?, strength).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok(_) => Ok(Redirect::to(&format!("/issues/{id}#drives")).into_response()),
        Err(problem) => again(&state, &viewer, id, &form, &problem).await,
    }
}

fn action(form: &Form) -> Result<ActionDraft, Problem> {
    Ok(ActionDraft {
        name: form.get("name").to_owned(),
        department: form.get("department").parse().ok(),
        owner: form.get("owner").parse().ok(),
        days: form.get("days").parse().map_err(|_| Problem::field("days", "must be a whole number of working days"))?,
        after: form.all("after").filter_map(|id| id.parse().ok()).collect(),
        done: form.get("done") == "yes",
    })
}

/// Adds an action to the plan.
pub async fn add_action(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<IssueId>,
    form: Form,
) -> Result<Response, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    let outcome =
        async { plan::add(&state.flow, &viewer.scope, id, version(&form), action(&form)?).await.map_err(Problem::from) };
    match outcome.await {
        Ok(_) => Ok(Redirect::to(&format!("/issues/{id}#plan")).into_response()),
        Err(problem) => again(&state, &viewer, id, &form, &problem).await,
    }
}

/// Changes an action, or takes it away.
pub async fn change_action(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<ActionId>,
    form: Form,
) -> Result<Response, Problem> {
    let (issue, _) = plan::get(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        if form.get("do") == "remove" {
            plan::remove(&state.flow, &viewer.scope, id).await?;
        } else {
            plan::change(&state.flow, &viewer.scope, id, action(&form)?).await?;
        }
        Ok::<(), Problem>(())
    };
    match outcome.await {
        Ok(()) => Ok(Redirect::to(&format!("/issues/{}#plan", issue.id)).into_response()),
        Err(problem) => again(&state, &viewer, issue.id, &form, &problem).await,
    }
}

/// Proposes a fix.
pub async fn propose_fix(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<IssueId>,
    form: Form,
) -> Result<Response, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    match propose(&state.flow, &viewer.scope, id, &words(&form, "text")).await {
        Ok(_) => Ok(Redirect::to(&format!("/issues/{id}#fixes")).into_response()),
        Err(error) => again(&state, &viewer, id, &form, &error.into()).await,
    }
}

/// Backs a proposed fix, or does so no more.
pub async fn back_fix(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<ProposedFixId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let fix = back(&state.flow, &viewer.scope, id, form.get("back") != "no").await?;
    Ok(Redirect::to(&format!("/issues/{}#fixes", fix.issue)))
}

/// Makes a partner's link, and shows it once.
pub async fn invite_partner(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<IssueId>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        let draft = PartnerDraft { department: must(&form, "department")?, name: form.get("name").to_owned(), days: None };
        invite(&state.flow, &viewer.scope, id, draft).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok((_, secret)) => {
            let link = Some(format!("{}/p/{secret}", base(&state, &headers)));
            whole_page(&state, &viewer, id, &Tried { link, ..Tried::default() }).await
        }
        Err(problem) => again(&state, &viewer, id, &form, &problem).await,
    }
}

/// Takes a partner's link back.
pub async fn revoke(State(state): State<AppState>, viewer: Viewer, Id(id): Id<PartnerLinkId>) -> Result<Redirect, Problem> {
    let link = take_back(&state.flow, &viewer.scope, id).await?;
    Ok(Redirect::to(&format!("/issues/{}#partners", link.issue)))
}

/// Joins a case to an issue, or parts them.
pub async fn of_case(State(state): State<AppState>, viewer: Viewer, Id(id): Id<CaseId>, form: Form) -> Result<Redirect, Problem> {
    heard_flow::act::look::open(&state.flow, &viewer.scope, id).await?;
    join_case(&state.flow, &viewer.scope, must(&form, "issue")?, id, form.get("part") != "yes").await?;
    Ok(Redirect::to(&format!("/cases/{id}")))
}

/// Somebody says what they found at another place.
pub async fn found(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>, form: Form) -> Result<Response, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        let answer: PlaceAnswer = must(&form, "answer")?;
        siblings::answer(&state.flow, &viewer.scope, id, must(&form, "place")?, answer, &words(&form, "words"))
            .await
            .map_err(Problem::from)
    };
    match outcome.await {
        Ok(_) => Ok(Redirect::to(&format!("/issues/{id}#places")).into_response()),
        Err(problem) => again(&state, &viewer, id, &form, &problem).await,
    }
}

/// Makes a theme an issue.
pub async fn theme(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(key): Path<String>,
    look: Look,
    form: Form,
) -> Result<Response, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let Some(period) = period(&state, &viewer, &look).await? else { return Err(Problem::missing("theme")) };
    let found = themes(&state.flow, &viewer.scope, &look.filter, period, false).await?;
    let Some(theme) = found.themes.iter().find(|theme| theme.key == key) else { return Err(Problem::missing("theme")) };
    let departments = form.all("departments").filter_map(|id| id.parse().ok()).collect();
    let kept = of_theme(&state.flow, &viewer.scope, theme, departments).await?;
    Ok(Redirect::to(&format!("/issues/{}", kept.id)).into_response())
}

/// What drives what, over all issues that are worked on.
pub async fn drives(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    let found = causes::drives(&state.flow, &viewer.scope, None).await?;
    let (svg, rows) = crate::pages::issues::pictures::digraph("all issues", &found);
    let body = html! {
        header.top { div { p.eyebrow { a href="/issues" { "Issues" } } h1 { "What drives what" } } }
        section.card aria-labelledby="drives" {
            div.ch { div { h2 #drives { "Issues and causes" } p { "Arrows point from cause to effect. Work on what has more arrows out than in: the table lists where to start. Arrows are drawn on the page of an issue." } }
                @if !found.knots.is_empty() { (take("What drives what", None)) } }
            @if found.knots.is_empty() {
                (crate::parts::empty::empty("branch", "No issue is worked on yet", "When issues have causes, this shows which of them to mend first.", &html! { a.primary href="/issues" { "Issues" } }))
            } @else { (diagram("What drives what", &svg, &rows)) }
        }
    };
    Ok(page(&viewer, Some(Place::Issues), "What drives what", &body).into_response())
}
