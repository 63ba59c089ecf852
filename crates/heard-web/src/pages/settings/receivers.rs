//! Receivers of alerts: made (the secret is shown once), changed, tried, given a new secret, removed.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::alert::AlertKind;
use heard_domain::id::ReceiverId;
use heard_domain::receiver::Receiver;
use heard_domain::time::{Time, Zone};
use heard_flow::arrange::receiver::{self, ReceiverDraft};
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::settings::shell;
use crate::parts::empty::empty;
use crate::parts::field::{boxes, line, refused};
use crate::parts::flash::{Kind, flash};
use crate::parts::form::{Options, csrf};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// The fields whose reasons stand beside them.
const FIELDS: [&str; 3] = ["name", "address", "kinds"];

/// What a page shows beside the list.
#[derive(Default)]
struct Shown<'a> {
    secret: Option<(&'a str, &'a str)>,
    tried: Option<(&'a str, Option<&'a str>)>,
    refused: Option<(&'a Form, &'a Problem)>,
}

/// Lists them, with the form that makes one.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    page(&state, &viewer, &Shown::default()).await
}

fn draft(form: &Form, on: bool) -> Result<ReceiverDraft, Problem> {
    let kind = |code: &str| code.parse::<AlertKind>().map_err(|_| Problem::field("kinds", "must be kinds of alerts"));
    let kinds = form.all("kinds").map(kind).collect::<Result<Vec<_>, _>>()?;
    Ok(ReceiverDraft { name: form.get("name").to_owned(), address: form.get("address").to_owned(), kinds, on })
}

/// Makes one and shows its secret, once.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let made = async { receiver::add(&state.flow, &viewer.scope, draft(&form, true)?).await.map_err(Problem::from) };
    match made.await {
        Ok((made, secret)) => page(&state, &viewer, &Shown { secret: Some((&made.name, &secret)), ..Shown::default() }).await,
        Err(problem) => page(&state, &viewer, &Shown { refused: Some((&form, &problem)), ..Shown::default() }).await,
    }
}

/// Changes one, tries it, gives it a new secret, or removes it: what its form wants.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<ReceiverId>,
    form: Form,
) -> Result<Response, Problem> {
    let (flow, scope) = (&state.flow, &viewer.scope);
    let there = receiver::get(flow, scope, id).await?;
    match form.get("do") {
        "try" => {
            let failure = receiver::attempt(flow, scope, id).await?;
            page(&state, &viewer, &Shown { tried: Some((&there.name, failure.as_deref())), ..Shown::default() }).await
        }
        "rotate" => {
            let (made, secret) = receiver::rotate(flow, scope, id).await?;
            page(&state, &viewer, &Shown { secret: Some((&made.name, &secret)), ..Shown::default() }).await
        }
        "remove" => {
            receiver::remove(flow, scope, id).await?;
            Ok(Redirect::to("/settings/receivers").into_response())
        }
        "off" | "on" => {
            let on = form.get("do") == "on";
            receiver::change(flow, scope, id, ReceiverDraft { on, ..ReceiverDraft::from(there) }).await?;
            Ok(Redirect::to("/settings/receivers").into_response())
        }
        _ => Err(Problem::field("do", "must say what is to be done")),
    }
}

