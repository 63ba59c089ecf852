//! Voice: how a sentence looks when this person types it here: slips, small letters, missing apostrophes, emoji.

use heard_domain::channel::Channel;
use heard_domain::reading::Polarity;

use crate::demo::dice::Dice;
use crate::demo::people::Manner;

/// Whether people mind their spelling there.
fn formal(channel: Channel) -> bool {
    matches!(channel, Channel::Email | Channel::Call | Channel::Visit)
}

/// One slip of the fingers in a word: two letters swapped, one left out, or one doubled.
fn slipped(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + dice.place(letters.len().saturating_sub(3));
    match dice.place(3) {
        0 if at + 1 < letters.len() => letters.swap(at, at + 1),
        1 if at < letters.len() => {
            letters.remove(at);
        }
        _ => letters.insert(at.min(letters.len()), letters.get(at).copied().unwrap_or('e')),
    }
    letters.into_iter().collect()
}

fn with_slip(sentence: &str, dice: &mut Dice) -> String {
    let words: Vec<&str> = sentence.split(' ').collect();
    let long = |word: &str| word.len() >= 5 && word.chars().all(|c| c.is_ascii_lowercase());
    let candidates: Vec<usize> = (0..words.len()).filter(|at| long(words[*at])).collect();
    let Some(chosen) = candidates.get(dice.place(candidates.len())) else { return sentence.to_owned() };
    let word = |(at, word): (usize, &&str)| if at == *chosen { slipped(word, dice) } else { (*word).to_owned() };
    words.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
}

const SHORTER: &[(&str, &str)] = &[
    (" please", " pls"),
    (" people ", " ppl "),
    (" because ", " cause "),
    (" though ", " tho "),
    (" minutes", " min"),
    (" really ", " rly "),
    (" and ", " & "),
    (" something ", " sth "),
    (" tomorrow", " tmrw"),
    (" your ", " ur "),
];

const GLAD: &[&str] = &["😊", "👍", "🙏", "😀", "❤️", "👌", "🎉", "💪", "🥳", ":)", ":-)"];
const SORE: &[&str] = &["😡", "😠", "🙄", "😤", "👎", "😩", "🤦", "😞", ":(", ":-/"];

/// Shouts one word.
fn shouted(sentence: &str) -> String {
    let loud = ["never", "again", "nothing", "still", "always", "not", "nobody", "every"];
    let mut done = false;
    let mut word = |word: &str| {
        let shout = !done && loud.contains(&word);
        done |= shout;
        if shout { word.to_uppercase() } else { word.to_owned() }
    };
    sentence.split(' ').map(&mut word).collect::<Vec<_>>().join(" ")
}

/// The sentence as this person types it here.
pub(crate) fn typed(sentence: String, manner: &Manner, channel: Channel, polarity: Polarity, dice: &mut Dice) -> String {
    let mut text = sentence;
    let careful = formal(channel);
    if dice.hit(if careful { manner.slips * 0.5 } else { manner.slips }) {
        text = with_slip(&text, dice);
    }
    if polarity == Polarity::Negative && dice.hit(0.025 * manner.lively) {
        text = shouted(&text);
    }
    if !careful && (channel == Channel::Social || manner.bare) && dice.hit(0.3) {
        let (long, short) = SHORTER[dice.place(SHORTER.len())];
        text = text.replace(long, short);
    }
    if polarity != Polarity::Neutral && text.ends_with('.') && dice.hit(0.07 * manner.lively) {
        text.pop();
        text.push_str(if dice.hit(0.25) && !careful { "!!!" } else { "!" });
    }
    if manner.bare && !careful {
        text = text.replace('\'', "");
    } else if manner.curly {
        text = text.replace('\'', "’");
    }
    if manner.lower && !careful && channel != Channel::Review {
        text = text.to_lowercase();
    }
    text
}

/// What this person sets after the last sentence, if anything.
pub(crate) fn emoji(manner: &Manner, channel: Channel, polarity: Polarity, dice: &mut Dice) -> Option<&'static str> {
    let often = match channel {
        Channel::Chat | Channel::AppReview | Channel::Widget => 0.09,
        Channel::Community | Channel::Review | Channel::Survey => 0.05,
        _ => 0.0,
    };
    let list = match polarity {
        Polarity::Positive => GLAD,
        Polarity::Negative => SORE,
        Polarity::Neutral => return None,
    };
    dice.hit(often * manner.lively).then(|| dice.pick(list))
}
