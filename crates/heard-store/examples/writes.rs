//! How fast feedback is kept on SQLite and on `PostgreSQL`, beside bare inserts of one row a commit: in one run, by turns.
//!
//! `cargo run --release --example writes -- postgres://heard@localhost/measured [rounds]`; the database must be empty.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on ends")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use heard_domain::channel::Channel;
use heard_domain::feedback::Feedback;
use heard_domain::id::{FeedbackId, JobId, PostId};
use heard_domain::job::Job;
use heard_domain::post::Post;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Time};
use heard_store::error::StoreError;
use heard_store::gather::Gather;
use heard_store::sql::database::Database;
use heard_store::store::Store;
use heard_store::tables::feedback::{NewRow, insert_many};
use heard_store::tables::{job, post};
use heard_store::view::Tx;

const CLIENTS: usize = 64;
const TIME: Duration = Duration::from_secs(3);
const ROWS: i64 = 1_000;

fn row(id: i64) -> NewRow {
    let text = format!("The flight was late again and nobody told us why, number {id}. The crew were kind, the seat was not.");
    let at = 1_700_000_000_000 + id % 100 * 86_400_000;
    let feedback = Feedback {
        id: FeedbackId(id),
        revision: 1,
        post: PostId(1),
        key: format!("key {id}"),
        at: Time(at),
        day: Day((at / 86_400_000) as i32),
        heard: Time(at),
        person: None,
        account: None,
        touchpoint: None,
        text,
        link: None,
        import: None,
        ratings: vec![],
        attributes: vec![],
    };
    NewRow { feedback, hash: format!("{id:032x}"), stage: None, reading: None }
}

/// What a client hands over: it is kept together with all that waits, as by the API.
struct Offer(Vec<NewRow>);

impl Gather for Offer {
    type Answer = usize;

    fn weight(&self) -> usize {
        self.0.len()
    }

    fn write(tx: &mut Tx, all: &[Self]) -> Result<Vec<usize>, StoreError> {
        let rows: Vec<NewRow> = all.iter().flat_map(|offer| offer.0.iter().cloned()).collect();
        insert_many(tx, &rows)?;
        let feedback: Vec<FeedbackId> = rows.iter().map(|row| row.feedback.id).collect();
        let Some(first) = feedback.first() else { return Ok(Vec::new()) };
        job::add(tx, JobId(first.0), &Job::Read { feedback }, Time(i64::MAX))?;
        Ok(all.iter().map(|offer| offer.0.len()).collect())
    }
}

/// How many rows a second, by so many clients that hand over so many at once and wait for their answer.
async fn by_clients(store: &Store, clients: usize, at_once: i64, next: &Arc<AtomicI64>) -> f64 {
    let begun = Instant::now();
    let clients: Vec<_> = (0..clients)
        .map(|_| {
            let (store, next) = (store.clone(), next.clone());
            tokio::spawn(async move {
                let mut count = 0;
                while begun.elapsed() < TIME {
                    let first = next.fetch_add(at_once, Ordering::Relaxed);
                    count += store.write_gathered(Offer((first..first + at_once).map(row).collect())).await.unwrap();
                }
                count
            })
        })
        .collect();
    let mut sum = 0;
    for client in clients {
        sum += client.await.unwrap();
    }
    sum as f64 / begun.elapsed().as_secs_f64()
}

fn open(folder: &Path, database: &Database) -> Store {
    let store = Store::open_on(folder, database).unwrap();
    let (name, channel) = ("post".to_owned(), Channel::Review);
    let post = Post {
        id: PostId(1),
        name,
        channel,
        touchpoint: None,
        objective: None,
        owner: None,
        promise_hours: None,
        process: None,
        place: None,
    };
    store.write_now(&Scope::system(), move |tx| post::save(tx, &post)).unwrap();
    store
}

fn main() {
    let url = std::env::args().nth(1).unwrap();
    let rounds: usize = std::env::args().nth(2).map_or(3, |rounds| rounds.parse().unwrap());
    let (sqlite, postgres) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stores = [
        ("SQLite", open(sqlite.path(), &Database::in_folder(sqlite.path()))),
        ("PostgreSQL", open(postgres.path(), &Database::at(&url).unwrap())),
    ];
    let next = Arc::new(AtomicI64::new(1));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("CREATE TABLE IF NOT EXISTS bare (LIKE feedback INCLUDING ALL)").await.unwrap();
    });
    for _ in 0..rounds {
        for (name, store) in &stores {
            let rate = runtime.block_on(by_clients(store, CLIENTS, 1, &next));
            println!("{name:<12} {CLIENTS} clients, one feedback each: {rate:>8.0} acknowledged a second");
        }
        let bare = runtime.block_on(bare(&url, &next));
        println!("{:<12} {CLIENTS} connections, one bare row a commit: {bare:>8.0} a second", "PostgreSQL");
        for (name, store) in &stores {
            let rate = runtime.block_on(by_clients(store, 2, ROWS, &next));
            println!("{name:<12} 2 imports, {ROWS} rows a write: {rate:>8.0} rows a second");
        }
    }
}

/// The row of a feedback alone, without passages, cubes and outbox, each in a commit of its own.
async fn bare(url: &str, next: &Arc<AtomicI64>) -> f64 {
    let begun = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let (url, next) = (url.to_owned(), next.clone());
        clients.push(tokio::spawn(async move {
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            let sql = "INSERT INTO bare (id, revision, post, key, hash, at, day, heard, text) VALUES ($1, 1, 1, $2, $3, $4, $5, $4, $6)";
            let statement = client.prepare(sql).await.unwrap();
            let mut count = 0_u64;
            while begun.elapsed() < TIME {
                let NewRow { feedback: f, hash, .. } = row(next.fetch_add(1, Ordering::Relaxed));
                client.execute(&statement, &[&f.id.0, &f.key, &hash, &f.at.0, &i64::from(f.day.0), &f.text]).await.unwrap();
                count += 1;
            }
            count
        }));
    }
    let mut sum = 0;
    for client in clients {
        sum += client.await.unwrap();
    }
    sum as f64 / begun.elapsed().as_secs_f64()
}
