//! What a mail says. Anybody can send one: every size is bounded before it is parsed, and nothing in it is believed but what the
//! secret in its reply address proves.

use heard_domain::mail::address;
use heard_domain::time::Time;
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use crate::posts::html;
use crate::posts::unquoted::{LONGEST_WORDS, unquoted};
use crate::posts::vouched::vouched;

/// The largest mail that is read, in bytes.
pub const LARGEST_MAIL: usize = 10 << 20;
/// The longest head, in bytes, and the most lines in it.
const LONGEST_HEAD: usize = 256 << 10;
const MOST_HEAD_LINES: usize = 2_000;
/// The most parts, and mails within mails: each costs memory, and the latter depth.
const MOST_PARTS: usize = 2_000;
const MOST_CONTAINERS: usize = 60;
/// The most addresses that are looked at.
const MOST_ADDRESSES: usize = 100;

/// A mail that came in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incoming {
    /// Who it says it is from; `None`: nobody that could be answered.
    pub from: Option<String>,
    /// The servers that vouch for that, by the names that they give themselves: any server can say so, only our own is believed.
    pub vouched: Vec<String>,
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
    /// Whether a program wrote it by itself.
    pub auto: bool,
    /// Whether it went through a program that sends to many, or comes from an address that nobody reads: nobody answers it by a
    /// program, but a person may have written it.
    pub bulk: bool,
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
    /// Whether it was not delivered, and is not tried again.
    pub fn for_good(&self) -> bool {
        self.status.starts_with('5')
    }

    /// Whether it says that the address does not exist, or is closed for ever: 5.1.x (bad address), 5.2.1 (closed). All else that
    /// begins with 5 is about the mail or the day (full, too large, taken for spam): the next may arrive.
    pub fn bars(&self) -> bool {
        self.status == "5.2.1" || self.status.strip_prefix("5.1.").is_some_and(|detail| !matches!(detail, "7" | "8" | "9"))
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
    let (auto, bulk) = automatic(&message, from.as_deref());
    let auto = auto || bounce.is_some();
    let mut answers = ids(message.in_reply_to());
    answers.extend(ids(message.references()));
    answers.truncate(50);
    Ok(Incoming {
        to: recipients(&message),
        subject: heard_domain::mail::subject(&clean(message.subject().unwrap_or_default())),
        message_id: message.message_id().and_then(id),
        vouched: from.as_deref().map(|from| vouched(&message, from)).unwrap_or_default(),
        at: message.date().map(|date| Time(date.to_timestamp().saturating_mul(1000))),
        words: unquoted(&words(&message)),
        from,
        name,
        answers,
        auto,
        bulk,
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

/// An identifier as it can be looked for: without angle brackets, spaces and what does not show; `None`: nothing is left.
fn id(given: &str) -> Option<String> {
    let shown: String = given.chars().filter(|c| !c.is_control()).take(600).collect();
    let shown: String = shown.trim_matches(['<', '>', ' ']).chars().take(500).collect();
    (!shown.is_empty()).then_some(shown)
}

fn ids(value: &HeaderValue) -> Vec<String> {
    match value {
        HeaderValue::Text(text) => id(text).into_iter().collect(),
        HeaderValue::TextList(list) => list.iter().rev().take(50).filter_map(|text| id(text)).collect(),
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

/// Whether a program wrote it by itself (RFC 3834, and what programs did before it), and whether it went through one that sends to
/// many. Programs of companies mark the mails of their people as if they went to many: such a mark alone makes no automatic mail.
fn automatic(message: &Message, from: Option<&str>) -> (bool, bool) {
    let (mut auto, mut bulk) = (false, false);
    for (name, value) in message.headers_raw() {
        let value = value.trim().to_ascii_lowercase();
        match name.to_ascii_lowercase().as_str() {
            "auto-submitted" => auto |= !value.starts_with("no"),
            "precedence" => {
                auto |= value == "auto_reply";
                bulk |= ["bulk", "junk", "list"].contains(&value.as_str());
            }
            "x-autoreply" | "x-autorespond" | "x-autoresponder" => auto = true,
            "list-id" | "list-unsubscribe" | "feedback-id" => bulk = true,
            "return-path" => auto |= value == "<>",
            _ => {}
        }
    }
    let who = from.and_then(|from| from.split('@').next()).unwrap_or_default();
    auto |= ["mailer-daemon", "postmaster", "bounce", "bounces"].contains(&who);
    bulk |= ["noreply", "no-reply", "donotreply", "do-not-reply"].contains(&who);
    (auto, bulk)
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
            bounce.status = clean(&field(&text, "Status").unwrap_or_default()).chars().take(20).collect();
            let recipient = field(&text, "Final-Recipient").or_else(|| field(&text, "Original-Recipient"));
            bounce.address =
                recipient.and_then(|given| address(given.rsplit(';').next().unwrap_or_default().trim_matches(['<', '>', ' '])));
        } else if let PartType::Message(original) = &part.body {
            bounce.message_id = original.message_id().and_then(id);
        } else if part.is_content_type("text", "rfc822-headers") {
            let text = String::from_utf8_lossy(part.contents()).into_owned();
            bounce.message_id = field(&text, "Message-ID").as_deref().and_then(id);
        }
    }
    Some(bounce)
}

/// All texts of a mail, one after the other: some programs cut one into several.
fn words(message: &Message) -> String {
    let mut all = String::new();
    for part in message.text_body.iter().take(20).filter_map(|id| message.parts.get(*id as usize)) {
        let text = match &part.body {
            PartType::Text(text) => clean(text),
            PartType::Html(markup) => clean(&html::quoting(&markup.chars().take(1 << 20).collect::<String>())),
            _ => continue,
        };
        if text.trim().is_empty() || all.len() > LONGEST_WORDS * 4 {
            continue;
        }
        if !all.is_empty() {
            all.push_str("\n\n");
        }
        all.push_str(text.trim_end());
    }
    all
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
    fn programs_are_known_and_people_whose_server_marks_their_mails_are_none() {
        for (head, marks) in [
            ("From: a@example.org\nAuto-Submitted: auto-replied", (true, false)),
            ("From: a@example.org\nPrecedence: auto_reply", (true, false)),
            ("From: a@example.org\nX-Autoreply: yes", (true, false)),
            ("From: a@example.org\nReturn-Path: <>", (true, false)),
            ("From: MAILER-DAEMON@example.org\nSubject: x", (true, false)),
            ("From: a@example.org\nPrecedence: bulk", (false, true)),
            ("From: a@example.org\nFeedback-ID: 1:company", (false, true)),
            ("From: a@example.org\nList-Unsubscribe: <https://example.org>", (false, true)),
            ("From: noreply@shop.example\nSubject: x", (false, true)),
            ("From: a@example.org\nAuto-Submitted: no", (false, false)),
            ("From: =?utf-8?q?j=C3=B6rg?=@example.org\nSubject: x", (false, false)),
            ("From: \"a b\"@example.org\nSubject: x", (false, false)),
            ("From: a@exa_mple.org\nSubject: x", (false, false)),
            ("Subject: from nobody", (false, false)),
        ] {
            let read = mail(head, "x");
            assert_eq!((read.auto, read.bulk), marks, "{head}");
        }
    }

    #[test]
    fn all_parts_are_read_and_what_a_page_quotes_is_left_out() {
        let head = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"";
        let body = "--b\nContent-Type: text/plain\n\nThe first half,\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n\
             --b\nContent-Type: text/plain\n\nand the second.\n--b--\n";
        assert_eq!(mail(head, body).words, "The first half,\n\nand the second.");
        let head = "From: a@example.org\nContent-Type: text/html; charset=utf-8";
        let body = "<p>Hello,</p><div>On Mon, 23 Nov 2026 Care wrote:</div><blockquote><p>Is it there?</p><p>Sorry.</p></blockquote><p>Yes, it is.</p>";
        assert_eq!(mail(head, body).words, "Hello,\n\nYes, it is.");
    }

    #[test]
    fn nothing_that_is_looked_for_has_what_does_not_show() {
        let head =
            "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"";
        // “Message-ID: <a NUL b>” and “Status: 5.1.1 NUL” within base64.
        let body = "--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\nU3RhdHVzOiA1LjEuMQANCg==\n\
             --b\nContent-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\nTWVzc2FnZS1JRDogPGEAYj4NCg==\n--b--\n";
        let bounce = mail(head, body).bounce.unwrap();
        assert_eq!((bounce.message_id.as_deref(), bounce.status.as_str()), (Some("ab"), "5.1.1"));
        let read = mail("From: a@example.org\nMessage-ID: <c\0d@x>\nIn-Reply-To: <e\0f@x> <\0>\nReferences: <g\0h@x>", "x");
        assert!(read.answers.iter().chain(&read.message_id).all(|id| !id.contains('\0') && !id.is_empty()), "{read:?}");
    }

    #[test]
    fn only_an_address_that_does_not_exist_is_barred() {
        for (status, good, bars) in [
            ("5.1.1", true, true),
            ("5.2.1", true, true),
            ("5.2.2", true, false),
            ("5.7.1", true, false),
            ("5.1.8", true, false),
            ("4.1.1", false, false),
        ] {
            let bounce = Bounce { status: status.into(), ..Bounce::default() };
            assert_eq!((bounce.for_good(), bounce.bars()), (good, bars), "{status}");
        }
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
