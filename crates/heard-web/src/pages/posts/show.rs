//! One listening post: what it is for, how it fares, and the ways into it: feedback form, webhooks, tokens, imports.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heard_domain::form::FormDraft;
use heard_domain::id::{PostId, WebhookId};
use heard_domain::user::Grant;
use heard_flow::arrange::post::{PostDraft, seen};
use heard_flow::arrange::{form, webhook};
use heard_flow::measure::listening;
use heard_flow::seen::seen as names;
use heard_store::tables;
use maud::{Markup, html};

use crate::extract::{Asked, Id};
use crate::pages::posts::mapping::{Edited, Hooks};
use crate::pages::posts::{builder, edit, health, mapping};
use crate::parts::field::done;
use crate::parts::flash::{Kind, flash};
use crate::parts::layout::{self, Place};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// A part of the page that can be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the post is.
    Post,
    /// Its form.
    Form,
    /// Its webhooks.
    Webhook,
}

/// What the page shows beyond what is kept.
#[derive(Default)]
pub struct Page {
    /// What was done just now.
    pub saved: Option<&'static str>,
    /// The post as it was filled in.
    pub draft: Option<PostDraft>,
    /// The feedback form as it was filled in.
    pub form: Option<FormDraft>,
    /// A webhook as it was filled in, with what was tried.
    pub edited: Option<(WebhookId, Edited)>,
    /// A secret that is shown now, and never again.
    pub secret: Option<(String, String)>,
    /// What was refused, and where.
    pub refused: Option<(Part, Problem)>,
    /// How the site was reached: for addresses on paper.
    pub headers: HeaderMap,
}

impl Page {
    /// Something was refused.
    pub fn refused(part: Part, problem: Problem) -> Self {
        Self { refused: Some((part, problem)), ..Self::default() }
    }

    /// The problem of a part.
    pub fn problem(&self, wanted: Part) -> Option<&Problem> {
        self.refused.as_ref().filter(|(part, _)| *part == wanted).map(|(_, problem)| problem)
    }
}

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    Asked(pairs): Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let said = |wanted: &str| pairs.iter().any(|(name, _)| name == wanted);
    let saved = [("saved", "Saved."), ("code", "It has a new address; the old one stopped working."), ("removed", "Removed.")];
    let saved = saved.into_iter().find(|(name, _)| said(name)).map(|(_, words)| words);
    page(&state, &viewer, id, Page { saved, headers, ..Page::default() }).await
}

