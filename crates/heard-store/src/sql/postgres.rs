//! `PostgreSQL`: the database beside the program, spoken to from threads of the store.
//!
//! Each connection brings a small runtime of its own and blocks its thread, so that tables are written once for both
//! databases. It must therefore never be used, made or dropped on a thread that runs async code.
//!
//! In `PostgreSQL` a statement that fails spoils its transaction until it is rolled back, to the savepoint or as a whole;
//! a `COMMIT` of a spoilt transaction is a rollback without an error. [`Postgres::commit`] therefore asks first.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::error::{DbError, Severity, SqlState};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Statement};

use crate::error::StoreError;
use crate::sql::driver::{Driver, Row, Value};
use crate::sql::grown::Grown;
use crate::sql::many::Many;
use crate::sql::under_way::{self, Encoded, Sent, all, both};
use crate::sql::wire::Kept;

/// How long a connection waits for the server, or for another Heard to let go of the database.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many prepared statements a connection keeps; lists come in few lengths, so that it hardly ever has more.
const PREPARED: usize = 1000;
/// How many statements are under way at once before their answers are read.
const UNDER_WAY: usize = 256;
/// The one writer holds this lock: "heard" as a number.
const WRITER: i64 = 0x0068_6561_7264;

/// A connection to a database of a server.
pub struct Postgres {
    config: Config,
    writes: bool,
    runtime: Runtime,
    client: RefCell<Option<Arc<Client>>>,
    prepared: RefCell<HashMap<String, Statement>>,
    /// How a statement for one row is said for many at once; `None` where it cannot be.
    many: RefCell<HashMap<String, Option<Arc<Many>>>>,
    open: Cell<bool>,
    /// What is sent together with the next statement.
    soon: RefCell<String>,
    /// Statements that are under way while the next are made ready.
    sent: RefCell<Vec<Sent>>,
    /// Whether the server plans each statement by its values and by what there is, or keeps its plans; `None`: not known.
    plans_anew: Cell<Option<bool>>,
    /// Whether a statement of the transaction has failed, so that nothing but undoing it is possible.
    spoilt: Cell<bool>,
    /// What the writer has added, so that the server is asked to look at it in time.
    grown: Grown,
}

impl Postgres {
    /// Connects the one writer. Another that writes to the same database makes this [`StoreError::Busy`].
    pub fn writer(config: &Config) -> Result<Self, StoreError> {
        Self::connect(config, true)
    }

    /// Connects for reading only.
    pub fn reader(config: &Config) -> Result<Self, StoreError> {
        Self::connect(config, false)
    }

