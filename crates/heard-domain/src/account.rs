//! Customers: persons, the accounts they belong to, and the handles by which they are known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, PersonId};
use crate::time::Day;

/// Money: minor units and an ISO 4217 code. Never converted; summed per currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// Minor units (cents).
    pub minor: i64,
    /// Three upper-case letters.
    pub currency: String,
}

/// A business customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// Its name, unique.
    pub name: String,
    /// What it is worth in a year.
    pub yearly_value: Option<Money>,
    /// One of the accounts that the company watches most.
    pub key_account: bool,
    /// When the contract is renewed.
    pub renewal: Option<Day>,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Its identifier.
    pub id: PersonId,
    /// As they call themselves; may be empty.
    pub name: String,
    /// Their part in the account ("Finance manager").
    pub role: Option<String>,
    /// The account they belong to.
    pub account: Option<AccountId>,
}

crate::words! {
    /// A kind of handle by which a person is known.
    IdentityKind {
        /// E-mail address, lower case.
        Email = "email", "E-mail";
        /// Telephone number.
        Phone = "phone", "Phone";
        /// Handle on a social network, without @, lower case.
        Social = "social", "Social handle";
        /// Loyalty number.
        Loyalty = "loyalty", "Loyalty number";
        /// Identifier in another system.
        External = "external", "External id";
    }
}

/// A handle of a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// What kind.
    pub kind: IdentityKind,
    /// The handle itself, normalised.
    pub handle: String,
}

impl Identity {
    /// A handle, trimmed and in the form in which it is compared; `None` if nothing is left.
    pub fn new(kind: IdentityKind, handle: &str) -> Option<Self> {
        let handle = handle.trim();
        let handle = match kind {
            IdentityKind::Email => handle.to_lowercase(),
            IdentityKind::Social => handle.trim_start_matches('@').to_lowercase(),
            IdentityKind::Phone => handle.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
            IdentityKind::Loyalty | IdentityKind::External => handle.to_owned(),
        };
        (!handle.is_empty() && handle.len() <= 320).then_some(Self { kind, handle })
    }
}
