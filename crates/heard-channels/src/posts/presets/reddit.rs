//! Comments and posts out of the archive that Reddit hands to an account. The addresses of the machines they came from are dropped.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, LeftOut, Preset, TABLE, When};

/// What a moderator or the author took back is gone.
const GONE: &[LeftOut] = &[
    ("body", When::Is(&["[deleted]"]), "taken back by its author: left out"),
    ("body", When::Is(&["[removed]"]), "removed by a moderator: left out"),
];

/// Comments.
pub const REDDIT_COMMENTS: Preset = Preset {
    name: "reddit-comments",
    label: "Reddit comments",
    headers: &[&["id", "permalink", "date", "subreddit", "link", "parent", "body"]],
    columns: &[
        ("id", As::Key),
        ("permalink", As::Link),
        ("date", As::Time),
        ("ip", As::Skip),
        ("subreddit", As::Attribute("Subreddit")),
        ("gildings", As::Skip),
        ("gildings_silver", As::Skip),
        ("gildings_supergold", As::Skip),
        ("link", As::Skip),
        ("parent", As::Skip),
        ("body", As::Text),
        ("media", As::Skip),
    ],
    left_out: GONE,
    zone: Some("UTC"),
    channel: Channel::Community,
    post: "Reddit",
    ..TABLE
};

/// Posts: a title, and words of their own or a link.
pub const REDDIT_POSTS: Preset = Preset {
    name: "reddit-posts",
    label: "Reddit posts",
    headers: &[&["id", "permalink", "date", "subreddit", "title", "url", "body"]],
    columns: &[
        ("id", As::Key),
        ("permalink", As::Link),
        ("date", As::Time),
        ("ip", As::Skip),
        ("subreddit", As::Attribute("Subreddit")),
        ("gildings", As::Skip),
        ("gildings_silver", As::Skip),
        ("gildings_supergold", As::Skip),
        ("title", As::Text),
        ("url", As::Skip),
        ("body", As::Text),
    ],
    left_out: GONE,
    zone: Some("UTC"),
    channel: Channel::Community,
    post: "Reddit",
    ..TABLE
};
