//! Issues: by priority, one with all that was worked out, and what is done to them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::{ActionId, CaseId, CategoryId, DepartmentId, FeedbackId, IssueId, PartnerLinkId, ProposedFixId, StageId};
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::{Effect, IssueStanding, KeptCause, Knot, PartnerLink, ProposedFix};
use heard_domain::plan::{Action, Schedule};
use heard_domain::priority::IssueOrder;
use heard_flow::act::issues::backing;
use heard_flow::act::issues::causes::{self as outlined, outline};
use heard_flow::act::issues::change::{self, IssueDeed, IssueDraft, IssueOutcome};
use heard_flow::act::issues::look::{self, IssueShown};
use heard_flow::act::issues::partner::{self, PartnerDraft};
use heard_flow::act::issues::plan::{self, ActionDates, ActionDraft, scheduled};
use heard_store::tables::issue::Sought;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// The issues that fit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct IssueList {
    /// The first to work on first.
    pub items: Vec<IssueShown>,
}

/// A cause with how many comments name it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CauseShown {
    /// The cause.
    #[serde(flatten)]
    pub cause: KeptCause,
    /// Comments of the issue that name it; 0 where nobody said by which words.
    pub mentions: u64,
}

/// An issue with everything that was worked out about it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct IssueWhole {
    /// The issue.
    pub issue: IssueShown,
    /// The cases in sight that belong to it.
    pub cases: Vec<CaseId>,
    /// Why it happens, in the order of the outline.
    pub causes: Vec<CauseShown>,
    /// The same as the outline that is edited.
    pub outline: String,
    /// Arrows from cause to effect that somebody drew from or to it.
    pub effects: Vec<Effect>,
    /// The work that removes it.
    pub actions: Vec<Action>,
    /// What follows from the plan, by the order of its actions.
    pub schedule: Option<Schedule>,
    /// The days of each action, by the calendar of its department.
    pub dates: Vec<Option<ActionDates>>,
    /// What staff propose.
    pub fixes: Vec<ProposedFix>,
    /// How partners outside take part.
    pub partners: Vec<PartnerLink>,
}

/// What is done to an issue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueChange {
    /// The version that was looked at: whoever has seen an older one is told. None: whatever it is by now.
    #[serde(default)]
    pub version: Option<i64>,
    /// What is done.
    pub act: IssueDeed,
}

/// What is done to several issues.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuesChange {
    /// 1 to 200.
    pub issues: Vec<IssueId>,
    /// What is done.
    pub act: IssueDeed,
}

/// What became of each.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct IssueOutcomes {
    /// In order of their identifiers.
    pub items: Vec<IssueOutcome>,
}

/// The causes of an issue as an outline.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOutline {
    /// The version that was looked at.
    #[serde(default)]
    pub version: Option<i64>,
    /// A department in each line without indentation, its causes below it by two spaces, their causes by two more. After ` = ` stand the words
    /// by which customers name a cause.
    pub outline: String,
}

/// A comment that joins an issue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinFeedback {
    /// Which.
    pub feedback: FeedbackId,
    /// `false`: it leaves it.
    #[serde(default)]
    pub joined: Option<bool>,
}

/// A case that joins an issue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinCase {
    /// Which.
    pub case: CaseId,
    /// `false`: it leaves it.
    #[serde(default)]
    pub joined: Option<bool>,
}

/// A fix that is proposed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFix {
    /// What should be done.
    pub words: String,
}

/// Whether somebody backs it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backed {
    /// Whether.
    pub backed: bool,
}

/// An arrow from cause to effect.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEffect {
    /// The cause.
    pub from: Knot,
    /// What it leads to.
    pub to: Knot,
    /// 1 weak, 2 usual, 3 strong; none: the arrow is taken away.
    #[serde(default)]
    pub strength: Option<u8>,
}

/// A partner's way in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Invited {
    /// The link.
    pub link: PartnerLink,
    /// Its secret: the page is at `/p/` and this. It is never shown again.
    pub secret: String,
}

