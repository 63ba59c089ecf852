//! Connections as they come over the wire: slow heads, and an end that lets running requests finish.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use heard_web::serve::{Patience, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const PATIENCE: Patience = Patience { head: Duration::from_millis(300), last_words: Duration::from_secs(5) };

async fn started() -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        "slowly"
    };
    let router = Router::new().route("/slow", get(slow)).route("/fast", get(|| async { "fast" }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(serve(listener, router, PATIENCE, async {
        stopped.await.unwrap();
    }));
    (address, stop, running)
}

async fn asked(address: std::net::SocketAddr, words: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(words.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let (address, _stop, _running) = started().await;
    let waited = tokio::time::timeout(Duration::from_secs(5), asked(address, "GET /fast HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    let answer = waited.await.expect("the connection is closed");
    assert!(!answer.contains("fast"), "{answer}");
    assert!(asked(address, "GET /fast HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.ends_with("fast"));
}

#[tokio::test]
async fn a_running_request_is_finished_before_the_end() {
    let (address, stop, running) = started().await;
    let request = tokio::spawn(asked(address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
    tokio::time::sleep(Duration::from_millis(150)).await;
    stop.send(()).unwrap();
    assert!(request.await.unwrap().ends_with("slowly"));
    running.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
