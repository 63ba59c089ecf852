//! A mailbox is looked into again and again. How far it was read is kept after every mail, and what was taken in is known by its
//! bytes: the program may be killed at any moment, and the server may number its mails anew.

use std::sync::Arc;
use std::time::Duration;

use heard_channels::posts::imap::{Imap, Position};
use heard_domain::health::Way;
use heard_domain::scope::Scope;
use heard_domain::time::{Time, Zone};
use heard_store::tables;
use heard_store::tables::mailbox::Mailbox;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::mail::{receive_as, refuse};
use crate::hear::trouble;

/// The name of the mailbox in the tables.
pub const NAME: &str = "inbox";
/// So many mails are fetched at one look.
const AT_ONCE: usize = 20;
/// After so many failures one mail is left out: it must not stop all that come after it.
const MOST_FAILURES: u32 = 3;
/// Where mails were numbered anew, so many days before the last look are read once more; what is known is known by its bytes.
const OVERLAP_DAYS: i64 = 2;
const DAY_MS: i64 = 86_400_000;

/// Looks into a mailbox every so often until `stop` is done.
pub async fn run(flow: Arc<Flow>, imap: Imap, every: Duration, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    let mut said = None;
    loop {
        let more = match look(&flow, &imap).await {
            Ok(more) => {
                said = None;
                more
            }
            Err(error) => {
                // Every look would say the same: it is said once, and stands on the page of settings.
                let words = error.to_string();
                if said.as_ref() != Some(&words) {
                    tracing::warn!(error = %words, "the mailbox cannot be read: it is tried again");
                    said = Some(words);
                }
                false
            }
        };
        let wait = if more { Duration::ZERO } else { every };
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Looks once; whether there is more. The first look begins with what comes from then on, or with some days of history if that is
/// wanted; where the server has numbered its mails anew, with what came a little before the last look.
pub async fn look(flow: &Arc<Flow>, imap: &Imap) -> Result<bool, FlowError> {
    let (scope, now) = (Scope::system(), flow.now());
    let mut mailbox = flow.store.read(&scope, |view| tables::mailbox::get(view, NAME)).await?.unwrap_or_default();
    let at = Position { validity: mailbox.validity, last: mailbox.last };
    let first = mailbox.validity == 0;
    let days = flow.mailing().map_or(0, |mailing| i64::from(mailing.history_days));
    let day = |time: Time, before: i64| Zone::UTC.day(time.plus_ms(-before * DAY_MS));
    let since = if first { (days > 0).then(|| day(now, days)) } else { mailbox.looked.map(|looked| day(looked, OVERLAP_DAYS)) };
    let own = imap.clone();
    let looked = tokio::task::spawn_blocking(move || own.look(at, since, AT_ONCE)).await.map_err(FlowError::internal)?;
    let found = match looked {
        Ok(found) => found,
        Err(reason) => {
            mailbox.trouble = Some(reason.clone());
            keep(flow, mailbox).await?;
            return Err(FlowError::Conflict(reason));
        }
    };
    (mailbox.looked, mailbox.trouble) = (Some(now), None);
    if let Some(began) = found.began {
        let end = found.mails.first().map_or(found.last, |mail| mail.uid.saturating_sub(1));
        (mailbox.validity, mailbox.last, mailbox.failures) = (found.validity, end, 0);
        mailbox.history = if first { began } else { 0 };
        keep(flow, mailbox.clone()).await?;
    }
    for mail in found.mails {
        let Some(raw) = mail.raw else {
            large(flow).await?;
            mailbox.last = mailbox.last.max(mail.uid);
            keep(flow, mailbox.clone()).await?;
            continue;
        };
        if let Err(error) = receive_as(flow, raw.clone(), mail.uid <= mailbox.history).await {
            if !failed(&mut mailbox, &error) {
                keep(flow, mailbox).await?;
                return Err(error);
            }
            refuse(flow, &raw, &error.to_string()).await?;
        }
        (mailbox.last, mailbox.failures) = (mailbox.last.max(mail.uid), 0);
        keep(flow, mailbox.clone()).await?;
    }
    mailbox.last = mailbox.last.max(found.last);
    keep(flow, mailbox).await?;
    Ok(found.more)
}

/// A mail could not be taken in: whether it is left out from now on. A full disk or too much at once is not its fault.
fn failed(mailbox: &mut Mailbox, error: &FlowError) -> bool {
    mailbox.trouble = Some(format!("a mail cannot be taken in: {error}"));
    if matches!(error, FlowError::Full | FlowError::Busy | FlowError::Stopped) {
        return false;
    }
    mailbox.failures += 1;
    mailbox.failures >= MOST_FAILURES
}

async fn keep(flow: &Flow, mailbox: Mailbox) -> Result<(), FlowError> {
    Ok(flow.store.write(&Scope::system(), move |tx| tables::mailbox::save(tx, NAME, &mailbox)).await?)
}

async fn large(flow: &Flow) -> Result<(), FlowError> {
    let post = flow.directory().posts.iter().find(|post| post.name == "E-mail").map(|post| post.id);
    match post {
        Some(post) => trouble::note(flow, post, Way::Mail, "a mail was left where it is: it is larger than 10 MiB").await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_fails_again_and_again_is_left_out_and_a_full_disk_is_waited_for() {
        let mut mailbox = Mailbox::default();
        for _ in 0..9 {
            assert!(!failed(&mut mailbox, &FlowError::Full));
        }
        assert_eq!(mailbox.failures, 0);
        let broken = FlowError::internal("it is broken");
        assert_eq!([(); 3].map(|()| failed(&mut mailbox, &broken)), [false, false, true]);
        assert!(mailbox.trouble.is_some_and(|trouble| trouble.contains("cannot be taken in")));
    }
}
