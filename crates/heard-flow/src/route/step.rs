//! Routing: comments that were read go to every department that plays a part; they open cases or join them, and those on duty are
//! told. Each rule sends a comment once for ever, however often it is read again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use heard_domain::alert::{Alert, AlertKind};
use heard_domain::audit::{Act, Noun};
use heard_domain::directory::Directory;
use heard_domain::feedback::Feedback;
use heard_domain::id::{AccountId, AlertId, CaseId, DepartmentId, FeedbackId, JobId, RuleId};
use heard_domain::place::PLACE;
use heard_domain::reading::Reading;
use heard_domain::rule::{Routed, Router, Rule, Urgency};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::rule::RuleState;
use heard_store::view::{Tx, View};
use serde_json::json;

use crate::act::change::desk;
use crate::act::opening::{Became, CaseMatter, Desk, open_or_join, place_of};
use crate::act::staff::{Spot, Staff};
use crate::alerting::{Told, keep};
use crate::error::FlowError;
use crate::flow::Flow;
use crate::onward::{HERE, HISTORY, SENDER, YES, is_history, proven, says};
use crate::route::matching::{comment, key_accounts};

/// So many are routed in one write.
const BATCH: usize = 500;

/// Routes these; the jobs that asked for it are finished with the last of them.
pub(crate) async fn run(flow: &Flow, ids: &[FeedbackId], jobs: Vec<JobId>) -> Result<(), FlowError> {
    let (rules, staff) = flow.store.read(&Scope::system(), |view| Ok((tables::rule::list(view)?, Staff::load(view)?))).await?;
    let on: Arc<Vec<RuleState>> = Arc::new(rules.into_iter().filter(|state| state.rule.on).collect());
    let mut batches = ids.chunks(BATCH).peekable();
    if ids.is_empty() {
        return Ok(flow.store.write(&Scope::system(), move |tx| finish(tx, &jobs)).await?);
    }
    let mut jobs = Some(jobs);
    while let Some(batch) = batches.next() {
        let wanted = batch.to_vec();
        let look = move |view: &View| {
            let mut feedback = tables::feedback::many(view, &wanted)?;
            feedback.retain(|one| !is_history(one.at, one.heard));
            let fresh: Vec<FeedbackId> = feedback.iter().map(|one| one.id).collect();
            let keys = key_accounts(view, &feedback)?;
            Ok((tables::reading::many(view, &fresh)?, feedback, keys))
        };
        let (readings, feedback, keys) = flow.store.read(&Scope::system(), look).await?;
        let directory = knowing(flow, &feedback).await?;
        let mut feedback = feedback;
        feedback.retain(|one| !says(&directory, one, HISTORY, YES));
        let (now, rules, all) = (flow.now(), Arc::clone(&on), Arc::clone(&directory));
        let decide = move || {
            let readings: HashMap<FeedbackId, Reading> = readings.into_iter().map(|r| (r.feedback, r)).collect();
            let both = |feedback: Feedback| Some((readings.get(&feedback.id)?.clone(), feedback));
            let read: Vec<(Reading, Feedback)> = feedback.into_iter().filter_map(both).collect();
            decided(&all, &rules, read, &keys, now)
        };
        let decided = tokio::task::spawn_blocking(decide).await.map_err(FlowError::internal)?;
        let sending = Sending { desk: desk(flow), directory, staff: staff.clone(), rules: Arc::clone(&on) };
        let done = if batches.peek().is_none() { jobs.take().unwrap_or_default() } else { Vec::new() };
        let write = move |tx: &mut Tx| {
            let told = sending.send(tx, &decided)?;
            finish(tx, &done)?;
            Ok(told)
        };
        flow.alert(flow.store.write(&Scope::system(), write).await?);
    }
    Ok(())
}

fn finish(tx: &mut Tx, jobs: &[JobId]) -> Result<(), StoreError> {
    jobs.iter().try_for_each(|job| tables::job::finish(tx, *job))
}

/// The company's names, with those that came in together with these comments.
async fn knowing(flow: &Flow, feedback: &[Feedback]) -> Result<Arc<Directory>, FlowError> {
    let directory = flow.directory();
    let asked = [PLACE, HERE, SENDER, HISTORY];
    let known = |feedback: &Feedback| {
        feedback.attributes.iter().all(|(attribute, value)| {
            match directory.attributes.iter().find(|known| known.id == *attribute) {
                // Of others only the values are new, and nothing is asked of them.
                Some(known) if asked.iter().any(|name| known.name.eq_ignore_ascii_case(name)) => {
                    directory.value(*attribute, *value).is_some()
                }
                Some(_) => true,
                None => false,
            }
        })
    };
    let posts = feedback.iter().all(|feedback| directory.posts.iter().any(|post| post.id == feedback.post));
    if posts && feedback.iter().all(known) {
        return Ok(directory);
    }
    flow.refresh().await?;
    Ok(flow.directory())
}

/// A comment that goes somewhere.
struct Decided {
    feedback: Feedback,
    routed: Routed,
    here: bool,
    reading: Reading,
}

