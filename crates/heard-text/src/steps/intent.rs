//! What the customer wants with each passage: hand-written rules, and the sentiment.

use std::sync::OnceLock;

use heard_domain::reading::{Intent, Label, Polarity, Span};

use crate::phrase::{Phrases, listed};
use crate::step::{Clause, Draft, Step, Tools};
use crate::token::{Kind, Tokens};

/// The step.
pub const STEP: Step = Step { name: "intent", run };

/// A complaint or praise is the sentiment of a passage that is surer than this.
const SURE_ENOUGH: f32 = 0.45;

const SUGGESTS: &str = "please add, please bring back, please make, please allow, please consider, please provide, please give us, please fix, \
please improve, please introduce, should add, should allow, should have, should offer, should provide, should be able, \
should be possible, should let, should really, should make, should give, should introduce, should consider, would be \
nice, would be great, would be good, would be better, would be helpful, would be useful, would be awesome, would be \
cool, would be handy, would help if, would love to see, would love to be able, would love it if, would love if, would \
like to see, would like to be able, would like the option, would prefer, i'd like to see, i'd love to see, i suggest, i \
would suggest, my suggestion, a suggestion, i recommend that, i propose, feature request, how about, why not, why don't \
you, why can't you, wish you, wish there, wish it, wish they, wish the, i wish, it'd be nice, it'd be great, if only, \
need to add, needs to be, need to offer, needs an option, needs a way, consider adding, consider making, consider \
offering, could you add, could you please add, can you add, can you please add, could be improved, could be better, \
needs improvement, room for improvement, bring back, allow us to, allow users to, allow customers to, give us the, an \
option to, ability to, the option to, let us, might want to, may want to, you might consider, next time please, instead \
of making";

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
        let lists = [
            (SUGGESTS, Intent::Suggestion),
            (LEAVES, Intent::Churn),
            (URGES, Intent::Urgent),
            (PROMISES, Intent::BrokenPromise),
            (ASKS, Intent::Question),
        ];
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
    let of = |intent: Intent| found.iter().filter(|(i, _)| *i == intent).map(|(_, span)| *span).collect::<Vec<Span>>();
    let sentiment = clause.passage.sentiment.as_ref();
    let polarity = sentiment.map_or(Polarity::Neutral, |s| s.polarity);
    let stretch = tokens.all().get(clause.tokens.clone()).unwrap_or(&[]);
    let asks = stretch.iter().any(|t| t.is_mark('?'));

    let mut labels: Vec<Label<Intent>> = Vec::new();
    let mut add = |value, confidence, evidence: Vec<Span>| {
        labels.push(Label { value, confidence, evidence: crate::evidence::join(evidence) });
    };
    if let Some(sentiment) = sentiment.filter(|s| s.confidence >= SURE_ENOUGH) {
        match polarity {
            Polarity::Negative => add(Intent::Complaint, sentiment.confidence, sentiment.evidence.clone()),
            Polarity::Positive => add(Intent::Praise, sentiment.confidence, sentiment.evidence.clone()),
            Polarity::Neutral => {}
        }
    }
    for intent in [Intent::Suggestion, Intent::Churn, Intent::Urgent, Intent::BrokenPromise] {
        let spans = of(intent);
        let holds = !spans.is_empty()
            && match intent {
                Intent::Suggestion => !asks || spans.len() > 1,
                // "I will never use another bank" is no threat; kept promises are praise.
                Intent::Churn | Intent::BrokenPromise => polarity != Polarity::Positive,
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
