//! What every courier does: it hands one message over, and says what became of it.

use heard_domain::time::Time;

/// A mail that leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// To which address.
    pub to: String,
    /// The name that stands beside the company's address.
    pub from_name: String,
    /// The company's address.
    pub from: String,
    /// Where replies, and news that it could not be delivered, arrive.
    pub reply_to: String,
    /// One line.
    pub subject: String,
    /// Its words.
    pub text: String,
    /// The same with markup.
    pub html: String,
    /// The pictures that stand in the markup.
    pub pictures: Vec<Picture>,
    /// The same at every try, with angle brackets.
    pub message_id: String,
    /// What it answers, with angle brackets.
    pub answers: Option<String>,
    /// Whether a program wrote it, so that no other program answers it (RFC 3834).
    pub auto: bool,
    /// Where one press, or one request of a mail program, ends all letters (RFC 8058).
    pub unsubscribe: Option<String>,
    /// When it is sent.
    pub at: Time,
}

/// A picture within a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its name: the markup names it as `cid:` and this. Letters and digits.
    pub name: String,
    /// The file, PNG.
    pub png: Vec<u8>,
}

/// Why a message was not handed over, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// It was not taken this time; it may be later.
    Later(String),
    /// It will never be taken.
    Never(String),
    /// It was on its way when the connection broke: nobody knows whether it was taken.
    Unknown(String),
}

/// Hands messages over. It may take as long as the other side takes: never on an async thread.
pub trait Courier: Send + Sync {
    /// Hands one message over.
    fn deliver(&self, mail: &Outgoing) -> Result<(), Undelivered>;
}
