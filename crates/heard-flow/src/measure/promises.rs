//! How often promises of the brand are kept: by what customers say, and by what was done. Two figures that are never mixed.

use std::collections::HashSet;
use std::sync::Arc;

use heard_domain::directory::Directory;
use heard_domain::id::{PersonId, PromiseId, StageId};
use heard_domain::promise::{Evidence, Promise, PromiseMonth, PromiseShown};
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period, Time};
use heard_domain::user::Grant;
use heard_store::figures::spoken::Spoken;
use heard_store::tables;
use heard_store::view::View;

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::kept::Asked;
use crate::measure::period::ending_newest;

/// How many months are shown, the one of the period's last day among them.
const MONTHS: usize = 12;

/// So many days that end with the newest feedback in view, or today where nothing is.
pub async fn usual(flow: &Flow, scope: &Scope, days: i32) -> Result<Period, FlowError> {
    let newest = ending_newest(flow, scope, &Filter::default(), days).await?;
    Ok(newest.unwrap_or_else(|| Period::ending(flow.directory().company.zone.day(flow.now()), days)))
}

/// All promises, in the order of their contacts in the journey, with what became of them in a period.
pub async fn list(flow: &Flow, scope: &Scope, period: Period) -> Result<Vec<PromiseShown>, FlowError> {
    need(scope, Grant::ReadFigures)?;
    let asked = (scope.reach.clone(), period, Asked::of(&flow.store, flow.named()));
    if let Some(found) = flow.promises.get(&asked, Time(0)) {
        return Ok(found.to_vec());
    }
    let directory = flow.directory();
    let mut promises = flow.store.read(&Scope::system(), tables::promise::list).await?;
    promises.sort_by_key(|promise| {
        let touchpoint = directory.journey.touchpoint(promise.touchpoint);
        let stage = touchpoint.and_then(|touchpoint| directory.journey.stage(touchpoint.stage));
        (stage.map_or(i32::MAX, |stage| stage.position), touchpoint.map_or(i32::MAX, |t| t.position), promise.id)
    });
    let mut shown = Vec::with_capacity(promises.len());
    for promise in promises {
        shown.push(measured(flow, scope, &directory, promise, period).await?);
    }
    flow.promises.put(asked, flow.now(), Arc::new(shown.clone()));
    Ok(shown)
}

/// One promise with what became of it.
pub async fn one(flow: &Flow, scope: &Scope, id: PromiseId, period: Period) -> Result<PromiseShown, FlowError> {
    need(scope, Grant::ReadFigures)?;
    let promise = flow.store.read(&Scope::system(), move |view| tables::promise::get(view, id)).await?;
    let promise = promise.ok_or(FlowError::Missing("promise"))?;
    measured(flow, scope, &flow.directory(), promise, period).await
}

/// The months up to a period's end, the newest last; the first day of each.
fn months(period: Period) -> Vec<Period> {
    let (mut months, mut last) = (Vec::new(), period.last);
    for _ in 0..MONTHS {
        let first = last.first_of_month();
        months.push(Period { first, last });
        last = first + -1;
    }
    months.reverse();
    months
}

/// What is counted by day.
struct Counted {
    speak: Vec<Spoken>,
    broken: Vec<Spoken>,
    occasions: Vec<(Day, u64)>,
    breaches: Vec<(Day, u64)>,
}

impl Counted {
    fn within(&self, period: Period) -> Evidence {
        let sum = |days: &[(Day, u64)]| days.iter().filter(|(day, _)| period.contains(*day)).map(|(_, n)| n).sum();
        let occasions = sum(&self.occasions);
        let persons = speakers(&self.speak, period);
        Evidence {
            persons,
            say_broken: speakers(&self.broken, period).min(persons),
            occasions,
            broken: sum(&self.breaches).min(occasions),
        }
    }
}

/// How many persons spoke in a period; who is not known is somebody else every time.
pub(crate) fn speakers(spoken: &[Spoken], period: Period) -> u64 {
    let mut known: HashSet<PersonId> = HashSet::new();
    let mut count = 0;
    for one in spoken.iter().filter(|one| period.contains(one.day)) {
        count += u64::from(one.person.is_none_or(|person| known.insert(person)));
    }
    count
}

async fn measured(
    flow: &Flow,
    scope: &Scope,
    directory: &Arc<Directory>,
    promise: Promise,
    period: Period,
) -> Result<PromiseShown, FlowError> {
    let months = months(period);
    let first = months.first().map_or(period.first, |month| month.first.min(period.first));
    let whole = Period { first, last: period.last };
    let (said, broken) = (promise.spoken(), promise.said_broken());
    let stage: Option<StageId> = directory.journey.touchpoint(promise.touchpoint).map(|touchpoint| touchpoint.stage);
    // Operational data does not say to which brand an occasion belongs.
    let operations = stage.zip(promise.measure.clone().zip(promise.breaks.clone())).filter(|_| promise.attribute.is_none());
    let look = move |view: &View| {
        let Some((stage, (measure, breaks))) = operations else { return Ok((vec![], vec![])) };
        Ok((tables::exposure::by_day(view, stage, &measure, whole)?, tables::event::by_day(view, &breaks, stage, whole)?))
    };
    let (occasions, breaches) = flow.store.read(scope, look).await?;
    let counted = Counted {
        speak: flow.store.spoken(scope, &said, Some(whole)).await?,
        broken: flow.store.spoken(scope, &broken, Some(whole)).await?,
        occasions,
        breaches,
    };
    let month = |period: Period| {
        let evidence = counted.within(period);
        PromiseMonth { period, evidence, kept: evidence.kept() }
    };
    let evidence = counted.within(period);
    Ok(PromiseShown {
        promise,
        period,
        evidence,
        kept: evidence.kept(),
        months: months.into_iter().map(month).collect(),
        spoken: said,
        said_broken: broken,
    })
}
