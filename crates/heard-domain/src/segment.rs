//! Segments: saved filters of persons, by what is known of them and of their account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::{Account, Person};
use crate::id::{AccountId, SegmentId};
use crate::time::Day;

/// A saved filter of persons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Segment {
    /// Its identifier.
    pub id: SegmentId,
    /// Its name, unique, 1-60 characters.
    pub name: String,
    /// Whom it holds.
    pub filter: PersonFilter,
}

/// Which persons are meant: all that is said must hold. A filter that says nothing holds everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PersonFilter {
    /// Whether the account is one of those that are watched most; who has no account has none such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_account: Option<bool>,
    /// The currency of the value, three upper-case letters; values in others do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What the account is worth in a year, at least, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<i64>,
    /// What the account is worth in a year, less than this, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_under: Option<i64>,
    /// The contract is renewed within so many days from today, today included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews_within: Option<i32>,
    /// The account is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account: Vec<AccountId>,
    /// The name of the account contains these words, whatever their letter case.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account_name: String,
    /// Their part in the account contains one of these, whatever its letter case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub role: Vec<String>,
    /// Properties that were brought for the person or the account, name and value: all of them, letter by letter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attribute: Vec<(String, String)>,
}

impl PersonFilter {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it asks anything of the account.
    pub fn of_account(&self) -> bool {
        !Self { role: Vec::new(), attribute: Vec::new(), ..self.clone() }.is_empty()
    }

    /// Whether a person with their account is meant, apart from properties: those are looked up elsewhere.
    pub fn holds(&self, person: &Person, account: Option<&Account>, today: Day) -> bool {
        let role = || person.role.as_deref().unwrap_or_default().to_lowercase();
        (self.role.is_empty() || {
            let role = role();
            self.role.iter().any(|wanted| role.contains(&wanted.to_lowercase()))
        }) && (!self.of_account() || account.map_or(self.key_account == Some(false) && self.only_key(), |a| self.fits(a, today)))
    }

    /// Whether nothing but "key account or not" is asked of the account.
    fn only_key(&self) -> bool {
        !Self { key_account: None, ..self.clone() }.of_account()
    }

    fn fits(&self, account: &Account, today: Day) -> bool {
        let value = account.yearly_value.as_ref();
        let within = |days: i32| account.renewal.is_some_and(|renewal| (0..=days).contains(&(renewal - today)));
        self.key_account.is_none_or(|key| account.key_account == key)
            && self.currency.as_ref().is_none_or(|currency| value.is_some_and(|value| value.currency == *currency))
            && self.value_from.is_none_or(|least| value.is_some_and(|value| value.minor >= least))
            && self.value_under.is_none_or(|end| value.is_some_and(|value| value.minor < end))
            && self.renews_within.is_none_or(within)
            && (self.account.is_empty() || self.account.contains(&account.id))
            && (self.account_name.is_empty() || account.name.to_lowercase().contains(&self.account_name.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Money;
    use crate::id::PersonId;

    const TODAY: Day = Day(20_000);

    fn person(role: Option<&str>, account: Option<i64>) -> Person {
        Person { id: PersonId(1), name: "Mia".into(), role: role.map(str::to_owned), account: account.map(AccountId) }
    }

    fn account() -> Account {
        Account {
            id: AccountId(7),
            name: "Nordwind Öl".into(),
            yearly_value: Some(Money { minor: 1_000, currency: "EUR".into() }),
            key_account: true,
            renewal: Some(TODAY + 30),
        }
    }

    #[test]
    fn all_that_is_said_must_hold() {
        let all = PersonFilter {
            key_account: Some(true),
            currency: Some("EUR".into()),
            value_from: Some(1_000),
            value_under: Some(1_001),
            renews_within: Some(30),
            account: vec![AccountId(7)],
            account_name: "wind ö".into(),
            role: vec!["finance".into()],
            attribute: vec![],
        };
        let (mia, acme) = (person(Some("Head of FINANCE"), Some(7)), account());
        assert!(all.holds(&mia, Some(&acme), TODAY));
        assert!(PersonFilter::default().holds(&person(None, None), None, TODAY));
        for other in [
            PersonFilter { key_account: Some(false), ..all.clone() },
            PersonFilter { currency: Some("USD".into()), ..all.clone() },
            PersonFilter { value_from: Some(1_001), ..all.clone() },
            PersonFilter { value_under: Some(1_000), ..all.clone() },
            PersonFilter { renews_within: Some(29), ..all.clone() },
            PersonFilter { account: vec![AccountId(8)], ..all.clone() },
            PersonFilter { account_name: "south".into(), ..all.clone() },
            PersonFilter { role: vec!["nurse".into()], ..all.clone() },
        ] {
            assert!(!other.holds(&mia, Some(&acme), TODAY), "{other:?}");
        }
        assert!(!all.holds(&mia, Some(&acme), TODAY + 31), "the renewal has passed");
    }

    #[test]
    fn who_has_no_account_has_no_key_account() {
        let no_key = PersonFilter { key_account: Some(false), ..PersonFilter::default() };
        assert!(no_key.holds(&person(None, None), None, TODAY));
        assert!(!PersonFilter { value_from: Some(0), ..no_key }.holds(&person(None, None), None, TODAY));
        assert!(!PersonFilter { key_account: Some(true), ..PersonFilter::default() }.holds(&person(None, None), None, TODAY));
    }
}
