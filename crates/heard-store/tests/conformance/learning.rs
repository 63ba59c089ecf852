//! What the categories learn from, version by version, and what becomes of it with its comments.

use std::path::Path;

use heard_domain::example::{Effect, Example, ExampleWords, Foreseen, Says, Taught};
use heard_domain::id::{CategoryId, CorrectionId, ExampleId, FeedbackId, PostId, StageId, UserId};
use heard_domain::journey::{Journey, Stage};
use heard_domain::reading::{Change, Correction, Emotion, Intent, Polarity, Span};
use heard_domain::scope::{Reach, Scope};
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::Time;
use heard_store::store::Store;
use heard_store::tables::taxonomy_version::Version;
use heard_store::tables::{example, feedback, foreseen, journey, reading, taxonomy, taxonomy_version};

use crate::conformance::made::{company, row, row_at};

fn category(id: i64) -> Category {
    Category::new(CategoryId(id), format!("category {id}"))
}

fn written(id: i64, category: i64, text: &str) -> Example {
    let words = ExampleWords::Written(text.to_owned());
    Example {
        id: ExampleId(id),
        category: CategoryId(category),
        belongs: true,
        words,
        by: Some(UserId(9)),
        at: Time(5),
        aside: false,
    }
}

fn correction(id: i64, feedback: i64, span: Option<Span>, change: Change) -> Correction {
    Correction { id: CorrectionId(id), feedback: FeedbackId(feedback), span, change, by: UserId(9), at: Time(7) }
}

fn taught(id: i64, category: i64, belongs: bool) -> Taught {
    Taught { id: ExampleId(id), says: Says::Category { category: CategoryId(category), belongs } }
}

fn arranged(store: &Store) {
    company(store);
    store
        .write_now(&Scope::system(), |tx| {
            taxonomy::save(tx, &Taxonomy { version: 0, categories: vec![category(1), category(2)] })?;
            feedback::insert_many(tx, &[row(1, "The süß gate was late."), row_at(2, 2, "Elsewhere.")])
        })
        .unwrap();
}

pub fn examples_follow_corrections_words_and_sight(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    arranged(&store);
    let scope = Scope::system();
    let hand = written(100, 1, "gates are late");
    let kept = hand.clone();
    store
        .write_now(&scope, move |tx| {
            example::insert(tx, &kept)?;
            let passage = Some(Span::new(4, 14));
            reading::correct(tx, &correction(101, 1, passage, Change::AddCategory { category: CategoryId(2) }))?;
            reading::correct(tx, &correction(102, 2, None, Change::RemoveCategory { category: CategoryId(1) }))?;
            // Nothing is learnt from what is about an intent, or about a category or stage that is not there.
            reading::correct(tx, &correction(103, 1, None, Change::AddIntent { intent: Intent::Question }))?;
            reading::correct(tx, &correction(105, 1, None, Change::Stage { to: Some(StageId(77)) }))?;
            reading::correct(tx, &correction(104, 1, None, Change::AddCategory { category: CategoryId(77) }))
        })
        .unwrap();
    let all = vec![taught(100, 1, true), taught(101, 2, true), taught(102, 1, false)];
    assert_eq!(store.read_now(&scope, example::wanted), Ok(all));
    assert_eq!(store.read_now(&scope, |view| example::get(view, ExampleId(100))), Ok(Some(hand)));
    let text = |scope: &Scope, id: i64| {
        let words = store.read_now(scope, move |view| example::words(view, &[ExampleId(id)])).unwrap();
        words.get(&ExampleId(id)).map(|worded| worded.text.clone())
    };
    assert_eq!(text(&scope, 101).as_deref(), Some("süß gate"));
    assert_eq!(text(&scope, 102).as_deref(), Some("Elsewhere."));
    let labelled = store.read_now(&scope, |view| example::labelled(view, &[FeedbackId(2)]));
    assert_eq!(labelled, Ok(vec![(FeedbackId(2), None)]));
    // What teaches a category is known by its comment, whoever sees it; what was taken out of it, or written by hand, is of none.
    let teaching = |of: &[i64]| {
        let of: Vec<CategoryId> = of.iter().map(|id| CategoryId(*id)).collect();
        store.read_now(&scope, move |view| example::teaching(view, &of))
    };
    assert_eq!((teaching(&[2]), teaching(&[1]), teaching(&[])), (Ok(vec![FeedbackId(1)]), Ok(vec![]), Ok(vec![])));
    // Who does not see the comment sees neither the example nor its words.
    let mut narrow = Scope::system();
    narrow.reach = Reach::Posts([PostId(1)].into());
    assert_eq!(text(&narrow, 102), None);
    assert_eq!(text(&narrow, 100).as_deref(), Some("gates are late"));
    assert_eq!(store.read_now(&narrow, |view| example::get(view, ExampleId(102))), Ok(None));
    let listed = |scope: &Scope| {
        let all = store.read_now(scope, |view| example::of_category(view, CategoryId(1), 10)).unwrap();
        all.iter().map(|one| one.id.0).collect::<Vec<_>>()
    };
    assert_eq!((listed(&scope), listed(&narrow)), (vec![102, 100], vec![100]));
    // Set aside, taken back; a correction that is taken back teaches nothing.
    store.write_now(&scope, |tx| example::set_aside(tx, &[ExampleId(100)], true)).unwrap();
    store.write_now(&scope, |tx| reading::undo(tx, CorrectionId(102))).unwrap();
    assert_eq!(store.read_now(&scope, example::wanted), Ok(vec![taught(101, 2, true)]));
    store.write_now(&scope, |tx| example::set_aside(tx, &[ExampleId(100)], false)).unwrap();
    assert_eq!(store.read_now(&scope, example::wanted), Ok(vec![taught(100, 1, true), taught(101, 2, true)]));
    // A merged category takes its examples along, and gives back exactly those.
    let moved = store.write_now(&scope, |tx| example::follow(tx, CategoryId(2), CategoryId(1), None)).unwrap();
    assert_eq!(moved, [ExampleId(101)]);
    assert_eq!(store.read_now(&scope, |view| example::as_now(view, &[taught(101, 2, true)])), Ok(vec![taught(101, 1, true)]));
    store.write_now(&scope, move |tx| example::follow(tx, CategoryId(1), CategoryId(2), Some(&moved))).unwrap();
    assert_eq!(store.read_now(&scope, example::wanted), Ok(vec![taught(100, 1, true), taught(101, 2, true)]));
    // In other words the place means nothing any more.
    store.write_now(&scope, |tx| feedback::revise(tx, &row(1, "Quite different."), Time(9))).unwrap();
    assert_eq!((store.read_now(&scope, example::wanted), text(&scope, 101)), (Ok(vec![taught(100, 1, true)]), None));
}

