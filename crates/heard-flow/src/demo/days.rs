//! The last weeks of the demonstration, by their own clock: what customers say is heard when they say it, rules open cases, and staff
//! answer some at once, some late, and some not yet. Everything goes through the steps that people use.

use heard_domain::case::CaseState;
use heard_domain::case_entry::SpokenBy;
use heard_domain::digest::DigestState;
use heard_domain::id::{DepartmentId, UserId};
use heard_domain::kept_case::FIRST_NUMBER;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Time, Zone};
use heard_domain::user::User;
use heard_store::tables;
use heard_store::tables::case::Sought;

use crate::act::cadence;
use crate::act::change::{CaseDeed, change};
use crate::act::look::{CaseShown, queue};
use crate::act::promise::{CasePromiseDraft, promise};
use crate::act::thread::{TaskDraft, note, set_task};
use crate::error::FlowError;
use crate::flow::Flow;

/// So many days before the end are lived through one by one.
pub(crate) const LIVED: i32 = 22;
/// At these hours of a day what was said since is heard, and staff look at their queue.
pub(crate) const HOURS: [i8; 4] = [9, 12, 15, 19];

/// The moments of the last weeks at which things happen, in order, up to the end.
pub(crate) fn moments(zone: &Zone, end: Time) -> Vec<Time> {
    let last = zone.day(end);
    let days = (0..=LIVED).map(|back| last + (back - LIVED));
    let at = |day: Day| HOURS.into_iter().filter_map(move |hour| zone.moment(day, hour, 0, 0));
    let mut moments: Vec<Time> = days.flat_map(at).filter(|moment| *moment < end).collect();
    moments.push(end);
    moments
}

/// What Support says, in turn.
const ANSWERS: [&str; 5] = [
    "Thank you for telling us so plainly. I have looked into your account, put right what had gone wrong, and watched it work once.",
    "I am sorry: this should not have happened to you. It is mended on our side, and you do not have to do anything more.",
    "You were charged twice, that is our mistake. The second amount goes back to you today.",
    "I have called the people who look after this and stayed on the line until it was done. Please try once more.",
    "This is how it works at the moment, and I see why it is in your way. I have passed your words on to those who decide it.",
];

/// Somebody who works in the demonstration.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    /// Who.
    pub(crate) user: User,
    /// Of which department.
    pub(crate) department: DepartmentId,
    /// Whether they read their digests at once; others read them late or not at all.
    pub(crate) prompt: bool,
}

impl Worker {
    fn scope(&self) -> Scope {
        Scope::of_user(&self.user)
    }
}

/// How staff deal with a case, by its number: the same company every time.
enum Manner {
    /// Answered within the promise.
    Soon,
    /// The customer is asked for something first.
    Asks,
    /// Taken, noted, with a task; answered a day later.
    Tasks,
    /// Answered with a promise.
    Promises,
    /// Answered only after two days.
    Late,
    /// Nobody has found the time yet.
    Never,
}

fn manner(number: i64) -> Manner {
    match (number - FIRST_NUMBER).rem_euclid(9) {
        0 | 3 | 6 => Manner::Soon,
        1 => Manner::Promises,
        2 => Manner::Late,
        4 => Manner::Asks,
        5 | 8 => Manner::Tasks,
        _ => Manner::Never,
    }
}

/// One look of a worker at the queue of their department.
pub(crate) async fn look(flow: &Flow, worker: &Worker, colleague: &str) -> Result<(), FlowError> {
    let scope = worker.scope();
    let sought = Sought { states: vec![CaseState::Open], departments: vec![worker.department], ..Sought::default() };
    let open = queue(flow, &scope, &sought, None, 500).await?.cases;
    for shown in open.into_iter().filter(|shown| shown.kept.case.department == worker.department) {
        work_on(flow, &scope, worker.user.id, &shown, colleague).await?;
    }
    Ok(())
}

async fn work_on(flow: &Flow, scope: &Scope, user: UserId, shown: &CaseShown, colleague: &str) -> Result<(), FlowError> {
    const HOUR_MS: i64 = 3_600_000;
    let (kept, now) = (&shown.kept, flow.now());
    let (id, number) = (kept.case.id, kept.number);
    let age = now.0 - kept.opened.0;
    let taken = kept.case.assigned.is_some();
    // Who has a page of their own reads the answer there.
    let thread = flow.store.read(scope, move |view| tables::thread::of_case(view, id)).await?;
    let way = if thread.is_some() { SpokenBy::Heard } else { SpokenBy::Email };
    let words = |of: i64| ANSWERS.iter().cycle().nth(usize::try_from(of).unwrap_or_default() % ANSWERS.len());
    let answer = || CaseDeed::Answer { text: words(number).copied().unwrap_or_default().to_owned(), way };
    let deed = match manner(number) {
        Manner::Soon if age >= 2 * HOUR_MS => Some(answer()),
        Manner::Asks if age >= 3 * HOUR_MS => {
            let text = "Which version do you use, and what does the page say when it stops? A picture of it would help us most.";
            Some(CaseDeed::Ask { text: text.to_owned(), way })
        }
        Manner::Tasks if !taken => {
            note(flow, scope, id, &format!("@{colleague}, have you seen this before? It looks like the one of last week."))
                .await?;
            let due = flow.directory().company.zone.day(now) + 1;
            let task = TaskDraft { words: "Find out when it began".to_owned(), owner: Some(user), due: Some(due), done: false };
            set_task(flow, scope, id, task).await?;
            Some(CaseDeed::Take)
        }
        Manner::Tasks if age >= 26 * HOUR_MS => Some(answer()),
        Manner::Promises if age >= HOUR_MS => {
            let due = flow.directory().company.zone.day(now) + 4;
            let words = "The second amount is back on your account".to_owned();
            promise(flow, scope, id, CasePromiseDraft { words, due }).await?;
            Some(answer())
        }
        Manner::Late if age >= 50 * HOUR_MS => Some(answer()),
        // What nobody looks at for two weeks is an exception here as well.
        Manner::Never if age >= 9 * 24 * HOUR_MS => Some(answer()),
        Manner::Soon | Manner::Asks | Manner::Tasks | Manner::Promises | Manner::Late | Manner::Never => None,
    };
    if let Some(deed) = deed {
        change(flow, scope, id, None, deed).await?;
    }
    Ok(())
}

/// Who reads digests at once reads them now; others only once they were reminded, or not at all.
pub(crate) async fn read_digests(flow: &Flow, worker: &Worker) -> Result<(), FlowError> {
    let scope = worker.scope();
    let own = cadence::waiting_for(flow, &scope).await?.own.into_iter().filter(|digest| digest.department == worker.department);
    for digest in own {
        let reads = if worker.prompt { true } else { digest.state() == DigestState::Reminded && digest.week.0 % 2 == 0 };
        if reads {
            cadence::acknowledge(flow, &scope, digest.department, digest.week).await?;
        }
    }
    Ok(())
}

/// Who works where: a user by their address and the department by its name.
pub(crate) async fn worker(flow: &Flow, email: &str, department: &str, prompt: bool) -> Result<Option<Worker>, FlowError> {
    let users = flow.store.read(&Scope::system(), tables::user::list).await?;
    let user = users.into_iter().find(|user| user.email == email);
    let department = flow.directory().departments.iter().find(|known| known.name == department).map(|known| known.id);
    Ok(user.zip(department).map(|(user, department)| Worker { user, department, prompt }))
}
