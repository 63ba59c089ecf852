//! The deep reader: a transformer in a folder beside Heard.

use std::path::PathBuf;

use anyhow::Context;
use heard_flow::deep_reader::DeepReader;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A transformer that reads once more what the fast reader is unsure of. Off by default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeepFolder {
    /// The folder of a sentence transformer of the BERT family, with `config.json`, `vocab.txt` and `model.safetensors`, like that of all-MiniLM-L6-v2. Without it nothing is read deeply.
    pub folder: Option<PathBuf>,
}

impl DeepFolder {
    /// The reader in the folder, if one is named.
    pub fn open(&self) -> anyhow::Result<Option<DeepReader>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let deep = DeepReader::open(folder);
        deep.map(Some).with_context(|| format!("deep_reader.folder: {} holds no reader that can be used", folder.display()))
    }
}
