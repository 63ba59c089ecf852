//! How good or bad each passage is for the customer.

use heard_domain::reading::{Note, Polarity, Sentiment, Span};

use crate::encoder::softened;
use crate::evidence::phrases;
use crate::lexicon::lexicon;
use crate::model::{Model, Outputs, POLARITY, Scores, VALUE, softmax};
use crate::step::{Clause, Draft, Step, Tools};
use crate::steps::clause::weigh;
use crate::token::{Kind, Tokens};

/// The step.
pub const STEP: Step = Step { name: "sentiment", run };

/// How much the classes say of the value.
const CLASSES: f32 = 0.4;
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
        for clause in &mut draft.clauses {
            clause.outputs = if alone { whole } else { blended(tools.model, clause, &whole) };
            if let Some(sentiment) = without_words(&draft.tokens, clause) {
                clause.passage.sentiment = Some(sentiment);
                continue;
            }
            let (value, shares) = judge(tools.model, &clause.outputs);
            let polarity = strongest(shares);
            let sure = shares.get(polarity.index()).copied().unwrap_or(0.0);
            let evidence = evidence(tools.model, &draft.tokens, clause, polarity);
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

/// Value and probabilities of the classes.
pub fn judge(model: &Model, outputs: &Outputs) -> (f32, [f32; 3]) {
    let get = |output: usize| outputs.get(output).copied().unwrap_or(0.0);
    let shares = softmax([get(POLARITY), get(POLARITY + 1), get(POLARITY + 2)], model.calibration.polarity);
    // The value learnt from raters of single sentences only; what the classes learnt from all sets belongs to it, too.
    let value = (1.0 - CLASSES) * get(VALUE) + CLASSES * (shares[2] - shares[0]);
    (value.clamp(-1.0, 1.0), shares)
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
