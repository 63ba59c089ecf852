//! The deep reader: what the fast one is unsure of is read once more in the background, and the settings say so.

use std::fs;
use std::path::Path;

use axum::http::Method;
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_flow::deep_reader::DeepReader;
use heard_flow::read::deep;
use heard_flow::work::drain;
use serde_json::{Map, Value, json};

use crate::site::Site;

/// A model as small as can be, its weights drawn by a rule.
fn model(folder: &Path) {
    let words = "[PAD] [UNK] [CLS] [SEP] gangway closed view lovely the from window came stayed";
    let pieces = words.split(' ').count();
    fs::write(folder.join("vocab.txt"), words.replace(' ', "\n")).unwrap();
    let config = json!({ "model_type": "bert", "hidden_act": "gelu", "hidden_size": 8, "intermediate_size": 12,
        "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": pieces, "max_position_embeddings": 32 });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let mut tensors: Vec<(String, Vec<usize>)> = [("word", pieces), ("position", 32), ("token_type", 2)]
        .map(|(name, n)| (format!("embeddings.{name}_embeddings.weight"), vec![n, 8]))
        .to_vec();
    let mut layer = |name: &str, shape: Vec<usize>| {
        tensors.push((format!("{name}.bias"), vec![shape[0]]));
        tensors.push((format!("{name}.weight"), shape));
    };
    layer("embeddings.LayerNorm", vec![8]);
    for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"] {
        layer(&format!("encoder.layer.0.{part}"), vec![8, 8]);
    }
    layer("encoder.layer.0.attention.output.LayerNorm", vec![8]);
    layer("encoder.layer.0.intermediate.dense", vec![12, 8]);
    layer("encoder.layer.0.output.dense", vec![8, 12]);
    layer("encoder.layer.0.output.LayerNorm", vec![8]);
    let (mut header, mut figures) = (Map::new(), Vec::<u8>::new());
    for (t, (name, shape)) in tensors.into_iter().enumerate() {
        let start = figures.len();
        for k in 0..shape.iter().product::<usize>() {
            figures.extend((((k * k * 7 + k * 37 + t * 11) % 97) as f32 / 60.0 - 0.5).to_le_bytes());
        }
        header.insert(name, json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, figures.len()] }));
    }
    let header = Value::Object(header).to_string();
    let file = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &figures].concat();
    fs::write(folder.join("model.safetensors"), file).unwrap();
}

#[tokio::test]
async fn what_is_unsure_is_read_deeply_in_the_background_and_the_settings_say_so() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    let off = site.get("/settings/company", Some(&session)).await.body;
    assert!(off.contains("Deep reader") && off.contains("deep_reader.folder"), "{off}");
    let token = site.token(Grant::ALL).await;
    let said = site.call(Method::GET, "/api/v1/deep-reader", Some(&token), None).await.json();
    assert_eq!(said, json!({ "on": false, "reader": null }));
    let folder = tempfile::tempdir().unwrap();
    model(folder.path());
    site.flow.read_deeply(DeepReader::open(folder.path()).unwrap());
    let made = site.submit("/categories", Some(&session), &[("name", "Boarding"), ("watch_words", "gate")]).await;
    assert!(made.status.is_redirection(), "{}", made.body);
    let post = site.post("Reviews").await.to_string();
    let texts = ["The gangway stayed closed when I came.", "Boarding at the gate: the gate, boarding.", "Ok."];
    let feedback: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| json!({ "key": format!("k{n}"), "at": "2026-03-20T10:00:00Z", "text": text }))
        .collect();
    let answer =
        site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(json!({ "post": post, "feedback": feedback }))).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    let scope = Scope::of_user(&site.users[&Role::Admin]);
    let waits = deep::state(&site.flow, &scope).await.unwrap().unwrap();
    assert!(waits.waiting >= 1 && waits.comments == 0, "{waits:?}");
    drain(&site.flow).await.unwrap();
    let done = deep::state(&site.flow, &scope).await.unwrap().unwrap();
    assert!(done.waiting == 0 && done.comments >= 1 && done.passages_per_second.is_some(), "{done:?}");
    let on = site.get("/settings/company", Some(&session)).await.body;
    assert!(on.contains(&done.name) && on.contains("passages a second"), "{on}");
    let said = site.call(Method::GET, "/api/v1/deep-reader", Some(&token), None).await.json();
    assert_eq!((&said["on"], &said["reader"]["name"], &said["reader"]["waiting"]), (&json!(true), &json!(done.name), &json!(0)));
    assert!(said["reader"]["passages_per_second"].as_f64().is_some_and(|speed| speed > 0.0), "{said}");
    site.flow.store.caught_up().unwrap();
    let found = site.call(Method::GET, "/api/v1/feedback", Some(&token), None).await.json();
    let model = async |n: usize| {
        let items = found["items"].as_array().unwrap();
        let id = items.iter().find(|item| item["text"] == texts[n]).unwrap()["id"].as_str().unwrap();
        let shown = site.call(Method::GET, &format!("/api/v1/feedback/{id}/reading"), Some(&token), None).await.json();
        shown["reading"]["model"].as_str().unwrap().to_owned()
    };
    let (unsure, short) = (model(0).await, model(2).await);
    assert!(unsure.ends_with(&format!("deep {}", done.name)), "{unsure}");
    assert!(!short.contains("deep"), "{short}");
    // What was read by it is not read again at the next start.
    deep::begin(&site.flow).await.unwrap();
    assert_eq!(deep::state(&site.flow, &scope).await.unwrap().unwrap().waiting, 0);
    assert!(!heard_flow::read::again::under_way(&site.flow).await.unwrap());
}

