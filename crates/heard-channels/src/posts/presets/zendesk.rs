//! Tickets out of Zendesk: lists as CSV, which hold no words but the subject; tickets as JSON, one a line or as the API answers,
//! of which the customer's public comments are taken; and comments by themselves.

use heard_domain::channel::Channel;
use heard_domain::import::Meaning;
use heard_domain::score::Formula;

use crate::posts::preset::{As, JSON, Preset, TABLE, When};
use crate::posts::shaping::{Step, Test};

/// A list of tickets. Fields of one's own carry their kind behind their name: `[list]`, `[txt]`, `[flag]`, `[int]`, `[date]`.
pub const ZENDESK_CSV: Preset = Preset {
    name: "zendesk",
    label: "Zendesk tickets",
    headers: &[
        &["Id", "Requester", "Subject", "Status", "Via", "Created at", "Summation column"],
        &["Id", "Requester", "Requester email", "Subject", "Status", "Created at"],
        &["Id", "Requester", "Subject", "Created at", "Ticket type", "Satisfaction Score"],
    ],
    columns: &[
        ("Id", As::Key),
        ("Created at", As::Time),
        ("Subject", As::Text),
        ("Requester", As::Author),
        ("Requester email", As::Email),
        ("Requester id", As::PersonKey),
        ("Requester external id", As::PersonKey),
        ("Organization", As::Account),
        ("Satisfaction Score", As::Rating("Satisfaction", Formula::GoodShare)),
        ("Group", As::Attribute("Group")),
        ("Tags", As::Attribute("Tags")),
        ("Status", As::Attribute("Status")),
        ("Priority", As::Attribute("Priority")),
        ("Via", As::Attribute("Via")),
        ("Ticket type", As::Attribute("Ticket type")),
        ("Brand", As::Attribute("Brand")),
    ],
    others: |column| match column.trim().rsplit_once(" [") {
        Some((name, "list]" | "flag]")) => Some(Meaning::Attribute { name: name.chars().take(60).collect() }),
        _ => Some(Meaning::Skip),
    },
    zone: Some("UTC"),
    channel: Channel::Ticket,
    post: "Zendesk",
    ..TABLE
};

/// Tickets as JSON. With the comments, the first of them is the description, which is not taken twice.
pub const ZENDESK_TICKETS: Preset = Preset {
    name: "zendesk-tickets",
    label: "Zendesk tickets (JSON)",
    rows: &["tickets", "results"],
    headers: &[
        &["id", "subject", "description", "requester_id", "created_at", "status"],
        &["id", "subject", "requester.id", "created_at", "status", "comments.body"],
    ],
    steps: &[
        Step::Unless { any: &[Test::Missing("comments")], drop: &["description"] },
        Step::Unless {
            any: &[Test::Missing("submitter_id"), Test::Same("submitter_id", "requester_id")],
            drop: &["description"],
        },
        Step::Voices {
            at: "comments",
            words: &["plain_body", "body"],
            html: false,
            only: &[
                &[Test::Is("public", &["true"])],
                &[
                    Test::Same("author_id", "requester_id"),
                    Test::Same("author.id", "requester.id"),
                    Test::Is("author.role", &["end-user"]),
                ],
            ],
        },
    ],
    columns: &[
        ("id", As::Key),
        ("created_at", As::Time),
        ("subject", As::Text),
        ("description", As::Text),
        ("comments", As::Text),
        ("satisfaction_rating.comment", As::Text),
        ("requester.name", As::Author),
        ("requester.email", As::Email),
        ("requester_id", As::PersonKey),
        ("requester.id", As::PersonKey),
        ("organization.name", As::Account),
        ("satisfaction_rating.score", As::Rating("Satisfaction", Formula::GoodShare)),
        ("status", As::Attribute("Status")),
        ("priority", As::Attribute("Priority")),
        ("type", As::Attribute("Ticket type")),
        ("via.channel", As::Attribute("Via")),
        ("tags", As::Attribute("Tags")),
    ],
    zone: Some("UTC"),
    channel: Channel::Ticket,
    post: "Zendesk",
    ..JSON
};

/// Comments by themselves; only where they say who wrote them can customers be told from staff.
pub const ZENDESK_COMMENTS: Preset = Preset {
    name: "zendesk-comments",
    label: "Zendesk comments (JSON)",
    rows: &["comments"],
    headers: &[&["id", "body", "public", "created_at", "author.role"]],
    columns: &[
        ("id", As::Key),
        ("created_at", As::Time),
        ("plain_body", As::Skip),
        ("body", As::Text),
        ("author.name", As::Author),
        ("author.email", As::Email),
        ("author.id", As::PersonKey),
        ("author_id", As::Skip),
        ("via.channel", As::Attribute("Via")),
    ],
    left_out: &[
        ("public", When::IsNot(&["true"]), "an internal note, not for or by customers: left out"),
        ("author.role", When::IsNot(&["end-user"]), "not written by a customer: left out"),
    ],
    zone: Some("UTC"),
    channel: Channel::Ticket,
    post: "Zendesk",
    ..JSON
};