async fn page(state: &AppState, viewer: &Viewer, shown: &Shown<'_>) -> Result<Response, Problem> {
    let receivers = receiver::list(&state.flow, &viewer.scope).await?;
    let (directory, now) = (state.flow.directory(), state.flow.now());
    let problem = shown.refused.map(|(_, problem)| problem);
    let body = html! {
        @if let Some((name, secret)) = shown.secret {
            section.flash.good role="status" aria-label="The secret" {
                div {
                    p { strong { "Copy the secret of “" (name) "” now: it is shown only this once." } " With it the receiver checks that a delivery is from here." }
                    p.secret { code { (secret) } }
                }
            }
        }
        @match shown.tried {
            Some((name, None)) => (flash(Kind::Done, &html! { "“" (name) "” has taken the delivery." })),
            Some((name, Some(why))) => (flash(Kind::Wrong, &html! { "“" (name) "” has not taken the delivery: " (why) "." })),
            None => {}
        }
        section.card aria-label="Receivers of alerts" {
            @if receivers.is_empty() {
                (empty("warn", "No receivers yet", "A receiver is another system that is told of alerts at once, like a pager or a chat: a signed request for each.", &html! {}))
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of receivers" {
                    table.plain {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "Address" } th scope="col" { "Told of" } th scope="col" { "Last delivery" } th scope="col" { span.vh { "Change" } } } }
                        tbody { @for receiver in &receivers { (row(receiver, viewer, now, &directory.company.zone)) } }
                    }
                }
            }
        }
        (make(viewer, shown))
    };
    Ok(shell::page(viewer, "/settings/receivers", "Receivers of alerts", problem, &body))
}

fn row(receiver: &Receiver, viewer: &Viewer, now: Time, zone: &Zone) -> Markup {
    html! {
        tr {
            td { (receiver.name) @if !receiver.on { " " span.chip.state { "Off" } } }
            td { code { (receiver.address) } }
            td {
                @if receiver.kinds.is_empty() { "all alerts" }
                @for (n, kind) in receiver.kinds.iter().enumerate() { @if n > 0 { ", " } (kind.label().to_lowercase()) }
            }
            td {
                @match (receiver.delivered, receiver.failed.zip(receiver.failure.as_deref())) {
                    (_, Some((at, why))) => { span.chip.state.bad { "Failed" } " " (say::ago(now, at, zone)) ": " (why) }
                    (Some(at), None) => { (say::ago(now, at, zone)) }
                    (None, None) => span.soft { "none yet" }
                }
            }
            td {
                form.inline method="post" action={ "/settings/receivers/" (receiver.id) } {
                    (csrf(&viewer.csrf))
                    button.secondary name="do" value="try" { "Try" span.vh { " " (receiver.name) } }
                    @if receiver.on { button.ghost name="do" value="off" { "Switch off" span.vh { " " (receiver.name) } } }
                    @else { button.ghost name="do" value="on" { "Switch on" span.vh { " " (receiver.name) } } }
                    button.ghost name="do" value="rotate" data-sure={ "Give “" (receiver.name) "” a new secret? The one before does not hold any more." } { "New secret" span.vh { " for " (receiver.name) } }
                    button.danger name="do" value="remove" data-sure={ "Remove “" (receiver.name) "”? It is told of nothing any more." } { "Remove" span.vh { " " (receiver.name) } }
                }
            }
        }
    }
}

fn make(viewer: &Viewer, shown: &Shown) -> Markup {
    let problem = shown.refused.map(|(_, problem)| problem);
    let typed = |name: &str| shown.refused.map_or("", |(form, _)| form.get(name));
    let kinds: Options = AlertKind::ALL.iter().map(|kind| (kind.code().to_owned(), kind.label().to_owned())).collect();
    let chosen: Vec<String> = shown.refused.map(|(form, _)| form.all("kinds").map(str::to_owned).collect()).unwrap_or_default();
    html! {
        section.card.narrow aria-labelledby="make" {
            div.ch { h2 #make { "Add a receiver" } }
            form.form method="post" action="/settings/receivers" {
                (csrf(&viewer.csrf))
                (refused(problem, &FIELDS))
                (line("name", "What it is for", typed("name"), "Like “Duty pager”.", problem))
                (line("address", "Address", typed("address"), "Where deliveries go, like https://pager.example.com/heard. Nothing of what customers said is in them: they say that something waits, and where.", problem))
                (boxes("kinds", "Told of (none: of all)", &kinds, &chosen, problem))
                button.primary { "Add receiver" }
            }
        }
    }
}