/// Which issues.
#[derive(JsonSchema, Serialize)]
pub struct IssueParameters {
    /// Of one of these standings; none: all.
    #[serde(default)]
    standing: Vec<IssueStanding>,
    /// In one of these states; none: all.
    #[serde(default)]
    state: Vec<IssueState>,
    /// To which one of these departments contributes.
    #[serde(default)]
    department: Vec<DepartmentId>,
    /// Gathered from one of these categories.
    #[serde(default)]
    category: Vec<CategoryId>,
    /// At one of these stages.
    #[serde(default)]
    stage: Vec<StageId>,
    /// By what they are ordered: priority if not said.
    #[serde(default)]
    order: Option<IssueOrder>,
    /// Of the money that orders them: `EUR` if not said. Never converted.
    #[serde(default)]
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    currency: Option<String>,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<IssueList>, Problem> {
    let (mut sought, mut order, mut currency, mut rest) = (Sought::default(), IssueOrder::Priority, "EUR".to_owned(), Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "standing" => sought.standing.push(one("standing", &value)?),
            "state" => sought.state.push(one("state", &value)?),
            "department" => sought.department.push(one("department", &value)?),
            "category" => sought.category.push(one("category", &value)?),
            "stage" => sought.stage.push(one("stage", &value)?),
            "order" => order = one("order", &value)?,
            "currency" if value.len() == 3 && value.chars().all(|c| c.is_ascii_uppercase()) => currency = value,
            "currency" => return Err(Problem::field("currency", "must be three capital letters")),
            _ => rest.push((name, value)),
        }
    }
    unknown(&rest)?;
    let directory = state.flow.directory();
    if sought.department.iter().any(|id| directory.department(*id).is_none()) {
        return Err(Problem::missing("department"));
    }
    if sought.category.iter().any(|id| directory.taxonomy.category(*id).is_none()) {
        return Err(Problem::missing("category"));
    }
    if sought.stage.iter().any(|id| directory.journey.stage(*id).is_none()) {
        return Err(Problem::missing("stage"));
    }
    Ok(Json(IssueList { items: look::list(&state.flow, &caller.scope, &sought, order, &currency).await? }))
}

/// Opens one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<IssueDraft>,
) -> Result<(StatusCode, Json<IssueShown>), Problem> {
    let kept = change::open(&state.flow, &caller.scope, draft).await?;
    Ok((StatusCode::CREATED, Json(look::one(&state.flow, &caller.scope, kept).await?)))
}

/// Shows one.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<IssueId>) -> Result<Json<IssueWhole>, Problem> {
    let (flow, scope) = (&state.flow, &caller.scope);
    let opened = look::open(flow, scope, id).await?;
    let mentions = outlined::mentions(flow, scope, &opened.issue.kept, &opened.causes).await?;
    let (schedule, dates) = match scheduled(flow, &opened.issue.kept, &opened.actions) {
        Ok((schedule, dates)) => (Some(schedule), dates),
        Err(_) => (None, vec![]),
    };
    Ok(Json(IssueWhole {
        outline: outline(&opened.issue.kept, &opened.causes, &flow.directory()),
        effects: outlined::drives(flow, scope, Some(id)).await?.drawn,
        cases: opened.cases.iter().map(|case| case.kept.case.id).collect(),
        causes: opened.causes.into_iter().zip(mentions).map(|(cause, mentions)| CauseShown { cause, mentions }).collect(),
        schedule: schedule.filter(|_| !opened.actions.is_empty()),
        dates,
        actions: opened.actions,
        fixes: opened.fixes,
        partners: opened.links,
        issue: opened.issue,
    }))
}

/// Does something to one.
pub async fn act(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(IssueChange { version, act }): Body<IssueChange>,
) -> Result<Json<IssueShown>, Problem> {
    let kept = change::change(&state.flow, &caller.scope, id, version, act).await?;
    Ok(Json(look::one(&state.flow, &caller.scope, kept).await?))
}

/// Does the same to several.
pub async fn act_on_many(
    State(state): State<AppState>,
    caller: Caller,
    Body(IssuesChange { issues, act }): Body<IssuesChange>,
) -> Result<Json<IssueOutcomes>, Problem> {
    Ok(Json(IssueOutcomes { items: change::change_many(&state.flow, &caller.scope, issues, act).await? }))
}

