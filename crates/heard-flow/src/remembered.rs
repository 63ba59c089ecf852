//! Tokens that were looked up, remembered as long as nothing was changed that they could depend on.

use std::collections::HashMap;
use std::sync::Mutex;

use heard_domain::user::User;
use heard_store::tables::token::Token;

/// A token with whoever made it.
pub(crate) type Bearer = (Token, Option<User>);

/// Tokens by the hash of their secret, each as of so many changes of what is kept.
#[derive(Default)]
pub(crate) struct Remembered(pub(crate) Mutex<HashMap<String, (u64, Bearer)>>);
