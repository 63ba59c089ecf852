//! Grammar that tells a suggestion: what phrases alone miss ("Add …", "there should be …", "could you …").

use std::ops::Range;

use crate::token::{Hashes, Kind, Tokens, hash};
use crate::wishes::{FAMILIES, Family, lists};

/// A sign that says less than this is not shown as evidence.
const SHOWN: f32 = 0.4;
/// How many words may stand between "would be" and what is wished: "really very".
const GAP: usize = 5;
/// Weights of grammar.
const PLEASE: f32 = 1.5;
const PLEASE_ALONE: f32 = 0.7;
const HEAD: f32 = 1.3;
const FRAGMENT: f32 = 0.85;
const WISHED: f32 = 1.15;
const WISHED_OF_THIS: f32 = 0.6;
const DUTY: f32 = 1.1;
const DUTY_OF_US: f32 = 0.8;
const COULD: f32 = 1.1;
const QUESTION: f32 = -0.6;
const PURPOSE: f32 = -0.4;
const CODE: f32 = -0.6;

/// Whether a word is one of a list that is written with blanks; for a few words behind a word that already fits.
fn any_of(word: &str, list: &str) -> bool {
    !word.is_empty() && list.as_bytes().split(|byte| *byte == b' ').any(|listed| listed == word.as_bytes())
}

fn among(list: &Hashes, word: &str) -> bool {
    list.contains(&hash(word.as_bytes()))
}

/// The signs found so far: the strongest of each family.
#[derive(Debug, Default)]
pub struct Signs {
    /// The strongest of each family.
    pub best: [f32; FAMILIES],
    /// First and last token of what may be shown.
    pub evidence: Vec<(usize, usize)>,
}

impl Signs {
    /// Adds a sign that reaches from one token to another.
    pub fn add(&mut self, family: Family, weight: f32, first: usize, last: usize) {
        if let Some(best) = self.best.get_mut(family as usize)
            && weight.abs() > best.abs()
        {
            *best = weight;
        }
        if weight >= SHOWN {
            self.evidence.push((first, last));
        }
    }
}

/// The words of a stretch.
#[derive(Debug)]
pub struct Words<'a> {
    /// All.
    pub tokens: &'a Tokens,
    /// The stretch.
    pub range: &'a Range<usize>,
}

