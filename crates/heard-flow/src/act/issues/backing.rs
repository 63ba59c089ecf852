//! Backing: staff propose fixes and back those of others. It decides nothing: it shows the departments what those believe who meet customers.

use heard_domain::audit::Act;
use heard_domain::id::{IssueId, ProposedFixId};
use heard_domain::kept_issue::ProposedFix;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::view::Tx;

use crate::act::issues::change::doing;
use crate::error::FlowError;
use crate::flow::Flow;

/// The longest words of a proposed fix, in characters.
pub const LONGEST: usize = 2_000;

/// Proposes a fix; whoever proposes it backs it.
pub async fn propose(flow: &Flow, scope: &Scope, issue: IssueId, words: &str) -> Result<ProposedFix, FlowError> {
    let (doing, user) = doing(flow, scope).await?;
    let words = words.trim().to_owned();
    match words.chars().count() {
        0 => return Err(FlowError::rule("words", "must say what should be done")),
        n if n > LONGEST => return Err(FlowError::rule("words", format!("has {n} characters; at most {LONGEST} are allowed"))),
        _ => {}
    }
    let fix = ProposedFix { id: ProposedFixId(flow.id()), issue, words, by: user, at: doing.now, backed_by: vec![user] };
    let kept = fix.clone();
    let write = move |tx: &mut Tx| {
        let Some(of) = tables::issue::get(tx, issue)? else { return Ok(false) };
        tables::issue_work::propose(tx, &kept)?;
        doing.note(tx, Act::Added, &of, "fix proposed", None)?;
        Ok(true)
    };
    if flow.store.write(scope, write).await? { Ok(fix) } else { Err(FlowError::Missing("issue")) }
}

/// Backs a proposed fix, or does so no more. Gives its issue.
pub async fn back(flow: &Flow, scope: &Scope, fix: ProposedFixId, yes: bool) -> Result<ProposedFix, FlowError> {
    let (doing, user) = doing(flow, scope).await?;
    let write = move |tx: &mut Tx| {
        let Some(issue) = tables::issue_work::issue_of_proposed_fix(tx, fix)? else { return Ok(None) };
        let Some(of) = tables::issue::get(tx, issue)? else { return Ok(None) };
        tables::issue_work::back(tx, fix, user, yes, doing.now)?;
        doing.note(tx, Act::Changed, &of, if yes { "fix backed" } else { "fix backed no more" }, None)?;
        Ok(tables::issue_work::proposed_fixes(tx, issue)?.into_iter().find(|one| one.id == fix))
    };
    flow.store.write(scope, write).await?.ok_or(FlowError::Missing("proposed fix"))
}
