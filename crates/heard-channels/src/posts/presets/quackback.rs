//! Posts as Quackback exports them, and as its template for imports has them.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, Keyed, Preset, TABLE};

/// Recognised by the board and the author beside the words.
pub const QUACKBACK: Preset = Preset {
    name: "quackback",
    label: "Quackback",
    headers: &[&["title", "content", "status", "board", "author_name", "vote_count"]],
    columns: &[
        ("id", As::Key),
        ("source_id", As::Key),
        ("created_at", As::Time),
        ("title", As::Text),
        ("content", As::Text),
        ("author_name", As::Author),
        ("author_email", As::Email),
        ("email_verified", As::Skip),
        ("status", As::Attribute("Status")),
        ("tags", As::Attribute("Tags")),
        ("board", As::Attribute("Board")),
        ("vote_count", As::Skip),
    ],
    keyed: Keyed::From(&["title", "author_name", "created_at"]),
    zone: Some("UTC"),
    channel: Channel::Community,
    post: "Quackback",
    ..TABLE
};
