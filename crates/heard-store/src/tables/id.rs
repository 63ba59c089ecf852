//! Identifiers: the highest in use, so that new ones lie above it even when the clock was set back.

use crate::error::StoreError;
use crate::view::View;

/// The highest identifier in use, or 0.
pub fn highest(view: &View) -> Result<i64, StoreError> {
    let tables = [
        "feedback",
        "job",
        "import",
        "person",
        "account",
        "correction",
        "attribute_value",
        "event",
        "template",
        "webhook",
        "calendar",
        "department",
        "place",
        "segment",
        "category",
        "example",
        "rule",
        "\"case\"",
        "case_entry",
        "task",
        "alert",
        "receiver",
        "case_promise",
        "issue",
        "cause",
        "action",
        "proposed_fix",
        "partner_link",
        "promise",
        "commitment",
        "thread",
        "message",
        "letter",
        "progress",
    ];
    let each = tables.map(|table| format!("SELECT max(id) AS id FROM {table}")).join(" UNION ALL ");
    view.number(&format!("SELECT max(id) FROM ({each}) AS each_table"), &[])
}
