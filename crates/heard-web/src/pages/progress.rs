//! Accounts before their renewal: the progress page that their contacts get, written and reviewed here; and the page itself, at a secret
//! address.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::date;
use heard_charts::number::whole;
use heard_domain::account::Money;
use heard_domain::id::AccountId;
use heard_domain::letter::ToldStage;
use heard_domain::progress::ProgressLine;
use heard_domain::user::Grant;
use heard_flow::tell::progress::{self, ProgressDraft, ProgressShown};
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::thread::{nobody, private, too_often};
use crate::parts::empty::empty;
use crate::parts::field::{lines, refused};
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page, visitor};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Renewals within so many days are listed.
const AHEAD: i32 = 180;
/// So often one address may look within a quarter of an hour: nobody guesses a page.
const MOST_LOOKS: u32 = 300;

fn worth(money: Option<&Money>) -> String {
    money.map_or_else(|| "–".to_owned(), |m| format!("{} {}", whole((m.minor / 100).max(0) as u64), m.currency))
}

/// Lists the accounts whose contract is renewed soon.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> Result<Markup, Problem> {
    let accounts = progress::renewals(&state.flow, &viewer.scope, AHEAD).await?;
    let zone = &state.flow.directory().company.zone;
    let body = html! {
        header.top { div { p.eyebrow { "Act" } h1 { "Renewals" } } }
        p.soft { "Before a contract is renewed, the contacts of the account get a page that says what they said and what became of it." }
        @if accounts.is_empty() {
            (empty("cal", "No renewal in the next six months", "Accounts with the day of their renewal come in by an import or the API.", &html! { a.primary href="/imports" { "Imports" } }))
        } @else {
            section.card aria-label="Renewals" {
                div.scroll tabindex="0" role="group" aria-label="Renewals, scrolls sideways" {
                    table.plain {
                        thead { tr { th scope="col" { "Account" } th scope="col" { "Renewal" } th.num scope="col" { "Yearly value" } th scope="col" { "Progress page" } } }
                        tbody { @for (account, page) in &accounts {
                            tr {
                                th scope="row" { a.more href={ "/accounts/" (account.id) } { bdi { (account.name) } } }
                                td { (account.renewal.map(date::long).unwrap_or_default()) }
                                td.num { (worth(account.yearly_value.as_ref())) }
                                td {
                                    @match page.as_ref().map(|page| page.reviewed) {
                                        None => span.soft { "Not written" },
                                        Some(None) => "Written, not sent",
                                        Some(Some((_, at))) => { "Sent " (date::long(zone.day(at))) },
                                    }
                                }
                            }
                        } }
                    }
                }
            }
        }
    };
    Ok(page(&viewer, Some(Place::Letters), "Renewals", &body))
}

/// Shows an account with its progress page.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    whole_page(&state, &viewer, id, None, None).await
}

/// Saves the words, or sends them as they were looked at.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<AccountId>,
    form: Form,
) -> Result<Response, Problem> {
    let (flow, scope) = (&state.flow, &viewer.scope);
    let known = progress::look(flow, scope, id).await?;
    let outcome = if form.get("do") == "send" {
        progress::send(flow, scope, id, form.get("version").parse().unwrap_or(0)).await.map(drop)
    } else {
        let words = |issue| form.get(&format!("words-{issue}")).to_owned();
        let lines = known.issues.iter().map(|one| ProgressLine { issue: one.issue, words: words(one.issue) }).collect();
        progress::save(flow, scope, id, &ProgressDraft { text: form.get("text").to_owned(), lines }).await.map(drop)
    };
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("/accounts/{id}#page")).into_response()),
        Err(error) => whole_page(&state, &viewer, id, Some(&form), Some(&error.into())).await,
    }
}

async fn whole_page(
    state: &AppState,
    viewer: &Viewer,
    id: AccountId,
    form: Option<&Form>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let known = progress::look(&state.flow, &viewer.scope, id).await?;
    let account = &known.account;
    let sent = known.progress.as_ref().is_some_and(|progress| progress.reviewed.is_some());
    let body = html! {
        header.top { div { p.eyebrow { a href="/accounts" { "Renewals" } } h1 { bdi { (account.name) } } } }
        section.card aria-labelledby="account" {
            div.ch { h2 #account { "Account" } }
            dl.facts {
                dt { "Renewal" } dd { (account.renewal.map_or_else(|| "not known".to_owned(), date::long)) }
                dt { "Yearly value" } dd { (worth(account.yearly_value.as_ref())) }
                dt { "Comments about no issue" } dd { (whole(known.others)) }
                dt { "Contacts" } dd { (contacts(&known)) }
            }
        }
        @if account.renewal.is_none() {
            section.card aria-label="No renewal" { (empty("cal", "The day of the renewal is not known", "Import it: the page is sent once before each renewal.", &html! { a.primary href="/imports" { "Imports" } })) }
        } @else {
            @if viewer.may(Grant::Shape) && !sent { (words(&known, viewer, form, problem)) }
            @if let Some(progress) = &known.progress { (reviewed(&known, progress.version, sent, viewer, state)) }
            @else if !viewer.may(Grant::Shape) { p.soft { "Nobody has written the progress page of this renewal yet." } }
        }
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Letters), &account.name, &body)).into_response())
}

