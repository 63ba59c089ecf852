//! Bodies of mails: the words, what is said below them, and the same with markup. Everything that somebody wrote is text.

use heard_channels::couriers::courier::Outgoing;
use heard_domain::message::{Message, MessageKind};
use heard_domain::time::Time;

use crate::mailing::Mailing;

/// What is known of a mail beside its message.
pub(crate) struct Round<'a> {
    pub(crate) mailing: &'a Mailing,
    /// The company's name.
    pub(crate) company: &'a str,
    /// The identifier of the mail before it in the conversation.
    pub(crate) before: Option<String>,
    pub(crate) now: Time,
}

/// A line below the words, with the address that it leads to.
struct Line {
    words: String,
    link: Option<String>,
}

/// The mail that carries a message.
pub(crate) fn mail(message: &Message, round: &Round) -> Outgoing {
    let Round { mailing, company, before, now } = round;
    let site = &mailing.site;
    let token = message.token.as_deref().unwrap_or_default();
    let page = || format!("{site}/t/{token}");
    let line = |words: String, link: Option<String>| Line { words, link };
    let (lines, unsubscribe) = match message.kind {
        MessageKind::Case => {
            let mut lines = Vec::new();
            if message.asks {
                lines.push(line("Did this help? Tell us with one press:".to_owned(), Some(page())));
            }
            let reply = if mailing.reply.is_some() {
                "Answer by replying to this e-mail, or on your own page:"
            } else {
                "Read it and answer on your own page:"
            };
            lines.push(line(reply.to_owned(), Some(page())));
            (lines, None)
        }
        MessageKind::Receipt if message.token.is_some() => {
            (vec![line("You can read what becomes of it here:".to_owned(), Some(page()))], None)
        }
        MessageKind::Letter | MessageKind::Progress | MessageKind::Question => {
            let url = format!("{site}/u/{token}");
            let mut lines = match message.kind {
                MessageKind::Progress => {
                    vec![line("What became of it, on your page:".to_owned(), Some(format!("{site}/a/{token}")))]
                }
                MessageKind::Question => vec![line("Answer with one press:".to_owned(), Some(format!("{site}/q/{token}")))],
                _ => vec![],
            };
            lines.push(line("You want no more letters like this:".to_owned(), Some(url.clone())));
            (lines, Some(url))
        }
        MessageKind::Receipt | MessageKind::Test | MessageKind::Digest => (vec![], None),
    };
    let text = plain(&message.text, &lines, company);
    Outgoing {
        to: message.address.clone(),
        from_name: (*company).to_owned(),
        from: mailing.from.clone(),
        reply_to: mailing.reply_to(Some(token).filter(|token| !token.is_empty() && unsubscribe.is_none())),
        subject: message.subject.clone(),
        html: markup(&message.text, &lines, company),
        pictures: vec![],
        text,
        message_id: format!("<{}>", message.message_id),
        answers: before.as_ref().map(|before| format!("<{before}>")),
        auto: message.kind != MessageKind::Case,
        unsubscribe,
        at: *now,
    }
}

fn plain(text: &str, lines: &[Line], company: &str) -> String {
    let mut parts = vec![text.trim().to_owned(), String::new(), "-- ".to_owned()];
    if !company.is_empty() {
        parts.push(company.to_owned());
    }
    for Line { words, link } in lines {
        parts.extend([String::new(), words.clone()]);
        parts.extend(link.clone());
    }
    parts.push(String::new());
    parts.join("\n")
}

/// Text as it stands in markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn markup(text: &str, lines: &[Line], company: &str) -> String {
    let words: Vec<String> = text
        .trim()
        .split("\n\n")
        .map(|part| format!("<p style=\"margin:0 0 16px\">{}</p>", escaped(part.trim()).replace('\n', "<br>")))
        .collect();
    let below: Vec<String> = lines
        .iter()
        .map(|Line { words, link }| match link {
            Some(link) => format!(
                "<p style=\"margin:0 0 8px\">{} <a href=\"{1}\" style=\"color:#1f6f6b\">{1}</a></p>",
                escaped(words),
                escaped(link)
            ),
            None => format!("<p style=\"margin:0 0 8px\">{}</p>", escaped(words)),
        })
        .collect();
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{0}</title></head><body style=\"margin:0;padding:24px;background:#ffffff;color:#2c2a26;\
         font:16px/1.5 Georgia,serif\"><div style=\"max-width:36em\">{1}<div style=\"border-top:1px solid #e2dccf;padding-top:16px;color:#57534a;font-size:14px\">\
         <p style=\"margin:0 0 8px\"><b>{0}</b></p>{2}</div></div></body></html>",
        escaped(company),
        words.join(""),
        below.join(""),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        let html = markup(
            "<script>alert('x')</script>\n\n\"&",
            &[Line { words: "a".into(), link: Some("https://x/\"><b>".into()) }],
            "N & <N>",
        );
        assert!(
            !html.contains("<script")
                && !html.contains("x/\"")
                && html.contains("&lt;script&gt;")
                && html.contains("N &amp; &lt;N&gt;")
        );
    }
}
