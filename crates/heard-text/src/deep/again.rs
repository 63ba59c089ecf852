//! Reading deeply: the categories of those passages of which the fast reader was unsure, by the deep one. Everything else of the
//! reading stays as it is; evidence is words here as well: those without which the score falls most.

use heard_domain::id::CategoryId;
use heard_domain::reading::{Label, Note, Passage, Reading, Span};

use crate::deep::head::DeepHead;
use crate::learn::head::LEAST;
use crate::learn::logistic::logit;

/// Surer than this of a category, and of no other nearly as much, the fast reader is believed.
const SURE: f32 = 0.75;
const APART: f32 = 0.3;
/// At most so many categories a passage.
const MOST: usize = 4;
/// A passage of fewer bytes says too little by itself to be asked about.
const SHORTEST: u32 = 12;
/// So many passages of a comment are read deeply at most, the weightiest: the cap on what one comment takes.
pub const MOST_PASSAGES: usize = 6;
/// So many words of a passage are left out in turn to see which ones count.
const MOST_LEFT_OUT: usize = 16;
/// At most so many words are shown for a label.
const MOST_SHOWN: usize = 3;

/// Whether the fast reader is unsure what a passage is about, by what it is sure of its labels, best first.
pub fn is_unsure(confidences: &[f32]) -> bool {
    match confidences {
        [best, second, ..] => *best < SURE || best - second < APART,
        [only] => *only < SURE,
        [] => true,
    }
}

fn asks(passage: &Passage) -> bool {
    let confidences: Vec<f32> = passage.categories.iter().map(|label| label.confidence).collect();
    passage.span.end - passage.span.start >= SHORTEST && is_unsure(&confidences)
}

/// Whether something of a reading is worth being read deeply; what is in a language that is not read fully is not.
pub fn is_wanted(reading: &Reading) -> bool {
    !reading.notes.contains(&Note::LanguageNotRead) && reading.passages.iter().any(asks)
}

/// The transformer and what it has learnt, as a reading is read with them.
pub struct ReadWith<'a> {
    /// The transformer's name: it stands in the reading.
    pub name: &'a str,
    /// What texts mean by it.
    pub meanings: &'a dyn Fn(&[&str]) -> Vec<Vec<f32>>,
    /// The categories by that.
    pub head: &'a DeepHead,
    /// Names the category above another.
    pub above: &'a dyn Fn(CategoryId) -> Option<CategoryId>,
    /// Whether to find the words that labels rest on; what is only counted needs none.
    pub explain: bool,
}

/// Reads deeply what is unsure in a reading. How many passages were read.
pub fn read(with: &ReadWith<'_>, reading: &mut Reading, text: &str) -> usize {
    let ReadWith { name, meanings, head, above, explain } = *with;
    if !is_wanted(reading) {
        return 0;
    }
    let mut asked: Vec<usize> = (0..reading.passages.len()).filter(|at| reading.passages.get(*at).is_some_and(asks)).collect();
    let weight = |at: &usize| reading.passages.get(*at).map_or(0.0, |passage| passage.weight);
    asked.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.cmp(b)));
    asked.truncate(MOST_PASSAGES);
    let words = |at: &usize| reading.passages.get(*at).and_then(|passage| passage.span.of(text)).unwrap_or("");
    let texts: Vec<&str> = asked.iter().map(words).collect();
    let meant = meanings(&texts);
    for ((at, words), meaning) in asked.iter().zip(&texts).zip(&meant) {
        let Some(passage) = reading.passages.get_mut(*at) else { continue };
        let mut said = head.of(words, meaning);
        said.retain(|(_, confidence)| *confidence >= LEAST);
        let found: Vec<CategoryId> = said.iter().map(|(category, _)| *category).collect();
        // The more special one says it all.
        said.retain(|(category, _)| !found.iter().any(|id| above(*id) == Some(*category)));
        said.truncate(MOST);
        let mut before = std::mem::take(&mut passage.categories);
        let start = passage.span.start;
        for (category, confidence) in said {
            let known = before.iter_mut().find(|label| label.value == category).map(|label| std::mem::take(&mut label.evidence));
            let evidence = known.filter(|spans| !spans.is_empty() || !explain).unwrap_or_else(|| {
                let spans = if explain { evidence(meanings, head, category, words, meaning) } else { Vec::new() };
                spans.into_iter().map(|span| Span { start: start + span.start, end: start + span.end }).collect()
            });
            passage.categories.push(Label { value: category, confidence, evidence });
        }
    }
    let none = reading.passages.iter().all(|passage| passage.categories.is_empty());
    reading.notes.retain(|note| *note != Note::NoCategory);
    if none {
        reading.notes.push(Note::NoCategory);
    }
    reading.model = format!("{} deep {name}", reading.model);
    asked.len()
}

