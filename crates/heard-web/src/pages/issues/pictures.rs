//! The pictures of issues: why it happens, what drives what, what decides when it is done, and where complaints go. Each can be taken along
//! as a file.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use heard_charts::chart::Svg;
use heard_charts::digraph::{self, Arrow, Digraph};
use heard_charts::fishbone::{self, Fishbone, Rib, Twig};
use heard_charts::network::{self, Network, Task};
use heard_charts::number::whole;
use heard_charts::sankey::{self, End, Outcome, Sankey, Stream};
use heard_charts::twin::Twin;
use heard_domain::directory::Directory;
use heard_domain::id::IssueId;
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::{KeptCause, KeptIssue, Knot};
use heard_domain::plan::{Action, Schedule};
use heard_domain::priority::IssueOrder;
use heard_domain::question::Filter;
use heard_flow::act::issues::causes::{Drives, drives, mentions, naming};
use heard_flow::act::issues::look::{IssueShown, list, open};
use heard_flow::act::issues::plan::scheduled;
use heard_flow::seen::seen;
use heard_store::tables::issue::Sought;

use crate::address::Look;
use crate::extract::{Asked, Id};
use crate::pages::issues::asked::asked;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// A picture with its table.
pub type Picture = (Svg, Twin);

/// Where all comments that pass a filter are, whenever they were said.
pub fn comments(filter: Filter) -> String {
    let joint = if filter.is_empty() { "?" } else { "&" };
    format!("{}{joint}when=ever", Look::at(filter, None).on("/feedback"))
}

/// Why it happens.
pub fn bones(issue: &KeptIssue, detail: &str, causes: &[KeptCause], mentions: &[u64]) -> Picture {
    let own = issue.gathers().map_or_else(|| format!("/issues/{}", issue.id), comments);
    let count = |cause: &KeptCause| {
        let place = causes.iter().position(|one| one.id == cause.id);
        place.and_then(|place| mentions.get(place)).copied().unwrap_or(0)
    };
    let laid: Vec<(&KeptCause, String, String)> = causes
        .iter()
        .filter(|cause| cause.parent.is_none())
        .map(|cause| {
            let below = causes.iter().filter(|one| one.parent == Some(cause.id));
            let why: Vec<&str> = below.map(|one| one.name.as_str()).collect();
            (cause, why.join("; "), naming(issue, cause).map_or_else(|| own.clone(), comments))
        })
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for (cause, ..) in &laid {
        if !names.contains(&cause.bone.as_str()) {
            names.push(&cause.bone);
        }
    }
    let twigs: Vec<(&str, Vec<Twig>)> = names
        .iter()
        .map(|name| {
            let here = laid.iter().filter(|(cause, ..)| cause.bone == *name);
            (*name, here.map(|(cause, why, link)| Twig { name: &cause.name, why, mentions: count(cause), link }).collect())
        })
        .collect();
    let ribs: Vec<Rib> = twigs.iter().map(|(name, twigs)| Rib { name, twigs }).collect();
    let input = Fishbone { effect: &issue.title, detail, ribs: &ribs };
    (fishbone::fishbone(&input), fishbone::twin(&input))
}

/// A line below the title in the fishbone.
pub fn detail(shown: &IssueShown) -> String {
    format!("{} complaints", whole(shown.ever))
}

/// What drives what.
pub fn digraph(name: &str, found: &Drives) -> Picture {
    let links: Vec<String> = found
        .knots
        .iter()
        .map(|(knot, _, issue)| match knot {
            Knot::Issue(_) => format!("/issues/{issue}"),
            Knot::Cause(_) => format!("/issues/{issue}?tab=causes"),
        })
        .collect();
    let knots: Vec<digraph::Knot> =
        found.knots.iter().zip(&links).map(|((_, name, _), link)| digraph::Knot { name, link }).collect();
    let place = |knot: Knot| found.knots.iter().position(|(one, ..)| *one == knot);
    let arrows: Vec<Arrow> = found
        .effects
        .iter()
        .filter_map(|effect| Some(Arrow { from: place(effect.from)?, to: place(effect.to)?, strength: effect.strength }))
        .collect();
    let input = Digraph { id: "drives", name, knots: &knots, arrows: &arrows };
    (digraph::digraph(&input), digraph::twin(&input))
}

