//! What can go wrong between Heard and its data. “Not found” is not among it: that is an `Option`.

/// Why the store could not do as asked. Nothing was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It contradicts what is kept already: a name or key that is taken, or something that is still in use.
    #[error("it contradicts what is kept already: {0}")]
    Conflict(String),
    /// Too much is waiting, or another program holds the data. Trying again later helps.
    #[error("the store is busy: {0}")]
    Busy(String),
    /// The disk is full. Reading goes on; writing goes on as soon as there is room.
    #[error("the disk is full: make room and try again")]
    Full,
    /// Writing has stopped after the disk or the database failed: nobody knows what it holds. Reading goes on; writing goes on
    /// after Heard was started again.
    #[error("writing has stopped: start Heard again, and see “heard doctor” if it happens again ({0})")]
    Stopped(String),
    /// It cannot be asked like this; the reason says what to do instead.
    #[error("{field}: {reason}")]
    Refused {
        /// The field of the question.
        field: &'static str,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// The data or the machine is damaged, or a programmer erred.
    #[error("the store cannot go on: {0}")]
    Broken(String),
}

impl StoreError {
    /// A question that cannot be answered.
    pub fn refused(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Refused { field, reason: reason.into() }
    }

    /// Something kept cannot be understood.
    pub fn odd(what: impl std::fmt::Display) -> Self {
        Self::Broken(what.to_string())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(format!("kept JSON does not fit: {error}"))
    }
}

impl From<heard_domain::word::UnknownWord> for StoreError {
    fn from(error: heard_domain::word::UnknownWord) -> Self {
        Self::odd(error)
    }
}
