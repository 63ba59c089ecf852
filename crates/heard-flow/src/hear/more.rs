//! A customer writes more on their page before anybody has taken it up: it is heard as another comment at the same post, of the same
//! person, and belongs to the same conversation.

use heard_domain::feedback::{NewAuthor, NewFeedback};
use heard_domain::hex::hex;
use heard_domain::id::PostId;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::view::{Tx, View};
use sha2::{Digest, Sha256};

use crate::act::customer::hashed;
use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::take::{Heard, take_from};

/// Hears it; the same words on the same page are one comment.
pub async fn more(flow: &Flow, token: &str, post: PostId, words: &str) -> Result<(), FlowError> {
    let text = words.replace("\r\n", "\n").trim().to_owned();
    let key = hex(Sha256::digest(format!("{token}\n{text}")).get(..16).unwrap_or_default());
    let hash = hashed(token);
    let look = move |view: &View| {
        let Some(thread) = hash.map(|hash| tables::thread::by_token(view, &hash)).transpose()?.flatten() else {
            return Ok((None, vec![]));
        };
        let said = thread.feedback.map(|id| tables::feedback::get(view, id)).transpose()?.flatten();
        let person = said.and_then(|said| said.person);
        let handles = person.map(|person| tables::person::identities(view, person)).transpose()?.unwrap_or_default();
        Ok((Some(thread), handles))
    };
    let (thread, identities) = flow.store.read(&Scope::system(), look).await?;
    let new = NewFeedback {
        key: format!("page-{key}"),
        at: flow.now(),
        text,
        author: NewAuthor { identities, ..NewAuthor::default() },
        touchpoint: None,
        ratings: vec![],
        attributes: vec![],
        link: None,
    };
    let id = match take_from(flow, &Scope::system(), post, vec![new], false).await?.into_iter().next() {
        Some(Heard::Refused(bad)) => return Err(bad.into()),
        Some(Heard::Added(id) | Heard::Known(id) | Heard::Revised(id) | Heard::Differs(id)) => id,
        None => return Ok(()),
    };
    let tie = move |tx: &mut Tx| thread.map_or(Ok(()), |thread| tables::thread::add_more(tx, thread.id, id));
    Ok(flow.store.write(&Scope::system(), tie).await?)
}
