//! The reading pane: the whole comment, what was understood of each passage and how surely, corrections with undo, and all
//! else the person said.

use heard_charts::number::decimal;
use heard_domain::directory::Directory;
use heard_domain::feedback::Feedback;
use heard_domain::id::StageId;
use heard_domain::reading::{Change, Correction, Emotion, Entity, EntityKind, Intent, Label, Passage, Polarity, Reading, Span};
use heard_domain::rule::Urgency;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_flow::measure::quotes::{Heard, Opened};
use maud::{Markup, html};

use crate::address::Look;
use crate::parts::filters::{any, category_options, stage_options};
use crate::parts::form::{Options, choice, csrf};
use crate::parts::icon::icon;
use crate::parts::quote::{label_name, source, stage_name, verbatim, who};
use crate::parts::say;
use crate::viewer::Viewer;

/// Of one kind at most this many names are shown.
const NAMED: usize = 12;

/// What the pane shows, to whom, from where.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The comment.
    pub opened: &'a Opened,
    /// The company's names.
    pub directory: &'a Directory,
    /// The view it was opened from.
    pub look: &'a Look,
    /// Who looks.
    pub viewer: &'a Viewer,
    /// Now.
    pub now: Time,
    /// Whether somebody chose it; else it is the first of the list and stays away on a phone.
    pub chosen: bool,
}

impl Reader<'_> {
    fn heard(&self) -> &Heard {
        &self.opened.heard
    }

    fn open(&self, heard: &Heard) -> String {
        self.look.on_with("/feedback", &[("open", &heard.feedback.id.to_string())])
    }

    /// Where a form leads back to: the same view with this comment open.
    fn back(&self) -> String {
        let after = self.look.given("after").map(|after| ("after", after));
        let id = self.heard().feedback.id.to_string();
        let keys: Vec<(&str, &str)> = after.into_iter().chain([("open", id.as_str())]).collect();
        self.look.on_with("/feedback", &keys)
    }
}

/// The pane.
pub fn pane(r: &Reader) -> Markup {
    let heard = r.heard();
    let (name, more) = who(heard);
    let key = heard.account.as_ref().is_some_and(|account| account.key_account);
    html! {
        section.card.pane.first[!r.chosen] id="pane" tabindex="-1" aria-label={ "Comment of " (name) } {
            a.chip.back href=(r.look.on("/feedback")) { (icon("left")) "All comments" }
            header {
                (source(heard, r.directory))
                b dir="auto" { (name) }
                @if let Some(more) = more { span.meta { (more) } }
                @if key { span.tier { (icon("star")) "Key account" } }
                span.sp {}
                @if let Some(stage) = stage_name(heard, r.directory) { span.stg { (stage) } }
                (say::score(say::sentiment(heard.reading.as_ref())))
                span.meta { (say::moment(heard.feedback.at, &r.directory.company.zone)) }
            }
            blockquote { (verbatim(&heard.feedback.text, heard.reading.as_ref(), true)) }
            (facts(&heard.feedback, r.directory, r.viewer.may(Grant::ReadPersons)))
            @if let Some(reading) = &heard.reading { (understood(r, reading)) }
            @else { p.soft { "This comment waits to be read. It takes a moment." } }
            (corrections(r))
            @if r.viewer.may(Grant::WriteCases) { (open_case(r)) }
            (timeline(r))
        }
    }
}

/// Opens a case for the comment.
fn open_case(r: &Reader) -> Markup {
    let departments: Options = r.directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let urgency: Options = Urgency::ALL.iter().map(|word| (word.code().to_owned(), word.label().to_owned())).collect();
    html! {
        @if !departments.is_empty() {
            details.twin {
                summary { "Open a case" }
                form.inline method="post" action={ "/feedback/" (r.heard().feedback.id) "/case" } {
                    (csrf(&r.viewer.csrf))
                    (choice("case-department", "department", "Department", &departments, ""))
                    (choice("case-urgency", "urgency", "Urgency", &urgency, Urgency::Normal.code()))
                    button.secondary type="submit" { "Open it" }
                }
            }
        }
    }
}

