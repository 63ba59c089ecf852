//! The audit log: entries are added within the write that they tell of, so that there is never one without the other.

use heard_domain::audit::{Act, AuditKind, Entry, Noun, Sought, Verdict, Who};
use heard_domain::hex::hex;
use heard_domain::scope::Reach;
use heard_domain::time::Time;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "seq, at, actor, actor_id, act, noun, noun_id, detail, hash";

/// Notes that whoever writes did this to one thing (`id`), or to what there is only one of (`None`). `detail` is an object
/// that says what else is worth knowing: names that the company gave, counts, codes — never personal data, never a secret.
pub fn note(tx: &mut Tx, at: Time, act: Act, noun: Noun, id: impl Into<Option<i64>>, detail: &Json) -> Result<(), StoreError> {
    let who = tx.scope().actor.into();
    note_of(tx, at, who, act, noun, id, detail)
}

/// The same for somebody else than who writes: a stranger, or whoever saw something a moment ago.
pub fn note_of(
    tx: &mut Tx,
    at: Time,
    who: Who,
    act: Act,
    noun: Noun,
    id: impl Into<Option<i64>>,
    detail: &Json,
) -> Result<(), StoreError> {
    let (last, before) = head(tx)?.unwrap_or_default();
    let detail = detail.to_string();
    let (seq, id) = (last + 1, id.into());
    let raw = Raw {
        seq,
        at: at.0,
        actor: who.code(),
        actor_id: who.id(),
        act: act.code(),
        noun: noun.code(),
        noun_id: id,
        detail: &detail,
    };
    let hash = raw.hash(&before)?;
    let values: [Value<'_>; 9] = [
        seq.into(),
        at.into(),
        raw.actor.into(),
        raw.actor_id.into(),
        raw.act.into(),
        raw.noun.into(),
        id.into(),
        raw.detail.into(),
        (&hash).into(),
    ];
    tx.execute(&format!("INSERT INTO audit ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"), &values)?;
    Ok(())
}

/// Number and hash of the last entry, also if it was removed because of its age.
pub fn head(view: &View) -> Result<Option<(i64, String)>, StoreError> {
    let read = |row: &dyn Row| Ok((row.int(0)?, row.text(1)?.to_owned()));
    match view.one("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", &[], read)? {
        None => anchor(view),
        last => Ok(last),
    }
}

fn anchor(view: &View) -> Result<Option<(i64, String)>, StoreError> {
    view.one("SELECT seq, hash FROM audit_anchor ORDER BY seq DESC LIMIT 1", &[], |row| {
        Ok((row.int(0)?, row.text(1)?.to_owned()))
    })
}

/// What the hash of an entry covers.
struct Raw<'a> {
    seq: i64,
    at: i64,
    actor: &'a str,
    actor_id: Option<i64>,
    act: &'a str,
    noun: &'a str,
    noun_id: Option<i64>,
    detail: &'a str,
}

impl<'a> Raw<'a> {
    fn read(row: &'a dyn Row) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.int(0)?,
            at: row.int(1)?,
            actor: row.text(2)?,
            actor_id: row.int_or_none(3)?,
            act: row.text(4)?,
            noun: row.text(5)?,
            noun_id: row.int_or_none(6)?,
            detail: row.text(7)?,
        })
    }

    /// A JSON array is unambiguous: no field can run into the next.
    fn hash(&self, before: &str) -> Result<String, StoreError> {
        let Self { seq, at, actor, actor_id, act, noun, noun_id, detail } = self;
        let all = serde_json::to_vec(&(before, seq, at, actor, actor_id, act, noun, noun_id, detail))?;
        Ok(hex(&Sha256::digest(all)))
    }
}

fn read(row: &dyn Row) -> Result<Entry, StoreError> {
    let raw = Raw::read(row)?;
    let who = Who::of(raw.actor, raw.actor_id).ok_or_else(|| StoreError::odd("an audit entry of an unknown actor"))?;
    Ok(Entry {
        seq: raw.seq,
        at: Time(raw.at),
        who,
        act: raw.act.parse()?,
        noun: raw.noun.parse()?,
        id: raw.noun_id,
        detail: serde_json::from_str(raw.detail)?,
        hash: row.text(8)?.to_owned(),
    })
}

/// The newest entries that fit, before number `before` if it is given. Who does not see everything sees only what they
/// did themselves: an entry may name what is out of their sight.
pub fn list(view: &View, sought: &Sought, before: Option<i64>, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let (fits, mut values) = narrowed(view, sought, before);
    values.push(limit.into());
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE {fits} ORDER BY seq DESC LIMIT ${}", values.len());
    view.list(&sql, &values, read)
}

/// When this was last done to no particular one.
pub fn last(view: &View, act: Act, noun: Noun) -> Result<Option<Time>, StoreError> {
    let sql = "SELECT at FROM audit WHERE noun = $1 AND noun_id IS NULL AND act = $2 ORDER BY seq DESC LIMIT 1";
    view.one(sql, &[noun.code().into(), act.code().into()], |row| Ok(Time(row.int(0)?)))
}

/// How many entries fit.
pub fn count(view: &View, sought: &Sought) -> Result<u64, StoreError> {
    let (fits, values) = narrowed(view, sought, None);
    Ok(view.number(&format!("SELECT count(*) FROM audit WHERE {fits}"), &values)? as u64)
}

