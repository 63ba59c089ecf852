//! All known layouts, in the order in which they are tried.

use heard_domain::import::FileFormat;

use crate::posts::preset::Preset;
use crate::posts::presets::native::{NATIVE_CSV, NATIVE_JSONL};
use crate::posts::presets::qualtrics::QUALTRICS;
use crate::posts::presets::trustpilot::TRUSTPILOT;
use crate::posts::shape::Shape;

/// All known layouts.
pub const PRESETS: &[Preset] = &[NATIVE_CSV, NATIVE_JSONL, TRUSTPILOT, QUALTRICS];

/// The layout of a file, if it is known: by its columns, never by its name.
pub fn recognise(shape: &Shape) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.fits(shape))
}

/// A layout by its code.
pub fn named(name: &str, format: FileFormat) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name && preset.format == format)
}
