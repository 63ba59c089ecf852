//! What a mail says. Anybody can send one: every size is bounded before it is parsed, and nothing in it is believed but what the
//! secret in its reply address proves.

use heard_domain::mail::address;
use heard_domain::time::Time;
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use crate::posts::html;

/// The largest mail that is read, in bytes.
pub const LARGEST_MAIL: usize = 10 << 20;
/// The longest head, in bytes, and the most lines in it.
const LONGEST_HEAD: usize = 256 << 10;
const MOST_HEAD_LINES: usize = 2_000;
/// The most parts, and mails within mails: each costs memory, and the latter depth.
const MOST_PARTS: usize = 2_000;
const MOST_CONTAINERS: usize = 60;
/// The longest words that are taken from a mail, in characters.
pub const LONGEST_WORDS: usize = 20_000;
/// The most addresses that are looked at.
const MOST_ADDRESSES: usize = 100;

/// A mail that came in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incoming {
    /// Who it says it is from; `None`: nobody that could be answered.
    pub from: Option<String>,
    /// The name that stands beside it.
    pub name: String,
    /// To which addresses it went, as far as the mail itself says it.
    pub to: Vec<String>,
    /// Its subject, one line.
    pub subject: String,
    /// Its own identifier, without angle brackets.
    pub message_id: Option<String>,
    /// The identifiers of what it answers.
    pub answers: Vec<String>,
    /// When it says it was written.
    pub at: Option<Time>,
    /// The words, without what was quoted.
    pub words: String,
    /// Whether a program wrote it.
    pub auto: bool,
    /// Whether it tells that a mail could not be delivered.
    pub bounce: Option<Bounce>,
}

/// News that a mail could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounce {
    /// The identifier of the mail that came back, without angle brackets.
    pub message_id: Option<String>,
    /// To which address it could not be delivered.
    pub address: Option<String>,
    /// The status, like 5.1.1.
    pub status: String,
}

impl Bounce {
    /// Whether it will never be delivered there.
    pub fn for_good(&self) -> bool {
        self.status.starts_with('5')
    }
}

/// Reads a mail; says why it cannot be read.
pub fn read(raw: &[u8]) -> Result<Incoming, &'static str> {
    bounded(raw)?;
    let message = MessageParser::default().parse(raw).ok_or("it is no mail")?;
    let from = message.from().and_then(|from| from.first());
    let name = from.and_then(|from| from.name()).map(clean).unwrap_or_default();
    let from = from.and_then(|from| from.address()).and_then(address);
    let bounce = bounce(&message);
    let auto = bounce.is_some() || automatic(&message, from.as_deref());
    let mut answers = ids(message.in_reply_to());
    answers.extend(ids(message.references()));
    answers.truncate(50);
    Ok(Incoming {
        to: recipients(&message),
        subject: heard_domain::mail::subject(&clean(message.subject().unwrap_or_default())),
        message_id: message.message_id().map(|id| id.chars().take(500).collect()),
        at: message.date().map(|date| Time(date.to_timestamp().saturating_mul(1000))),
        words: unquoted(&words(&message)),
        from,
        name,
        answers,
        auto,
        bounce,
    })
}

/// Refuses what would cost more to parse than a mail of a customer ever does.
fn bounded(raw: &[u8]) -> Result<(), &'static str> {
    if raw.is_empty() {
        return Err("it is empty");
    }
    if raw.len() > LARGEST_MAIL {
        return Err("it is larger than 10 MiB");
    }
    let head = end_of_head(raw);
    let lines = memchr::memchr_iter(b'\n', raw.get(..head).unwrap_or_default()).count();
    if head > LONGEST_HEAD || lines > MOST_HEAD_LINES {
        return Err("its head is longer than any that people send");
    }
    let parts = memchr::memmem::find_iter(raw, b"\n--").count();
    if parts > MOST_PARTS {
        return Err("it has more parts than any that people send");
    }
    let lower = raw.to_ascii_lowercase();
    let containers = [b"multipart/".as_slice(), b"message/"].map(|kind| memchr::memmem::find_iter(&lower, kind).count());
    if containers.iter().sum::<usize>() > MOST_CONTAINERS {
        return Err("it is nested deeper than any that people send");
    }
    Ok(())
}

fn end_of_head(raw: &[u8]) -> usize {
    let ends = [b"\r\n\r\n".as_slice(), b"\n\n"].map(|end| memchr::memmem::find(raw, end));
    ends.into_iter().flatten().min().unwrap_or(raw.len())
}

/// No NUL and nothing else that does not show, but line ends and tabs.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).take(LONGEST_WORDS * 4).collect()
}

fn ids(value: &HeaderValue) -> Vec<String> {
    let one = |text: &str| text.trim_matches(['<', '>', ' ']).chars().take(500).collect::<String>();
    match value {
        HeaderValue::Text(text) => vec![one(text)],
        HeaderValue::TextList(list) => list.iter().rev().take(50).map(|text| one(text)).collect(),
        _ => vec![],
    }
}

