//! Listening posts.

use heard_domain::id::{PlaceId, PostId, TouchpointId, UserId};
use heard_domain::post::Post;

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, channel, touchpoint, objective, owner, promise_hours, process, place";

fn read(row: &dyn Row) -> Result<Post, StoreError> {
    Ok(Post {
        id: PostId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        channel: row.text(2)?.parse()?,
        touchpoint: row.int_or_none(3)?.map(TouchpointId),
        objective: row.text_or_none(4)?.map(str::to_owned),
        owner: row.int_or_none(5)?.map(UserId),
        promise_hours: row.int_or_none(6)?.map(|hours| hours as i32),
        process: row.text_or_none(7)?.map(str::to_owned),
        place: row.int_or_none(8)?.map(PlaceId),
    })
}

/// All in sight, by name.
pub fn list(view: &View) -> Result<Vec<Post>, StoreError> {
    let mut posts = view.list(&format!("SELECT {COLUMNS} FROM post ORDER BY name"), &[], read)?;
    posts.retain(|post| view.scope().sees(post.id));
    Ok(posts)
}

/// A post by identifier.
pub fn get(view: &View, id: PostId) -> Result<Option<Post>, StoreError> {
    if !view.scope().sees(id) {
        return Ok(None);
    }
    view.one(&format!("SELECT {COLUMNS} FROM post WHERE id = $1"), &[id.into()], read)
}

/// A post by name.
pub fn by_name(view: &View, name: &str) -> Result<Option<Post>, StoreError> {
    let post = view.one(&format!("SELECT {COLUMNS} FROM post WHERE name = $1"), &[name.into()], read)?;
    Ok(post.filter(|post| view.scope().sees(post.id)))
}

/// Makes a post or changes it. A taken name is a [`StoreError::Conflict`].
pub fn save(tx: &mut Tx, post: &Post) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO post (id, name, channel, touchpoint, objective, owner, promise_hours, process, place)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET name = excluded.name, channel = excluded.channel, touchpoint = excluded.touchpoint,
         objective = excluded.objective, owner = excluded.owner, promise_hours = excluded.promise_hours,
         process = excluded.process, place = excluded.place",
        &[
            post.id.into(),
            (&post.name).into(),
            post.channel.code().into(),
            post.touchpoint.into(),
            post.objective.as_deref().into(),
            post.owner.into(),
            post.promise_hours.into(),
            post.process.as_deref().into(),
            post.place.into(),
        ],
    )?;
    Ok(())
}

/// Removes a post at which nothing was heard; else a [`StoreError::Conflict`].
pub fn remove(tx: &mut Tx, id: PostId) -> Result<(), StoreError> {
    // Asked here because one of the databases has no reference from feedback to its post.
    if tx.number("SELECT count(*) FROM (SELECT 1 FROM feedback WHERE post = $1 LIMIT 1) AS heard", &[id.into()])? > 0 {
        return Err(StoreError::Conflict(format!("something was heard at post {id}")));
    }
    tx.execute("DELETE FROM post WHERE id = $1", &[id.into()])?;
    Ok(())
}
