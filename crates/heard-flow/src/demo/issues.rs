//! The issues of the simulated company: opened, worked on and signed by its people, through the same steps as any other.

use heard_domain::cause::LONGEST;
use heard_domain::id::{ActionId, DepartmentId, IssueId};
use heard_domain::kept_issue::Knot;
use heard_domain::scope::Scope;
use heard_domain::time::Day;
use heard_domain::user::{Role, User};

use crate::act::issues::change::{IssueDeed, IssueDraft, change, open};
use crate::act::issues::plan::{self, ActionDraft};
use crate::act::issues::{backing, causes, gathering};
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
    /// Which of these have signed; in effect since the fix was announced.
    signed: &'static [&'static str],
    /// What is done.
    plan: &'static [Planned],
    proposed: &'static [&'static str],
}

const TOLD: [Told; 5] = [
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

fn since(problem: &Problem, today: Day) -> Day {
    problem.fixes.first().map_or(today, |fix| fix.announced)
}

/// Opens the issues, and lets Heard propose what else has grown. `unknown`: passwords that nobody knows.
pub(super) async fn issues(flow: &Flow, founded: &Company, unknown: impl Fn() -> String) -> Result<(), FlowError> {
    let members = staff(flow, founded, unknown).await?;
    let today = founded.period.last;
    let mut opened: Vec<(ProblemId, IssueId)> = Vec::new();
    for told in &TOLD {
        let Some(problem) = founded.problems.iter().find(|problem| problem.id == told.problem) else { continue };
        if let Some(id) = one(flow, founded, &members, told, problem, today).await? {
            opened.push((told.problem, id));
        }
    }
    let id = |wanted| opened.iter().find(|(problem, _)| *problem == wanted).map(|(_, id)| *id);
    if let (Some(cause), Some(effect), Some((_, member))) =
        (id(ProblemId::LoginCode), id(ProblemId::LockedOutQueue), members.first())
    {
        let scope = Scope::of_user(member);
        causes::draw(flow, &scope, Knot::Issue(cause), Knot::Issue(effect), Some(3)).await?;
    }
    gathering::run(flow, today).await?;
    Ok(())
}

async fn one(
    flow: &Flow,
    founded: &Company,
    members: &[(DepartmentId, User)],
    told: &Told,
    problem: &Problem,
    today: Day,
) -> Result<Option<IssueId>, FlowError> {
    let department = |name: &str| founded.departments.iter().find(|one| one.name == name).map(|one| one.id);
    let of = |name: &str| {
        let id = department(name)?;
        members.iter().find(|(of, _)| *of == id).map(|(id, user)| (*id, Scope::of_user(user)))
    };
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
    for name in told.signed {
        let Some((department, scope)) = of(name) else { continue };
        let fixed_on = Some(since(problem, today));
        change(flow, &scope, id, None, IssueDeed::SignOff { department, fixed_on }).await?;
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
        plan::begin(flow, &opener, id, today + -3).await?;
    }
    for words in told.proposed {
        let fix = backing::propose(flow, &opener, id, words).await?;
        for (_, member) in members.iter().skip(2) {
            backing::back(flow, &Scope::of_user(member), fix.id, true).await?;
        }
    }
    Ok(Some(id))
}
