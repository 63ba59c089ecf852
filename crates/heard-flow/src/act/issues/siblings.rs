//! Sibling places: where a fix was verified that some places complained about, the other places at which the same is lived are asked whether
//! it happens there too. Each place is asked once; whoever works there or belongs to a contributing department answers.

use std::collections::HashMap;

use heard_domain::audit::{Act, Noun};
use heard_domain::directory::Directory;
use heard_domain::id::{AttributeId, DepartmentId, IssueId, PlaceId, ValueId};
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::KeptIssue;
use heard_domain::place::{PLACE, Place};
use heard_domain::question::Filter;
use heard_domain::scope::{Reach, Scope};
use heard_domain::sibling::{LONGEST_FOUND, PlaceAnswer, PlaceCheck, PlaceFound};
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::issues::look::{acting, party};
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// A place counts as one where the same is lived if the stage was spoken of there within so many days.
const LIVED_DAYS: i32 = 365;

/// What was asked of a place, with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceChecked {
    /// What was asked, and found.
    #[serde(flatten)]
    pub check: PlaceCheck,
    /// The name of the place.
    pub name: String,
}

/// The value by which feedback says that it belongs to a place.
fn word_of(directory: &Directory, place: &Place) -> Option<(AttributeId, ValueId)> {
    let attribute = directory.attributes.iter().find(|attribute| attribute.name == PLACE)?.id;
    let value = directory.values.get(&attribute)?.iter().find(|value| value.value == place.name)?.id;
    Some((attribute, value))
}

/// Asks the places that are like those at which people complained; done again it asks who was not asked yet.
pub async fn prompt(flow: &Flow, issue: IssueId) -> Result<(), FlowError> {
    let scope = Scope::system();
    let kept = flow.store.read(&scope, move |view| tables::issue::get(view, issue)).await?;
    let Some(kept) = kept.filter(|kept| kept.state() == IssueState::VerifiedFixed) else { return Ok(()) };
    let Some(complaints) = kept.gathers() else { return Ok(()) };
    // The same kind: where the stage is lived, or where the same is spoken of if it has no stage.
    let lived = match kept.stage {
        Some(stage) => Filter { stage: vec![stage], ..Filter::default() },
        None => Filter { category: kept.categories.clone(), ..Filter::default() },
    };
    let directory = flow.directory();
    let year = Period::ending(directory.company.zone.day(flow.now()), LIVED_DAYS);
    let (mut complained, mut others) = (0, Vec::new());
    for place in &directory.places {
        let Some(word) = word_of(&directory, place) else { continue };
        let at = |filter: &Filter| Filter { attribute: vec![word], ..filter.clone() };
        if flow.store.find(&scope, &at(&complaints), None, None, 1).await?.total > 0 {
            complained += 1;
        } else if flow.store.find(&scope, &at(&lived), Some(year), None, 1).await?.total > 0 {
            others.push(place.id);
        }
    }
    if complained == 0 || others.is_empty() {
        return Ok(());
    }
    let now = flow.now();
    let write = move |tx: &mut Tx| {
        let mut asked = 0;
        for place in others {
            asked += u64::from(tables::place_check::ask(tx, issue, place, now)?);
        }
        if asked > 0 {
            let detail = json!({ "number": kept.number, "places": asked });
            tables::audit::note(tx, now, Act::Added, Noun::PlaceCheck, issue.0, &detail)?;
        }
        Ok(())
    };
    Ok(flow.store.write(&scope, write).await?)
}

/// What was asked of other places for an issue.
pub async fn checks(flow: &Flow, scope: &Scope, issue: IssueId) -> Result<Vec<PlaceChecked>, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let look = move |view: &View| Ok((tables::issue::get(view, issue)?.is_some(), tables::place_check::of_issue(view, issue)?));
    let (there, checks) = flow.store.read(scope, look).await?;
    if !there {
        return Err(FlowError::Missing("issue"));
    }
    Ok(named(&flow.directory(), checks))
}

