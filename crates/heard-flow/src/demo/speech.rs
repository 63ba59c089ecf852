//! Speech: makes a said sentence of a phrase, with its choices made and its gaps filled for this person on this day.

use heard_domain::capital::capital;
use heard_domain::time::Day;

use crate::demo::dice::Dice;
use crate::demo::people::{Business, Customer};

/// The gaps that a phrase may have.
#[cfg(test)]
pub(crate) const GAPS: &[&str] = &[
    "acc",
    "account",
    "amount",
    "city",
    "country",
    "country_fr",
    "day",
    "day_de",
    "days",
    "device",
    "first",
    "goods",
    "lastmonth",
    "mins",
    "mins2",
    "month",
    "n",
    "n2",
    "name",
    "nextmonth",
    "num",
    "num2",
    "oldbank",
    "people",
    "place",
    "role",
    "role2",
    "secs",
    "small",
    "staff",
    "staff2",
    "startmonth",
    "supplier",
    "time",
    "trade",
    "weeks",
    "years",
];

const WOMEN: &[&str] = &[
    "Mira", "Leila", "Hanna", "Sanna", "Priya", "Ingrid", "Marta", "Rosa", "Elif", "Nadia", "Anneli", "Chiara", "Siobhan",
    "Linh", "Tuuli", "Katja", "Ewa",
];
const MEN: &[&str] =
    &["Jonas", "Tomi", "Piet", "Rafael", "Kofi", "Anders", "Milan", "Declan", "Juho", "Samir", "Bao", "Henrik", "Luca", "Oskari"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const TAGE: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const NUMBERS: [&str; 13] =
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const OLD_BANKS: &[&str] =
    &["my old bank", "the savings bank", "the big bank in town", "my previous bank", "the bank I had before"];
const COUNTRIES: &[&str] =
    &["Italy", "Portugal", "Norway", "Turkey", "Japan", "Greece", "Morocco", "the US", "Croatia", "Scotland"];
const PROGRAMS: &[&str] = &["Ledgerwise", "Tallio", "Bookbird"];
const HOME_SUPPLIERS: &[&str] = &["plumber", "roofer", "landlord", "kindergarten", "dentist", "seller"];
const HOME_GOODS: &[&str] = &["a sofa", "a used bike", "winter tyres", "a washing machine", "a cello", "a pram"];
const PARTNERS: &[&str] = &["wife", "husband", "partner", "sister", "flatmate"];
const CLERKS: &[&str] = &["bookkeeper", "office manager", "accountant", "business partner", "part-time bookkeeper"];

/// Who speaks, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speaker<'a> {
    /// The person.
    pub customer: &'a Customer,
    /// Their business, with the account's name.
    pub business: Option<(&'a Business, &'a str)>,
    /// The day.
    pub day: Day,
    /// When the matter began, if it was planted.
    pub since: Option<Day>,
}

fn grouped(euros: i64, by: &str) -> String {
    let digits = euros.to_string();
    match digits.len().checked_sub(3).filter(|head| *head > 0) {
        Some(head) => {
            digits.chars().enumerate().map(|(at, c)| if at == head { format!("{by}{c}") } else { c.to_string() }).collect()
        }
        None => digits,
    }
}

fn money(euros: i64, style: usize) -> String {
    match style {
        0 => format!("€{}", grouped(euros, ",")),
        1 => format!("{} euros", grouped(euros, ",")),
        2 => format!("{euros}€"),
        3 => format!("{} €", grouped(euros, " ")),
        4 => format!("EUR {}", grouped(euros, ",")),
        _ => format!("{euros} euro"),
    }
}

fn small_money(style: usize, dice: &mut Dice) -> String {
    let (euros, cents) = (dice.between(2, 29), [0, 50, 90, 95, 80][dice.place(5)]);
    match (style, cents) {
        (0 | 1, 0) => format!("€{euros}"),
        (0 | 1, _) => format!("€{euros}.{cents}"),
        (2 | 3, 0) => format!("{euros} €"),
        (2 | 3, _) => format!("{euros},{cents} €"),
        (_, 0) => format!("{euros} euros"),
        _ => format!("{euros}.{cents}"),
    }
}

fn month(day: Day, later: i32) -> &'static str {
    let month = i32::from(day.parts().1) - 1 + later;
    MONTHS[month.rem_euclid(12) as usize % 12]
}

