//! Sentences written for Heard: how customers of any business complain, ask and praise without words of feeling.
//!
//! Public sets of feeling come from small talk and films; a customer who writes "still on hold after two hours" uses no
//! bad word at all. The patterns stand in `own/*.txt`: each gives several sentences: `{slot}` is filled from the lists below.

use heard_domain::reading::Emotion;
use heard_text::judge::split::Part;
use heard_text::model::EMOTIONS;

use crate::train::chance::Chance;
use crate::train::sets::{Example, Feelings, Set};

/// How many sentences a pattern gives.
const VARIANTS: usize = 14;

const SLOTS: &[(&str, &str)] = &[
    (
        "thing",
        "order|parcel|booking|reservation|account|card|subscription|delivery|ticket|contract|appointment|phone|machine|bag|suitcase|package|room|table|car|replacement|spare part|bill|invoice|refund|claim|application|loan|payment|transfer|laptop|dress|washing machine|meal|connection|flight|train|seat|upgrade|licence|report",
    ),
    (
        "service",
        "customer service|support|your support team|your hotline|the service desk|your call centre|the front desk|the help desk|your staff|the agent|the branch|the store|your team|the office",
    ),
    (
        "staff",
        "agent|driver|technician|lady at the desk|guy on the phone|manager|waiter|crew|receptionist|supervisor|engineer|representative|cashier|team",
    ),
    ("place", "store|branch|airport|hotel|office|station|counter|restaurant|warehouse|gate|clinic|garage|till|lobby"),
    (
        "system",
        "app|website|online portal|site|login page|system|checkout|dashboard|booking page|self-service machine|search|new version|export",
    ),
    ("n", "2|3|4|5|6|two|three|four|five|10|12|20|45|several"),
    ("unit", "hours|days|weeks|minutes|months|hrs"),
    (
        "time",
        "yesterday|today|this morning|last night|last week|on Monday|since Friday|in March|two weeks ago|all day|this afternoon|for months|tonight",
    ),
    ("person", "my wife|my mother|my husband|my kids|my daughter|a friend|my boss|our team|my dad|the whole family|a colleague"),
    ("event", "wedding|meeting|connection|holiday|birthday|interview|conference|funeral|deadline|vacation|appointment|Christmas"),
    ("city", "London|Denver|Boston|Berlin|Chicago|Madrid|Austin|Dublin|Toronto|Phoenix"),
    ("name", "Maria|John|Priya|Tom|Kevin|Susan|Ahmed|Linda|Carlos|Julie"),
    ("very", "so|very|really|incredibly|absolutely|truly|super|"),
    (
        "bad",
        "not working|broken|wrong|missing|gone|late|delayed|cancelled|closed|locked|dirty|unavailable|sold out|lost|stuck|blocked|overbooked|damaged",
    ),
    ("money", "$50|$200|30 euros|£25|$12.99|a hundred dollars|15%|twice the price|$75"),
];

/// Worse for the customer; before the bar the emotion, if there is one.
const BAD: &str = include_str!("own/bad.txt");

/// Neither: questions, requests, facts.
const PLAIN: &str = include_str!("own/plain.txt");

/// Better for the customer.
const GOOD: &str = include_str!("own/good.txt");

/// How many texts of two or three sentences are made per class.
const LONGER: usize = 1500;

/// All sentences, alone and in longer texts; of one pattern in ten all sentences tune instead of training.
pub fn sentences() -> Vec<Example> {
    let mut chance = Chance::new(7);
    let lists = [(BAD, [0.94, 0.05, 0.01], -0.55), (PLAIN, [0.04, 0.92, 0.04], 0.0), (GOOD, [0.01, 0.04, 0.95], 0.6)];
    let mut all = Vec::new();
    for (list, polarity, value) in lists {
        let from = all.len();
        for (number, line) in list.lines().enumerate() {
            let (emotion, pattern) = line.split_once('|').unwrap_or(("", line));
            let mut emotions = [false; EMOTIONS];
            if let Ok(emotion) = emotion.parse::<Emotion>() {
                emotions[emotion.index()] = true;
            }
            let mut made: Vec<String> = (0..VARIANTS).map(|_| finish(&fill(pattern, &mut chance), &mut chance)).collect();
            made.sort();
            made.dedup();
            let part = if number % 10 == 9 { Part::Dev } else { Part::Train };
            let example = |text| Example {
                text,
                set: Set::Own,
                part,
                weight: 0.8,
                value: Some(value),
                polarity: Some(polarity),
                feelings: Feelings::Shown(emotions),
            };
            all.extend(made.into_iter().map(example));
        }
        let longer: Vec<Example> = (0..LONGER).filter_map(|_| longer(&all[from..], &mut chance)).collect();
        all.extend(longer);
    }
    all
}

/// Two or three sentences of one class and part, as one text.
fn longer(of_class: &[Example], chance: &mut Chance) -> Option<Example> {
    let mut whole = of_class[chance.below(of_class.len())].clone();
    for _ in 0..=chance.below(2) {
        let next = &of_class[chance.below(of_class.len())];
        if next.part != whole.part {
            return None;
        }
        let joint = [" ", " ", ". ", " and ", ", ", "... "][chance.below(6)];
        whole.text = format!("{}{joint}{}", whole.text, next.text);
        if let (Feelings::Shown(a), Feelings::Shown(b)) = (whole.feelings, next.feelings) {
            whole.feelings = Feelings::Shown(std::array::from_fn(|e| a[e] || b[e]));
        }
    }
    Some(whole)
}

fn fill(pattern: &str, chance: &mut Chance) -> String {
    let mut text = String::new();
    for part in pattern.split('{') {
        match part.split_once('}') {
            Some((slot, after)) => {
                let choices = SLOTS.iter().find(|(name, _)| *name == slot).map_or("", |(_, choices)| *choices);
                let choices: Vec<&str> = choices.split('|').collect();
                text.push_str(choices[chance.below(choices.len())]);
                text.push_str(after);
            }
            None => text.push_str(part),
        }
    }
    text.replace("  ", " ")
}

/// People write with and without capitals, full stops and shouting.
fn finish(text: &str, chance: &mut Chance) -> String {
    let asks = [
        "what", "can", "could", "do", "does", "how", "is", "any", "are", "who", "where", "when", "which", "why", "will", "would",
    ]
    .contains(&text.split_whitespace().next().unwrap_or(""));
    let mut out = text.to_owned();
    if chance.below(3) > 0
        && let Some(first) = text.chars().next()
    {
        out = first.to_uppercase().chain(text.chars().skip(1)).collect();
    }
    match (asks, chance.below(6)) {
        (true, 0..=4) => out.push('?'),
        (false, 0..=2) => out.push('.'),
        (false, 3) => out.push('!'),
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_is_filled_and_every_emotion_is_known() {
        for example in sentences() {
            assert!(!example.text.contains(['{', '}', '|']) && !example.text.trim().is_empty(), "{}", example.text);
        }
        for line in [BAD, GOOD].iter().flat_map(|list| list.lines()) {
            let emotion = line.split_once('|').map(|(emotion, _)| emotion);
            assert!(emotion.is_some_and(|e| e.parse::<Emotion>().is_ok()), "{line}");
        }
    }
}
