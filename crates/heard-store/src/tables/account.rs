//! Accounts: business customers, known by their name.

use heard_domain::account::{Account, Money};
use heard_domain::id::{AccountId, ImportId};
use heard_domain::operation::NewAccount;
use heard_domain::time::Day;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::change::{self, Wrote};
use crate::tables::passage::CHUNK;
use crate::tables::property::{self, Properties, Whose};
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, value_minor, currency, key_account, renewal";

fn read(row: &dyn Row) -> Result<Account, StoreError> {
    let money = row.int_or_none(2)?.zip(row.text_or_none(3)?);
    Ok(Account {
        id: AccountId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        yearly_value: money.map(|(minor, currency)| Money { minor, currency: currency.to_owned() }),
        key_account: row.yes(4)?,
        renewal: row.int_or_none(5)?.map(|day| Day(day as i32)),
    })
}

/// With narrowed sight, an account is seen only through feedback that is in sight.
pub(crate) fn in_sight(view: &View, column: &str, first: usize) -> (String, Vec<Value<'static>>) {
    let Some(posts) = view.narrowed() else { return (String::new(), Vec::new()) };
    let (list, values) = one_of(first, &posts);
    let sql = format!(" AND EXISTS (SELECT 1 FROM feedback WHERE feedback.{column} = {column}.id AND feedback.post IN ({list}))");
    (sql, values)
}

/// An account by identifier.
pub fn get(view: &View, id: AccountId) -> Result<Option<Account>, StoreError> {
    Ok(many(view, &[id])?.pop())
}

/// Accounts by identifier, in no order; what is not in sight is left out.
pub fn many(view: &View, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, mut values) = one_of(1, ids);
        let (sight, more) = in_sight(view, "account", values.len() + 1);
        values.extend(more);
        let sql = format!("SELECT {COLUMNS} FROM account WHERE id IN ({list}){sight}");
        found.extend(view.list(&sql, &values, read)?);
    }
    Ok(found)
}

/// Accounts whose name begins with these words, by name.
pub fn list(view: &View, beginning: &str, limit: usize) -> Result<Vec<Account>, StoreError> {
    let (sight, more) = in_sight(view, "account", 4);
    let sql = format!("SELECT {COLUMNS} FROM account WHERE name >= $1 AND name < $2{sight} ORDER BY name LIMIT $3");
    let end = format!("{beginning}\u{10ffff}");
    let values: Vec<Value<'_>> = [beginning.into(), (&end).into(), limit.into()].into_iter().chain(more).collect();
    view.list(&sql, &values, read)
}

/// The account with this name; made with the identifier from `next` if it is new.
pub fn find_or_make(tx: &mut Tx, name: &str, next: &mut dyn FnMut() -> i64) -> Result<AccountId, StoreError> {
    let name = name.trim();
    if let Some(id) = tx.one("SELECT id FROM account WHERE name = $1", &[name.into()], |row| row.int(0))? {
        return Ok(AccountId(id));
    }
    let id = AccountId(next());
    tx.execute("INSERT INTO account (id, name, key_account) VALUES ($1, $2, 0)", &[id.into(), name.into()])?;
    Ok(id)
}

/// Makes an account or changes all that is known of it.
pub fn save(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    let value = account.yearly_value.as_ref();
    tx.execute(
        "INSERT INTO account (id, name, value_minor, currency, key_account, renewal) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, value_minor = excluded.value_minor, currency = excluded.currency,
         key_account = excluded.key_account, renewal = excluded.renewal",
        &[
            account.id.into(),
            (&account.name).into(),
            value.map(|v| v.minor).into(),
            value.map(|v| v.currency.as_str()).into(),
            account.key_account.into(),
            account.renewal.into(),
        ],
    )?;
    Ok(())
}

/// An account with its properties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountState {
    /// The account.
    pub account: Account,
    /// Its properties, by name.
    pub attributes: Properties,
}

/// Accounts with their properties, by name: after this name, whose name holds these words. With narrowed sight, those that
/// are seen through feedback.
pub fn page(view: &View, after: &str, words: &str, limit: usize) -> Result<Vec<AccountState>, StoreError> {
    let (sight, more) = in_sight(view, "account", 4);
    let sql =
        format!("SELECT {COLUMNS} FROM account WHERE name > $1 AND lower(name) LIKE lower($2){sight} ORDER BY name LIMIT $3");
    let like = format!("%{}%", words.replace(['%', '_', '\\'], ""));
    let values: Vec<Value<'_>> = [after.into(), (&like).into(), limit.into()].into_iter().chain(more).collect();
    let accounts = view.list(&sql, &values, read)?;
    with_properties(view, accounts)
}

