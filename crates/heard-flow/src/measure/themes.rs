//! Themes: what passages that no category explains have in common, beside the period before.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use heard_domain::id::{FeedbackId, StageId};
use heard_domain::question::Filter;
use heard_domain::reading::{Intent, Passage, Polarity};
use heard_domain::scope::Scope;
use heard_domain::statistics::{Certainty, Clusters, Estimate, adjusted, certainty, change_of_rates};
use heard_domain::theme::{Growth, Theme, ThemePassage, Themes};
use heard_domain::time::{Day, Period, Time};
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;
use heard_text::learn::subject::names_a_thing;
use heard_text::learn::theme::{Themes as Gathered, Wanted, themes as gathered, themes_of};
use sha2::{Digest, Sha256};

use crate::deep_reader::DeepReader;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::steps::Steps;

/// Of so many comments, the newest, a sample is taken in each of the two periods.
const NEWEST: usize = 200_000;
/// How many comments are looked through in each of the two periods.
const LOOKED_THROUGH: usize = 10_000;
/// The same where the deep reader gathers: it takes some milliseconds for each passage.
const LOOKED_THROUGH_DEEPLY: usize = 1_500;
/// As many figures the vectors of all-MiniLM-L6-v2 and its like have; with others the fast reader gathers.
const DEEP: usize = 384;
/// How many are read from the store at a time.
const BATCH: usize = 1_000;
/// A passage of fewer words says too little by itself.
const FEWEST_WORDS: usize = 3;
/// As few persons make no theme: one who writes often is not many.
const FEWEST_PERSONS: u64 = 3;
/// How many themes are shown.
const SHOWN: usize = 30;
/// How long themes that were found are shown before they are looked for again, in milliseconds: ten minutes.
const FRESH_MS: i64 = 600_000;

/// The themes of what passes a filter in a period. What was found in the last ten minutes is given again, unless `anew`.
pub async fn themes(flow: &Flow, scope: &Scope, filter: &Filter, period: Period, anew: bool) -> Result<Arc<Themes>, FlowError> {
    need(scope, Grant::ReadFeedback)?;
    let reader = flow.reader().name().to_owned();
    let asked = (scope.reach.clone(), filter.clone(), period, reader);
    let since = if anew { flow.now() } else { flow.now().plus_ms(-FRESH_MS) };
    if let Some(found) = flow.themes.get(&asked, since) {
        return Ok(found);
    }
    let _turn = flow.themes.turn.lock().await;
    if let Some(found) = flow.themes.get(&asked, since) {
        return Ok(found); // somebody else has looked meanwhile
    }
    let found = Arc::new(look(flow, scope, filter, period).await?);
    flow.themes.put(asked, found.found_at, Arc::clone(&found));
    Ok(found)
}

/// A passage that no category explains.
struct Unexplained {
    at: ThemePassage,
    text: String,
    /// Who said it: a person, or a comment without one.
    who: (bool, i64),
    day: Day,
    polarity: Option<Polarity>,
    stage: Option<StageId>,
    /// Whether somebody wants something with it.
    wants: bool,
    /// Whether it names a thing.
    thing: bool,
}

impl Unexplained {
    /// Whether it is more than small talk.
    fn tells(&self) -> bool {
        self.wants || self.thing
    }
}

/// Whether a passage complains, suggests, asks, threatens or reminds: praise alone wants nothing.
fn wants(passage: &Passage) -> bool {
    passage.intents.iter().any(|intent| intent.value != Intent::Praise)
}

/// What was looked through in a period.
#[derive(Default)]
struct Looked {
    comments: u64,
    of: u64,
    passages: Vec<Unexplained>,
    /// What else was said, in passages that have a category: what is common there names no theme.
    said: Vec<String>,
}

async fn look(flow: &Flow, scope: &Scope, filter: &Filter, period: Period) -> Result<Themes, FlowError> {
    let deep = flow.deep().filter(|deep| deep.deep.width() == DEEP);
    let most = if deep.is_some() { LOOKED_THROUGH_DEEPLY } else { LOOKED_THROUGH };
    let now = passages(flow, scope, filter, period, most).await?;
    let before = passages(flow, scope, filter, period.before(), most).await?;
    let found_at = flow.now();
    let work = move || {
        let by = |texts: &[&str], said: &[&str]| match &deep {
            Some(deep) => deeply(deep, texts, said),
            None => gathered(texts, said, Wanted::default()),
        };
        Themes { deep: deep.is_some(), ..found(&now, &before, period, found_at, &by) }
    };
    tokio::task::spawn_blocking(work).await.map_err(FlowError::internal)
}

