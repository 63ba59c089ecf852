//! How customers felt in the comment that a case began with and in their next one, and how those felt whom nobody answered: who begins
//! very unhappy is calmer next time anyway.

use std::collections::{BTreeMap, HashMap, HashSet};

use heard_domain::helpfulness::Felt;
use heard_domain::id::{CaseId, FeedbackId, PersonId};
use heard_domain::kept_case::KeptCase;
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period};
use heard_store::tables;
use heard_store::view::View;

use crate::error::FlowError;
use crate::flow::Flow;

/// So many persons whom nobody answered are looked at, those who began last.
const MOST: usize = 2_000;

/// Both, as far as they spoke again.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Feelings {
    /// Of cases that were answered.
    pub(crate) cases: HashMap<CaseId, Felt>,
    /// Of persons whom nobody answered.
    pub(crate) unanswered: Vec<Felt>,
}

/// Two comments of one person.
type Pair = (FeedbackId, FeedbackId);

/// What a person said, in order.
type Course = Vec<(Day, FeedbackId)>;

/// The next comment on a later day.
fn next(course: &[(Day, FeedbackId)], after: Day) -> Option<FeedbackId> {
    course.iter().find(|(day, _)| *day > after).map(|(_, id)| *id)
}

/// How customers felt whose cases were opened in a period, and others who began to speak in it. Comments in sight only.
pub(crate) async fn feelings(flow: &Flow, scope: &Scope, cases: &[KeptCase], period: Period) -> Result<Feelings, FlowError> {
    let zone = flow.directory().company.zone.clone();
    let until = zone.day(flow.now()).max(period.last);
    let whole = Period { first: period.first, last: until };
    let mut said: BTreeMap<PersonId, Course> = BTreeMap::new();
    for one in flow.store.spoken(scope, &Filter::default(), Some(whole)).await? {
        if let Some(person) = one.person {
            said.entry(person).or_default().push((one.day, one.feedback));
        }
    }
    let answered: Vec<CaseId> = cases.iter().filter(|kept| kept.case.first_answer.is_some()).map(|kept| kept.case.id).collect();
    let whom: HashSet<PersonId> =
        cases.iter().filter(|kept| kept.case.first_answer.is_some()).filter_map(|kept| kept.person).collect();
    let mut silent: Vec<Pair> = said
        .iter()
        .filter(|(person, _)| !whom.contains(person))
        .filter_map(|(_, course)| {
            let (day, begin) = *course.first()?;
            Some((begin, next(course, day)?)).filter(|_| period.contains(day))
        })
        .collect();
    silent.sort_by_key(|(begin, _)| std::cmp::Reverse(*begin));
    silent.truncate(MOST);
    let begins: Vec<FeedbackId> = silent.iter().map(|(begin, _)| *begin).collect();
    let look = move |view: &View| Ok((tables::case::many(view, &answered)?, tables::case::of_feedback(view, &begins)?));
    let (answered, in_cases) = flow.store.read(scope, look).await?;
    silent.retain(|(begin, _)| !in_cases.contains_key(begin));
    let of_case = |kept: &KeptCase| {
        let (course, first) = (said.get(&kept.person?)?, zone.day(kept.case.first_answer?));
        let begin = course.iter().find(|(_, id)| kept.feedback.contains(id))?.1;
        Some((kept.case.id, (begin, next(course, first)?)))
    };
    let again: Vec<(CaseId, Pair)> = answered.iter().filter_map(of_case).collect();

    let wanted: Vec<FeedbackId> = silent.iter().chain(again.iter().map(|(_, pair)| pair)).flat_map(|(a, b)| [*a, *b]).collect();
    let values = flow.store.read(scope, move |view| tables::feedback::sentiments(view, &wanted)).await?;
    let felt = |(a, b): &Pair| Some(Felt { before: *values.get(a)?, after: *values.get(b)? });
    Ok(Feelings {
        cases: again.iter().filter_map(|(id, pair)| Some((*id, felt(pair)?))).collect(),
        unanswered: silent.iter().filter_map(felt).collect(),
    })
}
