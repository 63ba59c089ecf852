//! The taxonomy: one tree of categories that the whole company shares.

use heard_domain::example::Taught;
use heard_domain::id::{CategoryId, FeedbackId, StageId};
use heard_domain::taxonomy::{Category, Taxonomy};

use crate::error::StoreError;
use crate::sql::driver::{Value, one_of};
use crate::tables::{company, example, journey, reading, taxonomy_version};
use crate::view::{Tx, View};

const VERSION: &str = "taxonomy_version";

/// The number of the present version; 0 before the first.
pub fn version(view: &View) -> Result<i64, StoreError> {
    Ok(company::setting(view, VERSION)?.and_then(|version| version.parse().ok()).unwrap_or(0))
}

/// The taxonomy as it is: parents before their children.
pub fn get(view: &View) -> Result<Taxonomy, StoreError> {
    let version = version(view)?;
    let sql =
        "SELECT id, parent, name, definition, watch_words, stage, departments, position FROM category ORDER BY position, id";
    let mut rest = view.list(sql, &[], |row| {
        Ok(Category {
            id: CategoryId(row.int(0)?),
            parent: row.int_or_none(1)?.map(CategoryId),
            name: row.text(2)?.to_owned(),
            definition: row.text(3)?.to_owned(),
            watch_words: serde_json::from_str(row.text(4)?)?,
            stage: row.int_or_none(5)?.map(StageId),
            departments: serde_json::from_str(row.text(6)?)?,
            position: row.int(7)? as i32,
        })
    })?;
    // Tree order: each category right after its parent's earlier children.
    let mut categories: Vec<Category> = Vec::with_capacity(rest.len());
    let mut open: Vec<Option<CategoryId>> = vec![None];
    while let Some(parent) = open.pop() {
        if let Some(at) = rest.iter().position(|c| c.parent == parent) {
            let category = rest.remove(at);
            open.push(parent);
            open.push(Some(category.id));
            categories.push(category);
        }
    }
    Ok(Taxonomy { version, categories })
}

/// Makes the taxonomy what is given, parents before children, under the next version, which is returned. What was said
/// about categories that are gone is about none. What the version before has learnt from, this one has as well.
pub fn save(tx: &mut Tx, taxonomy: &Taxonomy) -> Result<i64, StoreError> {
    let before = version(tx)?;
    let examples = taxonomy_version::examples(tx, before)?;
    let examples = example::as_now(tx, &examples)?;
    save_with(tx, taxonomy, &examples)
}

/// The same with what it has learnt from.
pub fn save_with(tx: &mut Tx, taxonomy: &Taxonomy, examples: &[Taught]) -> Result<i64, StoreError> {
    let old = get(tx)?;
    // The first change of what an older version of Heard has set up: how it was is kept as well.
    if !old.categories.is_empty() && taxonomy_version::get(tx, old.version)?.is_none() {
        taxonomy_version::keep(tx, old.version, &old.categories, &[])?;
    }
    for category in &old.categories {
        if taxonomy.category(category.id).is_none_or(|new| new.name != category.name) {
            journey::set_aside(tx, "category", category.id.0)?;
        }
    }
    tx.named = None;
    for category in &taxonomy.categories {
        let watch_words = serde_json::to_string(&category.watch_words)?;
        let departments = serde_json::to_string(&category.departments)?;
        tx.execute(
            "INSERT INTO category (id, parent, name, definition, watch_words, stage, departments, position)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name = excluded.name, definition = excluded.definition,
             watch_words = excluded.watch_words, stage = excluded.stage, departments = excluded.departments,
             position = excluded.position",
            &[
                category.id.into(),
                category.parent.into(),
                (&category.name).into(),
                (&category.definition).into(),
                (&watch_words).into(),
                category.stage.into(),
                (&departments).into(),
                category.position.into(),
            ],
        )?;
    }
    // Children stand after their parents: from the back nothing is removed that is still somebody's parent.
    for category in old.categories.iter().rev().filter(|c| taxonomy.category(c.id).is_none()) {
        remove(tx, category.id)?;
    }
    let version = old.version + 1;
    company::set(tx, VERSION, &version.to_string())?;
    taxonomy_version::keep(tx, version, &taxonomy.categories, examples)?;
    Ok(version)
}

fn remove(tx: &mut Tx, id: CategoryId) -> Result<(), StoreError> {
    let value: [Value<'_>; 1] = [id.into()];
    let sql = "SELECT DISTINCT feedback FROM passage_category WHERE category = $1";
    let heard = tx.list(sql, &value, |row| Ok(FeedbackId(row.int(0)?)))?;
    tx.execute("DELETE FROM category WHERE id = $1", &value)?;
    tx.named = None;
    reading::lay_over_all(tx, &heard)
}

/// How many feedbacks in sight are filed under exactly this category, and the newest of them.
pub fn filed(view: &View, category: CategoryId, most: usize) -> Result<(u64, Vec<FeedbackId>), StoreError> {
    let mut values: Vec<Value<'_>> = vec![category.into()];
    let sight = match view.narrowed() {
        None => String::new(),
        Some(posts) => {
            let (list, more) = one_of(2, &posts);
            values.extend(more);
            format!(" AND feedback.post IN ({list})")
        }
    };
    let from = format!(
        "FROM feedback WHERE EXISTS (SELECT 1 FROM passage_category WHERE passage_category.feedback = feedback.id
         AND passage_category.category = $1){sight}"
    );
    let count = view.number(&format!("SELECT count(*) {from}"), &values)? as u64;
    values.push(most.into());
    let sql = format!("SELECT id {from} ORDER BY at DESC, id DESC LIMIT ${}", values.len());
    Ok((count, view.list(&sql, &values, |row| Ok(FeedbackId(row.int(0)?)))?))
}
