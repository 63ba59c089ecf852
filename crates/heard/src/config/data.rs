//! Where the data is.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// The folder of the database, the search index and imported files. It is made if it is not there.
    pub folder: PathBuf,
}

impl Default for Data {
    fn default() -> Self {
        Self { folder: "heard-data".into() }
    }
}
