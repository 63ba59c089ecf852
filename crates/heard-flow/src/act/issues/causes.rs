//! Causes: why an issue happens, written as an outline and drawn as a fishbone; and what drives what, over issues and causes.

use std::collections::HashMap;

use heard_domain::cause::{Bone, OutlinedCause, read_outline, write_outline};
use heard_domain::directory::Directory;
use heard_domain::id::{CauseId, IssueId};
use heard_domain::issue::IssueRefused;
use heard_domain::kept_issue::{Effect, IssueStanding, KeptCause, KeptIssue, Knot};
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::view::{Tx, View};

use crate::act::issues::change::{IssueAttempt, doing};
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// What stands between the name of a cause and the words by which customers name it.
const WORDS: &str = " = ";

fn with_words(cause: &KeptCause) -> String {
    if cause.words.is_empty() { cause.name.clone() } else { format!("{}{WORDS}{}", cause.name, cause.words) }
}

/// The outline as it is edited. Departments that contribute and stand in no branch yet stand at the end, with the cause they stated.
pub fn outline(issue: &KeptIssue, causes: &[KeptCause], directory: &Directory) -> String {
    fn below(causes: &[KeptCause], bone: &str, parent: Option<CauseId>) -> Vec<OutlinedCause> {
        let here = causes.iter().filter(|cause| cause.bone == bone && cause.parent == parent);
        here.map(|cause| OutlinedCause { name: with_words(cause), why: below(causes, bone, Some(cause.id)) }).collect()
    }
    let mut bones: Vec<Bone> = Vec::new();
    for cause in causes {
        if !bones.iter().any(|bone| bone.name == cause.bone) {
            bones.push(Bone { name: cause.bone.clone(), causes: below(causes, &cause.bone, None) });
        }
    }
    for one in &issue.work.contributions {
        let Some(department) = directory.department(one.department) else { continue };
        if !bones.iter().any(|bone| bone.name.to_lowercase() == department.name.to_lowercase()) {
            bones.push(Bone { name: department.name.clone(), causes: vec![] });
        }
    }
    write_outline(&bones)
}

/// The causes of a branch, each before what explains it.
fn walk(
    causes: &[OutlinedCause],
    (bone, parent, above): (&str, Option<CauseId>, &str),
    known: &mut HashMap<String, CauseId>,
    next: &mut dyn FnMut() -> i64,
    out: &mut Vec<KeptCause>,
) {
    for cause in causes {
        let (name, words) = cause.name.split_once(WORDS).map_or((cause.name.as_str(), ""), |(name, words)| (name, words));
        let (name, words) = (name.trim(), words.trim());
        let path = format!("{above}\n{}", name.to_lowercase());
        let id = known.remove(&path).unwrap_or_else(|| CauseId(next()));
        out.push(KeptCause { id, bone: bone.to_owned(), parent, name: name.to_owned(), words: words.to_owned() });
        walk(&cause.why, (bone, Some(id), &path), known, next, out);
    }
}

/// What an outline says, as causes: those that stand where they stood keep their identifiers. A line that cannot be read is a broken rule
/// of the field `outline`.
pub fn read(text: &str, before: &[KeptCause], next: &mut dyn FnMut() -> i64) -> Result<Vec<KeptCause>, FlowError> {
    let bones = read_outline(text).map_err(|bad| FlowError::rule("outline", bad.to_string()))?;
    let mut path_of: HashMap<CauseId, String> = HashMap::new();
    let mut known: HashMap<String, CauseId> = HashMap::new();
    for cause in before {
        let above = cause.parent.and_then(|parent| path_of.get(&parent).cloned()).unwrap_or_else(|| cause.bone.to_lowercase());
        let path = format!("{above}\n{}", cause.name.to_lowercase());
        path_of.insert(cause.id, path.clone());
        known.entry(path).or_insert(cause.id);
    }
    let mut out = Vec::new();
    for bone in &bones {
        walk(&bone.causes, (&bone.name, None, &bone.name.to_lowercase()), &mut known, next, &mut out);
    }
    Ok(out)
}