impl<'a> Words<'a> {
    /// The word at a place; empty outside the stretch.
    fn at(&self, at: usize) -> &'a str {
        if self.range.contains(&at) { self.tokens.norm(at) } else { "" }
    }

    /// The word `back` places before.
    fn before(&self, at: usize, back: usize) -> &'a str {
        at.checked_sub(back).map_or("", |at| self.at(at))
    }

    /// A name: a word with a capital that is no "I" and no shouting.
    fn named(&self, at: usize) -> bool {
        self.range.contains(&at)
            && self.tokens.get(at).is_some_and(|t| t.kind == Kind::Word && t.capital && !t.capitals)
            && self.at(at).len() > 2
    }

    fn is_mark(&self, at: usize) -> bool {
        self.range.contains(&at) && self.tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Mark(..)))
    }

    /// How the whole is put: questions, purposes ("To add … you have to …") and code speak against.
    pub fn manner(&self) -> f32 {
        let stretch = self.tokens.all().get(self.range.clone()).unwrap_or(&[]);
        let mut manner = 0.0;
        let first = self.range.clone().find(|at| !self.is_mark(*at)).unwrap_or(self.range.start);
        let asks = stretch.iter().rev().take(3).any(|t| t.is_mark('?'));
        if asks && any_of(self.at(first), "how what when where who which is are does do did has should") {
            manner += QUESTION;
        }
        if self.at(first) == "to" {
            manner += PURPOSE;
        }
        let signs =
            stretch.iter().filter(|t| matches!(t.kind, Kind::Mark('{' | '}' | ';' | '=' | '<' | '>' | '\\' | '|', _))).count();
        if signs >= 3 {
            manner += CODE;
        }
        manner
    }

    /// The verb at the head of the stretch, or of what follows a colon or a number in it, that asks for a change.
    pub fn head(&self, signs: &mut Signs) {
        let mut starts = vec![self.range.start];
        starts.extend(
            self.range
                .clone()
                .filter(|at| {
                    self.tokens
                        .get(*at)
                        .is_some_and(|t| matches!(t.kind, Kind::Mark(':' | '-' | '*' | ')' | '(' | '–' | '"' | '“' | '.', _)))
                })
                .take(8)
                .map(|at| at + 1),
        );
        if any_of(
            self.at(self.range.start),
            "if when instead for since as in at rather because hi hello dear however also and so",
        ) {
            starts.extend(
                self.range.clone().filter(|at| self.tokens.get(*at).is_some_and(|t| t.is_mark(','))).take(4).map(|at| at + 1),
            );
        }
        for start in starts {
            let mut at = start;
            while at < self.range.end
                && (self.is_mark(at) || among(&lists().before_head, self.at(at)))
                && !(self.is_mark(at) && at > start + 6)
            {
                at += 1;
            }
            // "Fix" and "feature" may be both; what was skipped last is looked at again.
            if at > start && !among(&lists().heads, self.at(at)) && self.at(at - 1) == "fix" {
                at -= 1;
            }
            let quoted = usize::from(self.is_mark(at + 1) && self.tokens.get(at + 1).is_some_and(|t| t.spaced));
            let (word, next) = (self.at(at), self.at(at + 1 + quoted));
            if next.is_empty() && !self.is_mark(at + 1) || word.is_empty() {
                continue;
            }
            if matches!(self.before(at, 1), "please" | "pls" | "plz") {
                continue;
            }
            let whole = start == self.range.start;
            if among(&lists().heads, word) && !Self::idle(word, next, self.at(at + 2)) && !next.is_empty() {
                signs.add(Family::Proposal, if whole { HEAD } else { HEAD - 0.3 }, at, at);
            } else if whole && self.gerund(at, word, next) {
                signs.add(Family::Proposal, 1.0, at, at);
            } else if whole && self.fragment(at) {
                signs.add(Family::Proposal, FRAGMENT, at, at + 1);
            }
        }
    }

    /// "Let me know", "make sure", "use it every day", "support was great" ask for no change.
    fn idle(word: &str, next: &str, after: &str) -> bool {
        match word {
            "let" | "show" => matches!(next, "me" | "alone" | "know") || (next == "us" && matches!(after, "know" | "say")),
            "make" => matches!(next, "my" | "me") || next == "sure" && after == "to",
            "add" => next == "to",
            "try" => any_of(next, "again to it this"),
            "use" => any_of(next, "it this for case of the"),
            "support" | "offer" | "update" | "change" | "open" | "display" | "release" | "import" | "port" | "copy" | "move"
            | "fix" | "separate" | "document" | "upgrade" | "train" => {
                among(&lists().idle_objects, next)
                    && !(matches!(next, "it" | "this" | "a") && any_of(word, "fix change update open release move"))
            }
            "have" => any_of(
                next,
                "you to been had not i we they never fun no nothing already tried flown just loved always any now used stayed bought waited",
            ),
            "get" => any_of(next, "me it ready lost well your a on to error the over help there in out off what"),
            "give" => any_of(next, "me them it him her") && !any_of(after, "the an a one more some"),
            "keep" => any_of(next, "up in it on going getting your calm being waiting"),
            "stop" => matches!(next, "lying" | "it" | "being"),
            "don't" => any_of(
                next,
                "know think get understand see even really like fly use buy bother worry have want need waste go believe trust care expect you i be work ever do miss hesitate try stay book feel say tell come order eat find remember mind recall",
            ),
            "consider" => matches!(after, "following" | "case"),
            "let's" => next == "say",
            _ => any_of(next, "is was were are has had will would did does"),
        }
    }

    /// "Allowing two users would help".
    fn gerund(&self, at: usize, word: &str, next: &str) -> bool {
        let names = any_of(word, "allowing adding having giving letting providing making enabling offering including bringing")
            || word == "being" && next == "able";
        names
            && (at + 2..at + 20)
                .any(|at| matches!(self.at(at), "would" | "could" | "will") && !matches!(self.at(at + 1), "not" | "never"))
    }

    /// "Ability to …", "Option for …", "Better support for …": a heading that names what is missing and tells nothing else.
    fn fragment(&self, at: usize) -> bool {
        let skip = usize::from(any_of(self.at(at), "a an the more better some full new"));
        let (word, next) = (self.at(at + skip), self.at(at + skip + 1));
        let names = match word {
            "ability" | "abilities" | "option" | "options" | "possibility" | "posibility" | "capability" => {
                matches!(next, "to" | "of" | "for")
            }
            "support" | "integration" | "api" | "apis" => any_of(next, "for with to of"),
            "way" => next == "to" && skip > 0,
            _ => false,
        };
        let finite = |at: usize| any_of(self.at(at), "is was are were has have will had does can't isn't doesn't");
        names && !(at..(at + 16).min(self.range.end)).any(finite)
    }

    /// Signs that rest on the words around the one at a place.
    pub fn grammar(&self, at: usize, signs: &mut Signs) {
        let word = self.at(at);
        match word {
            "would" | "could" | "might" | "will" | "should" if self.at(at + 1) == "be" => self.would_be(at, signs),
            "it'd" | "that'd" | "it'll" | "would" if self.at(at + 1) == "be" || self.at(at + 2) == "be" => {
                self.would_be(at, signs);
            }
            _ => {}
        }
        match word {
            "would" | "i'd" | "we'd" | "id" => self.would_like(at, signs),
            "want" => {
                let whose = any_of(self.before(at, 1), "i we just really users people also still only");
                let wanted = (at + 2..at + 6).find(|at| self.at(*at) == "to");
                let idle = any_of(self.at(at + 1), "to my you it answers someone nothing out them");
                if let Some(to) = wanted.filter(|_| whose && !idle) {
                    signs.add(Family::Wish, 1.05, at, to);
                }
            }
            "should" | "shuld" | "shoud" | "shall" | "must" | "ought" | "shouldn't" => self.should(at, signs),
            "could" | "can" => self.could(at, signs),
            "please" | "pls" | "plz" | "pleas" | "plese" | "kindly" => self.please(at, signs),
            "allow" | "let" => {
                let whom = any_of(
                    self.at(at + 1),
                    "us users developers devs customers people user apps guests passengers everyone multiple",
                );
                let told = any_of(
                    self.before(at, 1),
                    "will would to that which not don't doesn't already can could didn't does they it also",
                );
                if whom && !told {
                    signs.add(Family::Proposal, COULD, at, at + 1);
                }
            }
            "needed" | "required" if self.range.contains(&at) && (self.is_mark(at + 1) || at + 1 == self.range.end) => {
                let idle = |back| {
                    any_of(self.before(at, back), "not if as when was no longer isn't i we just exactly all really what were")
                };
                if !idle(1) && !idle(2) && at > self.range.start {
                    signs.add(Family::Need, 0.9, at, at);
                }
            }
            "why" if self.at(at + 1) == "not" && among(&lists().changes, self.at(at + 2)) => {
                signs.add(Family::Proposal, HEAD, at, at + 2);
            }
            "need" | "needs" => {
                if self.at(at + 1) == "to"
                    && any_of(self.before(at, 1), "you guys u they")
                    && among(&lists().changes, self.at(at + 2))
                {
                    signs.add(Family::Need, DUTY, at, at + 2);
                }
                let whose = self.before(at, 1);
                let what = self.at(at + 1);
                let object = any_of(what, "a an the more better some this access support api apis option options different");
                let opens = whose.is_empty() || matches!(whose, "also" | "and" | "so");
                if any_of(whose, "i he she one who may might will you'll i'll not no don't doesn't didn't you they it would to")
                    || any_of(what, "help it your assistance someone somebody my info information answers")
                    || what.is_empty()
                {
                    return;
                }
                let whom = any_of(whose, "we users developers people customers user also really");
                if what == "to" {
                    signs.add(Family::Need, if word == "needs" || whom { 0.65 } else { 0.4 }, at, at);
                } else if object || word == "needs" || opens || whom {
                    signs.add(Family::Need, if opens || (whom || word == "needs") && object { 1.0 } else { 0.75 }, at, at + 1);
                }
            }
            _ => {}
        }
    }

    /// "I would (really) like …": a change for all, or one's own business.
    fn would_like(&self, at: usize, signs: &mut Signs) {
        let mut next = at + 1;
        while any_of(
            self.at(next),
            "really also just very much i we so still certainly definitely personally greatly it absolutely",
        ) && next < at + 4
        {
            next += 1;
        }
        let (whose, verb, what) = (self.before(at, 1), self.at(next), self.at(next + 1));
        if any_of(whose, "you if they he she") || self.before(at, 2) == "if" || self.at(at + 1) == "you" {
            return;
        }
        let mut end = next + 1;
        let weight = match verb {
            "like" | "love" | "prefer" | "appreciate" => match what {
                "to" => {
                    end = next + 2;
                    match self.at(end) {
                        "see" | "have" | "be" => 1.4,
                        "request" | "propose" | "suggest" => 1.5,
                        verb if verb.is_empty() || among(&lists().own_business, verb) => return,
                        _ if matches!(self.at(end + 1), "my" | "me") => 0.6,
                        _ => 1.0,
                    }
                }
                "a" | "an" | "my"
                    if any_of(
                        self.at(next + 2),
                        "refund money response reply call callback answer explanation credit voucher",
                    ) =>
                {
                    return;
                }
                "an" | "a" | "the" | "more" | "some" | "it" | "this" | "that" | "if" | "option" | "better" | "all" | "access" => {
                    1.15
                }
                "" | "your" | "them" | "us" | "him" | "any" | "help" => return,
                _ => 1.0,
            },
            "rather" => 1.0,
            _ => return,
        };
        signs.add(Family::Wish, weight, at, end);
    }

    fn would_be(&self, at: usize, signs: &mut Signs) {
        let from = if self.at(at + 1) == "be" { at + 2 } else { at + 3 };
        let Some(end) = (from..from + GAP).find(|at| among(&lists().wished, self.at(*at))) else { return };
        let told = |back| any_of(self.before(at, back), "said thought told think knew promised hoped expected assumed");
        if told(2) || told(3) || (from..end).any(|at| matches!(self.at(at), "not" | "no" | "never")) {
            return;
        }
        let if_after = (end + 1..(end + 4)).any(|at| any_of(self.at(at), "if to for that when"));
        let whose = self.before(at, 1);
        let weight = match self.at(at) {
            "will" | "should" | "it'll" if !if_after => 0.5,
            "could" | "might" if !if_after => 0.6,
            _ if matches!(whose, "this" | "which" | "what") || whose == "that" && !if_after => WISHED_OF_THIS,
            _ => WISHED + if if_after { 0.25 } else { 0.0 },
        };
        signs.add(Family::Wish, weight, at, end);
    }

    fn should(&self, at: usize, signs: &mut Signs) {
        let (whose, mut next) = (self.before(at, 1), at + 1);
        if self.is_mark(next) {
            next += 1;
        }
        while any_of(
            self.at(next),
            "also really at least just definitely only always probably not never to maybe simply still even automatically",
        ) && next < at + 4
        {
            next += 1;
        }
        let (verb, last) = (self.at(next), next);
        let opens = whose.is_empty() || any_of(whose, "what how why when where who which");
        if (opens && !(whose.is_empty() && matches!(verb, "be" | "have")))
            || verb.is_empty()
            || matches!(self.at(at), "must") && !any_of(verb, "be have support allow add provide implement")
        {
            return;
        }
        let have = verb == "have" && !self.at(next + 1).ends_with("ed") && !among(&lists().participles, self.at(next + 1));
        let us = any_of(whose, "i we one he she this that") && verb != "be"
            || self.before(at, 2) == "if"
            || self.before(at, 3) == "if";
        if verb == "be" {
            let what = self.at(next + 1);
            let what = if any_of(what, "more really also able a an some at easily there given always") { "able" } else { what };
            if what.is_empty()
                || among(&lists().not_should_be, what)
                || (self.at(at) == "must" && what != "able" && whose != "there" && !what.ends_with("ed"))
            {
                return;
            }
            signs.add(
                Family::Need,
                if whose == "i" {
                    0.6
                } else if us {
                    DUTY_OF_US
                } else {
                    DUTY
                },
                at,
                next + 1,
            );
        } else if have || !among(&lists().not_after_should, verb) {
            let strong = among(&lists().changes, verb) || matches!(self.at(at + 1), "have" | "be" | "also");
            signs.add(
                Family::Need,
                if us && have {
                    DUTY_OF_US + 0.2
                } else if us {
                    DUTY_OF_US - 0.2
                } else if strong {
                    DUTY + 0.1
                } else {
                    DUTY - 0.1
                },
                at,
                last,
            );
        }
    }

    fn could(&self, at: usize, signs: &mut Signs) {
        let whose = self.before(at, 1);
        let asks = any_of(self.at(at + 1), "you we they u someone") || self.named(at + 1);
        let offers = any_of(whose, "you they u we guys") || at > self.range.start + 1 && self.named(at - 1);
        if asks {
            let mut next = at + 2;
            while any_of(self.at(next), "please also just guys at least pls plz maybe perhaps not possibly finally kindly")
                && next < at + 6
            {
                next += 1;
            }
            let verb = self.at(next);
            let mine = matches!(self.at(next + 1), "me" | "my" | "it") && any_of(verb, "give let change update use have send");
            if among(&lists().askable, verb) && !mine {
                signs.add(Family::Proposal, COULD + 0.1, at, next);
            }
        } else if offers && (self.at(at) == "could" || matches!(self.before(at, 2), "maybe" | "perhaps" | "if")) {
            let mut next = at + 1;
            while any_of(self.at(next), "also just at least even maybe perhaps easily simply please") && next < at + 4 {
                next += 1;
            }
            if among(&lists().askable, self.at(next)) {
                signs.add(Family::Proposal, COULD - if whose == "we" { 0.3 } else { 0.0 }, at, next);
            }
        } else if self.at(at) == "could" && self.at(at + 1) == "be" || self.at(at) == "could" && self.at(at + 2) == "be" {
            let from = if self.at(at + 1) == "be" { at + 2 } else { at + 3 };
            let what = if self.at(from).ends_with("ly") { self.at(from + 1) } else { self.at(from) };
            if any_of(
                what,
                "improved better added made implemented simplified extended easier faster larger bigger more quicker clearer included enhanced expanded reduced integrated built available",
            ) {
                signs.add(Family::Proposal, 0.9, at, at + 2);
            }
        } else if whose.is_empty() && !any_of(self.at(at + 1), "i you he she anyone someone") {
            let named =
                (at + 2..at + 5).find(|at| among(&lists().askable, self.at(*at)) && !any_of(self.at(*at), "at just even also"));
            if (at + 2..at + 8).any(|at| self.at(at) == "be") || named.is_some() {
                signs.add(Family::Proposal, 1.0, at, named.unwrap_or(at));
            }
        } else if self.at(at) == "could" && !any_of(whose, "i he she it they who nobody never") {
            signs.add(Family::Proposal, 0.5, at, at);
        }
    }

    fn please(&self, at: usize, signs: &mut Signs) {
        let mut next = at + 1;
        if self.is_mark(next) {
            next += 1;
        }
        if self.is_mark(next + 1)
            && self.at(next + 1).is_empty()
            && among(&lists().changes, self.at(next + 2))
            && !among(&lists().changes, self.at(next))
            && !self.at(next).is_empty()
            && !self.tokens.get(next + 1).is_some_and(|t| t.is_mark('.'))
        {
            next += 2;
        }
        while any_of(
            self.at(next),
            "also do just please plz at least try to somehow finally kindly guys again reconsider quickly",
        ) && next < at + 6
        {
            next += 1;
        }
        let verb = self.at(next);
        if any_of(verb, "don't dont not never do") && !any_of(self.at(next + 1), "get hesitate reply tell take worry say") {
            signs.add(Family::Proposal, PLEASE - 0.55, at, next + 1);
        } else if among(&lists().changes, verb) {
            if !self.idle_after_please(next) {
                signs.add(Family::Proposal, PLEASE, at, next);
            }
        } else if !verb.is_empty() && !among(&lists().not_after_please, verb) {
            signs.add(Family::Proposal, PLEASE_ALONE + 0.3, at, next);
        } else if verb.is_empty() && matches!(self.at(self.range.start), "more" | "fewer" | "less" | "better") {
            signs.add(Family::Proposal, PLEASE_ALONE + 0.4, self.range.start, at);
        } else if verb.is_empty() && at > self.range.start + 2 {
            signs.add(Family::Proposal, PLEASE_ALONE - 0.2, at, at);
        }
    }

    fn idle_after_please(&self, at: usize) -> bool {
        match self.at(at) {
            "let" | "show" | "tell" | "send" | "inform" => {
                matches!(self.at(at + 1), "me" | "us" | "know")
                    && matches!(self.at(at + 2), "know" | "how" | "what" | "if" | "a" | "the" | "my" | "when" | "where" | "")
            }
            "get" => any_of(self.at(at + 1), "me my back in") && self.at(at + 2) != "the",
            "give" => self.at(at + 1) == "me" && matches!(self.at(at + 2), "my" | "a"),
            "change" | "update" | "move" | "fix" => self.at(at + 1) == "my",
            // One's own account or charge is no change for all.
            "remove" | "delete" | "reverse" | "close" | "cancel" => {
                (at + 1..at + 9).any(|at| any_of(self.at(at), "my account charge fee"))
            }
            "correct" | "accept" | "have" | "set" | "review" | "go" | "use" | "try" | "share" | "return" => true,
            _ => false,
        }
    }
}
