//! The weekly digests: what waits for the viewer's own departments, who is late, and how every department followed through.

use axum::extract::State;
use heard_charts::date;
use heard_domain::digest::{Digest, DigestState};
use heard_domain::directory::Directory;
use heard_domain::id::DepartmentId;
use heard_domain::time::Day;
use heard_domain::user::Grant;
use heard_flow::act::cadence;
use maud::{Markup, html};

use crate::parts::empty::empty;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows them.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Result<Markup, Problem> {
    let all = cadence::list(&state.flow, &viewer.scope).await?;
    let own = cadence::waiting_for(&state.flow, &viewer.scope).await?.own;
    let directory = state.flow.directory();
    let late: Vec<&Digest> = all.iter().filter(|digest| digest.state() == DigestState::Late).collect();
    let body = html! {
        header.top {
            div {
                p.eyebrow { "Act" }
                h1 { "Weekly digests" }
                p.soft { "Each department hears on Monday what customers said about its categories, and says that it has read it. It is reminded on the third day; from the seventh on it stands here as late, for everybody to see." }
            }
        }
        @if all.is_empty() {
            section.card aria-label="Nothing to show" {
                (empty("cal", "No digest yet", "The first is there on the Monday after a week in which something was heard, for each department that somebody belongs to.", &html! {
                    @if viewer.may(Grant::Shape) { a.primary href="/settings/departments" { "Say who belongs to departments" } }
                }))
            }
        } @else {
            @if !own.is_empty() {
                section.card aria-labelledby="yours" {
                    div.ch { h2 #yours { "Waiting for you" } }
                    ul.changes { @for digest in &own { li { (line(digest, &directory)) } } }
                }
            }
            section.card aria-labelledby="late" {
                div.ch { h2 #late { "Late" } p { "Not acknowledged within seven days." } }
                @if late.is_empty() { p.soft { "No department is late." } }
                @else {
                    ul.changes {
                        @for digest in late {
                            li { (line(digest, &directory)) span.soft { "there since " (say::moment(digest.published, &directory.company.zone)) @if let Some(told) = digest.escalated { ", late since " (say::moment(told, &directory.company.zone)) } } }
                        }
                    }
                }
            }
            (table(&all, &directory))
        }
    };
    Ok(page(&viewer, Some(Place::Digests), "Weekly digests", &body))
}

fn name(directory: &Directory, id: DepartmentId) -> &str {
    directory.department(id).map_or("a department that is gone", |department| department.name.as_str())
}

fn line(digest: &Digest, directory: &Directory) -> Markup {
    html! {
        a href={ "/digests/" (digest.key()) } { (name(directory, digest.department)) ", week of " (date::long(digest.week)) }
        " " (state(digest))
    }
}

/// How a digest stands, in a word.
pub fn state(digest: &Digest) -> Markup {
    html! {
        @match digest.state() {
            DigestState::Acknowledged => span.chip.state.good { (icon("check")) (DigestState::Acknowledged.label()) },
            DigestState::Late => span.chip.state.bad { (icon("warn")) (DigestState::Late.label()) },
            other => span.chip.state { (other.label()) },
        }
    }
}

/// Departments against weeks.
fn table(all: &[Digest], directory: &Directory) -> Markup {
    let mut weeks: Vec<Day> = all.iter().map(|digest| digest.week).collect();
    weeks.dedup();
    weeks.truncate(6);
    let mut departments: Vec<DepartmentId> = all.iter().map(|digest| digest.department).collect();
    departments.sort_unstable_by(|a, b| name(directory, *a).cmp(name(directory, *b)));
    departments.dedup();
    let of = |department, week| all.iter().find(|digest| digest.department == department && digest.week == week);
    html! {
        section.card aria-labelledby="followed" {
            div.ch { h2 #followed { "Follow-through" } p { "The last " (weeks.len()) " weeks." } }
            div.scroll tabindex="0" role="group" aria-label="Table of digests" {
                table.plain {
                    thead { tr { th scope="col" { "Department" } @for week in &weeks { th scope="col" { "Week of " (date::long(*week)) } } } }
                    tbody {
                        @for department in departments {
                            tr {
                                th scope="row" { (name(directory, department)) }
                                @for week in &weeks {
                                    td {
                                        @if let Some(digest) = of(department, *week) {
                                            a href={ "/digests/" (digest.key()) } { (state(digest)) span.vh { " " (name(directory, department)) ", week of " (date::long(*week)) } }
                                        } @else { span.soft { "none" } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
