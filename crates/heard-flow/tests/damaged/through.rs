//! Damaged files of all layouts through the whole way: handed over, looked at, confirmed, taken in and read.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use heard_domain::id::FeedbackId;
use heard_domain::import::{ImportKind, ImportState};
use heard_domain::scope::Scope;
use heard_flow::error::FlowError;
use heard_flow::flow::Flow;
use heard_flow::hear::import::{bad_rows, confirm, get};
use heard_flow::hear::preview::{hand_over, preview};
use heard_flow::hear::receive::Receiving;
use heard_flow::work;
use heard_store::tables;

use crate::{common, files};

/// What became of some files.
#[derive(Debug, Default)]
pub struct Became {
    /// Files that were handed over.
    pub files: u64,
    /// Refused as a whole, each with a reason.
    pub refused: u64,
    /// Imports that came to their end.
    pub imports: u64,
    /// Imports that failed in the middle, each with a reason.
    pub failed: u64,
    /// Feedback that is there.
    pub added: u64,
    /// Rows that were there already, or had other words.
    pub again: u64,
    /// Rows that were named and not taken.
    pub named: u64,
    /// The longest that one file took until it was confirmed.
    pub longest: Duration,
}

impl Became {
    /// What became of these and of others.
    pub fn add(&mut self, other: &Self) {
        let Self { files, refused, imports, failed, added, again, named, longest } = other;
        for (sum, more) in [
            (&mut self.files, files),
            (&mut self.refused, refused),
            (&mut self.imports, imports),
            (&mut self.failed, failed),
            (&mut self.added, added),
            (&mut self.again, again),
            (&mut self.named, named),
        ] {
            *sum += more;
        }
        self.longest = self.longest.max(*longest);
    }
}

/// Takes the files of these seeds through a flow of its own in a folder, and checks that nothing is half written.
pub async fn through(folder: &Path, seeds: Range<u64>) -> Became {
    let flow = common::flow(folder);
    let scope = Scope::system();
    let mut imports = Vec::new();
    let mut became = Became::default();
    for seed in seeds {
        let (layout, bytes) = files::malformed(seed);
        became.files += 1;
        let begun = Instant::now();
        let mut file = Receiving::begin(&flow, &scope).expect("a file can be received");
        file.write(&bytes).expect("bytes are written");
        let import = match hand_over(&flow, &scope, "damaged", file).await {
            Ok(import) => import,
            Err(FlowError::Rule { field, reason }) => {
                assert!(field == "file" || field == "columns", "seed {seed}, {layout}: {field}: {reason}");
                assert!(reason.contains(' '), "seed {seed}, {layout}: {reason}");
                became.refused += 1;
                continue;
            }
            Err(other) => panic!("seed {seed}, {layout}: {other:?}"),
        };
        if imports.contains(&import.id) {
            continue;
        }
        let seen = preview(&flow, &scope, import.id, None).await.unwrap_or_else(|e| panic!("seed {seed}, {layout}: {e:?}"));
        assert!(seen.rows.len() as u64 + seen.refused <= seen.tried, "seed {seed}, {layout}");
        match confirm(&flow, &scope, import.id, seen.import.mapping, None).await {
            Ok(import) => imports.push(import.id),
            // Nothing to hear was found in it, so there is nothing to lose.
            Err(FlowError::Rule { reason, .. }) => {
                assert!(seen.rows.is_empty(), "seed {seed}, {layout}: {reason}");
                became.refused += 1;
            }
            Err(other) => panic!("seed {seed}, {layout}: {other:?}"),
        }
        became.longest = became.longest.max(begun.elapsed());
        // The work is done as the files come, so that the folder does not fill up with them.
        if imports.len() % 200 == 199 {
            work::drain(&flow).await.expect("the work is done");
        }
    }
    work::drain(&flow).await.expect("the work is done");
    for id in imports {
        ended(&flow, &scope, id, &mut became).await;
    }
    whole(&flow, &scope, &became).await;
    became
}

/// Each row is taken or named; what is named says where, what and why.
async fn ended(flow: &Arc<Flow>, scope: &Scope, id: heard_domain::id::ImportId, became: &mut Became) {
    let done = get(flow, scope, id).await.expect("the import is there");
    let bad = bad_rows(flow, scope, id, 0, 10_000).await.expect("bad rows are listed");
    for bad in &bad {
        assert!(bad.row > 0 && bad.line > 0 && !bad.reason.is_empty() && bad.sample.chars().count() <= 120, "{bad:?}");
    }
    assert!(bad.len() as u64 >= done.bad, "{done:?} {bad:?}");
    // What damage makes look like a list of customers is operational data to the guess; a person would say otherwise.
    if done.mapping.kind == ImportKind::Feedback {
        became.added += done.added;
    }
    became.again += done.known + done.revised;
    became.named += done.bad;
    if done.state == ImportState::Failed {
        assert!(done.failure.as_ref().is_some_and(|reason| reason.contains(' ')), "{done:?}");
        became.failed += 1;
        return;
    }
    assert_eq!(done.state, ImportState::Done, "{done:?}");
    assert_eq!(done.added + done.known + done.revised + done.bad, done.rows.unwrap_or(0), "{done:?}");
    became.imports += 1;
}

/// What was counted is there, whole and read, and nothing else.
async fn whole(flow: &Arc<Flow>, scope: &Scope, became: &Became) {
    let all = flow.store.read(scope, |view| {
        let ids = tables::feedback::following(view, FeedbackId(0), 1_000_000)?;
        Ok((tables::feedback::many(view, &ids)?, tables::reading::many(view, &ids)?))
    });
    let (feedback, readings) = all.await.expect("it can be read");
    assert_eq!(feedback.len() as u64, became.added, "what was counted is there");
    assert_eq!(readings.len(), feedback.len(), "all of it was read");
    assert!(feedback.iter().all(|feedback| !feedback.text.contains('\0') && !feedback.key.is_empty()));
}