fn contacts(known: &ProgressShown) -> Markup {
    html! {
        @if known.contacts.is_empty() { span.soft { "None is known" } }
        ul.changes { @for one in &known.contacts {
            li {
                bdi { @if one.name.is_empty() { "Somebody without a name" } @else { (one.name) } }
                span.soft {
                    @match (one.sent, one.why) {
                        (Some(state), _) => (state.label()),
                        (None, Some(why)) => { "Gets none: " (why.label().to_lowercase()) },
                        (None, None) => "Gets the page",
                    }
                }
            }
        } }
    }
}

fn words(known: &ProgressShown, viewer: &Viewer, form: Option<&Form>, problem: Option<&Problem>) -> Markup {
    let typed =
        |name: &str, kept: &str| form.filter(|form| form.get("do") != "send").map_or(kept, |form| form.get(name)).to_owned();
    let fields: Vec<String> = known.issues.iter().map(|one| format!("words-{}", one.issue)).chain(["text".to_owned()]).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    html! {
        section.card.narrow aria-labelledby="words" {
            div.ch { div { h2 #words { "What we tell them" } p { "Every issue that they raised needs words: what is done, or why it is not done. Where each stands is shown as it is when they look." } } }
            form.form method="post" action={ "/accounts/" (known.account.id) } {
                (csrf(&viewer.csrf))
                (refused(problem, &fields))
                (lines("text", "Letter", &typed("text", &known.text), "Known: {{name}}, {{account}}, {{company}}. The link to their page is added below.", 6, problem))
                @for one in &known.issues {
                    @let name = format!("words-{}", one.issue);
                    @let label = format!("{} {} ({}, {})", one.name, one.title, one.stage.label().to_lowercase(), say::comments(one.comments));
                    (lines(&name, &label, &typed(&name, &one.words), "", 3, problem))
                }
                button.primary name="do" value="save" { "Save and look at it" }
            }
        }
    }
}

fn reviewed(known: &ProgressShown, version: i64, sent: bool, viewer: &Viewer, state: &AppState) -> Markup {
    let due = known.contacts.iter().filter(|one| one.why.is_none()).count();
    let issues: Vec<(String, Option<ToldStage>, String)> =
        known.issues.iter().map(|one| (one.title.clone(), Some(one.stage), one.words.clone())).collect();
    html! {
        section.card aria-labelledby="page" {
            div.ch { div { h2 #page { @if sent { "What they read" } @else { "What they would read" } } p { "Beside it, each contact sees what they said themselves." } } }
            @if let Some((_, at)) = known.progress.as_ref().and_then(|progress| progress.reviewed) { p.soft { "Reviewed " (say::moment(at, &state.flow.directory().company.zone)) "." } }
            p.words dir="auto" { (known.text) }
            (course(&issues))
            @if viewer.may(Grant::Shape) && due > 0 {
                form method="post" action={ "/accounts/" (known.account.id) } {
                    (csrf(&viewer.csrf))
                    input type="hidden" name="version" value=(version);
                    p { "I have read it. It cannot be called back." }
                    button.primary name="do" value="send" { (icon("out")) "Send it to " (due) @if due == 1 { " contact" } @else { " contacts" } }
                }
            }
        }
    }
}

/// How far each issue has come, with what is said about it.
fn course(issues: &[(String, Option<ToldStage>, String)]) -> Markup {
    html! {
        @for (title, stage, words) in issues {
            article.saying {
                p.meta { b dir="auto" { (title) } " " span.soft { (stage.map_or("No longer worked on", said_of)) } }
                p.words dir="auto" { (words) }
            }
        }
    }
}

fn said_of(stage: ToldStage) -> &'static str {
    match stage {
        ToldStage::Acknowledged => "Heard and taken up",
        ToldStage::Planned => "Planned",
        ToldStage::Done => "Done; whether it helps is being found out",
        ToldStage::Verified => "Done, and shown to help",
    }
}

/// What a contact reads.
pub async fn come(State(state): State<AppState>, Id(token): Id<String>, parts: Parts) -> Result<Response, Problem> {
    if let Some(response) = too_often(&state, &parts, "look", MOST_LOOKS) {
        return Ok(response);
    }
    let Some(found) = progress::come(&state.flow, &token).await? else { return Ok(nobody()) };
    let directory = state.flow.directory();
    let company = if directory.company.name.is_empty() { "Heard" } else { directory.company.name.as_str() };
    let body = html! {
        header.top { div { p.eyebrow dir="auto" { (company) } h1 { "What became of what you told us" } } }
        section.card.form aria-label="Letter" { p.words dir="auto" { (found.text) } p.soft dir="auto" { (found.account) } }
        section.card.form aria-labelledby="issues" {
            h2 #issues { "What was raised" }
            @if found.issues.is_empty() { p.soft { "Nothing of it is an issue that many share. Each comment was read." } }
            (course(&found.issues))
        }
        section.card.form aria-labelledby="own" {
            h2 #own { "What you said" }
            @if found.own.is_empty() { p.soft { "You have not written to us yourself." } }
            ol.thread { @for (day, text) in &found.own { li.by-said { p.meta { b { "You" } " " span.soft { (date::long(*day)) } } p.words dir="auto" { (text) } } } }
        }
        (flash(Kind::Note, &html! { "This page is yours alone: who has its address can read it." }))
    };
    Ok(private((StatusCode::OK, visitor("en", &format!("What became of it · {company}"), &body)).into_response()))
}
