//! The issues of the simulated company: opened, worked on and signed by its people, through the same steps as any other.

use std::collections::VecDeque;

use heard_domain::cause::LONGEST;
use heard_domain::id::{ActionId, DepartmentId, IssueId};
use heard_domain::kept_issue::Knot;
use heard_domain::scope::Scope;
use heard_domain::time::Day;
use heard_domain::user::{Role, User};

use crate::act::issues::change::{IssueDeed, IssueDraft, change, open};
use crate::act::issues::plan::{self, ActionDraft};
use crate::act::issues::{backing, causes, gathering};
use crate::act::verify;
use crate::arrange::department::set_of_user;
use crate::arrange::user::{self, UserDraft};
use crate::demo::simulate::Company;
use crate::demo::truth::{Problem, ProblemId};
use crate::error::FlowError;
use crate::flow::Flow;

/// Who speaks for a department: address, name, department.
const MEMBERS: [(&str, &str, &str); 5] = [
    ("ines.moreau@larkfield.example", "Ines Moreau", "Platform"),
    ("lena.fox@larkfield.example", "Lena Fox", "Product"),
    ("marek.nowak@larkfield.example", "Marek Nowak", "Finance"),
    ("priya.shah@larkfield.example", "Priya Shah", "Risk"),
    ("jonas.weber@larkfield.example", "Jonas Weber", "Support"),
];

/// What a department says of an issue: its name, cause and fix.
type Said = (&'static str, &'static str, Option<&'static str>);

/// An action: its name, department, working days, the places of those it waits for, whether it is done.
type Planned = (&'static str, &'static str, u32, &'static [usize], bool);

/// An issue of the company.
struct Told {
    problem: ProblemId,
    title: &'static str,
    outline: &'static str,
    said: &'static [Said],
    /// Which of these have signed, in effect since each fix was announced.
    signed: &'static [&'static str],
    /// What is to be done.
    plan: &'static [Planned],
    proposed: &'static [&'static str],
}

const TOLD: [Told; 6] = [
    Told {
        problem: ProblemId::LoginCode,
        title: "Locked out at first sign-in",
        outline: "Platform\n  New text-message route = text*\n    One carrier drops 1 in 6\n  Code lives 60 s = expire*\n    It was 300 s before release 8.2\n  No fallback channel = call*\n    The voice call was switched off\n\
                  Support\n  Front line cannot resend = resend*\n    The permission is missing\n  Help page assumes the old phone = phone\n\
                  Texting partner (outside)\n  Delivery is not measured = arrive*\n    Only what was sent is counted\n",
        said: &[
            (
                "Platform",
                "Release 8.2 moved the texts to a new route and shortened the code's life to 60 seconds",
                Some("300 seconds again, and a voice call where no text arrives"),
            ),
            (
                "Support",
                "The front line cannot send a code again and does not see whether it arrived",
                Some("A button to send it again by another way"),
            ),
        ],
        signed: &["Support"],
        plan: &[
            ("Confirm the cause on traces", "Platform", 2, &[], true),
            ("Restore 300 s lifetime", "Platform", 1, &[0], true),
            ("Rewrite the code message", "Product", 2, &[0], false),
            ("Legal check of the fallback", "Risk", 4, &[0], false),
            ("Build the voice fallback", "Platform", 5, &[1, 3], false),
            ("Update help pages", "Support", 2, &[2], false),
            ("Beta with 12 champions", "Product", 3, &[2, 4], false),
            ("Brief the front line", "Support", 2, &[5], false),
            ("Roll out in steps", "Platform", 2, &[6, 7], false),
            ("Write back to those locked out", "Support", 2, &[8], false),
            ("Watch the delivery rate", "Platform", 5, &[8], false),
        ],
        proposed: &["Let customers choose e-mail for the code", "Show in the app how long the code still lives"],
    },
    Told {
        problem: ProblemId::InvoiceLayout,
        title: "Nobody understands the invoice",
        outline: "Finance\n  Services listed by internal number = number*\n  VAT on the last page = VAT\nProduct\n  Template was made without customers = template*\n",
        said: &[
            (
                "Finance",
                "The new template lists every service by its internal number",
                Some("One line per plan, total and VAT on the first page"),
            ),
            ("Product", "No customer saw the template before it went out", Some("Five customers read every template first")),
        ],
        signed: &["Finance", "Product"],
        plan: &[],
        proposed: &[],
    },
    Told {
        problem: ProblemId::DoubledBookings,
        title: "Payments are booked twice",
        outline: "Platform\n  Pending and booked have other numbers = twice\nProduct\n  The accounting program is not part of the tests = accounting\n",
        said: &[
            ("Platform", "A payment is sent when pending and again when booked", Some("Release 7.9 compares the numbers")),
            ("Product", "Nobody tests with the accounting program", Some("It belongs to the tests of every release")),
        ],
        signed: &["Platform", "Product"],
        plan: &[],
        proposed: &["Compare amount, day and account, not the number"],
    },
    Told {
        problem: ProblemId::CardAbroad,
        title: "Cards are declined abroad",
        outline: "Risk\n  The table of countries is out of date = country\nPlatform\n  Nobody notices when a table grows old = abroad\n",
        said: &[
            (
                "Risk",
                "The fraud rule for travel takes the terminal's country from a table that is out of date",
                Some("The table is brought up to date"),
            ),
            ("Platform", "Nothing says how old a table is", Some("The age of every table is watched")),
        ],
        signed: &["Risk", "Platform"],
        plan: &[],
        proposed: &["Fetch the table every night"],
    },
    Told {
        problem: ProblemId::LockedOutQueue,
        title: "Nobody answers the help line",
        outline: "Support\n  Locked-out customers fill the queue = code*\n  Everybody calls for certificates in January = certificate*\nPlatform\n  The help line is the only way left = locked\n",
        said: &[("Support", "Who cannot sign in can only call", None)],
        signed: &[],
        plan: &[
            ("Call back instead of waiting", "Support", 3, &[], false),
            ("Certificates by themselves again", "Finance", 8, &[], false),
        ],
        proposed: &["Tell callers how long it takes"],
    },
    Told {
        problem: ProblemId::QuarterlyReview,
        title: "Accounts are blocked before anybody asks",
        outline: "Risk\n  All accounts in the same two weeks = review*\n  It blocks before it asks = block*\n",
        said: &[("Risk", "The review runs for all accounts at once and blocks first", None)],
        signed: &[],
        plan: &[],
        proposed: &[],
    },
];

