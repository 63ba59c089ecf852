//! Versions of the taxonomy: how the categories were, and what they had learnt from.

use heard_domain::example::Taught;
use heard_domain::taxonomy::{Category, Taxonomy};

use crate::error::StoreError;
use crate::sql::driver::Value;
use crate::view::{Tx, View};

/// So many versions are kept.
pub const KEPT: i64 = 50;

/// The body of a version, as it is kept.
#[derive(serde::Serialize, serde::Deserialize)]
struct Body {
    categories: Vec<Category>,
    examples: Vec<Taught>,
}

/// A version as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The categories, with the version's number.
    pub taxonomy: Taxonomy,
    /// What they had learnt from, by identifier.
    pub examples: Vec<Taught>,
}

/// Keeps how it is by now; the oldest beyond [`KEPT`] go.
pub(crate) fn keep(tx: &mut Tx, version: i64, categories: &[Category], examples: &[Taught]) -> Result<(), StoreError> {
    let body = serde_json::to_string(&Body { categories: categories.to_vec(), examples: examples.to_vec() })?;
    let values: [Value<'_>; 2] = [version.into(), (&body).into()];
    tx.execute(
        "INSERT INTO taxonomy_version (version, body) VALUES ($1, $2) ON CONFLICT (version) DO UPDATE SET body = excluded.body",
        &values,
    )?;
    tx.execute("DELETE FROM taxonomy_version WHERE version <= $1", &[(version - KEPT).into()])?;
    Ok(())
}

/// A version, if it is still kept.
pub fn get(view: &View, version: i64) -> Result<Option<Version>, StoreError> {
    view.one("SELECT body FROM taxonomy_version WHERE version = $1", &[version.into()], |row| {
        let Body { categories, examples } = serde_json::from_str(row.text(0)?)?;
        Ok(Version { taxonomy: Taxonomy { version, categories }, examples })
    })
}

/// What a version has learnt from; nothing where it is not kept.
pub fn examples(view: &View, version: i64) -> Result<Vec<Taught>, StoreError> {
    Ok(get(view, version)?.map(|version| version.examples).unwrap_or_default())
}

/// The numbers of the versions that are kept, the newest first.
pub fn list(view: &View) -> Result<Vec<i64>, StoreError> {
    view.list("SELECT version FROM taxonomy_version ORDER BY version DESC", &[], |row| row.int(0))
}
