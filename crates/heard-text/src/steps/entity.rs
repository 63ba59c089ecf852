//! Things named: what the company has on its own lists (places, products), order numbers behind a word that says so, members
//! of staff behind such a word or by their first name, places before or behind "airport", "branch" and the like.

use std::sync::OnceLock;

use heard_domain::reading::{Entity, EntityKind, Span};

use crate::phrase::{Phrases, listed};
use crate::step::{Draft, Step, Tools};
use crate::token::{Hashes, Kind, Token, Tokens, hash};
use crate::words::is_common;

/// The step.
pub const STEP: Step = Step { name: "entity", run };

/// After these a number stands for an order, booking or case.
const NUMBER_AFTER: &str = "order, order number, order no, booking, booking number, booking reference, booking ref, reservation, confirmation, \
confirmation number, confirmation code, case, case number, case id, ticket, ticket number, claim, claim number, \
reference, reference number, ref, ref no, invoice, invoice number, parcel, shipment, receipt, transaction, transaction id, contract number, customer number, account number, membership number, \
return number, ticket id, order id, order #, invoice number, tracking number, tracking, policy number, serial \
number, record locator, pnr, rma, po, incident, file reference, complaint number";

/// After these a capitalised word is a name.
const NAME_AFTER: &str = "agent, rep, representative, attendant, steward, stewardess, captain, pilot, manager, supervisor, technician, engineer, \
driver, waiter, waitress, cashier, receptionist, teller, advisor, adviser, consultant, colleague, assistant, specialist, \
salesman, saleswoman, nurse, =doctor, named, name is, name was, spoke with, spoke to, talked to, talked with, speaking \
with, speaking to, chatted with, helped by, served by, assisted by, dealt with, thanks to, thank you to, shout out to, \
shoutout to, kudos to, credit to, compliments to, hats off to, props to, mr, mrs, ms, called, asked for, a guy named, a lady named, \
attended by, greeted by, host, hostess, chef, barista, clerk, officer, inspector, conductor, concierge, mechanic, salesperson, agent named";

/// First names that are hardly ever anything else: where they do or get something, staff is meant.
const FIRST_NAMES: &str = "maria anna julia laura sarah sara lisa emma sophie sofia olivia emily jessica jennifer amanda ashley melissa michelle nicole stephanie \
rebecca rachel kathryn katherine catherine christine christina elizabeth margaret patricia linda barbara susan nancy karen betty helen sandra donna carol ruth sharon deborah \
cynthia angela anne diane julie heather teresa gloria janet carolyn martha andrea jacqueline vanessa monica claudia elena irina natalia fatima aisha priya mei yuki ingrid astrid \
john james robert michael william david richard joseph thomas charles christopher daniel matthew anthony steven steve paul andrew joshua kenneth kevin brian george edward ronald timothy \
jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory patrick alexander dennis jerry tyler aaron henry peter adam nathan \
douglas zachary kyle walter carlos juan luis jorge miguel pedro antonio francisco ahmed mohammed muhammad ali omar hassan raj ravi sanjay wei hiroshi klaus jürgen stefan markus";

/// What a first name does or gets where staff is meant.
const DOES: &str = "was is were helped at from did went made took answered told who has gave explained and solved fixed served called listened showed handled for in you again so , ! .";

/// A place stands before one of these, or behind it.
const PLACE_NOUNS: &str = "airport, branch, store, station, terminal, hotel, restaurant, warehouse, clinic, hospital, mall, campus, showroom, depot, lounge";

/// Behind these three capitals are the code of an airport or station.
const CODE_AFTER: &str = "from, to, in, at, via, into, through, out of, leaving, @";

/// Three capitals that are none.
const NO_CODES: &str = "the and you not are all for was but ceo cfo faq wtf omg lol smh tsa asap usa gps app atm pin vat tax usd eur gbp mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep oct nov dec \
est pst gmt dm's vip tvs pcs sms api url pdf ups dhl why how who now our out get got has had her him his one two yes any bad top";

/// A text names at most this many things: a list of a thousand orders is none for people to read.
const MOST: usize = 48;

/// Longest gap of words like "number", "is", "#" between the cue and the number.
const GAP: usize = 3;

/// What a phrase announces.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Announces {
    Number,
    Name,
    Place,
    Code,
}

