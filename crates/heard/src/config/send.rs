//! Sending: what leaves for other systems.

use anyhow::Context;
use heard_channels::http::Client;
use heard_flow::flow::PATIENCE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What Heard sends to other systems: deliveries to receivers of alerts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Send {
    /// Whether receivers may stand in the company's own network: addresses like 10.1.2.3 or localhost. Off, they are refused, so that whoever may add a receiver cannot reach machines that only Heard reaches.
    pub private_addresses: bool,
}

impl Send {
    /// What sends.
    pub fn client(&self) -> anyhow::Result<Client> {
        Client::new(PATIENCE, self.private_addresses).context("sending to other systems cannot be set up")
    }
}
