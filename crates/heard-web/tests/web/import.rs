//! The pages of the import: dropped, looked at, changed, confirmed, watched.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use heard_domain::import::Meaning;
use heard_domain::user::Role;
use heard_flow::work::drain;
use heard_web::csrf;

use crate::site::{Answer, Site};

const FILE: &str = "id,when,words,stars\n1,2026-03-20,<b>Lovely</b> crew,5\n2,2026-03-21,\"Late, again\",1\n3,2026-03-21,,3\n";

async fn drop_file(site: &Site, session: &str, file: impl AsRef<[u8]>, token: Option<String>) -> Answer {
    let boundary = "-----x";
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../evil <i>.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    let body = [head.as_bytes(), file.as_ref(), format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    let path = token.map_or("/imports".to_owned(), |token| format!("/imports?csrf={token}"));
    let request = Request::post(path).header("content-type", format!("multipart/form-data; boundary={boundary}"));
    let request = request.header("sec-fetch-site", "same-origin").header("cookie", format!("heard_session={session}"));
    site.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn what_should_be_known_of_a_file_is_said_before_it_comes_in() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let token = || Some(csrf::token(&session, [5; 32]));
    let book = include_bytes!("../../../heard-channels/tests/fixtures/presets/survey.xlsx");
    let place = drop_file(&site, &session, book, token()).await.header("location").to_owned();
    let page = site.get(&place, Some(&session)).await.body;
    assert!(page.contains("The sheet “") && page.contains("” is read"), "{page}");

    // Known from last time: what is unlike then is said as well.
    let shops = [
        "case_id,created,comment\nc7,2026-03-01,The queue was long\nc9,2026-03-02,The clerk was kind\n",
        "case_id,created,comment\nc1,2026-03-03,My card came late\nc1,2026-03-04,And then it did not work\n",
    ];
    let first = drop_file(&site, &session, shops[0], token()).await.header("location").to_owned();
    site.submit(&format!("{first}/confirm"), Some(&session), &[("post", "Cases"), ("do", "begin")]).await;
    let second = drop_file(&site, &session, shops[1], token()).await.header("location").to_owned();
    let page = site.get(&second, Some(&session)).await.body;
    assert!(page.contains("“case_id” does not tell all rows of this file apart"), "{page}");
    let silent = "id,when\n1,2026-03-20\n2,2026-03-21\n";
    let third = drop_file(&site, &session, silent, token()).await.header("location").to_owned();
    let page = site.get(&third, Some(&session)).await.body;
    assert!(page.contains("No row could be taken with these columns"), "rows without a word are not shown as heard: {page}");
}

#[tokio::test]
async fn a_file_is_dropped_looked_at_changed_and_comes_in() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    assert_eq!(drop_file(&site, &session, FILE, None).await.status, StatusCode::FORBIDDEN);
    let answer = drop_file(&site, &session, FILE, Some(csrf::token(&session, [5; 32]))).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let place = answer.header("location").to_owned();
    let page = site.get(&place, Some(&session)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("evil &lt;i&gt;.csv") && !page.body.contains("../.."), "the file’s name is words");
    assert!(page.body.contains("&lt;b&gt;Lovely&lt;/b&gt; crew") && page.body.contains("Airline or travel"));

    // Another meaning for the stars: looked at again, nothing taken yet.
    let changed =
        [("m3", "attribute"), ("name3", "Points"), ("post", "Survey"), ("channel", "survey"), ("dates", "ymd"), ("do", "look")];
    let page = site.submit(&format!("{place}/confirm"), Some(&session), &changed).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Points"));
    let wrong = [("m0", "skip"), ("m1", "skip"), ("m2", "skip"), ("m3", "skip"), ("post", "Survey"), ("do", "begin")];
    let page = site.submit(&format!("{place}/confirm"), Some(&session), &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("choose at least one column"));

    let begin = [
        ("m3", "attribute"),
        ("name3", "Points"),
        ("post", "Survey"),
        ("channel", "survey"),
        ("starter", "airline"),
        ("do", "begin"),
    ];
    let answer = site.submit(&format!("{place}/confirm"), Some(&session), &begin).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, place.as_str()), "{}", answer.body);
    assert!(site.get(&place, Some(&session)).await.body.contains("data-poll"));
    drain(&site.flow).await.unwrap();
    let page = site.get(&place, Some(&session)).await;
    assert!(page.body.contains("Read its comments") && !page.body.contains("data-poll"), "{}", page.body);
    assert!(site.flow.directory().attributes.iter().any(|attribute| attribute.name == "Points"));
    assert!(!site.flow.directory().journey.stages.is_empty());

    // The next file of this shape is understood as it was confirmed.
    let again = drop_file(&site, &session, FILE, Some(csrf::token(&session, [5; 32]))).await;
    let id = again.header("location").rsplit('/').next().unwrap().parse().unwrap();
    let import = heard_flow::hear::import::get(&site.flow, &heard_domain::scope::Scope::system(), id).await.unwrap();
    assert_eq!(import.mapping.columns[3].1, Meaning::Attribute { name: "Points".into() });
    let page = site.get(again.header("location"), Some(&session)).await;
    assert!(page.body.contains("came in before"));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_why() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    let token = || Some(csrf::token(&session, [5; 32]));
    for file in ["", "PK\u{3}\u{4}\u{14}\u{0}\u{6}", "%PDF-1.7 a picture of a page"] {
        let answer = drop_file(&site, &session, file, token()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{} bytes: {}", file.len(), answer.body);
        assert!(answer.body.contains("role=\"alert\""));
    }
    let answer = drop_file(&site, &session, &"a".repeat(5 << 20), token()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}
