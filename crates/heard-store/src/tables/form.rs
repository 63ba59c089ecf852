//! Feedback forms: one to a post, found by its public code.

use heard_domain::form::Form;
use heard_domain::id::PostId;

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

fn read(row: &dyn Row) -> Result<Form, StoreError> {
    Ok(Form { post: PostId(row.int(0)?), code: row.text(1)?.to_owned(), draft: serde_json::from_str(row.text(2)?)? })
}

/// The form of a post in sight.
pub fn get(view: &View, post: PostId) -> Result<Option<Form>, StoreError> {
    if !view.scope().sees(post) {
        return Ok(None);
    }
    view.one("SELECT post, code, body FROM post_form WHERE post = $1", &[post.into()], read)
}

/// All forms in sight, by post.
pub fn list(view: &View) -> Result<Vec<Form>, StoreError> {
    let mut forms = view.list("SELECT post, code, body FROM post_form ORDER BY post", &[], read)?;
    forms.retain(|form| view.scope().sees(form.post));
    Ok(forms)
}

/// The form with a code, and the key with which it signs what it hands out.
pub fn by_code(view: &View, code: &str) -> Result<Option<(Form, String)>, StoreError> {
    let sql = "SELECT post, code, body, form_key FROM post_form WHERE code = $1";
    view.one(sql, &[code.into()], |row| Ok((read(row)?, row.text(3)?.to_owned())))
}

/// Makes the form of a post or changes what it asks; an existing one keeps its code and key.
pub fn save(tx: &mut Tx, form: &Form, key: &str) -> Result<(), StoreError> {
    let body = serde_json::to_string(&form.draft)?;
    tx.execute(
        "INSERT INTO post_form (post, code, form_key, body) VALUES ($1, $2, $3, $4) ON CONFLICT (post) DO UPDATE SET body = excluded.body",
        &[form.post.into(), (&form.code).into(), key.into(), (&body).into()],
    )?;
    Ok(())
}

/// Gives the form of a post a new code and a new key: the old address and forms that were handed out stop working. Whether
/// there is a form.
pub fn rename(tx: &mut Tx, post: PostId, code: &str, key: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE post_form SET code = $2, form_key = $3 WHERE post = $1";
    Ok(tx.execute(sql, &[post.into(), code.into(), key.into()])? > 0)
}
