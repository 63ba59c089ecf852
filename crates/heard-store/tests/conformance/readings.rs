//! What was understood, what persons correct, and what becomes of it when the words or the company's own words change.

use std::path::Path;

use heard_domain::channel::Channel;
use heard_domain::feedback::NewRating;
use heard_domain::id::{CategoryId, CorrectionId, FeedbackId, PostId, StageId, TouchpointId, UserId};
use heard_domain::journey::{Journey, Stage, Touchpoint};
use heard_domain::post::Post;
use heard_domain::reading::{Change, Correction, Label, Passage, Polarity, Reading, Sentiment, Span};
use heard_domain::scope::{Reach, Scope};
use heard_domain::score::{Formula, Rating};
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::Time;
use heard_store::store::Store;
use heard_store::tables::label::Written;
use heard_store::tables::{attribute, directory, feedback, journey, outbox, passage, post, reading, scale, taxonomy};
use heard_store::view::{Tx, View};

use crate::conformance::made::{company, row};

const ID: FeedbackId = FeedbackId(1);

fn category(id: i64, parent: Option<i64>) -> Category {
    Category {
        id: CategoryId(id),
        parent: parent.map(CategoryId),
        name: format!("category {id}"),
        definition: "what belongs here".to_owned(),
        watch_words: vec!["delay*".to_owned()],
        stage: Some(StageId(1)),
        departments: vec![],
        position: 0,
    }
}

fn way() -> Journey {
    let stage = |id: i64| Stage {
        id: StageId(id),
        name: format!("stage {id}"),
        aim: "get there".to_owned(),
        position: id as i32,
        cues: vec!["gate".to_owned()],
    };
    let touchpoint = |id: i64, stage: i64| Touchpoint {
        id: TouchpointId(id),
        stage: StageId(stage),
        name: format!("touchpoint {id}"),
        position: 0,
        moment_of_truth: id == 1,
    };
    Journey { stages: vec![stage(1), stage(2)], touchpoints: vec![touchpoint(1, 1), touchpoint(2, 2)] }
}

fn arranged(store: &Store) {
    company(store);
    store
        .write_now(&Scope::system(), |tx| {
            journey::save(tx, &way())?;
            taxonomy::save(
                tx,
                &Taxonomy { version: 0, categories: vec![category(1, None), category(2, Some(1)), category(3, None)] },
            )?;
            feedback::insert_many(tx, &[row(1, "The crew was kind. The delay was not.")])
        })
        .unwrap();
}

fn passage(start: usize, end: usize, polarity: Polarity, stage: i64, about: &[i64]) -> Passage {
    Passage {
        span: Span::new(start, end),
        weight: 0.5,
        sentiment: Some(Sentiment {
            value: 0.5 * polarity.sign() as f32,
            polarity,
            confidence: 0.8,
            evidence: vec![Span::new(start, end)],
        }),
        emotion: None,
        feelings: vec![],
        stage: Some(Label { value: StageId(stage), confidence: 0.7, evidence: vec![] }),
        categories: about.iter().map(|id| Label { value: CategoryId(*id), confidence: 0.6, evidence: vec![] }).collect(),
        intents: vec![],
    }
}

fn understood() -> Reading {
    Reading {
        feedback: ID,
        revision: 1,
        model: "reader 1".to_owned(),
        language: Some(("en".to_owned(), 0.9)),
        passages: vec![passage(0, 18, Polarity::Positive, 1, &[1]), passage(19, 37, Polarity::Negative, 2, &[2, 3])],
        entities: vec![],
        notes: vec![],
    }
}

fn correction(id: i64, span: Option<Span>, change: Change) -> Correction {
    Correction { id: CorrectionId(id), feedback: ID, span, change, by: UserId(9), at: Time(5) }
}

fn shown(view: &View) -> Vec<(Option<Polarity>, Option<i64>, Vec<i64>)> {
    let kept = passage::many(view, &[ID]).unwrap().remove(&ID).unwrap_or_default();
    kept.into_iter().map(|p| (p.polarity, p.stage.map(|s| s.0), p.categories.iter().map(|c| c.0).collect())).collect()
}