/// What decides when all is done.
pub fn network(issue: &KeptIssue, actions: &[Action], schedule: &Schedule, owner: &dyn Fn(&Action) -> String) -> Picture {
    let owners: Vec<String> = actions.iter().map(owner).collect();
    let place = |id| actions.iter().position(|action| action.id == id);
    let after: Vec<Vec<usize>> = actions.iter().map(|action| action.after.iter().filter_map(|id| place(*id)).collect()).collect();
    let links: Vec<String> = actions.iter().map(|action| format!("/issues/{}?tab=plan#action-{}", issue.id, action.id)).collect();
    let tasks: Vec<Task> = actions
        .iter()
        .zip(owners.iter().zip(after.iter().zip(&links)))
        .map(|(action, (owner, (after, link)))| Task { name: &action.name, owner, after, done: action.done, link })
        .collect();
    let input = Network { id: "plan", name: &issue.title, tasks: &tasks, schedule };
    (network::network(&input), network::twin(&input))
}

/// How it ends, from the best for customers.
const OUTCOMES: [Outcome; 4] = [
    Outcome { name: "Verified fixed", end: End::Good },
    Outcome { name: "Reported fixed", end: End::Going },
    Outcome { name: "Under way", end: End::Going },
    Outcome { name: "Nothing yet", end: End::Nothing },
];

/// Where complaints go: from stage to issue, department and outcome. The persons of an issue are divided evenly among its departments.
pub fn flow(issues: &[IssueShown], directory: &Directory) -> Picture {
    let mut streams = Vec::new();
    for shown in issues {
        let kept = &shown.kept;
        let stage = kept.stage.and_then(|id| directory.journey.stage(id)).map_or("Several stages", |stage| stage.name.as_str());
        let parts = kept.work.contributions.len() as u64;
        for (n, one) in (0_u64..).zip(&kept.work.contributions) {
            let persons = shown.facts.persons;
            let count = persons / parts + u64::from(n < persons % parts);
            let department = directory.department(one.department).map_or("A department that is gone", |d| d.name.as_str());
            let outcome = match (shown.state, one.signed.is_some(), one.cause.is_some() || one.fix.is_some()) {
                (IssueState::VerifiedFixed, ..) => 0,
                (_, true, _) => 1,
                (_, false, true) => 2,
                (_, false, false) => 3,
            };
            streams.push(Stream { stage, issue: &kept.title, department, outcome, count });
        }
    }
    let link = |column: usize, name: &str| match column {
        1 => issues
            .iter()
            .find(|one| one.kept.title == name)
            .map_or_else(|| "/issues".to_owned(), |one| format!("/issues/{}", one.kept.id)),
        2 => directory
            .departments
            .iter()
            .find(|department| department.name == name)
            .map_or_else(|| "/issues".to_owned(), |department| format!("/issues?department={}", department.id)),
        0 => directory
            .journey
            .stages
            .iter()
            .find(|stage| stage.name == name)
            .map_or_else(|| "/issues".to_owned(), |stage| format!("/issues?stage={}", stage.id)),
        _ => "/issues".to_owned(),
    };
    let input = Sankey { unit: "persons", streams: &streams, outcomes: &OUTCOMES, link: &link };
    (sankey::sankey(&input), sankey::twin(&input))
}

fn file(name: &str, svg: &Svg) -> Response {
    let disposition = format!("attachment; filename=\"{name}.svg\"");
    ([(CONTENT_TYPE, "image/svg+xml".to_owned()), (CONTENT_DISPOSITION, disposition)], svg.as_str().to_owned()).into_response()
}

/// The fishbone as a file.
pub async fn fishbone_file(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>) -> Result<Response, Problem> {
    let opened = open(&state.flow, &viewer.scope, id).await?;
    let counts = mentions(&state.flow, &viewer.scope, &opened.issue.kept, &opened.causes).await?;
    let (svg, _) = bones(&opened.issue.kept, &detail(&opened.issue), &opened.causes, &counts);
    Ok(file(&format!("{}-causes", opened.issue.name), &svg))
}

/// What drives what as a file.
pub async fn drives_file(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>) -> Result<Response, Problem> {
    let opened = open(&state.flow, &viewer.scope, id).await?;
    let found = drives(&state.flow, &viewer.scope, Some(id)).await?;
    let (svg, _) = digraph(&opened.issue.kept.title, &found);
    Ok(file(&format!("{}-drives", opened.issue.name), &svg))
}

/// The plan as a file.
pub async fn plan_file(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>) -> Result<Response, Problem> {
    let opened = open(&state.flow, &viewer.scope, id).await?;
    let (schedule, _) = scheduled(&state.flow, &opened.issue.kept, &opened.actions)?;
    let (svg, _) = network(&opened.issue.kept, &opened.actions, &schedule, &|_| String::new());
    Ok(file(&format!("{}-plan", opened.issue.name), &svg))
}

/// Where complaints go, as a file.
pub async fn flow_file(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let sought: Sought = asked(&pairs, &directory).sought;
    let issues = list(&state.flow, &viewer.scope, &sought, IssueOrder::Priority, "").await?;
    let (svg, _) = flow(&issues, &directory);
    Ok(file("issues-flow", &svg))
}
