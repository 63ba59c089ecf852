//! Alerts: what somebody on duty is told at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AlertId, CaseId, DepartmentId, FeedbackId, PlaceId, PostId};
use crate::rule::Urgency;
use crate::time::Time;

crate::words! {
    /// Why somebody is told.
    AlertKind {
        /// The customer is still there.
        Here = "here", "The customer is still here";
        /// A rule sends it.
        Routed = "routed", "For your department";
        /// The promised time has passed.
        Late = "late", "Late";
        /// It has passed a second time.
        Escalated = "escalated", "Still no answer";
        /// A case is theirs from now on.
        Assigned = "assigned", "Yours now";
        /// The customer wrote in a case.
        Wrote = "wrote", "The customer wrote";
        /// What was said to the customer did not arrive, or may not have.
        Undelivered = "undelivered", "An answer did not arrive, or may not have";
        /// They were mentioned in a note.
        Mentioned = "mentioned", "You were mentioned";
    }
}

/// What somebody is told at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// Its identifier.
    pub id: AlertId,
    /// Why.
    pub kind: AlertKind,
    /// Since when it is there.
    pub at: Time,
    /// How soon somebody has to look.
    pub urgency: Urgency,
    /// Where it was heard.
    pub post: PostId,
    /// At which place.
    pub place: Option<PlaceId>,
    /// To which departments it goes.
    pub departments: Vec<DepartmentId>,
    /// Which comment, if it is about one.
    pub feedback: Option<FeedbackId>,
    /// Which case, if there is one.
    pub case: Option<CaseId>,
}
