//! Survey answers as Delighted's API gives them and its users keep them: the person within, times in seconds since 1970, the scale
//! told by the kind of survey, further answers as a list.

use heard_domain::channel::Channel;
use heard_domain::import::Meaning;
use heard_domain::score::Formula;

use crate::posts::preset::{As, JSON, Preset};
use crate::posts::shaping::Step;

/// What stands in front of further answers.
const FURTHER: &str = "additional_answers.";
/// What stands in front of what is known of a person.
const KNOWN: &str = "person_properties.";

/// Recognised by the score, the comment and the kind of survey.
pub const DELIGHTED: Preset = Preset {
    name: "delighted",
    label: "Delighted",
    headers: &[
        &["id", "survey_type", "score", "comment", "created_at"],
        &["id", "score", "permalink", "created_at", "person.id"],
    ],
    steps: &[
        Step::Split { at: "score", by: "survey_type" },
        Step::Named { at: "additional_answers", by: "question.text", value: "value" },
    ],
    columns: &[
        ("id", As::Key),
        ("created_at", As::Time),
        ("comment", As::Text),
        ("person.name", As::Author),
        ("person.email", As::Email),
        ("person.phone_number", As::Phone),
        ("person.id", As::PersonKey),
        ("person", As::PersonKey),
        ("score.nps", As::Rating("NPS", Formula::Nps)),
        ("score.enps", As::Rating("eNPS", Formula::Nps)),
        ("score.csat", As::Rating("CSAT", Formula::Csat)),
        ("score.csat3", As::Mean("CSAT (1-3)", 1.0, 3.0)),
        ("score.ces", As::Rating("Effort", Formula::CesTop)),
        ("score.ces7", As::Rating("Effort (1-7)", Formula::CesAgree)),
        ("score.smileys", As::Mean("Smileys", 1.0, 5.0)),
        ("score.stars", As::Rating("Stars", Formula::Stars)),
        ("score.stars5", As::Rating("Stars", Formula::Stars)),
        ("score.thumbs", As::Rating("Thumbs", Formula::GoodShare)),
        ("score.pmf", As::Mean("Product-market fit", 1.0, 3.0)),
        ("score", As::Rating("NPS", Formula::Nps)),
        ("permalink", As::Link),
        ("tags", As::Attribute("Tags")),
    ],
    others: |column| {
        if let Some(name) = column.strip_prefix(KNOWN) {
            // What the program itself notes is nobody's property.
            return Some(if name.starts_with("Delighted ") && name != "Delighted Source" {
                Meaning::Skip
            } else {
                Meaning::Attribute { name: name.chars().take(60).collect() }
            });
        }
        (!column.starts_with(FURTHER)).then_some(Meaning::Skip)
    },
    zone: Some("UTC"),
    channel: Channel::Survey,
    post: "Delighted",
    ..JSON
};
