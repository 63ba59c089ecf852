//! docs/CONFIG.md, made from the sections themselves.

use std::fmt::Write;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::config::root::Config;

/// One setting.
pub struct Key {
    /// The section.
    pub section: String,
    /// Its name there.
    pub name: String,
    /// `string`, `integer`, `boolean` or `array`.
    pub kind: String,
    about: String,
    default: Value,
}

impl Key {
    /// Section and name.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The variable of the environment.
    pub fn variable(&self) -> String {
        format!("HEARD_{}_{}", self.section, self.name).to_uppercase()
    }
}

fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Config>().to_value()
}

/// All settings, in the order of the alphabet.
pub fn keys() -> Vec<Key> {
    let schema = schema();
    let defaults = serde_json::to_value(Config::default()).unwrap_or_default();
    let mut keys = Vec::new();
    for (section, inner) in schema["properties"].as_object().into_iter().flatten() {
        for (name, field) in inner["properties"].as_object().into_iter().flatten() {
            let kind = match &field["type"] {
                Value::Array(kinds) => kinds.first().and_then(Value::as_str),
                kind => kind.as_str(),
            };
            keys.push(Key {
                section: section.clone(),
                name: name.clone(),
                kind: kind.unwrap_or("string").to_owned(),
                about: field["description"].as_str().unwrap_or_default().to_owned(),
                default: defaults[section][name].clone(),
            });
        }
    }
    keys
}

/// The document.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Configuration\n\nMade by `heard config`; a test fails when this page is stale.\n\n\
         Heard works without any configuration. Later sources outrank earlier ones: defaults, `heard.toml` in the working folder \
         (another file: `--config` or `HEARD_CONFIG`), variables of the environment, flags. Unknown keys are refused.\n",
    );
    // Writing to a String cannot fail.
    let schema = schema();
    let mut section = String::new();
    for key in keys() {
        if key.section != section {
            section.clone_from(&key.section);
            let about = schema["properties"][&section]["description"].as_str().unwrap_or_default();
            let _ =
                writeln!(out, "\n## `[{section}]`\n\n{about}\n\n| key | variable | default | what it does |\n|---|---|---|---|");
        }
        let default = match &key.default {
            Value::Null => "none".to_owned(),
            Value::String(text) => format!("`\"{text}\"`"),
            other => format!("`{other}`"),
        };
        let about = key.about.replace('\n', " ").replace('|', "\\|");
        let _ = writeln!(out, "| `{}` | `{}` | {default} | {about} |", key.name, key.variable());
    }
    // Sections that may be there several times are told by the file alone.
    for (section, inner) in schema["properties"].as_object().into_iter().flatten() {
        let Some(fields) = inner["items"]["properties"].as_object() else { continue };
        let about = inner["description"].as_str().unwrap_or_default();
        let _ = writeln!(out, "\n## `[[{section}]]`\n\n{about}\n\n| key | what it does |\n|---|---|");
        for (name, field) in fields {
            let about = field["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|");
            let _ = writeln!(out, "| `{name}` | {about} |");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_fresh() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIG.md");
        let there = std::fs::read_to_string(page).unwrap_or_default();
        assert_eq!(there, markdown(), "docs/CONFIG.md is stale: write the output of “heard config” there");
    }
}
