//! Where the rows of a file were heard: at the import's post, or at the one that a row names itself, which is made if it is not
//! there.

use std::collections::HashMap;

use heard_channels::posts::at::At;
use heard_domain::audit::{Act, Noun};
use heard_domain::channel::Channel;
use heard_domain::id::PostId;
use heard_domain::post::Post;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;
use serde_json::json;

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::Flow;

/// The post with this name, made with this identifier if there is none.
pub(crate) fn find_or_make(tx: &mut Tx, now: Time, id: PostId, name: &str, channel: Channel) -> Result<PostId, StoreError> {
    if let Some(post) = tables::post::by_name(tx, name)? {
        return Ok(post.id);
    }
    tables::post::save(tx, &Post::new(id, name.to_owned(), channel))?;
    tables::audit::note(tx, now, Act::Added, Noun::Post, id.0, &json!({ "name": name, "channel": channel }))?;
    Ok(id)
}

/// The posts of rows, in their order; a row that names none, or one whose name cannot be one, belongs to `usual`.
pub(crate) async fn posts(flow: &Flow, usual: (PostId, Channel), rows: &[Option<At>]) -> Result<Vec<PostId>, FlowError> {
    let mut known: HashMap<String, PostId> = HashMap::new();
    let mut new: Vec<(PostId, String, Channel)> = Vec::new();
    let directory = flow.directory();
    for at in rows.iter().flatten().filter(|at| !at.name.is_empty()) {
        if known.contains_key(&at.name) {
            continue;
        }
        let Ok(named) = name("post", &at.name) else { continue };
        let there = directory.posts.iter().find(|post| post.name == named).map(|post| post.id);
        let id = there.unwrap_or_else(|| {
            let id = PostId(flow.id());
            new.push((id, named, at.channel.unwrap_or(usual.1)));
            id
        });
        known.insert(at.name.clone(), id);
    }
    if !new.is_empty() {
        let now = flow.now();
        let make = move |tx: &mut Tx| {
            let made = new.iter().map(|(id, name, channel)| Ok((*id, find_or_make(tx, now, *id, name, *channel)?)));
            made.collect::<Result<HashMap<PostId, PostId>, StoreError>>()
        };
        // Somebody else may have made one of them meanwhile.
        let made = flow.store.write(&Scope::system(), make).await?;
        for id in known.values_mut() {
            *id = made.get(id).copied().unwrap_or(*id);
        }
        flow.refresh().await?;
    }
    Ok(rows.iter().map(|at| at.as_ref().and_then(|at| known.get(&at.name)).copied().unwrap_or(usual.0)).collect())
}
