//! Conversations: which comments belong to one, and which case takes care of it.

use heard_domain::id::{CaseId, FeedbackId};
use heard_domain::kept_case::KeptCase;
use heard_domain::message::Thread;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;

/// A case is part of a case of a case…: so far it is followed.
const MOST_MERGED: usize = 10;

/// A case, the one of which it became part, and so on; the last stands by itself.
pub(crate) fn chain(view: &View, case: CaseId) -> Result<Vec<KeptCase>, StoreError> {
    let (mut found, mut next) = (Vec::new(), Some(case));
    while let Some(id) = next.filter(|_| found.len() < MOST_MERGED) {
        let Some(kept) = tables::case::get(view, id)? else { return Ok(Vec::new()) };
        next = kept.case.merged.map(|(into, _)| into);
        found.push(kept);
    }
    // Longer than anybody merges, or in a circle.
    Ok(if next.is_some() { Vec::new() } else { found })
}

/// The case of which a case is part, however often it was merged.
pub(crate) fn whole(view: &View, case: CaseId) -> Result<Option<KeptCase>, StoreError> {
    Ok(chain(view, case)?.pop())
}

/// The comments of a conversation: the one that it began with, and what was said before anybody took it up.
pub(crate) fn comments_of(view: &View, thread: &Thread) -> Result<Vec<FeedbackId>, StoreError> {
    let more = tables::thread::more(view, thread.id)?;
    Ok(thread.feedback.into_iter().chain(more).collect())
}

/// The case of a conversation, if somebody takes care of it.
pub(crate) fn case_of(view: &View, thread: &Thread) -> Result<Option<CaseId>, StoreError> {
    if thread.case.is_some() {
        return Ok(thread.case);
    }
    for feedback in comments_of(view, thread)? {
        let case = tables::thread::case_of(view, feedback)?;
        if case.is_some() {
            return Ok(case);
        }
    }
    Ok(None)
}
