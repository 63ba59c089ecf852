//! A small world in which everything occurs: random feedback, readings, corrections and revisions.

use heard_domain::account::{Account, Money, Person};
use heard_domain::channel::Channel;
use heard_domain::feedback::Feedback;
use heard_domain::id::{
    AccountId, AttributeId, CategoryId, CorrectionId, FeedbackId, ImportId, PersonId, PostId, ScaleId, SegmentId, StageId,
    TouchpointId, UserId, ValueId,
};
use heard_domain::import::{DateOrder, FileFormat, Import, ImportState, Mapping};
use heard_domain::journey::{Journey, Stage, Touchpoint};
use heard_domain::post::Post;
use heard_domain::reading::{Change, Correction, Emotion, Intent, Label, Passage, Polarity, Reading, Sentiment, Span};
use heard_domain::scope::Scope;
use heard_domain::score::{Formula, Rating, Scale};
use heard_domain::segment::{PersonFilter, Segment};
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::{Day, FixedClock, Time, Zone};
use heard_store::store::Store;
use heard_store::tables::feedback::{NewRow, insert_many, revise};
use heard_store::tables::label::Written;
use heard_store::tables::{account, attribute, import, journey, person, post, reading, scale, segment, taxonomy};
use proptest::prelude::*;

pub const STAGES: i64 = 3;
pub const TOUCHPOINTS: i64 = 3;
pub const CATEGORIES: i64 = 5;
pub const POSTS: i64 = 3;
pub const SCALES: i64 = 3;
pub const ACCOUNTS: i64 = 3;
pub const PERSONS: i64 = 5;
pub const IMPORTS: i64 = 2;
pub const SEGMENTS: i64 = 7;
pub const ATTRIBUTES: i64 = 2;
pub const LANGUAGES: [&str; 3] = ["en", "de", "fi"];
pub const DAYS: i32 = 60;
const FIRST_DAY: i64 = 20_000;

/// The moment on a day of the world.
fn moment(minute: i64) -> Time {
    Time(FIRST_DAY * 86_400_000 + minute * 60_000)
}

pub fn first_day() -> i32 {
    FIRST_DAY as i32
}

/// The clock by which renewals are near.
pub fn tell_time(store: &Store) {
    store.tell_time(std::sync::Arc::new(FixedClock(Time(FIRST_DAY * 86_400_000 + 1))));
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Event {
    Heard {
        minute: i64,
        words: Vec<usize>,
        who: [Option<i64>; 5],
        post: i64,
        ratings: Vec<(i64, i64)>,
        attributes: Vec<(i64, i64)>,
        /// Read before it was kept.
        read: Option<(Option<usize>, Vec<Clause>)>,
    },
    Read {
        which: usize,
        language: Option<usize>,
        passages: Vec<Clause>,
    },
    Corrected {
        which: usize,
        change: Change,
    },
    Undone {
        which: usize,
    },
    Revised {
        which: usize,
        minute: i64,
        words: Vec<usize>,
        post_stage: Option<i64>,
    },
}

#[derive(Debug, Clone)]
pub struct Clause {
    polarity: Option<usize>,
    emotion: Option<usize>,
    stage: Option<i64>,
    categories: Vec<i64>,
    intents: Vec<usize>,
}

pub const WORDS: [&str; 8] = ["late", "rude", "crew", "Crews", "refund", "CAFÉ,", "great!", "don't"];

fn some(most: i64) -> impl Strategy<Value = Option<i64>> {
    prop::option::of(1..=most)
}

fn clause() -> impl Strategy<Value = Clause> {
    (
        prop::option::weighted(0.8, 0..3_usize),
        prop::option::of(0..3_usize),
        some(STAGES),
        prop::collection::btree_set(1..=CATEGORIES, 0..=3),
        prop::collection::vec(0..3_usize, 0..=2),
    )
        .prop_map(|(polarity, emotion, stage, categories, intents)| Clause {
            polarity,
            emotion,
            stage,
            categories: categories.into_iter().collect(),
            intents,
        })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..3_usize).prop_map(|to| Change::Sentiment { to: Polarity::ALL[to] }),
        prop::option::of(0..3_usize).prop_map(|to| Change::Emotion { to: to.map(|to| Emotion::ALL[to]) }),
        some(STAGES).prop_map(|to| Change::Stage { to: to.map(StageId) }),
        (1..=CATEGORIES).prop_map(|id| Change::AddCategory { category: CategoryId(id) }),
        (1..=CATEGORIES).prop_map(|id| Change::RemoveCategory { category: CategoryId(id) }),
        (0..3_usize).prop_map(|to| Change::AddIntent { intent: Intent::ALL[to] }),
    ]
}

