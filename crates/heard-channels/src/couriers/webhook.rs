//! Webhooks out, as Standard Webhooks asks for: what was signed is posted, and the answer says whether it was taken.

use crate::http::{Address, Client, Unsent};

/// What is posted: signed by whoever keeps the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-id`: the same for every try of one message.
    pub id: String,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: String,
    /// `webhook-signature`: `v1,…`.
    pub signature: String,
    /// The body, JSON.
    pub body: Vec<u8>,
}

/// Why a delivery was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Untaken {
    /// It wants no more of them: 410.
    #[error("it answered 410: it wants no more deliveries")]
    Gone,
    /// It answered otherwise than with 2xx.
    #[error("it answered {0}")]
    Answered(u16),
    /// It was not reached.
    #[error(transparent)]
    Unsent(#[from] Unsent),
}

/// Posts it. It blocks its thread.
///
/// # Errors
/// When it was not taken, or nobody knows.
pub fn deliver(client: &Client, address: &Address, signed: &Signed) -> Result<(), Untaken> {
    let headers = [
        ("Content-Type", "application/json"),
        ("webhook-id", signed.id.as_str()),
        ("webhook-timestamp", signed.timestamp.as_str()),
        ("webhook-signature", signed.signature.as_str()),
    ];
    match client.post(address, &headers, &signed.body)? {
        200..=299 => Ok(()),
        410 => Err(Untaken::Gone),
        status => Err(Untaken::Answered(status)),
    }
}
