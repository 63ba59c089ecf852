//! What stands behind the finding: how many people and accounts speak of it and what they are worth, who contributes, and one of them in
//! their own words.

use std::collections::BTreeSet;

use heard_domain::account::Money;
use heard_domain::id::{AccountId, CategoryId, DepartmentId};
use heard_domain::reading::Polarity;
use heard_domain::user::Grant;
use heard_store::tables;

use crate::error::FlowError;
use crate::measure::finding::{Finding, Mood};
use crate::measure::kpi::Sight;
use crate::measure::promises::speakers;
use crate::measure::quotes::{Heard, most_telling};

/// How many comments are looked through for one that tells.
const LOOKED_THROUGH: usize = 60;

/// What stands behind the finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Behind {
    /// Persons who speak of it; who is not known is somebody else every time.
    pub persons: u64,
    /// Accounts for which they speak; 0 where persons may not be seen.
    pub accounts: u64,
    /// Of these, key accounts.
    pub key_accounts: u64,
    /// What these accounts are worth in a year, by currency.
    pub worth: Vec<Money>,
    /// The departments that usually contribute.
    pub departments: Vec<DepartmentId>,
    /// One of them, in their own words.
    pub quote: Option<Heard>,
}

/// Looks behind the finding; `category`: what most of it is about.
pub(crate) async fn behind(sight: &Sight<'_>, finding: &Finding, category: Option<CategoryId>) -> Result<Behind, FlowError> {
    if !matches!(finding.mood, Mood::Worse | Mood::Better) {
        return Ok(Behind::default());
    }
    let (flow, scope) = (sight.flow, sight.scope);
    let mut filter = finding.filter.clone();
    if filter.category.is_empty() {
        filter.category.extend(category);
    }
    filter.polarity = vec![if finding.mood == Mood::Worse { Polarity::Negative } else { Polarity::Positive }];
    let spoken = flow.store.spoken(scope, &filter, Some(sight.period)).await?;
    let mut behind = Behind { persons: speakers(&spoken, sight.period), ..Behind::default() };
    if scope.may(Grant::ReadPersons) {
        let ids: Vec<AccountId> = spoken.iter().filter_map(|one| one.account).collect::<BTreeSet<_>>().into_iter().collect();
        behind.accounts = ids.len() as u64;
        let accounts = flow.store.read(scope, move |view| tables::account::many(view, &ids)).await?;
        for account in &accounts {
            behind.key_accounts += u64::from(account.key_account);
            if let Some(value) = &account.yearly_value {
                match behind.worth.iter_mut().find(|sum| sum.currency == value.currency) {
                    Some(sum) => sum.minor += value.minor,
                    None => behind.worth.push(value.clone()),
                }
            }
        }
    }
    let directory = flow.directory();
    behind.departments =
        category.and_then(|id| directory.taxonomy.category(id)).map(|c| c.departments.clone()).unwrap_or_default();
    if scope.may(Grant::ReadFeedback) {
        behind.quote = most_telling(flow, scope, &filter, sight.period, LOOKED_THROUGH).await?;
    }
    Ok(behind)
}
