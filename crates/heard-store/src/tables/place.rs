//! Places: sites where people meet customers.

use heard_domain::id::{CalendarId, PlaceId};
use heard_domain::place::Place;

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, address, zone, calendar, codes";

fn read(row: &dyn Row) -> Result<Place, StoreError> {
    Ok(Place {
        id: PlaceId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        address: row.text(2)?.to_owned(),
        zone: row.text_or_none(3)?.map(str::parse).transpose().map_err(StoreError::odd)?,
        calendar: row.int_or_none(4)?.map(CalendarId),
        codes: serde_json::from_str(row.text(5)?)?,
    })
}

/// All, by name.
pub fn list(view: &View) -> Result<Vec<Place>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM place ORDER BY name"), &[], read)
}

/// A place by identifier.
pub fn get(view: &View, id: PlaceId) -> Result<Option<Place>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM place WHERE id = $1"), &[id.into()], read)
}

/// Makes a place or changes it. A taken name is a [`StoreError::Conflict`].
pub fn save(tx: &mut Tx, place: &Place) -> Result<(), StoreError> {
    let zone = place.zone.as_ref().map(ToString::to_string);
    let codes = serde_json::to_string(&place.codes)?;
    tx.execute(
        "INSERT INTO place (id, name, address, zone, calendar, codes) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, address = excluded.address, zone = excluded.zone,
         calendar = excluded.calendar, codes = excluded.codes",
        &[
            place.id.into(),
            (&place.name).into(),
            (&place.address).into(),
            zone.as_deref().into(),
            place.calendar.into(),
            (&codes).into(),
        ],
    )?;
    Ok(())
}

/// Makes one place of two: the first is gone, its posts stand at the second. Names, codes and comments are for whoever
/// merges.
pub fn merge(tx: &mut Tx, from: PlaceId, into: PlaceId) -> Result<(), StoreError> {
    tx.execute("UPDATE post SET place = $2 WHERE place = $1", &[from.into(), into.into()])?;
    tx.execute("UPDATE \"case\" SET place = $2 WHERE place = $1", &[from.into(), into.into()])?;
    remove(tx, from)
}

/// Removes a place: no post stands there any more. What was heard there keeps the word.
pub fn remove(tx: &mut Tx, id: PlaceId) -> Result<(), StoreError> {
    tx.execute("UPDATE post SET place = NULL WHERE place = $1", &[id.into()])?;
    crate::tables::place_check::forget(tx, id)?;
    tx.execute("DELETE FROM place WHERE id = $1", &[id.into()])?;
    Ok(())
}