/// Which comments name a cause: those of the issue in which its words stand. `None`: nobody said by which words customers name it.
pub fn naming(issue: &KeptIssue, cause: &KeptCause) -> Option<Filter> {
    let filter = issue.gathers()?;
    (!cause.words.is_empty()).then(|| Filter { words: cause.words.clone(), ..filter })
}

/// How many comments name each cause, in their order; 0 where nobody said by which words.
pub async fn mentions(flow: &Flow, scope: &Scope, issue: &KeptIssue, causes: &[KeptCause]) -> Result<Vec<u64>, FlowError> {
    let mut all = Vec::with_capacity(causes.len());
    for cause in causes {
        all.push(match naming(issue, cause) {
            Some(filter) => flow.store.find(scope, &filter, None, None, 1).await?.total,
            None => 0,
        });
    }
    Ok(all)
}

/// Reads an outline without keeping it, to be looked at: the causes and how many comments name each.
pub async fn look(
    flow: &Flow,
    scope: &Scope,
    issue: &KeptIssue,
    before: &[KeptCause],
    text: &str,
) -> Result<(Vec<KeptCause>, Vec<u64>), FlowError> {
    if !scope.may(Grant::WriteIssues) {
        need(scope, Grant::ReadIssues)?;
    }
    let causes = read(text, before, &mut || flow.id())?;
    let mentions = mentions(flow, scope, issue, &causes).await.map_err(|error| match error {
        FlowError::Rule { reason, .. } => FlowError::rule("outline", reason),
        other => other,
    })?;
    Ok((causes, mentions))
}

/// The causes of an issue are those of this outline from now on.
pub async fn set(flow: &Flow, scope: &Scope, id: IssueId, version: Option<i64>, text: &str) -> Result<KeptIssue, FlowError> {
    let (doing, _) = doing(flow, scope).await?;
    let there = move |view: &View| Ok((tables::issue::get(view, id)?, tables::issue_work::causes(view, &[id])?));
    let (issue, before) = flow.store.read(scope, there).await?;
    let issue = issue.ok_or(FlowError::Missing("issue"))?;
    let before: Vec<KeptCause> = before.into_iter().map(|(_, cause)| cause).collect();
    let (causes, _) = look(flow, scope, &issue, &before, text).await?;
    let version = version.or(Some(issue.version));
    let write = move |tx: &mut Tx| {
        doing.shape(tx, id, version, "causes", |tx, kept| {
            tables::issue_work::set_causes(tx, id, &causes)?;
            Ok(kept.clone())
        })
    };
    flow.store.write(scope, write).await?.answer()
}

/// The whole of what drives what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drives {
    /// Issues that are worked on, and causes, each with its name and the issue to which it belongs.
    pub knots: Vec<(Knot, String, IssueId)>,
    /// Arrows from cause to effect. What an outline says is an arrow as well: from a cause to what it explains.
    pub effects: Vec<Effect>,
    /// Those that somebody drew: they can be taken away.
    pub drawn: Vec<Effect>,
}

/// What drives what: over all issues that are worked on; or of one, with everything that leads to it or that it leads to.
pub async fn drives(flow: &Flow, scope: &Scope, of: Option<IssueId>) -> Result<Drives, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let look = |view: &View| {
        let sought = Sought { standing: vec![IssueStanding::Accepted], ..Sought::default() };
        let issues = tables::issue::list(view, &sought)?;
        let ids: Vec<IssueId> = issues.iter().map(|issue| issue.id).collect();
        Ok((issues, tables::issue_work::causes(view, &ids)?, tables::issue_work::effects(view)?))
    };
    let (issues, causes, drawn) = flow.store.read(scope, look).await?;
    let mut knots: Vec<(Knot, String, IssueId)> =
        issues.into_iter().map(|issue| (Knot::Issue(issue.id), issue.title, issue.id)).collect();
    knots.sort_by_key(|(_, _, id)| *id);
    let mut effects = Vec::new();
    for (issue, cause) in causes {
        let to = cause.parent.map_or(Knot::Issue(issue), Knot::Cause);
        effects.push(Effect { from: Knot::Cause(cause.id), to, strength: 2 });
        knots.push((Knot::Cause(cause.id), cause.name, issue));
    }
    effects.retain(|outlined| !drawn.iter().any(|one| (one.from, one.to) == (outlined.from, outlined.to)));
    effects.extend(&drawn);
    let there = |knot: &Knot| knots.iter().any(|(one, ..)| one == knot);
    effects.retain(|one| there(&one.from) && there(&one.to));
    if let Some(id) = of {
        let own = |knot: &Knot| knots.iter().any(|(one, _, issue)| one == knot && *issue == id);
        effects.retain(|one| own(&one.from) || own(&one.to));
        let kept: Vec<(Knot, String, IssueId)> = knots
            .iter()
            .filter(|(knot, _, issue)| *issue == id || effects.iter().any(|one| one.from == *knot || one.to == *knot))
            .cloned()
            .collect();
        knots = kept;
    }
    let drawn = drawn.into_iter().filter(|one| effects.contains(one)).collect();
    Ok(Drives { knots, effects, drawn })
}

