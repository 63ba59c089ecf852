//! How good or bad each passage is for the customer.

use heard_domain::reading::{Note, Polarity, Sentiment, Span};

use crate::encoder::softened;
use crate::evidence::phrases;
use crate::learn::features::Seen;
use crate::lexicon::lexicon;
use crate::model::{Model, Outputs, POLARITY, Scores, judge};
use crate::step::{Clause, Draft, Step, Tools};
use crate::steps::clause::weigh;
use crate::token::{Kind, Tokens};

/// The step.
pub const STEP: Step = Step { name: "sentiment", run };

/// In a language that is not read in full only faces speak, and they do not speak clearly.
const SURE_WITHOUT_WORDS: f32 = 0.4;

fn run(tools: &Tools<'_>, draft: &mut Draft<'_>) {
    if draft.notes.contains(&Note::NoText) {
        return;
    }
    let in_full = draft.read_in_full();
    let mut whole = Scores::default();
    for clause in &mut draft.clauses {
        tools.model.encode(&mut clause.encoded, tools.embedding, lexicon(), &draft.tokens, &clause.tokens);
        if in_full {
            clause.scores = tools.model.score(&clause.encoded);
            whole.join(&clause.scores);
        } else {
            clause.passage.sentiment = Some(by_faces(clause.encoded.dense.get(7).copied().unwrap_or(0.0)));
        }
    }
    if in_full {
        let alone = draft.clauses.len() == 1;
        let whole = tools.model.outputs(&whole);
        let mut seen = Seen::default();
        for clause in &mut draft.clauses {
            clause.outputs = if alone { whole } else { blended(tools.model, clause, &whole) };
            if let Some(sentiment) = without_words(&draft.tokens, clause) {
                clause.passage.sentiment = Some(sentiment);
                continue;
            }
            let (mut value, mut shares) = judge(tools.model, &clause.outputs);
            let shipped = strongest(shares);
            // What the company's people have corrected is judged with their eyes.
            if let Some(taught) = &tools.company.sentiment {
                let told = taught.shares(&draft.tokens, &clause.tokens, &clause.encoded.found, (value, shares), &mut seen);
                value = (value + (told[2] - told[0]) - (shares[2] - shares[0])).clamp(-1.0, 1.0);
                shares = told;
            }
            let polarity = strongest(shares);
            let sure = shares.get(polarity.index()).copied().unwrap_or(0.0);
            let evidence = match &tools.company.sentiment {
                Some(taught) if polarity != shipped => {
                    phrases(&draft.tokens, &clause.tokens, &clause.roles, &taught.adds(&clause.tokens, &seen, polarity))
                }
                _ => evidence(tools.model, &draft.tokens, clause, polarity),
            };
            clause.passage.sentiment = Some(Sentiment { value: agreeing(value, polarity), polarity, confidence: sure, evidence });
        }
    }
    weigh(&mut draft.clauses);
}

/// The outputs of a passage; the rest of the verbatim counts a little.
fn blended(model: &Model, clause: &Clause, whole: &Outputs) -> Outputs {
    let mut outputs = model.outputs(&clause.scores);
    for (own, all) in outputs.iter_mut().zip(whole) {
        *own += (all - *own) * model.calibration.context;
    }
    outputs
}

fn strongest(shares: [f32; 3]) -> Polarity {
    let best = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(1, |(at, _)| at);
    Polarity::from_index(best).unwrap_or(Polarity::Neutral)
}

/// Value and class come from two outputs; where they disagree the class decides.
fn agreeing(value: f32, polarity: Polarity) -> f32 {
    match polarity {
        Polarity::Negative => value.min(-0.1),
        Polarity::Neutral => value.clamp(-0.2, 0.2),
        Polarity::Positive => value.max(0.1),
    }
}

fn evidence(model: &Model, tokens: &Tokens, clause: &Clause, polarity: Polarity) -> Vec<Span> {
    if polarity == Polarity::Neutral {
        return Vec::new();
    }
    let own = POLARITY + polarity.index();
    let other = POLARITY + Polarity::Negative.index() + Polarity::Positive.index() - polarity.index();
    let adds = model.credit(&clause.encoded, &[(own, 1.0), (other, -0.5), (POLARITY + 1, -0.5)]);
    phrases(tokens, &clause.tokens, &clause.roles, &adds)
}

/// A passage of nothing but faces is what its faces are: the head has seen too few of them.
fn without_words(tokens: &Tokens, clause: &Clause) -> Option<Sentiment> {
    let stretch = tokens.all().get(clause.tokens.clone())?;
    let faces = stretch.iter().filter(|token| token.kind == Kind::Face);
    if stretch.iter().any(|token| matches!(token.kind, Kind::Word | Kind::Number)) || faces.clone().next().is_none() {
        return None;
    }
    let sentiment = by_faces(softened(faces.map(|face| lexicon().valence(face.hash)).sum()));
    let confidence = SURE_WITHOUT_WORDS + (1.0 - SURE_WITHOUT_WORDS) * sentiment.value.abs();
    let evidence = if sentiment.polarity == Polarity::Neutral { Vec::new() } else { vec![clause.passage.span] };
    Some(Sentiment { confidence, evidence, ..sentiment })
}

fn by_faces(faces: f32) -> Sentiment {
    let polarity = match faces {
        f if f > 0.05 => Polarity::Positive,
        f if f < -0.05 => Polarity::Negative,
        _ => Polarity::Neutral,
    };
    Sentiment { value: faces.clamp(-1.0, 1.0), polarity, confidence: SURE_WITHOUT_WORDS, evidence: Vec::new() }
}
