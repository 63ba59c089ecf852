//! Files that are not as they should be: each row is heard whole or named, and nothing is half-written or overwritten.

#![expect(clippy::panic, clippy::print_stderr, reason = "a test that cannot go on says where it stopped")]

mod common;
#[path = "../../heard-channels/tests/mutate/files.rs"]
mod files;
#[path = "damaged/through.rs"]
mod through;
#[path = "../../heard/tests/binary/torture.rs"]
mod torture;
#[path = "../../heard-channels/tests/mutate/zips.rs"]
mod zips;

use std::time::Instant;

use heard_domain::scope::Scope;
use heard_flow::hear::import::{confirm, get};
use heard_flow::hear::preview::{hand_over, preview};
use heard_flow::hear::receive::Receiving;
use heard_flow::work;

/// So many files are taken through one folder.
const AT_A_TIME: u64 = 1_000;

/// A thousand by itself; `cargo xtask torture` says how many.
#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_of_all_layouts_leave_nothing_half_written() {
    let (begun, files) = (Instant::now(), torture::number("FILES", AT_A_TIME));
    let first = (torture::seed() - 1) * 1_000_000;
    let mut all = through::Became::default();
    for from in (first..first + files).step_by(AT_A_TIME as usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let became = through::through(folder.path(), from..(from + AT_A_TIME).min(first + files)).await;
        eprintln!("seeds from {from}: {became:?}");
        all.add(&became);
    }
    assert!(all.imports > files * 7 / 10 && all.added > files && all.named > files, "{all:?}");
    let through::Became { refused, imports, failed, added, named, longest, .. } = all;
    let outcome = format!(
        "{files} files of all layouts: {imports} taken, {refused} refused and {failed} stopped with a reason, {added} comments \
         kept, {named} rows named; 0 half written, 0 server errors; the longest took {:.1} s",
        longest.as_secs_f64()
    );
    torture::report("damaged files through the whole flow", "SQLite", &outcome, begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_not_overwritten_by_a_key_that_was_one_last_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let scope = Scope::system();
    let files = [
        "case_id,created,comment\nc7,2026-03-01,The queue was long\nc9,2026-03-02,The clerk was kind\n",
        "case_id,created,comment\nc1,2026-03-03,My card came late\nc1,2026-03-04,And then it did not work\n",
    ];
    for bytes in files {
        let mut file = Receiving::begin(&flow, &scope).expect("a file can be received");
        file.write(bytes.as_bytes()).expect("bytes are written");
        let import = hand_over(&flow, &scope, "cases.csv", file).await.expect("the file is understood");
        let seen = preview(&flow, &scope, import.id, None).await.expect("there is a preview");
        confirm(&flow, &scope, import.id, seen.import.mapping, None).await.expect("it is confirmed");
        work::drain(&flow).await.expect("the work is done");
        let done = get(&flow, &scope, import.id).await.expect("the import is there");
        assert_eq!((done.added, done.revised, done.bad), (2, 0, 0), "{done:?}");
    }
}