fn facts(feedback: &Feedback, directory: &Directory, persons: bool) -> Markup {
    let touchpoint = feedback.touchpoint.and_then(|id| directory.journey.touchpoint(id));
    let post = directory.posts.iter().find(|post| post.id == feedback.post);
    html! {
        dl.facts {
            @for rating in &feedback.ratings {
                @if let Some(scale) = directory.scale(rating.scale) {
                    dt { (scale.name) }
                    dd { (plain(rating.raw)) " of " (plain(scale.max)) }
                }
            }
            @if let Some(touchpoint) = touchpoint { dt { "Touchpoint" } dd { (touchpoint.name) } }
            @if let Some(post) = post { dt { "Listening post" } dd { (post.name) } }
            @for (attribute, value) in &feedback.attributes {
                @if let Some(name) = directory.attributes.iter().find(|a| a.id == *attribute) {
                    dt { (name.name) }
                    dd dir="auto" { (directory.value(*attribute, *value).unwrap_or("–")) }
                }
            }
            // The original mostly shows who wrote it.
            @if let Some(link) = feedback.link.as_deref().filter(|l| persons && (l.starts_with("https://") || l.starts_with("http://"))) {
                dt { "Original" }
                dd { a href=(link) rel="noopener noreferrer nofollow" target="_blank" { "Open" span.vh { " the original in a new tab" } } }
            }
        }
    }
}

fn plain(value: f64) -> String {
    decimal(value, usize::from(value.fract() != 0.0))
}

fn understood(r: &Reader, reading: &Reading) -> Markup {
    let text = &r.heard().feedback.text;
    let language = reading.language.as_ref().map(|(code, sure)| format!("Language {code}, {}", say::sure(sure.min(0.99))));
    let notes = reading.notes.iter().map(|note| note.label().to_owned());
    let line: Vec<String> = language.into_iter().chain(notes).chain([format!("Reader {}", reading.model)]).collect();
    html! {
        h2 { "What Heard understood" }
        div.passages {
            @for (i, passage) in reading.passages.iter().enumerate() {
                section.passage aria-label={ "Passage " (i + 1) } {
                    @if reading.passages.len() > 1 {
                        p.part dir="auto" { (say::beginning(passage.span.of(text).unwrap_or_default(), 600)) }
                    }
                    (labels(r, i, passage))
                    (why(r, i, passage, &reading.model))
                    @if r.viewer.may(Grant::Correct) { (fix(r, i, passage)) }
                    @if r.viewer.may(Grant::Shape) && !passage.categories.is_empty() { (teach(r, i, passage)) }
                }
            }
        }
        (named(text, &reading.entities))
        p.soft { (line.join(" · ")) }
    }
}

/// The things named in the comment, by their kind.
fn named(text: &str, entities: &[Entity]) -> Markup {
    let of = |kind: EntityKind| {
        let mut names: Vec<String> =
            entities.iter().filter(|e| e.kind == kind).filter_map(|e| e.span.of(text)).map(|n| say::beginning(n, 60)).collect();
        names.dedup();
        names.truncate(NAMED);
        names
    };
    html! {
        @if !entities.is_empty() {
            h2 { "Named in it" }
            dl.facts {
                @for kind in EntityKind::ALL {
                    @let names = of(*kind);
                    @if !names.is_empty() { dt { (kind.label()) } dd dir="auto" { (names.join(", ")) } }
                }
            }
        }
    }
}

/// One label with how sure it is; it leads to why.
fn label(name: &str, tone: &str, kind: &str, word: &str, confidence: f32) -> Markup {
    let (fixed, unsure) = (confidence >= 1.0, confidence < 0.55);
    html! {
        a.reads.(tone).fixed[fixed].unsure[unsure] id=(name) href={ "#why-" (name) } data-label=(name) {
            span.kind { (kind) }
            span data-word { (word) }
            span.sure { (say::sure(confidence)) }
        }
    }
}

