//! E-mail out, by SMTP. Every connection carries one mail: what broke, and where, then says whether the mail may have arrived.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};

use lettre::transport::smtp::Error;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};

use crate::couriers::courier::{Courier, Outgoing, Undelivered};
use crate::tls::{Protection, Security};

/// So long the server may take for each answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server that takes mails.
#[derive(Clone)]
pub struct Smtp {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// Who we are to it, if it asks.
    pub login: Option<(String, String)>,
}

macro_rules! header {
    ($type:ident, $name:literal) => {
        #[derive(Clone)]
        struct $type(String);

        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    };
}
header!(AutoSubmitted, "Auto-Submitted");
header!(AutoSuppress, "X-Auto-Response-Suppress");
header!(ListUnsubscribe, "List-Unsubscribe");
header!(ListUnsubscribePost, "List-Unsubscribe-Post");

/// A mail as it goes over the wire. Addresses, identifiers and addresses of pages are checked, all else is encoded: nothing that
/// somebody wrote can become a header.
pub fn compose(mail: &Outgoing) -> Result<Vec<u8>, String> {
    let address = |given: &str| -> Result<Address, String> {
        let clean = heard_domain::mail::address(given).ok_or_else(|| "the address is none".to_owned())?;
        clean.parse().map_err(|error| format!("the address cannot be used: {error}"))
    };
    let single = |given: &str| {
        let fits = given.len() <= 800 && given.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(given.to_owned()) } else { Err("an identifier or link has characters that no header can have".to_owned()) }
    };
    let name = heard_domain::mail::subject(&mail.from_name);
    let from = Mailbox::new(Some(name).filter(|name| !name.is_empty()), address(&mail.from)?);
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.at.0).unwrap_or(0));
    let mut builder = Message::builder()
        .from(from)
        .reply_to(Mailbox::new(None, address(&mail.reply_to)?))
        .to(Mailbox::new(None, address(&mail.to)?))
        .subject(heard_domain::mail::subject(&mail.subject))
        .date(at)
        .message_id(Some(single(&mail.message_id)?));
    if let Some(answers) = &mail.answers {
        let answers = single(answers)?;
        builder = builder.in_reply_to(answers.clone()).references(answers);
    }
    if mail.auto {
        builder = builder.header(AutoSubmitted("auto-generated".to_owned())).header(AutoSuppress("All".to_owned()));
    }
    if let Some(url) = &mail.unsubscribe {
        builder = builder
            .header(ListUnsubscribe(format!("<{}>", single(url)?)))
            .header(ListUnsubscribePost("List-Unsubscribe=One-Click".to_owned()));
    }
    let plain = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(without_nul(&mail.text));
    let markup = SinglePart::builder().header(ContentType::TEXT_HTML).body(without_nul(&mail.html));
    let both = MultiPart::alternative().singlepart(plain);
    let body = if mail.pictures.is_empty() {
        both.singlepart(markup)
    } else {
        let mut whole = MultiPart::related().singlepart(markup);
        for picture in &mail.pictures {
            if !picture.name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err("a picture has a name that no header can have".to_owned());
            }
            let kind = ContentType::parse("image/png").map_err(|error| error.to_string())?;
            whole = whole.singlepart(Attachment::new_inline(picture.name.clone()).body(picture.png.clone(), kind));
        }
        both.multipart(whole)
    };
    let message = builder.multipart(body);
    Ok(message.map_err(|error| error.to_string())?.formatted())
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn said(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

/// As long as the mail itself was not handed over, only a plain refusal of its recipient or its words is for good.
fn before(error: &Error) -> Undelivered {
    if error.is_permanent() { Undelivered::Never(said(error)) } else { Undelivered::Later(said(error)) }
}

impl Smtp {
    fn connect(&self) -> Result<SmtpConnection, Undelivered> {
        let later = |error: &Error| Undelivered::Later(said(error));
        let hello = ClientId::default();
        let tls = if self.protection.security == Security::None { None } else { Some(self.parameters()?) };
        let from_first_byte = tls.as_ref().filter(|_| self.protection.security == Security::Tls);
        let server = (self.host.as_str(), self.port);
        let mut connection =
            SmtpConnection::connect(server, Some(PATIENCE), &hello, from_first_byte, None).map_err(|error| later(&error))?;
        if self.protection.security == Security::Starttls
            && let Some(tls) = &tls
        {
            if !connection.can_starttls() {
                connection.abort();
                return Err(Undelivered::Later("the mail server offers no STARTTLS: nothing is sent unprotected".to_owned()));
            }
            connection.starttls(tls, &hello).map_err(|error| later(&error))?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.clone());
            // A wrong password is no fault of the mail: whoever runs Heard mends it, and the mail goes out then.
            connection.auth(DEFAULT_MECHANISMS, &credentials).map_err(|error| later(&error))?;
        }
        Ok(connection)
    }

    fn parameters(&self) -> Result<TlsParameters, Undelivered> {
        let wrong = |error: &dyn std::fmt::Display| Undelivered::Later(error.to_string());
        let mut tls = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.protection.roots {
            let pem = std::fs::read(path).map_err(|error| wrong(&format!("{}: {error}", path.display())))?;
            tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| wrong(&error))?);
        }
        tls.build().map_err(|error| wrong(&error))
    }

    fn hand_over(connection: &mut SmtpConnection, mail: &Outgoing, bytes: &[u8]) -> Result<(), Undelivered> {
        let parse = |given: &str| given.parse::<Address>().map_err(|error| Undelivered::Never(error.to_string()));
        // News that it could not be delivered comes to where replies come, and so finds its way to the message.
        let sender = parse(&mail.reply_to)?;
        let recipient = parse(&mail.to)?;
        // Who is refused here are we, not who it goes to: that is mended, and the mail goes out then.
        connection.command(Mail::new(Some(sender), vec![])).map_err(|error| Undelivered::Later(said(&error)))?;
        connection.command(Rcpt::new(recipient, vec![])).map_err(|error| before(&error))?;
        connection.command(Data).map_err(|error| before(&error))?;
        connection.message(bytes).map(|_| ()).map_err(|error| match () {
            () if error.is_permanent() => Undelivered::Never(said(&error)),
            () if error.is_transient() => Undelivered::Later(said(&error)),
            () => Undelivered::Unknown(said(&error)),
        })
    }
}

