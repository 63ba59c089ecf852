//! Users: staff who sign in.

use heard_domain::id::{PostId, UserId};
use heard_domain::time::Time;
use heard_domain::user::User;

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, email, name, role, posts, since, active";

fn read(row: &dyn Row) -> Result<User, StoreError> {
    let posts = row.text_or_none(4)?.map(serde_json::from_str::<Vec<PostId>>).transpose()?;
    Ok(User {
        id: UserId(row.int(0)?),
        email: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        role: row.text(3)?.parse()?,
        posts,
        since: Time(row.int(5)?),
        active: row.yes(6)?,
    })
}

/// All, by name.
pub fn list(view: &View) -> Result<Vec<User>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM \"user\" ORDER BY name, id"), &[], read)
}

/// How many there are: none on the first run.
pub fn count(view: &View) -> Result<u64, StoreError> {
    Ok(view.number("SELECT count(*) FROM \"user\"", &[])? as u64)
}

/// A user by identifier.
pub fn get(view: &View, id: UserId) -> Result<Option<User>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM \"user\" WHERE id = $1"), &[id.into()], read)
}

/// A user by e-mail address (lower case), with the hash of their password.
pub fn by_email(view: &View, email: &str) -> Result<Option<(User, String)>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, password FROM \"user\" WHERE email = $1");
    view.one(&sql, &[email.into()], |row| Ok((read(row)?, row.text(7)?.to_owned())))
}

/// The hash of a user's password.
pub fn password(view: &View, id: UserId) -> Result<Option<String>, StoreError> {
    view.one("SELECT password FROM \"user\" WHERE id = $1", &[id.into()], |row| Ok(row.text(0)?.to_owned()))
}

/// Adds a user. A taken e-mail address is a [`StoreError::Conflict`].
pub fn insert(tx: &mut Tx, user: &User, password: &str) -> Result<(), StoreError> {
    let posts = user.posts.as_ref().map(serde_json::to_string).transpose()?;
    tx.execute(
        "INSERT INTO \"user\" (id, email, name, role, posts, password, since, active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            user.id.into(),
            (&user.email).into(),
            (&user.name).into(),
            user.role.code().into(),
            posts.as_deref().into(),
            password.into(),
            user.since.into(),
            user.active.into(),
        ],
    )?;
    Ok(())
}

/// Changes all but the password.
pub fn update(tx: &mut Tx, user: &User) -> Result<(), StoreError> {
    let posts = user.posts.as_ref().map(serde_json::to_string).transpose()?;
    tx.execute(
        "UPDATE \"user\" SET email = $2, name = $3, role = $4, posts = $5, active = $6 WHERE id = $1",
        &[
            user.id.into(),
            (&user.email).into(),
            (&user.name).into(),
            user.role.code().into(),
            posts.as_deref().into(),
            user.active.into(),
        ],
    )?;
    Ok(())
}

/// Changes the hash of the password.
pub fn set_password(tx: &mut Tx, id: UserId, password: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE \"user\" SET password = $2 WHERE id = $1", &[id.into(), password.into()])?;
    Ok(())
}