/// These accounts with their properties; ask only for what is in sight.
pub fn with_properties(view: &View, accounts: Vec<Account>) -> Result<Vec<AccountState>, StoreError> {
    let ids: Vec<i64> = accounts.iter().map(|account| account.id.0).collect();
    let mut properties = property::many(view, Whose::Account, &ids)?;
    let state = |account: Account| AccountState { attributes: properties.remove(&account.id.0).unwrap_or_default(), account };
    Ok(accounts.into_iter().map(state).collect())
}

/// An account with its properties, whoever looks.
pub(crate) fn state(view: &View, id: AccountId) -> Result<Option<AccountState>, StoreError> {
    let account = view.one(&format!("SELECT {COLUMNS} FROM account WHERE id = $1"), &[id.into()], read)?;
    Ok(with_properties(view, account.into_iter().collect())?.pop())
}

/// The account with this name; a new one is noted for the import.
pub fn named(tx: &mut Tx, import: Option<ImportId>, name: &str, next: &mut dyn FnMut() -> i64) -> Result<AccountId, StoreError> {
    let mut made = false;
    let id = find_or_make(tx, name, &mut || {
        made = true;
        next()
    })?;
    if made && let Some(after) = state(tx, id)? {
        change::note(tx, import, "account", &id.to_string(), None::<&AccountState>, &after)?;
    }
    Ok(id)
}

/// Keeps what a source says of an account: what it does not say stays.
pub fn put(
    tx: &mut Tx,
    import: Option<ImportId>,
    new: &NewAccount,
    next: &mut dyn FnMut() -> i64,
) -> Result<(AccountId, Wrote), StoreError> {
    let name = new.name.trim();
    let there = tx.one("SELECT id FROM account WHERE name = $1", &[name.into()], |row| Ok(AccountId(row.int(0)?)))?;
    let before = there.map(|id| state(tx, id)).transpose()?.flatten();
    let old = before.as_ref().map(|before| before.account.clone());
    let account = Account {
        id: there.unwrap_or_else(|| AccountId(next())),
        name: name.to_owned(),
        yearly_value: new.yearly_value.clone().or_else(|| old.as_ref().and_then(|old| old.yearly_value.clone())),
        key_account: new.key_account.unwrap_or_else(|| old.as_ref().is_some_and(|old| old.key_account)),
        renewal: new.renewal.or_else(|| old.as_ref().and_then(|old| old.renewal)),
    };
    let id = account.id;
    if old.as_ref() != Some(&account) {
        save(tx, &account)?;
    }
    property::set(tx, Whose::Account, id.0, &new.attributes)?;
    let after = state(tx, id)?;
    if before == after {
        return Ok((id, Wrote::Known));
    }
    if let Some(after) = &after {
        change::note(tx, import, "account", &id.to_string(), before.as_ref(), after)?;
    }
    Ok((id, if before.is_some() { Wrote::Changed } else { Wrote::Added }))
}

/// Gives an account back what it was.
pub(crate) fn put_back(tx: &mut Tx, state: &AccountState) -> Result<(), StoreError> {
    save(tx, &state.account)?;
    property::replace(tx, Whose::Account, state.account.id.0, &state.attributes)
}

/// Whether anything that this import did not bring belongs to an account.
pub(crate) fn used(view: &View, id: AccountId, import: ImportId) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM feedback WHERE account = $1";
    if view.number(sql, &[id.into()])? > 0 {
        return Ok(true);
    }
    let sql = "SELECT count(*) FROM \"case\" WHERE account = $1";
    if view.number(sql, &[id.into()])? > 0 {
        return Ok(true);
    }
    let sql = "SELECT count(*) FROM event WHERE account = $1 AND (import IS NULL OR import <> $2)";
    if view.number(sql, &[id.into(), import.into()])? > 0 {
        return Ok(true);
    }
    let sql = "SELECT count(*) FROM person WHERE account = $1 AND NOT EXISTS (SELECT 1 FROM import_change WHERE import_change.import = $2
         AND import_change.noun = 'person' AND import_change.thing = CAST(person.id AS TEXT))";
    Ok(view.number(sql, &[id.into(), import.into()])? > 0)
}

/// Removes an account to which nothing belongs.
pub(crate) fn remove(tx: &mut Tx, id: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM account_attribute WHERE account = $1", &[id.into()])?;
    tx.execute("DELETE FROM account WHERE id = $1", &[id.into()])?;
    Ok(())
}
