//! The card in which the feedback form of a post is built: what it asks, how it looks, where it stands.

use heard_domain::directory::Directory;
use heard_domain::form::{Ask, Form as Asks, FormDraft, FormLanguage};
use heard_domain::id::PostId;
use heard_domain::user::Grant;
use heard_flow::hear::form::Filled;
use maud::{Markup, html};

use crate::extract::Form;
use crate::parts::asking::Asking;
use crate::parts::field::{Field, reason, refused};
use crate::parts::form::csrf;
use crate::problem::Problem;
use crate::viewer::Viewer;

const FIELDS: [&str; 4] = ["question", "rating_question", "thanks", "touchpoints"];

/// What was filled in.
pub fn draft(form: &Form) -> FormDraft {
    FormDraft {
        open: form.get("open") == "yes",
        language: form.get("language").parse().unwrap_or(FormLanguage::English),
        question: form.get("question").to_owned(),
        rating: form.get("rating").parse().ok(),
        rating_question: form.get("rating_question").to_owned(),
        touchpoints: form.all("touchpoints").filter_map(|id| id.parse().ok()).collect(),
        contact: form.get("contact") == "yes",
        thanks: form.get("thanks").to_owned(),
    }
}

/// What the builder shows.
pub struct Built<'a> {
    /// Who looks.
    pub viewer: &'a Viewer,
    /// The company's names.
    pub directory: &'a Directory,
    /// The post.
    pub id: PostId,
    /// The form as it is kept, if there is one.
    pub kept: Option<&'a Asks>,
    /// The form as it was filled in.
    pub draft: Option<&'a FormDraft>,
    /// The address of the site.
    pub base: &'a str,
    /// Whether that address is configured.
    pub known: bool,
    /// What was refused.
    pub problem: Option<&'a Problem>,
}

/// The card of the form: for who may shape it the builder, for others where it stands.
pub fn card(built: &Built) -> Markup {
    let shapes = built.viewer.may(Grant::Shape);
    let open = built.kept.is_some_and(|form| form.draft.open);
    let draft = built.draft.cloned().or_else(|| built.kept.map(|form| form.draft.clone())).unwrap_or_default();
    let shown = Asks { post: built.id, code: built.kept.map(|form| form.code.clone()).unwrap_or_default(), draft: draft.clone() };
    let asking =
        Asking { form: &shown, directory: built.directory, filled: &Filled::default(), why: None, at: None, preview: true };
    html! {
        section.card aria-labelledby="form" {
            div.ch {
                div { h2 #form { "Feedback form" } p { "A public page on which anybody says it in their own words, without signing in." } }
                @if open { span.chip.state.good { "Open" } } @else if built.kept.is_some() { span.chip.state { "Closed" } } @else { span.chip.state { "Not made yet" } }
            }
            @if let Some(form) = built.kept { (stands(built, form)) }
            @if shapes {
                div.two.even {
                    (builder(built, &draft))
                    div {
                        h3 { "As customers see it" }
                        div.preview #preview lang=(draft.language.code()) { (asking.show()) }
                    }
                }
            }
        }
    }
}

fn stands(built: &Built, form: &Asks) -> Markup {
    let address = format!("{}/f/{}", built.base, form.code);
    html! {
        div.stands {
            p { "It stands at " a href={ "/f/" (form.code) } { code { (address) } } "." }
            @if !built.known { p.soft { "This address is the one in your browser. Set " code { "public_url" } " in the configuration before you print posters." } }
            div.tools {
                a.secondary href={ "/posts/" (built.id) "/poster" } { "Poster with QR code" }
                a.secondary href={ "/posts/" (built.id) "/qr.svg" } download="qr.svg" { "QR code as SVG" }
                @if built.viewer.may(Grant::Shape) {
                    form method="post" action={ "/posts/" (built.id) "/form/code" } {
                        (csrf(&built.viewer.csrf))
                        button.danger data-sure="Give the form a new address? The old one, and every poster with it, stops working at once." { "New address" }
                    }
                }
            }
        }
    }
}

fn builder(built: &Built, draft: &FormDraft) -> Markup {
    let (action, problem) = (format!("/posts/{}/form", built.id), built.problem);
    html! {
        form.form method="post" action=(action) data-preview={ (action) "/preview" } {
            (csrf(&built.viewer.csrf))
            (refused(problem, &FIELDS))
            label.check { input type="checkbox" name="open" value="yes" checked[draft.open]; span { "Open: anybody with the address can send feedback" } }
            div.field {
                label for="language" { "Language of the form" }
                select.input #language name="language" {
                    @for known in FormLanguage::ALL { option value=(known.code()) selected[*known == draft.language] { (known) } }
                }
            }
            (Field { name: "question", label: "Question", kind: "text", value: &draft.question, autocomplete: "off", hint: "Answered in the customer’s own words. An open question hears most." }.show(problem))
            div.field {
                label for="rating" { "Rating" }
                select.input #rating name="rating" {
                    option value="" { "none: only words" }
                    @for known in Ask::ALL { option value=(known.code()) selected[draft.rating == Some(*known)] { (known) } }
                }
            }
            (text("rating_question", "Question of the rating", "Leave it empty for the usual one of the scale.", &draft.rating_question, problem))
            (touchpoints(built, draft))
            label.check { input type="checkbox" name="contact" value="yes" checked[draft.contact]; span { "Customers may leave an e-mail address to be answered" } }
            (text("thanks", "Words of thanks", "What happens next. The promise of an answer is added by itself.", &draft.thanks, problem))
            div.tools {
                button.primary { "Save form" }
                button.secondary formaction={ (action) "/preview" } { "Show preview" }
            }
        }
    }
}

fn text(name: &str, label: &str, hint: &str, value: &str, problem: Option<&Problem>) -> Markup {
    let wrong = reason(problem, name);
    html! {
        div.field {
            label for=(name) { (label) }
            span.hint id={ (name) "-hint" } { (hint) }
            input.input id=(name) name=(name) value=(value) maxlength="500" aria-describedby={ (name) "-hint" } aria-invalid=[wrong.map(|_| "true")];
            @if let Some(wrong) = wrong { span.wrong { (wrong) } }
        }
    }
}

fn touchpoints(built: &Built, draft: &FormDraft) -> Markup {
    let journey = &built.directory.journey;
    html! {
        @if !journey.touchpoints.is_empty() {
            details.twin open[reason(built.problem, "touchpoints").is_some()] {
                summary { "What it is about: let customers choose a touchpoint (" (draft.touchpoints.len()) ")" }
                fieldset {
                    legend { "Touchpoints to choose from, at most 12" }
                    @if let Some(wrong) = reason(built.problem, "touchpoints") { p.field { span.wrong { (wrong) } } }
                    div.checks {
                        @for known in &journey.touchpoints {
                            label.check { input type="checkbox" name="touchpoints" value=(known.id) checked[draft.touchpoints.contains(&known.id)]; (known.name) }
                        }
                    }
                }
            }
        }
    }
}
