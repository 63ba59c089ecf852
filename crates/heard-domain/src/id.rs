//! Identifiers: time-ordered 64-bit integers, one type per kind of thing, strings outside the program.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::time::Time;

/// An identifier that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not an identifier: expected a positive whole number")]
pub struct BadId(pub String);

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident),+ $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                match text.parse::<i64>() {
                    Ok(id) if id > 0 => Ok(Self(id)),
                    _ => Err(BadId(text.chars().take(40).collect())),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words = concat!($($doc, " ",)* "A positive whole number as a string.");
                schemars::json_schema!({ "type": "string", "pattern": "^[1-9][0-9]{0,18}$", "description": words.trim() })
            }
        }
    )+};
}

ids! {
    /// One feedback.
    FeedbackId,
    /// A customer.
    PersonId,
    /// A business customer.
    AccountId,
    /// A listening post.
    PostId,
    /// A stage of the journey.
    StageId,
    /// A contact within a stage.
    TouchpointId,
    /// A node of the taxonomy.
    CategoryId,
    /// An owner inside the company, or a partner outside it.
    DepartmentId,
    /// Staff who sign in.
    UserId,
    /// A browser in which somebody is signed in.
    SessionId,
    /// A token of an integrator.
    TokenId,
    /// One file or batch that came in.
    ImportId,
    /// A declared attribute.
    AttributeId,
    /// One value of an attribute.
    ValueId,
    /// A scale on which ratings are given.
    ScaleId,
    /// A piece of background work.
    JobId,
    /// A correction of a reading.
    CorrectionId,
    /// Words of which a person said whether they belong to a category.
    ExampleId,
    /// An operational event.
    EventId,
    /// A named mapping.
    TemplateId,
    /// A site where people meet customers.
    PlaceId,
    /// A working calendar.
    CalendarId,
    /// A saved filter of persons.
    SegmentId,
    /// A way in for another system, authenticated by its signature.
    WebhookId,
    /// A problem that many share.
    IssueId,
    /// One customer's matter.
    CaseId,
    /// What stands in the thread of a case.
    CaseEntryId,
    /// A piece of work in a case.
    TaskId,
    /// What somebody on duty is told at once.
    AlertId,
    /// Why an issue happens.
    CauseId,
    /// A piece of the work that removes a cause.
    ActionId,
    /// A fix that somebody proposes.
    ProposedFixId,
    /// The way in of a partner outside to one issue.
    PartnerLinkId,
    /// How feedback is routed.
    RuleId,
    /// Another system that is told of alerts.
    ReceiverId,
    /// What was promised to the customer of a case.
    CasePromiseId,
    /// A conversation with a customer.
    ThreadId,
    /// Something that leaves Heard for one address.
    MessageId,
    /// A run of letters.
    LetterId,
    /// What the contacts of an account are shown before its contract is renewed.
    ProgressId,
    /// What the brand says a touchpoint will be like.
    PromiseId,
    /// What a leader or a department undertook.
    CommitmentId,
}

/// Makes identifiers that grow with time and never repeat within one program.
///
/// The upper 41 bits are milliseconds since 2020-01-01, the lower 22 count within a millisecond; when the clock goes
/// back, counting goes on from the highest identifier given so far.
#[derive(Debug, Default)]
pub struct IdMaker {
    last: AtomicI64,
}

const EPOCH_2020: i64 = 1_577_836_800_000;

impl IdMaker {
    /// A maker that gives no identifier at or below `highest` (the highest already in use, or 0).
    pub fn above(highest: i64) -> Self {
        Self { last: AtomicI64::new(highest) }
    }

    /// The lowest identifier that is given at a moment.
    pub fn floor(at: Time) -> i64 {
        (at.0 - EPOCH_2020).max(0) << 22
    }

    /// The next identifier.
    pub fn next(&self, now: Time) -> i64 {
        let floor = Self::floor(now);
        let step = |last: i64| Some(floor.max(last + 1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).unwrap_or(0);
        floor.max(last + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_grow_even_when_the_clock_goes_back() {
        let maker = IdMaker::default();
        let a = maker.next(Time(1_700_000_000_000));
        let b = maker.next(Time(1_600_000_000_000));
        assert!(b > a);
    }

    #[test]
    fn identifiers_are_strings_outside() {
        assert_eq!(serde_json::to_string(&PostId(7)).ok().as_deref(), Some("\"7\""));
        assert!("-3".parse::<PostId>().is_err());
    }
}
