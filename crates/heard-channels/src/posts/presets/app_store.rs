//! Reviews in Apple's App Store: the public feed of a country as JSON, and what the App Store Connect API answers.

use heard_domain::channel::Channel;
use heard_domain::score::Formula;

use crate::posts::preset::{As, JSON, Preset, When};

/// The feed: every value stands below `label`; a single review is no list but the review itself.
pub const APP_STORE_FEED: Preset = Preset {
    name: "app-store",
    label: "App Store",
    rows: &["feed.entry"],
    headers: &[&["im:rating.label", "id.label", "content.label"]],
    columns: &[
        ("id.label", As::Key),
        ("updated.label", As::Time),
        ("author.name.label", As::Handle),
        ("title.label", As::Text),
        ("content.label", As::Text),
        ("im:rating.label", As::Rating("Stars", Formula::Stars)),
        ("im:version.label", As::Attribute("App version")),
        ("link.attributes.href", As::Link),
    ],
    left_out: &[("im:rating.label", When::Empty, "the app itself, not a review: left out")],
    zone: Some("UTC"),
    channel: Channel::AppReview,
    post: "App Store",
    ..JSON
};

/// The API of App Store Connect.
pub const APP_STORE_API: Preset = Preset {
    name: "app-store-api",
    label: "App Store Connect",
    rows: &["data"],
    headers: &[&["id", "attributes.rating", "attributes.body", "attributes.createdDate"]],
    columns: &[
        ("id", As::Key),
        ("attributes.createdDate", As::Time),
        ("attributes.reviewerNickname", As::Handle),
        ("attributes.title", As::Text),
        ("attributes.body", As::Text),
        ("attributes.rating", As::Rating("Stars", Formula::Stars)),
        ("attributes.territory", As::Attribute("Country")),
    ],
    zone: Some("UTC"),
    channel: Channel::AppReview,
    post: "App Store",
    ..JSON
};
