//! Composing: what one person says at one post, out of what happened to them, with the truth of every stretch.

use heard_domain::capital::capital;
use heard_domain::channel::Channel;
use heard_domain::id::StageId;
use heard_domain::reading::{Polarity, Span};

use crate::demo::cell::{CELLS, Cell};
use crate::demo::dice::Dice;
use crate::demo::people::Manner;
use crate::demo::phrasebook::{Fits, Phrase, Phrasebook};
use crate::demo::setting::{StageName, Who, category_id};
use crate::demo::speech::{Speaker, continued, noted, said};
use crate::demo::truth::Clause;
use crate::demo::voice::{emoji, typed};

/// What somebody wants to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matter<'a> {
    /// Who and when.
    pub speaker: Speaker<'a>,
    /// What it is about.
    pub cell: &'static Cell,
    /// How it feels.
    pub polarity: Polarity,
    /// What fits.
    pub fits: Fits,
    /// Where it is said.
    pub channel: Channel,
}

/// Words with their truth.
#[derive(Debug, Clone, Default)]
pub(crate) struct Composed {
    /// The words.
    pub text: String,
    /// Their truth.
    pub clauses: Vec<Clause>,
    /// The other feeling in it, if there is one.
    pub contrast: Option<Polarity>,
    /// ISO 639-1 code.
    pub language: &'static str,
}

/// The pen: writes one comment.
pub(crate) struct Pen<'a> {
    matter: Matter<'a>,
    book: &'a mut Phrasebook,
    dice: &'a mut Dice,
    out: Composed,
    gap: &'static str,
    room: usize,
    third: bool,
    head: String,
    used: Vec<&'static str>,
}

/// How much is said at a channel beside the matter; 1 is the mean.
fn talk(channel: Channel) -> f64 {
    match channel {
        Channel::Email | Channel::Community => 1.45,
        Channel::Review => 1.3,
        Channel::Visit => 1.1,
        Channel::Call => 0.9,
        Channel::AppReview | Channel::Chat | Channel::Survey => 0.75,
        Channel::Social => 0.5,
        _ => 0.4,
    }
}

fn opposite(polarity: Polarity) -> Polarity {
    if polarity == Polarity::Negative { Polarity::Positive } else { Polarity::Negative }
}

impl<'a> Pen<'a> {
    /// A pen for a matter.
    pub(crate) fn new(matter: Matter<'a>, book: &'a mut Phrasebook, dice: &'a mut Dice) -> Self {
        let third = match matter.channel {
            Channel::Visit => true,
            Channel::Call => dice.hit(0.62),
            _ => false,
        };
        let gap = if matter.channel == Channel::Chat && dice.hit(0.35) { "\n" } else { " " };
        let room = if matter.channel == Channel::Social { 270 } else { 6_000 };
        let out = Composed { language: "en", ..Composed::default() };
        Self { matter, book, dice, out, gap, room, third, head: String::new(), used: Vec::new() }
    }

    /// Writes it.
    pub(crate) fn write(mut self) -> Composed {
        let customer = self.matter.speaker.customer;
        if customer.language != "en" && !self.third && self.dice.hit(0.85) && self.foreign(customer.language) {
            return self.out;
        }
        let short = match self.matter.channel {
            Channel::Survey => 0.13,
            Channel::Widget => 0.12,
            Channel::AppReview => 0.10,
            _ => 0.0,
        };
        if !self.matter.fits.planted && self.dice.hit(short) {
            self.short();
        } else {
            self.full();
        }
        self.out
    }

    fn fits(&self, planted: bool) -> Fits {
        Fits { planted, ..self.matter.fits }
    }

    fn common(&mut self, kind: &str, polarity: Polarity) -> Option<String> {
        let fits = self.fits(false);
        let phrase = self.book.common(kind, polarity, fits, self.dice)?;
        Some(said(phrase.text, &self.matter.speaker, self.dice))
    }