fn number(n: i64, dice: &mut Dice) -> String {
    let word = usize::try_from(n).ok().and_then(|n| NUMBERS.get(n)).filter(|_| dice.hit(0.7));
    word.map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

fn staff(text: &str, dice: &mut Dice) -> &'static str {
    let woman = text.contains(" she ") || text.contains(" her ") || text.contains("lady") || text.contains("herself");
    if woman || dice.hit(0.6) { dice.pick(WOMEN) } else { dice.pick(MEN) }
}

fn gap(name: &str, text: &str, speaker: &Speaker<'_>, dice: &mut Dice) -> String {
    let customer = speaker.customer;
    let trade = speaker.business.map(|(business, _)| business.trade);
    let owned = |word: &str| word.to_owned();
    let style = customer.manner.money;
    match name {
        "amount" => {
            let middle = if trade.is_some() { 7.6 } else { 5.2 };
            let euros = (middle + 0.95 * dice.normal()).exp().clamp(18.0, 64_000.0) as i64;
            money(if dice.hit(0.55) { (euros / 10).max(2) * 10 } else { euros }, style)
        }
        "small" => small_money(style, dice),
        "n" => number(dice.weighted([0., 0., 5., 9., 6., 3., 2., 1., 1.].into_iter()) as i64, dice),
        "n2" => owned(dice.pick(&["second", "third", "third", "fourth", "fifth", "sixth"])),
        "num" => dice.between(14, 96).to_string(),
        "num2" => dice.between(11, 38).to_string(),
        "days" => number(dice.between(4, 12), dice),
        "weeks" | "mins2" => number(dice.between(3, 9), dice),
        "mins" => [20, 25, 30, 35, 40, 45, 50, 55, 70, 27, 38, 42, 52][dice.place(13)].to_string(),
        "secs" => dice.between(6, 20).to_string(),
        "years" => number(dice.between(2, 11), dice),
        "people" => speaker.business.map_or(4, |(business, _)| business.people).to_string(),
        "day" => owned(DAYS[dice.weighted([6., 5., 5., 5., 6., 2., 1.].into_iter()) % 7]),
        "day_de" => owned(TAGE[dice.place(5)]),
        "time" => format!("{}:{:02}", dice.between(7, 21), dice.between(0, 11) * 5),
        "month" => owned(month(speaker.day, -1)),
        "lastmonth" => owned(month(speaker.day, -(dice.between(1, 3) as i32))),
        "nextmonth" => owned(month(speaker.day, 1)),
        "startmonth" => owned(month(speaker.since.unwrap_or(speaker.day + -95), 0)),
        "staff" | "staff2" => owned(staff(text, dice)),
        "device" => owned(customer.device),
        "city" => owned(customer.city),
        "country" => owned(dice.pick(COUNTRIES)),
        "country_fr" => owned(dice.pick(&["Lisbonne", "Rome", "Oslo", "Dublin"])),
        "acc" => owned(PROGRAMS[(customer.person.id.0 % 3) as usize % 3]),
        "oldbank" => owned(OLD_BANKS[(customer.person.id.0 % 5) as usize % 5]),
        "supplier" => owned(trade.map_or_else(|| dice.pick(HOME_SUPPLIERS), |trade| trade.supplier)),
        "goods" => owned(trade.map_or_else(|| dice.pick(HOME_GOODS), |trade| trade.goods)),
        "place" => owned(trade.map_or("house", |trade| trade.place)),
        "trade" => owned(trade.map_or("household", |trade| trade.noun)),
        "role2" => owned(dice.pick(if trade.is_some() { CLERKS } else { PARTNERS })),
        "role" => customer.person.role.clone().unwrap_or_default().to_lowercase(),
        "account" => owned(speaker.business.map_or("the customer's", |(_, name)| name)),
        "first" => owned(customer.first()),
        "name" => customer.person.name.clone(),
        _ => String::new(),
    }
}

