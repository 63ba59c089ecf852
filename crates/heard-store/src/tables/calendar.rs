//! Working calendars.

use heard_domain::calendar::Calendar;
use heard_domain::id::CalendarId;

use crate::error::StoreError;
use crate::view::{Tx, View};

/// All, by name.
pub fn list(view: &View) -> Result<Vec<Calendar>, StoreError> {
    view.list("SELECT id, name, zone, week, holidays FROM calendar ORDER BY name", &[], |row| {
        Ok(Calendar {
            id: CalendarId(row.int(0)?),
            name: row.text(1)?.to_owned(),
            zone: row.text(2)?.parse().map_err(StoreError::odd)?,
            week: serde_json::from_str(row.text(3)?)?,
            holidays: serde_json::from_str(row.text(4)?)?,
        })
    })
}

/// Makes a calendar or changes it. A taken name is a [`StoreError::Conflict`].
pub fn save(tx: &mut Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let (week, holidays) = (serde_json::to_string(&calendar.week)?, serde_json::to_string(&calendar.holidays)?);
    tx.execute(
        "INSERT INTO calendar (id, name, zone, week, holidays) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, zone = excluded.zone, week = excluded.week,
         holidays = excluded.holidays",
        &[calendar.id.into(), (&calendar.name).into(), (&calendar.zone.to_string()).into(), (&week).into(), (&holidays).into()],
    )?;
    Ok(())
}

/// Removes a calendar; departments and places that kept it have none.
pub fn remove(tx: &mut Tx, id: CalendarId) -> Result<(), StoreError> {
    tx.execute("UPDATE department SET calendar = NULL WHERE calendar = $1", &[id.into()])?;
    tx.execute("UPDATE place SET calendar = NULL WHERE calendar = $1", &[id.into()])?;
    tx.execute("DELETE FROM calendar WHERE id = $1", &[id.into()])?;
    Ok(())
}
