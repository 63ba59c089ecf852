//! What a customer said, with the words underlined on which the reading rests.

use std::collections::BTreeSet;

use heard_domain::directory::Directory;
use heard_domain::id::CategoryId;
use heard_domain::reading::{Passage, Polarity, Reading, Span};
use heard_domain::time::Time;
use heard_flow::measure::quotes::Heard;
use maud::{Markup, html};

use crate::parts::icon::icon;
use crate::parts::say;

/// A verbatim longer than this is shown in two parts: the browser would lay out a megabyte for nobody.
const SHOWN_AT_ONCE: usize = 12_000;

/// Words on which a label rests.
struct Evidence {
    span: Span,
    /// Name of the label, the same on its chip.
    label: String,
    /// How it is underlined.
    polarity: Option<Polarity>,
}

/// The name by which a label and its words find each other: passage, kind, place.
pub fn label_name(passage: usize, kind: char, place: usize) -> String {
    format!("p{passage}{kind}{place}")
}

fn evidence_of(reading: &Reading) -> Vec<Evidence> {
    let mut all = vec![];
    for (i, passage) in reading.passages.iter().enumerate() {
        let polarity = passage.sentiment.as_ref().map(|s| s.polarity).filter(|p| *p != Polarity::Neutral);
        let mut put = |kind, place, spans: &[Span], polarity| {
            all.extend(spans.iter().map(|span| Evidence { span: *span, label: label_name(i, kind, place), polarity }));
        };
        if let Some(sentiment) = &passage.sentiment {
            put('s', 0, &sentiment.evidence, polarity);
        }
        if let Some(emotion) = &passage.emotion {
            put('e', 0, &emotion.evidence, polarity);
        }
        for (place, feeling) in passage.feelings.iter().enumerate() {
            put('f', place, &feeling.evidence, polarity);
        }
        if let Some(stage) = &passage.stage {
            put('g', 0, &stage.evidence, None);
        }
        for (place, category) in passage.categories.iter().enumerate() {
            put('c', place, &category.evidence, polarity);
        }
        for (place, intent) in passage.intents.iter().enumerate() {
            put('i', place, &intent.evidence, None);
        }
    }
    all
}

/// One stretch between two ends of evidence.
struct Stretch {
    start: usize,
    end: usize,
    polarity: Option<Polarity>,
    labels: BTreeSet<String>,
}

fn stretches(text: &str, evidence: &[Evidence]) -> Vec<Stretch> {
    let fits = |span: &Span| span.of(text).is_some_and(|words| !words.is_empty());
    let evidence: Vec<&Evidence> = evidence.iter().filter(|e| fits(&e.span)).collect();
    let mut cuts: BTreeSet<usize> = BTreeSet::from([0, text.len()]);
    for e in &evidence {
        cuts.extend([e.span.start as usize, e.span.end as usize]);
    }
    let cuts: Vec<usize> = cuts.into_iter().collect();
    cuts.windows(2)
        .map(|ends| {
            let here: Vec<&&Evidence> =
                evidence.iter().filter(|e| (e.span.start as usize) <= ends[0] && ends[1] <= e.span.end as usize).collect();
            let has = |polarity| here.iter().any(|e| e.polarity == Some(polarity));
            let polarity = if has(Polarity::Negative) {
                Some(Polarity::Negative)
            } else if has(Polarity::Positive) {
                Some(Polarity::Positive)
            } else {
                (!here.is_empty()).then_some(Polarity::Neutral)
            };
            Stretch { start: ends[0], end: ends[1], polarity, labels: here.iter().map(|e| e.label.clone()).collect() }
        })
        .collect()
}

