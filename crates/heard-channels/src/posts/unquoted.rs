//! Words without what a mail quotes of others. Nothing that the customer wrote is left out: what is not plainly quoted stays.

/// The longest words that are taken from a mail, in characters.
pub const LONGEST_WORDS: usize = 20_000;

/// How mail programs announce what they quote, in several languages.
const WROTE: &[&str] = &[
    "wrote:",
    "schrieb:",
    "a écrit :",
    "a écrit:",
    "escribió:",
    "ha scritto:",
    "schreef:",
    "skrev:",
    "kirjoitti:",
    "napisał(a):",
    "написал:",
    "escreveu:",
];
/// How an announcement begins that goes on in the next line.
const BEGINS: &[&str] = &["on ", "am ", "le ", "el ", "il ", "op ", "den ", "em ", "dnia ", "w dniu "];
const FENCES: &[&str] = &["-----original message-----", "-----ursprüngliche nachricht-----", "-----message d'origine-----"];
/// A line that customers draw as well: it ends the words only where the head of a mail follows.
const LINE: &str = "________________________________";
const HEADS: &[&str] = &["from:", "von:", "de:", "da:", "van:", "lähettäjä:"];
const SENT: &[&str] = &["sent:", "gesendet:", "envoyé :", "enviado:", "inviato:", "verzonden:", "date:", "datum:", "lähetetty:"];

struct Lines<'a> {
    /// As they are written.
    written: Vec<&'a str>,
    /// Trimmed and in small letters.
    lower: Vec<String>,
}

impl Lines<'_> {
    fn lower(&self, n: usize) -> &str {
        self.lower.get(n).map_or("", String::as_str)
    }

    fn quoted(&self, n: usize) -> bool {
        self.lower(n).starts_with('>')
    }

    /// Whether, behind at most two empty lines, something is quoted.
    fn quote_follows(&self, n: usize) -> bool {
        (n + 1..=n + 3).find(|next| !self.lower(*next).is_empty()).is_some_and(|next| self.quoted(next))
    }

    /// How many lines announce a quote from here on: none, one, or two.
    fn announced(&self, n: usize) -> usize {
        let wrote = |n: usize| !self.quoted(n) && WROTE.iter().any(|wrote| self.lower(n).ends_with(wrote));
        let begins = BEGINS.iter().any(|begins| self.lower(n).starts_with(begins));
        let dated = self.lower(n).contains(|c: char| c.is_ascii_digit());
        match () {
            () if wrote(n) && self.quote_follows(n) => 1,
            () if begins && dated && wrote(n + 1) && self.quote_follows(n + 1) => 2,
            () => 0,
        }
    }

    /// Whether a mail within the mail begins here, with its head.
    fn head(&self, n: usize) -> bool {
        let starts = |n: usize, words: &[&str]| {
            let line = self.lower(n).trim_start_matches('*');
            words.iter().any(|word| line.starts_with(word))
        };
        starts(n, HEADS) && (1..=3).any(|ahead| starts(n + ahead, SENT))
    }

    /// Whether nothing from here on is the customer's: a signature, or a whole mail that is carried along.
    fn ends(&self, n: usize) -> bool {
        let line = self.lower(n);
        self.written.get(n) == Some(&"-- ")
            || self.head(n)
            || FENCES.iter().any(|fence| line.starts_with(fence))
            || (line.starts_with(LINE) && (1..=3).any(|ahead| self.head(n + ahead)))
    }
}

/// Words without what the mail quotes of others and without the signature; all of them if nothing else would be left.
pub fn unquoted(text: &str) -> String {
    let written: Vec<&str> = text.lines().collect();
    let lower = written.iter().map(|line| line.trim().to_lowercase()).collect();
    let lines = Lines { written, lower };
    let mut kept: Vec<&str> = Vec::new();
    let (mut n, mut left) = (0, false);
    while let Some(line) = lines.written.get(n) {
        if lines.ends(n) {
            break;
        }
        let announced = lines.announced(n);
        // Around what was left out one empty line is enough.
        let gap = left && line.trim().is_empty() && kept.last().is_some_and(|last| last.trim().is_empty());
        if announced == 0 && !lines.quoted(n) && !gap {
            kept.push(line);
            left = false;
        } else {
            left = true;
        }
        n += announced.max(1);
    }
    let kept = kept.join("\n").trim().to_owned();
    let kept = if kept.is_empty() { text.trim().to_owned() } else { kept };
    kept.chars().take(LONGEST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_cut_and_never_what_the_customer_wrote() {
        for (text, left) in [
            ("Thanks.\n\nAm 23.11.2026 schrieb Care:\n> a\n", "Thanks.\n\nAm 23.11.2026 schrieb Care:"),
            ("Danke.\n\nAm 23.11.2026 um 10:00 schrieb:\n> a\n", "Danke."),
            ("Thanks.\n\nOn Mon, 23 Nov 2026 at 10:00, Care\n<care@example.com> wrote:\n\n> a\n> b", "Thanks."),
            ("I paid 30 Euro.\nCare wrote:\n> a", "I paid 30 Euro."),
            ("No.\n-----Original Message-----\nFrom: Care", "No."),
            ("No.\n\nFrom: Care\nSent: Monday\nTo: Ann\n\nold", "No."),
            ("No.\n________________________________\nFrom: Care\nSent: Monday\n\nold", "No."),
            ("First.\n________________________________\nSecond.", "First.\n________________________________\nSecond."),
            ("> only a quote", "> only a quote"),
            ("Above\n> quoted\nbelow", "Above\nbelow"),
            ("Hello\n-- \nAnn Lee, +49 123", "Hello"),
            ("From: here to there it took hours.\nWhy?", "From: here to there it took hours.\nWhy?"),
            // The answer stands below what it answers.
            ("Hello,\n\nOn Mon Care wrote:\n> Is it there?\n> Sorry.\n\nNo, it is not.\nAnn", "Hello,\n\nNo, it is not.\nAnn"),
            // Somebody tells what somebody wrote; nothing is quoted.
            ("Your agent wrote:\n\nWe do not pay.\n\nThat is wrong.", "Your agent wrote:\n\nWe do not pay.\n\nThat is wrong."),
        ] {
            assert_eq!(unquoted(text), left, "{text:?}");
        }
    }
}