pub fn corrections_of_the_sentiment_are_examples_of_no_category(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    arranged(&store);
    let scope = Scope::system();
    let passage = Some(Span::new(4, 14));
    let felt = Taught { id: ExampleId(101), says: Says::Sentiment { sentiment: Polarity::Negative } };
    store
        .write_now(&scope, move |tx| {
            reading::correct(tx, &correction(101, 1, passage, Change::Sentiment { to: Polarity::Negative }))?;
            reading::correct(tx, &correction(102, 1, passage, Change::AddCategory { category: CategoryId(1) }))
        })
        .unwrap();
    assert_eq!(store.read_now(&scope, example::wanted), Ok(vec![felt, taught(102, 1, true)]));
    let words = store.read_now(&scope, |view| example::words(view, &[ExampleId(101)])).unwrap();
    assert_eq!(words.get(&ExampleId(101)).map(|worded| worded.text.as_str()), Some("süß gate"));
    assert_eq!(store.read_now(&scope, |view| example::of_category(view, CategoryId(1), 10)).unwrap().len(), 1);
    // A version remembers both; giving examples their categories back leaves the sentiment alone.
    let learnt = vec![felt, taught(102, 1, true)];
    let given = learnt.clone();
    let made = store.write_now(&scope, move |tx| {
        let taxonomy = taxonomy::get(tx)?;
        let made = taxonomy::save_with(tx, &taxonomy, &given)?;
        example::set_categories(tx, &given)?;
        Ok(made)
    });
    let made = made.unwrap();
    assert_eq!(store.read_now(&scope, move |view| taxonomy_version::examples(view, made)), Ok(learnt.clone()));
    assert_eq!(store.read_now(&scope, move |view| example::as_now(view, &learnt)).map(|now| now.len()), Ok(2));
    // A correction that is taken back teaches no more.
    assert_eq!(store.write_now(&scope, |tx| reading::undo(tx, CorrectionId(101))), Ok(Some(FeedbackId(1))));
    assert_eq!(store.read_now(&scope, example::wanted), Ok(vec![taught(102, 1, true)]));
    assert_eq!(store.read_now(&scope, |view| example::labelled(view, &[FeedbackId(1)])).map(|of| of.len()), Ok(1));
}

