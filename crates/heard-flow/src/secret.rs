//! Secrets: passwords and tokens, and the only forms in which they are kept.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::FlowError;
use crate::flow::Flow;
use heard_domain::hex::hex;

/// The shortest password that is taken, in characters.
pub const SHORTEST_PASSWORD: usize = 10;

/// The longest password that is taken, in bytes: hashing is dear, and nobody types more.
pub const LONGEST_PASSWORD: usize = 1024;

/// A password as it is kept (argon2id, PHC string). Takes about 20 MiB and tens of milliseconds: never on an async thread.
pub fn hash_password(salt: [u8; 16], password: &str) -> Result<String, FlowError> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(FlowError::rule("password", format!("must have at least {SHORTEST_PASSWORD} characters")));
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(FlowError::rule("password", format!("must have at most {LONGEST_PASSWORD} bytes")));
    }
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(|error| FlowError::internal(error.to_string()))?.to_string())
}

/// Whether a password fits what is kept. Takes as long for a wrong one.
pub fn password_fits(password: &str, kept: &str) -> bool {
    password.len() <= LONGEST_PASSWORD
        && PasswordHash::new(kept).is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
}

/// A new secret of 256 bits, as text.
pub fn new_secret(flow: &Flow) -> String {
    URL_SAFE_NO_PAD.encode(flow.secret::<32>())
}

/// A secret as it is kept: SHA-256, hexadecimal. Enough for 256 random bits; never for passwords.
pub fn hash_secret(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}
