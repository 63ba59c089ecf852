//! Survey answers as Formbricks exports them: wide, one row per response; and long, one row per answer, of which those of one
//! submission become one feedback.

use heard_domain::channel::Channel;
use heard_domain::import::Meaning;
use heard_domain::score::Formula;

use crate::posts::gather::{ANSWER, Gather};
use crate::posts::preset::{As, Preset, TABLE};

/// Recognised by the columns in front of the questions. What the questions ask is guessed from their words.
pub const FORMBRICKS_WIDE: Preset = Preset {
    name: "formbricks",
    label: "Formbricks",
    headers: &[&["No.", "Response ID", "Timestamp", "Finished", "Survey ID"]],
    columns: &[
        ("No.", As::Skip),
        ("Response ID", As::Key),
        ("Timestamp", As::Time),
        ("Finished", As::Skip),
        ("Quotas", As::Skip),
        ("Survey ID", As::Skip),
        ("Formbricks ID (internal)", As::Skip),
        ("User ID", As::PersonKey),
        ("Notes", As::Skip),
        ("Tags", As::Attribute("Tags")),
        ("url", As::Skip),
        ("country", As::Attribute("Country")),
        ("userAgent - os", As::Attribute("Operating system")),
        ("userAgent - device", As::Attribute("Device")),
        ("userAgent - browser", As::Attribute("Browser")),
        ("email", As::Email),
        ("language", As::Attribute("Language")),
    ],
    // The ids of what was chosen say nothing that the choices do not say; contact details are several facts in one cell.
    others: |column| {
        let skipped = column.ends_with(" - Option ID") || column.to_lowercase().contains("contact details");
        skipped.then_some(Meaning::Skip)
    },
    zone: Some("UTC"),
    channel: Channel::Survey,
    post: "Formbricks survey",
    ..TABLE
};

/// One row per answer, as the hub takes and gives them.
pub const FORMBRICKS_LONG: Preset = Preset {
    name: "formbricks-long",
    label: "Formbricks (one row per answer)",
    headers: &[&["submission_id", "field_id", "field_type", "value"], &["submission_id", "field_id", "field_type", "value_text"]],
    gather: Some(&Gather {
        by: "submission_id",
        question: &["field_label", "field_id"],
        kind: "field_type",
        answer: &["value", "value_text", "value_number", "value_boolean", "value_date"],
        own: &[
            "field_id",
            "field_label",
            "field_group_id",
            "field_group_label",
            "value_id",
            "id",
            "created_at",
            "updated_at",
            "metadata",
        ],
    }),
    columns: &[
        ("submission_id", As::Key),
        ("collected_at", As::Time),
        ("email", As::Email),
        ("user_id", As::PersonKey),
        ("user_identifier", As::PersonKey),
        ("language", As::Attribute("Language")),
        ("source_name", As::Attribute("Source")),
        ("source_type", As::Skip),
        ("source_id", As::Skip),
        ("tenant_id", As::Skip),
    ],
    others: answer,
    zone: Some("UTC"),
    channel: Channel::Survey,
    post: "Formbricks survey",
    ..TABLE
};

/// What an answer means by its kind; ratings of no fixed scale are guessed from their values.
fn answer(column: &str) -> Option<Meaning> {
    let (kind, question) = column.strip_prefix(ANSWER)?.strip_prefix(':')?.split_once(':')?;
    let short: String = question.chars().take(60).collect();
    let rating = |formula: Formula| {
        let (min, max) = formula.range().unwrap_or((0.0, 100.0));
        Some(Meaning::Rating { scale: short.clone(), formula, min, max })
    };
    match kind {
        "text" => Some(Meaning::Text),
        "nps" => Some(Meaning::Rating { scale: "NPS".to_owned(), formula: Formula::Nps, min: 0.0, max: 10.0 }),
        "csat" => rating(Formula::Csat),
        "ces" => rating(Formula::CesMean),
        "rating" => rating(Formula::Stars),
        "categorical" | "boolean" => Some(Meaning::Attribute { name: short }),
        "date" => Some(Meaning::Skip),
        _ => None,
    }
}
