//! What names a category beside comments and examples: issues that gather it, rules that ask for it, promises that are held against it,
//! cases about it, and letters to those who raised it. Where the category becomes another one, all of them follow, and come back.

use heard_domain::id::{CaseId, CategoryId, IssueId, LetterId, MessageId, PromiseId, RuleId};
use heard_domain::letter::{Audience, LetterState};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::sql::driver::{Value, one_of};
use crate::tables::passage::CHUNK;
use crate::tables::{letter, promise, rule};
use crate::view::Tx;

/// How many runs of letters are looked at, the newest first.
const LETTERS: usize = 10_000;

/// What named a category and names another one since; with each that can name several, whether it named the other one before as well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Renamed {
    /// Issues that gather it.
    pub issues: Vec<(IssueId, bool)>,
    /// Rules that ask for it.
    pub rules: Vec<(RuleId, bool)>,
    /// Promises that are held against it.
    pub promises: Vec<(PromiseId, bool)>,
    /// Cases about it.
    pub cases: Vec<CaseId>,
    /// Letters to those who raised it.
    pub letters: Vec<LetterId>,
    /// What was sent to those who raised it: so nobody is told twice of the same.
    pub messages: Vec<MessageId>,
}

/// The list with one category in the place of another; whether that stood in it already.
fn renamed(list: &[CategoryId], from: CategoryId, into: CategoryId) -> Option<(Vec<CategoryId>, bool)> {
    if !list.contains(&from) {
        return None;
    }
    let both = list.contains(&into);
    let kept = list.iter().filter(|id| !both || **id != from).map(|id| if *id == from { into } else { *id });
    Some((kept.collect(), both))
}

/// The list as it was before [`renamed`].
fn as_before(list: &[CategoryId], from: CategoryId, into: CategoryId, both: bool) -> Option<Vec<CategoryId>> {
    if !list.contains(&into) || list.contains(&from) {
        return None;
    }
    let more = both.then_some(from);
    Some(list.iter().map(|id| if !both && *id == into { from } else { *id }).chain(more).collect())
}

