//! Webhooks in: another system hands over what it heard, signed (Standard Webhooks), in Heard's own JSON or in its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{PostId, WebhookId};
use crate::score::Formula;
use crate::time::Time;

/// The longest path into a body, in bytes.
pub const LONGEST_PATH: usize = 200;

/// A rating in the JSON of another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingPath {
    /// Where the value stands.
    pub path: String,
    /// The name of the scale.
    pub scale: String,
    /// How ratings become one figure.
    pub formula: Formula,
}

/// An attribute in the JSON of another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributePath {
    /// The name of the attribute.
    pub name: String,
    /// Where its value stands.
    pub path: String,
}

/// Where the JSON of another system holds what is heard: dotted paths (`data.ticket.id`, `answers.0.text`). An empty path
/// says that it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fields {
    /// The list of feedbacks; empty: the body itself, which is one or a list.
    pub items: String,
    /// What makes it the same feedback when it comes twice; empty: the delivery's own identifier.
    pub key: String,
    /// When it was said: a date, or seconds or milliseconds since 1970; empty: when it arrives.
    pub at: String,
    /// The words.
    pub text: String,
    /// The author's name.
    pub author: String,
    /// The author's e-mail address.
    pub email: String,
    /// The name of the touchpoint.
    pub touchpoint: String,
    /// The address of the original.
    pub link: String,
    /// Ratings, at most 20.
    pub ratings: Vec<RatingPath>,
    /// Attributes, at most 50.
    pub attributes: Vec<AttributePath>,
}

/// A way in for another system. Its secret is shown once, when it is made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    /// Its identifier: deliveries go to `/hooks/{id}`.
    pub id: WebhookId,
    /// The post that hears what is delivered.
    pub post: PostId,
    /// What it is for.
    pub name: String,
    /// How the sender's JSON is understood; none: it is Heard's own.
    pub fields: Option<Fields>,
    /// Since when it is there.
    pub since: Time,
    /// When a delivery was last accepted, to the minute.
    pub seen: Option<Time>,
    /// Until when the secret before this one is still accepted.
    pub old_until: Option<Time>,
}
