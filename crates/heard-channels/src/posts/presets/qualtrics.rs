//! Survey answers as Qualtrics exports them: three header rows (ids, questions, import ids with the time zone).

use heard_domain::channel::Channel;

use crate::posts::preset::{As, Preset, TABLE, When};

/// Recognised by the columns that stand before the questions. What the questions ask is guessed from their words.
pub const QUALTRICS: Preset = Preset {
    name: "qualtrics",
    label: "Qualtrics",
    headers: &[&["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId"]],
    columns: &[
        ("StartDate", As::Skip),
        ("EndDate", As::Skip),
        ("Status", As::Skip),
        ("IPAddress", As::Skip),
        ("Progress", As::Skip),
        ("Duration (in seconds)", As::Skip),
        ("Finished", As::Skip),
        ("RecordedDate", As::Time),
        ("ResponseId", As::Key),
        ("RecipientLastName", As::Author),
        ("RecipientFirstName", As::Author),
        ("RecipientEmail", As::Email),
        ("ExternalReference", As::PersonKey),
        ("LocationLatitude", As::Skip),
        ("LocationLongitude", As::Skip),
        ("DistributionChannel", As::Attribute("Distribution channel")),
        ("UserLanguage", As::Attribute("Language")),
    ],
    left_out: &[
        ("Status", When::Is(&["1"]), "a preview of the survey, not a customer's answer: left out"),
        ("Status", When::Is(&["Survey Preview"]), "a preview of the survey, not a customer's answer: left out"),
        ("Status", When::Is(&["2"]), "a test answer, not a customer's: left out"),
        ("Status", When::Is(&["Survey Test"]), "a test answer, not a customer's: left out"),
        ("Status", When::Is(&["8"]), "marked as spam by Qualtrics: left out"),
        ("Status", When::Is(&["9"]), "marked as spam preview by Qualtrics: left out"),
        ("Status", When::Is(&["Spam"]), "marked as spam by Qualtrics: left out"),
        ("Status", When::Is(&["Possible Spam"]), "marked as spam by Qualtrics: left out"),
    ],
    channel: Channel::Survey,
    post: "Qualtrics survey",
    ..TABLE
};