impl Courier for Smtp {
    fn deliver(&self, mail: &Outgoing) -> Result<(), Undelivered> {
        let bytes = compose(mail).map_err(Undelivered::Never)?;
        let mut connection = self.connect()?;
        let handed = Self::hand_over(&mut connection, mail, &bytes);
        if handed.is_ok() {
            // It was taken; how the server says farewell does not matter.
            let _ = connection.quit();
        } else {
            connection.abort();
        }
        handed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::couriers::courier::Picture;
    use heard_domain::time::Time;

    fn mail() -> Outgoing {
        Outgoing {
            to: "ann@example.org".into(),
            from_name: "Northwind".into(),
            from: "care@example.com".into(),
            reply_to: "reply+00ff@example.com".into(),
            subject: "Your bag".into(),
            text: "It is found.".into(),
            html: "<p>It is found.</p>".into(),
            pictures: vec![],
            message_id: "<1@example.com>".into(),
            answers: None,
            auto: false,
            unsubscribe: None,
            at: Time(1_774_180_800_000),
        }
    }

    fn headers(mail: &Outgoing) -> Vec<String> {
        let bytes = String::from_utf8(compose(mail).unwrap()).unwrap();
        let (head, _) = bytes.split_once("\r\n\r\n").unwrap();
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn nothing_that_is_written_becomes_a_header() {
        let hostile = "Hello\r\nBcc: all@example.org\r\n\r\n<script>";
        let mail =
            Outgoing { subject: hostile.into(), from_name: hostile.into(), text: hostile.into(), html: hostile.into(), ..mail() };
        for header in headers(&mail) {
            let name = header.split(':').next().unwrap().to_lowercase();
            let known = ["from", "reply-to", "to", "subject", "date", "message-id", "mime-version", "content-type"];
            assert!(known.contains(&name.as_str()), "{header}");
        }
        for bad in [
            Outgoing { to: "ann@example.org\r\nBcc: x@example.org".into(), ..mail.clone() },
            Outgoing { message_id: "<1@example.com>\r\nBcc: x@example.org".into(), ..mail.clone() },
            Outgoing { answers: Some("<1>\r\nBcc: x".into()), ..mail.clone() },
            Outgoing { unsubscribe: Some("https://example.com/\r\nBcc: x".into()), ..mail.clone() },
            Outgoing { reply_to: "a b@example.com".into(), ..mail.clone() },
        ] {
            assert!(compose(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn pictures_stand_beside_the_markup_that_names_them() {
        let picture = Picture { name: "bars".into(), png: b"\x89PNG".to_vec() };
        let mail = Outgoing { html: "<img src=\"cid:bars\">".into(), pictures: vec![picture.clone()], ..mail() };
        let bytes = String::from_utf8(compose(&mail).unwrap()).unwrap();
        let places: Vec<usize> = ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "<bars>"]
            .iter()
            .map(|part| bytes.find(part).unwrap_or_else(|| panic!("no {part} in {bytes}")))
            .collect();
        assert!(places.is_sorted_by(|a, b| a < b) || places[4] > places[3], "{bytes}");
        let bad = Outgoing { pictures: vec![Picture { name: "a\r\nBcc: x".into(), ..picture }], ..mail };
        assert!(compose(&bad).is_err());
    }

    #[test]
    fn letters_can_be_ended_by_one_press_and_programs_do_not_answer() {
        let letter = Outgoing { auto: true, unsubscribe: Some("https://heard.example.com/u/00ff".into()), ..mail() };
        let headers = headers(&letter).join("\n");
        for line in [
            "List-Unsubscribe: <https://heard.example.com/u/00ff>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Auto-Submitted: auto-generated",
            "Message-ID: <1@example.com>",
            "Reply-To: reply+00ff@example.com",
        ] {
            assert!(headers.contains(line), "{line}\n{headers}");
        }
    }
}
