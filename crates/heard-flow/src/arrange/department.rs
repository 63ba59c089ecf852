//! Departments are set up, changed, merged and removed, together with who belongs to them and the categories to which they
//! usually contribute.

use std::collections::BTreeSet;

use heard_domain::audit::{Act, Noun};
use heard_domain::id::{CalendarId, CategoryId, DepartmentId, UserId};
use heard_domain::scope::Scope;
use heard_domain::taxonomy::{Department, Taxonomy};
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::taxonomy_change::{Back, Changed};
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::name::name;
use crate::due::reckon;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The most departments.
const MOST: usize = 500;

/// A department as it shall be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentDraft {
    /// Its name.
    pub name: String,
    /// Who leads it.
    #[serde(default)]
    pub head: Option<String>,
    /// The e-mail address at which it is reached.
    #[serde(default)]
    pub contact: Option<String>,
    /// When it works.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Whether it is a company outside.
    #[serde(default)]
    pub partner: bool,
    /// The users who belong to it.
    #[serde(default)]
    pub members: Vec<UserId>,
    /// The categories to which it usually contributes.
    #[serde(default)]
    pub categories: Vec<CategoryId>,
}

/// A department with who belongs to it and what it contributes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentShown {
    /// The department.
    #[serde(flatten)]
    pub department: Department,
    /// The users who belong to it; empty for who may not shape the company.
    pub members: Vec<UserId>,
    /// The categories to which it usually contributes.
    pub categories: Vec<CategoryId>,
}

impl DepartmentShown {
    /// As a draft that can be changed and set again.
    pub fn draft(self) -> DepartmentDraft {
        let Department { name, head, contact, calendar, partner, .. } = self.department;
        DepartmentDraft { name, head, contact, calendar, partner, members: self.members, categories: self.categories }
    }
}

/// All departments, by name.
pub async fn list(flow: &Flow, scope: &Scope) -> Result<Vec<DepartmentShown>, FlowError> {
    let members = if scope.may(Grant::Shape) { flow.store.read(scope, tables::department::members).await? } else { Vec::new() };
    let directory = flow.directory();
    let shown = |department: &Department| DepartmentShown {
        members: members.iter().filter(|(of, _)| *of == department.id).map(|(_, user)| *user).collect(),
        categories: contributes(&directory.taxonomy, department.id),
        department: department.clone(),
    };
    Ok(directory.departments.iter().map(shown).collect())
}

/// One department.
pub async fn get(flow: &Flow, scope: &Scope, id: DepartmentId) -> Result<DepartmentShown, FlowError> {
    let all = list(flow, scope).await?;
    all.into_iter().find(|shown| shown.department.id == id).ok_or(FlowError::Missing("department"))
}

fn contributes(taxonomy: &Taxonomy, id: DepartmentId) -> Vec<CategoryId> {
    taxonomy.categories.iter().filter(|c| c.departments.contains(&id)).map(|c| c.id).collect()
}

/// Sets up a department.
pub async fn add(flow: &Flow, scope: &Scope, draft: DepartmentDraft) -> Result<DepartmentShown, FlowError> {
    need(scope, Grant::Shape)?;
    if flow.directory().departments.len() >= MOST {
        return Err(FlowError::Conflict(format!("there are {MOST} departments already: remove one first")));
    }
    let id = DepartmentId(flow.id());
    keep(flow, scope, id, draft, Act::Added).await
}

/// Changes a department.
pub async fn change(flow: &Flow, scope: &Scope, id: DepartmentId, draft: DepartmentDraft) -> Result<DepartmentShown, FlowError> {
    need(scope, Grant::Shape)?;
    if flow.directory().department(id).is_none() {
        return Err(FlowError::Missing("department"));
    }
    keep(flow, scope, id, draft, Act::Changed).await
}

