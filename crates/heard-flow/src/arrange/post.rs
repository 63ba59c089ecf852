//! Listening posts are set up and changed.

use heard_domain::audit::{Act, Noun};
use heard_domain::channel::Channel;
use heard_domain::id::{PlaceId, PostId, TouchpointId, UserId};
use heard_domain::post::Post;
use heard_domain::scope::{Reach, Scope};
use heard_domain::user::Grant;
use heard_store::tables;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// A listening post as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostDraft {
    /// Its name.
    pub name: String,
    /// The way on which customers speak here.
    pub channel: Channel,
    /// The contact it listens at.
    #[serde(default)]
    pub touchpoint: Option<TouchpointId>,
    /// The site where it stands, if it stands at one.
    #[serde(default)]
    pub place: Option<PlaceId>,
    /// Which decision it informs.
    #[serde(default)]
    pub objective: Option<String>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// What happens with what is heard: who reads it when, who acts.
    #[serde(default)]
    pub process: Option<String>,
    /// Within how many hours an answer is promised.
    #[serde(default)]
    pub promise_hours: Option<i32>,
}

impl PostDraft {
    /// A post of which only name and channel are known yet.
    pub fn new(name: impl Into<String>, channel: Channel) -> Self {
        Self {
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
}

impl From<Post> for PostDraft {
    fn from(post: Post) -> Self {
        let Post { id: _, name, channel, touchpoint, place, objective, owner, process, promise_hours } = post;
        Self { name, channel, touchpoint, place, objective, owner, process, promise_hours }
    }
}

/// Sets up a post. Who sees only some posts cannot: they would not see their own.
pub async fn add(flow: &Flow, scope: &Scope, draft: PostDraft) -> Result<Post, FlowError> {
    need(scope, Grant::Shape)?;
    if scope.reach != Reach::Everything {
        return Err(FlowError::Forbidden);
    }
    let post = checked(flow, scope, PostId(flow.id()), draft).await?;
    save(flow, scope, post, Act::Added).await
}

/// The post, if it is in sight.
pub fn seen(flow: &Flow, scope: &Scope, id: PostId) -> Result<Post, FlowError> {
    let directory = flow.directory();
    let found = directory.posts.iter().find(|post| post.id == id && scope.sees(id));
    found.cloned().ok_or(FlowError::Missing("listening post"))
}

/// Changes a post.
pub async fn change(flow: &Flow, scope: &Scope, id: PostId, draft: PostDraft) -> Result<Post, FlowError> {
    need(scope, Grant::Shape)?;
    seen(flow, scope, id)?;
    let post = checked(flow, scope, id, draft).await?;
    save(flow, scope, post, Act::Changed).await
}

async fn save(flow: &Flow, scope: &Scope, post: Post, act: Act) -> Result<Post, FlowError> {
    let (kept, now) = (post.clone(), flow.now());
    flow.store
        .write(scope, move |tx| {
            tables::post::save(tx, &kept)?;
            tables::audit::note(tx, now, act, Noun::Post, kept.id.0, &json!({ "name": kept.name, "channel": kept.channel }))
        })
        .await?;
    flow.refresh().await?;
    Ok(post)
}

async fn checked(flow: &Flow, scope: &Scope, id: PostId, draft: PostDraft) -> Result<Post, FlowError> {
    let directory = flow.directory();
    let name = name("name", &draft.name)?;
    if directory.posts.iter().any(|post| post.id != id && post.name.to_lowercase() == name.to_lowercase()) {
        return Err(FlowError::Taken { field: "name", reason: format!("there is a listening post “{name}” already") });
    }
    if draft.touchpoint.is_some_and(|touchpoint| directory.journey.touchpoint(touchpoint).is_none()) {
        return Err(FlowError::Unknown { field: "touchpoint", what: "touchpoint" });
    }
    if draft.promise_hours.is_some_and(|hours| !(1..=24 * 365).contains(&hours)) {
        return Err(FlowError::rule("promise_hours", "must be 1 to 8760"));
    }
    let before = directory.posts.iter().find(|post| post.id == id).and_then(|post| post.place);
    let place = match draft.place {
        None => None,
        // The place has been removed meanwhile: the post stands nowhere now, which is no mistake of who changes it.
        same if same == before => same.filter(|place| directory.place(*place).is_some()),
        Some(place) if crate::seen::place(flow, scope, place).await?.is_some() => Some(place),
        _ => return Err(FlowError::Unknown { field: "place", what: "place" }),
    };
    if let Some(owner) = draft.owner {
        let known = flow.store.read(&Scope::system(), move |view| tables::user::get(view, owner)).await?;
        if known.is_none() {
            return Err(FlowError::Unknown { field: "owner", what: "user" });
        }
    }
    let line =
        |text: Option<String>| text.map(|text| text.trim().chars().take(300).collect::<String>()).filter(|text| !text.is_empty());
    let PostDraft { channel, touchpoint, objective, owner, process, promise_hours, .. } = draft;
    Ok(Post { id, name, channel, touchpoint, place, objective: line(objective), owner, process: line(process), promise_hours })
}