fn labels(r: &Reader, i: usize, passage: &Passage) -> Markup {
    let stage = |id: StageId| r.directory.journey.stage(id).map(|s| s.name.as_str());
    html! {
        div.labels {
            @if let Some(s) = &passage.sentiment {
                (label(&label_name(i, 's', 0), say::tone(s.polarity), "Sentiment", s.polarity.label(), s.confidence))
            }
            @if let Some(e) = &passage.emotion { (label(&label_name(i, 'e', 0), "even", "Emotion", e.value.label(), e.confidence)) }
            // The finer word, where it says more than the emotion itself.
            @for (place, f) in passage.feelings.iter().enumerate() {
                @if passage.emotion.as_ref().is_none_or(|e| e.value.code() != f.value.code()) {
                    (label(&label_name(i, 'f', place), "even", "Feeling", f.value.label(), f.confidence))
                }
            }
            @if let Some(g) = &passage.stage {
                @if let Some(name) = stage(g.value) { (label(&label_name(i, 'g', 0), "even", "Stage", name, g.confidence)) }
            }
            @for (place, c) in passage.categories.iter().enumerate() {
                @if let Some(known) = r.directory.taxonomy.category(c.value) {
                    (label(&label_name(i, 'c', place), "even", "Category", &known.name, c.confidence))
                }
            }
            @for (place, intent) in passage.intents.iter().enumerate() {
                (label(&label_name(i, 'i', place), "even", "Intent", intent.value.label(), intent.confidence))
            }
            @if passage.sentiment.is_none() && passage.categories.is_empty() && passage.stage.is_none() { span.soft { "Nothing to judge here." } }
        }
    }
}

/// Why a label is there.
struct Because<'a> {
    /// The label's name, to which its chip leads.
    name: String,
    /// The label.
    word: &'a str,
    confidence: f32,
    words: &'a [Span],
    /// What put it there.
    by: &'static str,
}

/// Everything that was understood of a passage, with what it rests on.
fn becauses<'a>(i: usize, passage: &'a Passage, directory: &'a Directory) -> Vec<Because<'a>> {
    let mut rows = vec![];
    if let Some(s) = &passage.sentiment {
        let name = label_name(i, 's', 0);
        rows.push(Because {
            name,
            word: s.polarity.label(),
            confidence: s.confidence,
            words: &s.evidence,
            by: "the trained reader weighs every word",
        });
    }
    if let Some(e) = &passage.emotion {
        let name = label_name(i, 'e', 0);
        rows.push(Because {
            name,
            word: e.value.label(),
            confidence: e.confidence,
            words: &e.evidence,
            by: "the trained reader weighs every word",
        });
    }
    for (place, f) in passage.feelings.iter().enumerate() {
        let (name, word) = (label_name(i, 'f', place), f.value.label());
        rows.push(Because {
            name,
            word,
            confidence: f.confidence,
            words: &f.evidence,
            by: "the trained reader weighs every word",
        });
    }
    if let Some(g) = &passage.stage {
        let by = if g.evidence.is_empty() {
            "where it was said, or the passages beside it"
        } else {
            "its category and the stage's own words"
        };
        let word = directory.journey.stage(g.value).map_or("Stage", |s| s.name.as_str());
        rows.push(Because { name: label_name(i, 'g', 0), word, confidence: g.confidence, words: &g.evidence, by });
    }
    for (place, c) in passage.categories.iter().enumerate() {
        let word = directory.taxonomy.category(c.value).map_or("Category", |c| c.name.as_str());
        let by = "the category's name, definition, watch words and examples";
        rows.push(Because { name: label_name(i, 'c', place), word, confidence: c.confidence, words: &c.evidence, by });
    }
    for (place, intent) in passage.intents.iter().enumerate() {
        let by = match intent.value {
            Intent::Complaint | Intent::Praise => "the sentiment, and phrases people complain and praise with",
            Intent::Suggestion | Intent::Question | Intent::Churn | Intent::Urgent | Intent::BrokenPromise => {
                "a rule about how people say it"
            }
        };
        let word = intent.value.label();
        rows.push(Because { name: label_name(i, 'i', place), word, confidence: intent.confidence, words: &intent.evidence, by });
    }
    rows
}

