//! Mail: what is configured, what did not arrive, addresses that get no letters, and a test letter.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::MessageId;
use heard_domain::message::{MessageState, SuppressedWhy};
use heard_flow::error::FlowError;
use heard_flow::tell::again;
use heard_flow::tell::mail::{self, MailState};
use heard_flow::tell::suppress;
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::settings::shell;
use crate::parts::again::send_again;
use crate::parts::field::{Field, done, refused};
use crate::parts::form::csrf;
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/settings/mail";

/// Shows how mail stands.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let words = pairs.iter().find(|(name, _)| name == "done").map(|(_, value)| value.as_str());
    let words = match words {
        Some("test") => Some("The test letter is on its way: look at the states below, and into the mailbox of the address."),
        Some("barred") => Some("This address gets no letters from now on."),
        Some("freed") => Some("This address gets letters again."),
        Some("again") => Some("It is on its way once more."),
        Some("nothing") => Some("Nothing was changed: it was so already."),
        _ => None,
    };
    whole(&state, &viewer, &Form(Vec::new()), words, None, false).await
}

/// Sends a test letter.
pub async fn test(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    match mail::test(&state.flow, &viewer.scope, form.get("test_address")).await {
        Ok(_) => Ok(Redirect::to("/settings/mail?done=test").into_response()),
        Err(error) => whole(&state, &viewer, &form, None, Some(&named(error, "test_address")), false).await,
    }
}

/// Says that an address gets no letters, or gets them again.
pub async fn address(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let bar = form.get("do") != "free";
    if !bar && form.get("sure") != form.get("barred_address") {
        let why = suppress::look(&state.flow, &viewer.scope, form.get("barred_address")).await;
        if let Ok(Some(SuppressedWhy::Unsubscribed)) = why {
            return whole(&state, &viewer, &form, None, None, true).await;
        }
    }
    match suppress::set(&state.flow, &viewer.scope, form.get("barred_address"), bar).await {
        Ok(changed) => {
            let done = if !changed {
                "nothing"
            } else if bar {
                "barred"
            } else {
                "freed"
            };
            Ok(Redirect::to(&format!("{PATH}?done={done}")).into_response())
        }
        Err(error) => whole(&state, &viewer, &form, None, Some(&named(error, "barred_address")), false).await,
    }
}

/// Sends a message again that may have been sent.
pub async fn again(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<MessageId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let message = again::send(&state.flow, &viewer.scope, id).await?;
    let case = message.case.map(|case| format!("/cases/{case}"));
    // Back to where the button was, but only within the cases.
    let given = form.get("back");
    let queue = given.starts_with("/cases?").then(|| given.to_owned());
    Ok(Redirect::to(&queue.or(case).unwrap_or_else(|| format!("{PATH}?done=again"))))
}

/// The steps call the field “address”; this page has two.
fn named(error: FlowError, field: &str) -> Problem {
    let mut problem = Problem::from(error);
    for one in problem.invalid.iter_mut().filter(|one| one.name == "address") {
        field.clone_into(&mut one.name);
    }
    problem
}