fn named(directory: &Directory, checks: Vec<PlaceCheck>) -> Vec<PlaceChecked> {
    let name = |id: PlaceId| directory.places.iter().find(|place| place.id == id).map(|place| place.name.clone());
    let mut all: Vec<PlaceChecked> =
        checks.into_iter().filter_map(|check| Some(PlaceChecked { name: name(check.place)?, check })).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The issues of a department for which a place has not answered yet, each with how many.
pub async fn waiting(flow: &Flow, scope: &Scope, department: DepartmentId) -> Result<Vec<(KeptIssue, u64)>, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let look = move |view: &View| {
        let mut found: Vec<(KeptIssue, u64)> = Vec::new();
        let checks = tables::place_check::waiting(view)?;
        if checks.is_empty() {
            return Ok(found);
        }
        let sought = Sought { department: vec![department], ..Sought::default() };
        let mut own: HashMap<IssueId, KeptIssue> =
            tables::issue::list(view, &sought)?.into_iter().map(|kept| (kept.id, kept)).collect();
        for check in checks {
            if let Some((_, n)) = found.iter_mut().find(|(kept, _)| kept.id == check.issue) {
                *n += 1;
            } else {
                found.extend(own.remove(&check.issue).map(|kept| (kept, 1)));
            }
        }
        Ok(found)
    };
    Ok(flow.store.read(scope, look).await?)
}

/// Somebody says what they found at a place; a later answer takes the place of an earlier one.
pub async fn answer(
    flow: &Flow,
    scope: &Scope,
    issue: IssueId,
    place: PlaceId,
    answer: PlaceAnswer,
    words: &str,
) -> Result<PlaceChecked, FlowError> {
    need(scope, Grant::WriteIssues)?;
    let there = checks(flow, scope, issue).await?.into_iter().find(|one| one.check.place == place);
    let there = there.ok_or(FlowError::Missing("check at this place"))?;
    let words = words.replace("\r\n", "\n").trim().to_owned();
    match words.chars().count() {
        n if n > LONGEST_FOUND => {
            return Err(FlowError::rule("words", format!("has {n} characters; at most {LONGEST_FOUND} are allowed")));
        }
        _ if words.contains('\0') => return Err(FlowError::rule("words", "holds a NUL character")),
        _ => {}
    }
    let acting = acting(flow, scope).await?;
    let kept = flow.store.read(scope, move |view| tables::issue::get(view, issue)).await?;
    let kept = kept.ok_or(FlowError::Missing("issue"))?;
    if !kept.shaped_by(&party(&acting)) && !works_at(&flow.directory(), scope, place) {
        let words = "whoever works at this place, or belongs to a contributing department, says what they found there";
        return Err(FlowError::Conflict(words.to_owned()));
    }
    let found = PlaceFound { answer, words, by: acting.user, at: flow.now() };
    let (given, number, name) = (found.clone(), kept.number, there.name.clone());
    let write = move |tx: &mut Tx| {
        if !tables::place_check::answer(tx, issue, place, &given)? {
            return Ok(false);
        }
        let detail = json!({ "number": number, "place": name, "answer": given.answer });
        tables::audit::note(tx, given.at, Act::Changed, Noun::PlaceCheck, issue.0, &detail)?;
        Ok(true)
    };
    if flow.store.write(scope, write).await? {
        return Ok(PlaceChecked { check: PlaceCheck { found: Some(found), ..there.check }, name: there.name });
    }
    Err(FlowError::Missing("check at this place"))
}

/// Whoever sees only posts that stand at a place works there.
fn works_at(directory: &Directory, scope: &Scope, place: PlaceId) -> bool {
    let Reach::Posts(posts) = &scope.reach else { return false };
    directory.posts.iter().any(|post| post.place == Some(place) && posts.contains(&post.id))
}