async fn keep(
    flow: &Flow,
    scope: &Scope,
    id: DepartmentId,
    draft: DepartmentDraft,
    act: Act,
) -> Result<DepartmentShown, FlowError> {
    let shown = checked(flow, id, draft).await?;
    let (kept, now, by, ids) = (shown.clone(), flow.now(), scope.user(), flow.ids());
    flow.store
        .write(scope, move |tx| {
            let DepartmentShown { department, members, categories } = kept;
            tables::department::save(tx, &department)?;
            tables::department::set_members(tx, id, &members)?;
            reckon(tx, &ids, now)?;
            let name = department.name.clone();
            let usual: BTreeSet<CategoryId> = categories.into_iter().collect();
            let change = |category: CategoryId, departments: &mut Vec<DepartmentId>| {
                departments.retain(|other| *other != id);
                if usual.contains(&category) {
                    departments.push(id);
                    departments.sort_unstable();
                }
            };
            let summary = format!("The usual categories of {name} changed");
            contribute(tx, &Told { at: now, by, summary }, change)?;
            tables::audit::note(tx, now, act, Noun::Department, id.0, &json!({ "name": name, "members": members.len() }))
        })
        .await?;
    flow.refresh().await?;
    Ok(shown)
}

struct Told {
    at: heard_domain::time::Time,
    by: Option<UserId>,
    summary: String,
}

/// Changes the departments of categories; the taxonomy gets a new version only if something differs.
fn contribute(tx: &mut Tx, told: &Told, change: impl Fn(CategoryId, &mut Vec<DepartmentId>)) -> Result<(), StoreError> {
    let before = tables::taxonomy::get(tx)?;
    let mut taxonomy = before.clone();
    for category in &mut taxonomy.categories {
        category.departments.sort_unstable();
        change(category.id, &mut category.departments);
    }
    let sorted = |mut taxonomy: Taxonomy| {
        taxonomy.categories.iter_mut().for_each(|category| category.departments.sort_unstable());
        taxonomy
    };
    if sorted(taxonomy.clone()) == sorted(before.clone()) {
        return Ok(());
    }
    let version = tables::taxonomy::save(tx, &taxonomy)?;
    let changed = Changed { version, at: told.at, by: told.by, act: "department".to_owned(), summary: told.summary.clone() };
    tables::taxonomy_change::note(tx, &changed, &Back::to(before))
}

/// What merging or removing a department touches, as it is now.
pub async fn effect(flow: &Flow, scope: &Scope, id: DepartmentId) -> Result<DepartmentShown, FlowError> {
    need(scope, Grant::Shape)?;
    get(flow, scope, id).await
}

/// Makes one department of two: the first is gone; its members and categories are those of the second.
pub async fn merge(flow: &Flow, scope: &Scope, id: DepartmentId, into: DepartmentId) -> Result<DepartmentShown, FlowError> {
    need(scope, Grant::Shape)?;
    let from = flow.directory().department(id).cloned().ok_or(FlowError::Missing("department"))?;
    if id == into {
        return Err(FlowError::rule("into", "must be another department"));
    }
    let to =
        flow.directory().department(into).cloned().ok_or_else(|| FlowError::Unknown { field: "into", what: "department" })?;
    let (now, by, ids) = (flow.now(), scope.user(), flow.ids());
    flow.store
        .write(scope, move |tx| {
            let members: BTreeSet<UserId> = tables::department::members(tx)?
                .into_iter()
                .filter(|(of, _)| *of == id || *of == into)
                .map(|(_, user)| user)
                .collect();
            let change = |_: CategoryId, departments: &mut Vec<DepartmentId>| {
                if departments.contains(&id) {
                    departments.retain(|other| *other != id && *other != into);
                    departments.push(into);
                    departments.sort_unstable();
                }
            };
            let summary = format!("{} is now part of {}", from.name, to.name);
            contribute(tx, &Told { at: now, by, summary }, change)?;
            tables::case::hand_over(tx, id, into)?;
            tables::issue::hand_over(tx, id, into)?;
            tables::commitment::hand_over(tx, id, into)?;
            tables::department::remove(tx, id)?;
            reckon(tx, &ids, now)?;
            tables::department::set_members(tx, into, &members.into_iter().collect::<Vec<_>>())?;
            let detail = json!({ "name": from.name, "into": to.name });
            tables::audit::note(tx, now, Act::Merged, Noun::Department, id.0, &detail)
        })
        .await?;
    flow.refresh().await?;
    get(flow, scope, into).await
}

