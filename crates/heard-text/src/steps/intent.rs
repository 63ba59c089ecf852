//! What the customer wants with each passage: hand-written rules, and the sentiment.

use std::sync::OnceLock;

use heard_domain::reading::{Intent, Label, Polarity, Span};

use crate::phrase::{Phrases, listed};
use crate::step::{Clause, Draft, Step, Tools};
use crate::suggestion::suggested;
use crate::token::{Kind, Tokens};

/// The step.
pub const STEP: Step = Step { name: "intent", run };

/// A complaint or praise is the sentiment of a passage that is surer than this.
const SURE_ENOUGH: f32 = 0.45;

/// From here on a passage is so surely good that it holds no broken promise.
const SURE_GOOD: f32 = 0.75;
/// Beside a suggestion only this sure a passage is praise as well.
const SURE_PRAISE: f32 = 0.9;

const LEAVES: &str = "never again, never use, never fly, never flying, never buy, never buying, never order, never come back, never return, \
never shop, never do business, never booking, never book, never going back, won't be back, will not be back, won't be \
using, will not be using, won't use, won't be flying, will not be flying, won't fly, won't be returning, won't be \
booking, will not return, not coming back, not going back, won't come back, won't buy, will not buy, won't renew, will \
not renew, not renewing, don't renew, not be renewing, won't be renewing, last time i, last time we, last flight with, \
last order with, my last flight, my last order, switching to, switch to, switched to, moving to another, moving to a \
competitor, going to a competitor, go elsewhere, going elsewhere, taking my business, take my business, take our \
business, taking our business, lost a customer, losing a customer, lose a customer, lost me as, lost my business, losing \
my business, lose my business, lost our business, cancel my account, cancelling my account, cancel my subscription, \
cancelling my subscription, cancel our contract, cancel my contract, cancel my membership, close my account, closing my \
account, closed my account, close our account, terminate our contract, terminate the contract, end our contract, looking \
for another, looking for alternatives, looking for an alternative, looking at alternatives, looking at other, evaluating \
alternatives, evaluating other, find another provider, find another supplier, finding another, find a new supplier, \
another airline, another bank, another supplier, different airline, different bank, different supplier, done with you, \
done with this company, done with this airline, done with them, i'm done, we're done, i am done, i'm out, goodbye, \
unsubscribing, jump ship, leaving you, leaving for";

const URGES: &str = "urgent, urgently, emergency, asap, as soon as possible, immediately, dangerous, unsafe, safety hazard, safety \
issue, safety risk, hazard, injured, injury, injuries, hospital, ambulance, caught fire, on fire, =smoke, burning smell, \
electric shock, electrocuted, gas leak, allergic reaction, allergy, food poisoning, bleeding, insulin, medication, \
stranded, locked out, stolen, fraud, fraudulent, identity theft, hacked, scammed, can't breathe, line down, line is \
down, production stopped, production is down, system is down, site is down, outage, data loss, lost data, data breach, \
leaves in, departs in, boarding now, deadline, time sensitive, eviction, foreclosure, suicid*";

const PROMISES: &str = "promised, you promise, they promise, broken promise, broke your promise, was guaranteed, were guaranteed, guaranteed me, \
you guarantee, was assured, were assured, assured me, assured us, was told it would, was told that, was told i would, \
was told i'd, was told they would, was told my, were told it would, were told we would, told me it would, told me i \
would, told me they would, told me my, told us it would, told us they would, told us we would, said it would, said they \
would, said you would, said i would, said you'd, said they'd, said he would, said she would, supposed to, not as \
described, not as advertised, as advertised, advertised as, false advertising, misleading, supposedly, was meant to, \
were meant to, agreed to, contract says, per our contract, your website says, website said, never called back, never got \
back, never followed up";

const ASKS: &str = "can you tell, could you tell, can anyone tell, can you help, can you please, could you please, can someone, could \
someone, how do i, how can i, how do you, how long, how much, how many, is there a, is there any, is it possible, are \
there any, do you have, do you know, do you offer, where can i, where do i, where is my, when will, when can, when is, \
what is the, what time, who do i, who can i, any update, any updates, any idea, any chance, any news, please advise, i \
was wondering, was wondering if, i'd like to know, i would like to know, want to know, would like to know, need to know, \
let me know";

