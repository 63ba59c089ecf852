//! How mail goes out and comes in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use heard_channels::couriers::smtp::Smtp;
use heard_channels::posts::imap::Imap;
use heard_channels::tls::{Protection, Security};
use heard_domain::mail::address;
use heard_domain::quiet::QuietHours;
use heard_flow::mailing::{Mailing, MailingShown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How mail goes out and comes in. Without `host` nothing is sent; without `inbox_host` no mailbox is read, and customers answer on pages of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The server that takes mail. `web.public_url` must be set as well: letters carry links.
    pub host: Option<String>,
    /// Its port; by default 465 for `tls` and 587 for the others.
    pub port: Option<u16>,
    /// How the connection is protected: `tls`, `starttls`, or `none` for a server on the same machine.
    pub security: String,
    /// Who Heard is to the server, if it asks.
    pub user: Option<String>,
    /// A file that holds the password, and nothing else.
    pub password_file: Option<PathBuf>,
    /// A file with further root certificates (PEM), for a company that has its own.
    pub roots_file: Option<PathBuf>,
    /// The address from which mail comes, like `care@example.com`.
    pub from: Option<String>,
    /// The address at which replies arrive, like `reply@example.com`: the mailbox that is read. Its server must deliver `reply+anything@example.com` there too.
    pub reply_to: Option<String>,
    /// When nobody is written to unasked, like `21:00-08:00` by the clock of the company; letters wait until then, answers do not. `none`: at any time.
    pub quiet_hours: String,
    /// Whether somebody who writes unasked is told, at most once a day, that it arrived.
    pub receipts: bool,
    /// The server of the mailbox to which replies come (IMAP).
    pub inbox_host: Option<String>,
    /// Its port; by default 993 for `tls` and 143 for the others.
    pub inbox_port: Option<u16>,
    /// How the connection to it is protected: `tls`, `starttls`, or `none` for a server on the same machine.
    pub inbox_security: String,
    /// The user of the mailbox.
    pub inbox_user: Option<String>,
    /// A file that holds the password of the mailbox, and nothing else.
    pub inbox_password_file: Option<PathBuf>,
    /// The folder of the mailbox that is read.
    pub inbox_folder: String,
    /// Every how many seconds the mailbox is looked into.
    pub inbox_every: u64,
    /// So many days of what is in the mailbox already are taken in at the first look, as history: with their dates, and nobody is sent to them. 0: only what comes from then on.
    pub inbox_history_days: u16,
    /// The name under which your own mail server says whether a sender is proven: what stands first in the `Authentication-Results` of its mails. It must remove such lines from mails that come in with its name. Without it nobody's mail counts as proven, and each comment by mail that answers nothing gets a case of its own.
    pub authserv_id: Option<String>,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            security: "tls".into(),
            user: None,
            password_file: None,
            roots_file: None,
            from: None,
            reply_to: None,
            quiet_hours: "21:00-08:00".into(),
            receipts: false,
            inbox_host: None,
            inbox_port: None,
            inbox_security: "tls".into(),
            inbox_user: None,
            inbox_password_file: None,
            inbox_folder: "INBOX".into(),
            inbox_every: 30,
            inbox_history_days: 0,
            authserv_id: None,
        }
    }
}

fn secret(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let text = text.trim_end_matches(['\r', '\n']);
    ensure!(!text.is_empty(), "{} is empty: it must hold the password", file.display());
    Ok(text.to_owned())
}

