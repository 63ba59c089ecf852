//! Accounts: business customers, known by their name.

use heard_domain::account::{Account, Money};
use heard_domain::id::AccountId;
use heard_domain::time::Day;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::passage::CHUNK;
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
