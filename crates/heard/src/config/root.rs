//! All sections together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::data::Data;
use crate::config::deep::DeepFolder;
use crate::config::log::Log;
use crate::config::mail::Mail;
use crate::config::send::Send;
use crate::config::watch::Watch;
use crate::config::web::Web;

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the data is.
    pub data: Data,
    /// A transformer that reads once more what the fast reader is unsure of. Off by default.
    pub deep_reader: DeepFolder,
    /// How mail goes out and comes in. Without `host` nothing is sent; without `inbox_host` no mailbox is read, and customers answer on pages of their own.
    pub mail: Mail,
    /// What Heard sends to other systems: deliveries to receivers of alerts.
    pub send: Send,
    /// Folders that are watched for files, each in a section of its own; they are not told by the environment.
    pub watch: Vec<Watch>,
    /// How people and programs reach Heard.
    pub web: Web,
    /// What is written to standard error.
    pub log: Log,
}