/// The words a label rests on: the taxonomy's own where they stand in the passage, else those without which its score falls
/// most.
fn evidence(
    meanings: &dyn Fn(&[&str]) -> Vec<Vec<f32>>,
    head: &DeepHead,
    category: CategoryId,
    text: &str,
    meaning: &[f32],
) -> Vec<Span> {
    if let Some((_, spans)) = head.found(text).into_iter().find(|(found, spans)| *found == category && !spans.is_empty()) {
        return spans;
    }
    let words = words(text);
    let without = |span: &Span| {
        let (before, after) = (text.get(..span.start as usize).unwrap_or(""), text.get(span.end as usize..).unwrap_or(""));
        format!("{before}{after}")
    };
    let others: Vec<String> = words.iter().map(without).collect();
    let texts: Vec<&str> = others.iter().map(String::as_str).collect();
    let whole = head.score(category, text, meaning).unwrap_or(logit(LEAST));
    let fall = |(other, meaning): (&&str, Vec<f32>)| whole - head.score(category, other, &meaning).unwrap_or(whole);
    let falls: Vec<f32> = texts.iter().zip(meanings(&texts)).map(fall).collect();
    let most = falls.iter().copied().fold(0.0, f32::max);
    let mut counting: Vec<(f32, Span)> =
        falls.into_iter().zip(words).filter(|(fall, _)| *fall > 0.0 && *fall >= most / 2.0).collect();
    counting.sort_by(|a, b| b.0.total_cmp(&a.0));
    counting.truncate(MOST_SHOWN);
    let mut spans: Vec<Span> = counting.into_iter().map(|(_, span)| span).collect();
    spans.sort_by_key(|span| span.start);
    spans
}

/// Where the words of a text stand: those that say something, so many at most.
fn words(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || (matches!(c, '\'' | '’' | '-') && start.is_some());
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(begun)) => {
                if text
                    .get(begun..at)
                    .is_some_and(|word| word.chars().nth(2).is_some() && !crate::words::is_common(&word.to_lowercase()))
                {
                    found.push(Span::new(begun, at));
                }
                start = None;
            }
            _ => {}
        }
    }
    found.truncate(MOST_LEFT_OUT);
    found
}

#[cfg(test)]
mod tests {
    use heard_domain::id::FeedbackId;
    use heard_domain::journey::Journey;
    use heard_domain::taxonomy::{Category, Taxonomy};

    use super::*;
    use crate::deep::reader::Deep;
    use crate::deep::sample;
    use crate::learn::example::Example;
    use crate::learn::head::CategoryHead;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    #[test]
    fn unsure_is_what_is_not_clear() {
        assert!(is_unsure(&[]) && is_unsure(&[0.7]) && is_unsure(&[0.9, 0.7]));
        assert!(!is_unsure(&[0.8]) && !is_unsure(&[0.9, 0.4]));
    }

    #[test]
    fn what_is_unsure_is_read_with_words_as_evidence_and_says_so() {
        let deep = Deep::open(&sample::file).unwrap();
        let taxonomy = Taxonomy {
            version: 1,
            categories: vec![Category::new(CategoryId(1), "Waiting"), Category::new(CategoryId(2), "Things")],
        };
        let example = |text: &str, id: i64| Example { text: text.to_owned(), category: CategoryId(id), belongs: true };
        let examples = [example("late late", 1), example("my lug my bag", 2), example("so late!", 1), example("the bag", 2)];
        let head = DeepHead::learn(&deep, &taxonomy, &examples, None);
        let reader = Reader::taught(&Journey::default(), &taxonomy, CategoryHead::learn(&taxonomy, &[]));
        let text = "It was good to be there. Our bag came so very late late again.";
        let asked = ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: Some("en"), touchpoint_stage: None };
        let fast = reader.read(&asked);
        assert!(is_wanted(&fast));
        let mut reading = fast.clone();
        let meanings = |texts: &[&str]| deep.vectors(texts);
        let with = |explain| ReadWith { name: deep.name(), meanings: &meanings, head: &head, above: &|_| None, explain };
        let read = read(&with(true), &mut reading, text);
        // What is only counted has the same labels.
        let mut counted = fast.clone();
        assert_eq!(super::read(&with(false), &mut counted, text), read);
        let filed = |reading: &Reading| -> Vec<(CategoryId, f32)> {
            reading.passages.iter().flat_map(|p| p.categories.iter().map(|label| (label.value, label.confidence))).collect()
        };
        assert_eq!(filed(&counted), filed(&reading));
        assert!(read >= 1 && reading.model.ends_with(deep.name()) && reading.model.starts_with(&fast.model));
        let labels: Vec<&Label<CategoryId>> = reading.passages.iter().flat_map(|p| &p.categories).collect();
        assert!(!labels.is_empty(), "{reading:?}");
        for passage in &reading.passages {
            for span in passage.categories.iter().flat_map(|label| &label.evidence) {
                assert!(span.of(text).is_some() && span.start >= passage.span.start && span.end <= passage.span.end);
            }
        }
        assert!(reading.passages.iter().zip(&fast.passages).all(|(a, b)| a.sentiment == b.sentiment && a.span == b.span));
        let mut foreign = fast.clone();
        foreign.notes.push(Note::LanguageNotRead);
        assert!(!is_wanted(&foreign));
        assert_eq!(super::read(&with(true), &mut foreign, text), 0);
    }
}
