//! Operational data: what the company knows of its customers besides their words. Accounts and persons, how many orders,
//! calls or visits there were (exposures), and what happened to customers (events).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::{Identity, Money};
use crate::feedback::{BadFeedback, LONGEST_NAME, MOST_FACTS, NewAuthor};
use crate::id::{AccountId, EventId, PersonId, StageId, TouchpointId};
use crate::time::{Day, Time};

/// The longest value of an attribute or detail, in bytes.
pub const LONGEST_VALUE: usize = 2_000;

/// An account as a source names it. What is not said (`None`, or an attribute that is not there) stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Its name: the same name is the same account.
    pub name: String,
    /// What it is worth in a year.
    #[serde(default)]
    pub yearly_value: Option<Money>,
    /// When the contract is renewed.
    #[serde(default)]
    pub renewal: Option<Day>,
    /// Whether it is one of the accounts that the company watches most.
    #[serde(default)]
    pub key_account: Option<bool>,
    /// Name and value of further properties.
    #[serde(default)]
    pub attributes: Vec<(String, String)>,
}

/// A person as a source names them. What is not said stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// As they call themselves.
    #[serde(default)]
    pub name: Option<String>,
    /// Their part in the account.
    #[serde(default)]
    pub role: Option<String>,
    /// The account's name; made if there is none.
    #[serde(default)]
    pub account: Option<String>,
    /// Handles by which they are known again.
    #[serde(default)]
    pub identities: Vec<Identity>,
    /// Name and value of further properties.
    #[serde(default)]
    pub attributes: Vec<(String, String)>,
}

/// How often something happened on a day in a stage, as a source names it. The same day, stage, measure and place again
/// replaces the count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExposure {
    /// The day.
    pub day: Day,
    /// The stage's name.
    pub stage: String,
    /// What is counted ("orders").
    pub measure: String,
    /// The site, if it is counted by site.
    #[serde(default)]
    pub place: Option<String>,
    /// How many.
    pub count: u64,
}

/// What happened to a customer, as a source names it. The same key again is the same event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// Unique among all events. 1-200 bytes.
    pub key: String,
    /// What kind of event ("delay").
    pub kind: String,
    /// When it happened.
    pub at: Time,
    /// To whom.
    #[serde(default)]
    pub author: NewAuthor,
    /// The stage's name.
    #[serde(default)]
    pub stage: Option<String>,
    /// The touchpoint's name.
    #[serde(default)]
    pub touchpoint: Option<String>,
    /// Name and value of what else is known of it.
    #[serde(default)]
    pub details: Vec<(String, String)>,
}

/// One row of operational data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Entry {
    /// An account.
    Account(NewAccount),
    /// A person.
    Person(NewPerson),
    /// Exposures of one row: one for each measure.
    Exposures {
        /// The cells.
        cells: Vec<NewExposure>,
    },
    /// An event.
    Event(NewEvent),
}

/// How often something happened on a day in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exposure {
    /// The day.
    pub day: Day,
    /// The stage.
    pub stage: StageId,
    /// What is counted.
    pub measure: String,
    /// The site, if it is counted by site.
    pub place: Option<String>,
    /// How many.
    pub count: u64,
}

/// What happened to a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its identifier.
    pub id: EventId,
    /// What makes it the same event when it comes twice.
    pub key: String,
    /// What kind of event.
    pub kind: String,
    /// When it happened.
    pub at: Time,
    /// The day of `at` in the company's time zone.
    pub day: Day,
    /// To whom, if known.
    pub person: Option<PersonId>,
    /// To which account, if known.
    pub account: Option<AccountId>,
    /// In which stage, if known.
    pub stage: Option<StageId>,
    /// At which contact, if known.
    pub touchpoint: Option<TouchpointId>,
    /// Name and value of what else is known of it.
    pub details: Vec<(String, String)>,
}

fn bad<T>(field: &str, reason: impl Into<String>) -> Result<T, BadFeedback> {
    Err(BadFeedback { field: field.to_owned(), reason: reason.into() })
}

fn word(field: &str, value: &str) -> Result<(), BadFeedback> {
    match value.trim().len() {
        0 => bad(field, "is empty"),
        n if n > LONGEST_NAME => bad(field, format!("has {n} bytes; at most {LONGEST_NAME} are taken")),
        _ if value.contains('\0') => bad(field, "holds a NUL character"),
        _ => Ok(()),
    }
}

fn facts(field: &str, list: &[(String, String)]) -> Result<(), BadFeedback> {
    if list.len() > MOST_FACTS {
        return bad(field, format!("has {} entries; at most {MOST_FACTS} are taken", list.len()));
    }
    for (name, value) in list {
        word(field, name)?;
        if value.len() > LONGEST_VALUE {
            return bad(name, format!("has {} bytes; at most {LONGEST_VALUE} are taken", value.len()));
        }
        if value.contains('\0') {
            return bad(name, "holds a NUL character");
        }
    }
    Ok(())
}

