//! Files that are not as they should be: each row is heard whole or named, and nothing is half-written or overwritten.

mod common;

use heard_domain::id::FeedbackId;
use heard_domain::import::ImportState;
use heard_domain::scope::Scope;
use heard_flow::error::FlowError;
use heard_flow::hear::import::{bad_rows, confirm, get};
use heard_flow::hear::preview::{hand_over, preview};
use heard_flow::hear::receive::Receiving;
use heard_flow::work;
use heard_store::tables;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const SOUND: &[&str] = &[
    "id,created,comment,score,city\r\na-17,2026-03-01 09:10,\"The crew was kind, the bag was lost\",3,Turku\r\n\
     a-23,2026-03-02 10:20,\"He said \"\"never\"\"\nand hung up\",0,Oulu\r\na-31,2026-03-03 11:30,,10,Turku\r\n",
    "Datum;Kunde;Nachricht;Note\n13.04.2026 08:15;Jürgen;Die Größe passte nicht;4,5\n02.05.2026 17:40;Zoë;Zwei Wochen gewartet, dann nichts;1\n",
    "{\"id\":\"j1\",\"created_at\":1772348400,\"comment\":\"Fast answers, friendly people\",\"who\":{\"name\":\"Ann\"}}\n\
     {\"id\":\"j2\",\"created_at\":1772352000,\"comment\":\"Four calls about one invoice\",\"tags\":[\"billing\"]}\n",
    "key,at,text,rating:nps:0:10:NPS,attribute:Plan\nk1,2026-03-22T14:05:00Z,'=1+1 is how you count,9,Pro\nk2,2026-03-22T15:05:00Z,<script>alert(1)</script>,2,\n",
];

const PIECES: &[&[u8]] = &[
    b"\"",
    b"\"\"",
    b"\0",
    b"\n",
    b"\r",
    b",",
    b";",
    b"\xFF",
    b"\xEF\xBB\xBF",
    b"{",
    b"}",
    b"\\",
    b"99999999999",
    b"\xE2\x80\xAE",
];

/// A sound file with up to eight things done to it that happen to files.
fn malformed(seed: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |n: usize| rng.next_u32() as usize % n.max(1);
    let mut bytes = SOUND[below(SOUND.len())].as_bytes().to_vec();
    for _ in 0..=below(7) {
        let (at, piece) = (below(bytes.len()), PIECES[below(PIECES.len())]);
        let end = (at + below(40)).min(bytes.len());
        match below(5) {
            0 => drop(bytes.splice(at..at, piece.iter().copied())),
            1 => drop(bytes.splice(at..at, piece.repeat(below(30)))),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at.max(bytes.len() / 2)),
            _ => {
                let copy = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_malformed_files_leave_nothing_half_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let scope = Scope::system();
    let mut imports = Vec::new();
    for seed in 0..1000 {
        let mut file = Receiving::begin(&flow, &scope).expect("a file can be received");
        file.write(&malformed(seed)).expect("bytes are written");
        let import = match hand_over(&flow, &scope, "malformed.csv", file).await {
            Ok(import) => import,
            Err(FlowError::Rule { field, reason }) => {
                assert_eq!(field, "file", "seed {seed}: {reason}");
                continue;
            }
            Err(other) => panic!("seed {seed}: {other:?}"),
        };
        let seen = preview(&flow, &scope, import.id, None).await.unwrap_or_else(|e| panic!("seed {seed}: {e:?}"));
        assert_eq!(seen.rows.len() as u64 + seen.refused, seen.tried, "seed {seed}");
        match confirm(&flow, &scope, import.id, seen.import.mapping, None).await {
            Ok(import) => imports.push(import.id),
            // Nothing to hear was found in it, so there is nothing to lose.
            Err(FlowError::Rule { reason, .. }) => assert!(seen.rows.is_empty(), "seed {seed}: {reason}"),
            Err(other) => panic!("seed {seed}: {other:?}"),
        }
    }
    work::drain(&flow).await.expect("the work is done");

    let (mut added, mut named) = (0, 0);
    for id in &imports {
        let done = get(&flow, &scope, *id).await.expect("the import is there");
        assert_eq!(done.state, ImportState::Done, "{done:?}");
        let bad = bad_rows(&flow, &scope, *id, 0, 1000).await.expect("bad rows are listed");
        assert!(bad.iter().all(|bad| bad.row > 0 && bad.line > 0 && !bad.reason.is_empty()), "{bad:?}");
        assert!(bad.len() as u64 >= done.bad, "{done:?} {bad:?}");
        assert_eq!(done.added + done.known + done.revised + done.bad, done.rows.unwrap_or(0), "{done:?}");
        added += done.added;
        named += done.bad;
    }
    assert!(imports.len() > 800 && added > 300 && named > 300, "{} imports, {added} added, {named} named", imports.len());

    let all = flow.store.read(&scope, |view| {
        let ids = tables::feedback::following(view, FeedbackId(0), 100_000)?;
        Ok((tables::feedback::many(view, &ids)?, tables::reading::many(view, &ids)?))
    });
    let (feedback, readings) = all.await.expect("it can be read");
    assert_eq!(feedback.len() as u64, added, "what was counted is there");
    assert_eq!(readings.len(), feedback.len(), "all of it was read");
    assert!(feedback.iter().all(|feedback| !feedback.text.contains('\0')));
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
