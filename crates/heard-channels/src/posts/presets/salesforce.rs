//! Cases out of Salesforce: with the names of its API, as exports of data have them, or with the labels of reports.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, Preset, TABLE};

/// Recognised by the number of the case beside what cases have. Names and labels differ in spaces mostly, which do not count.
pub const SALESFORCE: Preset = Preset {
    name: "salesforce",
    label: "Salesforce cases",
    headers: &[
        &["CaseNumber", "Subject", "Status", "CreatedDate"],
        &["Case Number", "Subject", "Date/Time Opened"],
        &["Case Number", "Subject", "Opened Date"],
        &["Case Number", "Subject", "Created Date"],
    ],
    columns: &[
        ("CaseNumber", As::Key),
        ("Id", As::Skip),
        ("Case ID", As::Skip),
        ("CreatedDate", As::Time),
        ("Date/Time Opened", As::Time),
        ("Opened Date", As::Time),
        ("ClosedDate", As::Skip),
        ("Date/Time Closed", As::Skip),
        ("LastModifiedDate", As::Skip),
        ("Subject", As::Text),
        ("Description", As::Text),
        ("Comments", As::Skip),
        ("Internal Comments", As::Skip),
        ("Case Comments", As::Skip),
        ("SuppliedName", As::Author),
        ("Web Name", As::Author),
        ("Contact Name", As::Author),
        ("SuppliedEmail", As::Email),
        ("Web Email", As::Email),
        ("ContactEmail", As::Email),
        ("Contact: Email", As::Email),
        ("SuppliedPhone", As::Phone),
        ("Web Phone", As::Phone),
        ("ContactPhone", As::Phone),
        ("ContactId", As::PersonKey),
        ("Contact ID", As::PersonKey),
        ("SuppliedCompany", As::Account),
        ("Account Name", As::Account),
        ("Account.Name", As::Account),
        ("AccountId", As::Skip),
        ("Account ID", As::Skip),
        ("OwnerId", As::Skip),
        ("Case Owner", As::Skip),
        ("CreatedById", As::Skip),
        ("Status", As::Attribute("Status")),
        ("Origin", As::Attribute("Origin")),
        ("Case Origin", As::Attribute("Origin")),
        ("Priority", As::Attribute("Priority")),
        ("Reason", As::Attribute("Reason")),
        ("Case Reason", As::Attribute("Reason")),
        ("Type", As::Attribute("Type")),
    ],
    channel: Channel::Ticket,
    post: "Salesforce cases",
    ..TABLE
};
