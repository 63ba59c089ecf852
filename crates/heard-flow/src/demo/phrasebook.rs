//! The phrasebook: handwritten sentences by cell and tone, dealt like cards so that none comes twice before all have come once.

use std::collections::BTreeMap;

use heard_domain::reading::Polarity;

use crate::demo::dice::Dice;
use crate::demo::setting::{StageName, Who};

const PAGES: [&str; 11] = [
    include_str!("phrases/discover.txt"),
    include_str!("phrases/evaluate.txt"),
    include_str!("phrases/buy.txt"),
    include_str!("phrases/onboard.txt"),
    include_str!("phrases/use_money.txt"),
    include_str!("phrases/use_app.txt"),
    include_str!("phrases/help.txt"),
    include_str!("phrases/renew.txt"),
    include_str!("phrases/more_before.txt"),
    include_str!("phrases/more_after.txt"),
    include_str!("phrases/common.txt"),
];

const OTHER_LANGUAGES: &str = include_str!("phrases/other.txt");

/// Which half of the handwritten sentences is used: what one half teaches can be honestly measured with the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phrases {
    /// All of them.
    #[default]
    All,
    /// The first half.
    First,
    /// The second half; shares no sentence with the first.
    Second,
}

/// When a sentence may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// At any time.
    Always,
    /// Only about the planted problem, while it lasts.
    Planted,
    /// Only after a fix was announced.
    After,
}

/// A handwritten sentence with its choices and gaps still open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phrase {
    /// The words.
    pub text: &'static str,
    who: Who,
    when: When,
}

/// Who speaks and when: which sentences fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fits {
    /// Whether a business speaks.
    pub business: bool,
    /// Whether a planted problem made them speak.
    pub planted: bool,
    /// Whether a fix was announced before.
    pub after: bool,
}

impl Phrase {
    fn fits(self, fits: Fits) -> bool {
        let who = match self.who {
            Who::Anyone => true,
            Who::Business => fits.business,
            Who::Household => !fits.business,
        };
        who && match self.when {
            When::Always => true,
            When::Planted => fits.planted,
            When::After => fits.after,
        }
    }
}

#[derive(Debug, Clone)]
struct Deck {
    cards: Vec<Phrase>,
    next: usize,
}

/// All decks.
#[derive(Debug, Clone)]
pub(crate) struct Phrasebook {
    decks: BTreeMap<String, Deck>,
}

fn sign(polarity: Polarity) -> char {
    match polarity {
        Polarity::Positive => '+',
        Polarity::Negative => '-',
        Polarity::Neutral => '?',
    }
}

fn phrase(line: &'static str) -> Option<(char, Phrase)> {
    let mut rest = line.chars();
    let sign = rest.next().filter(|c| "+-?".contains(*c))?;
    let (when, rest) = match rest.clone().next() {
        Some('!') => (When::Planted, rest.as_str().trim_start_matches('!')),
        Some('>') => (When::After, rest.as_str().trim_start_matches('>')),
        _ => (When::Always, rest.as_str()),
    };
    let rest = rest.trim();
    let (who, text) = match (rest.strip_prefix("b:"), rest.strip_prefix("c:")) {
        (Some(text), _) => (Who::Business, text),
        (_, Some(text)) => (Who::Household, text),
        _ => (Who::Anyone, rest),
    };
    Some((sign, Phrase { text: text.trim(), who, when }))
}

