//! What is written to standard error while Heard runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is written to standard error while Heard runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`; also by part: `info,heard_store=debug`.
    pub level: String,
    /// `text` for people, `json` for machines: one object a line, with the number of the request in `span.id`. Neither holds what customers said or who they are.
    pub format: Format,
}

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), format: Format::Text }
    }
}
