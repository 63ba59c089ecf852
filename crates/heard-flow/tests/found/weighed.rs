//! What is proposed as an issue and what is not, and what the evidence of an issue says.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

use heard_domain::account::{Identity, IdentityKind, Money};
use heard_domain::channel::Channel;
use heard_domain::feedback::{NewAuthor, NewFeedback};
use heard_domain::id::{FeedbackId, PostId};
use heard_domain::kept_issue::{IssueOrigin, IssueStanding, KeptIssue};
use heard_domain::operation::{Entry, NewAccount};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::time::{Day, Period, Time};
use heard_flow::act::issues::evidence::{DAYS, evidence};
use heard_flow::act::issues::gathering;
use heard_flow::arrange::post::{PostDraft, add};
use heard_flow::arrange::starter::adopt;
use heard_flow::flow::Flow;
use heard_flow::hear::entries::take as keep;
use heard_flow::hear::take::{Heard, take};
use heard_flow::work::drain;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::common;

const DAY_MS: i64 = 86_400_000;
const BAGS: &str = "My bag was lost and it is a terrible shame.";
const SEATS: &str = "The seat was terribly narrow and hard.";

struct Desk {
    flow: Arc<Flow>,
    post: PostId,
    next: AtomicI64,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let flow = common::flow(folder.path());
        adopt(&flow, &Scope::system(), Industry::Airline).await.expect("a starter");
        let post = add(&flow, &Scope::system(), PostDraft::new("Desk", Channel::Review)).await.expect("a post").id;
        Self { flow, post, next: AtomicI64::new(0), _folder: folder }
    }

    /// So many say this, as many days ago; `who`: always the same person, else nobody knows who.
    async fn said(&self, ago: i64, times: i64, text: &str, who: Option<&str>) -> Vec<FeedbackId> {
        let identities: Vec<Identity> = who.and_then(|who| Identity::new(IdentityKind::Email, who)).into_iter().collect();
        let account = who.map(|_| "Acme".to_owned());
        let first = self.next.fetch_add(times, Ordering::Relaxed);
        let one = |n: i64| NewFeedback {
            key: format!("{}", first + n),
            at: Time(common::NOON.0 - ago * DAY_MS + n * 1_000),
            text: text.to_owned(),
            author: NewAuthor { name: None, identities: identities.clone(), account: account.clone(), ..NewAuthor::default() },
            touchpoint: None,
            ratings: vec![],
            attributes: vec![],
            link: None,
        };
        let heard = take(&self.flow, &Scope::system(), self.post, (0..times).map(one).collect()).await.expect("it is taken");
        heard.into_iter().filter_map(|heard| if let Heard::Added(id) = heard { Some(id) } else { None }).collect()
    }

    fn today(&self) -> Day {
        self.flow.directory().company.zone.day(common::NOON)
    }

    async fn read(&self) {
        drain(&self.flow).await.expect("it is read");
        self.flow.store.caught_up().expect("figures have followed");
    }

    /// Looks at the last four weeks as it is done every hour: how many are new.
    async fn looked(&self) -> usize {
        self.read().await;
        gathering::run(&self.flow, self.today(), None).await.expect("it is looked")
    }

    async fn issues(&self) -> Vec<KeptIssue> {
        let all = |view: &heard_store::view::View| tables::issue::list(view, &Sought::default());
        self.flow.store.read(&Scope::system(), all).await.expect("issues")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_more_persons_complain_of_is_proposed_once_and_nothing_else() {
    let desk = Desk::new().await;
    // Of seats as many complain as ever, of bags hardly anybody; both among much that is said of the same stages.
    for (ago, bags) in [(40, 2), (12, 2)] {
        desk.said(ago, 30, SEATS, None).await;
        desk.said(ago, bags, BAGS, None).await;
        desk.said(ago, 200, "The crew was lovely, thank you. The bag came at once and the seat was wide.", None).await;
    }
    assert_eq!(desk.looked().await, 0, "{:?}", desk.issues().await);
    // One who writes forty times is one person.
    desk.said(6, 40, BAGS, Some("ann@example.org")).await;
    assert_eq!(desk.looked().await, 0, "{:?}", desk.issues().await);
    // Forty who write once are forty.
    desk.said(5, 40, BAGS, None).await;
    let new = desk.looked().await;
    let all = desk.issues().await;
    assert!(new > 0 && all.len() == new, "{all:?}");
    let bags = |issue: &&KeptIssue| issue.origin == IssueOrigin::Found && issue.standing == IssueStanding::Proposed;
    assert_eq!(all.iter().filter(bags).count(), new);
    assert!(all.iter().all(|issue| !issue.title.contains("eat")), "of seats no more complain than before: {all:?}");
    assert_eq!(desk.looked().await, 0, "once");
    // What a person has dismissed is not proposed again, however many more complain.
    for issue in all {
        let dismissed = KeptIssue { standing: IssueStanding::Dismissed, version: issue.version + 1, ..issue };
        let write = move |tx: &mut heard_store::view::Tx| tables::issue::update(tx, &dismissed);
        assert!(desk.flow.store.write(&Scope::system(), write).await.expect("it is dismissed"));
    }
    desk.said(4, 60, BAGS, None).await;
    assert_eq!(desk.looked().await, 0, "{:?}", desk.issues().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_an_issue_counts_persons_once_and_follows_what_is_said_joined_and_known() {
    let desk = Desk::new().await;
    desk.said(40, 4, BAGS, None).await;
    desk.said(10, 6, BAGS, None).await;
    desk.said(9, 3, BAGS, Some("ann@example.org")).await;
    desk.said(8, 5, "The crew was lovely, thank you.", None).await;
    desk.said(20, 60, BAGS, None).await;
    assert!(desk.looked().await > 0);
    let found = desk.issues().await;
    let issue = found.iter().find(|issue| !issue.categories.is_empty()).expect("one gathers").clone();
    let (system, period) = (Scope::system(), Period::ending(desk.today(), DAYS));
    let weighed = async |issue: &KeptIssue| evidence(&desk.flow, &system, issue, period).await.expect("its evidence");
    let first = weighed(&issue).await;
    assert_eq!((first.comments, first.ever), (69, 73), "{first:?}");
    assert_eq!((first.facts.persons, first.facts.persons_before, first.facts.accounts), (67, 4, 1), "{first:?}");
    assert!(first.facts.sentiment < 0.0 && first.facts.heard.0 >= 69, "{first:?}");
    assert_eq!(weighed(&issue).await, first, "the same again");
    // What somebody joins by hand counts once, whether it is gathered or not.
    let all = |view: &heard_store::view::View| tables::feedback::of_person(view, person(view)?, 9);
    let own = desk.flow.store.read(&system, all).await.expect("her comments");
    let joined = own.first().copied().expect("one of them");
    let id = issue.id;
    let write = move |tx: &mut heard_store::view::Tx| tables::issue::join(tx, id, joined);
    desk.flow.store.write(&system, write).await.expect("it is joined");
    assert_eq!(weighed(&issue).await, first, "it is gathered as well");
    let crew = desk.said(7, 1, "The crew was lovely, thank you.", Some("ann@example.org")).await[0];
    desk.read().await;
    let write = move |tx: &mut heard_store::view::Tx| tables::issue::join(tx, id, crew);
    desk.flow.store.write(&system, write).await.expect("it is joined");
    let second = weighed(&issue).await;
    assert_eq!((second.comments, second.ever, second.facts.persons), (70, 74, 67), "{second:?}");
    // What an account is worth becomes known without a word of a customer.
    let acme = NewAccount {
        name: "Acme".into(),
        yearly_value: Some(Money { minor: 1_200_000, currency: "EUR".into() }),
        ..NewAccount::default()
    };
    keep(&desk.flow, &system, vec![Entry::Account(acme)]).await.expect("it is kept");
    let third = weighed(&issue).await;
    assert_eq!(third.facts.money, [Money { minor: 1_200_000, currency: "EUR".into() }]);
    assert_eq!((third.comments, third.facts.persons), (70, 67));
    // And what is said later.
    desk.said(1, 2, BAGS, None).await;
    desk.read().await;
    let last = weighed(&issue).await;
    assert_eq!((last.comments, last.ever, last.facts.persons), (72, 76, 69), "{last:?}");
}

/// The one person of whom something is known.
fn person(view: &heard_store::view::View) -> Result<heard_domain::id::PersonId, heard_store::error::StoreError> {
    let all = tables::person::page(view, &tables::person::Wanted::default(), 2)?;
    Ok(all.first().map_or(heard_domain::id::PersonId(0), |state| state.person.id))
}