impl Money {
    /// Whether the currency is written as ISO 4217 has it: three upper-case letters.
    pub fn sound(&self) -> bool {
        self.currency.len() == 3 && self.currency.bytes().all(|b| b.is_ascii_uppercase())
    }
}

impl NewAccount {
    /// Checks the rules that hold for every source.
    pub fn check(&self) -> Result<(), BadFeedback> {
        word("name", &self.name)?;
        if self.yearly_value.as_ref().is_some_and(|value| !value.sound()) {
            return bad("currency", "must be three upper-case letters like EUR");
        }
        facts("attributes", &self.attributes)
    }
}

impl NewPerson {
    /// Checks the rules that hold for every source: a person must be known again when they come twice.
    pub fn check(&self) -> Result<(), BadFeedback> {
        for (field, value) in [("name", &self.name), ("role", &self.role), ("account", &self.account)] {
            if let Some(value) = value {
                word(field, value)?;
            }
        }
        if self.identities.is_empty() && (self.name.is_none() || self.account.is_none()) {
            return bad("identities", "a person needs a handle (e-mail, phone, loyalty number …), or a name and an account");
        }
        if self.identities.len() > MOST_FACTS {
            return bad("identities", format!("has {} entries; at most {MOST_FACTS} are taken", self.identities.len()));
        }
        for identity in &self.identities {
            match Identity::new(identity.kind, &identity.handle) {
                None => return bad(identity.kind.label(), "is empty or too long"),
                Some(handle) if handle.handle.contains('\0') => return bad(identity.kind.label(), "holds a NUL character"),
                Some(_) => {}
            }
        }
        facts("attributes", &self.attributes)
    }
}

impl NewExposure {
    /// Checks the rules that hold for every source.
    pub fn check(&self) -> Result<(), BadFeedback> {
        word("stage", &self.stage)?;
        word("measure", &self.measure)?;
        if let Some(place) = &self.place {
            word("place", place)?;
        }
        if i64::try_from(self.count).is_err() {
            return bad("count", "is too large");
        }
        Ok(())
    }
}

impl NewEvent {
    /// Checks the rules that hold for every source.
    pub fn check(&self) -> Result<(), BadFeedback> {
        word("key", &self.key)?;
        word("kind", &self.kind)?;
        let said = [("stage", &self.stage), ("touchpoint", &self.touchpoint), ("name", &self.author.name)];
        let whose = [("role", &self.author.role), ("account", &self.author.account)];
        for (field, value) in said.into_iter().chain(whose) {
            if let Some(value) = value {
                word(field, value)?;
            }
        }
        if self.author.identities.len() > MOST_FACTS {
            return bad("author.identities", format!("at most {MOST_FACTS} are taken"));
        }
        for identity in &self.author.identities {
            match Identity::new(identity.kind, &identity.handle) {
                Some(handle) if !handle.handle.contains('\0') => {}
                _ => return bad(identity.kind.label(), "is empty, too long or holds a NUL character"),
            }
        }
        facts("details", &self.details)
    }
}

impl Entry {
    /// Checks the rules that hold for every source.
    pub fn check(&self) -> Result<(), BadFeedback> {
        match self {
            Self::Account(account) => account.check(),
            Self::Person(person) => person.check(),
            Self::Exposures { cells } => cells.iter().try_for_each(NewExposure::check),
            Self::Event(event) => event.check(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::IdentityKind;

    #[test]
    fn what_could_not_be_known_again_is_refused() {
        let nobody = NewPerson { name: Some("Ann".into()), ..NewPerson::default() };
        assert_eq!(nobody.check().map_err(|bad| bad.field), Err("identities".to_owned()));
        let placed = NewPerson { account: Some("Acme".into()), ..nobody.clone() };
        assert_eq!(placed.check(), Ok(()));
        let email = Identity { kind: IdentityKind::Email, handle: "ann@x.org".into() };
        assert_eq!(NewPerson { identities: vec![email], name: None, ..nobody }.check(), Ok(()));
    }

    #[test]
    fn money_names_its_currency() {
        let worth = |currency: &str| NewAccount {
            name: "Acme".into(),
            yearly_value: Some(Money { minor: 1, currency: currency.into() }),
            ..NewAccount::default()
        };
        assert_eq!(worth("EUR").check(), Ok(()));
        assert_eq!(worth("eur").check().map_err(|bad| bad.field), Err("currency".to_owned()));
        assert_eq!(worth("€").check().map_err(|bad| bad.field), Err("currency".to_owned()));
    }
}
