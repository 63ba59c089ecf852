//! Posts on Bluesky: records as the protocol has them, alone, in a list of records, or within a feed or a search.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, JSON, Keyed, Preset};

/// Recognised by the text, the time and the languages or the type of a record, wherever the record stands.
pub const BLUESKY: Preset = Preset {
    name: "bluesky",
    label: "Bluesky",
    rows: &["records", "feed", "posts"],
    headers: &[
        &["uri", "value.$type", "value.text", "value.createdAt"],
        &["uri", "post.record.text", "post.record.createdAt"],
        &["post.uri", "post.record.text", "post.record.createdAt"],
        &["uri", "record.text", "record.createdAt", "author.did"],
        &["$type", "text", "createdAt"],
    ],
    columns: &[
        ("uri", As::Key),
        ("post.uri", As::Key),
        ("createdAt", As::Time),
        ("value.createdAt", As::Time),
        ("record.createdAt", As::Time),
        ("post.record.createdAt", As::Time),
        ("text", As::Text),
        ("value.text", As::Text),
        ("record.text", As::Text),
        ("post.record.text", As::Text),
        ("author.displayName", As::Author),
        ("author.handle", As::Handle),
        ("author.did", As::PersonKey),
        ("post.author.displayName", As::Author),
        ("post.author.handle", As::Handle),
        ("post.author.did", As::PersonKey),
        ("langs", As::Attribute("Language")),
        ("value.langs", As::Attribute("Language")),
        ("record.langs", As::Attribute("Language")),
        ("post.record.langs", As::Attribute("Language")),
    ],
    keyed: Keyed::ByContent,
    zone: Some("UTC"),
    channel: Channel::Social,
    post: "Bluesky",
    ..JSON
};