/// Sets its causes.
pub async fn causes(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(NewOutline { version, outline }): Body<NewOutline>,
) -> Result<Json<IssueShown>, Problem> {
    let kept = outlined::set(&state.flow, &caller.scope, id, version, &outline).await?;
    Ok(Json(look::one(&state.flow, &caller.scope, kept).await?))
}

/// Joins a comment.
pub async fn join(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(JoinFeedback { feedback, joined }): Body<JoinFeedback>,
) -> Result<Json<IssueShown>, Problem> {
    let kept = change::join(&state.flow, &caller.scope, id, feedback, joined.unwrap_or(true)).await?;
    Ok(Json(look::one(&state.flow, &caller.scope, kept).await?))
}

/// Joins a case.
pub async fn join_case(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(JoinCase { case, joined }): Body<JoinCase>,
) -> Result<Json<IssueShown>, Problem> {
    let kept = change::join_case(&state.flow, &caller.scope, id, case, joined.unwrap_or(true)).await?;
    Ok(Json(look::one(&state.flow, &caller.scope, kept).await?))
}

/// Adds an action.
pub async fn add_action(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(draft): Body<ActionDraft>,
) -> Result<(StatusCode, Json<Action>), Problem> {
    Ok((StatusCode::CREATED, Json(plan::add(&state.flow, &caller.scope, id, None, draft).await?)))
}

/// Changes an action.
pub async fn change_action(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ActionId>,
    Body(patch): Body<Value>,
) -> Result<Json<Action>, Problem> {
    let (_, there) = plan::get(&state.flow, &caller.scope, id).await?;
    let draft = merged(&ActionDraft::from(&there), patch)?;
    Ok(Json(plan::change(&state.flow, &caller.scope, id, draft).await?))
}

