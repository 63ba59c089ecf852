//! Places: sites where people meet customers, known to sources by codes and other names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CalendarId, PlaceId};
use crate::time::Zone;

/// The attribute by which feedback says where it belongs.
pub const PLACE: &str = "Place";

/// A site where people meet customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Its identifier.
    pub id: PlaceId,
    /// Its name, unique, 1-60 characters; also the value of the attribute `Place` of what is heard there.
    pub name: String,
    /// Its address or area, at most 300 characters; may be empty.
    pub address: String,
    /// Its time zone; `None`: the company's.
    pub zone: Option<Zone>,
    /// When it is open; `None`: not said.
    pub calendar: Option<CalendarId>,
    /// How sources write it: codes and other names; matched whatever their letter case.
    pub codes: Vec<String>,
}

impl Place {
    /// Whether a source means this place: by its name or one of its codes, whatever the letter case.
    pub fn is_called(&self, given: &str) -> bool {
        let given = given.trim().to_lowercase();
        !given.is_empty() && std::iter::once(&self.name).chain(&self.codes).any(|name| name.trim().to_lowercase() == given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_by_name_and_codes() {
        let (name, codes) = ("Larkfield".to_owned(), vec!["LKF".to_owned(), "Store 0412".to_owned()]);
        let place = Place { id: PlaceId(1), name, address: String::new(), zone: None, calendar: None, codes };
        assert!(["larkfield", " LARKFIELD ", "lkf", "store 0412"].iter().all(|given| place.is_called(given)));
        assert!(["", " ", "lark", "0412"].iter().all(|given| !place.is_called(given)));
    }
}
