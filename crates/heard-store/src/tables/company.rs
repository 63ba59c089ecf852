//! The company's own settings.

use heard_domain::directory::Company;
use heard_domain::time::Zone;

use crate::error::StoreError;
use crate::view::{Tx, View};

/// One setting, if it was ever set.
pub fn setting(view: &View, name: &str) -> Result<Option<String>, StoreError> {
    view.one("SELECT value FROM setting WHERE name = $1", &[name.into()], |row| Ok(row.text(0)?.to_owned()))
}

/// Which database this is: each has another name, which it keeps.
pub fn installation(view: &View) -> Result<String, StoreError> {
    let id = view.one("SELECT id FROM installation", &[], |row| Ok(row.text(0)?.to_owned()))?;
    id.ok_or_else(|| StoreError::odd("the database does not say which one it is"))
}

/// Sets one setting.
pub fn set(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, &[name.into(), value.into()])?;
    Ok(())
}

/// The company; nameless and in UTC until it is set.
pub fn get(view: &View) -> Result<Company, StoreError> {
    let zone = setting(view, "zone")?.map_or(Ok(Zone::UTC), |zone| zone.parse()).map_err(StoreError::odd)?;
    Ok(Company { name: setting(view, "name")?.unwrap_or_default(), zone })
}

/// Sets name and zone. A change of the zone must be followed by [`crate::tables::cube::move_days`].
pub fn save(tx: &mut Tx, company: &Company) -> Result<(), StoreError> {
    set(tx, "name", &company.name)?;
    set(tx, "zone", &company.zone.to_string())
}
