//! Lists of feedback: what is in sight and passes a filter, newest first.

use heard_domain::id::FeedbackId;
use heard_domain::question::{Degraded, Filter};
use heard_domain::time::{Day, Period, Time};

use crate::error::StoreError;
use crate::figures::ask::Sight;
use crate::figures::columns::Columns;
use crate::figures::follow::Followers;
use crate::figures::plan::{lookup, words};
use crate::figures::scan;
use crate::figures::sieve::Sieve;
use crate::tables::{feedback, outbox};
use crate::view::View;

/// One page of what was found, newest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Feedback on this page.
    pub ids: Vec<FeedbackId>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page begins: after this one; `None` at the end.
    pub more: Option<(Time, FeedbackId)>,
    /// Present where the words were searched without the search index.
    pub degraded: Option<Degraded>,
}

/// Finds feedback, newest first, at most `limit` after the cursor.
pub(crate) fn find(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    after: Option<(Time, FeedbackId)>,
    limit: usize,
) -> Result<Found, StoreError> {
    let (mut total, mut page) = (0, Vec::new());
    let after = after.map(|(at, id)| (at.0, id.0));
    let degraded = each(view, followers, filter, period, &mut |columns, row| {
        total += 1;
        let place = (columns.at[row], columns.id[row]);
        if after.is_none_or(|after| place < after) {
            // Sorted rows come newest first: only the tail can still bring something newer than a full page.
            if page.len() <= limit || page.last().is_some_and(|last| *last < place) {
                let at = page.partition_point(|other| *other > place);
                page.insert(at, place);
                page.truncate(limit + 1);
            }
        }
        true
    })?;
    let rest = page.len() > limit;
    page.truncate(limit);
    let more = page.last().filter(|_| rest).map(|(at, id)| (Time(*at), FeedbackId(*id)));
    Ok(Found { ids: page.into_iter().map(|(_, id)| FeedbackId(id)).collect(), total, more, degraded })
}

/// How many of those that came in last are looked through for [`arrived`].
const LOOKED_THROUGH: usize = 1_000;

/// Of what came in last, down to but without `after`, whatever passes a filter: newest first, by when Heard took it in and not
/// by when it was said. At most [`LOOKED_THROUGH`] are looked through, so that it costs the same however much came in.
pub(crate) fn arrived(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    after: FeedbackId,
) -> Result<Vec<FeedbackId>, StoreError> {
    let ids = feedback::latest(view, after, LOOKED_THROUGH)?;
    passing(view, followers, filter, period, ids)
}

/// The next feedbacks by identifier that pass a filter, and after which one to go on; `None` at the end (`up_to`, included).
pub(crate) fn following(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    (after, up_to): (FeedbackId, FeedbackId),
    limit: usize,
) -> Result<(Vec<FeedbackId>, Option<FeedbackId>), StoreError> {
    let mut ids = feedback::following(view, after, limit)?;
    let full = ids.len() == limit;
    ids.retain(|id| *id <= up_to);
    let next = ids.last().copied().filter(|last| full && *last < up_to);
    Ok((passing(view, followers, filter, period, ids)?, next))
}

/// Those that pass a filter, in the order given.
fn passing(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    mut ids: Vec<FeedbackId>,
) -> Result<Vec<FeedbackId>, StoreError> {
    if ids.is_empty() || (filter.is_empty() && period.is_none()) {
        return Ok(ids);
    }
    let sight = Sight::new(view.scope(), filter, &lookup(view, filter, &[], followers.now())?);
    let words = words(filter)?;
    // These few are looked at themselves: what has just arrived is not in the index yet.
    let hits = words.map(|words| scan::among(view, &words, &ids)).transpose()?;
    let columns = followers.columns(outbox::last(view)?)?;
    let columns = &*columns;
    let sieve = Sieve::new(columns, &sight);
    ids.retain(|id| {
        let row = columns.row(id.0);
        hits.as_ref().is_none_or(|hits| hits.contains(&id.0))
            && row.is_some_and(|row| sieve.within(row, period) && sieve.whole(row))
    });
    Ok(ids)
}

/// The day of the newest feedback that passes a filter.
pub(crate) fn newest(view: &View, followers: &Followers, filter: &Filter) -> Result<Option<Day>, StoreError> {
    let mut newest: Option<i32> = None;
    each(view, followers, filter, None, &mut |columns, row| {
        let day = columns.day[row];
        let later = newest.is_none_or(|newest| day > newest);
        if later {
            newest = Some(day);
        }
        // Within the sorted part nothing newer follows.
        later
    })?;
    Ok(newest.map(Day))
}

/// Hands over every row that is in sight and passes: first the tail, then the sorted part, newest first, until `wants`
/// says no within the sorted part. Says so where words were searched without the index.
fn each(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    wants: &mut dyn FnMut(&Columns, usize) -> bool,
) -> Result<Option<Degraded>, StoreError> {
    let sight = Sight::new(view.scope(), filter, &lookup(view, filter, &[], followers.now())?);
    let words = words(filter)?;
    let hits = words.map(|words| followers.hits(view, &words, period)).transpose()?;
    let columns = followers.columns(outbox::last(view)?)?;
    let columns = &*columns;
    let sieve = Sieve::new(columns, &sight);
    let passes = |row: &usize| sieve.within(*row, period) && sieve.whole(*row);
    if let Some(hits) = hits {
        let mut rows: Vec<usize> = hits.ids.into_iter().filter_map(|id| columns.row(id)).collect();
        rows.sort_unstable_by_key(|row| std::cmp::Reverse((columns.at[*row], columns.id[*row])));
        for row in rows.into_iter().filter(passes) {
            wants(columns, row);
        }
        return Ok(hits.degraded);
    }
    let (sorted, tail) = columns.cut(period);
    for row in tail.filter(passes) {
        wants(columns, row);
    }
    for row in sorted.rev().filter(|row| sieve.whole(*row)) {
        if !wants(columns, row) {
            break;
        }
    }
    Ok(None)
}