/// A server on the same machine: nothing on the way can be read by others.
fn local(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn protection(key: &str, said: &str, host: &str, roots: Option<&PathBuf>) -> anyhow::Result<Protection> {
    let security: Security = said.parse().with_context(|| format!("mail.{key}"))?;
    ensure!(
        security != Security::None || local(host),
        "mail.{key}: “none” is only for a server on the same machine; {host} is another one: say tls or starttls"
    );
    Ok(Protection { security, roots: roots.cloned() })
}

impl Mail {
    /// How mail is sent, if a server is named; says what is missing.
    pub fn mailing(&self, site: Option<&str>) -> anyhow::Result<Option<Mailing>> {
        let Some(host) = &self.host else { return Ok(None) };
        let site = site.context("mail.host: web.public_url must be set as well, for letters carry links to pages of Heard")?;
        let protection = protection("security", &self.security, host, self.roots_file.as_ref())?;
        let usual = if protection.security == Security::Tls { 465 } else { 587 };
        let login = match (&self.user, &self.password_file) {
            (Some(user), Some(file)) => Some((user.clone(), secret(file)?)),
            (None, None) => None,
            _ => bail!("mail.user and mail.password_file belong together: set both or none"),
        };
        let from = self.from.as_deref().and_then(address).context("mail.from must be an address like care@example.com")?;
        let reply = self.reply_to.as_deref().map(|given| {
            let clean =
                address(given).filter(|clean| clean.split('@').next().is_some_and(|who| who.len() <= 30 && !who.contains('+')));
            clean.context(
                "mail.reply_to must be an address like reply@example.com, with at most 30 letters and no “+” before the @",
            )
        });
        let reply = reply.transpose()?;
        let halves = reply.as_deref().and_then(|reply| reply.split_once('@'));
        let port = self.port.unwrap_or(usual);
        let quiet = match self.quiet_hours.trim() {
            "none" => None,
            hours => Some(hours.parse::<QuietHours>().context("mail.quiet_hours")?),
        };
        let shown = MailingShown {
            server: format!("{host}:{port}"),
            security: protection.security.label().to_owned(),
            inbox: self.inbox_host.as_ref().map(|host| format!("{} at {host}", self.inbox_user.as_deref().unwrap_or_default())),
        };
        Ok(Some(Mailing {
            courier: Arc::new(Smtp { host: host.clone(), port, protection, login }),
            from,
            reply: halves.map(|(who, host)| (who.to_owned(), host.to_owned())),
            site: site.to_owned(),
            quiet,
            receipts: self.receipts,
            authserv: self.authserv_id.as_ref().map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()),
            history_days: self.inbox_history_days,
            shown,
        }))
    }

    /// The mailbox that is read, if one is named; says what is missing.
    pub fn inbox(&self) -> anyhow::Result<Option<Imap>> {
        let Some(host) = &self.inbox_host else { return Ok(None) };
        ensure!(
            self.host.is_some() && self.reply_to.is_some(),
            "mail.inbox_host: mail.host and mail.reply_to must be set as well"
        );
        let protection = protection("inbox_security", &self.inbox_security, host, self.roots_file.as_ref())?;
        let usual = if protection.security == Security::Tls { 993 } else { 143 };
        let file = self.inbox_password_file.as_deref().context("mail.inbox_password_file must be set")?;
        Ok(Some(Imap {
            host: host.clone(),
            port: self.inbox_port.unwrap_or(usual),
            protection,
            user: self.inbox_user.clone().context("mail.inbox_user must be set")?,
            password: secret(file)?,
            folder: self.inbox_folder.clone(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "secret\n").unwrap();
        let mail = Mail {
            host: Some("smtp.example.com".into()),
            from: Some("care@example.com".into()),
            reply_to: Some("Reply@example.com".into()),
            user: Some("heard".into()),
            password_file: Some(file.clone()),
            inbox_host: Some("imap.example.com".into()),
            inbox_user: Some("reply".into()),
            inbox_password_file: Some(file),
            ..Mail::default()
        };
        let site = Some("https://heard.example.com");
        let mailing = mail.mailing(site).unwrap().unwrap();
        assert_eq!(mailing.reply, Some(("reply".into(), "example.com".into())));
        assert_eq!(mailing.shown.server, "smtp.example.com:465");
        assert_eq!(mail.inbox().unwrap().unwrap().password, "secret");
        assert!(Mail::default().mailing(None).unwrap().is_none() && Mail::default().inbox().unwrap().is_none());
        for (wrong, word) in [
            (Mail { from: None, ..mail.clone() }, "mail.from"),
            (Mail { security: "ssl".into(), ..mail.clone() }, "mail.security"),
            (Mail { security: "none".into(), ..mail.clone() }, "same machine"),
            (Mail { reply_to: Some("a+b@example.com".into()), ..mail.clone() }, "mail.reply_to"),
            (Mail { quiet_hours: "at night".into(), ..mail.clone() }, "mail.quiet_hours"),
            (Mail { password_file: None, ..mail.clone() }, "belong together"),
            (Mail { password_file: Some("/nowhere".into()), ..mail.clone() }, "/nowhere"),
        ] {
            let error = wrong.mailing(site).err().map(|error| format!("{error:#}")).unwrap();
            assert!(error.contains(word), "{error}");
        }
        assert!(mail.mailing(None).err().unwrap().to_string().contains("public_url"));
    }
}
