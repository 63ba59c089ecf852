//! The cubes equal a recount, whatever was written, read again, revised, corrected or undone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use heard_domain::feedback::Feedback;
use heard_domain::id::{CategoryId, CorrectionId, FeedbackId, PostId, ScaleId, StageId, UserId};
use heard_domain::journey::{Journey, Stage};
use heard_domain::reading::{Change, Correction, Emotion, Intent, Label, Passage, Polarity, Reading, Sentiment, Span};
use heard_domain::scope::Scope;
use heard_domain::score::{Formula, Rating, Scale};
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::{Day, Time, Zone};
use heard_store::cube::Labels;
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::cube::Cell;
use heard_store::tables::{cube, feedback, id, journey, passage, reading, scale, taxonomy};
use heard_store::view::{Tx, View};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use crate::conformance::made::{company, row};

/// Something that happens to the data.
#[derive(Debug, Clone)]
enum Step {
    Hear {
        id: i64,
        day: i32,
        post: i64,
        stage: Option<i64>,
        ratings: Vec<(i64, f64)>,
    },
    Read {
        id: i64,
        revision: i32,
        passages: Vec<Labels>,
    },
    Revise {
        id: i64,
        day: i32,
        stage: Option<i64>,
        ratings: Vec<(i64, f64)>,
    },
    Correct {
        id: i64,
        change: Change,
    },
    /// The newest correction of this comment.
    Undo {
        id: i64,
    },
    RemoveStage,
    RemoveCategory,
    Rebuild,
    MoveDays,
}

const SCALES: [(i64, Formula); 3] = [(1, Formula::Nps), (2, Formula::Stars), (3, Formula::Csat)];

fn ratings() -> impl Strategy<Value = Vec<(i64, f64)>> {
    prop::collection::vec((1..=3_i64, 0..=10_i32), 0..3)
        .prop_map(|all| all.into_iter().map(|(scale, raw)| (scale, f64::from(raw))).collect())
}