fn words() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..WORDS.len(), 0..6)
}

pub fn event() -> impl Strategy<Value = Event> {
    let minute = || 0..i64::from(DAYS) * 1440;
    let heard = (
        minute(),
        words(),
        (some(PERSONS), some(ACCOUNTS), some(TOUCHPOINTS), some(IMPORTS), some(STAGES)),
        1..=POSTS,
        prop::collection::btree_map(1..=SCALES, 0..=5_i64, 0..=2),
        prop::collection::btree_map(1..=ATTRIBUTES, 1..=3_i64, 0..=2),
        prop::option::of((prop::option::of(0..3_usize), prop::collection::vec(clause(), 1..4))),
    )
        .prop_map(|(minute, words, who, post, ratings, attributes, read)| Event::Heard {
            minute,
            words,
            who: [who.0, who.1, who.2, who.3, who.4],
            post,
            ratings: ratings.into_iter().collect(),
            attributes: attributes.into_iter().collect(),
            read,
        });
    let read = (any::<usize>(), prop::option::of(0..3_usize), prop::collection::vec(clause(), 1..4))
        .prop_map(|(which, language, passages)| Event::Read { which, language, passages });
    prop_oneof![
        6 => heard,
        6 => read,
        1 => (any::<usize>(), change()).prop_map(|(which, change)| Event::Corrected { which, change }),
        1 => any::<usize>().prop_map(|which| Event::Undone { which }),
        1 => (any::<usize>(), minute(), words(), some(STAGES))
            .prop_map(|(which, minute, words, post_stage)| Event::Revised { which, minute, words, post_stage }),
    ]
}

/// One filter of each kind.
fn segments() -> [PersonFilter; SEGMENTS as usize] {
    let all = PersonFilter::default;
    [
        PersonFilter { key_account: Some(true), ..all() },
        PersonFilter { key_account: Some(false), role: vec!["FINANCE".to_owned(), "nurse".to_owned()], ..all() },
        PersonFilter { currency: Some("EUR".to_owned()), value_from: Some(200), value_under: Some(300), ..all() },
        PersonFilter { renews_within: Some(2), ..all() },
        PersonFilter { account_name: "COUNT 1".to_owned(), account: vec![AccountId(1), AccountId(2)], ..all() },
        PersonFilter { attribute: vec![("tier".to_owned(), "gold".to_owned())], ..all() },
        all(),
    ]
}

