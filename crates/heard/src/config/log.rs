//! What is written to standard error while Heard runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is written to standard error while Heard runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`; also by part: `info,heard_store=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into() }
    }
}
