//! What a read sees and a write changes: a connection, together with who is looking.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use heard_domain::id::{CategoryId, PostId, ScaleId, StageId};
use heard_domain::scope::{Reach, Scope};
use heard_domain::score::Formula;

use crate::cube::Deltas;
use crate::error::StoreError;
use crate::handed::{Handed, Kept};
use crate::sql::driver::{Driver, Row, Value};

/// One state of the data, seen by somebody.
pub struct View {
    scope: Scope,
    db: Box<dyn Driver>,
}

impl View {
    /// A view of Heard itself.
    pub(crate) fn new(db: Box<dyn Driver>) -> Self {
        Self { scope: Scope::system(), db }
    }

    /// Who is looking.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The posts in sight, if they are not all.
    pub(crate) fn narrowed(&self) -> Option<Vec<PostId>> {
        match &self.scope.reach {
            Reach::Everything => None,
            Reach::Posts(posts) => Some(posts.iter().copied().collect()),
        }
    }

    /// The connection.
    pub(crate) fn db(&self) -> &dyn Driver {
        self.db.as_ref()
    }

    pub(crate) fn look_as(&mut self, scope: Scope) {
        self.scope = scope;
    }

    /// Hands every row to `each`.
    pub(crate) fn each(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut each: impl FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.db.query(sql, values, &mut each)
    }

    /// All rows.
    pub(crate) fn list<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut list = Vec::new();
        self.db.query(sql, values, &mut |row| {
            list.push(read(row)?);
            Ok(())
        })?;
        Ok(list)
    }

    /// The first row, if there is one.
    pub(crate) fn one<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut one = None;
        self.db.query(sql, values, &mut |row| {
            if one.is_none() {
                one = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(one)
    }

    /// The whole number of a one-row answer; 0 where it is empty.
    pub(crate) fn number(&self, sql: &str, values: &[Value<'_>]) -> Result<i64, StoreError> {
        Ok(self.one(sql, values, |row| row.int_or_none(0))?.flatten().unwrap_or(0))
    }
}

/// The stages and categories that there are.
pub(crate) type NamedIds = (Arc<HashSet<StageId>>, Arc<HashSet<CategoryId>>);

/// A write under way: what it has changed is kept together or not at all.
pub struct Tx {
    view: View,
    /// What this write adds to the cubes.
    pub(crate) cubes: Deltas,
    /// What the group of writes adds to the cubes.
    group: Deltas,
    /// Whether this write has counted everything anew, so that what the group has added before is contained in it.
    recounted: bool,
    /// The formulas of scales seen so far; a scale never changes its formula.
    pub(crate) formulas: HashMap<ScaleId, Formula>,
    /// The stages and categories that there are, once somebody has looked; `None` again when a write changes them.
    pub(crate) named: Option<NamedIds>,
    /// The last number given in the outbox; known once a group was committed.
    pub(crate) sequence: i64,
    /// Whether that number, and the names, are known from the group before: only the one writer changes them.
    sure: bool,
    /// The last number given before the write under way: numbers of an undone write are given again.
    sequence_before: i64,
    /// Whether the group has added background work.
    pub(crate) work_added: bool,
    /// Where what was kept is laid out for those who follow; `None`: nobody does.
    pub(crate) handed: Option<Arc<Handed>>,
    /// What the group has kept for the first time, each with its number in the outbox.
    pub(crate) fresh: Vec<(i64, Arc<Kept>)>,
    /// How many of them were there before the write under way.
    fresh_before: usize,
}

impl Deref for Tx {
    type Target = View;
    fn deref(&self) -> &View {
        &self.view
    }
}

impl Tx {
    pub(crate) fn new(db: Box<dyn Driver>) -> Self {
        Self {
            view: View::new(db),
            cubes: Deltas::default(),
            group: Deltas::default(),
            recounted: false,
            formulas: HashMap::new(),
            named: None,
            sequence: 0,
            sure: false,
            sequence_before: 0,
            work_added: false,
            handed: None,
            fresh: Vec::new(),
            fresh_before: 0,
        }
    }

    pub(crate) fn write_as(&mut self, scope: Scope) {
        self.view.look_as(scope);
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.db().execute(sql, values)
    }

    /// Runs a statement once for every `width` values.
    pub(crate) fn execute_many(&mut self, sql: &str, width: usize, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.db().execute_many(sql, width, values)
    }

    /// The same, without waiting for it where the database can do it meanwhile; errors are told where the write ends.
    pub(crate) fn execute_many_soon(&mut self, sql: &str, width: usize, values: &[Value<'_>]) -> Result<(), StoreError> {
        self.db().execute_many_soon(sql, width, values)
    }

    /// This write counts everything anew: nothing that was counted before holds.
    pub(crate) fn recount(&mut self) {
        self.cubes.clear();
        self.recounted = true;
    }

    /// Begins a group of writes.
    pub(crate) fn begin_group(&mut self) -> Result<(), StoreError> {
        self.group.clear();
        self.cubes.clear();
        self.fresh.clear();
        self.work_added = false;
        self.db().begin(true)?;
        if !self.sure {
            self.named = None;
            self.sequence = self.number("SELECT max(seq) FROM outbox", &[])?;
        }
        // Until its end is known.
        self.sure = false;
        Ok(())
    }

    /// Begins one write of the group.
    pub(crate) fn begin_one(&mut self) -> Result<(), StoreError> {
        self.cubes.clear();
        self.recounted = false;
        self.sequence_before = self.sequence;
        self.fresh_before = self.fresh.len();
        self.db().script_soon("SAVEPOINT one")
    }

    /// Keeps the write, to be committed with its group.
    pub(crate) fn keep_one(&mut self) -> Result<(), StoreError> {
        self.db().script_soon("RELEASE one")?;
        if self.recounted {
            self.group.clear();
        }
        self.group.absorb(&mut self.cubes);
        Ok(())
    }

    /// Undoes the write and leaves the rest of its group as it is.
    pub(crate) fn drop_one(&mut self) -> Result<(), StoreError> {
        self.sequence = self.sequence_before;
        self.fresh.truncate(self.fresh_before);
        self.cubes.clear();
        // A scale declared by this write is gone, and its identifier may be given again.
        self.formulas.clear();
        self.named = None;
        if self.db().within_transaction() { self.db().script("ROLLBACK TO one; RELEASE one") } else { Ok(()) }
    }

    /// Writes what the group adds to the cubes, and makes everything durable.
    pub(crate) fn commit_group(&mut self) -> Result<(), StoreError> {
        let db = self.view.db.as_ref();
        self.group.flush(db)?;
        db.commit()?;
        self.sure = true;
        if let Some(handed) = &self.handed {
            handed.lay(&self.fresh);
        }
        self.fresh.clear();
        Ok(())
    }

    /// Undoes the group.
    pub(crate) fn drop_group(&mut self) {
        self.group.clear();
        self.cubes.clear();
        self.formulas.clear();
        if self.db().within_transaction()
            && let Err(error) = self.db().rollback()
        {
            tracing::error!(%error, "a group of writes could not be rolled back");
        }
    }
}
