//! Watched folders.

use std::path::PathBuf;

use heard_flow::hear::watch;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A folder that is watched: files that stop growing there come in by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// The folder. What came in is moved to `done` in it, what could not to `failed`, with the reason in a file beside it.
    pub folder: PathBuf,
    /// The listening post that feedback from here goes to; without it, the one that the template or the file's layout says.
    #[serde(default)]
    pub post: Option<String>,
    /// The template by which files from here are understood; without it, files of a known layout come in, and others wait
    /// under Imports until a person has confirmed them.
    #[serde(default)]
    pub template: Option<String>,
}

impl Watch {
    /// As the flow knows it.
    pub fn known(&self) -> watch::Watch {
        watch::Watch { folder: self.folder.clone(), post: self.post.clone(), template: self.template.clone() }
    }
}
