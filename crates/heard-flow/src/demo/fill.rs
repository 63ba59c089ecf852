//! Filling: the simulated company is put into Heard through the same steps as any other.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use heard_domain::directory::Company as Named;
use heard_domain::feedback::NewFeedback;
use heard_domain::form::{Ask, FormDraft};
use heard_domain::id::{PostId, TouchpointId, UserId};
use heard_domain::post::Lack;
use heard_domain::reading::{Intent, Polarity};
use heard_domain::rule::{Conditions, Urgency, Way};
use heard_domain::scope::Scope;
use heard_domain::starter::plan::Planted;
use heard_domain::time::{Day, Time};
use heard_domain::user::Role;

use crate::arrange::post::PostDraft;
use crate::arrange::user::UserDraft;
use crate::arrange::{account, company, department, form, post, starter, user};
use crate::demo::arranged;
use crate::demo::days::{look, moments, read_digests, worker};
use crate::demo::issues::Past;
use crate::demo::promised::{operations, promises};
use crate::demo::simulate::{Comment, Company, Simulation};
use crate::demo::visitors::Visitors;
use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::take::{Heard, MOST_AT_ONCE, take};
use crate::route::rules::{self, RuleDraft};
use crate::work;

/// How many comments are handed over while those before are read.
const STRETCH: usize = 2_500;

/// The admin of the demonstration.
pub const ADMIN: (&str, &str) = ("rosa.kivi@larkfield.example", "Rosa Kivi");

/// Colleagues who answer for posts: address, name, role, posts.
const COLLEAGUES: [(&str, &str, Role, &[&str]); 5] = [
    ("samir.haddad@larkfield.example", "Samir Haddad", Role::Analyst, &["Relationship survey", "Review sites"]),
    (
        "aino.laine@larkfield.example",
        "Aino Laine",
        Role::DepartmentMember,
        &["First-weeks survey", "In-app feedback", "App stores"],
    ),
    ("ngozi.eze@larkfield.example", "Ngozi Eze", Role::AccountManager, &["Account visits"]),
    (
        "tomi.berg@larkfield.example",
        "Tomi Berg",
        Role::DepartmentMember,
        &["Help line notes", "After-contact survey", "Support e-mail", "Chat"],
    ),
    ("elena.vidal@larkfield.example", "Elena Vidal", Role::Executive, &[]),
];

/// What was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// Comments that are kept.
    pub comments: usize,
    /// Business customers.
    pub accounts: usize,
}

/// A password that nobody knows.
fn unknown(flow: &Flow) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(flow.secret::<24>())
}

/// Founds the company in an empty Heard and lets all its comments be heard and read, at one moment. `told` is given how many
/// comments have been heard so far. Identifiers of stages, touchpoints and categories are those of the simulated company.
pub async fn fill(
    flow: &Arc<Flow>,
    simulation: Simulation,
    password: &str,
    told: impl FnMut(usize),
) -> Result<Filled, FlowError> {
    live(flow, &|_| (), simulation, password, told).await
}

