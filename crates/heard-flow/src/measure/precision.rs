//! How well the categories are told apart, on the company's own corrections: each is held against a reader that has not
//! learnt from it nor from anything else in the same comment.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use heard_domain::example::{Says, Taught};
use heard_domain::id::{CategoryId, ExampleId, FeedbackId};
use heard_domain::precision::{CategoryPrecision, Measured, Precision};
use heard_domain::scope::Scope;
use heard_domain::taxonomy::Taxonomy;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;
use heard_text::learn::example::Example;
use heard_text::step::ToRead;

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::lessons::{self, Lessons};
use crate::understand::Understanding;

/// Into so many parts the comments are divided; with fewer comments each is a part of its own.
pub const FOLDS: usize = 5;
/// On so many corrections it is measured at most, the newest.
const MOST: usize = 2_000;

/// What is asked: a passage, what people say of it, and the comment it stands in.
pub(crate) struct Asked {
    text: String,
    feedback: FeedbackId,
    said: Vec<(CategoryId, bool)>,
}

/// What is to be measured, by words that can be handed to another thread.
pub(crate) struct Grounds {
    pub(crate) taxonomy: Taxonomy,
    /// What the version has learnt from, each with its comment.
    pub(crate) lessons: Vec<(Example, Option<FeedbackId>)>,
    /// What it has learnt of sentiment, emotion and stage.
    pub(crate) others: Lessons,
}

impl Grounds {
    /// Of a version: its categories and what it has learnt from.
    pub(crate) fn load(view: &View, taxonomy: Taxonomy, examples: &[Taught]) -> Result<Self, StoreError> {
        let ids: Vec<ExampleId> = examples.iter().map(|taught| taught.id).collect();
        let mut words = tables::example::words(view, &ids)?;
        let mut matter = Self { taxonomy, lessons: Vec::new(), others: Lessons::default() };
        for taught in examples {
            let Some(worded) = words.remove(&taught.id) else { continue };
            match taught.says {
                Says::Category { category, belongs } => {
                    matter.lessons.push((Example { text: worded.text, category, belongs }, worded.feedback));
                }
                says => matter.others.add(says, worded),
            }
        }
        Ok(matter)
    }
}

/// What people say of passages by now.
pub(crate) fn asked(view: &View) -> Result<Vec<Asked>, StoreError> {
    let mut wanted = tables::example::wanted(view)?;
    wanted.retain(|taught| matches!(taught.says, Says::Category { .. }));
    let beyond = wanted.len().saturating_sub(MOST);
    wanted.drain(..beyond);
    let ids: Vec<ExampleId> = wanted.iter().map(|taught| taught.id).collect();
    let words = tables::example::words(view, &ids)?;
    let mut passages: BTreeMap<(FeedbackId, &str), Vec<(CategoryId, bool)>> = BTreeMap::new();
    for taught in &wanted {
        let Some(worded) = words.get(&taught.id) else { continue };
        let Some(feedback) = worded.feedback else { continue };
        let Says::Category { category: of, belongs } = taught.says else { continue };
        let said = passages.entry((feedback, &worded.text)).or_default();
        // Whoever says something of the same passage again means the latter.
        said.retain(|(category, _)| *category != of);
        said.push((of, belongs));
    }
    let one =
        |((feedback, text), said): ((FeedbackId, &str), Vec<(CategoryId, bool)>)| Asked { text: text.to_owned(), feedback, said };
    Ok(passages.into_iter().map(one).collect())
}

/// Measures a version by leaving out: all that stands in one part of the comments is asked of a reader that has learnt from
/// the other parts only.
pub(crate) fn measure(now: &Understanding, matter: &Grounds, asked: &[Asked]) -> Precision {
    let comments: BTreeSet<FeedbackId> = asked.iter().map(|asked| asked.feedback).collect();
    let part: HashMap<FeedbackId, usize> = comments.iter().enumerate().map(|(at, id)| (*id, at % FOLDS)).collect();
    let mut tally: BTreeMap<CategoryId, [u64; 4]> = BTreeMap::new();
    for fold in 0..FOLDS.min(comments.len()) {
        let within = |feedback: &Option<FeedbackId>| feedback.is_some_and(|id| part.get(&id) == Some(&fold));
        let examples =
            matter.lessons.iter().filter(|(_, feedback)| !within(feedback)).map(|(example, _)| example.clone()).collect();
        // Where a passage belongs depends neither on how good or bad it is, nor on its emotion or stage.
        let reader = now.taught(&matter.taxonomy, &Lessons { examples, ..Lessons::default() }).reader;
        for asked in asked.iter().filter(|asked| part.get(&asked.feedback) == Some(&fold)) {
            let to_read =
                ToRead { feedback: asked.feedback, revision: 1, text: &asked.text, language_hint: None, touchpoint_stage: None };
            let filed = lessons::filed(&reader.read(&to_read));
            for (category, belongs) in &asked.said {
                let [hits, n, found, of] = tally.entry(*category).or_default();
                let here = u64::from(filed.contains(category));
                *n += here;
                *hits += here * u64::from(*belongs);
                *of += u64::from(*belongs);
                *found += here * u64::from(*belongs);
            }
        }
    }
    let sum = |at: usize| tally.values().filter_map(|counts| counts.get(at)).sum::<u64>();
    let one = |(category, [hits, n, found, of]): (&CategoryId, &[u64; 4])| CategoryPrecision {
        category: *category,
        precision: Measured::of(*hits, *n),
        found: Measured::of(*found, *of),
    };
    Precision {
        passages: asked.len() as u64,
        all: Measured::of(sum(0), sum(1)),
        found: Measured::of(sum(2), sum(3)),
        categories: tally.iter().map(one).collect(),
    }
}

/// How well the present version tells the categories apart. It is measured once and known until something changes.
pub async fn present(flow: &Flow, scope: &Scope) -> Result<Arc<Precision>, FlowError> {
    need(scope, Grant::Shape)?;
    let of = |view: &View| Ok((tables::taxonomy::version(view)?, tables::example::wanted(view)?));
    let of = flow.store.read(&Scope::system(), of).await?;
    if let Some(known) = flow.precisions.get(&of, Time(0)) {
        return Ok(known);
    }
    let _turn = flow.precisions.turn.lock().await;
    if let Some(known) = flow.precisions.get(&of, Time(0)) {
        return Ok(known); // somebody else has measured meanwhile
    }
    let load = |view: &View| {
        let matter = Grounds::load(view, tables::taxonomy::get(view)?, &lessons::present(view)?)?;
        Ok((matter, asked(view)?))
    };
    let (matter, asked) = flow.store.read(&Scope::system(), load).await?;
    let now = flow.look();
    let measured = tokio::task::spawn_blocking(move || measure(&now, &matter, &asked)).await.map_err(FlowError::internal)?;
    let measured = Arc::new(measured);
    flow.precisions.put(of, flow.now(), Arc::clone(&measured));
    Ok(measured)
}
