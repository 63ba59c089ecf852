//! Comments as they are read on screen: the words, what was understood, and who said it where the scope allows.

use std::collections::HashMap;

use heard_domain::account::{Account, Person};
use heard_domain::feedback::Feedback;
use heard_domain::id::{FeedbackId, IdMaker};
use heard_domain::question::Filter;
use heard_domain::reading::{Correction, Reading};
use heard_domain::scope::Scope;
use heard_domain::time::{Period, Time};
use heard_domain::user::Grant;
use heard_store::tables;

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::kpi::Sight;

/// A comment with what was understood of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The comment.
    pub feedback: Feedback,
    /// What was understood, with corrections laid over it; `None` while it waits to be read.
    pub reading: Option<Reading>,
    /// Who said it, where the scope may see persons.
    pub person: Option<Person>,
    /// For which account, where the scope may see persons.
    pub account: Option<Account>,
}

/// Comments by identifier, in the order given; what is out of sight is left out.
pub async fn many(flow: &Flow, scope: &Scope, ids: &[FeedbackId]) -> Result<Vec<Heard>, FlowError> {
    let (ids, persons) = (ids.to_vec(), scope.may(Grant::ReadPersons));
    let heard = flow.store.read(scope, move |view| {
        let feedback = tables::feedback::many(view, &ids)?;
        let mut readings: HashMap<FeedbackId, Reading> =
            tables::reading::many(view, &ids)?.into_iter().map(|reading| (reading.feedback, reading)).collect();
        let (mut people, mut accounts) = (HashMap::new(), HashMap::new());
        if persons {
            let ids: Vec<_> = feedback.iter().filter_map(|f| f.person).collect();
            people.extend(tables::person::many(view, &ids)?.into_iter().map(|person| (person.id, person)));
            let ids: Vec<_> = feedback.iter().filter_map(|f| f.account).collect();
            accounts.extend(tables::account::many(view, &ids)?.into_iter().map(|account| (account.id, account)));
        }
        Ok(feedback
            .into_iter()
            .map(|feedback| Heard {
                reading: readings.remove(&feedback.id),
                person: feedback.person.and_then(|id| people.get(&id).cloned()),
                account: feedback.account.and_then(|id| accounts.get(&id).cloned()),
                feedback,
            })
            .collect())
    });
    let heard: Vec<Heard> = heard.await?;
    flow.saw(scope, heard.iter().filter_map(|heard| heard.person.as_ref()).map(|person| person.id));
    Ok(heard)
}

/// One page of a list of comments, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The comments.
    pub heard: Vec<Heard>,
    /// How many fit in all.
    pub total: u64,
    /// After which one the next page begins; `None` at the end.
    pub more: Option<(Time, FeedbackId)>,
}

/// The newest comments that fit, after the one that `after` names by moment and identifier.
pub async fn list(
    flow: &Flow,
    scope: &Scope,
    filter: &Filter,
    period: Option<Period>,
    after: Option<(Time, FeedbackId)>,
    limit: usize,
) -> Result<Listed, FlowError> {
    need(scope, Grant::ReadFeedback)?;
    let found = flow.store.find(scope, filter, period, after, limit).await?;
    Ok(Listed { heard: many(flow, scope, &found.ids).await?, total: found.total, more: found.more })
}

/// What came in last, whenever it was said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrived {
    /// The comments, newest first.
    pub heard: Vec<Heard>,
    /// How many came in after the one that was asked for: at most a thousand are counted.
    pub new: usize,
    /// How many of them within the last hour.
    pub within_hour: usize,
}

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// The comments that fit and came in last, at most `limit`, down to but without `after`.
pub async fn arrived(
    flow: &Flow,
    scope: &Scope,
    filter: &Filter,
    period: Option<Period>,
    after: FeedbackId,
    limit: usize,
) -> Result<Arrived, FlowError> {
    need(scope, Grant::ReadFeedback)?;
    let mut ids = flow.store.arrived(scope, filter, period, after).await?;
    // Identifiers grow with time: the hour needs no look at the feedback itself.
    let hour = IdMaker::floor(flow.now().plus_ms(-HOUR_MS));
    let (new, within_hour) = (ids.len(), ids.iter().filter(|id| id.0 >= hour).count());
    ids.truncate(limit);
    Ok(Arrived { heard: many(flow, scope, &ids).await?, new, within_hour })
}