/// The words with the evidence underlined: wavy for complaint, straight for praise, dotted for the rest. With `labels`
/// each stretch names the labels that rest on it; without, only what is good or bad is underlined.
pub fn marked(text: &str, reading: Option<&Reading>, labels: bool) -> Markup {
    let mut evidence = reading.map_or_else(Vec::new, evidence_of);
    if !labels {
        evidence.retain(|e| e.polarity.is_some());
    }
    let mut last = None;
    html! {
        @for stretch in stretches(text, &evidence) {
            @let words = text.get(stretch.start..stretch.end).unwrap_or_default();
            @let spoken = if last == stretch.polarity { None } else { spoken(stretch.polarity) };
            ({ last = stretch.polarity; html! {} })
            @if let Some(polarity) = stretch.polarity {
                @let names = stretch.labels.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
                mark.(say::tone(polarity)) data-of=[labels.then_some(names)] {
                    @if let Some(word) = spoken { span.vh { "[" (word) "] " } }
                    (clean(words))
                }
            } @else { (clean(words)) }
        }
    }
}

fn spoken(polarity: Option<Polarity>) -> Option<&'static str> {
    match polarity {
        Some(Polarity::Negative) => Some("complaint"),
        Some(Polarity::Positive) => Some("praise"),
        Some(Polarity::Neutral) | None => None,
    }
}

/// Characters that HTML forbids are made visible; everything else stays as it was said.
fn clean(words: &str) -> String {
    words.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

/// The whole verbatim.
pub fn verbatim(text: &str, reading: Option<&Reading>, labels: bool) -> Markup {
    if text.trim().is_empty() {
        return html! { p.said.silent { "No words: only ratings or facts." } };
    }
    let cut = text.char_indices().nth(SHOWN_AT_ONCE).map_or(text.len(), |(at, _)| at);
    let (head, tail) = (text.get(..cut).unwrap_or_default(), text.get(cut..).unwrap_or_default());
    html! {
        p.said dir="auto" { (marked(head, reading, labels)) }
        @if !tail.is_empty() {
            details.twin {
                summary { "The other " (heard_charts::number::whole(tail.chars().count() as u64)) " characters" }
                p.said dir="auto" { (clean(tail)) }
            }
        }
    }
}

/// Who said it, as far as it is known and may be seen.
pub fn who(heard: &Heard) -> (String, Option<String>) {
    let person = heard.person.as_ref();
    let name = person.map(|p| p.name.trim()).filter(|name| !name.is_empty());
    let account = heard.account.as_ref().map(|a| a.name.as_str());
    let role = person.and_then(|p| p.role.clone());
    match (account, name) {
        (Some(account), Some(name)) => {
            (account.to_owned(), Some(role.map_or_else(|| name.to_owned(), |role| format!("{name}, {role}"))))
        }
        (Some(account), None) => (account.to_owned(), role),
        (None, Some(name)) => (name.to_owned(), role),
        (None, None) => ("A customer".to_owned(), role),
    }
}

/// The channel through which it came, as a small tag.
pub fn source(heard: &Heard, directory: &Directory) -> Markup {
    let post = directory.posts.iter().find(|post| post.id == heard.feedback.post);
    html! { @if let Some(post) = post { span.src title=(post.name) { (post.channel.label()) } } }
}

/// The stage of the whole comment: that of its weightiest passage.
pub fn stage_name<'a>(heard: &Heard, directory: &'a Directory) -> Option<&'a str> {
    let id = heard.reading.as_ref()?.weightiest()?.stage.as_ref()?.value;
    directory.journey.stage(id).map(|stage| stage.name.as_str())
}

type Topic<'a> = (CategoryId, &'a str, Option<Polarity>);

/// Each category once, with the polarity of the first passage about it.
fn topics<'a>(reading: &Reading, directory: &'a Directory) -> Vec<Topic<'a>> {
    let mut topics: Vec<Topic<'a>> = vec![];
    let of = |passage: &Passage| passage.sentiment.as_ref().map(|s| s.polarity);
    for passage in &reading.passages {
        for category in &passage.categories {
            if let Some(known) = directory.taxonomy.category(category.value)
                && !topics.iter().any(|(id, ..)| *id == category.value)
            {
                topics.push((category.value, known.name.as_str(), of(passage)));
            }
        }
    }
    topics.truncate(6);
    topics
}

