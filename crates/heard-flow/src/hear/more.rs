//! A customer writes more on their page before anybody has taken it up: it is heard as another comment at the same post.

use heard_domain::feedback::{NewAuthor, NewFeedback};
use heard_domain::hex::hex;
use heard_domain::id::PostId;
use heard_domain::scope::Scope;
use sha2::{Digest, Sha256};

use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::take::{Heard, take_from};

/// Hears it; the same words on the same page are one comment.
pub async fn more(flow: &Flow, token: &str, post: PostId, words: &str) -> Result<(), FlowError> {
    let text = words.replace("\r\n", "\n").trim().to_owned();
    let key = hex(Sha256::digest(format!("{token}\n{text}")).get(..16).unwrap_or_default());
    let new = NewFeedback {
        key: format!("page-{key}"),
        at: flow.now(),
        text,
        author: NewAuthor::default(),
        touchpoint: None,
        ratings: vec![],
        attributes: vec![],
        link: None,
    };
    match take_from(flow, &Scope::system(), post, vec![new], false).await?.into_iter().next() {
        Some(Heard::Refused(bad)) => Err(bad.into()),
        _ => Ok(()),
    }
}
