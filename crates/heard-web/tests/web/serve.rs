//! Connections as they come over the wire: slow heads, and an end that lets running requests finish.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use heard_web::pace::Floor;
use heard_web::serve::{Patience, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const PATIENCE: Patience = Patience {
    head: Duration::from_millis(300),
    last_words: Duration::from_secs(5),
    floor: Floor { patience: Duration::from_millis(300), rate: 10_000 },
    taken: Duration::from_millis(300),
    most: 300,
};

async fn started() -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        "slowly"
    };
    let large = || async { "x".repeat(64 << 20) };
    let taken = |body: axum::body::Bytes| async move { body.len().to_string() };
    let router = Router::new()
        .route("/slow", get(slow))
        .route("/fast", get(|| async { "fast" }))
        .route("/large", get(large))
        .route("/take", post(taken));
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

/// Sends a body in pieces with a pause before each; what was answered, if anything.
async fn trickled(address: std::net::SocketAddr, pieces: usize, size: usize, pause: Duration) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("POST /take HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", pieces * size);
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..pieces {
        tokio::time::sleep(pause).await;
        if stream.write_all(&vec![b'x'; size]).await.is_err() {
            break;
        }
    }
    let mut answer = String::new();
    // A connection that was broken off has no answer.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn a_body_that_trickles_in_is_given_up_and_one_that_keeps_the_pace_is_not() {
    let (address, _stop, _running) = started().await;
    let begun = std::time::Instant::now();
    let slow = tokio::time::timeout(Duration::from_secs(10), trickled(address, 200, 1, Duration::from_millis(50))).await;
    assert!(!slow.expect("it is given up").ends_with("\r\n\r\n200"));
    assert!(begun.elapsed() < Duration::from_secs(9), "it was given up only at its end");
    let steady = trickled(address, 20, 4_000, Duration::from_millis(50)).await;
    assert!(steady.ends_with("80000"), "{steady}");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up_while_others_are_served() {
    let (address, stop, running) = started().await;
    let mut idle = vec![];
    for n in 0..120 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        match n % 3 {
            // Nothing at all, half a head, an answer that is not taken.
            0 => {}
            1 => stream.write_all(b"GET /fast HTTP/1.1\r\nX-Sl").await.unwrap(),
            _ => stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap(),
        }
        idle.push(stream);
    }
    let begun = std::time::Instant::now();
    for _ in 0..50 {
        assert!(asked(address, "GET /fast HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.ends_with("fast"));
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "others waited {:?}", begun.elapsed());
    tokio::time::sleep(Duration::from_secs(1)).await;
    // All of them have been given up: the end has nobody to wait for.
    let begun = std::time::Instant::now();
    stop.send(()).unwrap();
    running.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn beyond_the_most_connections_others_wait_and_are_then_served() {
    let (address, _stop, _running) = started().await;
    let mut idle = vec![];
    for _ in 0..320 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    let answer = tokio::time::timeout(
        Duration::from_secs(10),
        asked(address, "GET /fast HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    );
    assert!(answer.await.expect("silent ones are given up").ends_with("fast"));
}
