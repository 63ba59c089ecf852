//! Messages that leave Heard: written in the transaction of what asks for them, each key once. Whoever reads has settled that it
//! is in sight.

use std::collections::{HashMap, HashSet};

use heard_domain::id::{CaseEntryId, CaseId, LetterId, MessageId, PersonId, ThreadId};
use heard_domain::message::{Message, MessageState};
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, key, kind, thread, case_id, entry, letter, person, address, subject, text, token, message_id, state, tries, at, sent, reason, asks";

fn read(row: &dyn Row) -> Result<Message, StoreError> {
    Ok(Message {
        id: MessageId(row.int(0)?),
        key: row.text(1)?.to_owned(),
        kind: row.text(2)?.parse()?,
        thread: row.int_or_none(3)?.map(ThreadId),
        case: row.int_or_none(4)?.map(CaseId),
        entry: row.int_or_none(5)?.map(CaseEntryId),
        letter: row.int_or_none(6)?.map(LetterId),
        person: row.int_or_none(7)?.map(PersonId),
        address: row.text(8)?.to_owned(),
        subject: row.text(9)?.to_owned(),
        text: row.text(10)?.to_owned(),
        token: row.text_or_none(11)?.map(str::to_owned),
        message_id: row.text(12)?.to_owned(),
        state: row.text(13)?.parse()?,
        tries: u32::try_from(row.int(14)?).map_err(StoreError::odd)?,
        at: Time(row.int(15)?),
        sent: row.int_or_none(16)?.map(Time),
        reason: row.text_or_none(17)?.map(str::to_owned),
        asks: row.yes(18)?,
    })
}

/// A message.
pub fn get(view: &View, id: MessageId) -> Result<Option<Message>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM message WHERE id = $1"), &[id.into()], read)
}

/// The message with a key.
pub fn by_key(view: &View, key: &str) -> Result<Option<Message>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM message WHERE key = $1"), &[key.into()], read)
}

/// Those of these keys of which there is a message.
pub fn known(view: &View, keys: &[&str]) -> Result<HashSet<String>, StoreError> {
    let mut found = HashSet::new();
    for keys in keys.chunks(CHUNK) {
        let (list, values) = one_of(1, keys);
        view.each(&format!("SELECT key FROM message WHERE key IN ({list})"), &values, |row| {
            found.insert(row.text(0)?.to_owned());
            Ok(())
        })?;
    }
    Ok(found)
}

/// The message with a `Message-ID`.
pub fn by_message_id(view: &View, message_id: &str) -> Result<Option<Message>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM message WHERE message_id = $1"), &[message_id.into()], read)
}

/// The last message of a conversation that was handed to the mail server, of those that were made before another one if it is named.
pub fn last_of_thread(view: &View, thread: ThreadId, before: Option<MessageId>) -> Result<Option<Message>, StoreError> {
    let before = before.map_or(i64::MAX, |before| before.0);
    let sql = format!(
        "SELECT {COLUMNS} FROM message WHERE thread = $1 AND id < $2 AND state IN ('sending', 'sent', 'maybe') ORDER BY id DESC LIMIT 1"
    );
    view.one(&sql, &[thread.into(), before.into()], read)
}

/// When an address was last told that what it wrote arrived.
pub fn last_receipt(view: &View, address: &str) -> Result<Option<Time>, StoreError> {
    let sql = "SELECT max(at) FROM message WHERE kind = 'receipt' AND address = $1";
    Ok(view.one(sql, &[address.into()], |row| row.int_or_none(0))?.flatten().map(Time))
}

/// How many were told since a moment that what they wrote arrived.
pub fn receipts_since(view: &View, since: Time) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM message WHERE kind = 'receipt' AND at >= $1";
    Ok(view.number(sql, &[since.into()])? as u64)
}

/// What became of what the entries of a case said.
pub fn of_case(view: &View, case: CaseId) -> Result<Vec<Message>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM message WHERE case_id = $1 ORDER BY id"), &[case.into()], read)
}

