//! How Heard sends mail: whoever runs it says so in the configuration; without it nothing is sent.

use std::sync::Arc;

use heard_channels::couriers::courier::Courier;
use heard_domain::quiet::QuietHours;

/// How Heard sends mail.
pub struct Mailing {
    /// Hands mails over.
    pub courier: Arc<dyn Courier>,
    /// The company's address.
    pub from: String,
    /// The two halves of the address at which replies arrive, round the `@`; `None`: replies are not read.
    pub reply: Option<(String, String)>,
    /// The address under which customers reach Heard, without a slash at the end.
    pub site: String,
    /// Whether somebody who writes unasked is told that it arrived.
    pub receipts: bool,
    /// When nobody is written to unasked; answers in cases go out at any time.
    pub quiet: Option<QuietHours>,
    /// The name that our own mail server gives itself where it says whether a sender is proven; `None`: no sender is.
    pub authserv: Option<String>,
    /// So many days of the mailbox are taken in as history at the first look.
    pub history_days: u16,
    /// What a person is shown of it.
    pub shown: MailingShown,
}

/// What a person is shown of how mail goes out and comes in; no secret.
#[derive(Debug, Clone, Default)]
pub struct MailingShown {
    /// The server that takes mail, with its port.
    pub server: String,
    /// How the connection is protected, in a word.
    pub security: String,
    /// The mailbox that is read: its user and server.
    pub inbox: Option<String>,
}

impl Mailing {
    /// Where replies arrive: with the secret of a conversation, where there is one.
    pub(crate) fn reply_to(&self, token: Option<&str>) -> String {
        match (&self.reply, token) {
            (Some((who, host)), Some(token)) => format!("{who}+{token}@{host}"),
            (Some((who, host)), None) => format!("{who}@{host}"),
            (None, _) => self.from.clone(),
        }
    }

    /// The secret in an address at which a reply arrived.
    pub(crate) fn token<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (who, host) = self.reply.as_ref()?;
        let token = address.strip_suffix(host)?.strip_suffix('@')?.strip_prefix(who.as_str())?.strip_prefix('+')?;
        (token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(token)
    }

    /// Whether an address is one of ours: what comes from there is a loop.
    pub(crate) fn ours(&self, address: &str) -> bool {
        let reply = self.reply.as_ref().is_some_and(|(who, host)| {
            address
                .strip_suffix(host.as_str())
                .and_then(|rest| rest.strip_suffix('@'))
                .is_some_and(|rest| rest == who || rest.strip_prefix(who.as_str()).is_some_and(|more| more.starts_with('+')))
        });
        reply || address == self.from
    }

    /// The host that names our mails.
    pub(crate) fn host(&self) -> &str {
        self.from.rsplit('@').next().unwrap_or("localhost")
    }
}