/// The page of a post.
pub async fn page(state: &AppState, viewer: &Viewer, id: PostId, page: Page) -> Result<Response, Problem> {
    let post = seen(&state.flow, &viewer.scope, id)?;
    let (directory, users) = (names(&state.flow, &viewer.scope).await?, edit::users(state).await?);
    let (now, zone) = (state.flow.now(), &directory.company.zone);
    let fares = listening::one(&state.flow, &viewer.scope, id).await?;
    let kept = form::get(&state.flow, &viewer.scope, id).await?;
    let shapes = viewer.may(Grant::Shape);
    let hooks = if shapes { webhook::list(&state.flow, &viewer.scope, id).await? } else { vec![] };
    let base = base(state, &page.headers);
    let ways = ways(state, viewer, id).await?;
    let draft = page.draft.clone().unwrap_or_else(|| post.clone().into());
    let body = html! {
        header.top {
            div { p.eyebrow { "Listening post · " (post.channel) } h1 { bdi { (post.name) } } }
            div.tools {
                @if viewer.may(Grant::ReadFeedback) { a.secondary href={ "/feedback?when=ever&post=" (id) } { "Read its comments" } }
                a.secondary href="/posts" { "All listening posts" }
            }
        }
        (done(page.saved))
        @if let Some((name, secret)) = &page.secret {
            section.flash.good role="status" aria-label="The secret" {
                div {
                    p { strong { "The secret of “" (name) "”. Copy it now: it is shown only this once." } }
                    p.secret { code { (secret) } }
                }
            }
        }
        @if let Some(lacks) = health::noise(&post) {
            (flash(Kind::Note, &html! { "This post is noise: it lacks " (lacks) "." @if shapes { " Say it below." } }))
        }
        div.two.even {
            (health::card(&fares, now, zone))
            section.card aria-labelledby="what" {
                div.ch { h2 #what { "What it is for" } }
                @if shapes {
                    @let problem = page.problem(Part::Post);
                    (edit::told(&post, &directory, &users))
                    details.twin open[problem.is_some() || !post.lacks().is_empty()] {
                        summary { "Change" }
                        (edit::fields(&format!("/posts/{id}"), viewer, &draft, &directory, &users, problem))
                    }
                } @else { (edit::told(&post, &directory, &users)) }
            }
        }
        (builder::card(&builder::Built { viewer, directory: &directory, id, kept: kept.as_ref(), draft: page.form.as_ref(), base: &base, known: state.site.public_url.is_some(), problem: page.problem(Part::Form) }))
        @if shapes { (mapping::card(&Hooks { viewer, id, hooks: &hooks, edited: page.edited.as_ref(), base: &base, now, zone, problem: page.problem(Part::Webhook) })) }
        (ways)
    };
    let status = page.refused.as_ref().map_or(StatusCode::OK, |(_, problem)| problem.code.status());
    Ok((status, layout::page(viewer, Some(Place::Posts), &post.name, &body)).into_response())
}

/// Tokens and imports of the post.
async fn ways(state: &AppState, viewer: &Viewer, id: PostId) -> Result<Markup, Problem> {
    let (administers, imports) = (viewer.may(Grant::Administer), viewer.may(Grant::ReadImports));
    let read = move |view: &heard_store::view::View| {
        let tokens = if administers { tables::token::list(view)? } else { vec![] };
        let imports = if imports { tables::import::list(view, 500)? } else { vec![] };
        Ok((tokens, imports))
    };
    let (tokens, imports) = state.flow.store.read(&viewer.scope, read).await?;
    let (now, zone) = (state.flow.now(), state.flow.directory().company.zone.clone());
    let tokens: Vec<_> = tokens.into_iter().filter(|token| token.post == Some(id)).collect();
    let imports: Vec<_> = imports.into_iter().filter(|import| import.post == Some(id)).take(10).collect();
    Ok(html! {
        section.card aria-labelledby="ways" {
            div.ch { div { h2 #ways { "Programs and files" } p { "Programs send feedback to this post as post " code { (id) } "." } } }
            @if administers {
                h3 { "Tokens of this post" }
                @if tokens.is_empty() { p.soft { "None. What is sent with a token of a post goes there, and only there." } }
                ul.changes {
                    @for token in &tokens {
                        li { span { (token.name) } span.soft { @match token.seen { Some(seen) => { "last used " (say::ago(now, seen, &zone)) }, None => "never used" } } }
                    }
                }
                p { a.more href={ "/settings/tokens?post=" (id) "#make" } { "Make a token for it" } }
            }
            @if viewer.may(Grant::ReadImports) {
                h3 { "Files that came in" }
                @if imports.is_empty() { p.soft { "None yet." } }
                ul.changes {
                    @for import in &imports {
                        li { a.more href={ "/imports/" (import.id) } { bdi { (import.name) } } span.soft { (import.state) ", " (say::ago(now, import.at, &zone)) } }
                    }
                }
            }
        }
    })
}

/// The address under which people reach the site: as configured, or as the browser said it.
pub fn base(state: &AppState, headers: &HeaderMap) -> String {
    if let Some(url) = &state.site.public_url {
        return url.clone();
    }
    let plain =
        |host: &&str| host.len() < 200 && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(plain);
    format!("http://{}", host.unwrap_or("localhost"))
}
