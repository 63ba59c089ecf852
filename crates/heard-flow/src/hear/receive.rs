//! Receiving a file: it is written down whole, with its hash, before anything is made of it.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use heard_domain::hex::hex;
use heard_domain::id::ImportId;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use sha2::{Digest, Sha256};

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// A file that is coming in. Dropped before [`Receiving::finish`], it leaves nothing behind.
pub struct Receiving {
    id: ImportId,
    path: PathBuf,
    file: File,
    hash: Sha256,
    bytes: u64,
    finished: bool,
}

/// A file that is there.
pub(crate) struct Received {
    pub(crate) id: ImportId,
    pub(crate) hash: String,
    pub(crate) bytes: u64,
}

impl Receiving {
    /// Begins.
    pub fn begin(flow: &Flow, scope: &Scope) -> Result<Self, FlowError> {
        need(scope, Grant::Import)?;
        let id = ImportId(flow.id());
        let path = path(flow, id);
        let file = File::create_new(&path).map_err(io)?;
        Ok(Self { id, path, file, hash: Sha256::new(), bytes: 0, finished: false })
    }

    /// The next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FlowError> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(io)
    }

    /// How many bytes have come so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All bytes are there: makes them durable.
    pub(crate) fn finish(mut self) -> Result<Received, FlowError> {
        if self.bytes == 0 {
            return Err(FlowError::rule("file", "is empty"));
        }
        self.file.sync_all().map_err(io)?;
        self.finished = true;
        let hash = hex(&std::mem::take(&mut self.hash).finalize());
        Ok(Received { id: self.id, hash, bytes: self.bytes })
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if !self.finished {
            // Nothing refers to it yet; if it cannot be removed it only takes up space.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Where the bytes of an import are kept.
pub(crate) fn path(flow: &Flow, id: ImportId) -> PathBuf {
    flow.files().join(format!("{id}.file"))
}

pub(crate) fn io(error: std::io::Error) -> FlowError {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    if matches!(error.kind(), StorageFull | QuotaExceeded) { FlowError::Full } else { FlowError::internal(error) }
}
