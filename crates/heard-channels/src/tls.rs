//! TLS: one way to speak it, for mail in and out.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

heard_domain::words! {
    /// How a connection to a mail server is protected.
    Security {
        /// TLS from the first byte.
        Tls = "tls", "TLS";
        /// Begun in the clear and then protected; never used unprotected.
        Starttls = "starttls", "STARTTLS";
        /// Not at all: for a server on the same machine.
        None = "none", "none";
    }
}

/// How a connection is protected, and whose certificates are believed beside the usual ones.
#[derive(Debug, Clone)]
pub struct Protection {
    /// How.
    pub security: Security,
    /// A file with further root certificates (PEM), for a company that has its own.
    pub roots: Option<PathBuf>,
}

/// What a client of TLS needs; says what is wrong with the file of roots.
pub fn client(roots: Option<&PathBuf>) -> Result<Arc<ClientConfig>, String> {
    let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = roots {
        let wrong = |error: &dyn std::fmt::Display| format!("{} holds no certificates that can be used: {error}", path.display());
        let found = CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))?;
        for certificate in found {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            store.add(certificate).map_err(|error| wrong(&error))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?;
    Ok(Arc::new(config.with_root_certificates(store).with_no_client_auth()))
}
