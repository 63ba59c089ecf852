//! What the customer wants with each passage: hand-written signs and the sentiment.
//!
//! Confidences are set by hand: a sign that says it alone gives 0.65, a second one 0.8, agreement of the sentiment 0.1 more;
//! praise and complaint are as sure as the sentiment where it takes their side.

use std::sync::OnceLock;

use heard_domain::reading::{Intent, Label, Polarity, Span};

use crate::asks::cues;
use crate::evidence::join;
use crate::step::{Clause, Draft, Step, Tools};
use crate::suggestion::suggested;
use crate::token::{Hashes, Kind, Tokens, hash};

/// The step.
pub const STEP: Step = Step { name: "intent", run };

/// A complaint or praise is the sentiment of a passage that is surer than this.
const SURE_ENOUGH: f32 = 0.45;
/// From here on a passage is so surely good that it holds no broken promise and no threat.
const SURE_GOOD: f32 = 0.75;
/// Beside a suggestion only this sure a passage is praise as well.
const SURE_PRAISE: f32 = 0.9;
/// What the signs must sum up to.
const ENOUGH: f32 = 1.0;
/// The same for praise and complaint, where the sentiment is of no help and does not contradict.
const ENOUGH_ALONE: f32 = 0.6;
/// What a question mark says.
const MARK: f32 = 0.7;
/// How sure signs can make it.
const SUREST: f32 = 0.95;

/// What was found for one intent.
#[derive(Debug, Default, Clone)]
struct Signs {
    good: f32,
    bad: f32,
    spans: Vec<Span>,
}

impl Signs {
    /// What speaks for it less what speaks against it.
    fn sum(&self) -> f32 {
        self.good + self.bad
    }
}

fn run(_: &Tools<'_>, draft: &mut Draft<'_>) {
    for clause in &mut draft.clauses {
        clause.passage.intents = intents(&draft.tokens, clause);
    }
}

fn signs(tokens: &Tokens, clause: &Clause) -> [Signs; Intent::ALL.len()] {
    let mut all: [Signs; Intent::ALL.len()] = std::array::from_fn(|_| Signs::default());
    let mut seen: Vec<(Intent, usize, usize)> = Vec::new();
    cues().find(tokens, clause.tokens.clone(), |hit| {
        let Some(signs) = all.get_mut(hit.means.intent.index()) else { return };
        if hit.means.weight < 0.0 {
            signs.bad = signs.bad.min(hit.means.weight);
            return;
        }
        // The same words count once for an intent, by the sign that says most.
        let covered =
            seen.iter().any(|(intent, first, last)| *intent == hit.means.intent && *first <= hit.last && hit.first <= *last);
        signs.good = if covered { signs.good.max(hit.means.weight) } else { signs.good + hit.means.weight };
        if !covered || hit.means.weight >= ENOUGH_ALONE {
            signs.spans.push(tokens.span(&(hit.first..hit.last + 1)));
        }
        if seen.len() < MOST_SEEN {
            seen.push((hit.means.intent, hit.first, hit.last));
        }
    });
    all
}

/// More signs than this in one passage say nothing new.
const MOST_SEEN: usize = 32;

/// 0.65 for just enough, 0.8 for twice as much, with 0.1 where the sentiment agrees.
fn sure(sum: f32, agrees: bool) -> f32 {
    (0.5 + 0.15 * sum.min(3.0) + if agrees { 0.1 } else { 0.0 }).min(SUREST)
}

