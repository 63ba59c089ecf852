//! Listening posts: the places where Heard listens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::id::{PostId, TouchpointId, UserId};

/// A place where Heard listens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Post {
    /// Its identifier.
    pub id: PostId,
    /// Its name, unique.
    pub name: String,
    /// The way on which customers speak here.
    pub channel: Channel,
    /// The contact it listens at, if it is always the same.
    pub touchpoint: Option<TouchpointId>,
    /// Which decision it informs; a post without one is noise.
    pub objective: Option<String>,
    /// Who answers for it.
    pub owner: Option<UserId>,
    /// Within how many hours a customer is promised an answer.
    pub promise_hours: Option<i32>,
}