/// The themes by what the deep reader says that passages mean.
fn deeply(deep: &DeepReader, texts: &[&str], said: &[&str]) -> Gathered {
    let meanings = deep.meanings(texts);
    let points: Vec<[f32; DEEP]> = meanings.iter().map(|meaning| meaning.first_chunk().copied().unwrap_or([0.0; DEEP])).collect();
    themes_of(texts, &points, said, Wanted::deep())
}

/// Every so-manieth of a list, so that about so many stay, evenly spread.
fn sample(ids: Vec<FeedbackId>, most: usize) -> Vec<FeedbackId> {
    let every = ids.len().div_ceil(most.max(1)).max(1);
    ids.into_iter().step_by(every).collect()
}

async fn passages(flow: &Flow, scope: &Scope, filter: &Filter, period: Period, most: usize) -> Result<Looked, FlowError> {
    let there = flow.store.find(scope, filter, Some(period), None, NEWEST).await?;
    let ids = sample(there.ids, most);
    let mut looked = Looked { of: there.total, ..Looked::default() };
    for ids in ids.chunks(BATCH) {
        let (ids, stages) = (ids.to_vec(), filter.stage.clone());
        let more = flow.store.read(scope, move |view| unexplained(view, &ids, &stages)).await?;
        looked.comments += more.comments;
        looked.passages.extend(more.passages);
        looked.said.extend(more.said);
    }
    Ok(looked)
}

fn unexplained(view: &View, ids: &[FeedbackId], stages: &[StageId]) -> Result<Looked, StoreError> {
    let readings = tables::reading::many(view, ids)?;
    let mut readings: HashMap<FeedbackId, _> = readings.into_iter().map(|reading| (reading.feedback, reading)).collect();
    let mut looked = Looked::default();
    for feedback in tables::feedback::many(view, ids)? {
        looked.comments += 1;
        let Some(reading) = readings.remove(&feedback.id) else { continue };
        let who = feedback.person.map_or((false, feedback.id.0), |person| (true, person.0));
        for passage in &reading.passages {
            let stage = passage.stage.as_ref().map(|label| label.value);
            let fits = stages.is_empty() || stage.is_some_and(|stage| stages.contains(&stage));
            let text = passage.span.of(&feedback.text).unwrap_or_default();
            if !passage.categories.is_empty() {
                looked.said.push(text.to_owned());
            } else if fits && text.split_whitespace().nth(FEWEST_WORDS - 1).is_some() {
                let polarity = passage.sentiment.as_ref().map(|sentiment| sentiment.polarity);
                let at = ThemePassage { feedback: feedback.id, span: passage.span };
                looked.passages.push(Unexplained {
                    at,
                    text: text.to_owned(),
                    who,
                    day: feedback.day,
                    polarity,
                    stage,
                    wants: wants(passage),
                    thing: names_a_thing(text),
                });
            }
        }
    }
    Ok(looked)
}

fn persons<'a>(passages: impl Iterator<Item = &'a Unexplained>) -> u64 {
    passages.map(|passage| passage.who).collect::<HashSet<_>>().len() as u64
}

