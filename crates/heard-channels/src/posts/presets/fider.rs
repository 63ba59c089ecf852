//! Ideas as Fider exports them.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, Preset, TABLE};

/// Recognised by the number, the words and the answer of the company.
pub const FIDER: Preset = Preset {
    name: "fider",
    label: "Fider",
    headers: &[&["number", "title", "description", "created_at", "created_by", "status", "response"]],
    columns: &[
        ("number", As::Key),
        ("created_at", As::Time),
        ("title", As::Text),
        ("description", As::Text),
        ("created_by", As::Author),
        ("status", As::Attribute("Status")),
        ("tags", As::Attribute("Tags")),
        ("votes_count", As::Skip),
        ("comments_count", As::Skip),
        ("total_votes", As::Skip),
        ("total_comments", As::Skip),
        ("responded_by", As::Skip),
        ("responded_at", As::Skip),
        ("response", As::Skip),
        ("original_number", As::Skip),
        ("original_title", As::Skip),
    ],
    zone: Some("UTC"),
    channel: Channel::Community,
    post: "Fider",
    ..TABLE
};
