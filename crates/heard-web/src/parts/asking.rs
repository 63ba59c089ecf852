//! The feedback form as a customer sees it: the same on its public page and in the preview of whoever builds it.

use heard_charts::face::face;
use heard_charts::qr::qr;
use heard_domain::directory::Directory;
use heard_domain::form::{Ask, Form, LONGEST_WORDS};
use heard_flow::hear::form::{Again, Filled};
use maud::{Markup, PreEscaped, html};

use crate::parts::flash::{Kind, flash};
use crate::parts::tongue::Tongue;

/// A form with what stands in it.
pub struct Asking<'a> {
    /// What it asks.
    pub form: &'a Form,
    /// The company's names.
    pub directory: &'a Directory,
    /// What stands in it, and the token that it carries.
    pub filled: &'a Filled,
    /// Why it is shown again.
    pub why: Option<&'a str>,
    /// The field at which that is said.
    pub at: Option<&'a str>,
    /// Shown to its builder: nothing in it can be sent.
    pub preview: bool,
}

/// The field at which a reason is said.
pub fn field_of(why: Again) -> Option<&'static str> {
    match why {
        Again::Empty | Again::Long | Again::Unfit => Some("words"),
        Again::Email => Some("email"),
        Again::Quick | Again::Old | Again::Strange | Again::Trap | Again::Sent => None,
    }
}

impl Asking<'_> {
    fn tongue(&self) -> &'static Tongue {
        Tongue::of(self.form.draft.language)
    }

    /// Identifiers of the preview stand on a page with others.
    fn id(&self, name: &str) -> String {
        if self.preview { format!("preview-{name}") } else { name.to_owned() }
    }

    /// The name of the company; as long as it has none, “we”.
    fn company(&self) -> &str {
        match self.directory.company.name.as_str() {
            "" => "Heard",
            name => name,
        }
    }

    /// The form.
    pub fn show(&self) -> Markup {
        let asks = &self.form.draft;
        html! {
            header.top {
                div {
                    p.eyebrow dir="auto" { (self.company()) }
                    @if self.preview { p.asked dir="auto" { (asks.question) } } @else { h1.asked dir="auto" { (asks.question) } }
                }
            }
            @if let Some(why) = self.why.filter(|_| self.at.is_none()) { (flash(Kind::Note, &html! { (why) })) }
            form.form.asking method="post" action=[(!self.preview).then(|| format!("/f/{}", self.form.code))] {
                @if self.preview { fieldset.form disabled aria-label="Preview" { (self.fields()) } } @else { (self.fields()) }
            }
        }
    }

    fn fields(&self) -> Markup {
        let (asks, tongue) = (&self.form.draft, self.tongue());
        html! {
            @if !self.preview { input type="hidden" name="token" value=(self.filled.token); }
            @if self.filled.here { input type="hidden" name="here" value="1"; }
            @if let Some(ask) = asks.rating { (self.rating(ask)) }
            (self.words())
            @if !asks.touchpoints.is_empty() { (self.about()) }
            @if asks.contact { (self.email()) }
            div.trap aria-hidden="true" {
                label for=(self.id("website")) { (tongue.trap) }
                input id=(self.id("website")) name="website" tabindex="-1" autocomplete="off";
            }
            button.primary.send type="submit" { (tongue.send) }
        }
    }

    fn wrong(&self, name: &str) -> Option<&str> {
        self.why.filter(|_| self.at == Some(name))
    }

    fn rating(&self, ask: Ask) -> Markup {
        let (usual, low, high) = self.tongue().ask(ask);
        let question = Some(self.form.draft.rating_question.as_str()).filter(|text| !text.is_empty()).unwrap_or(usual);
        html! {
            fieldset.rate {
                legend dir="auto" { (question) " " span.hint { (self.tongue().optional) } }
                div.steps.long[ask == Ask::Nps] {
                    @for value in ask.values() {
                        label.step {
                            input type="radio" name="rating" value=(value) checked[self.filled.rating == value.to_string()];
                            span.stepface {
                                @if ask == Ask::Csat { @if let Some(face) = face(value) { (PreEscaped(face.as_str())) } }
                                span { (value) @if ask == Ask::Stars { " " span aria-hidden="true" { "★" } } }
                            }
                            @if value == *ask.values().start() { span.vh { " " (low) } }
                            @if value == *ask.values().end() { span.vh { " " (high) } }
                        }
                    }
                }
                p.ends aria-hidden="true" { span { (ask.values().start()) " = " (low) } span { (ask.values().end()) " = " (high) } }
            }
        }
    }

    fn words(&self) -> Markup {
        let (id, wrong) = (self.id("words"), self.wrong("words"));
        let said = format!("{id}-wrong");
        html! {
            div.field {
                label for=(id) { (self.tongue().words) }
                textarea.input id=(id) name="words" rows="6" maxlength=(LONGEST_WORDS) dir="auto" aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[wrong.map(|_| said.as_str())] { "\n" (self.filled.words) }
                @if let Some(wrong) = wrong { span.wrong id=(said) role="alert" { (wrong) } }
            }
        }
    }

    fn about(&self) -> Markup {
        let id = self.id("about");
        let journey = &self.directory.journey;
        html! {
            div.field {
                label for=(id) { (self.tongue().about) }
                select.input id=(id) name="touchpoint" {
                    option value="" { (self.tongue().anything) }
                    @for touchpoint in self.form.draft.touchpoints.iter().filter_map(|id| journey.touchpoint(*id)) {
                        option value=(touchpoint.id) selected[self.filled.touchpoint == touchpoint.id.to_string()] { (touchpoint.name) }
                    }
                }
            }
        }
    }

    fn email(&self) -> Markup {
        let (id, wrong) = (self.id("email"), self.wrong("email"));
        let (said, hint) = (format!("{id}-wrong"), format!("{id}-hint"));
        let described = if wrong.is_some() { format!("{hint} {said}") } else { hint.clone() };
        html! {
            div.field {
                label for=(id) { (self.tongue().email) " " span.hint { (self.tongue().optional) } }
                input.input id=(id) name="email" type="email" autocomplete="email" maxlength="254" value=(self.filled.email)
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby=(described);
                span.hint id=(hint) { (self.tongue().privacy.replace("{}", self.company())) }
                @if let Some(wrong) = wrong { span.wrong id=(said) role="alert" { (wrong) } }
            }
        }
    }
}

