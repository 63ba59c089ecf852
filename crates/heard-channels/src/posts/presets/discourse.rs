//! Posts in a Discourse community, out of the archive that a person or an administrator can ask for.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, Keyed, Preset, TABLE, When};

/// How a Discourse in this or that language says that a post is public.
const NO: &[&str] = &[
    "no",
    "false",
    "0",
    "nein",
    "non",
    "nee",
    "nej",
    "nei",
    "ei",
    "não",
    "nie",
    "ne",
    "nem",
    "нет",
    "ні",
    "いいえ",
    "否",
    "아니오",
    "hayır",
];

/// Recognised by the raw text beside the private mark. Private messages are nobody's feedback and are left out.
pub const DISCOURSE: Preset = Preset {
    name: "discourse",
    label: "Discourse",
    headers: &[&["topic_title", "is_pm", "post_raw", "url", "created_at"]],
    columns: &[
        ("created_at", As::Time),
        ("topic_title", As::Attribute("Topic")),
        ("categories", As::Attribute("Category")),
        ("is_pm", As::Skip),
        ("post_raw", As::Text),
        ("post_cooked", As::Skip),
        ("like_count", As::Skip),
        ("reply_count", As::Skip),
        ("url", As::Link),
    ],
    left_out: &[("is_pm", When::IsNot(NO), "a private message, or nothing says that it is public: left out")],
    keyed: Keyed::From(&["url"]),
    zone: Some("UTC"),
    channel: Channel::Community,
    post: "Discourse community",
    ..TABLE
};
