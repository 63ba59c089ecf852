//! Foreseeing: what learning from the examples that wait would change is found out before it is applied, on the newest
//! comments, in the background. What was found out is kept batch by batch: after the program was ended it goes on.

use std::time::Instant;

use heard_domain::example::{Effect, Foreseen};
use heard_domain::id::JobId;
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};

use crate::deep_reader::Learnt;
use crate::error::FlowError;
use crate::flow::{Flow, lessons};
use crate::lessons;
use crate::understand::Understanding;

/// On so many comments it is found out, the newest, unless all are wanted.
pub const SAMPLE: u64 = 20_000;
/// How many are looked at together.
const BATCH: usize = 500;
/// Whoever corrects one passage corrects the next: so long is waited, in milliseconds.
const PAUSE_MS: i64 = 2_000;

/// Asks, within a transaction, what learning from all that waits would change. What is under way for other examples ends.
pub(crate) fn ask(tx: &mut Tx, job: i64, now: Time) -> Result<(), StoreError> {
    let (version, examples) = (tables::taxonomy::version(tx)?, tables::example::wanted(tx)?);
    let there = tables::foreseen::get(tx)?;
    if there.is_some_and(|there| there.version == version && there.examples == examples) {
        return Ok(());
    }
    forget(tx)?;
    if examples == lessons::present(tx)? {
        return Ok(());
    }
    let all = tables::feedback::count(tx)?;
    let effect = Effect::default();
    let of = all.min(SAMPLE);
    let foreseen = Foreseen { version, examples, learnt_us: 0, effect, of, all, below: None, done: all == 0 };
    tables::foreseen::put(tx, &foreseen)?;
    if all > 0 {
        tables::job::add(tx, JobId(job), &Job::Foresee, now.plus_ms(PAUSE_MS))?;
    }
    Ok(())
}

/// Asks for all comments instead of the newest; false if there is nothing to find out.
pub(crate) fn ask_for_all(tx: &mut Tx, job: i64, now: Time) -> Result<bool, StoreError> {
    let Some(mut foreseen) = tables::foreseen::get(tx)?.filter(|foreseen| foreseen.version >= 0) else { return Ok(false) };
    let all = tables::feedback::count(tx)?;
    (foreseen.all, foreseen.of, foreseen.done) = (all, all, foreseen.effect.looked_at >= all);
    forget(tx)?;
    if !foreseen.done {
        tables::job::add(tx, JobId(job), &Job::Foresee, now)?;
    }
    tables::foreseen::put(tx, &foreseen)?;
    Ok(true)
}

/// Nothing waits any more, or something else does.
pub(crate) fn forget(tx: &mut Tx) -> Result<(), StoreError> {
    for waiting in tables::job::of_kind(tx, Job::Foresee.kind())? {
        tables::job::finish(tx, waiting.id)?;
    }
    tables::foreseen::clear(tx)
}

/// Whether what was found out so far is still asked for.
fn same(view: &View, foreseen: &Foreseen) -> Result<bool, StoreError> {
    let there = tables::foreseen::get(view)?;
    Ok(there.is_some_and(|there| (there.version, &there.examples) == (foreseen.version, &foreseen.examples)))
}

/// Finds out, batch by batch, to the end or until Heard stops.
pub(crate) async fn run(flow: &Flow, job: JobId) -> Result<(), FlowError> {
    let scope = Scope::system();
    flow.refresh().await?;
    let found = flow.store.read(&scope, |view| {
        let Some(foreseen) = tables::foreseen::get(view)? else { return Ok(None) };
        let wanted = lessons::of(view, &foreseen.examples)?;
        Ok(Some((foreseen, wanted, lessons(view)?.0)))
    });
    let now = flow.look();
    let Some((mut foreseen, lessons, present)) = found.await?.filter(|(f, ..)| f.version == now.directory.taxonomy.version)
    else {
        // The categories were changed meanwhile: reading again asks anew.
        return Ok(flow.store.write(&scope, move |tx| tables::job::finish(tx, job)).await?);
    };
    let (before, taxonomy, deep) = (now.clone(), now.directory.taxonomy.clone(), flow.deep());
    let learn = move || {
        let began = Instant::now();
        let after = before.taught(&taxonomy, &lessons);
        let took = began.elapsed();
        // What the fast reader is unsure of would be read by the deep one, then as now.
        let deep = deep.map(|deep| Learnt::of(deep, &before, &present.examples));
        let taught = deep.as_ref().map(|deep| deep.taught(&taxonomy, &lessons.examples));
        (after, took, deep.zip(taught))
    };
    let (after, took, deep) = tokio::task::spawn_blocking(learn).await.map_err(FlowError::internal)?;
    foreseen.learnt_us = took.as_micros() as u64;
    while !foreseen.done && !flow.stopping() {
        let below = foreseen.below;
        let most = BATCH.min(usize::try_from(foreseen.of.saturating_sub(foreseen.effect.looked_at)).unwrap_or(BATCH));
        let batch = flow.store.read(&scope, move |view| {
            let words = tables::feedback::to_read_below(view, below, most)?;
            let ids: Vec<_> = words.iter().map(|words| words.id).collect();
            Ok((tables::reading::corrections_of(view, &ids)?, words))
        });
        let (corrections, words) = batch.await?;
        foreseen.done = words.len() < most || most < BATCH;
        foreseen.below = words.last().map(|words| words.id).or(foreseen.below);
        let (before, after, deep, mut effect) = (now.clone(), after.clone(), deep.clone(), foreseen.effect);
        let compare = move || {
            for words in &words {
                let corrected = corrections.get(&words.id).map_or(&[][..], Vec::as_slice);
                let read = |by: &Understanding, deep: Option<&Learnt>| {
                    let mut reading = by.read_words(words);
                    if let Some(deep) = deep {
                        deep.count(&before.directory.taxonomy, &mut reading, &words.text);
                    }
                    reading.corrected(corrected)
                };
                let (now, then) = (deep.as_ref().map(|(now, _)| now), deep.as_ref().map(|(_, then)| then));
                lessons::count(&mut effect, words.id, &read(&before, now), &read(&after, then));
            }
            effect
        };
        foreseen.effect = tokio::task::spawn_blocking(compare).await.map_err(FlowError::internal)?;
        foreseen.done |= foreseen.effect.looked_at >= foreseen.of;
        let (kept, last) = (foreseen.clone(), foreseen.done);
        let keep = move |tx: &mut Tx| {
            let same = same(tx, &kept)?;
            if same {
                tables::foreseen::put(tx, &kept)?;
            }
            if last || !same {
                tables::job::finish(tx, job)?;
            }
            Ok(same)
        };
        if !flow.store.write(&scope, keep).await? {
            return Ok(());
        }
    }
    if foreseen.done {
        return Ok(());
    }
    let at = flow.now();
    Ok(flow.store.write(&scope, move |tx| tables::job::again(tx, job, &Job::Foresee, at)).await?)
}