/// What the customer reads afterwards; `answerable`: there is an address to answer to; `page`: the address of their own page, if not.
pub fn thanks(form: &Form, company: &str, promise_hours: Option<i32>, answerable: bool, page: Option<&str>) -> Markup {
    let tongue = Tongue::of(form.draft.language);
    let company = if company.is_empty() { "Heard" } else { company };
    let own = Some(form.draft.thanks.as_str()).filter(|words| !words.is_empty());
    html! {
        header.top { div { p.eyebrow dir="auto" { (company) } h1 { (tongue.thanks) } } }
        div.card.form role="status" {
            @if let Some(own) = own { p.asked dir="auto" { (own) } }
            p { (tongue.next.replace("{}", company)) }
            @match (answerable, promise_hours) {
                (true, Some(hours)) => { p { strong { (tongue.within.replace("{}", &tongue.time(hours))) } } }
                (true, None) => { p { (tongue.answered) } }
                (false, _) if page.is_some() => { p { (tongue.own_page) } }
                (false, _) => { @if form.draft.contact { p.soft { (tongue.unanswered) } } }
            }
            @if let Some(page) = page {
                p.address { a href=(page) { (page) } }
                @if let Some(picture) = qr(page) { div.code.small { (PreEscaped(picture.as_str())) } }
            }
            a.secondary href={ "/f/" (form.code) } { (tongue.more) }
        }
    }
}
