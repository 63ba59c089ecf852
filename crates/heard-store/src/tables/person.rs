//! Persons: found again by their handles, made when they are first heard.

use std::collections::HashMap;

use heard_domain::account::{Identity, IdentityKind, Person};
use heard_domain::id::{AccountId, ImportId, PersonId};
use heard_domain::operation::NewPerson;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::change::{self, Wrote};
use crate::tables::passage::CHUNK;
use crate::tables::property::{self, Properties, Whose};
use crate::tables::{account, asking, message, progress, thread, told};
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

/// The handles of these persons, each sorted; who is not in sight is left out.
pub fn identities_of(view: &View, persons: &[PersonId]) -> Result<HashMap<PersonId, Vec<Identity>>, StoreError> {
    let seen: Vec<PersonId> = many(view, persons)?.into_iter().map(|person| person.id).collect();
    let mut found: HashMap<PersonId, Vec<Identity>> = HashMap::with_capacity(seen.len());
    for persons in seen.chunks(CHUNK) {
        let (list, values) = one_of(1, persons);
        let sql = format!("SELECT person, kind, handle FROM identity WHERE person IN ({list}) ORDER BY person, kind, handle");
        view.each(&sql, &values, |row| {
            let identity = Identity { kind: row.text(1)?.parse()?, handle: row.text(2)?.to_owned() };
            found.entry(PersonId(row.int(0)?)).or_default().push(identity);
            Ok(())
        })?;
    }
    Ok(found)
}

/// Makes a person.
pub fn insert(tx: &mut Tx, person: &Person, identities: &[Identity]) -> Result<(), StoreError> {
    insert_many(tx, &[person])?;
    for identity in identities {
        link(tx, person.id, identity)?;
    }
    Ok(())
}

const TIE: &str = "INSERT INTO identity (kind, handle, person) VALUES ($1, $2, $3) ON CONFLICT (kind, handle) DO NOTHING";

/// Ties a handle to a person; whether it was free.
fn link(tx: &mut Tx, person: PersonId, identity: &Identity) -> Result<bool, StoreError> {
    Ok(tx.execute(TIE, &[identity.kind.code().into(), (&identity.handle).into(), person.into()])? > 0)
}

/// Makes persons, each with what is known of them; their handles are tied by [`tie_many`].
pub(crate) fn insert_many(tx: &mut Tx, persons: &[&Person]) -> Result<(), StoreError> {
    tx.execute_many_soon("INSERT INTO person (id, name, role, account) VALUES ($1, $2, $3, $4)", 4, &values(persons))?;
    Ok(())
}

/// Changes all that is known of persons.
pub(crate) fn update_many(tx: &mut Tx, persons: &[&Person]) -> Result<(), StoreError> {
    tx.execute_many("UPDATE person SET name = $2, role = $3, account = $4 WHERE id = $1", 4, &values(persons))?;
    Ok(())
}

fn values<'a>(persons: &[&'a Person]) -> Vec<Value<'a>> {
    let one = |person: &&'a Person| -> [Value<'a>; 4] {
        [person.id.into(), (&person.name).into(), person.role.as_deref().into(), person.account.into()]
    };
    persons.iter().flat_map(one).collect()
}

/// Ties handles that are nobody's yet to persons.
pub(crate) fn tie_many(tx: &mut Tx, handles: &[(Identity, PersonId)]) -> Result<(), StoreError> {
    let mut values: Vec<Value<'_>> = Vec::with_capacity(handles.len() * 3);
    for (identity, person) in handles {
        values.extend::<[Value<'_>; 3]>([identity.kind.code().into(), (&identity.handle).into(), (*person).into()]);
    }
    tx.execute_many_soon("INSERT INTO identity (kind, handle, person) VALUES ($1, $2, $3)", 3, &values)?;
    Ok(())
}

/// Who is known by one of the handles, or within an account by name.
fn known(view: &View, identities: &[Identity], named: Option<&(AccountId, String)>) -> Result<Option<PersonId>, StoreError> {
    for identity in identities {
        let sql = "SELECT person FROM identity WHERE kind = $1 AND handle = $2";
        if let Some(id) = view.one(sql, &[identity.kind.code().into(), (&identity.handle).into()], |row| row.int(0))? {
            return Ok(Some(PersonId(id)));
        }
    }
    let Some(key) = named else { return Ok(None) };
    let sql = "SELECT id FROM person WHERE account = $1 AND name = $2 ORDER BY id LIMIT 1";
    Ok(view.one(sql, &[key.0.into(), (&key.1).into()], |row| row.int(0))?.map(PersonId))
}

/// A person with their handles and properties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonState {
    /// The person.
    pub person: Person,
    /// Their handles, by kind.
    pub identities: Vec<Identity>,
    /// Their properties, by name.
    pub attributes: Properties,
}

