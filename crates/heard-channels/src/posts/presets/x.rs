//! Posts out of the archive that X hands to an account: a script that assigns a list, which is read and never run.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, JSON, Preset, When};
use crate::posts::shaping::Step;

/// Recognised by the id and the full text, below `tweet` or not.
pub const X: Preset = Preset {
    name: "x",
    label: "X archive",
    headers: &[&["tweet.id_str", "tweet.full_text", "tweet.created_at"], &["id_str", "full_text", "created_at"]],
    steps: &[Step::Unescape("tweet.full_text"), Step::Unescape("full_text")],
    columns: &[
        ("tweet.id_str", As::Key),
        ("id_str", As::Key),
        ("tweet.created_at", As::Time),
        ("created_at", As::Time),
        ("tweet.full_text", As::Text),
        ("full_text", As::Text),
        ("user.name", As::Author),
        ("user.screen_name", As::Handle),
        ("tweet.lang", As::Attribute("Language")),
        ("lang", As::Attribute("Language")),
    ],
    left_out: &[
        ("tweet.full_text", When::Begins("RT @"), "a post of somebody else, passed on: left out"),
        ("full_text", When::Begins("RT @"), "a post of somebody else, passed on: left out"),
    ],
    zone: Some("UTC"),
    channel: Channel::Social,
    post: "X",
    ..JSON
};