fn intents(tokens: &Tokens, clause: &Clause) -> Vec<Label<Intent>> {
    let signs = signs(tokens, clause);
    let of = |intent: Intent| signs.get(intent.index()).cloned().unwrap_or_default();
    let sentiment = clause.passage.sentiment.as_ref();
    let polarity = sentiment.map_or(Polarity::Neutral, |s| s.polarity);
    let surely = |side: Polarity| sentiment.is_some_and(|s| s.polarity == side && s.confidence > SURE_GOOD);
    let felt = sentiment.filter(|s| s.confidence >= SURE_ENOUGH);
    let suggested = suggested(tokens, &clause.tokens);
    let stretch = tokens.all().get(clause.tokens.clone()).unwrap_or(&[]);
    let asks = stretch.iter().any(|t| t.is_mark('?') || t.is_mark('？'));
    let (praise, complaint) = (of(Intent::Praise), of(Intent::Complaint));
    // "Thanks for nothing", "great, another delay": what speaks against praise in words of praise is a complaint.
    let mocks = praise.bad < 0.0 && complaint.sum() >= ENOUGH_ALONE && !surely(Polarity::Positive);

    let mut labels: Vec<Label<Intent>> = Vec::new();
    let mut add = |value, confidence: f32, mut evidence: Vec<Span>| {
        evidence.sort_unstable();
        labels.push(Label { value, confidence, evidence: join(evidence) });
    };
    match felt {
        _ if mocks => add(Intent::Complaint, sure(complaint.sum(), polarity == Polarity::Negative), complaint.spans.clone()),
        Some(sentiment) if polarity == Polarity::Negative => {
            let refuted = (complaint.bad < 0.0 || praise.sum() >= ENOUGH_ALONE) && complaint.sum() <= 0.0;
            if refuted && !surely(Polarity::Negative) {
                if praise.sum() >= ENOUGH_ALONE {
                    add(Intent::Praise, sure(praise.sum(), false), praise.spans.clone());
                }
            } else {
                let evidence = if sentiment.evidence.is_empty() { complaint.spans.clone() } else { sentiment.evidence.clone() };
                add(Intent::Complaint, sentiment.confidence, evidence);
            }
        }
        Some(sentiment) if polarity == Polarity::Positive => {
            // "It would be great if …" asks for something; only what is surely good is praise as well.
            let only_wished = suggested.is_some() && sentiment.confidence < SURE_PRAISE;
            let refuted = praise.bad < 0.0 && praise.sum() < ENOUGH_ALONE && sentiment.confidence < SURE_PRAISE;
            if !only_wished && !refuted {
                let evidence = if sentiment.evidence.is_empty() { praise.spans.clone() } else { sentiment.evidence.clone() };
                add(Intent::Praise, sentiment.confidence, evidence);
            } else if complaint.sum() >= ENOUGH {
                add(Intent::Complaint, sure(complaint.sum(), false) - 0.1, complaint.spans.clone());
            }
        }
        _ => {
            // The sentiment takes no side: facts that are bad for anybody ("wrong size", "never arrived") and plain thanks do.
            if complaint.sum() >= ENOUGH_ALONE && complaint.sum() > praise.sum() {
                add(Intent::Complaint, sure(complaint.sum(), false) - 0.05, complaint.spans.clone());
            } else if praise.sum() >= ENOUGH_ALONE && suggested.is_none() {
                add(Intent::Praise, sure(praise.sum(), false) - 0.05, praise.spans.clone());
            }
        }
    }
    let (mut urgent, mut broken) = (false, None);
    for intent in [Intent::Churn, Intent::Urgent, Intent::BrokenPromise] {
        let found = of(intent);
        let holds = found.sum() >= ENOUGH
            && match intent {
                // A kept promise is praised, and whoever will "never use another bank" stays.
                Intent::Churn | Intent::BrokenPromise => !surely(Polarity::Positive),
                Intent::Urgent => !(surely(Polarity::Positive) && found.sum() < 2.0),
                _ => true,
            };
        if holds {
            urgent |= intent == Intent::Urgent;
            broken = broken.or((intent == Intent::BrokenPromise).then(|| found.clone()));
            add(intent, sure(found.sum(), polarity == Polarity::Negative), found.spans);
        }
    }
    // Whoever holds the company to its word complains, however soberly.
    if let Some(broken) = broken
        && complains_not_yet(felt.map(|s| s.polarity), mocks, &complaint)
    {
        add(Intent::Complaint, sure(broken.sum(), false) - 0.1, broken.spans);
    }
    // "Fix this now, it is an emergency" calls for help; only what is plainly an idea is a suggestion as well.
    let suggested = suggested.filter(|s| !urgent || s.sum >= 2.0);
    let asking = of(Intent::Question);
    let words = stretch.iter().filter(|t| t.kind == Kind::Word).count();
    let first =
        clause.tokens.clone().find(|at| tokens.get(*at).is_some_and(|t| t.kind == Kind::Word)).unwrap_or(clause.tokens.start);
    let opens = openers().contains(&hash(tokens.norm(first).as_bytes()));
    // A lone "really?" or "???" is anger, not a question; "how long" without a mark is one at the head of a sentence only.
    let marked = if asks && words > 2 { MARK } else { 0.0 };
    let headed = if opens && (asks || asking.good > 0.0) { 0.5 } else { 0.0 };
    let sum = asking.sum() + marked + headed;
    // "Could you add …?" proposes; it asks as well only where it says so.
    let proposes = suggested.is_some() && asking.sum() < ENOUGH;
    if !proposes && (sum >= ENOUGH || (marked > 0.0 && asking.bad == 0.0 && !opens_a_reproach(tokens, first))) {
        add(Intent::Question, sure(sum, marked > 0.0), asking.spans);
    }
    if let Some(suggested) = suggested {
        add(Intent::Suggestion, suggested.confidence(), suggested.evidence);
    }
    labels.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    labels
}

