//! Other systems are told of alerts: signed, tried again, never twice once they took it, and nothing of customers is in it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use heard_channels::http::Client;
use heard_domain::time::Time;
use heard_flow::signature::{Delivery, signed};
use serde_json::{Value, json};

use crate::cases::{Desk, NOW};

/// What was posted.
struct Posted {
    headers: BTreeMap<String, String>,
    body: String,
}

/// A system that answers each request with the next of these, then no more.
fn system(answers: &'static [&'static str]) -> (String, Receiver<Posted>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/alerts", listener.local_addr().unwrap());
    let (told, posted) = channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let headers: BTreeMap<String, String> = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let mut body = vec![0; headers["content-length"].parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").as_bytes()).unwrap();
            told.send(Posted { headers, body: String::from_utf8(body).unwrap() }).unwrap();
        }
    });
    (address, posted)
}

impl Posted {
    fn is_signed(&self, secret: &str, now: Time) -> bool {
        let delivery = Delivery {
            id: &self.headers["webhook-id"],
            timestamp: &self.headers["webhook-timestamp"],
            signature: &self.headers["webhook-signature"],
            body: self.body.as_bytes(),
        };
        signed(&[secret], &delivery, now) == Ok(())
    }
}

fn next(posted: &Receiver<Posted>) -> Posted {
    posted.recv_timeout(Duration::from_secs(20)).unwrap()
}

async fn receiver(desk: &Desk, address: &str) -> (String, String) {
    let made = desk.make("/api/v1/receivers", json!({ "name": "Pager", "address": address, "kinds": ["routed"] })).await;
    (made["receiver"]["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

async fn shown(desk: &Desk) -> Value {
    desk.get("/api/v1/receivers").await["items"][0].clone()
}

#[tokio::test]
async fn a_delivery_is_signed_and_tried_again_until_it_is_taken() {
    let desk = Desk::new().await;
    desk.site.flow.send_through(Client::new(Duration::from_secs(10), true).unwrap());
    let (address, posted) = system(&["500 Oops", "204 No Content"]);
    let (_, secret) = receiver(&desk, &address).await;
    desk.say("a", "mia", NOW, "Terrible. You owe me a refund.").await;
    desk.work().await;
    let first = next(&posted);
    assert!(first.is_signed(&secret, desk.site.flow.now()), "{:?}", first.headers);
    let body: Value = serde_json::from_str(&first.body).unwrap();
    assert_eq!((&body["type"], &body["data"]["case_name"]), (&json!("alert.routed"), &json!("C-1001")), "{body}");
    assert_eq!(body["data"]["says"], "For your department: Larkfield", "{body}");
    assert!(!first.body.contains("refund") && !first.body.contains("mia"), "{}", first.body);
    assert_eq!(shown(&desk).await["failure"], "it answered 500");
    // Not before its time.
    desk.site.later(3_000);
    desk.work().await;
    assert!(posted.try_recv().is_err());
    desk.site.later(3_000);
    desk.work().await;
    let second = next(&posted);
    assert_eq!((&second.headers["webhook-id"], &second.body), (&first.headers["webhook-id"], &first.body));
    assert!(second.is_signed(&secret, desk.site.flow.now()) && !second.is_signed("whsec_AAAA", desk.site.flow.now()));
    assert_eq!(shown(&desk).await["failure"], Value::Null);
    desk.site.later(86_400_000);
    desk.work().await;
    assert!(posted.try_recv().is_err(), "what was taken does not come again");
}

#[tokio::test]
async fn who_wants_no_more_is_switched_off_and_private_addresses_are_refused() {
    let desk = Desk::new().await;
    desk.site.flow.send_through(Client::new(Duration::from_secs(10), true).unwrap());
    let (address, posted) = system(&["410 Gone"]);
    let (id, _) = receiver(&desk, &address).await;
    desk.say("a", "mia", NOW, "Terrible. You owe me a refund.").await;
    desk.work().await;
    next(&posted);
    assert_eq!(shown(&desk).await["on"], false);
    desk.say("b", "bo", NOW, "Terrible. I want a refund.").await;
    desk.site.later(600_000);
    desk.work().await;
    assert!(posted.try_recv().is_err());
    let gone = desk.call(Method::DELETE, &format!("/api/v1/receivers/{id}"), Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);

    // Where nobody allowed it, what a person typed is no way into the company's own network.
    let strict = Desk::new().await;
    let (address, posted) = system(&["204 No Content"]);
    let (id, _) = receiver(&strict, &address).await;
    let tried = strict.make(&format!("/api/v1/receivers/{id}/try"), Value::Null).await;
    assert!(tried["taken"] == false && tried["failure"].as_str().unwrap().contains("private address"), "{tried}");
    strict.say("a", "mia", NOW, "Terrible. You owe me a refund.").await;
    strict.work().await;
    assert!(posted.try_recv().is_err(), "nothing was sent");
    for wrong in ["ftp://example.com", "https://ann:pw@example.com", "nonsense"] {
        let refused = strict.call(Method::PATCH, &format!("/api/v1/receivers/{id}"), json!({ "address": wrong })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    }
}