async fn staff(flow: &Flow, founded: &Company, unknown: impl Fn() -> String) -> Result<Vec<(DepartmentId, User)>, FlowError> {
    let scope = Scope::system();
    let mut members = Vec::new();
    for (email, name, department) in MEMBERS {
        let Some(id) = founded.departments.iter().find(|one| one.name == department).map(|one| one.id) else { continue };
        let (role, active) = (Role::DepartmentMember, true);
        let draft = UserDraft { email: email.to_owned(), name: name.to_owned(), role, posts: None, active };
        let member = user::add(flow, &scope, draft, &unknown()).await?;
        set_of_user(flow, &scope, member.id, vec![id]).await?;
        members.push((id, member));
    }
    Ok(members)
}

/// So long after the first complaints somebody opens an issue, in days.
const NOTICED: i32 = 21;
/// Every so many days of the past it is looked whether fixes hold; in the last weeks every night.
const LOOKED: i32 = 14;
/// Where no fix was announced, whoever has signed has done so these days ago.
const SIGNED_AGO: i32 = 2;

/// What happens on a day: to which of [`TOLD`], or to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Opened(usize),
    Signed(usize, Day),
    LookedAt,
}

/// How issues are worked on, day by day: in the past, and in the weeks that are lived through.
pub(super) struct Past {
    members: Vec<(DepartmentId, User)>,
    steps: VecDeque<(Day, Step)>,
    opened: Vec<(ProblemId, IssueId)>,
}

impl Past {
    /// All that will happen. `unknown`: passwords that nobody knows.
    pub(super) async fn of(flow: &Flow, founded: &Company, unknown: impl Fn() -> String) -> Result<Self, FlowError> {
        let members = staff(flow, founded, unknown).await?;
        let last = founded.period.last;
        let mut steps = Vec::new();
        for (place, told) in TOLD.iter().enumerate() {
            let Some(problem) = founded.problems.iter().find(|problem| problem.id == told.problem) else { continue };
            // What returns every quarter is noticed the last time it does.
            let spell = if problem.fixes.is_empty() { problem.spells.last() } else { problem.spells.first() };
            let Some(spell) = spell else { continue };
            let noticed = (spell.period.first + NOTICED).min(last);
            steps.push((noticed, Step::Opened(place)));
            let mut signed: Vec<Day> = problem.fixes.iter().map(|fix| fix.announced).filter(|day| *day > noticed).collect();
            if signed.is_empty() && !told.signed.is_empty() {
                signed.push((last + -SIGNED_AGO).max(noticed));
            }
            steps.extend(signed.into_iter().map(|day| (day, Step::Signed(place, day))));
        }
        if let Some(first) = steps.iter().map(|(day, _)| *day).min() {
            let days = (0..).map(|n| first + n * LOOKED).take_while(|day| *day < last);
            steps.extend(days.map(|day| (day, Step::LookedAt)));
        }
        steps.sort_unstable();
        Ok(Self { members, steps: steps.into(), opened: vec![] })
    }

