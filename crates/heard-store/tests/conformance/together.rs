//! What was answered together: the rows of a score beside ratings and categories, whole, drawn and narrowed.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use heard_domain::id::{CategoryId, PostId, ScaleId};
use heard_domain::parameter::Parameter;
use heard_domain::question::Filter;
use heard_domain::reading::{Label, Passage, Polarity, Reading, Sentiment, Span};
use heard_domain::scope::{Reach, Scope};
use heard_domain::score::{Formula, Rating, Scale};
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_store::figures::together::Beside;
use heard_store::store::Store;
use heard_store::tables::feedback::{self, NewRow};
use heard_store::tables::label::Written;
use heard_store::tables::{scale, taxonomy};

use crate::conformance::made::{company, row_at};

const OVERALL: ScaleId = ScaleId(1);
const FOOD: ScaleId = ScaleId(2);

fn passage(category: i64, polarity: Polarity) -> Passage {
    Passage {
        span: Span::new(0, 3),
        weight: 0.5,
        sentiment: Some(Sentiment { value: 0.5, polarity, confidence: 0.8, evidence: vec![] }),
        emotion: None,
        feelings: vec![],
        stage: None,
        categories: vec![Label { value: CategoryId(category), confidence: 0.6, evidence: vec![] }],
        intents: vec![],
    }
}

fn category(id: i64, parent: Option<i64>) -> Category {
    let named = Category::new(CategoryId(id), format!("Category {id}"));
    Category { parent: parent.map(CategoryId), position: id as i32, ..named }
}

/// Of a number: the score always but for every tenth, food on even ones, a passage below category 1 on every third.
fn row(id: i64) -> NewRow {
    let mut row = row_at(id, 1 + id % 2, "abc");
    if id % 10 != 0 {
        row.feedback.ratings.push(Rating { scale: OVERALL, raw: (id % 5) as f64 });
    }
    if id % 2 == 0 {
        row.feedback.ratings.push(Rating { scale: FOOD, raw: (id % 3) as f64 });
    }
    let passages = if id % 3 == 0 {
        vec![passage(2, Polarity::Negative), passage(3, Polarity::Positive), passage(3, Polarity::Positive)]
    } else {
        vec![passage(4, Polarity::Neutral)]
    };
    let reading = Reading {
        feedback: row.feedback.id,
        revision: 1,
        model: "m".into(),
        language: None,
        passages,
        entities: vec![],
        notes: vec![],
    };
    NewRow { reading: Some(Arc::new(Written::of(reading).unwrap())), ..row }
}

pub fn what_was_answered_together_comes_as_rows(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    company(&store);
    store
        .write_now(&Scope::system(), |tx| {
            for id in [OVERALL, FOOD] {
                let name = format!("Scale {id}");
                scale::insert(tx, &Scale { id, name, formula: Formula::Mean, min: 0.0, max: 5.0, higher_is_better: true })?;
            }
            let categories = vec![category(1, None), category(2, Some(1)), category(3, Some(1)), category(4, None)];
            taxonomy::save(tx, &Taxonomy { version: 1, categories })?;
            feedback::insert_many(tx, &(1..=60).map(row).collect::<Vec<_>>())
        })
        .unwrap();
    store.caught_up().unwrap();
    let parameters = vec![Parameter::Scale(FOOD), Parameter::Category(CategoryId(1)), Parameter::Category(CategoryId(3))];
    let beside = Beside { overall: OVERALL, parameters, most: 1_000, seed: 7 };
    let ask = |scope: &Scope, beside: &Beside| store.answers_now(scope, &Filter::default(), None, beside).unwrap();
    let all = ask(&Scope::system(), &beside);
    assert_eq!((all.scored, all.sample.predictors, all.sample.person.len()), (54, 3, 54));
    // In the order of identifiers: food is missing on odd ones, silence about a category is nought, (−1+1+1)/3 with all below it.
    let expected = (1..=60_i64).filter(|id| id % 10 != 0).flat_map(|id| {
        let (food, spoken) = (if id % 2 == 0 { (id % 3) as f64 } else { f64::NAN }, id % 3 == 0);
        [food, if spoken { 1.0 / 3.0 } else { 0.0 }, if spoken { 1.0 } else { 0.0 }, (id % 5) as f64]
    });
    for (place, (found, expected)) in all.sample.values.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < 1e-12 || (found.is_nan() && expected.is_nan()), "{place}: {found} {expected}");
    }
    assert_eq!(all.said.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [24, 18, 18]);
    // Drawn: as many as wanted, the same every time, each of them one of the rows.
    let few = Beside { most: 20, ..beside.clone() };
    let drawn = ask(&Scope::system(), &few);
    assert_eq!((drawn.scored, drawn.sample.person.len()), (54, 20));
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&drawn.sample.values), bits(&ask(&Scope::system(), &few).sample.values));
    // Narrowed to a post: the even ones only.
    let mut narrowed = Scope::system();
    narrowed.reach = Reach::Posts(BTreeSet::from([PostId(1)]));
    let seen = ask(&narrowed, &beside);
    assert_eq!((seen.scored, seen.said[0].0), (24, 24));
    let wait = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let together = wait.block_on(store.together(&Scope::system(), &Filter::default(), None)).unwrap();
    assert_eq!((together.scales[&OVERALL], together.scales[&FOOD]), (54, 30));
    assert_eq!(together.both(OVERALL, Parameter::Scale(FOOD)), 24);
    assert_eq!(together.both(OVERALL, Parameter::Category(CategoryId(1))), 18);
    assert_eq!(together.both(OVERALL, Parameter::Category(CategoryId(4))), 36);
    assert_eq!(wait.block_on(store.together(&narrowed, &Filter::default(), None)).unwrap().scales[&OVERALL], 24);
}