/// Removes an action.
pub async fn remove_action(State(state): State<AppState>, caller: Caller, Id(id): Id<ActionId>) -> Result<StatusCode, Problem> {
    plan::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Proposes a fix.
pub async fn propose(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(NewFix { words }): Body<NewFix>,
) -> Result<(StatusCode, Json<ProposedFix>), Problem> {
    Ok((StatusCode::CREATED, Json(backing::propose(&state.flow, &caller.scope, id, &words).await?)))
}

/// Backs a fix.
pub async fn back(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ProposedFixId>,
    Body(Backed { backed }): Body<Backed>,
) -> Result<Json<ProposedFix>, Problem> {
    Ok(Json(backing::back(&state.flow, &caller.scope, id, backed).await?))
}

/// Draws an arrow.
pub async fn draw(
    State(state): State<AppState>,
    caller: Caller,
    Body(NewEffect { from, to, strength }): Body<NewEffect>,
) -> Result<StatusCode, Problem> {
    outlined::draw(&state.flow, &caller.scope, from, to, strength).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a partner in.
pub async fn invite(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(draft): Body<PartnerDraft>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    let (link, secret) = partner::invite(&state.flow, &caller.scope, id, draft).await?;
    Ok((StatusCode::CREATED, Json(Invited { link, secret })))
}

/// Takes a partner's link back.
pub async fn revoke(State(state): State<AppState>, caller: Caller, Id(id): Id<PartnerLinkId>) -> Result<StatusCode, Problem> {
    partner::revoke(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn example() -> Value {
    json!({
        "id": "729382738001", "number": 12, "version": 3, "title": "Codes never arrive at first sign-in", "stage": "729382736500",
        "categories": ["729382736510"], "origin": "found", "standing": "accepted", "merged": null, "opened": "2026-03-22T14:05:00Z",
        "opened_by": null, "changed": "2026-03-24T09:00:00Z", "begins": "2026-03-24", "since": "2026-03-18",
        "contributions": [{ "department": "729382736520", "cause": "One route drops one in six", "fix": null, "signed": null }],
        "verified": false, "reopened": 0, "fixed_on": [], "name": "I-12", "state": "acknowledged",
        "facts": {
            "persons": 229, "accounts": 12, "sentiment": -0.58, "strong": 0.4, "milder": 0.3, "churn": 0.06, "urgent": 0.1,
            "persons_before": 41, "heard": [900, 880], "moment_of_truth": true, "money": [{ "minor": 4_200_000, "currency": "EUR" }],
        },
        "priority": { "reach": 241.0, "severity": 2.45, "trend": 2.0, "stage": 1.5, "product": 1771.35 },
        "comments": 236, "ever": 260,
    })
}

fn action() -> Value {
    json!({
        "id": "729382738101", "name": "Restore 300 s lifetime", "department": "729382736520", "owner": "729382736401", "days": 1,
        "after": [], "done": false,
    })
}

fn fix() -> Value {
    json!({
        "id": "729382738201", "issue": "729382738001", "words": "Send the code by voice call where the text does not arrive",
        "by": "729382736401", "at": "2026-03-23T08:00:00Z", "backed_by": ["729382736401"],
    })
}

fn link() -> Value {
    json!({
        "id": "729382738301", "issue": "729382738001", "department": "729382736521", "name": "Jo at Textline", "made_by": "729382736401",
        "made": "2026-03-23T08:00:00Z", "expires": "2026-06-21T08:00:00Z", "revoked": null,
    })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listIssues", "Issues", "List issues, the first to work on first, with what their priority is made of.")
        .query::<IssueParameters>()
        .or(ProblemCode::NotFound)
        .answers::<IssueList>(200, "The issues", json!({ "items": [example()] }))
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    let draft = json!({ "title": "Codes never arrive at first sign-in", "stage": "729382736500", "categories": ["729382736510"], "departments": ["729382736520"] });
    Doc::new("openIssue", "Issues", "Open an issue. Complaints of its categories at its stage are gathered by themselves.")
        .takes::<IssueDraft>(draft)
        .answers::<IssueShown>(201, "The issue", example())
        .or(ProblemCode::NotFound)
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let cause = json!({
        "id": "729382738401", "bone": "Platform", "parent": null, "name": "New text-message route", "words": "\"text message\"", "mentions": 88,
    });
    let schedule = json!({
        "days": 1, "timings": [{ "earliest_start": 0, "earliest_end": 1, "latest_start": 0, "latest_end": 1 }], "path": [0], "order": [0],
    });
    let whole = json!({
        "issue": example(), "cases": ["729382737001"], "causes": [cause], "outline": "Platform\n  New text-message route = \"text message\"\n",
        "effects": [{ "from": { "cause": "729382738401" }, "to": { "issue": "729382738002" }, "strength": 2 }], "actions": [action()],
        "schedule": schedule, "dates": [{ "first": "2026-03-24", "last": "2026-03-24", "latest": "2026-03-24" }], "fixes": [fix()],
        "partners": [link()],
    });
    Doc::new("getIssue", "Issues", "An issue with its causes, plan, proposed fixes and partners.").answers::<IssueWhole>(
        200,
        "The issue",
        whole,
    )
}

/// Documents [`act`].
pub fn act_doc() -> Doc {
    let about = "Do something to an issue: accept, dismiss, merge, unmerge, describe, involve, leave, state, sign_off, take_back. Only members of a \
         department speak for it, and somebody else signs for each: nobody closes an issue alone.";
    let act = json!({ "do": "describe", "title": "Codes arrive late or never", "stage": null, "categories": [] });
    Doc::new("actOnIssue", "Issues", about)
        .takes::<IssueChange>(json!({ "version": null, "act": act }))
        .answers::<IssueShown>(200, "The issue as it is now", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`act_on_many`].
pub fn act_on_many_doc() -> Doc {
    let outcome = json!({ "issue": "729382738001", "done": true, "reason": null });
    let act = json!({ "do": "describe", "title": "Codes arrive late or never", "stage": null, "categories": [] });
    Doc::new(
        "actOnIssues",
        "Issues",
        "Do the same to several issues in one write; what cannot be done to one leaves the others be.",
    )
    .takes::<IssuesChange>(json!({ "issues": ["729382738001"], "act": act }))
    .answers::<IssueOutcomes>(200, "What became of each", json!({ "items": [outcome] }))
    .or(ProblemCode::NotFound)
}

/// Documents [`causes`].
pub fn causes_doc() -> Doc {
    Doc::new(
        "setCauses",
        "Issues",
        "Set the causes of an issue by an outline. Causes that stand where they stood keep their identifiers.",
    )
    .takes::<NewOutline>(
        json!({ "version": null, "outline": "Platform\n  New text-message route = \"text message\"\n    It was cheaper\n" }),
    )
    .answers::<IssueShown>(200, "The issue as it is now", example())
    .or(ProblemCode::Conflict)
}

/// Documents [`join`].
pub fn join_doc() -> Doc {
    Doc::new("joinFeedback", "Issues", "Join a comment to an issue by hand, beside those that it gathers, or part them.")
        .takes::<JoinFeedback>(json!({ "feedback": "729382736999", "joined": true }))
        .answers::<IssueShown>(200, "The issue as it is now", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`join_case`].
pub fn join_case_doc() -> Doc {
    Doc::new("joinCase", "Issues", "Join a case to an issue, or part them.")
        .takes::<JoinCase>(json!({ "case": "729382737001", "joined": true }))
        .answers::<IssueShown>(200, "The issue as it is now", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`add_action`].
pub fn add_action_doc() -> Doc {
    let draft = json!({ "name": "Restore 300 s lifetime", "department": "729382736520", "owner": "729382736401", "days": 1, "after": [], "done": false });
    Doc::new(
        "addAction",
        "Issues",
        "Add an action to the plan of an issue. Actions that wait for each other in a circle are refused by name.",
    )
    .takes::<ActionDraft>(draft)
    .answers::<Action>(201, "Added", action())
    .or(ProblemCode::Conflict)
}

/// Documents [`change_action`].
pub fn change_action_doc() -> Doc {
    Doc::new("updateAction", "Issues", "Change an action: only the fields sent (JSON merge patch).")
        .changes::<ActionDraft>(json!({ "done": true }))
        .answers::<Action>(200, "Changed", action())
        .or(ProblemCode::Conflict)
}

/// Documents [`remove_action`].
pub fn remove_action_doc() -> Doc {
    Doc::new("deleteAction", "Issues", "Remove an action; what waited for it waits for what it waited for.")
        .answers_nothing("Removed")
        .or(ProblemCode::Conflict)
}

/// Documents [`propose`].
pub fn propose_doc() -> Doc {
    Doc::new("proposeFix", "Issues", "Propose a fix for an issue. Whoever proposes it backs it.")
        .takes::<NewFix>(json!({ "words": "Send the code by voice call where the text does not arrive" }))
        .answers::<ProposedFix>(201, "Proposed", fix())
}

/// Documents [`back`].
pub fn back_doc() -> Doc {
    Doc::new("backFix", "Issues", "Back a proposed fix, or do so no more.")
        .takes::<Backed>(json!({ "backed": true }))
        .answers::<ProposedFix>(200, "The fix as it is now", fix())
}

/// Documents [`draw`].
pub fn draw_doc() -> Doc {
    Doc::new("drawEffect", "Issues", "Draw an arrow from a cause to its effect, over issues and causes, or take it away.")
        .takes::<NewEffect>(json!({ "from": { "issue": "729382738001" }, "to": { "issue": "729382738002" }, "strength": 2 }))
        .answers_nothing("Drawn")
        .or(ProblemCode::NotFound)
        .or(ProblemCode::Conflict)
}

/// Documents [`invite`].
pub fn invite_doc() -> Doc {
    let draft = json!({ "department": "729382736521", "name": "Jo at Textline", "days": 90 });
    let secret = "8fZq0oS2rJ1yqK3m0xF6m4q5c9w2v7b1n8d6s5a4g3h";
    Doc::new(
        "invitePartner",
        "Issues",
        "Make the secret link by which a partner outside takes part in one issue, for one department.",
    )
    .takes::<PartnerDraft>(draft)
    .answers::<Invited>(201, "Made; the secret is never shown again", json!({ "link": link(), "secret": secret }))
    .or(ProblemCode::Conflict)
}

/// Documents [`revoke`].
pub fn revoke_doc() -> Doc {
    Doc::new("revokePartner", "Issues", "Take a partner's link back: it leads nowhere from now on.").answers_nothing("Taken back")
}
