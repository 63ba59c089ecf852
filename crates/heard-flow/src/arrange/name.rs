//! Names: what every named thing must keep to.

use std::collections::HashSet;

use crate::error::FlowError;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 60;

/// A name, trimmed and checked: 1-60 characters, none of them a control character.
pub fn name(field: &str, given: &str) -> Result<String, FlowError> {
    let name = given.trim();
    match name.chars().count() {
        0 => Err(FlowError::rule(field, "must not be empty")),
        n if n > LONGEST_NAME => Err(FlowError::rule(field, format!("has {n} characters; at most {LONGEST_NAME} are allowed"))),
        _ if name.chars().any(char::is_control) => Err(FlowError::rule(field, "must not contain control characters")),
        _ => Ok(name.to_owned()),
    }
}

/// Refuses two of the same name, whatever their letter case.
pub fn distinct<'a>(field: &str, names: impl IntoIterator<Item = &'a str>) -> Result<(), FlowError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.to_lowercase()) {
            return Err(FlowError::rule(field, format!("“{name}” is there twice")));
        }
    }
    Ok(())
}