    /// What it led to, in words that fit before and after somebody has become a customer.
    fn consequence(&mut self, polarity: Polarity) -> Option<String> {
        let early = matches!(self.matter.cell.stage, StageName::Discover | StageName::Evaluate);
        self.common(if early { "consequence early" } else { "consequence" }, polarity)
    }

    fn about(&mut self, cell: &'static Cell, polarity: Polarity, planted: bool) -> Option<Phrase> {
        // What was planted and what came after a fix belong to the matter itself.
        let after = self.matter.fits.after && std::ptr::eq(cell, self.matter.cell);
        let fits = Fits { planted, after, business: self.matter.fits.business };
        for _ in 0..3 {
            let phrase = self.book.about((cell.stage, cell.category), "en", polarity, fits, self.dice)?;
            if !self.used.contains(&phrase.text) {
                self.used.push(phrase.text);
                return Some(phrase);
            }
        }
        None
    }

    /// A sentence about a cell; in a note, one that can be turned into the third person if there is one.
    fn sentence(&mut self, cell: &'static Cell, polarity: Polarity, planted: bool) -> Option<String> {
        let mut sentence = None;
        for _ in 0..if self.third { 5 } else { 1 } {
            let phrase = self.about(cell, polarity, planted)?;
            let made = said(phrase.text, &self.matter.speaker, self.dice);
            let sayable = !self.third || noted(&made).is_some();
            sentence = Some(made);
            if sayable {
                break;
            }
        }
        sentence
    }

    /// Puts words down without truth: greetings, heads, signatures.
    fn put(&mut self, words: &str) {
        self.out.text.push_str(words);
    }

    fn separate(&mut self) {
        if !self.out.text.is_empty() && !self.out.text.ends_with(['\n', ' ']) {
            self.out.text.push_str(self.gap);
        }
    }

    /// Puts a sentence down, as typed, with its truth.
    fn say(&mut self, lead: &str, sentence: String, polarity: Polarity, about: Option<&'static Cell>) {
        let channel = self.matter.channel;
        let mut sentence = sentence;
        if self.third {
            sentence = noted(&sentence).unwrap_or_else(|| format!("“{sentence}”"));
        }
        sentence = match lead {
            "" => sentence,
            lead if lead.ends_with('.') => format!("{lead} {sentence}"),
            lead => match continued(&sentence) {
                Some(rest) => format!("{lead} {rest}"),
                None if self.third && lead.ends_with(char::is_alphanumeric) => {
                    format!("{}: {sentence}", lead.trim_end_matches(" that"))
                }
                None => sentence,
            },
        };
        let staff = Manner { slips: 0.03, lower: false, bare: false, curly: false, ..self.matter.speaker.customer.manner };
        let manner = if self.third { &staff } else { &self.matter.speaker.customer.manner };
        let sentence = typed(sentence, manner, channel, polarity, self.dice);
        if self.out.text.len() + sentence.len() > self.room && !self.out.clauses.is_empty() {
            return;
        }
        self.separate();
        let start = self.out.text.len();
        self.out.text.push_str(&sentence);
        let stage: StageId = about.unwrap_or(self.matter.cell).stage.id();
        let category = about.and_then(|cell| category_id(cell.category));
        self.out.clauses.push(Clause { span: Span::new(start, self.out.text.len()), stage, category, polarity });
    }

    fn short(&mut self) {
        let polarity = self.matter.polarity;
        if let Some(words) = self.common("short", polarity) {
            let mut words = words.trim().to_owned();
            if self.dice.hit(0.4) {
                words.push(if self.dice.hit(0.3) && polarity != Polarity::Neutral { '!' } else { '.' });
            }
            self.say("", words, polarity, None);
            self.finish_emoji();
        }
    }

    fn finish_emoji(&mut self) {
        let manner = &self.matter.speaker.customer.manner;
        if let Some(sign) = emoji(manner, self.matter.channel, self.matter.polarity, self.dice) {
            self.put(" ");
            self.put(sign);
        }
    }

