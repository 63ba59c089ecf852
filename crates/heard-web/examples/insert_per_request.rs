//! The plain way to take feedback in over HTTP: one `INSERT` a request over a pool of 32 connections, and nothing made of
//! it. What `POST /api/v1/feedback` is measured against, on the same server, with the same load.
//!
//! `cargo run --release --workspace --example insert_per_request -- postgres://heard@localhost/peer 127.0.0.1:8899`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on ends")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_postgres::{Client, NoTls, Statement};

const CONNECTIONS: usize = 32;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS said (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post TEXT NOT NULL, key TEXT NOT NULL, at TIMESTAMPTZ NOT NULL,
    text TEXT NOT NULL, meta TEXT NOT NULL, UNIQUE (post, key)
); CREATE INDEX IF NOT EXISTS said_at ON said (at)";

const INSERT: &str = "INSERT INTO said (post, key, at, text, meta) VALUES ($1, $2, CAST(CAST($3 AS TEXT) AS TIMESTAMPTZ), $4, $5)
    ON CONFLICT (post, key) DO NOTHING RETURNING id";

/// What is handed over: what else it says is kept as it came.
#[derive(Deserialize)]
struct Said {
    post: String,
    key: String,
    at: String,
    text: String,
    #[serde(flatten)]
    meta: serde_json::Map<String, Value>,
}

/// Connections, used in turn.
struct Pool {
    connections: Vec<tokio::sync::Mutex<(Client, Statement)>>,
    next: AtomicUsize,
}

async fn keep(State(pool): State<Arc<Pool>>, Json(said): Json<Said>) -> (StatusCode, Json<Value>) {
    let at = pool.next.fetch_add(1, Ordering::Relaxed) % pool.connections.len();
    let connection = pool.connections[at].lock().await;
    let (client, statement) = &*connection;
    let meta = Value::Object(said.meta).to_string();
    let kept = client.query_opt(statement, &[&said.post, &said.key, &said.at, &said.text, &meta]).await.unwrap();
    match kept {
        Some(row) => (StatusCode::CREATED, Json(json!({ "id": row.get::<_, i64>(0).to_string() }))),
        None => (StatusCode::OK, Json(json!({ "outcome": "known" }))),
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (url, listen) = (arguments.next().unwrap(), arguments.next().unwrap());
    let mut connections = Vec::new();
    for at in 0..CONNECTIONS {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        if at == 0 {
            client.batch_execute(TABLE).await.unwrap();
        }
        client.batch_execute("SET synchronous_commit = on").await.unwrap();
        let statement = client.prepare(INSERT).await.unwrap();
        connections.push(tokio::sync::Mutex::new((client, statement)));
    }
    let pool = Arc::new(Pool { connections, next: AtomicUsize::new(0) });
    let listener = tokio::net::TcpListener::bind(&listen).await.unwrap();
    println!("one INSERT a request on {}", listener.local_addr().unwrap());
    axum::serve(listener, Router::new().route("/api/v1/feedback", post(keep)).with_state(pool)).await.unwrap();
}
