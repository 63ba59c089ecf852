//! Bytes as hexadecimal digits: hashes and secrets, as they are kept and shown.

use std::fmt::Write;

/// Two lower-case digits for every byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