    /// In another language; false if there are no words for the matter.
    fn foreign(&mut self, language: &'static str) -> bool {
        let (cell, polarity, fits) = (self.matter.cell, self.matter.polarity, self.fits(false));
        let Some(phrase) = self.book.about((cell.stage, cell.category), language, polarity, fits, self.dice) else {
            return false;
        };
        self.out.language = language;
        let sentence = said(phrase.text, &self.matter.speaker, self.dice);
        self.say("", sentence, polarity, Some(cell));
        if self.dice.hit(0.5) {
            let others = || CELLS.iter().filter(|other| !std::ptr::eq(*other, cell));
            let from = self.dice.place(CELLS.len());
            let mut tried = others().cycle().skip(from).take(CELLS.len());
            let second = tried.find_map(|other| {
                let same = if other.stage == cell.stage { polarity } else { opposite(polarity) };
                let dealt = self.book.about((other.stage, other.category), language, same, fits, self.dice)?;
                Some((other, same, dealt))
            });
            if let Some((other, polarity, phrase)) = second {
                let sentence = said(phrase.text, &self.matter.speaker, self.dice);
                self.say("", sentence, polarity, Some(other));
            }
        }
        if self.dice.hit(0.45)
            && let Some(phrase) = self.book.common(&format!("{language} closer"), polarity, fits, self.dice)
        {
            let sentence = said(phrase.text, &self.matter.speaker, self.dice);
            self.say("", sentence, polarity, None);
        }
        true
    }

    fn full(&mut self) {
        self.begin();
        let wordy = talk(self.matter.channel) * self.matter.speaker.customer.manner.wordy;
        let polarity = self.matter.polarity;
        let chatty = !self.third;
        if chatty
            && self.dice.hit(0.16 * wordy)
            && let Some(words) = self.common("opener", polarity)
        {
            self.say("", words, polarity, None);
        }
        self.main(wordy);
        if self.dice.hit(0.15 * wordy) && polarity != Polarity::Neutral {
            self.further(self.matter.cell, polarity);
        }
        if self.dice.hit(0.27 * wordy)
            && let Some(words) = self.consequence(polarity)
        {
            self.say("", words, polarity, None);
        }
        let mixed = if polarity == Polarity::Positive { 0.17 } else { 0.26 };
        if self.dice.hit((mixed * wordy).min(0.45)) {
            self.contrast();
        }
        if self.dice.hit(0.07 * wordy)
            && polarity != Polarity::Neutral
            && let Some(sentence) = self.sentence(self.matter.cell, Polarity::Neutral, false)
        {
            self.say("", sentence, Polarity::Neutral, Some(self.matter.cell));
        }
        if chatty
            && self.dice.hit(0.07 * wordy)
            && let Some(words) = self.common("aside", Polarity::Neutral)
        {
            self.say("", words, Polarity::Neutral, None);
        }
        if matches!(self.matter.channel, Channel::Email | Channel::Review | Channel::Community | Channel::Survey)
            && self.dice.hit(0.03)
        {
            self.ramble();
        }
        if chatty
            && self.dice.hit(0.22 * wordy)
            && let Some(words) = self.common("closer", polarity)
        {
            self.say("", words, polarity, None);
        }
        let end = self.out.text.trim_end().len();
        self.out.text.truncate(end);
        self.end();
    }

    fn main(&mut self, wordy: f64) {
        let (cell, polarity) = (self.matter.cell, self.matter.polarity);
        if polarity == Polarity::Neutral
            && self.dice.hit(0.12)
            && let Some(words) = self.common("neutral", polarity)
        {
            self.say("", words, polarity, None);
            return;
        }
        let Some(sentence) = self.sentence(cell, polarity, self.matter.fits.planted) else {
            // Nothing was written for this person: the bare feeling is said instead.
            self.short();
            return;
        };
        let hedged = !self.third && self.dice.hit(0.09 * wordy);
        let lead = match std::mem::take(&mut self.head) {
            head if !head.is_empty() => head,
            _ if hedged => self.common("hedge", polarity).unwrap_or_default(),
            _ => String::new(),
        };
        self.felt(&lead, sentence, polarity, cell);
    }

