//! What is unpacked can only be read from its beginning, as often as needed.

use std::io::{Error, ErrorKind, Read, Result, SeekFrom};

/// Where to go from the beginning: nowhere else can be gone.
pub fn from_start(to: SeekFrom) -> Result<u64> {
    match to {
        SeekFrom::Start(at) => Ok(at),
        SeekFrom::End(_) | SeekFrom::Current(_) => {
            Err(Error::new(ErrorKind::Unsupported, "what is packed is read from the beginning"))
        }
    }
}

/// Leaves out so many bytes.
pub fn skip(source: &mut impl Read, bytes: u64) -> Result<u64> {
    std::io::copy(&mut source.take(bytes), &mut std::io::sink())
}
