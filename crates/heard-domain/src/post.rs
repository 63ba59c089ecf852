//! Listening posts: the places where Heard listens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::id::{PlaceId, PostId, TouchpointId, UserId};

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
    /// The site where it stands, if it stands at one: what is heard here has the attribute `Place`.
    pub place: Option<PlaceId>,
    /// Which decision it informs; a post without one is noise.
    pub objective: Option<String>,
    /// Who answers for it.
    pub owner: Option<UserId>,
    /// What happens with what is heard: who reads it when, who acts.
    pub process: Option<String>,
    /// Within how many hours a customer is promised an answer.
    pub promise_hours: Option<i32>,
}

crate::words! {
    /// What a listening post lacks; while it lacks anything, it is noise.
    Lack {
        /// It informs no decision.
        Objective = "objective", "a decision that it informs";
        /// Nobody answers for it.
        Owner = "owner", "an owner";
        /// Neither is an answer promised, nor does anything happen with what is heard.
        Process = "process", "something that happens with what is heard";
    }
}

impl Post {
    /// A post of which only name and channel are known yet.
    pub fn new(id: PostId, name: impl Into<String>, channel: Channel) -> Self {
        Self {
            id,
            name: name.into(),
            channel,
            touchpoint: None,
            place: None,
            objective: None,
            owner: None,
            process: None,
            promise_hours: None,
        }
    }

    /// What it lacks; nothing: it is a post, not noise.
    pub fn lacks(&self) -> Vec<Lack> {
        let said = |words: &Option<String>| words.as_ref().is_some_and(|words| !words.trim().is_empty());
        let checks = [
            (Lack::Objective, said(&self.objective)),
            (Lack::Owner, self.owner.is_some()),
            (Lack::Process, self.promise_hours.is_some() || said(&self.process)),
        ];
        checks.into_iter().filter(|(_, there)| !there).map(|(lack, _)| lack).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_noise_until_it_lacks_nothing() {
        let mut post = Post::new(PostId(1), "Front desk", Channel::Kiosk);
        assert_eq!(post.lacks(), Lack::ALL);
        post.objective = Some("  ".into());
        post.owner = Some(UserId(1));
        assert_eq!(post.lacks(), [Lack::Objective, Lack::Process]);
        post.objective = Some("Which queue to shorten".into());
        post.process = Some("Read on Mondays".into());
        assert!(post.lacks().is_empty());
        post.process = None;
        post.promise_hours = Some(24);
        assert!(post.lacks().is_empty());
    }
}
