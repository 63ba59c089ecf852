//! Examples: what the categories learn from. The words of a passage stay in its comment, and go with it.

use std::collections::HashMap;

use heard_domain::example::{Example, ExampleWords, Says, Taught};
use heard_domain::id::{CategoryId, CorrectionId, ExampleId, FeedbackId, PostId, StageId, TouchpointId, UserId};
use heard_domain::reading::{Change, Correction, Emotion, Span};
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// From so many examples is learnt at most, the newest.
pub const MOST: usize = 20_000;

const COLUMNS: &str = "example.id, example.category, example.belongs, example.text, example.feedback, example.revision, \
     example.span_start, example.span_end, example.correction, example.user_id, example.at, example.aside";

/// Beside its comment, if it has one; an example of other words than the present ones is none.
const HOLDING: &str = "FROM example LEFT JOIN feedback ON feedback.id = example.feedback \
     WHERE (example.feedback IS NULL OR feedback.revision = example.revision)";

fn read(row: &dyn Row) -> Result<Example, StoreError> {
    let words = match row.int_or_none(4)? {
        None => ExampleWords::Written(row.text(3)?.to_owned()),
        Some(feedback) => ExampleWords::Said {
            feedback: FeedbackId(feedback),
            revision: row.int(5)? as i32,
            span: span(row, 6)?,
            correction: row.int_or_none(8)?.map(CorrectionId),
        },
    };
    Ok(Example {
        id: ExampleId(row.int(0)?),
        category: CategoryId(row.int(1)?),
        belongs: row.yes(2)?,
        words,
        by: row.int_or_none(9)?.map(UserId),
        at: Time(row.int(10)?),
        aside: row.yes(11)?,
    })
}

fn span(row: &dyn Row, first: usize) -> Result<Option<Span>, StoreError> {
    let ends = row.int_or_none(first)?.zip(row.int_or_none(first + 1)?);
    Ok(ends.map(|(start, end)| Span { start: start as u32, end: end as u32 }))
}

/// Keeps a new one.
pub fn insert(tx: &mut Tx, example: &Example) -> Result<(), StoreError> {
    keep(tx, example, Says::Category { category: example.category, belongs: example.belongs })
}

/// An example of a sentiment, an emotion or a stage is of no category: 0 stands in its place.
const NO_CATEGORY: CategoryId = CategoryId(0);
/// What stands for "no emotion" and "no stage".
const NO_EMOTION: &str = "";
const NO_STAGE: StageId = StageId(0);

fn keep(tx: &mut Tx, example: &Example, says: Says) -> Result<(), StoreError> {
    let (text, said) = match &example.words {
        ExampleWords::Written(text) => (text.as_str(), None),
        ExampleWords::Said { feedback, revision, span, correction } => ("", Some((feedback, revision, span, correction))),
    };
    let span = said.and_then(|(_, _, span, _)| *span);
    let (sentiment, emotion, stage) = match says {
        Says::Category { .. } => (None, None, None),
        Says::Sentiment { sentiment } => (Some(sentiment.code()), None, None),
        Says::Emotion { emotion } => (None, Some(emotion.map_or(NO_EMOTION, Emotion::code)), None),
        Says::Stage { stage } => (None, None, Some(stage.unwrap_or(NO_STAGE))),
    };
    let values: [Value<'_>; 15] = [
        example.id.into(),
        example.category.into(),
        example.belongs.into(),
        text.into(),
        said.map(|(feedback, ..)| *feedback).into(),
        said.map(|(_, revision, ..)| *revision).into(),
        span.map(|span| i64::from(span.start)).into(),
        span.map(|span| i64::from(span.end)).into(),
        said.and_then(|(.., correction)| *correction).into(),
        example.by.into(),
        example.at.into(),
        example.aside.into(),
        sentiment.into(),
        emotion.into(),
        stage.into(),
    ];
    tx.execute(
        "INSERT INTO example (id, category, belongs, text, feedback, revision, span_start, span_end, correction, user_id, at, aside,
         sentiment, emotion, stage) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        &values,
    )?;
    Ok(())
}

/// What a correction teaches: nothing, if it is about an intent.
pub(crate) fn of_correction(tx: &mut Tx, correction: &Correction, revision: i32) -> Result<(), StoreError> {
    let says = match correction.change {
        Change::AddCategory { category } => Says::Category { category, belongs: true },
        Change::RemoveCategory { category } => Says::Category { category, belongs: false },
        Change::Sentiment { to } => Says::Sentiment { sentiment: to },
        Change::Emotion { to } => Says::Emotion { emotion: to },
        Change::Stage { to } => Says::Stage { stage: to },
        Change::AddIntent { .. } | Change::RemoveIntent { .. } => return Ok(()),
    };
    let (category, belongs) = match says {
        Says::Category { category, belongs } => (category, belongs),
        _ => (NO_CATEGORY, true),
    };
    let Correction { id, feedback, span, by, at, .. } = *correction;
    let words = ExampleWords::Said { feedback, revision, span, correction: Some(id) };
    keep(tx, &Example { id: ExampleId(id.0), category, belongs, words, by: Some(by), at, aside: false }, says)
}

