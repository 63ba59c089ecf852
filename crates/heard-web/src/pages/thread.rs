//! The customer's own page: what they said and what they were answered, a place to write back, and the question whether it helped.
//! Who has the address has the page: there is no session, no script, and nothing that a search engine may keep.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::qr::qr;
use heard_domain::case_entry::LONGEST_ENTRY;
use heard_domain::channel::Channel;
use heard_domain::message::Topic;
use heard_flow::act::customer::{self, Conversation, Word, Written};
use heard_flow::error::FlowError;
use heard_flow::hear::more;
use heard_flow::tell::suppress;
use maud::{Markup, PreEscaped, html};

use crate::extract::{Asked, Form, Id};
use crate::guard::address;
use crate::pages::posts::show::base;
use crate::parts::flash::{Kind, flash};
use crate::parts::layout::visitor;
use crate::parts::say;
use crate::parts::wishes::{choices, unwanted};
use crate::problem::Problem;
use crate::state::AppState;

/// So often one address may look or write within a quarter of an hour: nobody guesses a page.
const MOST_LOOKS: u32 = 300;
const MOST_WRITES: u32 = 30;

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    Id(token): Id<String>,
    Asked(pairs): Asked,
    headers: HeaderMap,
    parts: Parts,
) -> Result<Response, Problem> {
    if let Some(response) = too_often(&state, &parts, "look", MOST_LOOKS) {
        return Ok(response);
    }
    let Some(conversation) = customer::show(&state.flow, &token).await? else { return Ok(nobody()) };
    let said = |name: &str| pairs.iter().any(|(key, _)| key == name);
    let done = match () {
        () if said("written") => Some("Your words have arrived. Whoever answers writes here."),
        () if said("heard") => Some("Thank you. What you say counts."),
        () if said("chosen") => Some("Your choice is kept."),
        () => None,
    };
    let link = format!("{}/t/{token}", base(&state, &headers));
    let wishes = suppress::chosen(&state.flow, &token).await?;
    Ok(page(&state, &token, &conversation, &link, &Said { done, wishes: wishes.as_deref(), ..Said::default() }))
}

/// Takes what the customer writes, or their word whether it helped.
pub async fn send(
    State(state): State<AppState>,
    Id(token): Id<String>,
    headers: HeaderMap,
    parts: Parts,
    form: Form,
) -> Result<Response, Problem> {
    if let Some(response) = too_often(&state, &parts, "write", MOST_WRITES) {
        return Ok(response);
    }
    if let Ok(word) = form.get("helped").parse::<Word>() {
        let there = customer::say(&state.flow, &token, word).await?;
        return Ok(if there { Redirect::to(&format!("/t/{token}?heard=yes")).into_response() } else { nobody() });
    }
    if let Some(unwanted) = unwanted(&form) {
        let there = suppress::choose(&state.flow, &token, &unwanted).await?;
        return Ok(if there { Redirect::to(&format!("/t/{token}?chosen=yes")).into_response() } else { nobody() });
    }
    let words = form.get("words");
    match customer::write(&state.flow, &token, words).await {
        Ok(Written::Missing) => Ok(nobody()),
        Ok(Written::Kept) => Ok(Redirect::to(&format!("/t/{token}?written=yes")).into_response()),
        Ok(Written::NoCase(post)) => {
            more::more(&state.flow, &token, post, words).await?;
            Ok(Redirect::to(&format!("/t/{token}?written=yes")).into_response())
        }
        Err(FlowError::Rule { reason, .. }) => {
            let Some(conversation) = customer::show(&state.flow, &token).await? else { return Ok(nobody()) };
            let link = format!("{}/t/{token}", base(&state, &headers));
            let wishes = suppress::chosen(&state.flow, &token).await?;
            let said = Said { wrong: Some(&reason), typed: words, wishes: wishes.as_deref(), ..Said::default() };
            Ok(page(&state, &token, &conversation, &link, &said))
        }
        Err(error) => Err(error.into()),
    }
}