#[tokio::test]
async fn what_would_move_is_what_moves_where_the_deep_reader_reads_as_well() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    let folder = tempfile::tempdir().unwrap();
    model(folder.path());
    site.flow.read_deeply(DeepReader::open(folder.path()).unwrap());
    for (name, words) in [("Boarding", "gate"), ("View", "panorama")] {
        let made = site.submit("/categories", Some(&session), &[("name", name), ("watch_words", words)]).await;
        assert!(made.status.is_redirection(), "{}", made.body);
    }
    let (post, token) = (site.post("Reviews").await.to_string(), site.token(Grant::ALL).await);
    let texts = [
        "gangway gangway closed closed",
        "the gangway stayed closed",
        "lovely view from the window",
        "lovely lovely window view",
    ];
    let feedback: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| json!({ "key": format!("k{n}"), "at": "2026-03-20T10:00:00Z", "text": text }))
        .collect();
    let body = json!({ "post": post, "feedback": feedback });
    assert!(site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await.status.is_success());
    let rest = async || {
        drain(&site.flow).await.unwrap();
        site.later(5_000);
        drain(&site.flow).await.unwrap();
        site.flow.store.caught_up().unwrap();
    };
    rest().await;
    let get = async |path: &str| site.call(Method::GET, path, Some(&token), None).await.json();
    let filed = async || {
        let mut all = Vec::new();
        for item in get("/api/v1/feedback").await["items"].as_array().unwrap() {
            let shown = get(&format!("/api/v1/feedback/{}/reading", item["id"].as_str().unwrap())).await;
            let passages = shown["reading"]["passages"].as_array().unwrap().clone();
            let of = |passage: &Value| passage["categories"].as_array().unwrap().iter().map(|c| c["value"].to_string()).collect();
            let mut categories: Vec<String> = passages.iter().flat_map(|passage| -> Vec<String> { of(passage) }).collect();
            categories.sort();
            categories.dedup();
            all.push((item["text"].to_string(), categories));
        }
        all.sort();
        all
    };
    let before = filed().await;
    let directory = site.flow.directory();
    let id = |name: &str| directory.taxonomy.categories.iter().find(|c| c.name == name).unwrap().id.to_string();
    for (text, category) in [("gangway closed", id("Boarding")), ("lovely view", id("View")), ("closed gangway", id("Boarding"))]
    {
        let path = format!("/api/v1/categories/{category}/examples");
        let added = site.call(Method::POST, &path, Some(&token), Some(json!({ "text": text }))).await;
        assert!(added.status.is_success(), "{}", added.body);
    }
    rest().await;
    let proposal = get("/api/v1/taxonomy/proposal").await["proposal"].clone();
    assert_eq!((&proposal["done"], &proposal["effect"]["looked_at"]), (&json!(true), &json!(4)), "{proposal}");
    let applied = site.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(&token), Some(json!({}))).await;
    assert!(applied.status.is_success(), "{}", applied.body);
    rest().await;
    let after = filed().await;
    let moved = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    assert!(moved > 0, "{after:?}");
    assert_eq!(proposal["effect"]["comments"], json!(moved), "{proposal} {before:?} {after:?}");
}