    /// What happens up to a day. `at`: sets the clock to a day, where that is past.
    pub(super) async fn until(
        &mut self,
        flow: &Flow,
        founded: &Company,
        day: Day,
        at: &(dyn Fn(Day) + Sync),
    ) -> Result<(), FlowError> {
        while let Some((on, step)) = self.steps.pop_front_if(|(on, _)| *on <= day) {
            at(on);
            match step {
                Step::Opened(place) => {
                    let Some(told) = TOLD.get(place) else { continue };
                    let Some(problem) = founded.problems.iter().find(|problem| problem.id == told.problem) else { continue };
                    if let Some(id) = one(flow, founded, &self.members, told, problem).await? {
                        self.opened.push((told.problem, id));
                    }
                }
                Step::Signed(place, fixed_on) => {
                    let Some(told) = TOLD.get(place) else { continue };
                    if let Some(id) = self.id(told.problem) {
                        signed(flow, founded, &self.members, told, id, fixed_on).await?;
                    }
                }
                Step::LookedAt => verify::tend(flow).await?,
            }
        }
        Ok(())
    }

    fn id(&self, wanted: ProblemId) -> Option<IssueId> {
        self.opened.iter().find(|(problem, _)| *problem == wanted).map(|(_, id)| *id)
    }

    /// One thing leads to another, and Heard proposes what else has grown.
    pub(super) async fn end(&self, flow: &Flow, founded: &Company) -> Result<(), FlowError> {
        if let (Some(cause), Some(effect), Some((_, member))) =
            (self.id(ProblemId::LoginCode), self.id(ProblemId::LockedOutQueue), self.members.first())
        {
            let scope = Scope::of_user(member);
            causes::draw(flow, &scope, Knot::Issue(cause), Knot::Issue(effect), Some(3)).await?;
        }
        verify::tend(flow).await?;
        gathering::run(flow, founded.period.last, Some(founded.period.last)).await?;
        Ok(())
    }
}

/// Who speaks for a department.
fn speaker(founded: &Company, members: &[(DepartmentId, User)], name: &str) -> Option<(DepartmentId, Scope)> {
    let id = founded.departments.iter().find(|one| one.name == name).map(|one| one.id)?;
    members.iter().find(|(of, _)| *of == id).map(|(id, user)| (*id, Scope::of_user(user)))
}

/// The departments that have mended it sign; what came back is signed anew.
async fn signed(
    flow: &Flow,
    founded: &Company,
    members: &[(DepartmentId, User)],
    told: &Told,
    id: IssueId,
    fixed_on: Day,
) -> Result<(), FlowError> {
    for name in told.signed {
        let Some((department, scope)) = speaker(founded, members, name) else { continue };
        match change(flow, &scope, id, None, IssueDeed::SignOff { department, fixed_on: Some(fixed_on) }).await {
            // What holds already, or was mended too long ago to be signed for, is not signed for.
            Ok(_) | Err(FlowError::Conflict(_) | FlowError::Rule { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn one(
    flow: &Flow,
    founded: &Company,
    members: &[(DepartmentId, User)],
    told: &Told,
    problem: &Problem,
) -> Result<Option<IssueId>, FlowError> {
    let department = |name: &str| founded.departments.iter().find(|one| one.name == name).map(|one| one.id);
    let of = |name: &str| speaker(founded, members, name);
    let departments: Vec<DepartmentId> = problem.departments.iter().filter_map(|name| department(name)).collect();
    let Some((_, opener)) = problem.departments.iter().find_map(|name| of(name)) else { return Ok(None) };
    let draft =
        IssueDraft { title: told.title.to_owned(), stage: Some(problem.stage), categories: vec![problem.category], departments };
    let id = open(flow, &opener, draft).await?.id;
    debug_assert!(told.outline.lines().all(|line| line.chars().count() <= LONGEST));
    causes::set(flow, &opener, id, None, told.outline).await?;
    for (name, cause, fix) in told.said {
        let Some((department, scope)) = of(name) else { continue };
        let deed = IssueDeed::State { department, cause: Some((*cause).to_owned()), fix: fix.map(str::to_owned) };
        change(flow, &scope, id, None, deed).await?;
    }
    let mut placed: Vec<ActionId> = Vec::new();
    for (name, by, days, after, done) in told.plan {
        let draft = ActionDraft {
            name: (*name).to_owned(),
            department: department(by),
            owner: None,
            days: *days,
            after: after.iter().filter_map(|place| placed.get(*place).copied()).collect(),
            done: *done,
        };
        placed.push(plan::add(flow, &opener, id, None, draft).await?.id);
    }
    if !told.plan.is_empty() {
        plan::begin(flow, &opener, id, founded.period.last + -3).await?;
    }
    for words in told.proposed {
        let fix = backing::propose(flow, &opener, id, words).await?;
        for (_, member) in members.iter().skip(2) {
            backing::back(flow, &Scope::of_user(member), fix.id, true).await?;
        }
    }
    Ok(Some(id))
}
