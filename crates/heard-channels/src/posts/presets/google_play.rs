//! Reviews on Google Play, as the Play Console exports them month by month, in UTF-16.

use heard_domain::channel::Channel;
use heard_domain::score::Formula;

use crate::posts::preset::{As, Keyed, Preset, TABLE};

/// Recognised by the package, the stars and the time. The export names no review, but the moment of its first submission, the
/// language and the device stay the same when the review is changed.
pub const GOOGLE_PLAY: Preset = Preset {
    name: "google-play",
    label: "Google Play",
    headers: &[
        &["Package Name", "Star Rating", "Review Text", "Review Submit Date and Time"],
        &["Package Name", "Star Rating", "Review Text", "Review Submit Millis Since Epoch"],
    ],
    columns: &[
        ("Package Name", As::Attribute("App")),
        ("App Version Code", As::Skip),
        ("App Version Name", As::Attribute("App version")),
        ("Reviewer Language", As::Attribute("Language")),
        ("Device", As::Attribute("Device")),
        ("Review Submit Millis Since Epoch", As::Time),
        ("Review Submit Date and Time", As::Time),
        ("Review Last Update Date and Time", As::Skip),
        ("Review Last Update Millis Since Epoch", As::Skip),
        ("Star Rating", As::Rating("Stars", Formula::Stars)),
        ("Review Title", As::Text),
        ("Review Text", As::Text),
        ("Developer Reply Date and Time", As::Skip),
        ("Developer Reply Millis Since Epoch", As::Skip),
        ("Developer Reply Text", As::Skip),
        ("Review Link", As::Link),
    ],
    keyed: Keyed::From(&[
        "Package Name",
        "Review Submit Date and Time",
        "Review Submit Millis Since Epoch",
        "Reviewer Language",
        "Device",
    ]),
    zone: Some("UTC"),
    channel: Channel::AppReview,
    post: "Google Play",
    ..TABLE
};