    /// Says a sentence, often with the feeling put into words: before it, at its end, or after it.
    fn felt(&mut self, lead: &str, sentence: String, polarity: Polarity, cell: &'static Cell) {
        let plain = lead.is_empty() && polarity != Polarity::Neutral;
        let own = sentence.split(' ').next().unwrap_or_default();
        let whole = matches!(own, "The" | "My" | "Our" | "I" | "We" | "It" | "You" | "Your" | "There" | "They")
            && !sentence.contains('?');
        let once = sentence.strip_suffix('.').filter(|rest| !rest.contains(['.', '!', '?', ':', '"']));
        // Praise wears its heart on its sleeve more often than criticism; so does what makes people write at all.
        let (before, at_end, after) = match polarity {
            Polarity::Positive if self.matter.fits.planted => (0.30, 0.70, 0.90),
            Polarity::Positive => (0.22, 0.50, 0.88),
            _ if self.matter.fits.planted => (0.26, 0.58, 0.88),
            _ => (0.15, 0.30, 0.55),
        };
        match self.dice.unit() {
            u if plain && whole && u < before => {
                let words = self.common("lead", polarity).unwrap_or_default();
                self.say(&words, sentence, polarity, Some(cell));
            }
            u if plain && u < at_end && once.is_some() => {
                let words =
                    self.common("tag", polarity).unwrap_or_default().to_lowercase().replace("i'm", "I'm").replace(" i ", " I ");
                let tagged = format!("{}, {words}.", once.unwrap_or_default());
                self.say(lead, tagged, polarity, Some(cell));
            }
            u => {
                self.say(lead, sentence, polarity, Some(cell));
                if u < after
                    && polarity != Polarity::Neutral
                    && let Some(words) = self.common("reaction", polarity)
                {
                    self.say("", words, polarity, None);
                }
            }
        }
    }

    fn further(&mut self, cell: &'static Cell, polarity: Polarity) {
        let planted = self.matter.fits.planted && std::ptr::eq(cell, self.matter.cell);
        if let Some(sentence) = self.sentence(cell, polarity, planted) {
            self.felt("", sentence, polarity, cell);
        }
    }