impl Phrasebook {
    /// Opens the book, or one half of it, and shuffles every deck.
    pub(crate) fn open(phrases: Phrases, dice: &mut Dice) -> Self {
        let mut decks: BTreeMap<String, Deck> = BTreeMap::new();
        let mut seen: BTreeMap<(&'static str, char, bool, bool), usize> = BTreeMap::new();
        for page in PAGES.iter().chain([&OTHER_LANGUAGES]) {
            let mut title = "";
            for line in page.lines() {
                if let Some(heading) = line.strip_prefix("# ") {
                    title = heading.trim();
                } else if let Some((sign, phrase)) = phrase(line) {
                    let place = seen.entry((title, sign, phrase.who == Who::Business, phrase.when == When::Always)).or_default();
                    *place += 1;
                    let taken = match phrases {
                        Phrases::All => true,
                        Phrases::First => !place.is_multiple_of(2),
                        Phrases::Second => place.is_multiple_of(2),
                    };
                    if taken {
                        let deck = decks.entry(format!("{title} {sign}")).or_insert(Deck { cards: Vec::new(), next: 0 });
                        deck.cards.push(phrase);
                    }
                }
            }
        }
        for deck in decks.values_mut() {
            dice.shuffle(&mut deck.cards);
        }
        Self { decks }
    }

    /// The next sentence about a cell.
    pub(crate) fn about(
        &mut self,
        (stage, category): (StageName, &'static str),
        language: &'static str,
        polarity: Polarity,
        fits: Fits,
        dice: &mut Dice,
    ) -> Option<Phrase> {
        let title = match language {
            "en" => format!("{}/{category}", stage.name()),
            other => format!("{other} {}/{category}", stage.name()),
        };
        self.deal(&title, sign(polarity), fits, dice)
    }

    /// The next sentence of a common kind ("opener", "closer").
    pub(crate) fn common(&mut self, kind: &str, polarity: Polarity, fits: Fits, dice: &mut Dice) -> Option<Phrase> {
        self.deal(kind, sign(polarity), fits, dice)
    }

    fn deal(&mut self, title: &str, sign: char, fits: Fits, dice: &mut Dice) -> Option<Phrase> {
        let deck = self.decks.get_mut(&format!("{title} {sign}"))?;
        if deck.next >= deck.cards.len() {
            dice.shuffle(&mut deck.cards);
            deck.next = 0;
        }
        let next = deck.next;
        // Where a planted problem made them speak, its own sentences come first.
        let own = fits.planted && dice.hit(0.6);
        let ahead = (next..deck.cards.len()).chain(0..next);
        let best = ahead.clone().find(|at| deck.cards[*at].fits(fits) && (!own || deck.cards[*at].when != When::Always));
        let at = best.or_else(|| ahead.clone().find(|at| deck.cards[*at].fits(fits)))?;
        let card = deck.cards[at];
        if at >= next {
            deck.cards.swap(at, next);
            deck.next += 1;
        } else {
            // Dealt from those that have been used: it goes to a random place among them.
            let other = dice.place(next);
            deck.cards.swap(at, other);
        }
        Some(card)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cell::{CELLS, place_of};
    use crate::demo::setting::category_id;
    use crate::demo::speech::GAPS;

    fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
        PAGES.iter().chain([&OTHER_LANGUAGES]).flat_map(|page| {
            page.lines().scan("", |title, line| {
                if let Some(heading) = line.strip_prefix("# ") {
                    *title = heading;
                }
                Some((*title, line))
            })
        })
    }

    #[test]
    fn every_heading_names_a_cell_and_every_gap_can_be_filled() {
        for (title, line) in lines() {
            assert!(line.starts_with("# ") || phrase(line).is_some(), "{line}");
            let place = title.split_once(' ').filter(|(code, _)| code.len() == 2).map_or(title, |(_, rest)| rest);
            if let Some((stage, category)) = place.split_once('/') {
                let stage = StageName::ALL.into_iter().find(|s| s.name() == stage);
                assert!(stage.and_then(|s| place_of(s, category)).is_some() && category_id(category).is_some(), "{title}");
            }
            for gap in line.split('{').skip(1) {
                let name = gap.split('}').next().unwrap_or_default();
                assert!(GAPS.contains(&name), "{{{name}}} in {line}");
            }
            assert_eq!(line.matches('[').count(), line.matches(']').count(), "{line}");
        }
    }

    #[test]
    fn halves_share_no_sentence_and_each_can_speak_of_everything() {
        let mut books = [Phrases::First, Phrases::Second].map(|half| Phrasebook::open(half, &mut Dice::new(1, 0)));
        let texts = |book: &Phrasebook| -> std::collections::BTreeSet<&str> {
            let about = book.decks.iter().filter(|(title, _)| title.contains('/'));
            about.flat_map(|(_, deck)| deck.cards.iter().map(|card| card.text)).collect()
        };
        assert!(texts(&books[0]).is_disjoint(&texts(&books[1])));
        let mut dice = Dice::new(1, 1);
        for book in &mut books {
            for cell in CELLS {
                for polarity in [Polarity::Positive, Polarity::Negative] {
                    for business in [true, cell.who == Who::Business] {
                        let fits = Fits { business, planted: false, after: false };
                        let dealt = book.about((cell.stage, cell.category), "en", polarity, fits, &mut dice);
                        assert!(dealt.is_some(), "{cell:?} {polarity}");
                    }
                }
            }
        }
    }
}
