//! What every handler is given. Sits at the bottom of the crate: it imports no handler.

use std::net::IpAddr;
use std::sync::Arc;

use heard_flow::flow::Flow;

use crate::limit::Tries;
use crate::live::{Bounds, Live};
use crate::metrics::Metrics;

/// How the site is reached.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// The address under which people reach it (`https://heard.example.com`), without a slash at the end.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// The largest file that is taken, in bytes.
    pub largest_import: u64,
}

impl Site {
    /// Whether people reach it only by TLS.
    pub fn secure(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// What every handler is given; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The steps of the product.
    pub flow: Arc<Flow>,
    /// How the site is reached.
    pub site: Arc<Site>,
    /// Who tried to sign in how often.
    pub tries: Arc<Tries>,
    /// Who sent a public form how often: counted apart, so that strangers cannot make the count of sign-ins be forgotten.
    pub visits: Arc<Tries>,
    /// Who listens to what arrives.
    pub live: Arc<Live>,
    /// What is counted of requests.
    pub metrics: Arc<Metrics>,
}

impl AppState {
    /// The state of a site.
    pub fn new(flow: Arc<Flow>, site: Site) -> Self {
        Self {
            flow,
            site: Arc::new(site),
            tries: Arc::default(),
            visits: Arc::default(),
            live: Arc::new(Live::new(Bounds::default())),
            metrics: Arc::default(),
        }
    }
}