pub fn corrections_of_emotion_and_stage_are_examples_of_no_category(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    arranged(&store);
    let scope = Scope::system();
    let stage = StageId(4);
    let known = Stage { id: stage, name: "On the way".into(), aim: String::new(), position: 0, cues: vec![] };
    store.write_now(&scope, |tx| journey::save(tx, &Journey { stages: vec![known], touchpoints: vec![] })).unwrap();
    let changes = [
        Change::Emotion { to: Some(Emotion::Fear) },
        Change::Emotion { to: None },
        Change::Stage { to: Some(stage) },
        Change::Stage { to: None },
    ];
    let says = [
        Says::Emotion { emotion: Some(Emotion::Fear) },
        Says::Emotion { emotion: None },
        Says::Stage { stage: Some(stage) },
        Says::Stage { stage: None },
    ];
    let learnt: Vec<Taught> = (101..).zip(says).map(|(id, says)| Taught { id: ExampleId(id), says }).collect();
    store
        .write_now(&scope, move |tx| {
            for (id, change) in (101..).zip(changes) {
                reading::correct(tx, &correction(id, 1, Some(Span::new(4, 14)), change))?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(store.read_now(&scope, example::wanted), Ok(learnt.clone()));
    let now = learnt.clone();
    assert_eq!(store.read_now(&scope, move |view| example::as_now(view, &now)), Ok(learnt));
    let words = store.read_now(&scope, |view| example::words(view, &[ExampleId(103)])).unwrap();
    let worded = words.get(&ExampleId(103)).unwrap();
    assert_eq!((worded.text.as_str(), worded.said_at.map(|(post, _)| post)), ("süß gate", Some(PostId(1))));
    // None of it is about a category.
    assert_eq!(store.read_now(&scope, |view| example::labelled(view, &[FeedbackId(1)])), Ok(vec![]));
    assert_eq!(store.read_now(&scope, |view| example::of_category(view, CategoryId(0), 9)).map(|of| of.len()), Ok(4));
    store.write_now(&scope, |tx| reading::undo(tx, CorrectionId(101))).unwrap();
    assert_eq!(store.read_now(&scope, example::wanted).map(|of| of.len()), Ok(3));
}

pub fn versions_remember_their_categories_and_examples(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    arranged(&store);
    let scope = Scope::system();
    store.write_now(&scope, |tx| example::insert(tx, &written(100, 1, "late"))).unwrap();
    let tree = |ids: &[i64]| Taxonomy { version: 0, categories: ids.iter().map(|id| category(*id)).collect() };
    let learnt = vec![taught(100, 1, true)];
    let (two, given) = (tree(&[1, 2]), learnt.clone());
    assert_eq!(store.write_now(&scope, move |tx| taxonomy::save_with(tx, &two, &given)), Ok(2));
    // Another change goes on with what was learnt, under the category that the example has by now.
    let one = tree(&[2]);
    let next = store.write_now(&scope, move |tx| {
        example::follow(tx, CategoryId(1), CategoryId(2), None)?;
        taxonomy::save(tx, &one)
    });
    assert_eq!(next, Ok(3));
    let kept = |version| store.read_now(&scope, move |view| taxonomy_version::get(view, version)).unwrap();
    let ids = |version: &Version| version.taxonomy.categories.iter().map(|c| c.id.0).collect::<Vec<_>>();
    let (second, third) = (kept(2).unwrap(), kept(3).unwrap());
    assert_eq!((ids(&second), &second.examples), (vec![1, 2], &learnt));
    assert_eq!((ids(&third), third.examples), (vec![2], vec![taught(100, 2, true)]));
    assert_eq!(kept(1).map(|first| first.examples), Some(vec![]));
    for _ in 0..taxonomy_version::KEPT {
        let one = tree(&[2]);
        store.write_now(&scope, move |tx| taxonomy::save(tx, &one)).unwrap();
    }
    let versions = store.read_now(&scope, taxonomy_version::list).unwrap();
    assert_eq!((versions.len() as i64, versions.first(), kept(3)), (taxonomy_version::KEPT, Some(&53), None));
    // What is foreseen is one row.
    let seen = |version| Foreseen {
        version,
        examples: vec![taught(100, 2, true)],
        learnt_us: 5,
        effect: Effect::default(),
        of: 2,
        all: 2,
        below: Some(FeedbackId(1)),
        done: false,
    };
    for version in [53, 54] {
        let put = seen(version);
        store.write_now(&scope, move |tx| foreseen::put(tx, &put)).unwrap();
    }
    assert_eq!(store.read_now(&scope, foreseen::get), Ok(Some(seen(54))));
    store.write_now(&scope, foreseen::clear).unwrap();
    assert_eq!(store.read_now(&scope, foreseen::get), Ok(None));
}