/// The same, with the last weeks lived through day by day: `clock` sets the clock of the flow to a moment, or (`None`) back to the
/// real one.
pub async fn live(
    flow: &Arc<Flow>,
    clock: &(dyn Fn(Option<Time>) + Sync),
    simulation: Simulation,
    password: &str,
    mut told: impl FnMut(usize),
) -> Result<Filled, FlowError> {
    let founded = Company::new(simulation);
    let moments = moments(&founded.zone, simulation.end);
    let from = moments.first().copied().unwrap_or(simulation.end);
    clock(Some(from));
    let posts = found(flow, &founded, password).await?;
    let mut comments = founded.comments().peekable();
    let mut kept = 0;
    loop {
        let before = |comment: &Comment| comment.feedback.at < from;
        let stretch: Vec<Comment> = std::iter::from_fn(|| comments.next_if(before)).take(STRETCH).collect();
        if stretch.is_empty() {
            break;
        }
        let (heard, read) = tokio::join!(hear(flow, &posts, stretch), work::drain(flow));
        read?;
        kept += heard?;
        told(kept);
    }
    work::drain(flow).await?;
    caught_up(flow).await?;
    let mut past = Past::of(flow, &founded, || unknown(flow)).await?;
    let ten = |day: Day| clock(founded.zone.moment(day, 10, 0, 0));
    past.until(flow, &founded, founded.zone.day(from) + -1, &ten).await?;
    let mut workers = Vec::new();
    for (email, department, prompt) in BELONG {
        workers.extend(worker(flow, email, department, prompt).await?);
    }
    let mut visitors = Visitors::of(flow, posts.get(WITH_FORM).copied()).await?;
    for moment in moments {
        clock(Some(moment));
        let last = moment == simulation.end;
        let now = |comment: &Comment| last || comment.feedback.at < moment;
        let stretch: Vec<Comment> = std::iter::from_fn(|| comments.next_if(now)).collect();
        kept += hear(flow, &posts, stretch).await?;
        work::drain(flow).await?;
        caught_up(flow).await?;
        past.until(flow, &founded, founded.zone.day(moment), &|_| ()).await?;
        for worker in &workers {
            look(flow, worker, "Aino Laine").await?;
            read_digests(flow, worker).await?;
        }
        if !last {
            kept += visitors.come(flow, clock, moment).await?;
        }
        told(kept);
    }
    clock(None);
    work::drain(flow).await?;
    caught_up(flow).await?;
    past.end(flow, &founded).await?;
    Ok(Filled { comments: kept, accounts: founded.accounts.len() })
}

/// Waits until figures and search know all that was heard.
async fn caught_up(flow: &Flow) -> Result<(), FlowError> {
    let store = flow.store.clone();
    Ok(tokio::task::spawn_blocking(move || store.caught_up()).await.map_err(FlowError::internal)??)
}

/// Company, journey, taxonomy, users, accounts and posts. Gives the posts by name.
async fn found(flow: &Arc<Flow>, founded: &Company, password: &str) -> Result<BTreeMap<String, PostId>, FlowError> {
    let scope = Scope::system();
    let planted = Planted {
        journey: founded.journey.clone(),
        taxonomy: founded.taxonomy.clone(),
        departments: founded.departments.iter().cloned().map(arranged::department).collect(),
        calendars: arranged::calendars(&founded.zone),
        segments: arranged::segments(),
    };
    starter::plant(flow, &scope, planted).await?;
    company::set(flow, &scope, Named { name: founded.name.to_owned(), zone: founded.zone.clone() }).await?;
    let admin = user::first(flow, ADMIN.0, ADMIN.1, password).await?;
    let mut owners: BTreeMap<&str, UserId> = BTreeMap::new();
    for (email, name, role, posts) in COLLEAGUES {
        let draft = UserDraft { email: email.to_owned(), name: name.to_owned(), role, posts: None, active: true };
        let colleague = user::add(flow, &scope, draft, &unknown(flow)).await?;
        owners.extend(posts.iter().map(|post| (*post, colleague.id)));
    }
    account::keep(flow, &scope, founded.accounts.clone()).await?;
    belong(flow).await?;
    promises(flow, founded, owners.get("Account visits").copied()).await?;
    operations(flow, founded).await?;
    rule(flow, founded).await?;
    let mut posts = BTreeMap::new();
    for simulated in &founded.posts {
        let owner =
            owners.get(simulated.name.as_str()).copied().or((!simulated.lacks().contains(&Lack::Process)).then_some(admin.id));
        let draft = PostDraft { owner, ..PostDraft::from(simulated.clone()) };
        let added = post::add(flow, &scope, draft).await?;
        if added.name == WITH_FORM {
            form::save(flow, &scope, added.id, asked(added.touchpoint)).await?;
        }
        posts.insert(added.name, added.id);
    }
    Ok(posts)
}

/// Whom calls for help and talk of leaving go to: what was said in the last days opens cases.
const ANSWERS: &str = "Support";