fn recipients(message: &Message) -> Vec<String> {
    let lists = message.to().into_iter().chain(message.cc());
    let named = lists.flat_map(|list| list.iter().take(MOST_ADDRESSES)).filter_map(|one| one.address().map(str::to_owned));
    let carried = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"];
    let carried = message.headers_raw().filter(|(name, _)| carried.contains(&name.to_ascii_lowercase().as_str()));
    let carried = carried.map(|(_, value)| value.trim().trim_matches(['<', '>']).to_owned());
    let mut found: Vec<String> = Vec::new();
    for one in carried.chain(named).take(MOST_ADDRESSES).filter_map(|one| address(&one)) {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// Whether a program wrote it (RFC 3834, and what programs did before it).
fn automatic(message: &Message, from: Option<&str>) -> bool {
    let said = message.headers_raw().any(|(name, value)| {
        let value = value.trim().to_ascii_lowercase();
        match name.to_ascii_lowercase().as_str() {
            "auto-submitted" => !value.starts_with("no"),
            "precedence" => ["bulk", "junk", "list", "auto_reply"].contains(&value.as_str()),
            "x-autoreply" | "x-autorespond" | "x-autoresponder" | "list-id" | "list-unsubscribe" | "feedback-id" => true,
            "return-path" => value == "<>",
            _ => false,
        }
    });
    let who = from.and_then(|from| from.split('@').next()).unwrap_or_default();
    let program = ["mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounce", "bounces"];
    said || from.is_none() || program.contains(&who)
}

/// A delivery status (RFC 3464), with the identifier of what came back.
fn bounce(message: &Message) -> Option<Bounce> {
    let kind = message.content_type()?;
    let report = kind.ctype().eq_ignore_ascii_case("multipart")
        && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
        && kind.attribute("report-type").is_some_and(|report| report.eq_ignore_ascii_case("delivery-status"));
    if !report {
        return None;
    }
    let mut bounce = Bounce::default();
    for part in message.parts.iter().take(MOST_PARTS) {
        let field = |text: &str, name: &str| {
            let mut lines = text.lines().take(500).filter_map(|line| line.split_once(':'));
            lines.find(|(head, _)| head.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        if part.is_content_type("message", "delivery-status") {
            let text = String::from_utf8_lossy(part.contents()).into_owned();
            bounce.status = field(&text, "Status").unwrap_or_default().chars().take(20).collect();
            let recipient = field(&text, "Final-Recipient").or_else(|| field(&text, "Original-Recipient"));
            bounce.address =
                recipient.and_then(|given| address(given.rsplit(';').next().unwrap_or_default().trim_matches(['<', '>', ' '])));
        } else if let PartType::Message(original) = &part.body {
            bounce.message_id = original.message_id().map(|id| id.chars().take(500).collect());
        } else if part.is_content_type("text", "rfc822-headers") {
            let text = String::from_utf8_lossy(part.contents()).into_owned();
            bounce.message_id = field(&text, "Message-ID").map(|id| id.trim_matches(['<', '>', ' ']).chars().take(500).collect());
        }
    }
    Some(bounce)
}

fn words(message: &Message) -> String {
    for part in message.text_body.iter().take(20).filter_map(|id| message.parts.get(*id as usize)) {
        let text = match &part.body {
            PartType::Text(text) => clean(text),
            PartType::Html(markup) => clean(&html::text(&markup.chars().take(1 << 20).collect::<String>())),
            _ => continue,
        };
        if !text.trim().is_empty() {
            return text;
        }
    }
    String::new()
}

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
const FENCES: &[&str] = &[
    "-----original message-----",
    "-----ursprüngliche nachricht-----",
    "-----message d'origine-----",
    "________________________________",
];
const HEADS: &[&str] = &["from:", "von:", "de:", "da:", "van:", "lähettäjä:"];
const SENT: &[&str] = &["sent:", "gesendet:", "envoyé :", "enviado:", "inviato:", "verzonden:", "date:", "datum:", "lähetetty:"];

/// Words without what the mail quotes of others and without the signature; all of them if nothing else would be left.
pub fn unquoted(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut end = lines.len();
    for (n, line) in lines.iter().enumerate() {
        let lower = line.trim().to_lowercase();
        let next = |ahead: usize| lines.get(n + ahead).map(|line| line.trim().to_lowercase()).unwrap_or_default();
        let announced = WROTE
            .iter()
            .any(|wrote| lower.ends_with(wrote) || (!lower.is_empty() && next(1).ends_with(wrote) && next(2).starts_with('>')));
        let quoted = announced && (1..=3).any(|ahead| next(ahead).starts_with('>') || next(ahead).is_empty());
        let block = HEADS.iter().any(|head| lower.trim_start_matches('*').starts_with(head))
            && (1..=3).any(|ahead| SENT.iter().any(|sent| next(ahead).trim_start_matches('*').starts_with(sent)));
        if quoted || block || FENCES.iter().any(|fence| lower.starts_with(fence)) || *line == "-- " {
            end = n;
            break;
        }
    }
    let kept: Vec<&str> = lines.iter().take(end).filter(|line| !line.trim_start().starts_with('>')).copied().collect();
    let kept = kept.join("\n").trim().to_owned();
    let kept = if kept.is_empty() { text.trim().to_owned() } else { kept };
    kept.chars().take(LONGEST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(head: &str, body: &str) -> Incoming {
        read(format!("{head}\r\n\r\n{body}").replace('\n', "\r\n").replace("\r\r", "\r").as_bytes()).unwrap()
    }

    #[test]
    fn a_reply_says_who_what_and_to_which_address() {
        let head = "From: \"Ann Lee\" <Ann@Example.org>\nTo: Care <reply+00ff@example.com>, x@example.com\nSubject: =?utf-8?q?Re=3A_Your_b=C3=A4g?=\n\
             Message-ID: <a1@example.org>\nIn-Reply-To: <1@example.com>\nDelivered-To: reply+00ff@example.com\nContent-Type: text/plain; charset=utf-8";
        let body = "Still not here.\n\nOn Mon, 23 Nov 2026 at 10:00, Care <care@example.com> wrote:\n> It is found.\n> Sorry.";
        let read = mail(head, body);
        assert_eq!(read.from.as_deref(), Some("ann@example.org"));
        assert_eq!(
            (read.name.as_str(), read.subject.as_str(), read.words.as_str()),
            ("Ann Lee", "Re: Your bäg", "Still not here.")
        );
        assert_eq!(read.to, ["reply+00ff@example.com", "x@example.com"]);
        assert_eq!((read.message_id.as_deref(), read.answers), (Some("a1@example.org"), vec!["1@example.com".to_owned()]));
        assert!(!read.auto && read.bounce.is_none());
    }

    #[test]
    fn quotes_are_cut_and_never_everything() {
        for (text, left) in [
            ("Thanks.\n\nAm 23.11.2026 schrieb Care:\n> a\n", "Thanks.\n\nAm 23.11.2026 schrieb Care:"),
            ("Danke.\n\nAm 23.11.2026 um 10:00 schrieb:\n> a\n", "Danke."),
            ("No.\n-----Original Message-----\nFrom: Care", "No."),
            ("No.\n\nFrom: Care\nSent: Monday\nTo: Ann\n\nold", "No."),
            ("> only a quote", "> only a quote"),
            ("Above\n> quoted\nbelow", "Above\nbelow"),
            ("Hello\n-- \nAnn Lee, +49 123", "Hello"),
            ("From: here to there it took hours.\nWhy?", "From: here to there it took hours.\nWhy?"),
        ] {
            assert_eq!(unquoted(text), left, "{text:?}");
        }
    }

    #[test]
    fn programs_are_known() {
        for head in [
            "From: a@example.org\nAuto-Submitted: auto-replied",
            "From: a@example.org\nPrecedence: bulk",
            "From: a@example.org\nX-Autoreply: yes",
            "From: a@example.org\nReturn-Path: <>",
            "From: MAILER-DAEMON@example.org\nSubject: x",
            "Subject: from nobody",
        ] {
            assert!(mail(head, "x").auto, "{head}");
        }
        assert!(!mail("From: a@example.org\nAuto-Submitted: no", "x").auto);
    }

    #[test]
    fn bounces_name_what_came_back() {
        let head = "From: MAILER-DAEMON@mx.example.org\nTo: reply+00ff@example.com\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"";
        let body = "--b\nContent-Type: text/plain\n\nIt could not be delivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\n\n\
             --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <1@example.com>\nSubject: Your bag\n\n--b--\n";
        let read = mail(head, body);
        let bounce = read.bounce.unwrap();
        assert_eq!((bounce.message_id.as_deref(), bounce.address.as_deref()), (Some("1@example.com"), Some("ann@example.org")));
        assert!(bounce.for_good() && read.auto);
    }

    #[test]
    fn bombs_are_refused_before_they_are_parsed() {
        let heads = format!("From: a@example.org\r\n{}\r\nx", "X: y\r\n".repeat(100_000));
        let parts = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\n\r\n".repeat(100_000));
        let nested = format!("{}\r\nx", "Content-Type: message/rfc822\r\n\r\n".repeat(100_000));
        for bomb in [heads.into_bytes(), parts.into_bytes(), nested.into_bytes(), vec![b'a'; LARGEST_MAIL + 1], vec![]] {
            assert!(read(&bomb).is_err());
        }
    }
}
