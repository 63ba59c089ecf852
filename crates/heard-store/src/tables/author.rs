//! Authors: those who speak, found again by their handles or made when they are first heard; for many at a time.
//!
//! Three steps: [`Authors::look_up`] asks the database for all of them at once, [`Authors::resolve`] says in memory who
//! each is, as if they came one after the other, and [`Authors::keep`] writes what is new.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use heard_domain::account::{Identity, IdentityKind, Person};
use heard_domain::feedback::NewAuthor;
use heard_domain::id::{AccountId, PersonId};

use crate::error::StoreError;
use crate::sql::driver::{Value, one_of, wanted};
use crate::tables::passage::CHUNK;
use crate::tables::person;
use crate::view::{Tx, View};

/// Finds or makes those who speak, remembering them for the rest of one write.
#[derive(Debug, Default)]
pub struct Authors {
    /// What was looked up or made; `None`: it was looked up and is not there.
    accounts: HashMap<String, Option<AccountId>>,
    handles: HashMap<Identity, Option<PersonId>>,
    /// Who the database knows within an account by a name: of several, the first made.
    named: HashMap<(AccountId, String), Option<PersonId>>,
    /// Who got a name within an account in this write: of several, the first made.
    named_here: HashMap<(AccountId, String), PersonId>,
    persons: HashMap<PersonId, Person>,
    new_accounts: Vec<(AccountId, String)>,
    new_persons: BTreeSet<PersonId>,
    changed: BTreeSet<PersonId>,
    new_handles: Vec<(Identity, PersonId)>,
}

fn said(words: Option<&str>) -> Option<&str> {
    words.map(str::trim).filter(|words| !words.is_empty())
}

impl Authors {
    /// Who this is, kept at once: see [`Authors::resolve`].
    pub fn find_or_make(
        &mut self,
        tx: &mut Tx,
        author: &NewAuthor,
        next: &mut dyn FnMut() -> i64,
    ) -> Result<(Option<PersonId>, Option<AccountId>), StoreError> {
        self.look_up(tx, &[author])?;
        let found = self.resolve(author, next);
        self.keep(tx)?;
        Ok(found)
    }

