//! Sight: what was heard at posts out of sight does not exist, whatever way it is asked for.

use axum::http::{Method, StatusCode};
use heard_domain::id::PostId;
use heard_domain::user::{Grant, Role};
use heard_flow::work::drain;
use serde_json::json;

use crate::site::Site;

async fn say(site: &Site, post: PostId, text: &str) -> String {
    let token = site.token(&[Grant::WriteFeedback]).await;
    let body = json!({ "post": post, "key": text, "at": "2026-03-20T10:00:00Z", "text": text });
    site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_out_of_sight_is_found_by_no_way() {
    let site = Site::with_users().await;
    let (mine, other) = (site.post("Mine").await, site.post("Other").await);
    let seen = say(&site, mine, "visible words about the lounge").await;
    let hidden = say(&site, other, "hidden words about the lounge").await;
    drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
    let user = site.narrowed(Role::AccountManager, vec![mine]).await;
    let session = site.session(&user).await;

    for path in ["/", "/feedback", "/feedback?words=lounge", "/feedback?when=ever", "/journey"] {
        let page = site.get(path, Some(&session)).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains("hidden words"), "{path} shows what is out of sight");
    }
    assert!(site.get("/feedback?words=lounge&when=ever", Some(&session)).await.body.contains("visible words"));
    for query in [format!("open={hidden}"), format!("post={other}&open={hidden}"), format!("words=hidden&open={hidden}")] {
        let page = site.get(&format!("/feedback?when=ever&{query}"), Some(&session)).await;
        assert!(!page.body.contains("hidden words"), "{query} shows what is out of sight");
    }
    // A correction of it, and of what is in sight.
    let change = [("what", "sentiment"), ("to", "negative")];
    let answer = site.submit(&format!("/feedback/{hidden}/corrections"), Some(&session), &change).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.body);
    assert!(site.get(&format!("/feedback?when=ever&open={seen}"), Some(&session)).await.body.contains("visible words"));
}

#[tokio::test]
async fn imports_of_other_posts_are_not_there() {
    use heard_domain::scope::Scope;
    use heard_flow::hear::import::confirm;
    use heard_flow::hear::preview::hand_over;
    use heard_flow::hear::receive::Receiving;
    let site = Site::with_users().await;
    let mine = site.post("Mine").await;
    let all = Scope::system();
    let mut file = Receiving::begin(&site.flow, &all).unwrap();
    file.write(b"words,when\nhidden words,2026-03-20\n").unwrap();
    let import = hand_over(&site.flow, &all, "other.csv", file).await.unwrap();
    let user = site.narrowed(Role::AccountManager, vec![mine]).await;
    let session = site.session(&user).await;
    let place = format!("/imports/{}", import.id);
    for round in 0..2 {
        assert_eq!(site.get(&place, Some(&session)).await.status, StatusCode::NOT_FOUND, "round {round}");
        for act in ["confirm", "cancel"] {
            let answer = site.submit(&format!("{place}/{act}"), Some(&session), &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "round {round}, {act}");
        }
        assert!(!site.get("/imports", Some(&session)).await.body.contains("other.csv"));
        if round == 0 {
            confirm(&site.flow, &all, import.id, import.mapping.clone(), None).await.unwrap();
            drain(&site.flow).await.unwrap();
        }
    }
}