pub fn corrections_outrank_the_model_until_they_are_undone(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    arranged(&store);
    let scope = Scope::system();
    assert_eq!(store.write_now(&scope, |tx| reading::save(tx, &understood())), Ok(true));
    assert_eq!(store.read_now(&scope, |view| reading::get(view, ID)), Ok(Some(understood())));
    let first = correction(1, Some(Span::new(0, 18)), Change::Sentiment { to: Polarity::Negative });
    let second = correction(2, None, Change::RemoveCategory { category: CategoryId(3) });
    let both = vec![first.clone(), second.clone()];
    let (one, two) = (first, second);
    store.write_now(&scope, move |tx| Ok((reading::correct(tx, &one)?, reading::correct(tx, &two)?))).unwrap();
    assert_eq!(store.read_now(&scope, |view| reading::corrections(view, ID)), Ok(both.clone()));
    let corrected = vec![(Some(Polarity::Negative), Some(1), vec![1]), (Some(Polarity::Negative), Some(2), vec![2])];
    assert_eq!(store.read_now(&scope, |view| Ok(shown(view))), Ok(corrected.clone()));

    let mut later = understood();
    "reader 2".clone_into(&mut later.model);
    let expected = later.clone().corrected(&both);
    store.write_now(&scope, move |tx| reading::save(tx, &later)).unwrap();
    assert_eq!(store.read_now(&scope, |view| Ok(shown(view))), Ok(corrected), "another reading does not undo a correction");
    assert_eq!(store.read_now(&scope, |view| reading::get(view, ID)), Ok(Some(expected)));

    assert_eq!(store.write_now(&scope, |tx| reading::undo(tx, CorrectionId(1))), Ok(Some(ID)));
    assert_eq!(store.write_now(&scope, |tx| reading::undo(tx, CorrectionId(1))), Ok(None));
    let rest = vec![(Some(Polarity::Positive), Some(1), vec![1]), (Some(Polarity::Negative), Some(2), vec![2])];
    assert_eq!(store.read_now(&scope, |view| Ok(shown(view))), Ok(rest));

    let mut narrow = Scope::system();
    narrow.reach = Reach::Posts([PostId(2)].into());
    let sly = correction(3, None, Change::Sentiment { to: Polarity::Neutral });
    assert_eq!(store.write_now(&narrow, move |tx| reading::correct(tx, &sly)), Ok(false));
    assert_eq!(store.write_now(&narrow, |tx| reading::undo(tx, CorrectionId(2))), Ok(None));
    assert_eq!(store.read_now(&narrow, |view| reading::many(view, &[ID])), Ok(vec![]));
    assert_eq!(store.read_now(&narrow, |view| reading::corrections(view, ID)), Ok(vec![]));
}

pub fn what_is_read_again_stands_in_the_place_of_what_was(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    arranged(&store);
    let scope = Scope::system();
    let mut reading = understood();
    let keep = |reading: &Reading| {
        let new = reading.clone();
        let kept = store.write_now(&scope, move |tx| reading::save_written(tx, &[Written::of(new.clone())?])).unwrap();
        assert_eq!(kept, [true]);
        assert_eq!(store.read_now(&scope, |view| reading::get(view, ID)), Ok(Some(reading.clone())));
        let labels: Vec<_> = reading
            .passages
            .iter()
            .map(|p| {
                let stage = p.stage.as_ref().map(|s| s.value.0);
                (p.sentiment.as_ref().map(|s| s.polarity), stage, p.categories.iter().map(|c| c.value.0).collect())
            })
            .collect();
        assert_eq!(store.read_now(&scope, |view| Ok(shown(view))), Ok(labels));
    };
    keep(&reading);
    let told = || store.read_now(&scope, outbox::last).unwrap();
    let before = told();
    // Only another reader, then only a confidence: nothing that is counted moves, and both are shown.
    "reader 2".clone_into(&mut reading.model);
    keep(&reading);
    reading.passages[0].categories[0].confidence = 0.9;
    keep(&reading);
    assert_eq!(told(), before);
    // Other categories of one passage; another stage of the other; one passage less; and all as it was.
    reading.passages[1].categories.remove(0);
    reading.passages[1].categories.push(Label { value: CategoryId(1), confidence: 0.5, evidence: vec![] });
    reading.passages[1].categories.sort_by_key(|label| label.value);
    keep(&reading);
    reading.passages[0].stage = None;
    reading.passages[0].categories.clear();
    keep(&reading);
    reading.passages.remove(0);
    keep(&reading);
    keep(&understood());
    assert!(told() > before);
}