/// Names everything that events speak of. In a nested world some categories stand under others.
pub fn settle(store: &Store, nested: bool) {
    let stage =
        |id| Stage { id: StageId(id), name: format!("stage {id}"), aim: String::new(), position: id as i32, cues: vec![] };
    let touchpoint = |id| Touchpoint {
        id: TouchpointId(id),
        stage: StageId(id),
        name: format!("touchpoint {id}"),
        position: 0,
        moment_of_truth: false,
    };
    let category = |id: i64| Category {
        id: CategoryId(id),
        parent: (nested && id > 2).then(|| CategoryId(id - 2)),
        name: format!("category {id}"),
        definition: String::new(),
        watch_words: vec![],
        stage: None,
        departments: vec![],
        position: id as i32,
    };
    let taxonomy = Taxonomy { version: 1, categories: (1..=CATEGORIES).map(category).collect() };
    let journey = Journey { stages: (1..=STAGES).map(stage).collect(), touchpoints: (1..=TOUCHPOINTS).map(touchpoint).collect() };
    let write = move |tx: &mut heard_store::view::Tx| {
        journey::save(tx, &journey)?;
        taxonomy::save(tx, &taxonomy)?;
        for id in 1..=POSTS {
            let channel = if id == 1 { Channel::Survey } else { Channel::Review };
            post::save(tx, &Post::new(PostId(id), format!("post {id}"), channel))?;
        }
        for (id, formula) in (1..).zip([Formula::Nps, Formula::Stars, Formula::Csat]) {
            let (min, max) = formula.range().unwrap_or((0.0, 10.0));
            scale::insert(
                tx,
                &Scale { id: ScaleId(id), name: format!("scale {id}"), formula, min, max, higher_is_better: true },
            )?;
        }
        for id in 1..=ACCOUNTS {
            let name = format!("account {id}");
            let yearly_value = (id > 1).then(|| Money { minor: id * 100, currency: "EUR".to_owned() });
            let renewal = (id != 2).then_some(Day(first_day() + id as i32));
            account::save(tx, &Account { id: AccountId(id), name, yearly_value, key_account: id % 2 == 0, renewal })?;
        }
        for id in 1..=PERSONS {
            let account = (id % 3 > 0).then_some(AccountId((id - 1) % ACCOUNTS + 1));
            let role = (id % 2 == 0).then(|| "Head of Finance".to_owned());
            person::insert(tx, &Person { id: PersonId(id), name: String::new(), role, account }, &[])?;
        }
        for (id, filter) in (1..=SEGMENTS).zip(segments()) {
            segment::save(tx, &Segment { id: SegmentId(id), name: format!("segment {id}"), filter })?;
        }
        for id in 1..=IMPORTS {
            import::insert(tx, &an_import(id), "shape")?;
        }
        for id in 1..=ATTRIBUTES {
            let attribute = attribute::find_or_declare(tx, &format!("attribute {id}"), &mut || id)?;
            for value in 1..=3 {
                attribute::find_or_declare_value(tx, attribute, &format!("value {value}"), &mut || id * 10 + value)?;
            }
        }
        Ok(())
    };
    store.write_now(&Scope::system(), write).unwrap();
}

fn an_import(id: i64) -> Import {
    Import {
        id: ImportId(id),
        name: format!("{id}.csv"),
        hash: format!("hash {id}"),
        bytes: 1,
        format: FileFormat::Csv,
        mapping: Mapping {
            kind: heard_domain::import::ImportKind::Feedback,
            preset: "generic".into(),
            columns: vec![],
            dates: DateOrder::YearFirst,
            zone: None,
            channel: Channel::Review,
            post: "post 1".into(),
        },
        post: None,
        state: ImportState::Done,
        rows: None,
        done: 0,
        added: 0,
        known: 0,
        revised: 0,
        bad: 0,
        failure: None,
        at: Time(1),
        finished: None,
        undoing: None,
        source: None,
    }
}

fn text(words: &[usize]) -> String {
    words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ")
}

fn row(id: i64, event: &Event) -> Option<NewRow> {
    let Event::Heard { minute, words, who, post, ratings, attributes, read } = event else { return None };
    let at = moment(*minute);
    let feedback = Feedback {
        id: FeedbackId(id),
        revision: 1,
        post: PostId(*post),
        key: format!("key {id}"),
        at,
        day: Zone::UTC.day(at),
        heard: at,
        person: who[0].map(PersonId),
        account: who[1].map(AccountId),
        touchpoint: who[2].map(TouchpointId),
        text: text(words),
        link: None,
        import: who[3].map(ImportId),
        ratings: ratings.iter().map(|(scale, raw)| Rating { scale: ScaleId(*scale), raw: *raw as f64 }).collect(),
        attributes: attributes.iter().map(|(a, value)| (AttributeId(*a), ValueId(a * 10 + value))).collect(),
    };
    let reading = read.as_ref().map(|(language, clauses)| reading(feedback.id, 1, *language, clauses));
    let reading = reading.map(|reading| std::sync::Arc::new(Written::of(reading).unwrap()));
    Some(NewRow { feedback, hash: format!("hash {id}"), stage: who[4].map(StageId), reading })
}

