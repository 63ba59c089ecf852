//! All known layouts, in the order in which they are tried: those with more telling columns first.

use heard_domain::import::FileFormat;

use crate::posts::preset::Preset;
use crate::posts::presets::app_store::{APP_STORE_API, APP_STORE_FEED};
use crate::posts::presets::bluesky::BLUESKY;
use crate::posts::presets::delighted::DELIGHTED;
use crate::posts::presets::discourse::DISCOURSE;
use crate::posts::presets::fider::FIDER;
use crate::posts::presets::formbricks::{FORMBRICKS_LONG, FORMBRICKS_WIDE};
use crate::posts::presets::google_forms::GOOGLE_FORMS;
use crate::posts::presets::google_play::GOOGLE_PLAY;
use crate::posts::presets::intercom::INTERCOM;
use crate::posts::presets::mastodon::MASTODON;
use crate::posts::presets::native::{NATIVE_CSV, NATIVE_JSONL};
use crate::posts::presets::quackback::QUACKBACK;
use crate::posts::presets::qualtrics::QUALTRICS;
use crate::posts::presets::reddit::{REDDIT_COMMENTS, REDDIT_POSTS};
use crate::posts::presets::salesforce::SALESFORCE;
use crate::posts::presets::surveymonkey::SURVEYMONKEY;
use crate::posts::presets::trustpilot::TRUSTPILOT;
use crate::posts::presets::typeform::TYPEFORM;
use crate::posts::presets::x::X;
use crate::posts::presets::zendesk::{ZENDESK_COMMENTS, ZENDESK_CSV, ZENDESK_TICKETS};
use crate::posts::shape::{Family, Shape};

/// All known layouts.
pub const PRESETS: &[Preset] = &[
    NATIVE_CSV,
    NATIVE_JSONL,
    TRUSTPILOT,
    QUALTRICS,
    SURVEYMONKEY,
    TYPEFORM,
    DELIGHTED,
    ZENDESK_CSV,
    ZENDESK_TICKETS,
    ZENDESK_COMMENTS,
    INTERCOM,
    SALESFORCE,
    GOOGLE_PLAY,
    APP_STORE_FEED,
    APP_STORE_API,
    X,
    REDDIT_COMMENTS,
    REDDIT_POSTS,
    BLUESKY,
    MASTODON,
    DISCOURSE,
    FIDER,
    QUACKBACK,
    FORMBRICKS_WIDE,
    FORMBRICKS_LONG,
    GOOGLE_FORMS,
];

/// The layout of a file, if it is known: by its columns, never by its name.
pub fn recognise(shape: &Shape) -> Option<&'static Preset> {
    match shape.known {
        Some(place) => PRESETS.get(place),
        None => PRESETS.iter().find(|preset| preset.fits(shape)),
    }
}

/// Where the layout of a file stands among the known ones.
pub fn place(shape: &Shape) -> Option<usize> {
    PRESETS.iter().position(|preset| preset.fits(shape))
}

/// A layout by its code.
pub fn named(name: &str, format: FileFormat) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name && preset.family == Family::of(format))
}
