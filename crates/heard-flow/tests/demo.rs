//! The demonstration company goes through the ordinary steps, whole, and what is read of it agrees with the truth.

#[path = "found/by_itself.rs"]
mod by_itself;
mod common;
#[path = "found/in_trial.rs"]
mod in_trial;
#[path = "found/weighed.rs"]
mod weighed;

use std::collections::BTreeMap;

use heard_domain::reading::Polarity;
use heard_domain::scope::Scope;
use heard_flow::demo::fill::fill;
use heard_flow::demo::simulate::{Company, Simulation};
use heard_store::tables;

#[tokio::test(flavor = "multi_thread")]
async fn the_company_comes_in_whole_and_is_read_as_it_is_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let simulation =
        Simulation { comments: 1_500, seed: 7, end: common::NOON, phrases: heard_flow::demo::phrasebook::Phrases::All };
    let mut told = Vec::new();
    let filled = fill(&flow, simulation, "a long enough password", |heard| told.push(heard)).await.expect("it is filled");
    assert_eq!(filled.comments, 1_500);
    assert_eq!(told.last(), Some(&1_500));
    let company = Company::new(simulation);
    let directory = flow.directory();
    assert_eq!(directory.company.name, company.name);
    assert_eq!(directory.journey, company.journey);
    assert_eq!(directory.posts.len(), company.posts.len());
    let posts: BTreeMap<String, _> = directory.posts.iter().map(|post| (post.name.clone(), post.id)).collect();
    let (mut known, mut read, mut judged, mut right, mut placed) = (0, 0.0, 0.0, 0.0, 0.0);
    for comment in company.comments() {
        let (post, key) = (posts[comment.post], comment.feedback.key.clone());
        let look = move |view: &heard_store::view::View| {
            let Some(kept) = tables::feedback::by_key(view, post, &key)? else { return Ok(None) };
            Ok(tables::feedback::get(view, kept.id)?.zip(tables::reading::get(view, kept.id)?))
        };
        let (feedback, reading) = flow.store.read(&Scope::system(), look).await.expect("it is looked up").expect("it was read");
        assert_eq!(feedback.text, comment.feedback.text);
        known += usize::from(feedback.account.is_some());
        if comment.truth.language != "en" || comment.truth.clauses.is_empty() {
            continue;
        }
        read += 1.0;
        let stage = reading.passages.iter().any(|p| p.stage.as_ref().is_some_and(|s| s.value == comment.truth.stage));
        placed += f64::from(u8::from(stage));
        let felt = reading.weightiest().and_then(|p| p.sentiment.as_ref()).map_or(0, |s| s.polarity.sign());
        if felt != 0 && comment.truth.polarity != Polarity::Neutral {
            judged += 1.0;
            right += f64::from(u8::from(felt == comment.truth.polarity.sign()));
        }
    }
    assert!(known > 400, "{known} comments are tied to accounts");
    // Far above chance, and not a measure of the reader: it takes a side often, mostly the right one, in the right stage.
    assert!(judged / read > 0.4, "{judged} of {read} are felt");
    assert!(right / judged > 0.7, "the right side in {:.2}", right / judged);
    assert!(placed / read > 0.5, "the right stage in {:.2}", placed / read);
    let accounts = flow.store.read(&Scope::system(), |view| tables::account::list(view, "", 1_000)).await.expect("accounts");
    assert!(accounts.iter().any(|account| account.key_account && account.yearly_value.is_some() && account.renewal.is_some()));
    assert!(fill(&flow, simulation, "a long enough password", |_| ()).await.is_err(), "only an empty Heard is filled");
}