fn labels() -> impl Strategy<Value = Labels> {
    let stage = prop::option::of((1..=3_i64).prop_map(StageId));
    let categories = prop::collection::btree_set((1..=4_i64).prop_map(CategoryId), 0..3);
    let polarity = prop::option::of(prop::sample::select(Polarity::ALL));
    let emotion = prop::option::of(prop::sample::select(Emotion::ALL));
    (polarity, emotion, stage, categories).prop_map(|(polarity, emotion, stage, categories)| Labels {
        polarity,
        sentiment: polarity.map(|p| p.sign() as f32),
        emotion,
        stage,
        categories: categories.into_iter().collect(),
        intents: 0,
    })
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        prop::sample::select(Polarity::ALL).prop_map(|to| Change::Sentiment { to }),
        prop::option::of((1..=3_i64).prop_map(StageId)).prop_map(|to| Change::Stage { to }),
        (1..=4_i64).prop_map(|id| Change::AddCategory { category: CategoryId(id) }),
        (1..=4_i64).prop_map(|id| Change::RemoveCategory { category: CategoryId(id) }),
        Just(Change::AddIntent { intent: Intent::Churn }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<(Step, bool)>> {
    let id = 1..=8_i64;
    let stage = || prop::option::of(1..=3_i64);
    let step = prop_oneof![
        6 => (id.clone(), 0..3, 1..=2_i64, stage(), ratings()).prop_map(|(id, day, post, stage, ratings)| Step::Hear { id, day, post, stage, ratings }),
        8 => (id.clone(), 1..=2, prop::collection::vec(labels(), 0..4)).prop_map(|(id, revision, passages)| Step::Read { id, revision, passages }),
        2 => (id.clone(), 0..3, stage(), ratings()).prop_map(|(id, day, stage, ratings)| Step::Revise { id, day, stage, ratings }),
        4 => (id.clone(), changes()).prop_map(|(id, change)| Step::Correct { id, change }),
        3 => id.prop_map(|id| Step::Undo { id }),
        1 => Just(Step::RemoveStage),
        1 => Just(Step::RemoveCategory),
        1 => Just(Step::Rebuild),
        1 => Just(Step::MoveDays),
    ];
    prop::collection::vec((step, any::<bool>()), 1..40)
}

fn heard(id: i64, day: i32, post: i64, stage: Option<i64>, ratings: &[(i64, f64)]) -> feedback::NewRow {
    let mut row = row(id, "words");
    row.feedback.at = Time(i64::from(day) * 86_400_000 + 80_000_000);
    row.feedback.day = Day(day);
    row.feedback.post = PostId(post);
    row.feedback.ratings = ratings.iter().map(|(scale, raw)| Rating { scale: ScaleId(*scale), raw: *raw }).collect();
    row.stage = stage.map(StageId);
    row
}

fn label<T>(value: T) -> Label<T> {
    Label { value, confidence: 0.9, evidence: vec![] }
}

fn read(id: i64, revision: i32, passages: &[Labels]) -> Reading {
    let passages = passages.iter().enumerate().map(|(at, labels)| Passage {
        span: Span::new(at, at + 1),
        weight: 1.0 / passages.len() as f32,
        sentiment: labels.polarity.map(|polarity| Sentiment {
            value: polarity.sign() as f32,
            polarity,
            confidence: 0.9,
            evidence: vec![],
        }),
        emotion: labels.emotion.map(label),
        feelings: vec![],
        stage: labels.stage.map(label),
        categories: labels.categories.iter().copied().map(label).collect(),
        intents: vec![],
    });
    Reading {
        feedback: FeedbackId(id),
        revision,
        model: "test".to_owned(),
        language: Some(("en".to_owned(), 1.0)),
        passages: passages.collect(),
        entities: vec![],
        notes: vec![],
    }
}

fn there(view: &View, id: i64) -> Result<bool, StoreError> {
    Ok(feedback::get(view, FeedbackId(id))?.is_some())
}

fn take(tx: &mut Tx, step: &Step) -> Result<(), StoreError> {
    match step {
        Step::Hear { id, day, post, stage, ratings } if !there(tx, *id)? => {
            feedback::insert_many(tx, &[heard(*id, *day, *post, *stage, ratings)])?;
        }
        Step::Read { id, revision, passages } => {
            reading::save(tx, &read(*id, *revision, passages))?;
        }
        Step::Revise { id, day, stage, ratings } if there(tx, *id)? => {
            feedback::revise(tx, &heard(*id, *day, 1, *stage, ratings), Time(1))?;
        }
        Step::Correct { id, change } => {
            let correction = Correction {
                id: CorrectionId(id::highest(tx)? + 1),
                feedback: FeedbackId(*id),
                span: None,
                change: change.clone(),
                by: UserId(1),
                at: Time(1),
            };
            reading::correct(tx, &correction)?;
        }
        Step::Undo { id } => {
            if let Some(newest) = reading::corrections(tx, FeedbackId(*id))?.pop() {
                reading::undo(tx, newest.id)?;
            }
        }
        Step::RemoveStage => {
            let mut kept = journey::get(tx)?;
            kept.stages.pop();
            journey::save(tx, &kept)?;
        }
        Step::RemoveCategory => {
            let mut kept = taxonomy::get(tx)?;
            kept.categories.pop();
            taxonomy::save(tx, &kept)?;
        }
        Step::Rebuild => cube::rebuild(tx)?,
        Step::MoveDays => cube::move_days(tx, &"Asia/Tokyo".parse::<Zone>().unwrap())?,
        Step::Hear { .. } | Step::Revise { .. } => {}
    }
    Ok(())
}

fn named(store: &Store) {
    store
        .write_now(&Scope::system(), |tx| {
            let stages = (1..=3).map(|id| Stage {
                id: StageId(id),
                name: format!("stage {id}"),
                aim: String::new(),
                position: id as i32,
                cues: vec![],
            });
            journey::save(tx, &Journey { stages: stages.collect(), touchpoints: vec![] })?;
            let categories =
                (1..=4).map(|id| Category { position: id as i32, ..Category::new(CategoryId(id), format!("category {id}")) });
            taxonomy::save(tx, &Taxonomy { version: 0, categories: categories.collect() })?;
            for (id, formula) in SCALES {
                let name = formula.label().to_owned();
                scale::insert(tx, &Scale { id: ScaleId(id), name, formula, min: 0.0, max: 10.0, higher_is_better: true })?;
            }
            Ok(())
        })
        .unwrap();
}

type CellKey = (i32, i64, i64, i64);

/// n, sum, how many count for and against.
type Sums = (i64, f64, i64, i64);

/// The rule of the cubes, written down a second time and as plainly as it can be.
fn recount(view: &View) -> Result<(Vec<Cell>, BTreeMap<CellKey, Sums>), StoreError> {
    let ids = feedback::following(view, FeedbackId(0), 1000)?;
    let all: Vec<Feedback> = feedback::many(view, &ids)?;
    let passages = passage::many(view, &ids)?;
    let mut cells: BTreeMap<CellKey, Cell> = BTreeMap::new();
    let mut scores: BTreeMap<CellKey, Sums> = BTreeMap::new();
    for f in &all {
        let own = &passages[&f.id];
        assert!(!own.is_empty(), "every feedback has a passage");
        let mut falls_in = BTreeSet::new();
        for p in own {
            let stage = p.stage.map_or(-1, |s| s.0);
            let categories = if p.categories.is_empty() { vec![-1] } else { p.categories.iter().map(|c| c.0).collect() };
            let mut here = BTreeSet::from([(0, 0), (stage, 0)]);
            here.extend(categories.iter().flat_map(|c| [(0, *c), (stage, *c)]));
            for (stage, category) in here {
                falls_in.insert((stage, category));
                let key = (f.day.0, f.post.0, stage, category);
                let cell = cells.entry(key).or_insert(Cell {
                    day: f.day.0,
                    post: f.post.0,
                    stage,
                    category,
                    volume: 0,
                    passages: 0,
                    positive: 0,
                    negative: 0,
                    emotions: [0; 8],
                });
                cell.passages += i64::from(p.polarity.is_some());
                cell.positive += i64::from(p.polarity == Some(Polarity::Positive));
                cell.negative += i64::from(p.polarity == Some(Polarity::Negative));
                if p.polarity.is_some()
                    && let Some(emotion) = p.emotion
                {
                    cell.emotions[emotion.index()] += 1;
                }
            }
        }
        for (stage, category) in &falls_in {
            cells.get_mut(&(f.day.0, f.post.0, *stage, *category)).unwrap().volume += 1;
            if *category == 0 {
                for rating in &f.ratings {
                    let formula = SCALES.iter().find(|(id, _)| *id == rating.scale.0).unwrap().1;
                    let sum = scores.entry((f.day.0, f.post.0, *stage, rating.scale.0)).or_default();
                    sum.0 += 1;
                    sum.1 += rating.raw;
                    sum.2 += i64::from(formula.band(rating.raw) == 1);
                    sum.3 += i64::from(formula.band(rating.raw) == -1);
                }
            }
        }
    }
    Ok((cells.into_values().collect(), scores))
}

pub fn cubes_equal_a_recount(open: &dyn Fn(&Path) -> Store) {
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    runner
        .run(&steps(), |steps| {
            let folder = tempfile::tempdir().unwrap();
            let store = open(folder.path());
            company(&store);
            named(&store);
            // All at once, in this order: how many share a commit is left to chance.
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let mut under_way = Vec::new();
                for (step, kept) in steps {
                    let store = store.clone();
                    let write = async move {
                        let write = move |tx: &mut Tx| {
                            take(tx, &step)?;
                            if kept { Ok(()) } else { Err(StoreError::Conflict("undone on purpose".to_owned())) }
                        };
                        store.write(&Scope::system(), write).await
                    };
                    under_way.push((tokio::spawn(write), kept));
                }
                for (write, kept) in under_way {
                    let ended = write.await.unwrap();
                    assert_eq!(ended.is_ok(), kept, "{ended:?}");
                }
            });
            let (expected, scores) = store.read_now(&Scope::system(), recount).unwrap();
            assert_eq!(store.read_now(&Scope::system(), cube::cells).unwrap(), expected);
            let kept = store.read_now(&Scope::system(), cube::scores).unwrap();
            let kept: BTreeMap<CellKey, Sums> =
                kept.into_iter().map(|s| ((s.day, s.post, s.stage, s.scale), (s.n, s.total, s.up, s.down))).collect();
            assert_eq!(kept, scores);
            Ok(())
        })
        .unwrap();
}