/// What each label rests on, in words: for those who cannot point at it, and for those who doubt it.
fn why(r: &Reader, i: usize, passage: &Passage, model: &str) -> Markup {
    let text = &r.heard().feedback.text;
    let quotes = |spans: &[Span]| -> String {
        spans
            .iter()
            .filter_map(|s| s.of(text))
            .map(|w| format!("“{}”", say::beginning(w, 80)))
            .take(4)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let rows = becauses(i, passage, r.directory);
    html! {
        @if !rows.is_empty() {
            details.why {
                summary { "Why" span.vh { " passage " (i + 1) " is read so" } }
                dl.facts {
                    @for row in rows {
                        @let words = quotes(row.words);
                        dt id={ "why-" (row.name) } { (row.word) }
                        dd {
                            @if row.confidence >= 1.0 { "Set by a person." }
                            @else {
                                @if words.is_empty() { "The passage as a whole" } @else { span.words dir="auto" { (words) } }
                                ": " (row.by) ". " span.soft { (say::sure(row.confidence)) }
                            }
                        }
                    }
                }
                p.soft { "Read by " (model) "." }
            }
        }
    }
}

fn fix(r: &Reader, i: usize, passage: &Passage) -> Markup {
    let id = |what: &str| format!("fix-{i}-{what}");
    let words =
        |all: Vec<(&str, &str)>| all.into_iter().map(|(code, label)| (code.to_owned(), label.to_owned())).collect::<Vec<_>>();
    let polarity = passage.sentiment.as_ref().map_or("", |s| s.polarity.code());
    let polarities = words(Polarity::ALL.iter().map(|w| (w.code(), w.label())).collect());
    // What was judged can be judged differently, but not be unjudged.
    let polarities = if polarity.is_empty() { any("Nothing to judge", polarities) } else { polarities };
    let emotion = passage.emotion.as_ref().map_or("", |e| e.value.code());
    let stage = passage.stage.as_ref().map_or_else(String::new, |g| g.value.to_string());
    let has = |intent: Intent| passage.intents.iter().any(|i: &Label<Intent>| i.value == intent);
    html! {
        details.fix {
            summary { "Correct" span.vh { " passage " (i + 1) } }
            form.form method="post" action={ "/feedback/" (r.heard().feedback.id) "/corrections" } data-swap={ "pane item-" (r.heard().feedback.id) } {
                (csrf(&r.viewer.csrf))
                input type="hidden" name="back" value=(r.back());
                input type="hidden" name="span" value={ (passage.span.start) "-" (passage.span.end) };
                div.fields {
                    (shows(&label_name(i, 's', 0), polarity, &choice(&id("sentiment"), "sentiment", "Sentiment",
                        &polarities, polarity)))
                    (shows(&label_name(i, 'e', 0), emotion, &choice(&id("emotion"), "emotion", "Emotion",
                        &any("None", words(Emotion::ALL.iter().map(|w| (w.code(), w.label())).collect())), emotion)))
                    (shows(&label_name(i, 'g', 0), &stage, &choice(&id("stage"), "stage", "Stage",
                        &any("None", stage_options(r.directory)), &stage)))
                    (choice(&id("category"), "category", "Add a category", &any("None", category_options(r.directory)), ""))
                }
                @if !passage.categories.is_empty() {
                    fieldset {
                        legend { "Categories" }
                        div.checks {
                            @for c in &passage.categories {
                                @if let Some(known) = r.directory.taxonomy.category(c.value) {
                                    label.check { input type="checkbox" name="category" value=(c.value) checked; (known.name) }
                                }
                            }
                        }
                    }
                }
                fieldset {
                    legend { "What the customer wants with it" }
                    div.checks {
                        @for intent in Intent::ALL {
                            label.check { input type="checkbox" name="intent" value=(intent.code()) checked[has(*intent)]; (intent.label()) }
                        }
                    }
                }
                button.primary type="submit" { "Save" }
            }
        }
    }
}

/// The passage becomes an example of its categories.
fn teach(r: &Reader, i: usize, passage: &Passage) -> Markup {
    html! {
        form.inline method="post" action={ "/feedback/" (r.heard().feedback.id) "/examples" } data-swap="pane" {
            (csrf(&r.viewer.csrf))
            input type="hidden" name="back" value=(r.back());
            input type="hidden" name="span" value={ (passage.span.start) "-" (passage.span.end) };
            button.ghost type="submit" { (icon("plus")) "Use as example" span.vh { " of its categories: passage " (i + 1) } }
        }
    }
}

/// A choice that shows at once in a label what it will say.
fn shows(label: &str, was: &str, choice: &Markup) -> Markup {
    html! { div data-choice=(label) data-was=(was) { (choice) } }
}

fn corrections(r: &Reader) -> Markup {
    html! {
        @if !r.opened.corrections.is_empty() {
            h2 { "Corrected by people" }
            ul.changes {
                @for (correction, by) in &r.opened.corrections {
                    li {
                        span { (in_words(correction, r.directory)) }
                        span.soft { (by) ", " (say::ago(r.now, correction.at, &r.directory.company.zone)) }
                        @if r.viewer.may(Grant::Correct) {
                            form method="post" action={ "/corrections/" (correction.id) "/undo" } data-swap={ "pane item-" (r.heard().feedback.id) } {
                                (csrf(&r.viewer.csrf))
                                input type="hidden" name="back" value=(r.back());
                                button.ghost type="submit" { (icon("undo")) "Undo" span.vh { ": " (in_words(correction, r.directory)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn in_words(correction: &Correction, directory: &Directory) -> String {
    let stage = |id: &StageId| directory.journey.stage(*id).map_or("a stage that is gone", |s| s.name.as_str()).to_owned();
    let category = |id| directory.taxonomy.category(id).map_or("a category that is gone", |c| c.name.as_str()).to_owned();
    match &correction.change {
        Change::Sentiment { to } => format!("Sentiment is {}", to.label()),
        Change::Emotion { to } => format!("Emotion is {}", to.map_or("none", Emotion::label)),
        Change::Stage { to } => format!("Stage is {}", to.as_ref().map_or_else(|| "none".to_owned(), stage)),
        Change::AddCategory { category: id } => format!("Is about {}", category(*id)),
        Change::RemoveCategory { category: id } => format!("Is not about {}", category(*id)),
        Change::AddIntent { intent } => format!("Is a {}", intent.label().to_lowercase()),
        Change::RemoveIntent { intent } => format!("Is not a {}", intent.label().to_lowercase()),
    }
}

fn timeline(r: &Reader) -> Markup {
    let here = r.heard().feedback.id;
    html! {
        @if r.opened.timeline.len() > 1 {
            h2 { "Everything this person said" }
            ol.timeline {
                @for heard in &r.opened.timeline {
                    @let polarity = heard.reading.as_ref().and_then(|x| x.weightiest()?.sentiment.as_ref().map(|s| s.polarity));
                    @let current = heard.feedback.id == here;
                    @let line = html! {
                        span.soft { (heard_charts::date::long(heard.feedback.day)) }
                        (source(heard, r.directory))
                        span.snip dir="auto" {
                            @if heard.feedback.text.trim().is_empty() { "No words" } @else { (say::beginning(&heard.feedback.text, 90)) }
                        }
                        (say::score(say::sentiment(heard.reading.as_ref())))
                    };
                    li.(polarity.map_or("even", say::tone)).here[current] {
                        @if current { span.now { (line) } } @else { a href=(r.open(heard)) { (line) } }
                    }
                }
            }
        }
    }
}