/// Who belongs to which department, and whether they read their digests at once.
const BELONG: [(&str, &str, bool); 4] = [
    ("tomi.berg@larkfield.example", ANSWERS, true),
    ("aino.laine@larkfield.example", "Product", true),
    ("aino.laine@larkfield.example", "Platform", false),
    ("ngozi.eze@larkfield.example", "Finance", false),
];

/// Makes them belong there.
async fn belong(flow: &Arc<Flow>) -> Result<(), FlowError> {
    let users = flow.store.read(&Scope::system(), heard_store::tables::user::list).await?;
    let directory = flow.directory();
    for user in users {
        let named = |name: &str| directory.departments.iter().find(|known| known.name == name).map(|known| known.id);
        let own = BELONG.iter().filter(|(email, ..)| *email == user.email).filter_map(|(_, name, _)| named(name));
        let own: Vec<_> = own.collect();
        if !own.is_empty() {
            department::set_of_user(flow, &Scope::system(), user.id, own).await?;
        }
    }
    Ok(())
}

/// The rules of the company.
async fn rule(flow: &Arc<Flow>, founded: &Company) -> Result<(), FlowError> {
    let scope = Scope::system();
    let Some(support) = founded.departments.iter().find(|department| department.name == ANSWERS) else { return Ok(()) };
    let named = |name: &str| founded.departments.iter().find(|department| department.name == name).map(|known| known.id);
    let others = |names: [&str; 2]| [support.id].into_iter().chain(names.into_iter().filter_map(named)).collect::<Vec<_>>();
    for (name, intent, urgency, departments, alerts) in [
        ("Who speaks of leaving", Intent::Churn, Urgency::High, others(["Sales", "Product"]), false),
        ("Calls for help", Intent::Urgent, Urgency::Now, others(["Platform", "Product"]), true),
        ("Broken promises", Intent::BrokenPromise, Urgency::Normal, others(["Marketing", "Product"]), false),
        ("Complaints", Intent::Complaint, Urgency::Normal, others(["Product", "Platform"]), false),
    ] {
        let when = Conditions { intent: vec![intent], polarity: vec![Polarity::Negative], ..Conditions::default() };
        let way = Way { departments, opens_case: true, alerts, urgency: Some(urgency) };
        rules::add(flow, &scope, RuleDraft { name: name.to_owned(), on: true, when, way }).await?;
    }
    Ok(())
}

/// The post whose feedback form is open.
const WITH_FORM: &str = "In-app feedback";

/// What that form asks.
fn asked(touchpoint: Option<TouchpointId>) -> FormDraft {
    FormDraft {
        open: true,
        question: "How is the app doing for you, and what should we mend first?".to_owned(),
        rating: Some(Ask::Csat),
        touchpoints: touchpoint.into_iter().collect(),
        thanks: "Thank you. We sort what you say every Monday, and the release notes tell what came of it.".to_owned(),
        ..FormDraft::default()
    }
}

/// Hands a stretch of comments over, post by post. Gives how many were kept.
async fn hear(flow: &Flow, posts: &BTreeMap<String, PostId>, stretch: Vec<Comment>) -> Result<usize, FlowError> {
    let mut by_post: BTreeMap<PostId, Vec<NewFeedback>> = BTreeMap::new();
    for comment in stretch {
        let post = posts.get(comment.post).ok_or(FlowError::Missing("listening post"))?;
        by_post.entry(*post).or_default().push(comment.feedback);
    }
    let mut kept = 0;
    for (post, mut heard) in by_post {
        while !heard.is_empty() {
            let rest = heard.split_off(heard.len().min(MOST_AT_ONCE));
            let answers = take(flow, &Scope::system(), post, heard).await?;
            for answer in answers {
                match answer {
                    Heard::Added(_) => kept += 1,
                    Heard::Refused(bad) => return Err(bad.into()),
                    Heard::Known(_) | Heard::Revised(_) | Heard::Differs(_) => {}
                }
            }
            heard = rest;
        }
    }
    Ok(kept)
}
