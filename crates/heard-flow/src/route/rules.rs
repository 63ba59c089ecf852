//! Rules are made, changed, switched on and off, and removed. What a rule has sent stays where it is.

use heard_domain::audit::{Act, Noun};
use heard_domain::id::RuleId;
use heard_domain::rule::{Conditions, Rule, Way};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::rule::RuleState;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::seen::seen;

/// The most rules.
const MOST: usize = 200;
/// The most values of one condition.
const MOST_VALUES: usize = 200;
/// The longest watched word or phrase, in characters.
const LONGEST_WORD: usize = 80;
/// How far back what a rule has sent is counted: 30 days.
const COUNTED_MS: i64 = 30 * 86_400_000;

/// A rule as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDraft {
    /// Its name.
    pub name: String,
    /// Whether it is switched on: from then on it sends what is heard.
    #[serde(default)]
    pub on: bool,
    /// When it holds.
    #[serde(default)]
    pub when: Conditions,
    /// Where the comment goes then.
    #[serde(default)]
    pub way: Way,
}

/// A rule with what it has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleShown {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// Since when it is on: what was heard before is not sent by it.
    pub since: Option<Time>,
    /// How many comments it has sent in the last 30 days.
    pub sent: u64,
}

impl RuleShown {
    /// As a draft that can be changed and set again.
    pub fn draft(self) -> RuleDraft {
        let Rule { name, on, when, way, .. } = self.rule;
        RuleDraft { name, on, when, way }
    }
}

/// All rules, in the order in which they were made.
pub async fn list(flow: &Flow, scope: &Scope) -> Result<Vec<RuleShown>, FlowError> {
    // Whoever may change rules sees them.
    if !scope.may(Grant::Shape) {
        need(scope, Grant::ReadCases)?;
    }
    let since = flow.now().plus_ms(-COUNTED_MS);
    let look = move |view: &View| Ok((tables::rule::list(view)?, tables::rule::tally(view, since)?));
    let (rules, tally) = flow.store.read(&Scope::system(), look).await?;
    let sent = |id: RuleId| tally.iter().find(|(rule, _)| *rule == id).map_or(0, |(_, count)| *count);
    Ok(rules.into_iter().map(|RuleState { rule, since }| RuleShown { sent: sent(rule.id), rule, since }).collect())
}

/// One rule.
pub async fn get(flow: &Flow, scope: &Scope, id: RuleId) -> Result<RuleShown, FlowError> {
    list(flow, scope).await?.into_iter().find(|shown| shown.rule.id == id).ok_or(FlowError::Missing("rule"))
}

/// Makes a rule.
pub async fn add(flow: &Flow, scope: &Scope, draft: RuleDraft) -> Result<RuleShown, FlowError> {
    need(scope, Grant::Shape)?;
    keep(flow, scope, RuleId(flow.id()), None, draft, Act::Added).await
}

/// Changes a rule. Switched on, it sends what is heard from now on.
pub async fn change(flow: &Flow, scope: &Scope, id: RuleId, draft: RuleDraft) -> Result<RuleShown, FlowError> {
    need(scope, Grant::Shape)?;
    let there = flow.store.read(&Scope::system(), move |view| tables::rule::get(view, id)).await?;
    let there = there.ok_or(FlowError::Missing("rule"))?;
    keep(flow, scope, id, there.since, draft, Act::Changed).await
}

/// Removes a rule.
pub async fn remove(flow: &Flow, scope: &Scope, id: RuleId) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let there = flow.store.read(&Scope::system(), move |view| tables::rule::get(view, id)).await?;
    let there = there.ok_or(FlowError::Missing("rule"))?;
    let now = flow.now();
    let write = move |tx: &mut Tx| {
        if tables::rule::remove(tx, id)? {
            tables::audit::note(tx, now, Act::Removed, Noun::Rule, id.0, &json!({ "name": there.rule.name }))?;
        }
        Ok(())
    };
    Ok(flow.store.write(scope, write).await?)
}

