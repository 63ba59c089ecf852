//! Posts on Mastodon, as its API gives them. Only what everybody may read is taken.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, JSON, Preset, When};
use crate::posts::shaping::Step;

/// Recognised by the markup, the visibility and the account.
pub const MASTODON: Preset = Preset {
    name: "mastodon",
    label: "Mastodon",
    rows: &["statuses"],
    headers: &[&["id", "created_at", "content", "visibility", "account.acct"]],
    steps: &[Step::Html("content"), Step::Html("spoiler_text")],
    columns: &[
        ("id", As::Key),
        ("uri", As::Skip),
        ("created_at", As::Time),
        ("spoiler_text", As::Text),
        ("content", As::Text),
        ("account.display_name", As::Author),
        ("account.acct", As::Handle),
        ("url", As::Link),
        ("language", As::Attribute("Language")),
        ("visibility", As::Skip),
        ("tags.name", As::Attribute("Tags")),
    ],
    left_out: &[
        ("visibility", When::IsNot(&["public", "unlisted"]), "not public: only those it was meant for may read it; left out"),
        ("reblog.id", When::Filled, "a post of somebody else, passed on: left out"),
    ],
    zone: Some("UTC"),
    channel: Channel::Social,
    post: "Mastodon",
    ..JSON
};