/// Draws an arrow from cause to effect, changes how strong it is, or takes it away (`strength`: `None`). By whoever may shape the issue of
/// one of its ends.
pub async fn draw(flow: &Flow, scope: &Scope, from: Knot, to: Knot, strength: Option<u8>) -> Result<KeptIssue, FlowError> {
    let (doing, _) = doing(flow, scope).await?;
    if from == to {
        return Err(FlowError::rule("to", "must be something else than the cause"));
    }
    if strength.is_some_and(|strength| !(1..=3).contains(&strength)) {
        return Err(FlowError::rule("strength", "must be 1 (weak), 2 (usual) or 3 (strong)"));
    }
    let of = |view: &View, knot: Knot| {
        let id = match knot {
            Knot::Issue(id) => Some(id),
            Knot::Cause(id) => tables::issue_work::issue_of_cause(view, id)?,
        };
        id.map_or(Ok(None), |id| tables::issue::get(view, id))
    };
    let both = flow.store.read(scope, move |view| Ok((of(view, from)?, of(view, to)?))).await?;
    let missing = |field| FlowError::Unknown { field, what: "issue or cause" };
    let (first, second) = (both.0.ok_or_else(|| missing("from"))?, both.1.ok_or_else(|| missing("to"))?);
    let issue = [&first, &second].into_iter().find(|issue| issue.shaped_by(&doing.by));
    let id = issue.ok_or_else(|| FlowError::Conflict(IssueRefused::NotInvolved.to_string()))?.id;
    let write = move |tx: &mut Tx| {
        doing.shape(tx, id, None, "what drives what", |tx, kept| {
            match strength {
                Some(strength) => tables::issue_work::draw(tx, &Effect { from, to, strength })?,
                None => drop(tables::issue_work::undraw(tx, &Effect { from, to, strength: 1 })?),
            }
            Ok(kept.clone())
        })
    };
    let outcome: IssueAttempt = flow.store.write(scope, write).await?;
    outcome.answer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_keep_their_identifiers_and_words_are_told_from_names() {
        let mut last = 10;
        let mut next = || {
            last += 1;
            last
        };
        let text = "Platform\n  One route = route*\n    It was cheaper\n  Short life\nPartners\n  One route\n";
        let first = read(text, &[], &mut next).unwrap();
        assert_eq!(first.len(), 4);
        assert_eq!(
            (first[0].name.as_str(), first[0].words.as_str(), first[1].parent),
            ("One route", "route*", Some(first[0].id))
        );
        let again =
            "partners\n  one route\nPlatform\n  Short life\n  New one\n  One route = \"other words\"\n    It was cheaper\n";
        let second = read(again, &first, &mut next).unwrap();
        let id = |causes: &[KeptCause], bone: &str, name: &str| {
            causes.iter().find(|c| c.bone.eq_ignore_ascii_case(bone) && c.name.eq_ignore_ascii_case(name)).unwrap().id
        };
        for (bone, name) in
            [("Platform", "One route"), ("Platform", "It was cheaper"), ("Platform", "Short life"), ("Partners", "One route")]
        {
            assert_eq!(id(&first, bone, name), id(&second, bone, name), "{bone} {name}");
        }
        assert!(id(&second, "Platform", "New one").0 > 14);
        let wrong = read("  a cause\n", &[], &mut next).unwrap_err().to_string();
        assert!(wrong.starts_with("outline: line 1: a cause stands before the first department"), "{wrong}");
    }
}