/// A comment in a list of quotes.
pub fn quote(heard: &Heard, directory: &Directory, now: Time, open: &str, topic: &dyn Fn(CategoryId) -> String) -> Markup {
    let (name, more) = who(heard);
    let reading = heard.reading.as_ref();
    let key = heard.account.as_ref().is_some_and(|account| account.key_account);
    html! {
        article.quote tabindex="-1" aria-label={ "Comment of " (name) } {
            header {
                (source(heard, directory))
                b dir="auto" { (name) }
                span.meta {
                    @if let Some(more) = more { (more) " · " }
                    (say::ago(now, heard.feedback.at, &directory.company.zone))
                }
                @if key { span.tier { (icon("star")) "Key account" } }
                span.sp {}
                @if let Some(stage) = stage_name(heard, directory) { span.stg { (stage) } }
                (say::score(say::sentiment(reading)))
            }
            blockquote { (verbatim(&say::beginning(&heard.feedback.text, 900), reading, false)) }
            footer {
                @for (id, name, polarity) in reading.map(|r| topics(r, directory)).unwrap_or_default() {
                    a.topic.(polarity.map_or("even", say::tone)) href=(topic(id)) {
                        @match polarity {
                            Some(Polarity::Negative) => { span aria-hidden="true" { "−" } }
                            Some(Polarity::Positive) => { span aria-hidden="true" { "+" } }
                            _ => {}
                        }
                        (name)
                    }
                }
                span.sp {}
                a.more href=(open) data-opens { "Read" span.vh { " the comment of " (name) } (icon("right")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::id::FeedbackId;
    use heard_domain::reading::{Label, Sentiment};

    fn passage(span: Span, polarity: Polarity, evidence: Vec<Span>) -> Passage {
        let value = polarity.sign() as f32 * 0.7;
        Passage {
            span,
            weight: 0.5,
            sentiment: Some(Sentiment { value, polarity, confidence: 0.8, evidence }),
            emotion: None,
            feelings: vec![],
            stage: None,
            categories: vec![Label { value: CategoryId(1), confidence: 0.6, evidence: vec![Span::new(4, 8)] }],
            intents: vec![],
        }
    }

    fn reading(passages: Vec<Passage>) -> Reading {
        Reading {
            feedback: FeedbackId(1),
            revision: 1,
            model: "test".into(),
            language: None,
            passages,
            entities: vec![],
            notes: vec![],
        }
    }

    #[test]
    fn evidence_is_underlined_by_its_tone_and_named_by_its_labels() {
        let text = "The code never arrives. Mira rang back.";
        let bad = passage(Span::new(0, 23), Polarity::Negative, vec![Span::new(4, 22)]);
        let mut good = passage(Span::new(24, 39), Polarity::Positive, vec![Span::new(24, 38)]);
        good.categories.clear();
        let html = marked(text, Some(&reading(vec![bad, good])), true).into_string();
        insta::assert_snapshot!(html);
    }

    #[test]
    fn hostile_words_and_spans_are_shown_as_words() {
        let text = "<script>alert(1)</script> \0 =cmd|' /C calc'!A0 é\u{202e}x";
        let spans = vec![Span::new(0, 8), Span::new(3, 9_999), Span::new(48, 49), Span { start: 9, end: 3 }];
        let html = marked(text, Some(&reading(vec![passage(Span::new(0, 5), Polarity::Negative, spans)])), true).into_string();
        assert!(!html.contains("<script") && !html.contains('\0'), "{html}");
        assert!(html.contains("alert(1)&lt;/script&gt;"), "{html}");
        let long = "word ".repeat(300_000);
        assert!(verbatim(&long, None, false).into_string().contains("other 1\u{202f}488\u{202f}000 characters"));
    }
}
