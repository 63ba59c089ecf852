//! A theme becomes a category: its most central passages are the first examples.

use heard_domain::capital::capital;
use heard_domain::id::CategoryId;
use heard_domain::scope::Scope;
use heard_domain::theme::Theme;
use heard_domain::user::Grant;

use crate::arrange::category::{CategoryChange, CategoryDraft};
use crate::arrange::{example, taxonomy};
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// How many passages become examples: enough to learn from, few enough to be looked through.
pub const EXAMPLES: usize = 12;

/// What a form for a category begins with.
pub fn draft(theme: &Theme) -> CategoryDraft {
    let (name, definition) = described(&theme.words);
    CategoryDraft { name, definition, watch_words: Vec::new(), stage: theme.stage, departments: Vec::new() }
}

/// The name and the definition of a category that some words tell.
pub(crate) fn described(words: &[String]) -> (String, String) {
    (capital(&words.join(" ")), format!("What customers say about {}.", words.join(", ")))
}

/// Adds the category and gives it its examples. What else they would move is proposed before it is applied, as with every example.
/// Gives the version of the taxonomy with the category.
pub async fn make(
    flow: &Flow,
    scope: &Scope,
    theme: &Theme,
    parent: Option<CategoryId>,
    category: CategoryDraft,
) -> Result<i64, FlowError> {
    need(scope, Grant::Shape)?;
    need(scope, Grant::ReadFeedback)?;
    let before: Vec<CategoryId> = flow.directory().taxonomy.categories.iter().map(|category| category.id).collect();
    let version = taxonomy::apply(flow, scope, None, CategoryChange::Add { parent, category }).await?;
    let made = flow.directory().taxonomy.categories.iter().map(|category| category.id).filter(|id| !before.contains(id)).max();
    if let Some(made) = made {
        let central: Vec<_> = theme.passages.iter().take(EXAMPLES).copied().collect();
        example::gather(flow, scope, made, &central).await?;
    }
    Ok(version)
}