/// The answer to who comes too often.
pub fn too_often(state: &AppState, parts: &Parts, what: &str, most: u32) -> Option<Response> {
    let key = format!("thread {what} {}", address(state, parts));
    let seconds = state.visits.count(&key, most, state.flow.now()).err()?;
    let body =
        html! { header.top { div { h1 { "Too often" } } } div.card.form { p { "Try again in some minutes: nothing is lost." } } };
    let mut response = (StatusCode::TOO_MANY_REQUESTS, visitor("en", "Too often", &body)).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Some(private(response))
}

/// No copy on the way, no search engine, and no address handed on.
pub fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow, noarchive"));
    response
}

/// The answer to a secret that leads nowhere.
pub fn nobody() -> Response {
    let body = html! {
        header.top { div { h1 { "There is no such page" } } }
        div.card.form { p { "Look whether the whole address was copied. Addresses like this one are long, and every letter counts." } }
    };
    private((StatusCode::NOT_FOUND, visitor("en", "There is no such page", &body)).into_response())
}

/// What the page says of what was done a moment ago, and of what the customer has chosen.
#[derive(Default)]
struct Said<'a> {
    done: Option<&'a str>,
    wrong: Option<&'a str>,
    typed: &'a str,
    /// Of what they want no letters; `None`: no address of theirs is known here.
    wishes: Option<&'a [Topic]>,
}

fn page(state: &AppState, token: &str, conversation: &Conversation, link: &str, said: &Said) -> Response {
    let Said { done, wrong, typed, wishes } = *said;
    let directory = state.flow.directory();
    let company = if directory.company.name.is_empty() { "Heard" } else { directory.company.name.as_str() };
    let action = format!("/t/{token}");
    let by_mail = conversation
        .post
        .and_then(|id| directory.posts.iter().find(|post| post.id == id))
        .is_some_and(|post| post.channel == Channel::Email);
    let body = html! {
        header.top { div { p.eyebrow dir="auto" { (company) } h1 { "Your conversation with us" } } }
        @if let Some(done) = done { (flash(Kind::Done, &html! { (done) })) }
        section.card.form aria-label="What was said" {
            ol.thread {
                @for turn in &conversation.turns {
                    li.by-said[turn.own].by-answer[!turn.own] {
                        p.meta { b { @if turn.own { "You" } @else { (company) } } " " span.soft { (say::moment(turn.at, &directory.company.zone)) } }
                        p.words dir="auto" { @if turn.text.trim().is_empty() { "You gave a rating." } @else { (turn.text) } }
                    }
                }
            }
            @if !conversation.taken_up { p.soft { "Your words have arrived, and are read. When somebody answers, the answer stands here: keep the address of this page." } }
        }
        @if conversation.can_say { (asked(&action)) }
        @else if let Some(helped) = conversation.helped {
            p.soft { @if helped { "You told us that it helped. Thank you." } @else { "You told us that it did not help: we look at it again." } }
        }
        form.card.form method="post" action=(action) {
            div.field {
                label for="words" { "Write to us" }
                textarea.input id="words" name="words" rows="5" maxlength=(LONGEST_ENTRY) dir="auto" required aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[wrong.map(|_| "words-wrong")] { "\n" (typed) }
                @if let Some(wrong) = wrong { span.wrong id="words-wrong" role="alert" { "What you write " (wrong) } }
            }
            button.primary type="submit" { "Send" }
        }
        @if let Some(unwanted) = wishes { (choices(&action, unwanted)) }
        @if !by_mail { (kept(link)) }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    private((status, visitor("en", &format!("Your conversation · {company}"), &body)).into_response())
}

fn asked(action: &str) -> Markup {
    html! {
        form.card.form method="post" action=(action) {
            fieldset.field {
                legend { "Did this help?" }
                div.inline {
                    @for word in Word::ALL { button.secondary name="helped" value=(word.code()) { (word.label()) } }
                }
            }
            p.soft { "Only your word closes this. If it did not help, somebody looks at it again." }
        }
    }
}

/// How to come back: the address, and a code for another device.
fn kept(link: &str) -> Markup {
    html! {
        section.card.form aria-label="Come back to this page" {
            p { "This page is yours alone: who has its address can read it. Keep it to come back." }
            p.address { a href=(link) { (link) } }
            @if let Some(picture) = qr(link) { div.code.small { (PreEscaped(picture.as_str())) } }
        }
    }
}
