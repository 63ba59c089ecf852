//! Templates: named mappings that all share.

use heard_domain::id::TemplateId;
use heard_domain::import::Template;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, format, mapping, at";

fn read(row: &dyn Row) -> Result<Template, StoreError> {
    Ok(Template {
        id: TemplateId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        format: row.text(2)?.parse()?,
        mapping: serde_json::from_str(row.text(3)?)?,
        at: Time(row.int(4)?),
    })
}

/// All, by name.
pub fn list(view: &View) -> Result<Vec<Template>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM template ORDER BY name"), &[], read)
}

/// One by identifier.
pub fn get(view: &View, id: TemplateId) -> Result<Option<Template>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM template WHERE id = $1"), &[id.into()], read)
}

/// One by name.
pub fn by_name(view: &View, name: &str) -> Result<Option<Template>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM template WHERE lower(name) = lower($1)"), &[name.into()], read)
}

/// Makes a template or changes it. Its name must not be another's.
pub fn save(tx: &mut Tx, template: &Template) -> Result<(), StoreError> {
    let mapping = serde_json::to_string(&template.mapping)?;
    tx.execute(
        "INSERT INTO template (id, name, format, mapping, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, format = excluded.format, mapping = excluded.mapping, at = excluded.at",
        &[template.id.into(), (&template.name).into(), template.format.code().into(), (&mapping).into(), template.at.into()],
    )?;
    Ok(())
}

/// Removes a template; whether it was there.
pub fn remove(tx: &mut Tx, id: TemplateId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM template WHERE id = $1", &[id.into()])? > 0)
}