/// The newest messages in one of these states.
pub fn newest(view: &View, state: MessageState, limit: usize) -> Result<Vec<Message>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM message WHERE state = $1 ORDER BY id DESC LIMIT $2");
    view.list(&sql, &[state.code().into(), limit.into()], read)
}

/// The messages of a run of letters after one of them.
pub fn of_letter(view: &View, letter: LetterId, after: MessageId, limit: usize) -> Result<Vec<Message>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM message WHERE letter = $1 AND id > $2 ORDER BY id LIMIT $3");
    view.list(&sql, &[letter.into(), after.into(), limit.into()], read)
}

/// How many messages are in each state: of a run of letters, or of all.
pub fn tally(view: &View, letter: Option<LetterId>) -> Result<HashMap<MessageState, u64>, StoreError> {
    let mut found = HashMap::new();
    let mut each = |row: &dyn Row| {
        found.insert(row.text(0)?.parse()?, row.int(1)? as u64);
        Ok(())
    };
    match letter {
        Some(letter) => {
            view.each("SELECT state, count(*) FROM message WHERE letter = $1 GROUP BY state", &[letter.into()], &mut each)?;
        }
        None => view.each("SELECT state, count(*) FROM message GROUP BY state", &[], &mut each)?,
    }
    Ok(found)
}

/// Adds a message; false if there is one with its key.
pub fn add(tx: &mut Tx, message: &Message) -> Result<bool, StoreError> {
    let values: [Value<'_>; 19] = [
        message.id.into(),
        (&message.key).into(),
        message.kind.code().into(),
        message.thread.into(),
        message.case.into(),
        message.entry.into(),
        message.letter.into(),
        message.person.into(),
        (&message.address).into(),
        (&message.subject).into(),
        (&message.text).into(),
        message.token.as_deref().into(),
        (&message.message_id).into(),
        message.state.code().into(),
        i64::from(message.tries).into(),
        message.at.into(),
        message.sent.into(),
        message.reason.as_deref().into(),
        message.asks.into(),
    ];
    let sql = format!(
        "INSERT INTO message ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (key) DO NOTHING"
    );
    Ok(tx.execute(&sql, &values)? > 0)
}

/// Keeps what became of a message.
pub fn update(tx: &mut Tx, message: &Message) -> Result<(), StoreError> {
    let values: [Value<'_>; 6] = [
        message.id.into(),
        message.token.as_deref().into(),
        message.state.code().into(),
        i64::from(message.tries).into(),
        message.sent.into(),
        message.reason.as_deref().into(),
    ];
    let sql = "UPDATE message SET token = $2, state = $3, tries = $4, sent = $5, reason = $6 WHERE id = $1";
    tx.execute(sql, &values)?;
    Ok(())
}

/// A person is removed: what was written to them, or to one of these addresses while nobody knew whose it was, is there as a number only.
/// What has not gone yet does not go. The conversations in which it was written.
pub(crate) fn erase(tx: &mut Tx, person: PersonId, addresses: &[String]) -> Result<Vec<ThreadId>, StoreError> {
    let mut values: Vec<Value<'_>> = vec![person.into()];
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let (list, more) = one_of(2, &addresses);
    values.extend(more);
    let whose = format!("person = $1 OR (person IS NULL AND address IN ({list}))");
    let sql = format!("SELECT DISTINCT thread FROM message WHERE thread IS NOT NULL AND ({whose})");
    let threads = tx.list(&sql, &values, |row| Ok(ThreadId(row.int(0)?)))?;
    // Even the Message-ID is made from the address.
    let sql = format!(
        "UPDATE message SET person = NULL, address = '', subject = '', text = '', token = NULL, reason = NULL,
         key = 'erased.' || CAST(id AS TEXT), message_id = 'erased.' || CAST(id AS TEXT), state = CASE WHEN state = 'waiting' THEN 'suppressed' ELSE state END WHERE {whose}"
    );
    tx.execute(&sql, &values)?;
    Ok(threads)
}