/// Everything that names the first category names the second from now on. Gives what that was, so that it can come back.
pub fn follow(tx: &mut Tx, from: CategoryId, into: CategoryId) -> Result<Renamed, StoreError> {
    let mut found = Renamed::default();
    let pair: [Value<'_>; 2] = [from.into(), into.into()];
    let sql = "SELECT issue, (SELECT count(*) FROM issue_category AS other WHERE other.issue = issue_category.issue AND other.category = $2)
         FROM issue_category WHERE category = $1 ORDER BY issue";
    found.issues = tx.list(sql, &pair, |row| Ok((IssueId(row.int(0)?), row.int(1)? > 0)))?;
    let sql =
        "INSERT INTO issue_category (issue, category) SELECT issue, CAST($2 AS BIGINT) FROM issue_category WHERE category = $1
         ON CONFLICT (issue, category) DO NOTHING";
    tx.execute(sql, &pair)?;
    tx.execute("DELETE FROM issue_category WHERE category = $1", &[from.into()])?;
    for (issue, _) in &found.issues {
        changed(tx, *issue)?;
    }
    for mut state in rule::list(tx)? {
        let Some((category, both)) = renamed(&state.rule.when.category, from, into) else { continue };
        state.rule.when.category = category;
        rule::save(tx, &state)?;
        found.rules.push((state.rule.id, both));
    }
    for mut kept in promise::list(tx)? {
        let Some((categories, both)) = renamed(&kept.categories, from, into) else { continue };
        kept.categories = categories;
        promise::save(tx, &kept)?;
        found.promises.push((kept.id, both));
    }
    found.cases =
        tx.list("SELECT id FROM \"case\" WHERE category = $1 ORDER BY id", &[from.into()], |row| Ok(CaseId(row.int(0)?)))?;
    tx.execute("UPDATE \"case\" SET category = $2 WHERE category = $1", &pair)?;
    found.letters = letters(tx, None, from, into)?;
    found.messages = messages(tx, None, from, into)?;
    Ok(found)
}

/// What followed names the first category again, as far as it still names the second.
pub fn back(tx: &mut Tx, from: CategoryId, into: CategoryId, what: &Renamed) -> Result<(), StoreError> {
    let pair: [Value<'_>; 2] = [from.into(), into.into()];
    for (issue, both) in &what.issues {
        // Merged or changed meanwhile: what does not gather the second any more is left as it is.
        let sql = "INSERT INTO issue_category (issue, category) SELECT issue, CAST($2 AS BIGINT) FROM issue_category WHERE issue = $1 AND category = $3
             ON CONFLICT (issue, category) DO NOTHING";
        let there = tx.execute(sql, &[(*issue).into(), from.into(), into.into()])? > 0;
        if there {
            changed(tx, *issue)?;
        }
        if there && !both {
            tx.execute("DELETE FROM issue_category WHERE issue = $1 AND category = $2", &[(*issue).into(), into.into()])?;
        }
    }
    for (id, both) in &what.rules {
        let Some(mut state) = rule::get(tx, *id)? else { continue };
        let Some(category) = as_before(&state.rule.when.category, from, into, *both) else { continue };
        state.rule.when.category = category;
        rule::save(tx, &state)?;
    }
    for (id, both) in &what.promises {
        let Some(mut kept) = promise::get(tx, *id)? else { continue };
        let Some(categories) = as_before(&kept.categories, from, into, *both) else { continue };
        kept.categories = categories;
        promise::save(tx, &kept)?;
    }
    for ids in what.cases.chunks(CHUNK) {
        let (list, more) = one_of(3, ids);
        let values: Vec<Value<'_>> = pair.iter().copied().chain(more).collect();
        tx.execute(&format!("UPDATE \"case\" SET category = $1 WHERE category = $2 AND id IN ({list})"), &values)?;
    }
    letters(tx, Some(&what.letters), into, from)?;
    messages(tx, Some(&what.messages), into, from)?;
    Ok(())
}

/// An issue gathers otherwise: whoever looked at it before looks again.
fn changed(tx: &mut Tx, issue: IssueId) -> Result<(), StoreError> {
    tx.execute("UPDATE issue SET version = version + 1 WHERE id = $1", &[issue.into()])?;
    Ok(())
}

fn letters(tx: &mut Tx, only: Option<&[LetterId]>, from: CategoryId, into: CategoryId) -> Result<Vec<LetterId>, StoreError> {
    let mut changed = Vec::new();
    for mut kept in letter::list(tx, LETTERS)? {
        match &mut kept.audience {
            Audience::Raised { category, .. } if *category == from && only.is_none_or(|only| only.contains(&kept.id)) => {
                *category = into;
            }
            Audience::Raised { .. } | Audience::Event { .. } | Audience::Issue { .. } => continue,
        }
        // Whoever has looked at a draft looks again before it goes to others.
        kept.version += i64::from(kept.state == LetterState::Draft);
        letter::save(tx, &kept)?;
        changed.push(kept.id);
    }
    Ok(changed)
}

/// The keys of what was sent name the category as well; a key that is taken is left as it is.
fn messages(tx: &mut Tx, only: Option<&[MessageId]>, from: CategoryId, into: CategoryId) -> Result<Vec<MessageId>, StoreError> {
    let (old, new) = (format!("raised:{from}:"), format!("raised:{into}:"));
    let like = format!("{old}%");
    let found = tx.list("SELECT id, key FROM message WHERE key LIKE $1 ORDER BY id", &[(&like).into()], |row| {
        Ok((MessageId(row.int(0)?), row.text(1)?.to_owned()))
    })?;
    let mut changed = Vec::new();
    for (id, key) in found.into_iter().filter(|(id, _)| only.is_none_or(|only| only.contains(id))) {
        let Some(rest) = key.strip_prefix(&old) else { continue };
        let key = format!("{new}{rest}");
        let sql =
            "UPDATE message SET key = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM message AS other WHERE other.key = $2)";
        if tx.execute(sql, &[id.into(), (&key).into()])? > 0 {
            changed.push(id);
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_renamed_and_comes_back() {
        let list = |ids: &[i64]| ids.iter().map(|id| CategoryId(*id)).collect::<Vec<_>>();
        let (from, into) = (CategoryId(1), CategoryId(2));
        for (before, after) in
            [(vec![3, 1, 4], Some((vec![3, 2, 4], false))), (vec![1, 2], Some((vec![2], true))), (vec![2, 3], None)]
        {
            let before = list(&before);
            let done = renamed(&before, from, into);
            assert_eq!(done, after.map(|(ids, both)| (list(&ids), both)));
            let Some((after, both)) = done else { continue };
            let mut again = as_before(&after, from, into, both).unwrap();
            let mut before = before;
            again.sort_unstable();
            before.sort_unstable();
            assert_eq!(again, before);
        }
        assert_eq!(as_before(&list(&[3]), from, into, false), None, "somebody has changed it since");
    }
}
