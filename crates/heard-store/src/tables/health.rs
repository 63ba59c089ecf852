//! How listening posts fare: when each last heard something, how much on which day, and what last went wrong. Nothing here
//! looks through feedback.

use std::collections::BTreeSet;

use heard_domain::health::{Trouble, Way};
use heard_domain::id::PostId;
use heard_domain::import::ImportState;
use heard_domain::time::{Day, Time};

use crate::cube::ALL;
use crate::error::StoreError;
use crate::sql::driver::{Value, one_of};
use crate::view::{Tx, View};

/// Something was heard at these posts now: once a batch, in its transaction.
pub fn heard(tx: &mut Tx, posts: &BTreeSet<PostId>, now: Time) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = posts.iter().flat_map(|post| [(*post).into(), now.into()]).collect();
    tx.execute_many(
        "INSERT INTO post_heard (post, at) VALUES ($1, $2) ON CONFLICT (post) DO UPDATE SET at = excluded.at
         WHERE post_heard.at < excluded.at",
        2,
        &values,
    )?;
    Ok(())
}

/// When posts in sight last heard something.
pub fn last_heard(view: &View) -> Result<Vec<(PostId, Time)>, StoreError> {
    let mut all =
        view.list("SELECT post, at FROM post_heard ORDER BY post", &[], |row| Ok((PostId(row.int(0)?), Time(row.int(1)?))))?;
    all.retain(|(post, _)| view.scope().sees(*post));
    Ok(all)
}

/// Comments by post and day, ascending by day: one look into the cubes for each.
pub fn volumes(view: &View, posts: &[PostId], first: Day, last: Day) -> Result<Vec<(PostId, Day, i64)>, StoreError> {
    let posts: Vec<PostId> = posts.iter().copied().filter(|post| view.scope().sees(*post)).collect();
    let days: Vec<Day> = (first.0..=last.0).map(Day).collect();
    if posts.is_empty() || days.is_empty() {
        return Ok(vec![]);
    }
    let (day_list, mut values) = one_of(1, &days);
    let (post_list, more) = one_of(values.len() + 1, &posts);
    values.extend(more);
    let sql = format!(
        "SELECT post, day, volume FROM cube WHERE day IN ({day_list}) AND post IN ({post_list}) AND stage = {ALL}
         AND category = {ALL} AND volume > 0 ORDER BY day, post"
    );
    view.list(&sql, &values, |row| Ok((PostId(row.int(0)?), Day(row.int(1)? as i32), row.int(2)?)))
}

/// Something went wrong on a way into a post; of each way the last is kept.
pub fn trouble(tx: &mut Tx, post: PostId, trouble: &Trouble) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO post_trouble (post, way, at, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT (post, way) DO UPDATE SET at = excluded.at, reason = excluded.reason",
        &[post.into(), trouble.way.code().into(), trouble.at.into(), (&trouble.reason).into()],
    )?;
    Ok(())
}

/// What last went wrong at posts in sight, on every way, newest first. Imports tell their own failures.
pub fn troubles(view: &View) -> Result<Vec<(PostId, Trouble)>, StoreError> {
    let mut all = view.list("SELECT post, way, at, reason FROM post_trouble", &[], |row| {
        let trouble = Trouble { way: row.text(1)?.parse()?, at: Time(row.int(2)?), reason: row.text(3)?.to_owned() };
        Ok((PostId(row.int(0)?), trouble))
    })?;
    let sql = "SELECT i.post, i.name, i.failure, i.at FROM import i
               JOIN (SELECT post, max(id) AS id FROM import WHERE post IS NOT NULL AND state = $1 GROUP BY post) AS latest
               ON latest.id = i.id WHERE i.failure IS NOT NULL";
    all.extend(view.list(sql, &[ImportState::Failed.code().into()], |row| {
        let reason = format!("{}: {}", row.text(1)?, row.text(2)?);
        Ok((PostId(row.int(0)?), Trouble { way: Way::Import, at: Time(row.int(3)?), reason }))
    })?);
    all.retain(|(post, _)| view.scope().sees(*post));
    all.sort_by_key(|(_, trouble)| std::cmp::Reverse(trouble.at));
    Ok(all)
}

/// What last went wrong on one way into a post.
pub fn last_trouble(view: &View, post: PostId, way: Way) -> Result<Option<Trouble>, StoreError> {
    let sql = "SELECT at, reason FROM post_trouble WHERE post = $1 AND way = $2";
    let found = view.one(sql, &[post.into(), way.code().into()], |row| {
        Ok(Trouble { way, at: Time(row.int(0)?), reason: row.text(1)?.to_owned() })
    })?;
    Ok(found.filter(|_| view.scope().sees(post)))
}
