//! Conversations as Intercom's API gives them: what the customer wrote first, what the customer wrote later, and the rating with
//! its remark. What staff, bots and teams wrote is not taken.

use heard_domain::channel::Channel;
use heard_domain::score::Formula;

use crate::posts::preset::{As, JSON, Preset};
use crate::posts::shaping::{Step, Test};

/// Who is no staff.
const CUSTOMERS: &[&str] = &["user", "lead", "contact", "visitor"];

/// Recognised by the source of a conversation. Conversations that the company began keep the customer's answers and lose its own words.
pub const INTERCOM: Preset = Preset {
    name: "intercom",
    label: "Intercom",
    rows: &["conversations", "data"],
    headers: &[&["id", "created_at", "source.body", "source.author.type"]],
    steps: &[
        Step::Unless {
            any: &[Test::Is("source.author.type", CUSTOMERS)],
            drop: &["source.body", "source.subject", "source.author", "source.url"],
        },
        Step::Html("source.subject"),
        Step::Html("source.body"),
        Step::Voices {
            at: "conversation_parts.conversation_parts",
            words: &["body"],
            html: true,
            only: &[&[Test::Is("author.type", CUSTOMERS)], &[Test::Is("part_type", &["comment"]), Test::Missing("part_type")]],
        },
    ],
    columns: &[
        ("id", As::Key),
        ("created_at", As::Time),
        ("source.subject", As::Text),
        ("source.body", As::Text),
        ("conversation_parts.conversation_parts", As::Text),
        ("conversation_rating.remark", As::Text),
        ("conversation_rating.rating", As::Rating("Conversation rating", Formula::Csat)),
        ("source.author.name", As::Author),
        ("source.author.email", As::Email),
        ("source.author.id", As::PersonKey),
        ("source.type", As::Attribute("Channel")),
        ("state", As::Attribute("State")),
        ("tags.tags.name", As::Attribute("Tags")),
    ],
    zone: Some("UTC"),
    channel: Channel::Chat,
    post: "Intercom",
    ..JSON
};
