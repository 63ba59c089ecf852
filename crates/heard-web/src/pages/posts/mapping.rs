//! The card of a post's webhooks: the address of each, how the sender's JSON is mapped, and what a sample would give.

use heard_domain::feedback::NewFeedback;
use heard_domain::id::{PostId, WebhookId};
use heard_domain::score::Formula;
use heard_domain::time::{Time, Zone};
use heard_domain::webhook::{AttributePath, Fields, RatingPath, Webhook};
use heard_flow::hear::mapped::Misfit;
use maud::{Markup, html};

use crate::extract::Form;
use crate::parts::field::{Field, refused};
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::say;
use crate::problem::Problem;
use crate::viewer::Viewer;

/// A webhook as it was filled in.
pub struct Edited {
    /// What it is for.
    pub name: String,
    /// How the sender's JSON is understood.
    pub fields: Fields,
    /// What the sender sends.
    pub sample: String,
    /// What would be heard of it, or why nothing.
    pub tried: Option<Result<Vec<NewFeedback>, Vec<Misfit>>>,
}

/// The mapping as it was filled in, and as it is meant: without any path it is Heard's own JSON.
pub fn filled(form: &Form) -> (Fields, Result<Option<Fields>, Problem>) {
    let (fields, wrong) = fields(form);
    let meant = wrong.map_or_else(|| Ok((fields != Fields::default()).then(|| fields.clone())), Err);
    (fields, meant)
}

/// The mapping as it was filled in, and what of it cannot be meant.
fn fields(form: &Form) -> (Fields, Option<Problem>) {
    let path = |name: &str| form.get(name).trim().to_owned();
    let lines = |name: &'static str| form.get(name).lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let mut problem = None;
    let mut ratings = Vec::new();
    for line in lines("ratings") {
        let parts = line.split_once('=').and_then(|(path, rest)| {
            let (scale, formula) = rest.rsplit_once(':')?;
            Some(RatingPath {
                path: path.trim().into(),
                scale: scale.trim().into(),
                formula: formula.trim().parse::<Formula>().ok()?,
            })
        });
        if let Some(rating) = parts {
            ratings.push(rating);
        } else {
            let known: Vec<&str> = Formula::ALL.iter().map(|formula| formula.code()).collect();
            let reason = format!("“{line}” is not like “score = NPS : nps”; formulas are {}", known.join(", "));
            problem = Some(Problem::field("ratings", reason));
        }
    }
    let mut attributes = Vec::new();
    for line in lines("attributes") {
        match line.split_once('=') {
            Some((path, name)) => attributes.push(AttributePath { name: name.trim().into(), path: path.trim().into() }),
            None => problem = Some(Problem::field("attributes", format!("“{line}” is not like “ticket.tags = Tags”"))),
        }
    }
    let fields = Fields {
        items: path("items"),
        key: path("key"),
        at: path("at"),
        text: path("text"),
        author: path("author"),
        email: path("email"),
        touchpoint: path("contact_point"),
        link: path("link"),
        ratings,
        attributes,
    };
    (fields, problem)
}

/// What the card shows.
pub struct Hooks<'a> {
    /// Who looks.
    pub viewer: &'a Viewer,
    /// The post.
    pub id: PostId,
    /// Its webhooks.
    pub hooks: &'a [Webhook],
    /// One as it was filled in.
    pub edited: Option<&'a (WebhookId, Edited)>,
    /// The address of the site.
    pub base: &'a str,
    /// Now.
    pub now: Time,
    /// The company's time zone.
    pub zone: &'a Zone,
    /// What was refused.
    pub problem: Option<&'a Problem>,
}

