//! Heard's own layout: what `heard export` writes and what other programs may write.
//!
//! **JSONL**: one feedback a line, the very object that the API takes: `key`, `at` (RFC 3339), `text`, `author` {`name`, `role`,
//! `account`, `identities` [{`kind`, `handle`}]}, `touchpoint`, `ratings` [{`scale`, `formula`, `value`, `min`, `max`}], `attributes`
//! [[name, value], …], `link`. Only `key` and `at` are required. Beside them may stand `post`, the name of the listening post where it
//! was heard, with `channel`, the channel of that post; and `heard`, what Heard found out, which is left out.
//!
//! **CSV**: the columns `post`, `channel`, `key`, `at`, `text`, `author`, `role`, `account`, `email`, `handle`, `phone`, `loyalty`, `external`,
//! `touchpoint`, `link`; a column for every scale, `rating:<formula>:<min>:<max>:<name>` (`rating:nps:0:10:NPS`); and one for every
//! attribute, `attribute:<name>` ([`crate::export::name`] says how odd names are written). Only `key`, `at` and `text` are required, in any order. Several e-mail addresses (handles, …) stand on
//! lines of their own within their cell. A line that a spreadsheet could run has an apostrophe in front
//! ([`crate::export::guard`]), which is taken away again. Columns that begin with `heard:` are what Heard found out; they are left out.

use heard_domain::channel::Channel;
use heard_domain::import::Meaning;

use crate::export::name::from_header;
use crate::export::table::FOUND;
use crate::posts::preset::{As, JSON, Preset, TABLE};

/// The code of both presets in mappings.
pub const NATIVE: &str = "heard";

/// Separated values.
pub const NATIVE_CSV: Preset = Preset {
    name: NATIVE,
    label: "Heard",
    headers: &[&["key", "at", "text"]],
    columns: &[
        ("post", As::Post),
        ("channel", As::Channel),
        ("key", As::Key),
        ("at", As::Time),
        ("text", As::Text),
        ("author", As::Author),
        ("role", As::Role),
        ("account", As::Account),
        ("email", As::Email),
        ("handle", As::Handle),
        ("phone", As::Phone),
        ("loyalty", As::Loyalty),
        ("external", As::PersonKey),
        ("touchpoint", As::Touchpoint),
        ("link", As::Link),
    ],
    others: named,
    zone: Some("UTC"),
    channel: Channel::Api,
    post: "Import",
    ..TABLE
};

/// JSON objects, one a line or in a document. It is read as a whole, so that nothing is lost; the columns are only for the eye.
pub const NATIVE_JSONL: Preset = Preset {
    name: NATIVE,
    label: "Heard",
    headers: &[&["key", "at"]],
    proof: &["ratings.formula", "author.identities.kind"],
    columns: &[
        ("post", As::Post),
        ("channel", As::Channel),
        ("key", As::Key),
        ("at", As::Time),
        ("text", As::Text),
        ("author.name", As::Author),
        ("author.role", As::Role),
        ("author.account", As::Account),
        ("author.identities.kind", As::PersonKey),
        ("author.identities.handle", As::PersonKey),
        ("touchpoint", As::Touchpoint),
        ("link", As::Link),
    ],
    others: |column| {
        let skipped = column == "attributes" || ["ratings.", "heard."].iter().any(|begin| column.starts_with(begin));
        skipped.then_some(Meaning::Skip)
    },
    zone: Some("UTC"),
    channel: Channel::Api,
    post: "Import",
    ..JSON
};

/// The meaning of a column for a rating or an attribute.
fn named(column: &str) -> Option<Meaning> {
    if column.starts_with(FOUND) {
        return Some(Meaning::Skip);
    }
    if let Some(name) = column.strip_prefix("attribute:") {
        return Some(Meaning::Attribute { name: from_header(name).into_owned() });
    }
    let mut parts = column.strip_prefix("rating:")?.splitn(4, ':');
    let formula = parts.next()?.parse().ok()?;
    let (min, max) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Meaning::Rating { scale: from_header(parts.next()?).into_owned(), formula, min, max })
}
