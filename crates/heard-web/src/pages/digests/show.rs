//! One digest: what was heard in the week, what moved, ten comments to read, how the cases stand; and that it was read.

use axum::extract::State;
use axum::response::Redirect;
use heard_charts::date;
use heard_charts::number::{signed, whole};
use heard_domain::digest::{DigestKey, DigestState};
use heard_domain::directory::Directory;
use heard_domain::kept_issue::KeptIssue;
use heard_domain::question::{Filter, Moved};
use heard_domain::statistics::Certainty;
use heard_domain::user::Grant;
use heard_flow::act::acting::looking;
use heard_flow::act::cadence;
use heard_flow::act::issues::siblings::waiting;
use heard_flow::act::staff::{Colleague, colleagues};
use heard_flow::measure::digest::{DigestOpened, DigestPage, open};
use heard_flow::measure::finding::certainty_in_words;
use maud::{Markup, html};

use crate::address::Look;
use crate::extract::Id;
use crate::pages::digests::list::state as standing;
use crate::parts::empty::empty;
use crate::parts::form::csrf;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::movers::movers;
use crate::parts::quote::quote;
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows it.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Id(key): Id<DigestKey>) -> Result<Markup, Problem> {
    let digest = open(&state.flow, &viewer.scope, key.department, key.week).await?;
    let acting = looking(&state.flow, &viewer.scope).await?;
    let member = acting.is_some_and(|acting| acting.departments.contains(&key.department));
    let colleagues = colleagues(&state.flow, &viewer.scope).await?;
    let directory = heard_flow::seen::seen(&state.flow, &viewer.scope).await?;
    let waiting = if viewer.may(Grant::ReadIssues) { waiting(&state.flow, &viewer.scope, key.department).await? } else { vec![] };
    let DigestPage { opened, movers: moved, heard } = &digest;
    let name = directory.department(key.department).map_or("", |department| department.name.as_str());
    let read = |filter: &Filter| Look::at(filter.clone(), Some(opened.period)).on(Place::Feedback.path());
    let body = html! {
        header.top {
            div {
                p.eyebrow { a href="/digests" { "Weekly digests" } }
                h1 { (name) ": " (date::long(opened.period.first)) " to " (date::long(opened.period.last)) }
            }
            div.tools { (standing(&opened.digest)) }
        }
        (follow_through(opened, &viewer, &directory, &colleagues, member))
        @if opened.categories.is_empty() {
            section.card aria-label="Nothing to show" {
                (empty("tag", "No category names this department", "Say at a category which departments usually contribute to it: what is heard about it stands here then.", &html! {
                    a.primary href="/categories" { "Look at the categories" }
                }))
            }
        } @else {
            (heard_card(opened, &read))
            section.card aria-labelledby="moved" {
                div.ch { h2 #moved { "What moved" } p { "Net sentiment against the week before, what got worse first." } }
                @if moved.is_empty() { p.soft { "No category has twenty passages in this week and some in the one before: too few to compare." } }
                @else { (movers(moved, &directory, "day", &|mover| read(&mover.filter))) }
            }
            section.card aria-labelledby="read" {
                div.ch { h2 #read { "Ten comments to read" } p { "Whole, in the customers' words: mostly complaints, and some praise." } }
                @if heard.is_empty() { p.soft { "Nobody said anything in words about these categories." } }
                ol.quotes data-keys {
                    @for one in heard {
                        li { (quote(one, &directory, state.flow.now(), &format!("/feedback?when=ever&open={}", one.feedback.id), &|category| read(&Filter { category: vec![category], ..Filter::default() }))) }
                    }
                }
            }
        }
        (cases(opened))
        (issues(opened))
        (places(&waiting))
    };
    Ok(page(&viewer, Some(Place::Digests), &format!("{name}: weekly digest"), &body))
}

/// What becomes of it, in a sentence; and the button of those who belong to the department.
fn follow_through(
    opened: &DigestOpened,
    viewer: &Viewer,
    directory: &Directory,
    colleagues: &[Colleague],
    member: bool,
) -> Markup {
    let digest = &opened.digest;
    let zone = &directory.company.zone;
    let who = |id| colleagues.iter().find(|one| Some(one.id) == id).map_or("somebody", |one| one.name.as_str());
    html! {
        section.card aria-labelledby="through" {
            div.ch { h2 #through { "Follow-through" } }
            p {
                "There since " (say::moment(digest.published, zone)) ". "
                @if let Some(reminded) = digest.reminded { "Reminded " (say::moment(reminded, zone)) ". " }
                @if let Some(told) = digest.escalated { "Late since " (say::moment(told, zone)) ": those who lead were told. " }
                @if let Some(done) = digest.acknowledged { "Acknowledged by " (who(digest.by)) ", " (say::moment(done, zone)) "." }
            }
            @if opened.state != DigestState::Acknowledged && digest.waits() {
                @if member {
                    form method="post" action={ "/digests/" (digest.key()) } {
                        (csrf(&viewer.csrf))
                        button.primary type="submit" { (icon("check")) "We have read it" }
                    }
                } @else { p.soft { "Whoever belongs to the department can acknowledge it." } }
            }
        }
    }
}

fn heard_card(opened: &DigestOpened, read: &dyn Fn(&Filter) -> String) -> Markup {
    html! {
        section.card aria-labelledby="heard" {
            div.ch { h2 #heard { "What was heard" } p { "About the categories to which the department contributes." } }
            dl.facts {
                dt { "Comments" }
                dd { a.more href=(read(&opened.filter())) { b { (whole(opened.comments.n)) } span.vh { " comments: read them" } } " " (change(opened.comments_moved.as_ref(), " %")) }
                dt { "Net sentiment" }
                dd {
                    @match opened.net_sentiment.value {
                        Some(value) => {
                            b { (signed(value)) } " "
                            @if let (Some(low), Some(high)) = (opened.net_sentiment.low, opened.net_sentiment.high) { span.soft { "(95 % interval " (signed(low)) " to " (signed(high)) ", n " (whole(opened.net_sentiment.n)) ") " } }
                            (change(opened.net_sentiment_moved.as_ref(), " pt"))
                        }
                        None => span.soft { "nothing to say yet" }
                    }
                }
            }
        }
    }
}

fn change(moved: Option<&Moved>, unit: &str) -> Markup {
    html! {
        @if let Some((moved, by)) = moved.and_then(|moved| Some((moved, moved.change?))) {
            span.delta { (signed(by)) (unit) } " "
            span.soft { "against the week before" @if moved.certainty != Certainty::CouldBeNoise { ", " } @else { ": " } (certainty_in_words(moved)) }
        }
    }
}

fn cases(opened: &DigestOpened) -> Markup {
    let department = opened.digest.department;
    html! {
        section.card aria-labelledby="cases" {
            div.ch { h2 #cases { "Its cases now" } }
            dl.facts {
                dt { "Opened in the week" } dd { a.more href={ "/cases?shelf=all&department=" (department) } { (whole(opened.cases.opened)) span.vh { " opened: all cases of the department" } } }
                dt { "To answer" } dd { a.more href={ "/cases?department=" (department) } { (whole(opened.cases.open)) span.vh { " to answer" } } @if opened.cases.late > 0 { ", " span.late { (whole(opened.cases.late)) " late" } } }
                dt { "Waiting for the customer" } dd { a.more href={ "/cases?shelf=waiting&department=" (department) } { (whole(opened.cases.waiting)) span.vh { " waiting" } } }
            }
        }
    }
}

/// Verified fixes of the department for which other places have not answered yet.
fn places(waiting: &[(KeptIssue, u64)]) -> Markup {
    html! {
        @if !waiting.is_empty() {
            section.card aria-labelledby="places" {
                div.ch { div { h2 #places { "Verified fixes, wanted elsewhere?" } p { "The same is lived at other places: somebody there looks and says so." } } }
                ul.changes { @for (kept, n) in waiting {
                    li { a href={ "/issues/" (kept.id) "#places" } { (kept.name()) " " (kept.title) } span.soft { (n) @if *n == 1 { " place has" } @else { " places have" } " not answered" } }
                } }
            }
        }
    }
}

fn issues(opened: &DigestOpened) -> Markup {
    html! {
        @if !opened.issues.is_empty() {
            section.card aria-labelledby="issues" {
                div.ch { h2 #issues { "Its issues" } p { "To which the department contributes, and that are not verified yet." } }
                ul.changes {
                    @for issue in &opened.issues {
                        li {
                            a href={ "/issues/" (issue.issue) } { (issue.name) " " (issue.title) }
                            span.soft { (issue.state.label()) @if let Some(owed) = issue.owed { ", for you to do: " (owed.label().to_lowercase()) } }
                        }
                    }
                }
            }
        }
    }
}

/// The department has read it.
pub async fn acknowledge(State(state): State<AppState>, viewer: Viewer, Id(key): Id<DigestKey>) -> Result<Redirect, Problem> {
    cadence::acknowledge(&state.flow, &viewer.scope, key.department, key.week).await?;
    Ok(Redirect::to(&format!("/digests/{key}")))
}
