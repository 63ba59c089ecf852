//! Who spoke, and when: of the comments that pass a filter the day, post, person and account of each.

use heard_domain::id::{AccountId, FeedbackId, PersonId, PostId};
use heard_domain::question::Filter;
use heard_domain::time::{Day, Period};

use crate::error::StoreError;
use crate::figures::follow::Followers;
use crate::figures::together::looking;
use crate::view::View;

/// One comment, as rates count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// Which.
    pub feedback: FeedbackId,
    /// The day it was said.
    pub day: Day,
    /// Where it was heard.
    pub post: PostId,
    /// Who said it, if that is known.
    pub person: Option<PersonId>,
    /// For which account, if that is known.
    pub account: Option<AccountId>,
}

/// The comments that pass, by day and identifier.
pub(crate) fn spoken(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
) -> Result<Vec<Spoken>, StoreError> {
    let (mut spoken, _) = looking(view, followers, filter, period, |columns, _, rows| {
        let one = |row: usize| Spoken {
            feedback: FeedbackId(columns.id[row]),
            day: Day(columns.day[row]),
            post: PostId(columns.names.posts.value(columns.post[row].into()).copied().unwrap_or_default()),
            person: columns.names.persons.value(columns.person[row]).map(|id| PersonId(*id)),
            account: columns.names.accounts.value(columns.account[row]).map(|id| AccountId(*id)),
        };
        rows.into_iter().map(one).collect::<Vec<_>>()
    })?;
    spoken.sort_unstable_by_key(|one| (one.day, one.feedback));
    Ok(spoken)
}
