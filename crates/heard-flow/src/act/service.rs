//! How well customers are served: first whether it helped, by their own word; last how long it took.

use std::collections::HashMap;
use std::sync::Arc;

use heard_domain::case::CaseState;
use heard_domain::helpfulness::{Served, ServedCase, helpfulness};
use heard_domain::id::{CaseId, DepartmentId};
use heard_domain::kept_case::KeptCase;
use heard_domain::scope::Scope;
use heard_domain::statistics::share;
use heard_domain::time::{Period, Time};
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::View;

use crate::act::felt::{Feelings, feelings};
use crate::due::Hours;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::kept::Asked;

/// How customers whose cases were opened in a period were served: all, then department by department, the one with most cases
/// first.
pub async fn service(flow: &Flow, scope: &Scope, period: Period) -> Result<Vec<Served>, FlowError> {
    need(scope, Grant::ReadCases)?;
    let known = Asked::of(&flow.store, flow.named());
    let directory = flow.directory();
    let asked = (scope.reach.clone(), period, directory.company.zone.day(flow.now()), known);
    if let Some(found) = flow.served.get(&asked, Time(0)) {
        return Ok(found.to_vec());
    }
    let (from, until) = (directory.company.zone.start(period.first), directory.company.zone.start(period.last + 1));
    let look = move |view: &View| {
        // What is part of another case is served there.
        let mut cases = tables::case::opened_between(view, from, until)?;
        cases.retain(|kept| kept.case.state != CaseState::Merged);
        let ids: Vec<CaseId> = cases.iter().map(|kept| kept.case.id).collect();
        Ok((tables::case_entry::count_answers(view, &ids)?, cases))
    };
    let (answers, cases) = flow.store.read(scope, look).await?;
    let hours = Hours::of(&directory);
    let felt = feelings(flow, scope, &cases, period).await?;
    let all = served(None, &cases.iter().collect::<Vec<_>>(), &answers, &felt, &hours);
    let mut departments: Vec<Served> = directory
        .departments
        .iter()
        .map(|department| {
            let own: Vec<&KeptCase> = cases.iter().filter(|kept| kept.case.department == department.id).collect();
            served(Some(department.id), &own, &answers, &felt, &hours)
        })
        .filter(|served| served.opened > 0)
        .collect();
    departments.sort_by_key(|served| std::cmp::Reverse(served.opened));
    let found: Vec<Served> = [all].into_iter().chain(departments).collect();
    flow.served.put(asked, flow.now(), Arc::new(found.clone()));
    Ok(found)
}

fn served(
    department: Option<DepartmentId>,
    cases: &[&KeptCase],
    answers: &HashMap<CaseId, u32>,
    felt: &Feelings,
    hours: &Hours,
) -> Served {
    let count = |holds: &dyn Fn(&KeptCase) -> bool| cases.iter().filter(|kept| holds(kept)).count() as u64;
    // By the case's own clock: it stands still while the customer is waited for, and runs by the calendar of who has the case.
    let waited = |kept: &KeptCase| {
        let first = kept.case.first_answer?;
        let clock = kept.case.first_countdown.map(|first| (first.used / 60_000).unsigned_abs());
        Some(clock.unwrap_or_else(|| hours.calendar(kept.case.department).minutes_between(kept.opened, first)))
    };
    let kept_promise = |kept: &KeptCase| {
        let old = || waited(kept).is_some_and(|waited| waited <= u64::from(kept.case.countdown.promised));
        kept.case.first_countdown.map_or_else(old, |first| first.kept())
    };
    let one = |kept: &&KeptCase| ServedCase {
        asked: kept.case.asked.is_some(),
        helped: kept.case.helped,
        answers: answers.get(&kept.case.id).copied().unwrap_or(0),
        minutes_to_answer: waited(kept),
        felt: felt.cases.get(&kept.case.id).copied(),
    };
    let answered = count(&|kept| kept.case.first_answer.is_some());
    let in_time = count(&kept_promise);
    Served {
        department,
        helpfulness: helpfulness(&cases.iter().map(one).collect::<Vec<_>>(), &felt.unanswered),
        opened: cases.len() as u64,
        answered,
        yes: count(&|kept| kept.case.helped == Some(true)),
        no: count(&|kept| kept.case.helped == Some(false)),
        silent: count(&|kept| kept.case.state == CaseState::Silent),
        reopened: count(&|kept| kept.case.reopened > 0),
        in_time: share(in_time, answered),
    }
}
