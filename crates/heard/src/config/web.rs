//! How people and programs reach Heard.

use std::net::{IpAddr, SocketAddr};

use heard_web::state::Site;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How people and programs reach Heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Address and port to listen on. Only this machine by default: put a proxy with TLS before it to open it to others.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// The address under which people reach it, like `https://heard.example.com`. With `https` the session cookie is sent only over TLS.
    pub public_url: Option<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed (for the limits on sign-in tries).
    #[schemars(with = "Vec<String>")]
    pub proxies: Vec<IpAddr>,
    /// The largest file that is taken by the import page and the API, in mebibytes. `heard import` on the machine knows no limit.
    pub largest_import_mib: u64,
}

impl Default for Web {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 4327)), public_url: None, proxies: Vec::new(), largest_import_mib: 2048 }
    }
}

impl Web {
    /// The site as the web crate wants it; refuses an address that is none.
    pub fn site(&self) -> anyhow::Result<Site> {
        let public_url = self.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            let fine = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']));
            anyhow::ensure!(
                fine,
                "web.public_url: “{url}” is not an address like https://heard.example.com (a path is not possible)"
            );
        }
        Ok(Site { public_url, proxies: self.proxies.clone(), largest_import: self.largest_import_mib.saturating_mul(1 << 20) })
    }
}