fn rules() -> &'static Phrases<Intent> {
    static RULES: OnceLock<Phrases<Intent>> = OnceLock::new();
    RULES.get_or_init(|| {
        let lists =
            [(LEAVES, Intent::Churn), (URGES, Intent::Urgent), (PROMISES, Intent::BrokenPromise), (ASKS, Intent::Question)];
        Phrases::new(lists.into_iter().flat_map(|(phrases, intent)| listed(phrases).map(move |phrase| (phrase, intent))))
    })
}

fn run(_: &Tools<'_>, draft: &mut Draft<'_>) {
    for clause in &mut draft.clauses {
        clause.passage.intents = intents(&draft.tokens, clause);
    }
}

fn intents(tokens: &Tokens, clause: &Clause) -> Vec<Label<Intent>> {
    let mut found: Vec<(Intent, Span)> = Vec::new();
    rules().find(tokens, clause.tokens.clone(), |hit| found.push((hit.means, tokens.span(&(hit.first..hit.last + 1)))));
    let suggested = suggested(tokens, &clause.tokens);
    let of = |intent: Intent| found.iter().filter(|(i, _)| *i == intent).map(|(_, span)| *span).collect::<Vec<Span>>();
    let sentiment = clause.passage.sentiment.as_ref();
    let polarity = sentiment.map_or(Polarity::Neutral, |s| s.polarity);
    let surely_good = sentiment.is_some_and(|s| s.polarity == Polarity::Positive && s.confidence > SURE_GOOD);
    let stretch = tokens.all().get(clause.tokens.clone()).unwrap_or(&[]);
    let asks = stretch.iter().any(|t| t.is_mark('?'));

    let suggests = suggested.is_some();

    let mut labels: Vec<Label<Intent>> = Vec::new();
    let mut add = |value, confidence, evidence: Vec<Span>| {
        labels.push(Label { value, confidence, evidence: crate::evidence::join(evidence) });
    };
    if let Some(sentiment) = sentiment.filter(|s| s.confidence >= SURE_ENOUGH) {
        match polarity {
            Polarity::Negative => add(Intent::Complaint, sentiment.confidence, sentiment.evidence.clone()),
            // "It would be great if …" asks for something; only what is surely good is praise as well.
            Polarity::Positive if suggests && sentiment.confidence < SURE_PRAISE => {}
            Polarity::Positive => add(Intent::Praise, sentiment.confidence, sentiment.evidence.clone()),
            Polarity::Neutral => {}
        }
    }
    if let Some(suggested) = suggested {
        add(Intent::Suggestion, suggested.confidence(), suggested.evidence);
    }
    for intent in [Intent::Churn, Intent::Urgent, Intent::BrokenPromise] {
        let spans = of(intent);
        let holds = !spans.is_empty()
            && match intent {
                // "I will never use another bank" is no threat.
                Intent::Churn => polarity != Polarity::Positive,
                // A kept promise is praised; "you promised a call" alone sounds neither good nor bad.
                Intent::BrokenPromise => !surely_good,
                _ => true,
            };
        if holds {
            let negative = f32::from(u8::from(polarity == Polarity::Negative));
            add(intent, (0.6 + 0.1 * (spans.len() as f32 - 1.0) + 0.15 * negative).min(0.95), spans);
        }
    }
    let asking = of(Intent::Question);
    let words = stretch.iter().filter(|t| t.kind == Kind::Word).count();
    match (asks, asking.is_empty()) {
        (true, false) => add(Intent::Question, 0.9, asking),
        // A lone "really?" or "???" is anger, not a question.
        (true, true) if words > 2 => add(Intent::Question, 0.7, Vec::new()),
        (false, false) => add(Intent::Question, 0.6, asking),
        _ => {}
    }
    labels.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    labels
}

#[cfg(test)]
mod tests {
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
}