    fn other_cell(&mut self) -> &'static Cell {
        let (cell, business) = (self.matter.cell, self.matter.fits.business);
        let near = self.dice.hit(0.7);
        let fits = |other: &Cell| {
            let who = business || other.who != Who::Business;
            let same = other.stage == cell.stage;
            if who && !std::ptr::eq(other, cell) && same == near { other.weight } else { 0.0 }
        };
        &CELLS[self.dice.weighted(CELLS.iter().map(fits))]
    }

    fn contrast(&mut self) {
        let other = self.other_cell();
        let polarity = match self.matter.polarity {
            Polarity::Neutral => {
                if self.dice.hit(0.5) {
                    Polarity::Positive
                } else {
                    Polarity::Negative
                }
            }
            said => opposite(said),
        };
        let Some(sentence) = self.sentence(other, polarity, false) else { return };
        let lead = if self.dice.hit(0.9) { self.common("joiner", polarity).unwrap_or_default() } else { String::new() };
        let before = self.out.clauses.len();
        if lead.is_empty() {
            self.felt("", sentence, polarity, other);
        } else {
            self.say(&lead, sentence, polarity, Some(other));
        }
        if self.out.clauses.len() > before {
            self.out.contrast = Some(polarity);
        }
    }

    /// Goes on about other things, in a paragraph of its own.
    fn ramble(&mut self) {
        for _ in 0..self.dice.between(2, 5) {
            let other = self.other_cell();
            let polarity = if self.dice.hit(0.6) { self.matter.polarity } else { opposite(self.matter.polarity) };
            if self.dice.hit(0.6) {
                self.put("\n\n");
            }
            self.further(other, polarity);
            if self.dice.hit(0.4) {
                self.further(other, polarity);
            }
            if self.dice.hit(0.4)
                && let Some(words) = self.consequence(polarity)
            {
                self.say("", words, polarity, None);
            }
        }
        self.put("\n\n");
    }

    fn begin(&mut self) {
        let polarity = self.matter.polarity;
        let (kind, often, after) = match self.matter.channel {
            Channel::Email => ("greeting", 0.86, "\n\n"),
            Channel::Chat => ("chat_start", 0.35, "\n"),
            Channel::Community => ("forum_start", 0.45, " "),
            Channel::Visit => ("visit_head", 1.0, " "),
            Channel::Call if self.third => ("note_head", 0.92, " "),
            Channel::Call => ("call_start", 0.6, " "),
            Channel::Review | Channel::AppReview if polarity != Polarity::Neutral => {
                if self.dice.hit(0.32)
                    && let Some(words) = self.common("short", polarity)
                {
                    let words = capital(words.trim());
                    self.say("", words, polarity, None);
                    let ends = self.out.text.ends_with(['.', '!', '?']);
                    let after = if self.matter.channel == Channel::Review || self.dice.hit(0.5) { "\n" } else { " " };
                    self.put(if ends { "" } else { "." });
                    self.put(after);
                }
                return;
            }
            Channel::Social => {
                if self.dice.hit(0.55) {
                    let to = self.dice.pick(&["@larkfield ", "@Larkfield ", "Hey @larkfield, ", ".@larkfield "]);
                    self.put(to);
                }
                return;
            }
            _ => return,
        };
        if self.dice.hit(often)
            && let Some(words) = self.common(kind, Polarity::Neutral)
        {
            // "Caller says" goes on with the sentence, "Cust rang at 9:40." does not.
            if matches!(self.matter.channel, Channel::Call) && !words.ends_with(['.', ':']) {
                self.head = words;
            } else {
                self.put(&words);
                self.put(if after == "\n" && words.ends_with(char::is_alphanumeric) { "," } else { "" });
                self.put(after);
            }
        }
    }

    fn end(&mut self) {
        let polarity = self.matter.polarity;
        let tone = if polarity == Polarity::Positive { "good" } else { "bad" };
        let (kind, often) = match self.matter.channel {
            Channel::Social => (format!("social_tail_{tone}"), 0.33),
            Channel::Visit => ("visit_tail".to_owned(), 0.7),
            Channel::Call if self.third && polarity == Polarity::Neutral => ("note_tail_ask".to_owned(), 0.7),
            Channel::Call if self.third => (format!("note_tail_{tone}"), 0.65),
            Channel::Community => ("forum_end".to_owned(), 0.25),
            Channel::Email => {
                self.sign();
                return;
            }
            _ => {
                self.finish_emoji();
                return;
            }
        };
        if self.dice.hit(often)
            && let Some(words) = self.common(&kind, Polarity::Neutral)
        {
            self.separate();
            self.put(&words);
        }
    }

    fn sign(&mut self) {
        let Some(words) = self.common("signoff", Polarity::Neutral).filter(|_| self.dice.hit(0.85)) else { return };
        let customer = self.matter.speaker.customer;
        let name = if self.dice.hit(0.55) { customer.person.name.clone() } else { customer.first().to_owned() };
        let end = self.out.text.trim_end().len();
        self.out.text.truncate(end);
        self.put("\n\n");
        self.put(&words);
        let after = if self.dice.hit(0.7) { ",\n" } else { "\n" };
        self.put(after);
        self.put(&name);
        if let Some((_, account)) = self.matter.speaker.business.filter(|_| self.dice.hit(0.4)) {
            self.put("\n");
            self.put(account);
        }
    }
}
