//! What routing asks of a comment.

use std::collections::HashSet;

use heard_domain::directory::Directory;
use heard_domain::feedback::Feedback;
use heard_domain::id::AccountId;
use heard_domain::reading::{Passage, Reading};
use heard_domain::rule::{RoutedComment, RoutedPassage};
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;

use crate::act::opening::place_of;
use crate::onward::{HERE, YES};

/// So long after they said so a customer is still there.
const STAYS_MS: i64 = 30 * 60_000;

fn passage(passage: &Passage) -> RoutedPassage {
    RoutedPassage {
        categories: passage.categories.iter().map(|label| label.value).collect(),
        stage: passage.stage.as_ref().map(|label| label.value),
        intents: passage.intents.iter().map(|label| label.value).collect(),
        polarity: passage.sentiment.as_ref().map(|sentiment| sentiment.polarity),
    }
}

/// Whether the customer said that they are still there, not long before `now`.
fn still_there(directory: &Directory, feedback: &Feedback, now: Time) -> bool {
    let attribute = directory.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(HERE));
    let said = feedback.attributes.iter().find(|(id, _)| attribute.is_some_and(|attribute| attribute.id == *id));
    let yes = said.and_then(|(id, value)| directory.value(*id, *value)).is_some_and(|word| word.eq_ignore_ascii_case(YES));
    yes && (0..=STAYS_MS).contains(&(now.0 - feedback.at.0))
}

/// A comment as routing sees it.
pub(crate) fn comment<'a>(
    directory: &Directory,
    feedback: &'a Feedback,
    reading: &Reading,
    key_accounts: &HashSet<AccountId>,
    now: Time,
) -> RoutedComment<'a> {
    let of_post = || directory.posts.iter().find(|post| post.id == feedback.post).and_then(|post| post.touchpoint);
    let touchpoint = feedback.touchpoint.or_else(of_post).and_then(|id| directory.journey.touchpoint(id));
    RoutedComment {
        text: &feedback.text,
        passages: reading.passages.iter().map(passage).collect(),
        account: feedback.account,
        key_account: feedback.account.is_some_and(|account| key_accounts.contains(&account)),
        place: place_of(directory, feedback),
        moment_of_truth: touchpoint.is_some_and(|touchpoint| touchpoint.moment_of_truth),
        still_there: still_there(directory, feedback, now),
    }
}

/// Which of the accounts of these comments are watched most.
pub(crate) fn key_accounts(view: &View, feedback: &[Feedback]) -> Result<HashSet<AccountId>, StoreError> {
    let ids: HashSet<AccountId> = feedback.iter().filter_map(|f| f.account).collect();
    let accounts = tables::account::many(view, &ids.into_iter().collect::<Vec<_>>())?;
    Ok(accounts.into_iter().filter(|account| account.key_account).map(|account| account.id).collect())
}
