//! What can go wrong in a step, in the words that a person or a program can act on.

use heard_store::error::StoreError;

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The scope does not allow it.
    #[error("this is not open to you")]
    Forbidden,
    /// There is no such thing, or it is out of sight.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// A field names something that is not there, or is out of sight: which of both is never said.
    #[error("{field}: there is no such {what}")]
    Unknown {
        /// The field as the sender knows it.
        field: &'static str,
        /// What was looked for.
        what: &'static str,
    },
    /// A rule is broken: the field and the reason.
    #[error("{field}: {reason}")]
    Rule {
        /// The field as the sender knows it.
        field: String,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// What a field says is taken already: the field and the reason.
    #[error("{field}: {reason}")]
    Taken {
        /// The field as the sender knows it.
        field: &'static str,
        /// By what.
        reason: String,
    },
    /// It contradicts what is there already.
    #[error("{0}")]
    Conflict(String),
    /// Too much at once: try again soon.
    #[error("Heard is busy; try again in a moment")]
    Busy,
    /// The disk is full: nothing was kept.
    #[error("the disk is full: free some space, then try again")]
    Full,
    /// The disk or the database failed: nothing is kept until Heard is started again.
    #[error("Heard has stopped writing, for its disk or database failed: start it again")]
    Stopped,
    /// Something else; the details are in the log, not in the answer.
    #[error("something went wrong inside Heard")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl FlowError {
    /// A broken rule.
    pub fn rule(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Rule { field: field.into(), reason: reason.into() }
    }

    /// Something unforeseen.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(what) => Self::Conflict(what),
            StoreError::Busy(_) => Self::Busy,
            StoreError::Full => Self::Full,
            StoreError::Stopped(_) => Self::Stopped,
            StoreError::Refused { field, reason } => Self::rule(field, reason),
            broken @ StoreError::Broken(_) => Self::internal(broken),
        }
    }
}

impl From<heard_domain::feedback::BadFeedback> for FlowError {
    fn from(bad: heard_domain::feedback::BadFeedback) -> Self {
        Self::Rule { field: bad.field, reason: bad.reason }
    }
}