/// A correction was taken back: versions that have learnt from it go on knowing its place.
pub(crate) fn correction_undone(tx: &mut Tx, id: CorrectionId) -> Result<(), StoreError> {
    tx.execute("UPDATE example SET aside = 1, correction = NULL WHERE correction = $1", &[id.into()])?;
    Ok(())
}

/// Forgets the examples that a comment held.
pub(crate) fn forget(tx: &mut Tx, feedback: FeedbackId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM example WHERE feedback = $1", &[feedback.into()])?;
    Ok(())
}

/// A comment has its older words again, under a new revision.
pub(crate) fn restore(tx: &mut Tx, feedback: FeedbackId, before: i64, now: i32) -> Result<(), StoreError> {
    tx.execute("DELETE FROM example WHERE feedback = $1 AND revision > $2", &[feedback.into(), before.into()])?;
    let again: [Value<'_>; 3] = [feedback.into(), before.into(), now.into()];
    tx.execute("UPDATE example SET revision = $3 WHERE feedback = $1 AND revision = $2", &again)?;
    Ok(())
}

/// One, if it is there, its words are the present ones, and it is in sight.
pub fn get(view: &View, id: ExampleId) -> Result<Option<Example>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, feedback.post {HOLDING} AND example.id = $1");
    let found = view.one(&sql, &[id.into()], |row| Ok((read(row)?, row.int_or_none(12)?.map(PostId))))?;
    Ok(found.filter(|(_, post)| post.is_none_or(|post| view.scope().sees(post))).map(|(example, _)| example))
}

/// The examples of a category in sight, the newest first.
pub fn of_category(view: &View, category: CategoryId, most: usize) -> Result<Vec<Example>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, feedback.post {HOLDING} AND example.category = $1 ORDER BY example.id DESC LIMIT $2");
    let all = view.list(&sql, &[category.into(), most.into()], |row| Ok((read(row)?, row.int_or_none(12)?.map(PostId))))?;
    let seen = |post: &Option<PostId>| post.is_none_or(|post| view.scope().sees(post));
    Ok(all.into_iter().filter(|(_, post)| seen(post)).map(|(example, _)| example).collect())
}

/// All that would be learnt from now, by identifier: what is set aside and what is of categories or stages that are gone is
/// not.
pub fn wanted(view: &View) -> Result<Vec<Taught>, StoreError> {
    let sql = format!(
        "SELECT {SAYS} {HOLDING} AND example.aside = 0
         AND (example.category = 0 OR EXISTS (SELECT 1 FROM category WHERE category.id = example.category))
         AND (example.stage IS NULL OR example.stage = 0 OR EXISTS (SELECT 1 FROM stage WHERE stage.id = example.stage))
         ORDER BY example.id DESC LIMIT $1"
    );
    let mut all = view.list(&sql, &[MOST.into()], taught)?;
    all.reverse();
    Ok(all)
}

const SAYS: &str = "example.id, example.category, example.belongs, example.sentiment, example.emotion, example.stage";

fn taught(row: &dyn Row) -> Result<Taught, StoreError> {
    let says = match (row.text_or_none(3)?, row.text_or_none(4)?, row.int_or_none(5)?) {
        (Some(sentiment), ..) => Says::Sentiment { sentiment: sentiment.parse()? },
        (_, Some(NO_EMOTION), _) => Says::Emotion { emotion: None },
        (_, Some(emotion), _) => Says::Emotion { emotion: Some(emotion.parse()?) },
        (.., Some(stage)) => Says::Stage { stage: Some(StageId(stage)).filter(|stage| *stage != NO_STAGE) },
        _ => Says::Category { category: CategoryId(row.int(1)?), belongs: row.yes(2)? },
    };
    Ok(Taught { id: ExampleId(row.int(0)?), says })
}

/// The same examples with the categories that they are of by now; what is gone is left out.
pub fn as_now(view: &View, examples: &[Taught]) -> Result<Vec<Taught>, StoreError> {
    let mut found = Vec::with_capacity(examples.len());
    for some in examples.chunks(CHUNK) {
        let ids: Vec<ExampleId> = some.iter().map(|example| example.id).collect();
        let (list, values) = one_of(1, &ids);
        let sql = format!("SELECT {SAYS} FROM example WHERE example.id IN ({list})");
        found.extend(view.list(&sql, &values, taught)?);
    }
    found.sort_unstable();
    Ok(found)
}

