//! Sibling places: a fix that was verified where people complained may be wanted where the same stage is lived elsewhere. Somebody there looks
//! and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{IssueId, PlaceId, UserId};
use crate::time::Time;

crate::words! {
    /// What somebody found at another place.
    PlaceAnswer {
        /// Customers live the same there, and nobody has said so yet.
        SameHere = "same_here", "It is the same here";
        /// It does not happen there.
        NotHere = "not_here", "Not here";
        /// They do there what has helped elsewhere.
        DoToo = "do_too", "We do it too";
    }
}

/// The longest words beside an answer, in characters.
pub const LONGEST_FOUND: usize = 1_000;

/// What was asked of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceCheck {
    /// Whose fix.
    pub issue: IssueId,
    /// Where to look.
    pub place: PlaceId,
    /// Since when.
    pub asked: Time,
    /// What was found there; `None`: nobody has answered yet.
    pub found: Option<PlaceFound>,
}

/// What somebody found at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceFound {
    /// What.
    pub answer: PlaceAnswer,
    /// What else they say; may be empty.
    pub words: String,
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Time,
}
