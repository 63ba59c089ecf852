//! Survey answers as `SurveyMonkey` exports them: two header rows, the second with the choices.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, Preset, TABLE};

/// Recognised by the columns that stand before the questions. What the questions ask is guessed from their words.
pub const SURVEYMONKEY: Preset = Preset {
    name: "surveymonkey",
    label: "SurveyMonkey",
    headers: &[
        &["Respondent ID", "Collector ID", "Start Date", "End Date"],
        &["RespondentID", "CollectorID", "StartDate", "EndDate"],
    ],
    columns: &[
        ("Respondent ID", As::Key),
        ("Collector ID", As::Skip),
        ("End Date", As::Time),
        ("Start Date", As::Time),
        ("IP Address", As::Skip),
        ("Email Address", As::Email),
        ("First Name", As::Author),
        ("Last Name", As::Author),
        ("Custom Data 1", As::Attribute("Custom data 1")),
        ("Custom Data", As::Attribute("Custom data 1")),
    ],
    channel: Channel::Survey,
    post: "SurveyMonkey survey",
    ..TABLE
};