/// Both periods are gathered together, so that a theme is the same in both; `by` gathers passages.
fn found(now: &Looked, before: &Looked, period: Period, found_at: Time, by: &dyn Fn(&[&str], &[&str]) -> Gathered) -> Themes {
    let all: Vec<&Unexplained> = now.passages.iter().chain(&before.passages).collect();
    // Small talk is gathered by itself: what is said beside a thing does not blur what is said of it.
    let (telling, talk): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|at| all.get(*at).is_some_and(|p| p.tells()));
    let said: Vec<&str> = now.said.iter().chain(&before.said).map(String::as_str).collect();
    let together = |places: &[usize]| -> Vec<(Vec<String>, Vec<usize>)> {
        let texts: Vec<&str> = places.iter().filter_map(|at| all.get(*at)).map(|passage| passage.text.as_str()).collect();
        let of = |theme: &Vec<usize>| theme.iter().filter_map(|at| places.get(*at)).copied().collect();
        by(&texts, &said).themes.into_iter().map(|theme| (theme.words, of(&theme.passages))).collect()
    };
    let gathered = together(&telling).into_iter().map(|theme| (theme, false));
    let gathered = gathered.chain(together(&talk).into_iter().map(|theme| (theme, true)));
    let inside = Steps::of(period);
    let steps = Steps { first: inside.first + -(inside.days * inside.count as i32), count: inside.count * 2, ..inside };
    let is_now = |at: usize| at < now.passages.len();
    let mut themes = Vec::new();
    let mut told = 0;
    for ((words, passages), small_talk) in gathered {
        let of = |when: bool| {
            let chosen = passages.iter().filter(move |at| is_now(**at) == when);
            chosen.filter_map(|at| all.get(*at)).copied().collect::<Vec<&Unexplained>>()
        };
        let (here, earlier) = (of(true), of(false));
        let spoke = persons(here.iter().copied());
        // What no word sets apart cannot be named, and whoever reads it sees nothing in common.
        if words.is_empty() || here.len() < Wanted::default().least || spoke < FEWEST_PERSONS {
            continue;
        }
        told += here.len() as u64;
        let spoke_before = persons(earlier.iter().copied());
        let exposures = (now.comments.max(1) as f64, before.comments.max(1) as f64);
        let (p, low, high) = change_of_rates((spoke, exposures.0), (spoke_before, exposures.1), 1.0);
        let rate = (spoke as f64 / exposures.0) / (spoke_before as f64 / exposures.1);
        let change = (spoke_before > 0).then_some(100.0 * (rate - 1.0));
        let growth = Growth { before: spoke_before, change, low, high, certainty: Certainty::CouldBeNoise };
        let mut counts = vec![0; steps.count];
        for passage in here.iter().chain(&earlier) {
            if let Some(count) = steps.index(passage.day).and_then(|step| counts.get_mut(step)) {
                *count += 1;
            }
        }
        let theme = Theme {
            key: key(&words),
            small_talk,
            passages: here.iter().map(|passage| passage.at).collect(),
            persons: spoke,
            net: net(&here),
            stage: most(&here),
            growth,
            counts,
            words,
        };
        let things = here.iter().filter(|passage| passage.thing).count() * 2 >= here.len();
        themes.push((theme, p, things));
    }
    for (at, p) in adjusted(&themes.iter().map(|(_, p, _)| *p).collect::<Vec<_>>()).into_iter().enumerate() {
        // Without a period before there is nothing to compare with.
        if let Some((theme, ..)) = themes.get_mut(at).filter(|_| before.comments > 0) {
            theme.growth.certainty = certainty(p);
        }
    }
    themes.sort_by_cached_key(|(theme, _, things)| (rank(theme, *things), Reverse(theme.persons), theme.key.clone()));
    let mut themes: Vec<Theme> = themes.into_iter().map(|(theme, ..)| theme).collect();
    let mut met = HashSet::new();
    themes.retain(|theme| met.insert(theme.key.clone()));
    themes.truncate(SHOWN);
    Themes {
        period,
        found_at,
        deep: false,
        comments: now.comments,
        of: now.of,
        comments_before: before.comments,
        unexplained: now.passages.len() as u64,
        rest: now.passages.len() as u64 - told,
        step_days: inside.days,
        steps: inside.count,
        themes,
    }
}

/// What is looked at first: what grows, then what hurts, then the rest; behind them what is mostly said of no thing ("I hate
/// it"), and small talk last.
fn rank(theme: &Theme, things: bool) -> u8 {
    let grows = theme.growth.certainty != Certainty::CouldBeNoise && theme.growth.change.is_none_or(|change| change > 0.0);
    let hurts = theme.net.is_some_and(|net| net.high < 0.0);
    match (theme.small_talk, grows, hurts) {
        (true, ..) => 5,
        _ if !things => 4,
        (_, true, true) => 0,
        (_, true, false) => 1,
        (_, false, true) => 2,
        (_, false, false) => 3,
    }
}

/// The name of a theme in addresses: the first six bytes of the hash of its words, as a number.
fn key(words: &[String]) -> String {
    let hash = Sha256::digest(words.join("\n").as_bytes());
    hash.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)).to_string()
}

fn net(passages: &[&Unexplained]) -> Option<Estimate> {
    let mut by_person: HashMap<(bool, i64), (f64, f64)> = HashMap::new();
    for passage in passages {
        if let Some(polarity) = passage.polarity {
            let (d, n) = by_person.entry(passage.who).or_default();
            *d += f64::from(polarity.sign());
            *n += 1.0;
        }
    }
    let mut clusters = Clusters::default();
    for (d, n) in by_person.into_values() {
        clusters.add(d, n);
    }
    clusters.net()
}