/// Whether neither the sentiment nor plain words have made a complaint of it.
fn complains_not_yet(felt: Option<Polarity>, mocks: bool, complaint: &Signs) -> bool {
    match felt {
        _ if mocks => false,
        Some(Polarity::Negative) => false,
        Some(Polarity::Positive) => true,
        Some(Polarity::Neutral) | None => complaint.sum() < ENOUGH_ALONE,
    }
}

/// Words that open a question.
fn openers() -> &'static Hashes {
    static READY: OnceLock<Hashes> = OnceLock::new();
    const OPENERS: &str = "how what when where who which why is are can could do does did will would has have may any anyone whats hows wheres whos what's how's where's who's when's";
    READY.get_or_init(|| OPENERS.split(' ').map(|word| hash(word.as_bytes())).collect())
}

/// "Seriously …?", "Really, …?" and "So …?" wait for no answer.
fn opens_a_reproach(tokens: &Tokens, first: usize) -> bool {
    matches!(tokens.norm(first), "seriously" | "really" | "honestly" | "lol" | "wow" | "kidding")
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use heard_domain::id::FeedbackId;
    use heard_domain::journey::Journey;
    use heard_domain::taxonomy::Taxonomy;

    use super::*;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    fn wants(text: &str) -> Vec<Intent> {
        let reader = Reader::new(&Journey::default(), &Taxonomy::default());
        let asked = ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: None, touchpoint_stage: None };
        let mut all: Vec<Intent> = reader.read(&asked).passages.iter().flat_map(|p| p.intents.iter().map(|i| i.value)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    #[test]
    fn each_intent_is_found_by_how_people_say_it() {
        let cases = [
            ("Horrible, the worst week of my life.", Intent::Complaint),
            ("Wonderful people, thank you!", Intent::Praise),
            ("Please add a search to the list.", Intent::Suggestion),
            ("It would be nice to have more seats.", Intent::Suggestion),
            ("How do I change the address?", Intent::Question),
            ("any update on this", Intent::Question),
            ("I am switching to another supplier.", Intent::Churn),
            ("Close my account, I'm done with you.", Intent::Churn),
            ("You won't see me again, never coming back, never again!", Intent::Churn),
            ("The cable caught fire in my hand.", Intent::Urgent),
            ("Our production is down, we need someone asap.", Intent::Urgent),
            ("You promised delivery on Monday and nothing came.", Intent::BrokenPromise),
            ("They said it would take a day, it took a month.", Intent::BrokenPromise),
        ];
        for (text, intent) in cases {
            assert!(wants(text).contains(&intent), "{text}: {:?}", wants(text));
        }
    }

    #[test]
    fn what_only_sounds_like_an_intent_is_none() {
        let cases = [
            ("You kept what you promised, wonderful work, thank you!", Intent::BrokenPromise),
            ("I would never use another bank, you are the best!", Intent::Churn),
            ("Really?", Intent::Question),
            ("It would be great if you could sort by date.", Intent::Praise),
            ("The box is blue.", Intent::Complaint),
        ];
        for (text, intent) in cases {
            assert!(!wants(text).contains(&intent), "{text}: {:?}", wants(text));
        }
    }

    /// Sentences written for Heard, each with all that is wanted by it; hard negatives among them.
    const WRITTEN: &str = include_str!("../../tests/intents.txt");

    #[test]
    fn written_sentences_are_taken_as_they_are_meant() {
        // Praise and complaint rest on the trained sentiment, too; the others on signs alone.
        let codes = [
            ('C', Intent::Complaint, 0.75),
            ('P', Intent::Praise, 0.75),
            ('S', Intent::Suggestion, 0.9),
            ('Q', Intent::Question, 0.9),
            ('L', Intent::Churn, 0.85),
            ('U', Intent::Urgent, 0.85),
            ('B', Intent::BrokenPromise, 0.85),
        ];
        let (mut report, mut missed) = (String::new(), String::new());
        let mut low = Vec::new();
        for (code, intent, floor) in codes {
            let (mut hits, mut said, mut truths) = (0_u32, 0_u32, 0_u32);
            for line in WRITTEN.lines() {
                let (truth, text) = line.split_once('|').unwrap();
                let (truth, found) = (truth.contains(code), wants(text).contains(&intent));
                hits += u32::from(truth && found);
                said += u32::from(found);
                truths += u32::from(truth);
                if truth != found {
                    let kind = if found { "wrongly found" } else { "missed" };
                    let _ = writeln!(missed, "{} {kind}: {text}", intent.code());
                }
            }
            let (precision, recall) = (f64::from(hits) / f64::from(said.max(1)), f64::from(hits) / f64::from(truths));
            let _ = writeln!(report, "{:14} precision {precision:.3} recall {recall:.3} n {truths}", intent.code());
            if precision < floor || recall < floor {
                low.push(intent.code());
            }
        }
        println!("{report}{missed}");
        assert!(low.is_empty(), "{low:?}\n{report}{missed}");
    }
}