pub fn other_words_are_a_revision_and_drop_the_reading(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    arranged(&store);
    let scope = Scope::system();
    let old = store.read_now(&scope, |view| feedback::get(view, ID)).unwrap().unwrap();
    store.write_now(&scope, |tx| reading::save(tx, &understood())).unwrap();
    store
        .write_now(&scope, |tx| reading::correct(tx, &correction(1, None, Change::Sentiment { to: Polarity::Neutral })))
        .unwrap();
    let revise = |tx: &mut Tx| feedback::revise(tx, &row(1, "Other words."), Time(77));
    assert_eq!(store.write_now(&scope, revise), Ok(2));
    let new = store.read_now(&scope, |view| feedback::get(view, ID)).unwrap().unwrap();
    assert_eq!((new.revision, new.text.as_str()), (2, "Other words."));
    assert_eq!(store.read_now(&scope, |view| feedback::revisions(view, ID)), Ok(vec![(old, Time(77))]));
    assert_eq!(store.read_now(&scope, |view| reading::get(view, ID)), Ok(None));
    assert_eq!(store.write_now(&scope, |tx| reading::save(tx, &understood())), Ok(false), "it was read before the words changed");
    assert_eq!(store.read_now(&scope, |view| Ok(shown(view))), Ok(vec![(None, None, vec![])]));
    let mut now = understood();
    now.revision = 2;
    assert_eq!(store.write_now(&scope, move |tx| reading::save(tx, &now)), Ok(true));
    assert_eq!(store.read_now(&scope, |view| reading::corrections(view, ID)), Ok(vec![]), "a correction of other words");
    assert_eq!(store.read_now(&scope, |view| Ok(shown(view)[0].0)), Ok(Some(Polarity::Positive)));
    let changes = store.read_now(&scope, |view| outbox::after(view, 0, 100)).unwrap();
    assert_eq!(changes.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [ID; 5]);
}

pub fn the_company_changes_its_words(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    arranged(&store);
    let scope = Scope::system();
    store
        .write_now(&scope, |tx| {
            let mut kept = row(2, "at the second touchpoint");
            (kept.feedback.touchpoint, kept.stage) = (Some(TouchpointId(2)), Some(StageId(2)));
            feedback::insert_many(tx, &[kept])?;
            reading::save(tx, &understood())?;
            let name = "gate".to_owned();
            let touchpoint = Some(TouchpointId(2));
            post::save(tx, &Post { touchpoint, promise_hours: Some(4), ..Post::new(PostId(3), name, Channel::Kiosk) })
        })
        .unwrap();
    assert_eq!(store.read_now(&scope, journey::get), Ok(way()));
    let tree = store.read_now(&scope, taxonomy::get).unwrap();
    assert_eq!((tree.version, tree.categories.iter().map(|c| c.id.0).collect::<Vec<_>>()), (1, vec![1, 2, 3]));

    // Two swap their names, one of each is removed, with all that hangs on it.
    store
        .write_now(&scope, |tx| {
            let mut swapped = way();
            "stage 2".clone_into(&mut swapped.stages[0].name);
            "stage 1".clone_into(&mut swapped.stages[1].name);
            journey::save(tx, &swapped)?;
            assert_eq!(journey::get(tx)?, swapped);
            swapped.stages.pop();
            swapped.touchpoints.pop();
            journey::save(tx, &swapped)?;
            taxonomy::save(tx, &Taxonomy { version: 1, categories: vec![category(2, None), category(1, Some(2))] })
        })
        .unwrap();
    let named = store.read_now(&scope, directory::load).unwrap();
    assert_eq!(named.journey.stages.len(), 1);
    assert_eq!(named.taxonomy.version, 2);
    assert_eq!(
        named.taxonomy.categories.iter().map(|c| (c.id.0, c.parent.map(|p| p.0))).collect::<Vec<_>>(),
        [(2, None), (1, Some(2))]
    );
    assert_eq!(named.posts.iter().find(|p| p.id == PostId(3)).unwrap().touchpoint, None);
    let labels = vec![(Some(Polarity::Positive), Some(1), vec![1]), (Some(Polarity::Negative), None, vec![2])];
    assert_eq!(store.read_now(&scope, |view| Ok(shown(view))), Ok(labels));
    let read = store.read_now(&scope, |view| reading::get(view, ID)).unwrap().unwrap();
    assert!(read.passages[1].stage.is_none() && read.passages[1].categories.len() == 1);
    let unread = store.read_now(&scope, |view| Ok(passage::many(view, &[FeedbackId(2)])?.remove(&FeedbackId(2)))).unwrap();
    assert_eq!(unread.unwrap()[0].stage, None);

    let taken = store.write_now(&scope, |tx| {
        let post = post::get(tx, PostId(1))?.unwrap();
        post::save(tx, &Post { id: PostId(9), ..post })
    });
    assert!(matches!(taken, Err(heard_store::error::StoreError::Conflict(_))), "{taken:?}");
    assert!(store.write_now(&scope, |tx| post::remove(tx, PostId(1))).is_err(), "something was heard there");
    assert!(store.write_now(&scope, |tx| post::remove(tx, PostId(3))).is_ok());
}

