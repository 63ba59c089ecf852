//! What an import changed in operational data: before and after, so that it can be undone exactly.

use heard_domain::id::ImportId;
use serde::Serialize;

use crate::error::StoreError;
use crate::view::Tx;

/// What writing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrote {
    /// It was there already, like this.
    Known,
    /// It was there, and is different now.
    Changed,
    /// It is new.
    Added,
}

/// Notes a change for its import; without an import nothing is noted. Of several changes of one thing by one import, the
/// first `before` and the last `after` count.
pub(crate) fn note(
    tx: &mut Tx,
    import: Option<ImportId>,
    noun: &str,
    thing: &str,
    before: Option<&impl Serialize>,
    after: &impl Serialize,
) -> Result<(), StoreError> {
    let Some(import) = import else { return Ok(()) };
    let before = before.map(serde_json::to_string).transpose()?;
    let after = serde_json::to_string(after)?;
    let ordinal = tx.number("SELECT max(ordinal) FROM import_change WHERE import = $1", &[import.into()])? + 1;
    tx.execute(
        "INSERT INTO import_change (import, noun, thing, ordinal, earlier, later) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (import, noun, thing) DO UPDATE SET later = excluded.later",
        &[import.into(), noun.into(), thing.into(), ordinal.into(), before.as_deref().into(), (&after).into()],
    )?;
    Ok(())
}
