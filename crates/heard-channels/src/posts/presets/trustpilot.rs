//! Reviews as Trustpilot exports them.

use heard_domain::channel::Channel;
use heard_domain::score::Formula;

use crate::posts::preset::{As, Preset, TABLE};

/// Recognised by the columns that every such export has had; the others come and go.
pub const TRUSTPILOT: Preset = Preset {
    name: "trustpilot",
    label: "Trustpilot",
    headers: &[&["Review Id", "Review Created (UTC)", "Review Title", "Review Content", "Review Stars"]],
    columns: &[
        ("Review Id", As::Key),
        ("Review Created (UTC)", As::Time),
        ("Review Consumer User Id", As::PersonKey),
        ("Review Title", As::Text),
        ("Review Content", As::Text),
        ("Review Stars", As::Rating("Stars", Formula::Stars)),
        ("Source Of Review", As::Attribute("Source of review")),
        ("Review Language", As::Attribute("Language")),
        ("Domain URL", As::Attribute("Domain")),
        ("Webshop Name", As::Attribute("Webshop")),
        ("Business Unit Id", As::Skip),
        ("Tags", As::Attribute("Tags")),
        ("Company Reply Date (UTC)", As::Skip),
        ("Location Name", As::Attribute("Location")),
        ("Location Id", As::Skip),
    ],
    zone: Some("UTC"),
    channel: Channel::Review,
    post: "Trustpilot",
    ..TABLE
};
