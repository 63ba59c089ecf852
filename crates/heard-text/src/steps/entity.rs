//! Things named: order numbers, and members of staff after a word that says so.

use std::sync::OnceLock;

use heard_domain::reading::{Entity, EntityKind, Span};

use crate::phrase::{Phrases, listed};
use crate::step::{Draft, Step, Tools};
use crate::token::{Kind, Token, Tokens};
use crate::words::is_common;

/// The step.
pub const STEP: Step = Step { name: "entity", run };

/// After these a number stands for an order, booking or case.
const NUMBER_AFTER: &str = "order, order number, order no, booking, booking number, booking reference, booking ref, reservation, confirmation, \
confirmation number, confirmation code, case, case number, case id, ticket, ticket number, claim, claim number, \
reference, reference number, ref, ref no, invoice, invoice number, tracking number, tracking, policy number, serial \
number, record locator, pnr, rma, po, incident, file reference, complaint number";

/// After these a capitalised word is a name.
const NAME_AFTER: &str = "agent, rep, representative, attendant, steward, stewardess, captain, pilot, manager, supervisor, technician, engineer, \
driver, waiter, waitress, cashier, receptionist, teller, advisor, adviser, consultant, colleague, assistant, specialist, \
salesman, saleswoman, nurse, =doctor, named, name is, name was, spoke with, spoke to, talked to, talked with, speaking \
with, speaking to, chatted with, helped by, served by, assisted by, dealt with, thanks to, thank you to, shout out to, \
shoutout to, kudos to, credit to, compliments to, mr, mrs, ms, called";

/// Longest gap of words like "number", "is", "#" between the cue and the number.
const GAP: usize = 3;

fn cues() -> &'static Phrases<EntityKind> {
    static CUES: OnceLock<Phrases<EntityKind>> = OnceLock::new();
    CUES.get_or_init(|| {
        let numbers = listed(NUMBER_AFTER).map(|cue| (cue, EntityKind::Number));
        Phrases::new(numbers.chain(listed(NAME_AFTER).map(|cue| (cue, EntityKind::Staff))))
    })
}

fn run(_: &Tools<'_>, draft: &mut Draft<'_>) {
    let tokens = &draft.tokens;
    let mut found: Vec<Entity> = Vec::new();
    cues().find(tokens, 0..tokens.len(), |hit| {
        let entity = match hit.means {
            EntityKind::Number => number(tokens, draft.text, hit.last + 1).map(|span| (span, 0.85)),
            _ => name(tokens, hit.last + 1).map(|span| (span, 0.7)),
        };
        if let Some((span, confidence)) = entity
            && !found.iter().any(|other| other.span.overlaps(span))
        {
            found.push(Entity { kind: hit.means, span, confidence });
        }
    });
    found.sort_by_key(|entity| entity.span);
    draft.entities = found;
}

/// A code with a digit and at least four characters, close behind the cue.
fn number(tokens: &Tokens, text: &str, from: usize) -> Option<Span> {
    for at in from..from + GAP {
        let token = tokens.get(at)?;
        let raw = token.span.of(text)?;
        match token.kind {
            Kind::Number if raw.len() >= 4 && raw.chars().all(char::is_alphanumeric) => return Some(token.span),
            // Six capitals and digits: how airlines write a booking.
            Kind::Word if raw.len() == 6 && token.capitals && at > from => return Some(token.span),
            Kind::Mark('#' | ':' | '(' | '.', _) => {}
            Kind::Word if matches!(tokens.norm(at), "number" | "no" | "nr" | "is" | "was" | "id" | "code" | "ref") => {}
            _ => return None,
        }
    }
    None
}

/// One or two capitalised words that are no common words.
fn name(tokens: &Tokens, from: usize) -> Option<Span> {
    let is_name = |at: usize| {
        let plain = |t: &Token| t.kind == Kind::Word && t.capital && !t.capitals && !t.new_line && t.span.end - t.span.start > 1;
        tokens.get(at).is_some_and(plain) && !is_common(tokens.norm(at))
    };
    let from = if tokens.get(from).is_some_and(|t| t.is_mark('.') || t.is_mark(',')) { from + 1 } else { from };
    if !is_name(from) {
        return None;
    }
    let end = if is_name(from + 1) { from + 2 } else { from + 1 };
    Some(tokens.span(&(from..end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(EntityKind, &str)> {
        use heard_domain::id::FeedbackId;
        use heard_domain::journey::Journey;
        use heard_domain::taxonomy::Taxonomy;

        let reader = crate::pipeline::Reader::new(&Journey::default(), &Taxonomy::default());
        let asked =
            crate::step::ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: None, touchpoint_stage: None };
        reader.read(&asked).entities.iter().map(|e| (e.kind, e.span.of(text).unwrap())).collect()
    }

    #[test]
    fn numbers_behind_their_cue() {
        assert_eq!(found("Order no. 70012345 is late"), [(EntityKind::Number, "70012345")]);
        assert_eq!(found("my booking reference is AB12CD."), [(EntityKind::Number, "AB12CD")]);
        assert_eq!(found("case #4482913"), [(EntityKind::Number, "4482913")]);
        assert_eq!(found("confirmation: QWERTZ"), [(EntityKind::Number, "QWERTZ")]);
    }

    #[test]
    fn names_of_staff_behind_their_cue() {
        assert_eq!(found("I spoke with Kevin Smith yesterday"), [(EntityKind::Staff, "Kevin Smith")]);
        assert_eq!(found("Kudos to Maria at the desk"), [(EntityKind::Staff, "Maria")]);
        assert_eq!(found("Mrs. Garcia helped"), [(EntityKind::Staff, "Garcia")]);
    }

    #[test]
    fn what_is_neither() {
        for text in [
            "I waited 4500 years",
            "order 66",
            "spoke with the manager",
            "thanks to you ALL",
            "We ordered Monday",
            "in order to 2020",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