    /// Asks the database for all that must be known to say who these are.
    pub fn look_up(&mut self, view: &View, authors: &[&NewAuthor]) -> Result<(), StoreError> {
        self.look_up_accounts(view, authors)?;
        let mut ids = self.look_up_handles(view, authors)?;
        ids.extend(self.look_up_named(view, authors)?);
        ids.retain(|id| !self.persons.contains_key(id));
        let ids: Vec<PersonId> = ids.into_iter().collect();
        for ids in ids.chunks(CHUNK) {
            let (list, values) = one_of(1, ids);
            view.each(&format!("SELECT id, name, role, account FROM person WHERE id IN ({list})"), &values, |row| {
                let person = Person {
                    id: PersonId(row.int(0)?),
                    name: row.text(1)?.to_owned(),
                    role: row.text_or_none(2)?.map(str::to_owned),
                    account: row.int_or_none(3)?.map(AccountId),
                };
                self.persons.insert(person.id, person);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn look_up_accounts(&mut self, view: &View, authors: &[&NewAuthor]) -> Result<(), StoreError> {
        let names = authors.iter().filter_map(|author| said(author.account.as_deref()));
        let unknown: BTreeSet<&str> = names.filter(|name| !self.accounts.contains_key(*name)).collect();
        self.accounts.extend(unknown.iter().map(|name| ((*name).to_owned(), None)));
        let unknown: Vec<&str> = unknown.into_iter().collect();
        for names in unknown.chunks(CHUNK) {
            let (list, values) = one_of(1, names);
            view.each(&format!("SELECT name, id FROM account WHERE name IN ({list})"), &values, |row| {
                self.accounts.insert(row.text(0)?.to_owned(), Some(AccountId(row.int(1)?)));
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Who is known by one of the handles.
    fn look_up_handles(&mut self, view: &View, authors: &[&NewAuthor]) -> Result<BTreeSet<PersonId>, StoreError> {
        let mut unknown: BTreeMap<&str, (IdentityKind, BTreeSet<&str>)> = BTreeMap::new();
        for identity in authors.iter().flat_map(|author| &author.identities) {
            if !self.handles.contains_key(identity) {
                let kind = unknown.entry(identity.kind.code()).or_insert_with(|| (identity.kind, BTreeSet::new()));
                kind.1.insert(&identity.handle);
            }
        }
        let mut ids = BTreeSet::new();
        for (kind, handles) in unknown.into_values() {
            let handles: Vec<&str> = handles.into_iter().collect();
            for handles in handles.chunks(CHUNK) {
                let with = |handle: &str| Identity { kind, handle: handle.to_owned() };
                self.handles.extend(handles.iter().map(|handle| (with(handle), None)));
                let (pairs, values) = wanted(kind.code().into(), handles);
                let sql = format!(
                    "WITH wanted (whose, name) AS (VALUES {pairs}) SELECT i.handle, i.person
                     FROM wanted CROSS JOIN identity AS i WHERE i.kind = wanted.whose AND i.handle = wanted.name"
                );
                view.each(&sql, &values, |row| {
                    let person = PersonId(row.int(1)?);
                    ids.insert(person);
                    self.handles.insert(with(row.text(0)?), Some(person));
                    Ok(())
                })?;
            }
        }
        Ok(ids)
    }

    /// Who is known within an account by name, of those who have no handle.
    fn look_up_named(&mut self, view: &View, authors: &[&NewAuthor]) -> Result<BTreeSet<PersonId>, StoreError> {
        let mut unknown: BTreeMap<AccountId, BTreeSet<&str>> = BTreeMap::new();
        for author in authors.iter().filter(|author| author.identities.is_empty()) {
            let (Some(account), Some(name)) = (said(author.account.as_deref()), said(author.name.as_deref())) else { continue };
            // An account that is new has nobody yet.
            if let Some(Some(account)) = self.accounts.get(account)
                && !self.named.contains_key(&(*account, name.to_owned()))
            {
                unknown.entry(*account).or_default().insert(name);
            }
        }
        let mut ids = BTreeSet::new();
        for (account, names) in unknown {
            let names: Vec<&str> = names.into_iter().collect();
            for names in names.chunks(CHUNK) {
                self.named.extend(names.iter().map(|name| ((account, (*name).to_owned()), None)));
                let (list, mut values) = one_of(2, names);
                values.insert(0, account.into());
                let sql = format!("SELECT name, min(id) FROM person WHERE account = $1 AND name IN ({list}) GROUP BY name");
                view.each(&sql, &values, |row| {
                    let person = PersonId(row.int(1)?);
                    ids.insert(person);
                    self.named.insert((account, row.text(0)?.to_owned()), Some(person));
                    Ok(())
                })?;
            }
        }
        Ok(ids)
    }

    /// Who this is: the person known by one of the handles, or within the account by this name; else a new one, if there
    /// is anything to know them by. What was not known of them before is filled in, nothing is overwritten. They must
    /// have been looked up; what is new is kept by [`Authors::keep`].
    pub fn resolve(&mut self, author: &NewAuthor, next: &mut dyn FnMut() -> i64) -> (Option<PersonId>, Option<AccountId>) {
        let account = said(author.account.as_deref()).map(|name| self.account(name, next));
        let name = said(author.name.as_deref());
        if name.is_none() && author.identities.is_empty() {
            return (None, account);
        }
        let named = account.zip(name.filter(|_| author.identities.is_empty()));
        let id = self.known(&author.identities, named).unwrap_or_else(|| {
            let id = PersonId(next());
            self.persons.insert(id, Person { id, name: String::new(), role: None, account: None });
            self.new_persons.insert(id);
            id
        });
        self.fill_in(id, author, name, account);
        for identity in &author.identities {
            // A handle that belongs to somebody else stays theirs: joining persons is for people to decide.
            let owner = self.handles.entry(identity.clone()).or_default();
            if owner.is_none() {
                *owner = Some(id);
                self.new_handles.push((identity.clone(), id));
            }
        }
        // Feedback of somebody whose account is known counts for that account.
        let account = account.or_else(|| self.persons.get(&id).and_then(|person| person.account));
        (Some(id), account)
    }

    fn account(&mut self, name: &str, next: &mut dyn FnMut() -> i64) -> AccountId {
        if let Some(Some(id)) = self.accounts.get(name) {
            return *id;
        }
        let id = AccountId(next());
        self.accounts.insert(name.to_owned(), Some(id));
        self.new_accounts.push((id, name.to_owned()));
        id
    }

    fn known(&self, identities: &[Identity], named: Option<(AccountId, &str)>) -> Option<PersonId> {
        if let Some(id) = identities.iter().find_map(|identity| self.handles.get(identity).copied().flatten()) {
            return Some(id);
        }
        let (account, name) = named?;
        let key = (account, name.to_owned());
        let there = self.named.get(&key).copied().flatten();
        there.into_iter().chain(self.named_here.get(&key).copied()).min()
    }

    fn fill_in(&mut self, id: PersonId, author: &NewAuthor, name: Option<&str>, account: Option<AccountId>) {
        let Some(person) = self.persons.get_mut(&id) else { return };
        let before = person.clone();
        if person.name.is_empty() {
            name.unwrap_or_default().clone_into(&mut person.name);
        }
        if person.role.is_none() {
            person.role.clone_from(&author.role);
        }
        person.account = person.account.or(account);
        if *person == before {
            return;
        }
        self.changed.insert(id);
        if let Some(account) = person.account.filter(|_| !person.name.is_empty()) {
            let first = self.named_here.entry((account, person.name.clone())).or_insert(id);
            *first = id.min(*first);
        }
    }

    /// Writes what is new and what was filled in.
    pub fn keep(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let accounts = std::mem::take(&mut self.new_accounts);
        let values: Vec<Value<'_>> = accounts.iter().flat_map(|(id, name)| [(*id).into(), name.into()]).collect();
        tx.execute_many_soon("INSERT INTO account (id, name, key_account) VALUES ($1, $2, 0)", 2, &values)?;
        let new = std::mem::take(&mut self.new_persons);
        let changed = std::mem::take(&mut self.changed);
        let of = |ids: &mut dyn Iterator<Item = &PersonId>| ids.filter_map(|id| self.persons.get(id)).collect::<Vec<_>>();
        person::insert_many(tx, &of(&mut new.iter()))?;
        person::update_many(tx, &of(&mut changed.difference(&new)))?;
        let handles = std::mem::take(&mut self.new_handles);
        person::tie_many(tx, &handles)
    }
}
