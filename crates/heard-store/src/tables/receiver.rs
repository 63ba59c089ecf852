//! Receivers of alerts. Deliveries are signed with the secret itself, so the secret is kept as it is, and never shown again.

use heard_domain::id::ReceiverId;
use heard_domain::receiver::Receiver;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, address, kinds, is_on, since, delivered, failed, failure";

fn read(row: &dyn Row) -> Result<Receiver, StoreError> {
    Ok(Receiver {
        id: ReceiverId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        address: row.text(2)?.to_owned(),
        kinds: serde_json::from_str(row.text(3)?)?,
        on: row.yes(4)?,
        since: Time(row.int(5)?),
        delivered: row.int_or_none(6)?.map(Time),
        failed: row.int_or_none(7)?.map(Time),
        failure: row.text_or_none(8)?.map(str::to_owned),
    })
}

/// All of them, by name.
pub fn list(view: &View) -> Result<Vec<Receiver>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM receiver ORDER BY name, id"), &[], read)
}

/// One of them.
pub fn get(view: &View, id: ReceiverId) -> Result<Option<Receiver>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM receiver WHERE id = $1"), &[id.into()], read)
}

/// The secret with which deliveries to it are signed.
pub fn secret(view: &View, id: ReceiverId) -> Result<Option<String>, StoreError> {
    view.one("SELECT secret FROM receiver WHERE id = $1", &[id.into()], |row| Ok(row.text(0)?.to_owned()))
}

/// Adds one.
pub fn insert(tx: &mut Tx, receiver: &Receiver, secret: &str) -> Result<(), StoreError> {
    let kinds = serde_json::to_string(&receiver.kinds)?;
    let values: [Value<'_>; 7] = [
        receiver.id.into(),
        (&receiver.name).into(),
        (&receiver.address).into(),
        (&kinds).into(),
        receiver.on.into(),
        secret.into(),
        receiver.since.into(),
    ];
    let sql = "INSERT INTO receiver (id, name, address, kinds, is_on, secret, since) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute(sql, &values)?;
    Ok(())
}

/// Changes what a person says of it.
pub fn update(tx: &mut Tx, receiver: &Receiver) -> Result<(), StoreError> {
    let kinds = serde_json::to_string(&receiver.kinds)?;
    let values: [Value<'_>; 5] =
        [receiver.id.into(), (&receiver.name).into(), (&receiver.address).into(), (&kinds).into(), receiver.on.into()];
    tx.execute("UPDATE receiver SET name = $2, address = $3, kinds = $4, is_on = $5 WHERE id = $1", &values)?;
    Ok(())
}

/// Gives it a new secret.
pub fn rotate(tx: &mut Tx, id: ReceiverId, secret: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE receiver SET secret = $2 WHERE id = $1", &[id.into(), secret.into()])?;
    Ok(())
}

/// It has taken a delivery.
pub fn took(tx: &mut Tx, id: ReceiverId, at: Time) -> Result<(), StoreError> {
    tx.execute("UPDATE receiver SET delivered = $2, failure = NULL WHERE id = $1", &[id.into(), at.into()])?;
    Ok(())
}

/// A delivery to it has failed; `gone`: it wants no more, and is told of nothing from now on.
pub fn failed(tx: &mut Tx, id: ReceiverId, at: Time, failure: &str, gone: bool) -> Result<(), StoreError> {
    let values: [Value<'_>; 4] = [id.into(), at.into(), failure.into(), gone.into()];
    let sql = "UPDATE receiver SET failed = $2, failure = $3, is_on = CASE WHEN CAST($4 AS BIGINT) = 1 THEN 0 ELSE is_on END
         WHERE id = $1";
    tx.execute(sql, &values)?;
    Ok(())
}

/// Removes it; whether it was there.
pub fn remove(tx: &mut Tx, id: ReceiverId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM receiver WHERE id = $1", &[id.into()])? > 0)
}