fn cues() -> &'static Phrases<Announces> {
    static CUES: OnceLock<Phrases<Announces>> = OnceLock::new();
    CUES.get_or_init(|| {
        let all = [
            (NUMBER_AFTER, Announces::Number),
            (NAME_AFTER, Announces::Name),
            (PLACE_NOUNS, Announces::Place),
            (CODE_AFTER, Announces::Code),
        ];
        Phrases::new(all.into_iter().flat_map(|(list, announces)| listed(list).map(move |cue| (cue, announces))))
    })
}

fn words(list: &'static str) -> Hashes {
    list.split_whitespace().map(|word| hash(word.as_bytes())).collect()
}

fn first_names() -> &'static Hashes {
    static NAMES: OnceLock<Hashes> = OnceLock::new();
    NAMES.get_or_init(|| words(FIRST_NAMES))
}

fn no_codes() -> &'static Hashes {
    static CODES: OnceLock<Hashes> = OnceLock::new();
    CODES.get_or_init(|| words(NO_CODES))
}

fn run(tools: &Tools<'_>, draft: &mut Draft<'_>) {
    let tokens = &draft.tokens;
    let mut found: Vec<Entity> = Vec::new();
    let mut put = |kind: EntityKind, named: Option<(Span, f32)>| {
        if let Some((span, confidence)) = named
            && found.len() < MOST
            && !found.iter().any(|other| other.span.overlaps(span))
        {
            found.push(Entity { kind, span, confidence });
        }
    };
    // The company's own lists know best.
    tools.company.names.find(tokens, 0..tokens.len(), |hit| {
        let written = !hit.means.capital || tokens.get(hit.first).is_some_and(|t| t.capital);
        if written {
            put(hit.means.kind, Some((tokens.span(&(hit.first..hit.last + 1)), BY_LIST)));
        }
    });
    let shouted = tokens.all().iter().filter(|t| t.kind == Kind::Word && t.capitals).count() * 2 > tokens.len();
    cues().find(tokens, 0..tokens.len(), |hit| match hit.means {
        Announces::Number => put(EntityKind::Number, number(tokens, draft.text, hit.last + 1).map(|span| (span, 0.85))),
        Announces::Name => put(EntityKind::Staff, name(tokens, hit.last + 1).map(|span| (span, 0.7))),
        Announces::Place => put(EntityKind::Place, place(tokens, hit.first).map(|span| (span, 0.6))),
        Announces::Code if !shouted => put(EntityKind::Place, code(tokens, hit.last + 1).map(|span| (span, 0.5))),
        Announces::Code => {}
    });
    for at in 0..tokens.len() {
        let is_name =
            tokens.get(at).is_some_and(|t| t.kind == Kind::Word && t.capital && !t.capitals && first_names().contains(&t.hash));
        if is_name && does(tokens, at) {
            put(EntityKind::Staff, Some((tokens.span(&(at..at + 1)), 0.5)));
        }
    }
    found.sort_by_key(|entity| entity.span);
    draft.entities = found;
}

/// How sure a name of the company's own lists is.
const BY_LIST: f32 = 0.9;

/// Whether a first name is thanked, or does something.
fn does(tokens: &Tokens, at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| tokens.norm(before));
    let next = tokens.norm(at + 1);
    matches!(before, "you" | "thanks" | "to" | "by" | "with" | "and" | "lovely" | "our") && before != "and"
        || !next.is_empty() && DOES.split(' ').any(|word| word == next)
}

/// Capitalised words before a place's noun ("Leeds branch", "London City Airport"), or a number or letter behind it ("Terminal 5").
fn place(tokens: &Tokens, noun: usize) -> Option<Span> {
    let mut first = noun;
    while first > 0 && noun - first < 3 && is_name(tokens, first - 1) {
        first -= 1;
    }
    if first < noun {
        return Some(tokens.span(&(first..noun + 1)));
    }
    let behind = tokens.get(noun + 1)?;
    let short = behind.span.end - behind.span.start <= 3;
    let numbered = short
        && (behind.kind == Kind::Number || (behind.kind == Kind::Word && behind.capital && tokens.norm(noun + 1).len() == 1));
    (numbered && tokens.norm(noun) == "terminal").then(|| tokens.span(&(noun..noun + 2)))
}

/// Three capitals, as airports are written.
fn code(tokens: &Tokens, at: usize) -> Option<Span> {
    let token = tokens.get(at)?;
    let three = token.kind == Kind::Word && token.capitals && token.span.end - token.span.start == 3;
    (three && !no_codes().contains(&token.hash)).then_some(token.span)
}

