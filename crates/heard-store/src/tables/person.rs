//! Persons: found again by their handles, made when they are first heard.

use std::collections::HashMap;

use heard_domain::account::{Identity, Person};
use heard_domain::feedback::NewAuthor;
use heard_domain::id::{AccountId, PersonId};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::account;
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, role, account";

fn read(row: &dyn Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: PersonId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        role: row.text_or_none(2)?.map(str::to_owned),
        account: row.int_or_none(3)?.map(AccountId),
    })
}

/// A person by identifier.
pub fn get(view: &View, id: PersonId) -> Result<Option<Person>, StoreError> {
    Ok(many(view, &[id])?.pop())
}

/// Persons by identifier, in no order; who is not in sight is left out.
pub fn many(view: &View, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, mut values) = one_of(1, ids);
        let (sight, more) = account::in_sight(view, "person", values.len() + 1);
        values.extend(more);
        let sql = format!("SELECT {COLUMNS} FROM person WHERE id IN ({list}){sight}");
        found.extend(view.list(&sql, &values, read)?);
    }
    Ok(found)
}

/// The handles of a person in sight.
pub fn identities(view: &View, person: PersonId) -> Result<Vec<Identity>, StoreError> {
    if get(view, person)?.is_none() {
        return Ok(Vec::new());
    }
    let sql = "SELECT kind, handle FROM identity WHERE person = $1 ORDER BY kind, handle";
    view.list(sql, &[person.into()], |row| Ok(Identity { kind: row.text(0)?.parse()?, handle: row.text(1)?.to_owned() }))
}

/// Makes a person.
pub fn insert(tx: &mut Tx, person: &Person, identities: &[Identity]) -> Result<(), StoreError> {
    let values: [Value<'_>; 4] = [person.id.into(), (&person.name).into(), person.role.as_deref().into(), person.account.into()];
    tx.execute("INSERT INTO person (id, name, role, account) VALUES ($1, $2, $3, $4)", &values)?;
    for identity in identities {
        link(tx, person.id, identity)?;
    }
    Ok(())
}

/// Ties a handle to a person; whether it was free.
fn link(tx: &mut Tx, person: PersonId, identity: &Identity) -> Result<bool, StoreError> {
    let sql = "INSERT INTO identity (kind, handle, person) VALUES ($1, $2, $3) ON CONFLICT (kind, handle) DO NOTHING";
    Ok(tx.execute(sql, &[identity.kind.code().into(), (&identity.handle).into(), person.into()])? > 0)
}

/// Finds or makes those who speak, remembering them for the rest of one write.
#[derive(Debug, Default)]
pub struct Authors {
    accounts: HashMap<String, AccountId>,
    persons: HashMap<Identity, PersonId>,
    named: HashMap<(AccountId, String), PersonId>,
}

impl Authors {
    /// Who this is: the person known by one of the handles, or within the account by this name; else a new one, if there
    /// is anything to know them by. What was not known of them before is filled in, nothing is overwritten.
    pub fn find_or_make(
        &mut self,
        tx: &mut Tx,
        author: &NewAuthor,
        next: &mut dyn FnMut() -> i64,
    ) -> Result<(Option<PersonId>, Option<AccountId>), StoreError> {
        let account = match author.account.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) => Some(self.account(tx, name, next)?),
            None => None,
        };
        let name = author.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        if name.is_none() && author.identities.is_empty() {
            return Ok((None, account));
        }
        let named = account.zip(name.filter(|_| author.identities.is_empty()).map(str::to_owned));
        let person = if let Some(id) = self.known(tx, &author.identities, named.as_ref())? {
            fill_in(tx, id, author, name, account)?;
            id
        } else {
            let id = PersonId(next());
            let role = author.role.clone();
            insert(tx, &Person { id, name: name.unwrap_or_default().to_owned(), role, account }, &[])?;
            id
        };
        for identity in &author.identities {
            // A handle that belongs to somebody else stays theirs: joining persons is for people to decide.
            if !self.persons.contains_key(identity) && link(tx, person, identity)? {
                self.persons.insert(identity.clone(), person);
            }
        }
        if let Some(key) = named {
            self.named.insert(key, person);
        }
        // Feedback of somebody whose account is known counts for that account.
        let account = match account {
            None => tx
                .one("SELECT account FROM person WHERE id = $1", &[person.into()], |row| row.int_or_none(0))?
                .flatten()
                .map(AccountId),
            known => known,
        };
        Ok((Some(person), account))
    }

    fn account(&mut self, tx: &mut Tx, name: &str, next: &mut dyn FnMut() -> i64) -> Result<AccountId, StoreError> {
        if let Some(id) = self.accounts.get(name) {
            return Ok(*id);
        }
        let id = account::find_or_make(tx, name, next)?;
        self.accounts.insert(name.to_owned(), id);
        Ok(id)
    }

    fn known(
        &mut self,
        tx: &Tx,
        identities: &[Identity],
        named: Option<&(AccountId, String)>,
    ) -> Result<Option<PersonId>, StoreError> {
        for identity in identities {
            if let Some(id) = self.persons.get(identity) {
                return Ok(Some(*id));
            }
            let sql = "SELECT person FROM identity WHERE kind = $1 AND handle = $2";
            if let Some(id) = tx.one(sql, &[identity.kind.code().into(), (&identity.handle).into()], |row| row.int(0))? {
                self.persons.insert(identity.clone(), PersonId(id));
                return Ok(Some(PersonId(id)));
            }
        }
        let Some(key) = named else { return Ok(None) };
        if let Some(id) = self.named.get(key) {
            return Ok(Some(*id));
        }
        let sql = "SELECT id FROM person WHERE account = $1 AND name = $2 ORDER BY id LIMIT 1";
        Ok(tx.one(sql, &[key.0.into(), (&key.1).into()], |row| row.int(0))?.map(PersonId))
    }
}

fn fill_in(
    tx: &mut Tx,
    id: PersonId,
    author: &NewAuthor,
    name: Option<&str>,
    account: Option<AccountId>,
) -> Result<(), StoreError> {
    let known = tx.one("SELECT name, role, account FROM person WHERE id = $1", &[id.into()], |row| {
        Ok((row.text(0)?.is_empty(), row.text_or_none(1)?.is_none(), row.int_or_none(2)?.is_none()))
    })?;
    let Some((nameless, roleless, free)) = known else { return Ok(()) };
    let new = (nameless && name.is_some()) || (roleless && author.role.is_some()) || (free && account.is_some());
    if new {
        let sql = "UPDATE person SET name = CASE name WHEN '' THEN $2 ELSE name END, role = coalesce(role, $3),
             account = coalesce(account, $4) WHERE id = $1";
        tx.execute(sql, &[id.into(), name.unwrap_or_default().into(), author.role.as_deref().into(), account.into()])?;
    }
    Ok(())
}