/// The words of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worded {
    /// The words.
    pub text: String,
    /// The comment they stand in, if they were not written by hand.
    pub feedback: Option<FeedbackId>,
    /// Where that comment was said: the post, and the contact if it is known.
    pub said_at: Option<(PostId, Option<TouchpointId>)>,
}

/// The words of examples in sight whose place still means something.
pub fn words(view: &View, ids: &[ExampleId]) -> Result<HashMap<ExampleId, Worded>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT example.id, example.text, example.span_start, example.span_end, feedback.text, feedback.post,
             example.feedback, feedback.touchpoint {HOLDING} AND example.id IN ({list})"
        );
        view.each(&sql, &values, |row| {
            let id = ExampleId(row.int(0)?);
            let Some(said) = row.text_or_none(4)? else {
                found.insert(id, Worded { text: row.text(1)?.to_owned(), feedback: None, said_at: None });
                return Ok(());
            };
            let post = PostId(row.int(5)?);
            if view.scope().sees(post) {
                let words = span(row, 2)?.map_or(Some(said), |span| span.of(said));
                let feedback = row.int_or_none(6)?.map(FeedbackId);
                let said_at = Some((post, row.int_or_none(7)?.map(TouchpointId)));
                found.extend(words.map(|words| (id, Worded { text: words.to_owned(), feedback, said_at })));
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// Sets examples aside, or takes them back.
pub fn set_aside(tx: &mut Tx, ids: &[ExampleId], aside: bool) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = ids.iter().flat_map(|id| [(*id).into(), aside.into()]).collect();
    tx.execute_many("UPDATE example SET aside = $2 WHERE id = $1", 2, &values)?;
    Ok(())
}

/// Gives examples the categories they had in a version.
pub fn set_categories(tx: &mut Tx, examples: &[Taught]) -> Result<(), StoreError> {
    let placed = |example: &Taught| match example.says {
        Says::Category { category, .. } => Some((example.id, category)),
        _ => None,
    };
    let values: Vec<Value<'_>> =
        examples.iter().filter_map(placed).flat_map(|(id, category)| [id.into(), category.into()]).collect();
    tx.execute_many("UPDATE example SET category = $2 WHERE id = $1", 2, &values)?;
    Ok(())
}

/// Examples of one category are examples of another from now on: all of them, or only these. Gives those that moved.
pub fn follow(tx: &mut Tx, from: CategoryId, into: CategoryId, only: Option<&[ExampleId]>) -> Result<Vec<ExampleId>, StoreError> {
    let sql = "SELECT id FROM example WHERE category = $1 ORDER BY id";
    let mut ids = tx.list(sql, &[from.into()], |row| Ok(ExampleId(row.int(0)?)))?;
    ids.retain(|id| only.is_none_or(|only| only.contains(id)));
    let values: Vec<Value<'_>> = ids.iter().flat_map(|id| [(*id).into(), into.into()]).collect();
    tx.execute_many("UPDATE example SET category = $2 WHERE id = $1", 2, &values)?;
    Ok(ids)
}

/// How many rows there are, whatever they say: fewer than before, and something was forgotten.
pub fn count(view: &View) -> Result<i64, StoreError> {
    view.number("SELECT count(*) FROM example", &[])
}

/// The comments of which a person has said that something in them belongs to one of some categories, whether it is learnt from or set aside.
pub fn teaching(view: &View, categories: &[CategoryId]) -> Result<Vec<FeedbackId>, StoreError> {
    let mut found = Vec::new();
    for ids in categories.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT DISTINCT example.feedback FROM example
             WHERE example.feedback IS NOT NULL AND example.belongs = 1 AND example.category IN ({list})"
        );
        found.extend(view.list(&sql, &values, |row| Ok(FeedbackId(row.int(0)?)))?);
    }
    Ok(found)
}

/// The passages of comments that somebody has labelled with a category already; `None`: all of the comment.
pub fn labelled(view: &View, feedback: &[FeedbackId]) -> Result<Vec<(FeedbackId, Option<Span>)>, StoreError> {
    let mut found = Vec::new();
    for ids in feedback.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT example.feedback, example.span_start, example.span_end {HOLDING} AND example.aside = 0
             AND example.category <> 0 AND example.feedback IN ({list})"
        );
        found.extend(view.list(&sql, &values, |row| Ok((FeedbackId(row.int(0)?), span(row, 1)?)))?);
    }
    Ok(found)
}