fn narrowed(view: &View, sought: &Sought, before: Option<i64>) -> (String, Vec<Value<'static>>) {
    let (mut fits, mut values): (Vec<String>, Vec<Value<'static>>) = (vec!["seq > 0".to_owned()], vec![]);
    let whose = |fits: &mut Vec<String>, values: &mut Vec<Value<'static>>, who: Who| {
        values.push(who.code().into());
        fits.push(format!("actor = ${}", values.len()));
        if let Some(id) = who.id() {
            values.push(id.into());
            fits.push(format!("actor_id = ${}", values.len()));
        }
    };
    if let Some(who) = sought.who {
        whose(&mut fits, &mut values, who);
    }
    if matches!(view.scope().reach, Reach::Posts(_)) {
        whose(&mut fits, &mut values, view.scope().actor.into());
    }
    let mut bound = |test: &str, value: Value<'static>| {
        values.push(value);
        fits.push(format!("{test} ${}", values.len()));
    };
    if let Some(noun) = sought.noun {
        bound("noun =", noun.code().into());
    }
    if let Some(from) = sought.from {
        bound("at >=", from.into());
    }
    if let Some(until) = sought.until {
        bound("at <", until.into());
    }
    if let Some(before) = before {
        bound("seq <", before.into());
    }
    if let Some(kind) = sought.kind {
        fits.push(format!("act IN ({})", acts(kind)));
    }
    (fits.join(" AND "), values)
}

/// The codes of a kind, quoted: they are words of this program.
fn acts(kind: AuditKind) -> String {
    let of_kind = Act::ALL.iter().filter(|act| act.kind() == kind);
    of_kind.map(|act| format!("'{}'", act.code())).collect::<Vec<_>>().join(", ")
}

/// Whether there is an entry with this hash, or one that was removed because of its age had it last.
pub fn holds(view: &View, hash: &str) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM (SELECT hash FROM audit UNION ALL SELECT hash FROM audit_anchor) AS chain WHERE hash = $1";
    Ok(view.number(sql, &[hash.into()])? > 0)
}

/// Follows the chain from its beginning (or from where older entries were removed) to its end or its first break.
pub fn verify(view: &View) -> Result<Verdict, StoreError> {
    let mut head = anchor(view)?;
    let (mut entries, mut broken) = (0, None);
    view.each(&format!("SELECT {COLUMNS} FROM audit ORDER BY seq"), &[], |row| {
        if broken.is_some() {
            return Ok(());
        }
        let raw = Raw::read(row)?;
        let (last, before) = head.as_ref().map_or((0, ""), |(seq, hash)| (*seq, hash.as_str()));
        let hash = row.text(8)?;
        if raw.seq != last + 1 {
            broken = Some((raw.seq, format!("entry {} is missing before it", last + 1)));
        } else if raw.hash(before)? != hash {
            broken = Some((raw.seq, "it is not what was written, or the entry before it was exchanged".to_owned()));
        } else {
            entries += 1;
            head = Some((raw.seq, hash.to_owned()));
        }
        Ok(())
    })?;
    Ok(Verdict { entries, head, broken })
}

/// Removes the entries from before a moment, up to the first that is younger, and keeps the hash from which the chain goes
/// on; how many were removed. The newest entry always stays.
pub fn forget(tx: &mut Tx, before: Time) -> Result<u64, StoreError> {
    let kept = "SELECT coalesce((SELECT min(seq) FROM audit WHERE at >= $1), (SELECT max(seq) FROM audit), 0)";
    let kept = tx.number(kept, &[before.into()])?;
    let last = tx.one("SELECT seq, hash FROM audit WHERE seq = $1", &[(kept - 1).into()], |row| {
        Ok((row.int(0)?, row.text(1)?.to_owned()))
    })?;
    let Some((seq, hash)) = last else { return Ok(0) };
    tx.execute("DELETE FROM audit_anchor", &[])?;
    tx.execute("INSERT INTO audit_anchor (seq, hash) VALUES ($1, $2)", &[seq.into(), (&hash).into()])?;
    tx.execute("DELETE FROM audit WHERE seq <= $1", &[seq.into()])
}

#[cfg(test)]
mod tests {
    use heard_domain::scope::Scope;

    use super::*;
    use crate::store::Store;

    #[test]
    fn whatever_is_touched_in_the_middle_is_found_and_named() {
        let touches: [(&str, i64, &str); 8] = [
            ("UPDATE audit SET detail = '{\"n\":2}' WHERE seq = 4", 4, "not what was written"),
            ("UPDATE audit SET at = at + 1 WHERE seq = 4", 4, "not what was written"),
            ("UPDATE audit SET actor_id = 8 WHERE seq = 4", 4, "not what was written"),
            ("UPDATE audit SET noun_id = NULL WHERE seq = 4", 4, "not what was written"),
            ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 3) WHERE seq = 4", 4, "not what was written"),
            ("DELETE FROM audit WHERE seq = 4", 5, "entry 4 is missing"),
            ("DELETE FROM audit WHERE seq <= 4", 5, "entry 1 is missing"),
            ("DELETE FROM audit WHERE seq = 4; UPDATE audit SET seq = seq - 1 WHERE seq > 4", 4, "exchanged"),
        ];
        for (touch, at, words) in touches {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(folder.path()).unwrap();
            let scope = Scope::system();
            for n in 1..=8_i64 {
                let add = move |tx: &mut Tx| note(tx, Time(n), Act::Added, Noun::Post, n, &serde_json::json!({ "n": 1 }));
                store.write_now(&scope, add).unwrap();
            }
            assert_eq!(store.read_now(&scope, verify).unwrap().broken, None);
            store.write_now(&scope, move |tx| tx.db().script(touch)).unwrap();
            let (entry, why) = store.read_now(&scope, verify).unwrap().broken.unwrap();
            assert!(entry == at && why.contains(words), "{touch}: {entry} {why}");
        }
    }
}
