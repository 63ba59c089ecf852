//! Departments: owners inside the company, or partner companies outside it, and the users who belong to them.

use heard_domain::id::{CalendarId, DepartmentId, UserId};
use heard_domain::taxonomy::Department;

use crate::error::StoreError;
use crate::tables::digest;
use crate::view::{Tx, View};

/// All, by name.
pub fn list(view: &View) -> Result<Vec<Department>, StoreError> {
    view.list("SELECT id, name, head, contact, calendar, partner FROM department ORDER BY name", &[], |row| {
        Ok(Department {
            id: DepartmentId(row.int(0)?),
            name: row.text(1)?.to_owned(),
            head: row.text_or_none(2)?.map(str::to_owned),
            contact: row.text_or_none(3)?.map(str::to_owned),
            calendar: row.int_or_none(4)?.map(CalendarId),
            partner: row.yes(5)?,
        })
    })
}

/// Makes a department or changes it. A taken name is a [`StoreError::Conflict`].
pub fn save(tx: &mut Tx, department: &Department) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO department (id, name, head, contact, calendar, partner) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, head = excluded.head, contact = excluded.contact,
         calendar = excluded.calendar, partner = excluded.partner",
        &[
            department.id.into(),
            (&department.name).into(),
            department.head.as_deref().into(),
            department.contact.as_deref().into(),
            department.calendar.into(),
            department.partner.into(),
        ],
    )?;
    Ok(())
}

/// Who belongs where: pairs of department and user.
pub fn members(view: &View) -> Result<Vec<(DepartmentId, UserId)>, StoreError> {
    let sql = "SELECT department, user_id FROM department_member ORDER BY department, user_id";
    view.list(sql, &[], |row| Ok((DepartmentId(row.int(0)?), UserId(row.int(1)?))))
}

/// Makes a user belong to exactly these departments.
pub fn set_of_user(tx: &mut Tx, user: UserId, departments: &[DepartmentId]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM department_member WHERE user_id = $1", &[user.into()])?;
    departments.iter().try_for_each(|department| join(tx, *department, user))
}

/// Makes exactly these users belong to a department.
pub fn set_members(tx: &mut Tx, department: DepartmentId, users: &[UserId]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM department_member WHERE department = $1", &[department.into()])?;
    users.iter().try_for_each(|user| join(tx, department, *user))
}

fn join(tx: &mut Tx, department: DepartmentId, user: UserId) -> Result<(), StoreError> {
    let sql = "INSERT INTO department_member (department, user_id) VALUES ($1, $2) ON CONFLICT (department, user_id) DO NOTHING";
    tx.execute(sql, &[department.into(), user.into()])?;
    Ok(())
}

/// Removes a department with its memberships. Categories that name it are changed by whoever removes it.
pub fn remove(tx: &mut Tx, id: DepartmentId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM department_member WHERE department = $1", &[id.into()])?;
    digest::forget(tx, id)?;
    tx.execute("DELETE FROM department WHERE id = $1", &[id.into()])?;
    Ok(())
}
