//! Who is told what became of what they raised: the comments that a run of letters answers, as they were when it was reviewed, and who
//! was told of an issue. Whoever reads has settled that it is in sight.

use std::collections::HashSet;

use heard_domain::id::{FeedbackId, IssueId, LetterId, PersonId};
use heard_domain::letter::Letter;
use heard_domain::time::{Day, Time};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::letter::get;
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// A comment, who said it if that is known, and the day.
pub type Raised = (FeedbackId, Option<PersonId>, Day);

fn raised(row: &dyn Row) -> Result<Raised, StoreError> {
    Ok((FeedbackId(row.int(0)?), row.int_or_none(1)?.map(PersonId), Day(row.int(2)? as i32)))
}

/// The comments that were joined to an issue by hand.
pub fn joined(view: &View, issue: IssueId) -> Result<Vec<Raised>, StoreError> {
    let sql = "SELECT feedback.id, feedback.person, feedback.day FROM issue_feedback JOIN feedback ON feedback.id = issue_feedback.feedback
         WHERE issue_feedback.issue = $1 ORDER BY feedback.id";
    view.list(sql, &[issue.into()], raised)
}

/// Keeps the comments that a run answers: who comes later belongs to the next one.
pub fn freeze(tx: &mut Tx, letter: LetterId, comments: &[Raised]) -> Result<(), StoreError> {
    let mut values: Vec<Value<'_>> = Vec::with_capacity(comments.len() * 3);
    for (feedback, person, _) in comments {
        let row: [Value<'_>; 3] = [letter.into(), (*feedback).into(), (*person).into()];
        values.extend(row);
    }
    let sql =
        "INSERT INTO letter_comment (letter, feedback, person) VALUES ($1, $2, $3) ON CONFLICT (letter, feedback) DO NOTHING";
    tx.execute_many(sql, 3, &values)?;
    Ok(())
}

/// The persons to whom a run goes, after one of them, in the order of their identifiers, with the last day on which each spoke of it.
pub fn persons(view: &View, letter: LetterId, after: PersonId, limit: usize) -> Result<Vec<(PersonId, Day)>, StoreError> {
    let sql = "SELECT letter_comment.person, max(feedback.day) FROM letter_comment JOIN feedback ON feedback.id = letter_comment.feedback
         WHERE letter_comment.letter = $1 AND letter_comment.person > $2 GROUP BY letter_comment.person ORDER BY letter_comment.person LIMIT $3";
    let values: [Value<'_>; 3] = [letter.into(), after.into(), limit.into()];
    view.list(sql, &values, |row| Ok((PersonId(row.int(0)?), Day(row.int(1)? as i32))))
}

/// Those of these persons who have a page on which they read what a run answers.
pub fn on_pages(view: &View, letter: LetterId, persons: &[PersonId]) -> Result<HashSet<PersonId>, StoreError> {
    let mut found = HashSet::new();
    for ids in persons.chunks(CHUNK) {
        let (list, more) = one_of(2, ids);
        let values: Vec<Value<'_>> = [letter.into()].into_iter().chain(more).collect();
        let sql = format!(
            "SELECT DISTINCT letter_comment.person FROM letter_comment JOIN thread ON thread.feedback = letter_comment.feedback
             WHERE letter_comment.letter = $1 AND letter_comment.person IN ({list})"
        );
        view.each(&sql, &values, |row| {
            found.insert(PersonId(row.int(0)?));
            Ok(())
        })?;
    }
    Ok(found)
}

/// Those of these comments that have a page.
pub fn with_page(view: &View, comments: &[FeedbackId]) -> Result<HashSet<FeedbackId>, StoreError> {
    let mut found = HashSet::new();
    for ids in comments.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        view.each(&format!("SELECT DISTINCT feedback FROM thread WHERE feedback IN ({list})"), &values, |row| {
            found.insert(FeedbackId(row.int(0)?));
            Ok(())
        })?;
    }
    Ok(found)
}

/// The runs about an issue, the newest first.
pub fn runs(view: &View, issue: IssueId) -> Result<Vec<Letter>, StoreError> {
    let ids =
        view.list("SELECT id FROM letter WHERE issue = $1 ORDER BY id DESC", &[issue.into()], |row| Ok(LetterId(row.int(0)?)))?;
    Ok(ids.into_iter().map(|id| get(view, id)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The comments that a run answers.
pub fn answered(view: &View, letter: LetterId) -> Result<Vec<FeedbackId>, StoreError> {
    let sql = "SELECT feedback FROM letter_comment WHERE letter = $1 ORDER BY feedback";
    view.list(sql, &[letter.into()], |row| Ok(FeedbackId(row.int(0)?)))
}

/// The runs that went out and answer a comment, the oldest first.
pub fn answering(view: &View, feedback: FeedbackId) -> Result<Vec<(Letter, Time)>, StoreError> {
    let sql = "SELECT letter.id, letter.reviewed FROM letter_comment JOIN letter ON letter.id = letter_comment.letter
         WHERE letter_comment.feedback = $1 AND letter.reviewed IS NOT NULL ORDER BY letter.reviewed, letter.id";
    let ids = view.list(sql, &[feedback.into()], |row| Ok((LetterId(row.int(0)?), Time(row.int(1)?))))?;
    let mut found = Vec::with_capacity(ids.len());
    for (id, at) in ids {
        found.extend(get(view, id)?.map(|letter| (letter, at)));
    }
    Ok(found)
}

/// The persons whose letter about an issue the mail server has taken.
pub fn told(view: &View, issue: IssueId) -> Result<HashSet<PersonId>, StoreError> {
    let sql = "SELECT DISTINCT message.person FROM message JOIN letter ON letter.id = message.letter
         WHERE letter.issue = $1 AND message.state = 'sent' AND message.person IS NOT NULL";
    Ok(view.list(sql, &[issue.into()], |row| Ok(PersonId(row.int(0)?)))?.into_iter().collect())
}

/// The comments that runs about an issue have answered on their pages.
pub fn told_on_pages(view: &View, issue: IssueId) -> Result<HashSet<FeedbackId>, StoreError> {
    let sql = "SELECT DISTINCT letter_comment.feedback FROM letter_comment JOIN letter ON letter.id = letter_comment.letter
         JOIN thread ON thread.feedback = letter_comment.feedback WHERE letter.issue = $1 AND letter.reviewed IS NOT NULL";
    Ok(view.list(sql, &[issue.into()], |row| Ok(FeedbackId(row.int(0)?)))?.into_iter().collect())
}

/// The comments that came to be told: their person's letter was taken, or it stands on their page.
pub(crate) fn comments(view: &View, each: &mut dyn FnMut(i64)) -> Result<(), StoreError> {
    let mailed =
        "SELECT DISTINCT letter_comment.feedback FROM letter_comment JOIN message ON message.letter = letter_comment.letter
         AND message.person = letter_comment.person WHERE message.state = 'sent'";
    let shown = "SELECT DISTINCT letter_comment.feedback FROM letter_comment JOIN letter ON letter.id = letter_comment.letter
         JOIN thread ON thread.feedback = letter_comment.feedback WHERE letter.reviewed IS NOT NULL";
    for sql in [mailed, shown] {
        view.each(sql, &[], |row| {
            each(row.int(0)?);
            Ok(())
        })?;
    }
    Ok(())
}

/// A person is removed: which comments a run answered stays, who said them does not.
pub(crate) fn erase(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    tx.execute("UPDATE letter_comment SET person = NULL WHERE person = $1", &[person.into()])?;
    Ok(())
}

/// A comment goes.
pub(crate) fn forget(tx: &mut Tx, feedback: FeedbackId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM letter_comment WHERE feedback = $1", &[feedback.into()])?;
    Ok(())
}