/// A code with a digit and at least four characters, close behind the cue; with its parts where it is written with dashes.
fn number(tokens: &Tokens, text: &str, from: usize) -> Option<Span> {
    for at in from..from + GAP {
        let token = tokens.get(at)?;
        let raw = token.span.of(text)?;
        match token.kind {
            Kind::Number | Kind::Word => {
                let end = (at..at + 6).find(|at| !dashed(tokens, text, *at)).unwrap_or(at);
                let whole = tokens.span(&(at..end + 1));
                let written = whole.of(text)?;
                let digits = written.bytes().filter(u8::is_ascii_digit).count();
                let plain = raw.chars().all(char::is_alphanumeric);
                if (token.kind == Kind::Number || end > at) && plain && digits >= 1 && written.len() >= 4 {
                    return Some(whole);
                }
                // Six capitals: how airlines write a booking.
                if token.kind == Kind::Word && raw.len() == 6 && token.capitals && at > from {
                    return Some(token.span);
                }
                if !matches!(tokens.norm(at), "number" | "no" | "nr" | "is" | "was" | "id" | "code" | "ref") {
                    return None;
                }
            }
            Kind::Mark('#' | ':' | '(' | '.', _) => {}
            _ => return None,
        }
    }
    None
}

/// Whether the next token is joined to this one by a dash: "INV-2024-001".
fn dashed(tokens: &Tokens, text: &str, at: usize) -> bool {
    let (Some(this), Some(next)) = (tokens.get(at), tokens.get(at + 1)) else { return false };
    next.span.start == this.span.end + 1
        && text.as_bytes().get(this.span.end as usize) == Some(&b'-')
        && matches!(next.kind, Kind::Number | Kind::Word)
}

fn is_name(tokens: &Tokens, at: usize) -> bool {
    let plain = |t: &Token| t.kind == Kind::Word && t.capital && !t.capitals && t.span.end - t.span.start > 1;
    tokens.get(at).is_some_and(plain) && !is_common(tokens.norm(at))
}

/// One or two capitalised words that are no common words.
fn name(tokens: &Tokens, from: usize) -> Option<Span> {
    let stays = |at: usize| is_name(tokens, at) && tokens.get(at).is_some_and(|t| !t.new_line);
    let from = if tokens.get(from).is_some_and(|t| t.is_mark('.') || t.is_mark(',')) { from + 1 } else { from };
    if !stays(from) {
        return None;
    }
    let end = if stays(from + 1) { from + 2 } else { from + 1 };
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
    fn numbers_with_dashes_are_whole() {
        assert_eq!(found("invoice INV-2024-001 is wrong"), [(EntityKind::Number, "INV-2024-001")]);
        assert_eq!(found("My order number is 112-4567-89."), [(EntityKind::Number, "112-4567-89")]);
    }

    #[test]
    fn first_names_that_do_something_are_staff_and_places_stand_beside_their_noun() {
        assert_eq!(found("Sarah was so patient with us"), [(EntityKind::Staff, "Sarah")]);
        assert_eq!(found("Thank you Kevin!"), [(EntityKind::Staff, "Kevin")]);
        assert_eq!(found("the queue at the Leeds branch"), [(EntityKind::Place, "Leeds branch")]);
        assert_eq!(found("stuck at Terminal 5"), [(EntityKind::Place, "Terminal 5")]);
        assert_eq!(found("flew from LAX to the coast"), [(EntityKind::Place, "LAX")]);
        assert!(found("I WANT TO GET TO BED").is_empty());
    }

    #[test]
    fn the_lists_of_the_company_come_first() {
        use heard_domain::id::FeedbackId;
        use heard_domain::journey::Journey;
        use heard_domain::taxonomy::Taxonomy;

        let names = [("Old Mill", EntityKind::Place), ("Aqua 300", EntityKind::Product), ("Rest", EntityKind::Place)];
        let reader = crate::pipeline::Reader::new(&Journey::default(), &Taxonomy::default()).knowing(names);
        let text = "The aqua 300 from the Old Mill needs no rest";
        let asked =
            crate::step::ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: None, touchpoint_stage: None };
        let found: Vec<_> = reader.read(&asked).entities.iter().map(|e| (e.kind, e.span.of(text).unwrap())).collect();
        assert_eq!(found, [(EntityKind::Product, "aqua 300"), (EntityKind::Place, "Old Mill")]);
    }

    #[test]
    fn a_list_without_end_is_read_in_bounded_time() {
        let text = "order 12345 Sarah was at Leeds branch from LAX ".repeat(300);
        assert!(found(&text).len() <= MOST);
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