fn most(passages: &[&Unexplained]) -> Option<StageId> {
    let mut counts: HashMap<StageId, u64> = HashMap::new();
    for stage in passages.iter().filter_map(|passage| passage.stage) {
        *counts.entry(stage).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(stage, count)| (*count, Reverse(*stage))).map(|(stage, _)| stage)
}

#[cfg(test)]
mod tests {
    use heard_domain::reading::Span;

    use super::*;

    fn passage(id: i64, text: &str, who: i64, day: i32) -> Unexplained {
        let at = ThemePassage { feedback: FeedbackId(id), span: Span::new(0, text.len()) };
        Unexplained {
            at,
            text: text.to_owned(),
            who: (true, who),
            day: Day(day),
            polarity: Some(Polarity::Negative),
            stage: None,
            wants: false,
            thing: names_a_thing(text),
        }
    }

    fn period() -> Period {
        Period::ending(Day(20_000), 28)
    }

    fn looked(now: &Looked, before: &Looked) -> Themes {
        found(now, before, period(), Time(0), &|texts, said| gathered(texts, said, Wanted::default()))
    }

    #[test]
    fn a_theme_counts_persons_and_grows_against_the_comments_looked_at() {
        let things = ["suitcase", "luggage", "bag", "backpack", "bags", "suitcases", "baggage", "trunk"];
        let lost: Vec<Unexplained> = (0..40)
            .map(|n| passage(n, &format!("you lost my {} at the airport", things[n as usize % 8]), n % 20, 19_990))
            .collect();
        let now = Looked { comments: 400, of: 400, passages: lost, said: vec![] };
        let few = (0..2).map(|n| passage(100 + n, "you lost my suitcase at the airport", 100 + n, 19_960)).collect();
        let before = Looked { comments: 400, of: 400, passages: few, said: vec![] };
        let found = looked(&now, &before);
        let [theme] = found.themes.as_slice() else { panic!("{found:?}") };
        assert_eq!((theme.persons, theme.growth.before, theme.passages.len()), (20, 2, 40));
        assert_eq!(theme.growth.change, Some(900.0));
        assert_eq!(theme.growth.certainty, Certainty::VeryLikelyReal);
        assert_eq!((found.rest, theme.counts.iter().sum::<u64>()), (0, 42));
        assert_eq!(theme.net.map(|net| net.value), Some(-100.0));
        // Twice as many comments looked at before: as many persons are half the rate.
        let double = Looked { comments: 800, of: 800, passages: before.passages, said: vec![] };
        let again = looked(&now, &double);
        assert_eq!(again.themes.first().and_then(|theme| theme.growth.change), Some(1_900.0));
    }

    #[test]
    fn small_talk_comes_last_however_many_say_it_and_what_hurts_comes_first() {
        let glad = |passage: Unexplained| Unexplained { polarity: Some(Polarity::Positive), ..passage };
        let mut said: Vec<Unexplained> = (0..60).map(|n| glad(passage(n, "thank you so much", n, 19_990))).collect();
        said.extend((100..130).map(|n| glad(passage(n, "the tea in your lounge was nice", n, 19_990))));
        said.extend((200..220).map(|n| passage(n, "you lost my suitcase at the airport", n, 19_990)));
        // As many complaints that name nothing: said by more people than what names something, and of less use.
        said.extend((300..340).map(|n| Unexplained { wants: true, ..passage(n, "I really hate it, just awful", n, 19_990) }));
        let now = Looked { comments: 400, of: 400, passages: said, said: vec![] };
        let found = looked(&now, &Looked::default());
        let ranked: Vec<(u64, bool)> = found.themes.iter().map(|theme| (theme.persons, theme.small_talk)).collect();
        assert_eq!(ranked, [(20, false), (30, false), (40, false), (60, true)], "{:?}", found.themes);
    }

    #[test]
    fn one_who_writes_often_is_no_theme() {
        let said = (0..30).map(|n| passage(n, "you lost my suitcase at the airport", 1, 19_990)).collect();
        let found = looked(&Looked { comments: 30, of: 30, passages: said, said: vec![] }, &Looked::default());
        assert_eq!((found.themes.len(), found.rest, found.unexplained), (0, 30, 30));
    }

    #[test]
    fn a_sample_is_spread_over_the_whole_list() {
        let ids: Vec<FeedbackId> = (0..25).map(FeedbackId).collect();
        let some = sample(ids.clone(), 10);
        assert_eq!((some.len(), some.last()), (9, Some(&FeedbackId(24))));
        assert_eq!(sample(ids.clone(), 25), ids);
    }
}