/// Makes the choices `[a|b]` of a phrase (they do not nest) and fills its gaps `{…}`.
pub(crate) fn said(phrase: &str, speaker: &Speaker<'_>, dice: &mut Dice) -> String {
    let mut chosen = String::with_capacity(phrase.len());
    for (at, part) in phrase.split('[').enumerate() {
        match part.split_once(']').filter(|_| at > 0) {
            Some((choices, rest)) => {
                let choices: Vec<&str> = choices.split('|').collect();
                chosen.push_str(dice.pick(&choices));
                chosen.push_str(rest);
            }
            None => chosen.push_str(part),
        }
    }
    let mut filled = String::with_capacity(chosen.len());
    // The same gap twice in a sentence is the same thing.
    let mut known: Vec<(&str, String)> = Vec::new();
    for (at, part) in chosen.split('{').enumerate() {
        match part.split_once('}').filter(|_| at > 0) {
            Some((name, rest)) => {
                let before = known.iter().find(|(other, _)| *other == name).map(|(_, words)| words.clone());
                let words = before.unwrap_or_else(|| gap(name, &chosen, speaker, dice));
                if filled.to_lowercase().ends_with(" a ") && words.starts_with(['a', 'e', 'i', 'o']) {
                    filled.pop();
                    filled.push_str("n ");
                }
                filled.push_str(&words);
                filled.push_str(rest);
                known.push((name, words));
            }
            None => filled.push_str(part),
        }
    }
    capital(filled.trim())
}

const LOWERED: &[&str] = &[
    "The",
    "My",
    "Our",
    "We",
    "It",
    "Your",
    "A",
    "An",
    "This",
    "That",
    "When",
    "There",
    "They",
    "After",
    "Every",
    "Got",
    "Took",
    "No",
    "Not",
    "Is",
    "Nobody",
    "You",
    "Some",
    "To",
    "In",
    "Since",
    "Had",
    "Asked",
    "Called",
    "What",
    "All",
    "Each",
    "Why",
    "One",
    "Three",
    "Two",
    "Money",
    "Payments",
    "Everything",
    "Waited",
    "Paid",
    "Lost",
    "Changed",
    "For",
    "Setting",
    "Moving",
    "Being",
    "Having",
    "Search",
    "Half",
    "Too",
    "Could",
    "Can",
    "As",
    "At",
    "If",
    "On",
    "These",
    "Things",
    "Here",
    "Card",
    "Cards",
    "Statement",
    "Refunds",
    "Put",
];

/// The sentence as it goes on after other words; `None` where its first word must keep its capital.
pub(crate) fn continued(sentence: &str) -> Option<String> {
    let (first, rest) = sentence.split_once(' ')?;
    if matches!(first, "I" | "I'm" | "I've" | "I'd" | "I'll") {
        return Some(sentence.to_owned());
    }
    LOWERED.contains(&first).then(|| format!("{} {rest}", first.to_lowercase()))
}

const THIRD: &[(&str, &str)] = &[
    ("i", "they"),
    ("i'm", "they're"),
    ("i've", "they've"),
    ("i'd", "they'd"),
    ("i'll", "they'll"),
    ("my", "their"),
    ("me", "them"),
    ("mine", "theirs"),
    ("myself", "themselves"),
    ("we", "they"),
    ("we're", "they're"),
    ("we've", "they've"),
    ("we'd", "they'd"),
    ("our", "their"),
    ("ours", "theirs"),
    ("us", "them"),
    ("your", "our"),
];

/// The sentence as somebody else writes it down about the customer; `None` where it cannot be turned word by word.
pub(crate) fn noted(sentence: &str) -> Option<String> {
    let lower = sentence.to_lowercase();
    let said_to_us = lower.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "you" | "yours" | "am"));
    if said_to_us || sentence.contains('"') || sentence.contains('?') || lower.contains("i was") {
        return None;
    }
    let mut turned = String::with_capacity(sentence.len() + 8);
    let mut starts = true;
    for word in sentence.split(' ') {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
        let tail = word.strip_prefix(bare).unwrap_or_default();
        let other = THIRD.iter().find(|(first, _)| *first == bare.to_lowercase()).map_or(bare, |(_, third)| *third);
        if !turned.is_empty() {
            turned.push(' ');
        }
        if starts {
            turned.push_str(&capital(other));
        } else {
            turned.push_str(other);
        }
        turned.push_str(tail);
        starts = tail.ends_with(['.', '!', ':']);
    }
    Some(turned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_speaks_of_the_customer() {
        let turned = noted("I've lost my card, and we called your help line.");
        assert_eq!(turned.as_deref(), Some("They've lost their card, and they called our help line."));
        assert_eq!(noted("You promised me a call."), None);
    }

    #[test]
    fn names_keep_their_capital() {
        assert_eq!(continued("The code never came.").as_deref(), Some("the code never came."));
        assert_eq!(continued("Mira helped me."), None);
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(money(12_400, 0), "€12,400");
        assert_eq!(money(240, 3), "240 €");
    }
}