/// The card of the webhooks.
pub fn card(card: &Hooks) -> Markup {
    html! {
        section.card aria-labelledby="webhooks" {
            div.ch { div { h2 #webhooks { "Webhooks" } p { "Another system sends what it hears, signed as Standard Webhooks says. However often a delivery comes, it is heard once." } } }
            @if card.edited.is_none() { (refused(card.problem, &[])) }
            @if card.hooks.is_empty() { p.soft { "None yet." } }
            @for hook in card.hooks { (one(card, hook)) }
            details.twin open[card.problem.is_some() && card.edited.is_none()] {
                summary { "Make a webhook" }
                form.form method="post" action={ "/posts/" (card.id) "/webhooks" } {
                    (csrf(&card.viewer.csrf))
                    (Field { name: "hook_name", label: "What it is for", kind: "text", value: "", autocomplete: "off", hint: "Like “Help desk”. Its secret is shown once." }.show(None))
                    button.primary { "Make webhook" }
                }
            }
        }
    }
}

fn one(card: &Hooks, hook: &Webhook) -> Markup {
    let edited = card.edited.filter(|(id, _)| *id == hook.id).map(|(_, edited)| edited);
    let address = format!("{}/hooks/{}", card.base, hook.id);
    html! {
        article.hook id={ "hook-" (hook.id) } {
            h3 { (hook.name) }
            dl.facts {
                dt { "Address" } dd { code { (address) } }
                dt { "Last used" } dd { @match hook.seen { Some(seen) => (say::ago(card.now, seen, card.zone)), None => "never" } }
                dt { "Understands" } dd { @if hook.fields.is_some() { "the sender’s own JSON, as mapped below" } @else { "Heard’s own JSON: one feedback, or a list" } }
                @if let Some(until) = hook.old_until.filter(|until| *until > card.now) { dt { "Old secret" } dd { "accepted until " (say::moment(until, card.zone)) } }
            }
            details.twin open[edited.is_some()] {
                summary { "Map the sender’s JSON, and try it with a sample" }
                (mapping(card, hook, edited))
            }
            div.tools {
                form method="post" action={ "/webhooks/" (hook.id) "/secret" } {
                    (csrf(&card.viewer.csrf))
                    button.secondary data-sure={ "Make a new secret for “" (hook.name) "”? The one before is accepted for one more day." } { "New secret" span.vh { " for " (hook.name) } }
                }
                form method="post" action={ "/webhooks/" (hook.id) "/remove" } {
                    (csrf(&card.viewer.csrf))
                    button.danger data-sure={ "Remove “" (hook.name) "”? Its deliveries are refused at once. What was heard stays." } { "Remove" span.vh { " " (hook.name) } }
                }
            }
        }
    }
}

fn mapping(card: &Hooks, hook: &Webhook, edited: Option<&Edited>) -> Markup {
    let fields = edited.map(|edited| edited.fields.clone()).or_else(|| hook.fields.clone()).unwrap_or_default();
    let id = |name: &str| format!("{name}-{}", hook.id);
    let paths = [
        ("items", "The list of feedbacks", &fields.items),
        ("key", "What makes it the same one", &fields.key),
        ("at", "When it was said", &fields.at),
        ("text", "The words", &fields.text),
        ("author", "The author’s name", &fields.author),
        ("email", "The author’s e-mail address", &fields.email),
        ("contact_point", "The touchpoint", &fields.touchpoint),
        ("link", "The address of the original", &fields.link),
    ];
    let ratings: Vec<String> =
        fields.ratings.iter().map(|one| format!("{} = {} : {}", one.path, one.scale, one.formula.code())).collect();
    let attributes: Vec<String> = fields.attributes.iter().map(|one| format!("{} = {}", one.path, one.name)).collect();
    let name = edited.map_or(hook.name.as_str(), |edited| edited.name.as_str());
    html! {
        form.form method="post" action={ "/webhooks/" (hook.id) } {
            (csrf(&card.viewer.csrf))
            @if edited.is_some() { (refused(card.problem, &[])) }
            p.soft { "Paths lead into the JSON by dots: " code { "data.ticket.id" } ", " code { "answers.0.text" } ". Leave all empty for Heard’s own JSON." }
            div.field { label for=(id("hook_name")) { "What it is for" } input.input id=(id("hook_name")) name="hook_name" value=(name) required maxlength="120"; }
            div.fields {
                @for (name, label, value) in paths {
                    div.field { label for=(id(name)) { (label) } input.input id=(id(name)) name=(name) value=(value) maxlength="200" spellcheck="false"; }
                }
            }
            div.field {
                label for=(id("ratings")) { "Ratings, one a line" }
                span.hint id=(id("ratings-hint")) { "path = scale : formula, like “score = NPS : nps”" }
                textarea.input id=(id("ratings")) name="ratings" rows="2" aria-describedby=(id("ratings-hint")) spellcheck="false" { "\n" (ratings.join("\n")) }
            }
            div.field {
                label for=(id("attributes")) { "Attributes, one a line" }
                span.hint id=(id("attributes-hint")) { "path = name, like “ticket.tags = Tags”" }
                textarea.input id=(id("attributes")) name="attributes" rows="2" aria-describedby=(id("attributes-hint")) spellcheck="false" { "\n" (attributes.join("\n")) }
            }
            div.field {
                label for=(id("sample")) { "A sample of what the sender sends" }
                textarea.input id=(id("sample")) name="sample" rows="6" spellcheck="false" { "\n" (edited.map_or("", |edited| edited.sample.as_str())) }
            }
            @if let Some(tried) = edited.and_then(|edited| edited.tried.as_ref()) { (outcome(tried, card)) }
            div.tools {
                button.primary { "Save mapping" }
                button.secondary formaction={ "/webhooks/" (hook.id) "/try" } { "Try it with the sample" }
            }
        }
    }
}

fn outcome(tried: &Result<Vec<NewFeedback>, Vec<Misfit>>, card: &Hooks) -> Markup {
    match tried {
        Err(misfits) => flash(
            Kind::Wrong,
            &html! { p { "Nothing of it would be heard:" } ul { @for bad in misfits { li { code { (bad.field) } " " (bad.reason) } } } },
        ),
        Ok(heard) => html! {
            (flash(Kind::Done, &html! { "This would be heard. Nothing is kept of a sample." }))
            div.scroll tabindex="0" role="group" aria-label="What would be heard" {
                table.plain {
                    thead { tr { th scope="col" { "Key" } th scope="col" { "When" } th scope="col" { "Words" } th scope="col" { "Author" } th scope="col" { "Ratings" } th scope="col" { "Attributes" } } }
                    tbody {
                        @for one in heard.iter().take(20) {
                            tr {
                                td { code { (one.key) } }
                                td { (say::moment(one.at, card.zone)) }
                                td dir="auto" { (say::beginning(&one.text, 200)) }
                                td dir="auto" { (one.author.name.as_deref().unwrap_or("–")) @for identity in &one.author.identities { " " (identity.handle) } }
                                td { @for rating in &one.ratings { div { (rating.scale) " " (rating.value) } } }
                                td { @for (name, value) in &one.attributes { div { (name) ": " (value) } } }
                            }
                        }
                    }
                }
            }
        },
    }
}
