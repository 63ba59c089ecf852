//! A mailbox is looked into again and again. How far it was read is kept after every mail, and what was taken in is known by its
//! bytes: the program may be killed at any moment, and the server may number its mails anew.

use std::sync::Arc;
use std::time::Duration;

use heard_channels::posts::imap::{Imap, Position};
use heard_domain::health::Way;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::tables::mailbox::Mailbox;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::mail::receive;
use crate::hear::trouble;

/// The name of the mailbox in the tables.
pub const NAME: &str = "inbox";
/// So many mails are fetched at one look.
const AT_ONCE: usize = 20;

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

/// Looks once; whether there is more.
pub async fn look(flow: &Arc<Flow>, imap: &Imap) -> Result<bool, FlowError> {
    let scope = Scope::system();
    let mut mailbox = flow.store.read(&scope, |view| tables::mailbox::get(view, NAME)).await?.unwrap_or_default();
    let at = Position { validity: mailbox.validity, last: mailbox.last };
    let own = imap.clone();
    let looked = tokio::task::spawn_blocking(move || own.look(at, AT_ONCE)).await.map_err(FlowError::internal)?;
    mailbox.looked = Some(flow.now());
    let found = match looked {
        Ok(found) => found,
        Err(reason) => {
            mailbox.trouble = Some(reason.clone());
            keep(flow, mailbox).await?;
            return Err(FlowError::Conflict(reason));
        }
    };
    mailbox.trouble = None;
    if found.validity != mailbox.validity {
        (mailbox.validity, mailbox.last) = (found.validity, 0);
    }
    for mail in found.mails {
        match mail.raw {
            Some(raw) => {
                receive(flow, raw).await?;
            }
            None => large(flow).await?,
        }
        mailbox.last = mailbox.last.max(mail.uid);
        keep(flow, mailbox.clone()).await?;
    }
    keep(flow, mailbox).await?;
    Ok(found.more)
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
