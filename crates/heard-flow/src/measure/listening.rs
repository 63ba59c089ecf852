//! How the listening posts fare: what was heard lately, what went wrong last, and which have grown quiet. Answered from small
//! tables and the day cubes, however much feedback there is.

use std::collections::BTreeMap;

use heard_domain::health::{Health, LOOK_BACK, Trouble, quiet};
use heard_domain::id::PostId;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Time};
use heard_domain::user::Grant;
use heard_store::tables;

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The days that are shown one by one.
const SHOWN: i32 = 28;

/// The health of all posts in sight, by identifier.
pub async fn all(flow: &Flow, scope: &Scope) -> Result<BTreeMap<PostId, Health>, FlowError> {
    let posts = flow.directory().posts.iter().map(|post| post.id).filter(|id| scope.sees(*id)).collect();
    of(flow, scope, posts).await
}

/// The health of one post in sight.
pub async fn one(flow: &Flow, scope: &Scope, id: PostId) -> Result<Health, FlowError> {
    let known = scope.sees(id) && flow.directory().posts.iter().any(|post| post.id == id);
    let found = if known { of(flow, scope, vec![id]).await?.remove(&id) } else { None };
    found.ok_or(FlowError::Missing("listening post"))
}

async fn of(flow: &Flow, scope: &Scope, posts: Vec<PostId>) -> Result<BTreeMap<PostId, Health>, FlowError> {
    need(scope, Grant::ReadFigures)?;
    let today = flow.directory().company.zone.day(flow.now());
    let asked = posts.clone();
    let read = flow.store.read(scope, move |view| {
        let last = tables::health::last_heard(view)?;
        let volumes = tables::health::volumes(view, &asked, today + -LOOK_BACK, today)?;
        Ok((last, volumes, tables::health::troubles(view)?))
    });
    let (last, volumes, troubles) = read.await?;
    let mut by_post: BTreeMap<PostId, Vec<(Day, i64)>> = BTreeMap::new();
    for (post, day, volume) in volumes {
        by_post.entry(post).or_default().push((day, volume));
    }
    let health = |post: PostId| {
        let heard: Option<Time> = last.iter().find(|(of, _)| *of == post).map(|(_, at)| *at);
        let troubles = troubles.iter().filter(|(of, _)| *of == post).map(|(_, trouble)| trouble.clone()).collect();
        (post, told(post, heard, by_post.get(&post).map_or(&[], Vec::as_slice), troubles, today))
    };
    Ok(posts.into_iter().map(health).collect())
}

fn told(post: PostId, last_heard: Option<Time>, volumes: &[(Day, i64)], troubles: Vec<Trouble>, today: Day) -> Health {
    let on = |day: Day| volumes.iter().find(|(of, _)| *of == day).map_or(0, |(_, volume)| *volume);
    let days: Vec<i64> = (0..SHOWN).rev().map(|back| on(today + -back)).collect();
    let spoken: Vec<Day> = volumes.iter().map(|(day, _)| *day).collect();
    Health {
        post,
        last_heard,
        week: days.iter().rev().take(7).sum(),
        month: days.iter().sum(),
        days,
        quiet: quiet(&spoken, today),
        troubles,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_weeks_are_counted() {
        let today = Day(20_000);
        let volumes: Vec<(Day, i64)> = (0..40).rev().map(|back| (today + -back, 2)).collect();
        let health = told(PostId(1), Some(Time(5)), &volumes, vec![], today);
        assert_eq!((health.week, health.month, health.days.len(), health.quiet), (14, 56, 28, None));
        let silent = told(PostId(1), Some(Time(5)), &volumes, vec![], today + 3);
        assert_eq!((silent.week, silent.quiet.map(|quiet| (quiet.days, quiet.usual))), (8, Some((3, 0))));
        assert_eq!(told(PostId(1), None, &[], vec![], today).month, 0);
    }
}