fn reading(feedback: FeedbackId, revision: i32, language: Option<usize>, clauses: &[Clause]) -> Reading {
    Reading {
        feedback,
        revision,
        model: "test".into(),
        language: language.map(|place| (LANGUAGES[place].to_owned(), 1.0)),
        passages: clauses.iter().map(passage).collect(),
        entities: vec![],
        notes: vec![],
    }
}

fn passage(clause: &Clause) -> Passage {
    fn sure<T>(value: T) -> Label<T> {
        Label { value, confidence: 1.0, evidence: vec![] }
    }
    Passage {
        span: Span::new(0, 0),
        weight: 0.5,
        sentiment: clause.polarity.map(|place| {
            let polarity = Polarity::ALL[place];
            Sentiment { value: polarity.sign() as f32, polarity, confidence: 1.0, evidence: vec![] }
        }),
        emotion: clause.emotion.map(|place| sure(Emotion::ALL[place])),
        feelings: vec![],
        stage: clause.stage.map(|id| sure(StageId(id))),
        categories: clause.categories.iter().map(|id| sure(CategoryId(*id))).collect(),
        intents: clause.intents.iter().map(|place| sure(Intent::ALL[*place])).collect(),
    }
}

/// What has happened so far.
#[derive(Default)]
pub struct History {
    heard: Vec<(NewRow, i32)>,
    corrections: i64,
}

impl History {
    /// Lets something happen; what is spoken of but not there yet is passed over.
    pub fn happen(&mut self, store: &Store, event: &Event) {
        let scope = Scope::system();
        let next = self.heard.len() as i64 + 1;
        if let Some(row) = row(next, event) {
            self.heard.push((row.clone(), 1));
            store.write_now(&scope, move |tx| insert_many(tx, &[row])).unwrap();
            return;
        }
        let count = self.heard.len().max(1);
        let pick = |which: &usize| which % count;
        match event {
            Event::Heard { .. } => {}
            Event::Read { which, language, passages } => {
                let Some((row, revision)) = self.heard.get(pick(which)) else { return };
                let reading = reading(row.feedback.id, *revision, *language, passages);
                store.write_now(&scope, move |tx| reading::save(tx, &reading)).unwrap();
            }
            Event::Corrected { which, change } => {
                let Some((row, _)) = self.heard.get(pick(which)) else { return };
                self.corrections += 1;
                let correction = Correction {
                    id: CorrectionId(self.corrections),
                    feedback: row.feedback.id,
                    span: None,
                    change: change.clone(),
                    by: UserId(1),
                    at: Time(1),
                };
                store.write_now(&scope, move |tx| reading::correct(tx, &correction)).unwrap();
            }
            Event::Undone { which } => {
                let id = CorrectionId((*which as i64 % self.corrections.max(1)).abs() + 1);
                store.write_now(&scope, move |tx| reading::undo(tx, id)).unwrap();
            }
            Event::Revised { which, minute, words, post_stage } => {
                let place = pick(which);
                let Some((row, revision)) = self.heard.get_mut(place) else { return };
                row.feedback.at = moment(*minute);
                row.feedback.day = Zone::UTC.day(row.feedback.at);
                row.feedback.text = text(words);
                row.stage = post_stage.map(StageId);
                *revision += 1;
                let row = row.clone();
                store.write_now(&scope, move |tx| revise(tx, &row, Time(1))).unwrap();
            }
        }
    }
}
