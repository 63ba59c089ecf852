//! Files come in: completely, once, and with every bad row named.

#![expect(clippy::expect_used, clippy::print_stderr, reason = "a test says what it expects, and what it skips")]

mod common;
#[path = "coming/entries.rs"]
mod entries;
#[path = "coming/watch.rs"]
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use heard_domain::id::ImportId;
use heard_domain::import::{Import, ImportState};
use heard_domain::scope::Scope;
use heard_flow::flow::Flow;
use heard_flow::hear::import::{bad_rows, confirm, get};
use heard_flow::hear::preview::{hand_over, preview};
use heard_flow::hear::receive::Receiving;
use heard_flow::work;
use heard_store::tables;

/// A real file; without it the test fails, unless skipping was asked for aloud.
fn real(path: &str) -> Option<Vec<u8>> {
    #[expect(clippy::disallowed_methods, reason = "where the data is, is told to tests by the environment")]
    let folder = std::env::var("HEARD_DATA").unwrap_or_else(|_| "../../../shared/data".to_owned());
    #[expect(clippy::disallowed_methods, reason = "see above")]
    let skip = std::env::var("HEARD_ALLOW_SKIP").is_ok_and(|yes| yes == "1");
    let file = PathBuf::from(folder).join(path);
    match std::fs::read(&file) {
        Ok(bytes) => Some(bytes),
        Err(_) if skip => {
            eprintln!("SKIPPED: {} is not there", file.display());
            None
        }
        Err(error) => panic!("{}: {error}; set HEARD_DATA, or HEARD_ALLOW_SKIP=1", file.display()),
    }
}

async fn import(flow: &Arc<Flow>, name: &str, bytes: &[u8]) -> Import {
    let scope = Scope::system();
    let mut file = Receiving::begin(flow, &scope).expect("a file can be received");
    file.write(bytes).expect("bytes are written");
    let import = hand_over(flow, &scope, name, file).await.expect("the file is understood");
    let seen = preview(flow, &scope, import.id, None).await.expect("there is a preview");
    confirm(flow, &scope, import.id, seen.import.mapping, seen.industry).await.expect("it is confirmed");
    work::drain(flow).await.expect("the work is done");
    get(flow, &scope, import.id).await.expect("the import is there")
}

async fn bad(flow: &Flow, id: ImportId) -> Vec<heard_domain::import::BadRow> {
    bad_rows(flow, &Scope::system(), id, 0, 1000).await.expect("bad rows are listed")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_airline_file_comes_in_whole_and_once() {
    let Some(bytes) = real("airline/tweets.csv") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let first = import(&flow, "tweets.csv", &bytes).await;
    assert_eq!((first.state, first.added, first.bad), (ImportState::Done, 11_613, 0), "{first:?}");
    let second = import(&flow, "tweets again.csv", &bytes).await;
    assert_eq!((second.added, second.known, second.revised), (0, 11_613, 0));

    let scope = Scope::system();
    let (count, read) = flow
        .store
        .read(&scope, |view| {
            let ids = tables::feedback::following(view, heard_domain::id::FeedbackId(0), 20_000)?;
            Ok((tables::feedback::count(view)?, tables::reading::many(view, &ids)?))
        })
        .await
        .expect("it can be read");
    assert_eq!(count, 11_613);
    assert_eq!(read.len(), 11_613);
    let staged = read.iter().filter(|reading| reading.weightiest().is_some_and(|passage| passage.stage.is_some())).count();
    assert!(staged > 5_000, "{staged} have a stage");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_complaints_file_loses_no_row_and_names_the_torn_one() {
    let Some(bytes) = real("cfpb/complaints.csv") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let done = import(&flow, "complaints.csv", &bytes).await;
    let bad = bad(&flow, done.id).await;
    assert_eq!(done.added + done.bad, done.rows.unwrap_or(0));
    assert!(done.added >= 2_066, "{done:?}");
    for row in &bad {
        assert!(row.row > 0 && !row.reason.is_empty(), "{row:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_times_adds_nothing_the_second_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let bytes = b"comment,stars\nThe crew was lovely,5\nMy bag never came,1\n,\n";
    let first = import(&flow, "a.csv", bytes).await;
    assert_eq!((first.added, first.bad), (2, 0), "{:?}", bad(&flow, first.id).await);
    let second = import(&flow, "b.csv", bytes).await;
    assert_eq!((second.added, second.revised, second.known), (0, 0, 2));
}