/// Removes a department: nobody belongs to it, and no category names it any more. One that has cases cannot go: they are
/// customers' matters, and somebody has to have them.
pub async fn remove(flow: &Flow, scope: &Scope, id: DepartmentId) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let department = flow.directory().department(id).cloned().ok_or(FlowError::Missing("department"))?;
    let (_, cases) = flow.store.read(&Scope::system(), move |view| tables::case::count_of(view, id)).await?;
    if cases > 0 {
        let words = format!("“{}” has {cases} cases: merge it into another department, which then has them", department.name);
        return Err(FlowError::Conflict(words));
    }
    let issues = flow.store.read(&Scope::system(), move |view| tables::issue::count_of(view, id)).await?;
    if issues > 0 {
        let words = format!(
            "“{}” contributes to {issues} issues: merge it into another department, or let it leave them",
            department.name
        );
        return Err(FlowError::Conflict(words));
    }
    let (now, by) = (flow.now(), scope.user());
    flow.store
        .write(scope, move |tx| {
            let summary = format!("{} was removed", department.name);
            contribute(tx, &Told { at: now, by, summary }, |_, departments| departments.retain(|other| *other != id))?;
            tables::issue::leave(tx, id)?;
            tables::department::remove(tx, id)?;
            tables::audit::note(tx, now, Act::Removed, Noun::Department, id.0, &json!({ "name": department.name }))
        })
        .await?;
    flow.refresh().await
}

/// Makes a user belong to exactly these departments.
pub async fn set_of_user(flow: &Flow, scope: &Scope, user: UserId, departments: Vec<DepartmentId>) -> Result<(), FlowError> {
    need(scope, Grant::Administer)?;
    let directory = flow.directory();
    if departments.iter().any(|id| directory.department(*id).is_none()) {
        return Err(FlowError::Unknown { field: "departments", what: "department" });
    }
    let now = flow.now();
    let known = flow
        .store
        .write(scope, move |tx| {
            if tables::user::get(tx, user)?.is_none() {
                return Ok(false);
            }
            tables::department::set_of_user(tx, user, &departments)?;
            tables::audit::note(tx, now, Act::Changed, Noun::User, user.0, &json!({ "departments": departments.len() }))?;
            Ok(true)
        })
        .await?;
    if known { Ok(()) } else { Err(FlowError::Missing("user")) }
}

async fn checked(flow: &Flow, id: DepartmentId, draft: DepartmentDraft) -> Result<DepartmentShown, FlowError> {
    let directory = flow.directory();
    let name = name("name", &draft.name)?;
    let same = |other: &Department| other.id != id && other.name.to_lowercase() == name.to_lowercase();
    if directory.departments.iter().any(same) {
        return Err(FlowError::rule("name", format!("there is a department “{name}” already")));
    }
    let head = draft.head.map(|head| head.trim().to_owned()).filter(|head| !head.is_empty());
    let head = head.map(|head| crate::arrange::name::name("head", &head)).transpose()?;
    let contact = draft.contact.map(|contact| contact.trim().to_lowercase()).filter(|contact| !contact.is_empty());
    if let Some(contact) = &contact {
        let plausible = contact.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'));
        if !plausible || contact.len() > 254 || contact.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(FlowError::rule("contact", "is not an e-mail address"));
        }
    }
    if draft.calendar.is_some_and(|calendar| directory.calendar(calendar).is_none()) {
        return Err(FlowError::Unknown { field: "calendar", what: "calendar" });
    }
    if draft.categories.iter().any(|category| directory.taxonomy.category(*category).is_none()) {
        return Err(FlowError::Unknown { field: "categories", what: "category" });
    }
    let users = flow.store.read(&Scope::system(), tables::user::list).await?;
    if draft.members.iter().any(|member| !users.iter().any(|user| user.id == *member)) {
        return Err(FlowError::Unknown { field: "members", what: "user" });
    }
    let members: BTreeSet<UserId> = draft.members.into_iter().collect();
    let categories: BTreeSet<CategoryId> = draft.categories.into_iter().collect();
    let department = Department { id, name, head, contact, calendar: draft.calendar, partner: draft.partner };
    let (members, categories) = (members.into_iter().collect(), categories.into_iter().collect());
    Ok(DepartmentShown { department, members, categories })
}