/// A comment as it is read: with its corrections and all else its person said.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The comment.
    pub heard: Heard,
    /// Corrections that hold, oldest first, each with the name of who made it.
    pub corrections: Vec<(Correction, String)>,
    /// Everything its person said, newest first, where the scope may see persons.
    pub timeline: Vec<Heard>,
}

/// How many comments of one person are shown.
const TIMELINE: usize = 30;

/// Opens a comment; `None` if there is none in sight.
pub async fn open(flow: &Flow, scope: &Scope, id: FeedbackId) -> Result<Option<Opened>, FlowError> {
    let Some(heard) = many(flow, scope, &[id]).await?.pop() else { return Ok(None) };
    let person = heard.feedback.person.filter(|_| scope.may(Grant::ReadPersons));
    let read = flow.store.read(scope, move |view| {
        let mut corrections = vec![];
        for correction in tables::reading::corrections(view, id)? {
            let by = tables::user::get(view, correction.by)?.map_or_else(|| "somebody".to_owned(), |user| user.name);
            corrections.push((correction, by));
        }
        let said = person.map_or_else(|| Ok(vec![]), |person| tables::feedback::of_person(view, person, TIMELINE))?;
        Ok((corrections, said))
    });
    let (corrections, said) = read.await?;
    let timeline = if said.len() > 1 { many(flow, scope, &said).await? } else { vec![] };
    Ok(Some(Opened { heard, corrections, timeline }))
}

/// How many are looked through for telling ones.
const LOOKED_THROUGH: usize = 60;

/// How many are shown.
const SHOWN: usize = 7;

/// Of the newest comments those that tell most in few words, newest first.
pub(crate) async fn telling(sight: &Sight<'_>) -> Result<Vec<Heard>, FlowError> {
    if !sight.scope.may(Grant::ReadFeedback) {
        return Ok(vec![]);
    }
    let mut heard = list(sight.flow, sight.scope, sight.filter, Some(sight.period), None, LOOKED_THROUGH).await?.heard;
    heard.sort_by(|a, b| tells(b).total_cmp(&tells(a)));
    heard.truncate(SHOWN);
    heard.sort_by_key(|h| std::cmp::Reverse((h.feedback.at, h.feedback.id)));
    Ok(heard)
}

/// Of the newest comments that fit the one that tells most.
pub(crate) async fn most_telling(
    flow: &Flow,
    scope: &Scope,
    filter: &Filter,
    period: Period,
    limit: usize,
) -> Result<Option<Heard>, FlowError> {
    let heard = list(flow, scope, filter, Some(period), None, limit).await?.heard;
    Ok(heard.into_iter().max_by(|a, b| tells(a).total_cmp(&tells(b))))
}

/// How much a comment tells at a glance: evidence and categories in a length that is read without effort.
pub(crate) fn tells(heard: &Heard) -> f64 {
    let length = heard.feedback.text.chars().count();
    let readable: f64 = match length {
        0..=24 => 0.1,
        25..=60 => 0.7,
        61..=420 => 1.0,
        421..=900 => 0.5,
        _ => 0.15,
    };
    let passages = heard.reading.iter().flat_map(|reading| &reading.passages);
    let (mut evidence, mut categories, mut sure) = (0_u32, 0_u32, 0.0_f64);
    for passage in passages {
        evidence += passage.sentiment.as_ref().map_or(0, |s| s.evidence.len() as u32);
        categories += passage.categories.len() as u32;
        sure = sure.max(passage.sentiment.as_ref().map_or(0.0, |s| f64::from(s.confidence)));
    }
    readable * (1.0 + f64::from(evidence.min(4)) + 0.5 * f64::from(categories.min(4)) + sure)
}