/// Which persons are asked for; what is `None` or empty does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Of this account.
    pub account: Option<AccountId>,
    /// With this part in their account.
    pub role: Option<String>,
    /// Whose name holds these words.
    pub words: String,
    /// After this person: the next page.
    pub after: Option<PersonId>,
}

/// Persons with handles and properties, by identifier. With narrowed sight, those that are seen through feedback.
pub fn page(view: &View, wanted: &Wanted, limit: usize) -> Result<Vec<PersonState>, StoreError> {
    let like = format!("%{}%", wanted.words.replace(['%', '_', '\\'], ""));
    let mut values: Vec<Value<'_>> = vec![wanted.after.map_or(0, |id| id.0).into(), (&like).into(), limit.into()];
    let mut conditions = String::new();
    if let Some(account) = wanted.account {
        values.push(account.into());
        conditions = format!("{conditions} AND account = ${}", values.len());
    }
    if let Some(role) = &wanted.role {
        values.push(role.into());
        conditions = format!("{conditions} AND role = ${}", values.len());
    }
    let (sight, more) = account::in_sight(view, "person", values.len() + 1);
    values.extend(more);
    let sql = format!(
        "SELECT {COLUMNS} FROM person WHERE id > $1 AND lower(name) LIKE lower($2){conditions}{sight} ORDER BY id LIMIT $3"
    );
    let persons = view.list(&sql, &values, read)?;
    with_all(view, persons)
}

/// These persons with handles and properties; ask only for what is in sight.
fn with_all(view: &View, persons: Vec<Person>) -> Result<Vec<PersonState>, StoreError> {
    let ids: Vec<i64> = persons.iter().map(|person| person.id.0).collect();
    let mut properties = property::many(view, Whose::Person, &ids)?;
    let mut handles: HashMap<i64, Vec<Identity>> = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!("SELECT person, kind, handle FROM identity WHERE person IN ({list}) ORDER BY person, kind, handle");
        view.each(&sql, &values, |row| {
            let identity = Identity { kind: row.text(1)?.parse()?, handle: row.text(2)?.to_owned() };
            handles.entry(row.int(0)?).or_default().push(identity);
            Ok(())
        })?;
    }
    let state = |person: Person| PersonState {
        identities: handles.remove(&person.id.0).unwrap_or_default(),
        attributes: properties.remove(&person.id.0).unwrap_or_default(),
        person,
    };
    Ok(persons.into_iter().map(state).collect())
}

/// A person with handles and properties, whoever looks.
pub(crate) fn state(view: &View, id: PersonId) -> Result<Option<PersonState>, StoreError> {
    let person = view.one(&format!("SELECT {COLUMNS} FROM person WHERE id = $1"), &[id.into()], read)?;
    Ok(with_all(view, person.into_iter().collect())?.pop())
}

/// Notes a person that is new with an import.
pub fn note_new(tx: &mut Tx, import: Option<ImportId>, id: PersonId) -> Result<(), StoreError> {
    if import.is_some()
        && let Some(after) = state(tx, id)?
    {
        change::note(tx, import, "person", &id.to_string(), None::<&PersonState>, &after)?;
    }
    Ok(())
}

/// What became of a person that a source named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// Who it is.
    pub id: PersonId,
    /// What writing did.
    pub wrote: Wrote,
    /// Handles that belong to somebody else and stay theirs.
    pub taken: Vec<Identity>,
}

