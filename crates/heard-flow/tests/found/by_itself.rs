//! A problem that begins is proposed as an issue within a week, by itself, with the comments that it rests on; before, nothing is. So is one that no
//! category is for: its words tell.

use heard_domain::channel::Channel;
use heard_domain::feedback::{NewAuthor, NewFeedback};
use heard_domain::kept_issue::{IssueOrigin, IssueStanding, KeptIssue};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::time::Time;
use heard_flow::act::issues::evidence::comments;
use heard_flow::act::issues::gathering;
use heard_flow::arrange::post::{PostDraft, add};
use heard_flow::arrange::starter::adopt;
use heard_flow::flow::Flow;
use heard_flow::hear::take::take;
use heard_flow::work::drain;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use std::sync::Arc;

use crate::common;

const DAY: i64 = 86_400_000;
/// Days until it begins, and days that it lasts.
const BEFORE: i64 = 80;
const LASTS: i64 = 7;

fn said(day: i64, n: i64, text: &str) -> NewFeedback {
    NewFeedback {
        key: format!("{day}-{n}"),
        at: Time(common::NOON.0 - (BEFORE + LASTS - day) * DAY + n * 60_000),
        text: text.to_owned(),
        author: NewAuthor::default(),
        touchpoint: None,
        ratings: vec![],
        attributes: vec![],
        link: None,
    }
}

#[expect(clippy::expect_used, reason = "a test that cannot go on says where it stopped")]
async fn issues(flow: &Arc<Flow>) -> Vec<KeptIssue> {
    let all = |view: &heard_store::view::View| tables::issue::list(view, &Sought::default());
    flow.store.read(&Scope::system(), all).await.expect("issues")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_that_begins_is_proposed_within_a_week_with_its_comments() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let system = Scope::system();
    adopt(&flow, &system, Industry::Airline).await.expect("a starter");
    let post = add(&flow, &system, PostDraft::new("Desk", Channel::Review)).await.expect("a post").id;
    let zone = flow.directory().company.zone.clone();
    let mut found = None;
    for day in 0..BEFORE + LASTS {
        let mut batch: Vec<NewFeedback> = (0..12).map(|n| said(day, n, "The crew was lovely, thank you.")).collect();
        // One in two days complains of bags, as ever; then six a day do.
        let complaints = if day >= BEFORE { 6 } else { i64::from(day % 2 == 0) };
        batch.extend((0..complaints).map(|n| said(day, 20 + n, "My bag was lost and it is a terrible shame.")));
        // Of other things somebody complains every day.
        batch.push(said(day, 40, "The seat was terribly narrow and hard."));
        take(&flow, &system, post, batch).await.expect("it is taken");
        if day + 3 < BEFORE {
            continue;
        }
        drain(&flow).await.expect("it is read");
        flow.store.caught_up().expect("figures have followed");
        let today = zone.day(Time(common::NOON.0 - (BEFORE + LASTS - day) * DAY));
        let new = gathering::run(&flow, today, Some(today)).await.expect("it is looked");
        if day < BEFORE {
            assert_eq!(new, 0, "{day}: {:?}", issues(&flow).await);
        } else if new > 0 {
            assert!(found.is_none(), "proposed once: {:?}", issues(&flow).await);
            found = Some(day - BEFORE + 1);
        }
    }
    let found = found.expect("it is found");
    assert!(found <= 7, "only on day {found}");
    let all = issues(&flow).await;
    assert_eq!(all.len(), 1, "{all:?}");
    let issue = &all[0];
    assert_eq!((issue.origin, issue.standing), (IssueOrigin::Found, IssueStanding::Proposed));
    let (evidence, total) = comments(&flow, &system, issue, None, 200).await.expect("its comments");
    assert!(total >= 6 * 3, "{total}");
    let texts = flow.store.read(&system, move |view| tables::feedback::many(view, &evidence)).await.expect("comments");
    assert!(texts.iter().all(|one| one.text.contains("bag was lost")), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_that_no_category_is_for_is_proposed_by_its_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let system = Scope::system();
    let post = add(&flow, &system, PostDraft::new("Desk", Channel::Review)).await.expect("a post").id;
    let zone = flow.directory().company.zone.clone();
    // Nobody has made categories. Of many things somebody complains every day, of crosswords since the last week: in two ways.
    let usual = ["The seat was terribly narrow.", "Awful coffee again.", "The queue was horribly slow.", "A terribly cold meal."];
    let new = ["The crossword in the magazine was already solved, how awful.", "Terrible: somebody had filled in my crossword."];
    let mut proposed = 0;
    for day in 0..BEFORE + LASTS {
        let mut batch: Vec<NewFeedback> = (0..12).map(|n| said(day, n, "The crew was lovely, thank you.")).collect();
        batch.extend((0..6).map(|n| said(day, 20 + n, usual[((day + n) % 4) as usize])));
        let crosswords = if day >= BEFORE { 4 } else { 0 };
        batch.extend((0..crosswords).map(|n| said(day, 40 + n, new[(n % 2) as usize])));
        take(&flow, &system, post, batch).await.expect("it is taken");
        if day + 3 < BEFORE {
            continue;
        }
        drain(&flow).await.expect("it is read");
        flow.store.caught_up().expect("figures have followed");
        let today = zone.day(Time(common::NOON.0 - (BEFORE + LASTS - day) * DAY));
        proposed += gathering::run(&flow, today, Some(today)).await.expect("it is looked");
        assert!(day >= BEFORE || proposed == 0, "{day}: {:?}", issues(&flow).await);
    }
    let all = issues(&flow).await;
    assert_eq!((proposed, all.len()), (1, 1), "{all:?}");
    let issue = &all[0];
    assert!(issue.title.contains("crossword") && issue.categories.is_empty() && issue.since.is_some(), "{issue:?}");
    assert_eq!((issue.origin, issue.standing), (IssueOrigin::Found, IssueStanding::Proposed));
    let (evidence, total) = comments(&flow, &system, issue, None, 200).await.expect("its comments");
    let texts = flow.store.read(&system, move |view| tables::feedback::many(view, &evidence)).await.expect("comments");
    assert!(texts.iter().all(|one| one.text.contains("crossword")), "{texts:?}");
    assert!(total >= 4 * (LASTS as u64 - 1), "what was said later was joined: {total}");
}