    fn connect(config: &Config, writes: bool) -> Result<Self, StoreError> {
        let mut config = config.clone();
        config.application_name("heard").keepalives_idle(Duration::from_secs(30));
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StoreError::odd)?;
        let this = Self {
            config,
            writes,
            runtime,
            client: RefCell::default(),
            prepared: RefCell::default(),
            many: RefCell::default(),
            open: Cell::new(false),
            soon: RefCell::default(),
            sent: RefCell::default(),
            plans_anew: Cell::new(None),
            spoilt: Cell::new(false),
            grown: Grown::default(),
        };
        this.reconnect()?;
        Ok(this)
    }

    /// Connects anew. What an earlier connection had not committed is gone.
    fn reconnect(&self) -> Result<(), StoreError> {
        self.let_go();
        let client = self.runtime.block_on(async {
            let (client, connection) = self.config.connect(NoTls).await.map_err(|e| unreachable(&e))?;
            // It runs while this thread waits for an answer, and ends with the client.
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to PostgreSQL has ended");
                }
            });
            settle(&client, self.writes).await?;
            if self.writes {
                sizes(&client, &self.grown).await?;
            }
            Ok::<_, StoreError>(client)
        })?;
        *self.client.borrow_mut() = Some(Arc::new(client));
        Ok(())
    }

    /// Forgets the connection: what was under way on it is undone.
    fn let_go(&self) {
        self.open.set(false);
        self.soon.borrow_mut().clear();
        self.sent.borrow_mut().clear();
        self.plans_anew.set(None);
        self.prepared.borrow_mut().clear();
        self.client.borrow_mut().take();
    }

    fn connected(&self) -> Result<Arc<Client>, StoreError> {
        self.client.borrow().clone().ok_or_else(|| lost("what was not yet committed is undone"))
    }

    /// Awaits what is under way.
    fn await_sent(&self) -> Result<(), StoreError> {
        if self.sent.borrow().is_empty() { Ok(()) } else { self.ask(async |_| Ok(())) }
    }

    /// Runs `ask` on the connection; one that is lost on the way is let go of.
    fn ask<T>(&self, ask: impl AsyncFnOnce(&Client) -> Result<T, Failed>) -> Result<T, StoreError> {
        let (soon, sent) = (self.soon.take(), self.sent.take());
        let client = self.connected()?;
        let now = async {
            if soon.is_empty() {
                return ask(&client).await;
            }
            let (first, then) = both(client.batch_execute(&soon), ask(&client)).await;
            first.map_err(Failed::Answered).and(then)
        };
        let answer = if sent.is_empty() {
            self.runtime.block_on(now)
        } else {
            // The answers come in the order of what was sent.
            let (now, before) = self.runtime.block_on(both(now, under_way::ended(sent)));
            before.map_err(Failed::Answered).and(now)
        };
        drop(client);
        answer.map_err(|failed| match failed {
            Failed::Asked(error) => error,
            Failed::Answered(error) => {
                self.spoilt.set(true);
                if is_end(&error) {
                    self.let_go();
                }
                said(&error)
            }
        })
    }

    /// Says whether what comes next is planned anew each time. What the writer asks has to be: a plan that is kept from
    /// when a table was small reads through all of it, also when it has grown. Planning every insert and its checks of
    /// references anew costs more than it gains.
    fn plan(&self, anew: bool) {
        if self.writes && self.open.get() && self.plans_anew.get() != Some(anew) {
            let mode = if anew { "force_custom_plan" } else { "auto" };
            let mut soon = self.soon.borrow_mut();
            soon.push_str("SET plan_cache_mode = ");
            soon.push_str(mode);
            soon.push_str("; ");
            self.plans_anew.set(Some(anew));
        }
    }

    fn simple(&self, sql: &str) -> Result<(), StoreError> {
        if sql.starts_with("ROLLBACK") {
            // What was under way is undone, however it went.
            let _ = self.await_sent();
        }
        let mut all = self.soon.take();
        all.push_str(sql);
        self.ask(async |client| Ok(client.batch_execute(&all).await?))?;
        self.spoilt.set(false);
        if all.contains("ROLLBACK") {
            // Settings go back to what they were, too.
            self.plans_anew.set(None);
        }
        Ok(())
    }

    async fn prepare(&self, client: &Client, sql: &str) -> Result<Statement, Failed> {
        if let Some(statement) = self.prepared.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = client.prepare(sql).await?;
        let mut prepared = self.prepared.borrow_mut();
        if prepared.len() >= PREPARED {
            prepared.clear();
        }
        prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// One statement for all rows, where it can be said so.
    async fn together(&self, client: &Client, sql: &str, width: usize, values: &[Value<'_>]) -> Result<Option<u64>, Failed> {
        let known = self.many.borrow().get(sql).cloned();
        let many = if let Some(many) = known {
            many
        } else {
            let statement = self.prepare(client, sql).await?;
            let many = Many::of(sql, statement.params()).map(Arc::new);
            self.many.borrow_mut().insert(sql.to_owned(), many.clone());
            many
        };
        let Some(many) = many.filter(|many| many.suits(width, values)) else { return Ok(None) };
        let statement = self.prepare(client, &many.sql).await?;
        let columns: Vec<Vec<Kept<'_>>> =
            (0..width).map(|column| values.iter().skip(column).step_by(width).map(|v| Kept(*v)).collect()).collect();
        let columns: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
        Ok(Some(client.execute(&statement, &columns).await?))
    }

    /// Has the server look at one table that has grown much. Where that is not possible it is only slower.
    fn look_at_grown(&self) {
        let Some(table) = self.grown.due() else { return };
        if let Err(error) = self.simple(&format!("ANALYZE (SKIP_LOCKED) \"{table}\"")) {
            tracing::warn!(table, %error, "the server could not look at a table that has grown");
        }
    }

    /// The same statement once a row; many are under way at once.
    async fn one_by_one(&self, client: &Client, sql: &str, width: usize, values: &[Value<'_>]) -> Result<u64, Failed> {
        let statement = self.prepare(client, sql).await?;
        let mut changed = 0;
        for rows in values.chunks(width * UNDER_WAY) {
            let under_way = rows.chunks(width).map(|row| {
                let statement = &statement;
                async move { client.execute_raw(statement, row.iter().map(|value| Kept(*value))).await }
            });
            for ended in all(under_way.collect()).await {
                changed += ended?;
            }
        }
        Ok(changed)
    }
}

/// Sees to what a connection must have, and tells what is wrong with the server.
async fn settle(client: &Client, writes: bool) -> Result<(), StoreError> {
    let set =
        "SET client_min_messages = warning; SET jit = off; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '5s'";
    client.batch_execute(set).await.map_err(|e| said(&e))?;
    // A plan that was made while a table was small reads it through, also when it has grown. The writer goes by keys; what
    // readers ask is planned by what there is.
    let plans = if writes {
        "SET enable_seqscan = off; SET default_statistics_target = 10"
    } else {
        "SET plan_cache_mode = force_custom_plan"
    };
    client.batch_execute(plans).await.map_err(|e| said(&e))?;
    let show = async |name: &str| -> Result<String, StoreError> {
        let row = client.query_one(&format!("SHOW {name}"), &[]).await.map_err(|e| said(&e))?;
        row.try_get::<_, String>(0).map_err(|e| said(&e))
    };
    let encoding = show("server_encoding").await?;
    if encoding != "UTF8" {
        return Err(StoreError::Broken(format!(
            "the database keeps text as {encoding}: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )));
    }
    if !writes {
        return Ok(());
    }
    // What was acknowledged must survive the loss of power. A server that waits for its copies too is left as it is.
    if matches!(show("synchronous_commit").await?.as_str(), "off" | "local") {
        client.batch_execute("SET synchronous_commit = on").await.map_err(|e| said(&e))?;
    }
    for setting in ["fsync", "full_page_writes"] {
        if show(setting).await? == "off" {
            tracing::warn!(setting, "the PostgreSQL server does not keep data safe over a loss of power: set it to on");
        }
    }
    let taken = client.execute("SELECT pg_advisory_lock($1)", &[&WRITER]).await;
    taken.map(drop).map_err(|error| match error.code() {
        Some(&SqlState::LOCK_NOT_AVAILABLE) => StoreError::Busy("another Heard writes to this database".to_owned()),
        _ => said(&error),
    })
}

/// Finds out how large the server knows the tables to be.
async fn sizes(client: &Client, grown: &Grown) -> Result<(), StoreError> {
    let sql = "SELECT relname::text, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND reltuples > 0 \
         AND relnamespace = current_schema()::regnamespace";
    for row in client.query(sql, &[]).await.map_err(|e| said(&e))? {
        let (table, rows): (String, i64) = (row.try_get(0).map_err(|e| said(&e))?, row.try_get(1).map_err(|e| said(&e))?);
        grown.known(&table, rows.unsigned_abs());
    }
    Ok(())
}

/// Why something asked was not answered.
enum Failed {
    /// It could not be asked.
    Asked(StoreError),
    /// The server says no, or is not there.
    Answered(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Answered(error)
    }
}

impl Driver for Postgres {
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        sound(values)?;
        self.plan(false);
        self.ask(async |client| {
            let statement = self.prepare(client, sql).await?;
            let values = needed(&statement, values)?;
            Ok(client.execute_raw(&statement, values.iter().map(|value| Kept(*value))).await?)
        })
    }

    fn execute_many(&self, sql: &str, width: usize, values: &[Value<'_>]) -> Result<u64, StoreError> {
        if values.is_empty() {
            return Ok(0);
        }
        sound(values)?;
        self.plan(false);
        self.ask(async |client| {
            if values.len() > width
                && let Some(changed) = self.together(client, sql, width, values).await?
            {
                return Ok(changed);
            }
            self.one_by_one(client, sql, width, values).await
        })
        .inspect(|changed| self.grown.by(sql, *changed))
    }

    fn execute_many_soon(&self, sql: &str, width: usize, values: &[Value<'_>]) -> Result<(), StoreError> {
        let many = self.many.borrow().get(sql).cloned().flatten();
        let many = many.filter(|many| values.len() > width && many.suits(width, values));
        let statement = many.and_then(|many| self.prepared.borrow().get(&many.sql).cloned());
        // The first time, and where rows cannot be taken together.
        let Some(statement) = statement else { return self.execute_many(sql, width, values).map(drop) };
        sound(values)?;
        self.plan(false);
        let columns = statement.params().iter().enumerate().map(|(at, kind)| Encoded::column(kind, at, width, values));
        let columns = columns.collect::<Result<Vec<_>, _>>().map_err(|error| StoreError::Broken(error.to_string()))?;
        let client = self.connected()?;
        let soon = self.soon.take();
        let mut sent = self.sent.borrow_mut();
        let begun = sent.len();
        if !soon.is_empty() {
            sent.push(under_way::script(&client, soon));
        }
        sent.push(under_way::statement(&client, statement, columns));
        self.runtime.block_on(async {
            std::future::poll_fn(|context| {
                sent.iter_mut().skip(begun).for_each(|one| one.look(context));
                Poll::Ready(())
            })
            .await;
            // The connection's turn, to send it.
            tokio::task::yield_now().await;
        });
        self.grown.by(sql, (values.len() / width) as u64);
        Ok(())
    }

    fn query(
        &self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        sound(values)?;
        self.plan(true);
        let answer = self.ask(async |client| {
            let statement = self.prepare(client, sql).await?;
            let values: Vec<Kept<'_>> = needed(&statement, values)?.iter().map(|value| Kept(*value)).collect();
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
            Ok(client.query(&statement, &values).await?)
        });
        // All rows first: what is asked while one is looked at would wait behind them for ever.
        for row in &answer? {
            each(&PostgresRow(row))?;
        }
        Ok(())
    }

    fn script(&self, sql: &str) -> Result<(), StoreError> {
        self.simple(sql)
    }

    fn script_soon(&self, sql: &str) -> Result<(), StoreError> {
        if !self.open.get() {
            return Err(lost("what was not yet committed is undone"));
        }
        // Where one write ends, or another begins: what went wrong before is told before.
        self.await_sent()?;
        if self.spoilt.get() {
            // Who has caught the error must not be told later, with somebody else's statement.
            return self.simple(sql);
        }
        let mut soon = self.soon.borrow_mut();
        soon.push_str(sql);
        soon.push_str("; ");
        Ok(())
    }

    fn begin(&self, writes: bool) -> Result<(), StoreError> {
        let begin =
            if writes { "BEGIN ISOLATION LEVEL READ COMMITTED" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };
        let fresh = self.client.borrow().is_none();
        if fresh {
            self.reconnect()?;
        }
        let begun = self.simple(begin);
        if !fresh && self.client.borrow().is_none() {
            // It had ended before, unnoticed, and nothing has been done on it yet.
            self.reconnect()?;
            self.simple(begin)?;
        } else {
            begun?;
        }
        self.open.set(true);
        Ok(())
    }

    fn commit(&self) -> Result<(), StoreError> {
        if !self.open.get() {
            return Err(lost("what was not yet committed is undone"));
        }
        // A transaction that an error has spoilt answers COMMIT with a silent rollback, but no other statement.
        self.simple("SELECT 1; COMMIT")?;
        self.open.set(false);
        self.look_at_grown();
        Ok(())
    }

    fn rollback(&self) -> Result<(), StoreError> {
        self.soon.borrow_mut().clear();
        self.plans_anew.set(None);
        let ended = self.simple("ROLLBACK");
        if ended.is_err() {
            // The server rolls back what a connection leaves behind.
            self.let_go();
        }
        self.open.set(false);
        ended
    }

    fn within_transaction(&self) -> bool {
        self.open.get()
    }
}

/// Text with NUL cannot be kept by `PostgreSQL`; the rules above this have refused it already.
fn sound(values: &[Value<'_>]) -> Result<(), StoreError> {
    if values.iter().any(|value| matches!(value, Value::Text(text) if text.contains('\0'))) {
        return Err(StoreError::refused("text", "holds a NUL character, which cannot be kept: remove it"));
    }
    Ok(())
}

/// As many values as the statement takes: SQLite does not mind one too many, nor should this.
fn needed<'a, 'b>(statement: &Statement, values: &'a [Value<'b>]) -> Result<&'a [Value<'b>], Failed> {
    let count = statement.params().len();
    values.get(..count).ok_or_else(|| Failed::Asked(StoreError::Broken(format!("no value for ${count}"))))
}

struct PostgresRow<'a>(&'a tokio_postgres::Row);

impl Row for PostgresRow<'_> {
    fn value(&self, column: usize) -> Result<Value<'_>, StoreError> {
        Ok(self.0.try_get::<_, Option<Kept<'_>>>(column).map_err(|e| said(&e))?.map_or(Value::Null, |kept| kept.0))
    }
}

fn lost(how: &str) -> StoreError {
    StoreError::Busy(format!("the connection to PostgreSQL was lost: {how}"))
}

fn unreachable(error: &Error) -> StoreError {
    match error.code() {
        Some(_) => said(error),
        None => StoreError::Busy(format!("PostgreSQL cannot be reached: {}", whole(error))),
    }
}

/// The message with its causes.
fn whole(error: &Error) -> String {
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !message.contains(&more) {
            message = format!("{message}: {more}");
        }
        cause = error.source();
    }
    message
}

/// Whether the connection ends with this error.
fn is_end(error: &Error) -> bool {
    let fatal = error.as_db_error().and_then(DbError::parsed_severity);
    matches!(fatal, Some(Severity::Fatal | Severity::Panic)) || error.is_closed() || of_connection(error)
}

fn of_connection(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error + 'static>::is::<std::io::Error>)
}

/// What an error of the server or of the connection means.
fn said(error: &Error) -> StoreError {
    let message = whole(error);
    let Some(code) = error.code() else {
        // Not an answer of the server: the connection, or a value that does not fit its parameter.
        return if error.is_closed() || of_connection(error) { lost(&message) } else { StoreError::Broken(message) };
    };
    match code.code() {
        "53100" => StoreError::Full,
        // Class 08: the connection. 40: serialization, deadlock. 53: resources. 55P03: a lock. 57: cancelled, shutting down,
        // starting. 25006: the server has become a copy that only reads.
        code if ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) => StoreError::Busy(message),
        "55P03" | "25006" => StoreError::Busy(message),
        code if code.starts_with("23") => StoreError::Conflict(message),
        "22021" | "22P05" => StoreError::refused("text", message),
        _ => StoreError::Broken(message),
    }
}
