//! Conversations with customers, and the secrets by which they are entered: kept as hashes only. Whoever reads has settled that it
//! is in sight, or has the secret.

use heard_domain::id::{CaseId, FeedbackId, ThreadId};
use heard_domain::message::Thread;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

fn read(row: &dyn Row) -> Result<Thread, StoreError> {
    Ok(Thread {
        id: ThreadId(row.int(0)?),
        feedback: row.int_or_none(1)?.map(FeedbackId),
        case: row.int_or_none(2)?.map(CaseId),
        address: row.text_or_none(3)?.map(str::to_owned),
        at: Time(row.int(4)?),
    })
}

/// A conversation.
pub fn get(view: &View, id: ThreadId) -> Result<Option<Thread>, StoreError> {
    view.one("SELECT id, feedback, case_id, address, at FROM thread WHERE id = $1", &[id.into()], read)
}

/// The conversation that a secret enters, by its hash.
pub fn by_token(view: &View, hash: &str) -> Result<Option<Thread>, StoreError> {
    let sql =
        "SELECT thread.id, feedback, case_id, address, thread.at FROM thread JOIN thread_token ON thread_token.thread = thread.id
         WHERE thread_token.hash = $1";
    view.one(sql, &[hash.into()], read)
}

/// The conversation of a case, or one in which a comment of it was said.
pub fn of_case(view: &View, case: CaseId) -> Result<Option<Thread>, StoreError> {
    let sql = "SELECT id, feedback, case_id, address, at FROM thread WHERE case_id = $1
         OR feedback IN (SELECT feedback FROM case_feedback WHERE case_id = $1)
         OR id IN (SELECT thread_more.thread FROM thread_more JOIN case_feedback ON case_feedback.feedback = thread_more.feedback
                   WHERE case_feedback.case_id = $1) ORDER BY id LIMIT 1";
    view.one(sql, &[case.into()], read)
}

/// The conversation that began with a comment, or in which it was said later.
pub fn of_feedback(view: &View, feedback: FeedbackId) -> Result<Option<Thread>, StoreError> {
    let sql = "SELECT id, feedback, case_id, address, at FROM thread WHERE feedback = $1
         OR id IN (SELECT thread FROM thread_more WHERE feedback = $1) ORDER BY id LIMIT 1";
    view.one(sql, &[feedback.into()], read)
}

/// The comments that were said in a conversation after the one that it began with, oldest first.
pub fn more(view: &View, thread: ThreadId) -> Result<Vec<FeedbackId>, StoreError> {
    let sql = "SELECT feedback FROM thread_more WHERE thread = $1 ORDER BY feedback";
    view.list(sql, &[thread.into()], |row| Ok(FeedbackId(row.int(0)?)))
}

/// One more comment was said in a conversation.
pub fn add_more(tx: &mut Tx, thread: ThreadId, feedback: FeedbackId) -> Result<(), StoreError> {
    let sql = "INSERT INTO thread_more (feedback, thread) VALUES ($1, $2) ON CONFLICT (feedback) DO NOTHING";
    tx.execute(sql, &[feedback.into(), thread.into()])?;
    Ok(())
}

/// Whether the customer has a secret by which they enter a conversation: one that was shown to them, or went out in a mail that did
/// not come back. Every message of a conversation carries one.
pub fn entered(view: &View, thread: ThreadId) -> Result<bool, StoreError> {
    let given = view.number("SELECT count(*) FROM thread_token WHERE thread = $1", &[thread.into()])?;
    let sql = "SELECT count(*) FROM message WHERE thread = $1 AND state IN ('failed', 'bounced', 'suppressed')";
    Ok(given > view.number(sql, &[thread.into()])?)
}

/// The case to which a comment belongs, the newest, whoever looks.
pub fn case_of(view: &View, feedback: FeedbackId) -> Result<Option<CaseId>, StoreError> {
    let sql = "SELECT case_id FROM case_feedback WHERE feedback = $1 ORDER BY case_id DESC LIMIT 1";
    view.one(sql, &[feedback.into()], |row| Ok(CaseId(row.int(0)?)))
}

/// Begins a conversation.
pub fn insert(tx: &mut Tx, thread: &Thread) -> Result<(), StoreError> {
    let values: [Value<'_>; 5] =
        [thread.id.into(), thread.feedback.into(), thread.case.into(), thread.address.as_deref().into(), thread.at.into()];
    tx.execute("INSERT INTO thread (id, feedback, case_id, address, at) VALUES ($1, $2, $3, $4, $5)", &values)?;
    Ok(())
}

/// Another secret enters a conversation.
pub fn add_token(tx: &mut Tx, hash: &str, thread: ThreadId, at: Time) -> Result<(), StoreError> {
    let sql = "INSERT INTO thread_token (hash, thread, at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING";
    tx.execute(sql, &[hash.into(), thread.into(), at.into()])?;
    Ok(())
}

/// The conversation belongs to a case from now on, if it belonged to none, and the customer is reached at an address, if one is given. It stays
/// with the case where it began: that case may be taken out again of the one of which it became part.
pub fn settle(tx: &mut Tx, id: ThreadId, case: CaseId, address: Option<&str>) -> Result<(), StoreError> {
    let sql = "UPDATE thread SET case_id = coalesce(case_id, $2), address = coalesce(CAST($3 AS TEXT), address) WHERE id = $1";
    tx.execute(sql, &[id.into(), case.into(), address.into()])?;
    Ok(())
}

/// A person is removed: nobody is reached at their addresses any more, nor in the conversations in which they were written to.
pub(crate) fn erase(tx: &mut Tx, threads: &[ThreadId], addresses: &[String]) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = threads.iter().map(|id| (*id).into()).collect();
    tx.execute_many("UPDATE thread SET address = NULL WHERE id = $1", 1, &values)?;
    let values: Vec<Value<'_>> = addresses.iter().map(Value::from).collect();
    tx.execute_many("UPDATE thread SET address = NULL WHERE address = $1", 1, &values)?;
    Ok(())
}
