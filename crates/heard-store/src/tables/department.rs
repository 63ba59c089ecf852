//! Departments: owners inside the company, or partner companies outside it.

use heard_domain::id::DepartmentId;
use heard_domain::taxonomy::Department;

use crate::error::StoreError;
use crate::view::{Tx, View};

/// All, by name.
pub fn list(view: &View) -> Result<Vec<Department>, StoreError> {
    view.list("SELECT id, name FROM department ORDER BY name", &[], |row| {
        Ok(Department { id: DepartmentId(row.int(0)?), name: row.text(1)?.to_owned() })
    })
}

/// Makes a department or renames it.
pub fn save(tx: &mut Tx, department: &Department) -> Result<(), StoreError> {
    let sql = "INSERT INTO department (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name";
    tx.execute(sql, &[department.id.into(), (&department.name).into()])?;
    Ok(())
}