async fn whole(
    state: &AppState,
    viewer: &Viewer,
    typed: &Form,
    words: Option<&str>,
    problem: Option<&Problem>,
    wished: bool,
) -> Result<Response, Problem> {
    let mail = mail::state(&state.flow, &viewer.scope).await?;
    let barred = suppress::tally(&state.flow, &viewer.scope).await?;
    let body = html! {
        (done(words))
        (refused(problem, &["test_address", "barred_address"]))
        (configured(&mail))
        section.card.narrow aria-labelledby="test-letter" {
            h2 #test-letter { "Test letter" }
            form.form method="post" action={ (PATH) "/test" } {
                (csrf(&viewer.csrf))
                (Field { name: "test_address", label: "Address", kind: "email", value: typed.get("test_address"), autocomplete: "email",
                    hint: "It goes the way of every other message." }.show(problem))
                button.primary { "Send a test letter" }
            }
        }
        (troubled(state, viewer, &mail))
        section.card.narrow aria-labelledby="suppressed" {
            h2 #suppressed { "Addresses that get no letters" }
            @if barred.is_empty() { p.soft { "There are none." } }
            @else { dl.facts { @for (why, n) in &barred { dt { (why.label()) } dd { (n) } } } }
            p.soft { "They are kept so that nobody can read them, also after a person was erased: they cannot be listed." }
            form.form method="post" action={ (PATH) "/addresses" } {
                (csrf(&viewer.csrf))
                (Field { name: "barred_address", label: "Address", kind: "email", value: typed.get("barred_address"), autocomplete: "off",
                    hint: "Answers in cases still go to it, unless it does not exist." }.show(problem))
                @if wished {
                    div.field { span.wrong role="alert" { "Who has this address asked for no more letters. Write to them again only if they say so themselves." } }
                    input type="hidden" name="sure" value=(typed.get("barred_address"));
                    div.inline {
                        button.danger name="do" value="free" { "They want letters again" }
                        a.button.ghost href=(PATH) { "Leave it as it is" }
                    }
                } @else {
                    div.inline {
                        button.secondary name="do" value="bar" { "No letters" }
                        button.ghost name="do" value="free" { "Letters again" }
                    }
                }
            }
        }
    };
    Ok(shell::page(viewer, PATH, "Mail", problem, &body))
}

fn configured(mail: &MailState) -> Markup {
    let count = |state: MessageState| mail.tally.get(&state).copied().unwrap_or(0);
    html! {
        section.card.narrow aria-labelledby="configured" {
            h2 #configured { "How mail goes out and comes in" }
            @match &mail.shown {
                None => { p { "No mail server is configured, and nothing is sent. Name one in the section " code { "[mail]" } " of the configuration and start Heard again." } }
                Some((from, shown)) => {
                    dl.facts {
                        dt { "From" } dd { (from) }
                        dt { "Server" } dd { (shown.server) ", " (shown.security) }
                        dt { "Mailbox" } dd { (shown.inbox.as_deref().unwrap_or("none: replies are written on the customer's own page")) }
                        @if let Some(trouble) = mail.inbox.as_ref().and_then(|inbox| inbox.trouble.as_ref()) { dt { "Mailbox cannot be read" } dd { (trouble) } }
                        @for state in MessageState::ALL { @if count(*state) > 0 { dt { (state.label()) } dd { (count(*state)) } } }
                        @for (became, n) in &mail.came { dt { "Came in: " (became) } dd { (n) } }
                        @if shown.inbox.is_some() {
                            dt { "Older mails" }
                            dd {
                                @if mail.history_days == 0 { "Are left alone: only what comes in after the first look is taken in (" code { "inbox_history_days" } ")." }
                                @else { "The first look takes in " (mail.history_days) " days as history; nobody is sent to them." }
                            }
                            dt { "Senders are proven by" }
                            dd {
                                @match &mail.authserv {
                                    Some(name) => (name),
                                    None => { "nobody: each comment by mail is marked as not proven, and gets a case of its own (" code { "authserv_id" } ")" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn troubled(state: &AppState, viewer: &Viewer, mail: &MailState) -> Markup {
    let directory = state.flow.directory();
    html! {
        @if !mail.troubled.is_empty() {
            section.card aria-labelledby="troubled" {
                h2 #troubled { "What did not arrive, or may not have" }
                ul.changes {
                    @for message in &mail.troubled {
                        li {
                            span { (message.state.label()) ": " (message.kind.label()) @if let Some(case) = message.case { " in " a href={ "/cases/" (case) } { "a case" } } }
                            span.soft { (say::moment(message.at, &directory.company.zone)) @if let Some(reason) = &message.reason { ": " (reason) } }
                            @if message.state == MessageState::Failed {
                                (send_again(message.id, viewer, PATH))
                            } @else if message.state == MessageState::Maybe {
                                p.soft { "Nobody knows whether it arrived. If it is sent again, it may arrive twice." }
                                (send_again(message.id, viewer, PATH))
                            }
                        }
                    }
                }
            }
        }
    }
}