pub fn scales_and_attributes_are_declared_once(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    company(&store);
    let rating = |formula, value, max| NewRating { scale: " Food ".to_owned(), formula, value, min: Some(0.0), max: Some(max) };
    let (ids, kept) = store
        .write_now(&Scope::system(), move |tx| {
            let mut id = 100;
            let mut next = || {
                id += 1;
                id
            };
            let stars = scale::find_or_declare(tx, &rating(Formula::Stars, 4.0, 5.0), &mut next)?;
            let stars_again = scale::find_or_declare(tx, &rating(Formula::Stars, 5.0, 5.0), &mut next)?;
            let mean = scale::find_or_declare(tx, &rating(Formula::Mean, 4.0, 10.0), &mut next)?;
            let wider = scale::find_or_declare(tx, &rating(Formula::Mean, 44.0, 100.0), &mut next)?;
            let airline = attribute::find_or_declare(tx, "airline ", &mut next)?;
            let same = attribute::find_or_declare(tx, " airline", &mut next)?;
            let value = attribute::find_or_declare_value(tx, airline, "Delta", &mut next)?;
            let same_value = attribute::find_or_declare_value(tx, same, "Delta", &mut next)?;
            let long = attribute::find_or_declare_value(tx, airline, &"é".repeat(500), &mut next)?;
            assert!(attribute::value(tx, long)?.unwrap().value.len() <= attribute::LONGEST_VALUE);
            let mut twice = row(1, "one scale named twice");
            twice.feedback.ratings = vec![Rating { scale: stars, raw: 4.0 }, Rating { scale: stars, raw: 1.0 }];
            twice.feedback.attributes = vec![(airline, value), (airline, long)];
            feedback::insert_many(tx, &[twice])?;
            Ok(((stars, stars_again, mean, wider, airline, same, value, same_value), feedback::get(tx, ID)?.unwrap()))
        })
        .unwrap();
    assert_eq!((ids.0, ids.2, ids.4, ids.6), (ids.1, ids.3, ids.5, ids.7));
    assert_ne!(ids.0, ids.2, "another formula is another scale");
    assert_eq!(kept.ratings, [Rating { scale: ids.0, raw: 4.0 }], "the first counts");
    assert_eq!(kept.attributes, [(ids.4, ids.6)]);
    let named = store.read_now(&Scope::system(), directory::load).unwrap();
    assert_eq!(named.scale(ids.2).map(|s| (s.min, s.max)), Some((0.0, 100.0)));
    assert_eq!(named.scale(ids.0).map(|s| (s.name.as_str(), s.max)), Some(("Food", 5.0)));
    assert_eq!(named.value(ids.4, ids.6), Some("Delta"));
}