/// Keeps what a source says of a person: known by a handle, or within the account by name. What it does not say stays.
pub fn put(tx: &mut Tx, import: Option<ImportId>, new: &NewPerson, next: &mut dyn FnMut() -> i64) -> Result<Put, StoreError> {
    let said = |value: &Option<String>| value.as_deref().map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned);
    let (name, role) = (said(&new.name), said(&new.role));
    let account = said(&new.account).map(|name| account::named(tx, import, &name, next)).transpose()?;
    let mut identities: Vec<Identity> = new.identities.iter().filter_map(|i| Identity::new(i.kind, &i.handle)).collect();
    identities.sort();
    identities.dedup();
    let named = account.zip(name.clone().filter(|_| identities.is_empty()));
    let there = known(tx, &identities, named.as_ref())?;
    let before = there.map(|id| state(tx, id)).transpose()?.flatten();
    let id = if let (Some(id), Some(before)) = (there, &before) {
        let old = &before.person;
        let person = Person {
            id,
            name: name.unwrap_or_else(|| old.name.clone()),
            role: role.or_else(|| old.role.clone()),
            account: account.or(old.account),
        };
        if person != *old {
            update(tx, &person)?;
        }
        id
    } else {
        let id = PersonId(next());
        insert(tx, &Person { id, name: name.unwrap_or_default(), role, account }, &[])?;
        id
    };
    let mut taken = Vec::new();
    for identity in identities {
        if !link(tx, id, &identity)? && before.as_ref().is_none_or(|before| !before.identities.contains(&identity)) {
            taken.push(identity);
        }
    }
    property::set(tx, Whose::Person, id.0, &new.attributes)?;
    let after = state(tx, id)?;
    if before == after {
        return Ok(Put { id, wrote: Wrote::Known, taken });
    }
    if let Some(after) = &after {
        change::note(tx, import, "person", &id.to_string(), before.as_ref(), after)?;
    }
    Ok(Put { id, wrote: if before.is_some() { Wrote::Changed } else { Wrote::Added }, taken })
}

fn update(tx: &mut Tx, person: &Person) -> Result<(), StoreError> {
    update_many(tx, &[person])
}

/// Gives a person back what they were.
pub(crate) fn put_back(tx: &mut Tx, state: &PersonState) -> Result<(), StoreError> {
    let id = state.person.id;
    update(tx, &state.person)?;
    tx.execute("DELETE FROM identity WHERE person = $1", &[id.into()])?;
    for identity in &state.identities {
        link(tx, id, identity)?;
    }
    property::replace(tx, Whose::Person, id.0, &state.attributes)
}

/// Whether anything that this import did not bring belongs to a person.
pub(crate) fn used(view: &View, id: PersonId, import: ImportId) -> Result<bool, StoreError> {
    if view.number("SELECT count(*) FROM feedback WHERE person = $1", &[id.into()])? > 0 {
        return Ok(true);
    }
    let sql = "SELECT count(*) FROM \"case\" WHERE person = $1";
    if view.number(sql, &[id.into()])? > 0 {
        return Ok(true);
    }
    let sql = "SELECT count(*) FROM event WHERE person = $1 AND (import IS NULL OR import <> $2)";
    Ok(view.number(sql, &[id.into(), import.into()])? > 0)
}

/// The e-mail addresses of a person, in the form in which they are written to, whoever looks.
pub fn addresses(view: &View, id: PersonId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT handle FROM identity WHERE person = $1 AND kind = $2 ORDER BY handle";
    let handles = view.list(sql, &[id.into(), IdentityKind::Email.code().into()], |row| Ok(row.text(0)?.to_owned()))?;
    Ok(handles.iter().filter_map(|handle| heard_domain::mail::address(handle)).collect())
}

/// Removes a person to whom nothing belongs, with what was written to them; that they were asked or told stays as a number.
pub(crate) fn remove(tx: &mut Tx, id: PersonId) -> Result<(), StoreError> {
    let addresses = addresses(tx, id)?;
    let threads = message::erase(tx, id, &addresses)?;
    thread::erase(tx, &threads, &addresses)?;
    asking::erase(tx, id)?;
    told::erase(tx, id)?;
    progress::erase(tx, id)?;
    for table in ["identity", "person_attribute"] {
        tx.execute(&format!("DELETE FROM {table} WHERE person = $1"), &[id.into()])?;
    }
    tx.execute("DELETE FROM person WHERE id = $1", &[id.into()])?;
    Ok(())
}
