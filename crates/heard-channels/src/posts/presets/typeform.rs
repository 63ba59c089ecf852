//! Answers to a Typeform, as its results are downloaded: a token, the questions, and what the form knows, of which older files lack some.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, Preset, TABLE};

/// Recognised by the token and the times behind the questions. Where nothing was submitted, the last stage counts as the time.
pub const TYPEFORM: Preset = Preset {
    name: "typeform",
    label: "Typeform",
    headers: &[&["#", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"], &["#", "Start Date (UTC)", "Submit Date (UTC)"]],
    looks: |shape| shape.columns.iter().any(|name| name == "#"),
    columns: &[
        ("#", As::Key),
        ("Submit Date (UTC)", As::Time),
        ("Stage Date (UTC)", As::Time),
        ("Start Date (UTC)", As::Time),
        ("Response Type", As::Attribute("Response type")),
        ("Network ID", As::Skip),
        ("Tags", As::Attribute("Tags")),
        ("Ending", As::Skip),
    ],
    zone: Some("UTC"),
    channel: Channel::Survey,
    post: "Typeform",
    ..TABLE
};
