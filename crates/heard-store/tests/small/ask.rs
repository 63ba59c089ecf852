//! Random questions about the small world.

use heard_domain::channel::Channel;
use heard_domain::id::{
    AccountId, AttributeId, CategoryId, ImportId, PersonId, PostId, ScaleId, SegmentId, StageId, TouchpointId, UserId, ValueId,
};
use heard_domain::question::{Compare, Dimension, Filter, Measure, Question};
use heard_domain::reading::{Emotion, Intent, Polarity};
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period, Time};
use heard_domain::user::{Role, User};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::small::world::{
    ACCOUNTS, ATTRIBUTES, CATEGORIES, DAYS, IMPORTS, LANGUAGES, PERSONS, POSTS, SCALES, SEGMENTS, STAGES, TOUCHPOINTS, first_day,
};

/// Mostly empty; else one or two of these.
fn few<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>, often: f64) -> impl Strategy<Value = Vec<T>> {
    prop::option::weighted(often, subsequence(all, 1..=2)).prop_map(Option::unwrap_or_default)
}

fn ids<T: Clone + std::fmt::Debug + 'static>(count: i64, id: fn(i64) -> T, often: f64) -> impl Strategy<Value = Vec<T>> {
    few((1..=count).map(id).collect(), often)
}

pub const SEARCHES: [&str; 10] = [
    "late",
    "crew*",
    "\"rude crew\"",
    "-late",
    "cafe -rude",
    "late crew",
    "“dont”",
    "don't",
    "-\"late rude\" re*",
    "crews great",
];

/// What a feedback or passage can be without.
const MISSING: [Dimension; 10] = [
    Dimension::Stage,
    Dimension::Category,
    Dimension::Polarity,
    Dimension::Emotion,
    Dimension::Intent,
    Dimension::Touchpoint,
    Dimension::Language,
    Dimension::Account,
    Dimension::Segment,
    Dimension::Attribute(AttributeId(1)),
];

fn filter() -> impl Strategy<Value = Filter> {
    let passage = (
        ids(STAGES, StageId, 0.25),
        ids(CATEGORIES, CategoryId, 0.25),
        few(Polarity::ALL.to_vec(), 0.12),
        few(Emotion::ALL[..3].to_vec(), 0.08),
        few(Intent::ALL[..3].to_vec(), 0.08),
    );
    let attributes: Vec<_> = (1..=ATTRIBUTES).flat_map(|a| (1..=3).map(move |v| (AttributeId(a), ValueId(a * 10 + v)))).collect();
    let feedback = (
        ids(TOUCHPOINTS, TouchpointId, 0.08),
        ids(POSTS, PostId, 0.15),
        few(vec![Channel::Survey, Channel::Review, Channel::Call], 0.12),
        few(LANGUAGES.map(str::to_owned).to_vec(), 0.08),
        ids(ACCOUNTS, AccountId, 0.08),
        (ids(PERSONS, PersonId, 0.08), ids(SEGMENTS + 1, SegmentId, 0.12)),
        ids(IMPORTS, ImportId, 0.08),
        few(attributes, 0.1),
        prop::option::weighted(0.08, (1..=SCALES).prop_map(ScaleId)),
        (prop::option::weighted(0.15, select(SEARCHES.to_vec())), few(MISSING.to_vec(), 0.15)),
    );
    (passage, feedback).prop_map(|(p, f)| Filter {
        stage: p.0,
        category: p.1,
        polarity: p.2,
        emotion: p.3,
        intent: p.4,
        touchpoint: f.0,
        post: f.1,
        channel: f.2,
        language: f.3,
        account: f.4,
        person: f.5.0,
        segment: f.5.1,
        import: f.6,
        attribute: f.7,
        rated: f.8,
        none: f.9.1,
        words: f.9.0.unwrap_or_default().to_owned(),
    })
}

/// Half of all questions filter nothing or only what the cubes know.
fn any_filter() -> impl Strategy<Value = Filter> {
    let plain = (ids(STAGES, StageId, 0.2), ids(CATEGORIES, CategoryId, 0.2), ids(POSTS, PostId, 0.2))
        .prop_map(|(stage, category, post)| Filter { stage, category, post, ..Filter::default() });
    prop_oneof![plain, filter()]
}

fn dimensions() -> impl Strategy<Value = Vec<Dimension>> {
    use Dimension::{
        Account, Attribute, Category, Channel, Day, Emotion, Intent, Language, Month, Polarity, Post, Segment, Stage, Touchpoint,
        Week,
    };
    let simple = vec![Day, Week, Month, Post, Channel, Stage, Category];
    let all =
        [simple.clone(), vec![Touchpoint, Polarity, Emotion, Intent, Language, Account, Segment, Attribute(AttributeId(1))]]
            .concat();
    prop_oneof![subsequence(simple, 0..=3), subsequence(all, 0..=3)].prop_shuffle()
}

pub fn period() -> impl Strategy<Value = Period> {
    (0..DAYS, 1..=40).prop_map(|(last, days)| Period::ending(Day(first_day() + last), days))
}

pub fn question() -> impl Strategy<Value = Question> {
    let measure = prop_oneof![
        3 => Just(Measure::Volume),
        3 => Just(Measure::NetSentiment),
        1 => Just(Measure::EmotionMix),
        2 => (1..=SCALES).prop_map(|scale| Measure::Rating { scale: ScaleId(scale) }),
    ];
    (measure, dimensions(), any_filter(), prop::option::of(period()), any::<bool>(), any::<bool>()).prop_map(
        |(measure, by, filter, period, compared, interval)| {
            let compare = if compared { Compare::Before } else { Compare::Nothing };
            Question { measure, by, filter, period, compare, interval }
        },
    )
}

/// Everybody, or somebody who sees only some posts.
pub fn scope() -> impl Strategy<Value = Scope> {
    let narrow = subsequence((1..=POSTS).map(PostId).collect::<Vec<_>>(), 0..=2).prop_map(|posts| {
        let (email, name) = ("a@example.org".to_owned(), "A".to_owned());
        Scope::of_user(&User {
            id: UserId(1),
            email,
            name,
            role: Role::Frontline,
            posts: Some(posts),
            since: Time(0),
            active: true,
        })
    });
    prop_oneof![3 => Just(Scope::system()), 1 => narrow]
}
