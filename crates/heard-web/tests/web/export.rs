//! Files that leave: what is filtered and nothing else, without persons for who may not see them, whole or not at all.

use axum::http::{Method, StatusCode};
use heard_domain::account::{Identity, IdentityKind};
use heard_domain::feedback::{NewAuthor, NewFeedback, NewRating};
use heard_domain::id::PostId;
use heard_domain::import::FileFormat;
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::score::Formula;
use heard_domain::time::Time;
use heard_domain::user::{Grant, Role};
use heard_flow::hear::import::{bad_rows, confirm};
use heard_flow::hear::preview::hand_over;
use heard_flow::hear::receive::Receiving;
use heard_flow::hear::take::{Heard, take};
use heard_flow::tell::content::Content;
use heard_flow::tell::export::{Export, Wanted};
use heard_flow::work::drain;
use serde_json::{Value, json};

use crate::site::Site;

async fn say(site: &Site, post: PostId, key: &str, text: &str) {
    let token = site.token(&[Grant::WriteFeedback]).await;
    let body = json!({ "post": post, "key": key, "at": "2026-03-20T10:00:00Z", "text": text, "link": "https://mia.example/post/1",
        "author": { "name": "Mia Sentinel", "account": "Sentinel Ltd", "identities": [{ "kind": "email", "handle": "mia@sentinel.example" }] },
        "ratings": [{ "scale": "NPS", "formula": "nps", "value": 3 }], "attributes": [["route", "HEL-LHR"]] });
    assert_eq!(site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_fits_leaves_and_nothing_else() {
    let site = Site::with_users().await;
    let (one, two) = (site.post("One").await, site.post("Two").await);
    say(&site, one, "a", "=cmd|' /C calc'!A0 late").await;
    say(&site, two, "b", "fine").await;
    site.flow.store.caught_up().unwrap();
    let token = site.token(&[Grant::ReadFeedback, Grant::ReadPersons]).await;
    let get = |query: &str| {
        let path = format!("/api/v1/feedback/export?{query}");
        let (site, token) = (site.clone(), token.clone());
        async move { site.call(Method::GET, &path, Some(&token), None).await }
    };
    let lines = get("format=jsonl").await;
    assert_eq!(lines.header("content-type"), "application/jsonl");
    let lines: Vec<Value> = lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["key"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "b"], "as it came in");
    assert_eq!((&lines[0]["post"], &lines[0]["channel"]), (&json!("One"), &json!("review")));
    assert_eq!(lines[0]["author"]["identities"][0]["handle"], "mia@sentinel.example");
    assert!(lines[0]["heard"]["polarity"].is_string() && lines[0]["heard"].get("left_out").is_none(), "{}", lines[0]);

    let table = get(&format!("format=csv&post={one}")).await;
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"feedback.csv\"");
    assert!(table.body.contains("\"'=cmd|' /C calc'!A0 late\"") && !table.body.contains("fine"), "{}", table.body);
    assert!(get(&format!("format=csv&raw=true&post={one}")).await.body.contains("\"=cmd|"));
    assert!(!get("words=late").await.body.contains("fine"));
    assert_eq!(get("from=2026-03-21").await.body, "");
    for (query, name) in [("format=xls", "format"), ("fromat=csv", "fromat"), ("post=x", "post")] {
        let refused = get(query).await;
        assert_eq!(
            (refused.status, &refused.json()["invalid_params"][0]["name"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(name))
        );
    }
    let hash = get("format=hash").await.json();
    assert_eq!((&hash["count"], hash["hash"].as_str().unwrap().len()), (&json!(2), 64));
    assert_ne!(hash, get(&format!("format=hash&post={one}")).await.json());
}

#[tokio::test]
async fn who_may_not_see_persons_gets_a_file_that_says_so() {
    let site = Site::with_users().await;
    let (mine, other) = (site.post("Mine").await, site.post("Other").await);
    say(&site, mine, "a", "seen").await;
    say(&site, other, "b", "hidden").await;
    let token = site.token(&[Grant::ReadFeedback]).await;
    for format in ["csv", "jsonl"] {
        let file = site.call(Method::GET, &format!("/api/v1/feedback/export?format={format}"), Some(&token), None).await;
        assert!(file.header("content-disposition").contains("without-persons") && !file.header("x-heard-left-out").is_empty());
        assert!(file.body.contains("persons:read is needed") && file.body.contains("seen"), "{}", file.body);
        assert!(!file.body.to_lowercase().contains("sentinel") && !file.body.contains("mia.example"), "{}", file.body);
    }
    let asks = site.call(Method::GET, "/api/v1/feedback/export?person=5", Some(&token), None).await;
    assert_eq!(asks.status, StatusCode::FORBIDDEN);
    let user = site.narrowed(Role::AccountManager, vec![mine]).await;
    let session = site.session(&user).await;
    let page = site.get("/feedback", Some(&session)).await;
    assert!(page.body.contains("/feedback/export?format=csv"), "{}", page.body);
    let file = site.get("/feedback/export?format=jsonl", Some(&session)).await.body;
    assert!(file.contains("seen") && file.contains("Mia Sentinel") && !file.contains("hidden"), "{file}");
    assert_eq!(site.get("/feedback/export?format=csv&stage=x", Some(&session)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Words as nasty as they come; the same number gives the same words.
struct Nasty(u64);

impl Nasty {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below
    }

    fn words(&mut self, most: usize) -> String {
        const PARTS: [&str; 34] = [
            "a",
            "late",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\r",
            "\t",
            "\"",
            "'",
            "''",
            ",",
            ";",
            "|",
            "=1+1",
            "+",
            "-",
            "@SUM(A1)",
            "\\",
            "\u{feff}",
            "\u{a0}",
            "\u{202e}",
            "é",
            "漢字",
            "😀",
            "<script>",
            "%0A",
            "%",
            "://",
            "\u{1}",
            "\u{2028}",
            "null",
            "2026-01-01",
            "{\"a\":1}",
        ];
        (0..self.next(most + 1)).map(|_| PARTS[self.next(PARTS.len())]).collect()
    }

    fn perhaps(&mut self, most: usize) -> Option<String> {
        let words = self.words(most);
        (self.next(2) == 0 && !words.trim().is_empty()).then_some(words)
    }

    fn feedback(&mut self, n: usize) -> NewFeedback {
        let kinds =
            [IdentityKind::Email, IdentityKind::Social, IdentityKind::Phone, IdentityKind::Loyalty, IdentityKind::External];
        let handle = |own: &mut Self| {
            let (kind, words) = (kinds[own.next(5)], own.words(3));
            Identity::new(kind, &format!("{words}{}", own.next(9)))
        };
        let identities: Vec<Identity> = (0..self.next(3)).filter_map(|_| handle(self)).collect();
        let rating = |own: &mut Self| match own.next(3) {
            0 => NewRating { scale: "NPS".into(), formula: Formula::Nps, value: own.next(11) as f64, min: None, max: None },
            1 => NewRating {
                scale: format!("Price: fair? {}", own.next(2)),
                formula: Formula::Mean,
                value: own.next(1000) as f64 / 7.0 - 50.0,
                min: None,
                max: None,
            },
            _ => NewRating {
                scale: "Stars\n=1".into(),
                formula: Formula::Stars,
                value: 1.0 + own.next(5) as f64,
                min: None,
                max: None,
            },
        };
        let ratings = (0..self.next(3)).map(|_| rating(self)).collect();
        let attribute = |own: &mut Self| {
            (format!("x{}", own.words(3).chars().take(40).collect::<String>()), own.words(4).chars().take(40).collect())
        };
        let mut attributes: Vec<(String, String)> = (0..self.next(4)).map(|_| attribute(self)).collect();
        attributes.push(("n".to_owned(), n.to_string()));
        NewFeedback {
            key: format!("{}{n}", self.words(3).chars().take(30).collect::<String>()),
            at: Time(self.next(2_000_000_000) as i64 * 1_000 + self.next(1_000) as i64),
            text: self.words(20),
            author: NewAuthor { name: self.perhaps(4), role: self.perhaps(3), identities, account: self.perhaps(2) },
            touchpoint: self.perhaps(2),
            ratings,
            attributes,
            link: (self.next(3) == 0).then(|| format!("https://example.org/?{}", self.words(2).trim())),
        }
    }
}

async fn left(site: &Site, format: FileFormat) -> (Vec<u8>, Content) {
    let wanted = Wanted { filter: Filter::default(), period: None, format, raw: false };
    let mut export = Export::begin(&site.flow, &Scope::system(), wanted).await.unwrap();
    let mut file = vec![];
    while let Some(part) = export.next().await.unwrap() {
        file.extend(part);
    }
    (file, export.hash().content())
}

/// The very promise of an export: into an empty Heard, and everything is there again, whatever was said.
#[tokio::test]
async fn what_leaves_comes_back_with_the_same_content() {
    for seed in 1..=4 {
        let site = Site::empty();
        let posts = [site.post("Help desk").await, site.post("=Reviews, \"all\"").await, site.post("Ünïted").await];
        let mut nasty = Nasty(seed);
        for (n, post) in (0..180).zip(posts.iter().cycle()) {
            let one = nasty.feedback(n);
            let heard = take(&site.flow, &Scope::system(), *post, vec![one.clone()]).await.unwrap();
            let fine = matches!(heard[..], [Heard::Added(_)]);
            assert!(fine, "{heard:?}: {one:?}");
        }
        for format in [FileFormat::Jsonl, FileFormat::Csv] {
            let (file, content) = left(&site, format).await;
            assert_eq!(content.count, 180);
            let empty = Site::empty();
            let all = Scope::system();
            let mut handed = Receiving::begin(&empty.flow, &all).unwrap();
            handed.write(&file).unwrap();
            let import = hand_over(&empty.flow, &all, "all", handed).await.unwrap();
            assert_eq!(import.mapping.preset, "heard", "{:?}", import.mapping.columns);
            confirm(&empty.flow, &all, import.id, import.mapping.clone(), None).await.unwrap();
            drain(&empty.flow).await.unwrap();
            let bad = bad_rows(&empty.flow, &all, import.id, 0, 5).await.unwrap();
            assert!(bad.is_empty(), "{format} {seed}: {bad:#?}");
            let (again, came) = left(&empty, FileFormat::Jsonl).await;
            if came != content {
                let lines = |file: &[u8]| -> Vec<Value> {
                    String::from_utf8_lossy(file).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
                };
                let first = left(&site, FileFormat::Jsonl).await.0;
                for (mut one, mut other) in lines(&first).into_iter().zip(lines(&again)) {
                    for line in [&mut one, &mut other] {
                        line["heard"] = Value::Null;
                        for list in ["ratings", "attributes"] {
                            let list = line[list].as_array_mut().unwrap();
                            list.iter_mut()
                                .filter_map(Value::as_object_mut)
                                .for_each(|one| one.retain(|name, _| name != "min" && name != "max"));
                            list.sort_by_key(Value::to_string);
                        }
                    }
                    assert_eq!(one, other, "{format} {seed}");
                }
            }
            assert_eq!(came, content, "{format} {seed}");
            let directory = empty.flow.directory();
            for post in &site.flow.directory().posts {
                let there = directory.posts.iter().find(|there| there.name == post.name);
                assert_eq!(there.map(|there| there.channel), Some(post.channel), "{}", post.name);
            }
        }
    }
}
