//! The lines of a backup: header, tables with their rows, files, trailer.

use std::collections::BTreeMap;

use heard_domain::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::error::StoreError;
use crate::sql::driver::Value;

/// The number of this form of backups.
pub const FORMAT: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The form of the backup.
    pub heard_backup: u32,
    /// The last step of the schema.
    pub schema: i64,
    /// When it was made.
    pub made_at: Time,
    /// The version of Heard that made it.
    pub made_by: String,
    /// How far the outbox had come.
    pub sequence: i64,
}

/// Begins the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableLine {
    /// Its name.
    pub table: String,
    /// What the values of each row are.
    pub columns: Vec<String>,
}

/// Begins a file that waits to be imported; its bytes follow in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLine {
    /// Its name in the folder of imports.
    pub file: String,
}

/// Some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartLine {
    /// In hexadecimal digits.
    pub part: String,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trailer {
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
    /// How many files there are.
    pub files: u64,
    /// SHA-256 of all lines between header and trailer: the same for the same content, wherever it lies.
    pub content: String,
    /// SHA-256 of all lines before this one.
    pub sha256: String,
}

/// A value on its way into a row. Numbers that are not whole stand as text, which is read back to the last bit.
pub fn json_of(value: Value<'_>) -> Result<Json, StoreError> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Int(whole) => json!(whole),
        Value::Real(number) if number.is_finite() => json!({ "r": number.to_string() }),
        Value::Real(number) => return Err(StoreError::odd(format!("{number} cannot be backed up"))),
        Value::Text(text) => json!(text),
    })
}

/// A value of a row on its way back; `None` if it is none.
pub fn value_of(json: &Json) -> Option<Value<'_>> {
    match json {
        Json::Null => Some(Value::Null),
        Json::Number(number) => number.as_i64().map(Value::Int),
        Json::String(text) => Some(Value::Text(text)),
        Json::Object(tagged) if tagged.len() == 1 => tagged.get("r")?.as_str()?.parse().ok().map(Value::Real),
        _ => None,
    }
}

/// Bytes from hexadecimal digits.
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Whether a file in the folder of imports can have this name.
pub fn is_file_name(name: &str) -> bool {
    name.strip_suffix(".file").is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_as_it_was() {
        for value in [
            Value::Null,
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::Real(0.1 + 0.2),
            Value::Real(-0.0),
            Value::Real(3.0),
            Value::Real(f64::MIN_POSITIVE),
            Value::Real(1.797_693_134_862_315_7e308),
            Value::Text("quotes \" and \u{1F980}\n"),
        ] {
            let text = json_of(value).unwrap().to_string();
            assert!(!text.contains('\n'));
            assert_eq!(value_of(&serde_json::from_str(&text).unwrap()), Some(value), "{text}");
        }
        assert!(json_of(Value::Real(f64::NAN)).is_err());
        assert_eq!(unhex("00ff1a"), Some(vec![0, 255, 26]));
        assert!(unhex("0").is_none() && unhex("zz").is_none());
        assert!(is_file_name("12.file") && !is_file_name("../12.file") && !is_file_name(".file"));
    }
}