async fn keep(
    flow: &Flow,
    scope: &Scope,
    id: RuleId,
    since: Option<Time>,
    draft: RuleDraft,
    act: Act,
) -> Result<RuleShown, FlowError> {
    let rule = checked(flow, scope, id, draft).await?;
    let now = flow.now();
    let state = RuleState { since: rule.on.then(|| since.unwrap_or(now)), rule };
    let kept = state.clone();
    let write = move |tx: &mut Tx| {
        tables::rule::save(tx, &kept)?;
        tables::audit::note(tx, now, act, Noun::Rule, id.0, &json!({ "name": kept.rule.name, "on": kept.rule.on }))
    };
    flow.store.write(scope, write).await?;
    get(flow, scope, id).await.or(Ok(RuleShown { rule: state.rule, since: state.since, sent: 0 }))
}

/// A draft as a rule, tidied and checked; nothing is kept.
pub(crate) async fn checked(flow: &Flow, scope: &Scope, id: RuleId, draft: RuleDraft) -> Result<Rule, FlowError> {
    let RuleDraft { name: given, on, mut when, mut way } = draft;
    let name = name("name", &given)?;
    let rules = flow.store.read(&Scope::system(), tables::rule::list).await?;
    if rules.len() >= MOST && rules.iter().all(|other| other.rule.id != id) {
        return Err(FlowError::Conflict(format!("there are {MOST} rules already: remove one first")));
    }
    let lower = name.to_lowercase();
    if rules.iter().any(|other| other.rule.id != id && other.rule.name.to_lowercase() == lower) {
        return Err(FlowError::rule("name", format!("there is a rule “{name}” already")));
    }
    named(flow, scope, &when, &way).await?;
    when.words = when.words.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
    let most = [when.category.len(), when.stage.len(), when.account.len(), when.place.len(), when.words.len()];
    if most.iter().any(|count| *count > MOST_VALUES) {
        return Err(FlowError::rule("when", format!("has more than {MOST_VALUES} values of one kind")));
    }
    let odd = |word: &String| {
        word.chars().count() > LONGEST_WORD || !word.chars().any(char::is_alphanumeric) || word.chars().any(char::is_control)
    };
    if let Some(word) = when.words.iter().find(|word| odd(word)) {
        let shown: String = word.chars().take(20).collect();
        let reason =
            format!("“{shown}” cannot be watched for: it needs a letter or digit, and at most {LONGEST_WORD} characters");
        return Err(FlowError::rule("when.words", reason));
    }
    if when == Conditions::default() {
        return Err(FlowError::rule("when", "says nothing: a rule without conditions would hold for every comment"));
    }
    let mut seen = Vec::with_capacity(way.departments.len());
    way.departments.retain(|id| {
        !seen.contains(id) && {
            seen.push(*id);
            true
        }
    });
    if way.departments.is_empty() {
        return Err(FlowError::rule("way.departments", "name at least one department to which it goes"));
    }
    Ok(Rule { id, name, on, when, way })
}

/// What a rule names is there, and in sight of whoever makes it.
async fn named(flow: &Flow, scope: &Scope, when: &Conditions, way: &Way) -> Result<(), FlowError> {
    let directory = seen(flow, scope).await?;
    let unknown = |field, what| Err(FlowError::Unknown { field, what });
    if when.category.iter().any(|id| directory.taxonomy.category(*id).is_none()) {
        return unknown("when.category", "category");
    }
    if when.stage.iter().any(|id| directory.journey.stage(*id).is_none()) {
        return unknown("when.stage", "stage");
    }
    if when.place.iter().any(|id| directory.place(*id).is_none()) {
        return unknown("when.place", "place");
    }
    if way.departments.iter().any(|id| directory.department(*id).is_none()) {
        return unknown("way.departments", "department");
    }
    if !when.account.is_empty() {
        need(scope, Grant::ReadPersons)?;
        let wanted = when.account.clone();
        let there = flow.store.read(scope, move |view| tables::account::many(view, &wanted)).await?;
        if when.account.iter().any(|id| there.iter().all(|account| account.id != *id)) {
            return unknown("when.account", "account");
        }
    }
    Ok(())
}