/// Where each comment goes. A rule holds for what was heard since it was switched on.
fn decided(
    directory: &Directory,
    rules: &[RuleState],
    read: Vec<(Reading, Feedback)>,
    keys: &HashSet<AccountId>,
    now: Time,
) -> Vec<Decided> {
    let valid = |feedback: &Feedback| -> Vec<bool> {
        rules.iter().map(|state| state.since.is_some_and(|since| since <= feedback.heard)).collect()
    };
    // Mostly all were heard at once, and one router serves them all.
    let mut groups: HashMap<Vec<bool>, Vec<(Reading, Feedback)>> = HashMap::new();
    for (reading, feedback) in read {
        groups.entry(valid(&feedback)).or_default().push((reading, feedback));
    }
    let mut decided = Vec::new();
    for (valid, group) in groups {
        let holding: Vec<Rule> =
            rules.iter().zip(valid).filter(|(_, valid)| *valid).map(|(state, _)| state.rule.clone()).collect();
        let router = Router::new(&holding, None, &directory.taxonomy);
        for (reading, feedback) in group {
            let asked = comment(directory, &feedback, &reading, keys, now);
            let (routed, here) = (router.route(&asked), asked.still_there);
            if !routed.rules.is_empty() || (here && routed.urgency == Urgency::Now) {
                decided.push(Decided { feedback, routed, here, reading });
            }
        }
    }
    decided.sort_by_key(|one| one.feedback.id);
    decided
}

/// What sending needs.
struct Sending {
    desk: Desk,
    directory: Arc<Directory>,
    staff: Staff,
    rules: Arc<Vec<RuleState>>,
}

impl Sending {
    fn send(&self, tx: &mut Tx, decided: &[Decided]) -> Result<Vec<Told>, StoreError> {
        let ids: Vec<FeedbackId> = decided.iter().map(|one| one.feedback.id).collect();
        let sent = tables::rule::sent(tx, &ids)?;
        // What was withdrawn meanwhile goes nowhere.
        let there: Vec<FeedbackId> = tables::feedback::many(tx, &ids)?.into_iter().map(|feedback| feedback.id).collect();
        let mut told = Vec::new();
        for one in decided.iter().filter(|one| there.contains(&one.feedback.id)) {
            let id = one.feedback.id;
            let new = |rule: &&RuleId| !sent.contains(&(id, **rule));
            let rules: Vec<RuleId> = one.routed.rules.iter().filter(new).copied().collect();
            let here = one.here && one.routed.urgency == Urgency::Now && !tables::alert::told_here(tx, id)?;
            if !rules.is_empty() || here {
                told.extend(self.send_one(tx, one, &rules, here)?);
            }
        }
        Ok(told)
    }

    fn send_one(&self, tx: &mut Tx, one: &Decided, rules: &[RuleId], here: bool) -> Result<Option<Told>, StoreError> {
        let id = one.feedback.id;
        let there = |id: &DepartmentId| self.directory.department(*id).is_some();
        let departments: Vec<DepartmentId> = one.routed.departments.iter().copied().filter(there).collect();
        tables::rule::send(tx, id, rules, &departments, self.desk.now)?;
        let ways: Vec<&Rule> = self.rules.iter().map(|state| &state.rule).filter(|rule| rules.contains(&rule.id)).collect();
        let opening = ways.iter().find(|rule| rule.way.opens_case);
        // The first department that the rule names has the case; the others contribute.
        let has = opening.and_then(|rule| rule.way.departments.iter().find(|id| there(id)).or(departments.first()).copied());
        let case = has.map(|has| self.open(tx, one, rules, has, &departments)).transpose()?;
        if !here && !ways.iter().any(|rule| rule.way.alerts) {
            return Ok(None);
        }
        self.alert(tx, one, here, departments, case)
    }

    fn open(
        &self,
        tx: &mut Tx,
        one: &Decided,
        rules: &[RuleId],
        department: DepartmentId,
        departments: &[DepartmentId],
    ) -> Result<CaseId, StoreError> {
        let (feedback, main) = (&one.feedback, one.reading.weightiest());
        let post = self.directory.posts.iter().find(|post| post.id == feedback.post);
        let matter = CaseMatter {
            feedback: feedback.id,
            post: feedback.post,
            promise_hours: post.and_then(|post| post.promise_hours),
            person: feedback.person,
            account: feedback.account,
            stage: main.and_then(|passage| passage.stage.as_ref()).map(|label| label.value),
            category: main.and_then(|passage| passage.categories.first()).map(|label| label.value),
            place: place_of(&self.directory, feedback),
            here: one.here,
            proven: proven(&self.directory, feedback),
            urgency: one.routed.urgency,
            department,
            departments: departments.to_vec(),
            rules: rules.to_vec(),
        };
        let (kept, act) = match open_or_join(tx, &self.desk, &matter, None)? {
            Became::Opened(kept) => (kept, Some(Act::Added)),
            Became::Joined(kept) => (kept, Some(Act::Changed)),
            Became::Known(kept) => (kept, None),
        };
        if let Some(act) = act {
            let detail = json!({ "number": kept.number, "feedback": feedback.id, "rules": rules });
            tables::audit::note(tx, self.desk.now, act, Noun::Case, kept.case.id.0, &detail)?;
        }
        Ok(kept.case.id)
    }

    fn alert(
        &self,
        tx: &mut Tx,
        one: &Decided,
        here: bool,
        departments: Vec<DepartmentId>,
        case: Option<CaseId>,
    ) -> Result<Option<Told>, StoreError> {
        let spot = Spot { post: one.feedback.post, place: place_of(&self.directory, &one.feedback), here };
        let users = self.staff.told(&self.directory, &self.desk.hours, &departments, spot, self.desk.now);
        let alert = Alert {
            id: AlertId(self.desk.id()),
            kind: if here { AlertKind::Here } else { AlertKind::Routed },
            at: self.desk.now,
            urgency: one.routed.urgency,
            post: spot.post,
            place: spot.place,
            departments,
            feedback: Some(one.feedback.id),
            case,
        };
        // Kept also where there is nobody to tell: programs that listen are told.
        Ok(Some(keep(tx, &self.desk.ids, alert, users)?))
    }
}
