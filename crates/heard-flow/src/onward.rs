//! Onward: what was heard and read is to be sent to whom it concerns. Asked for in the write that keeps the reading.

use heard_domain::directory::Directory;
use heard_domain::feedback::Feedback;
use heard_domain::id::{FeedbackId, JobId};
use heard_domain::job::Job;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;

/// The attribute by which feedback says that the customer is still there.
pub const HERE: &str = "Here now";

/// Its value.
pub const YES: &str = "yes";

/// The attribute by which feedback says that nobody knows whether it is from whom it says it is.
pub const SENDER: &str = "Sender";

/// Its value.
pub const UNPROVEN: &str = "not proven";

/// The attribute by which feedback says that it was brought in as history, and the value [`YES`].
pub const HISTORY: &str = "History";

/// What was said longer before it was heard is history that was brought in: nobody waits for an answer to it. 14 days.
const HISTORY_MS: i64 = 14 * 86_400_000;

/// Whether what was said then was history when it was heard.
pub(crate) fn is_history(at: Time, heard: Time) -> bool {
    heard.0 - at.0 > HISTORY_MS
}

/// Whether feedback says something by one of these attributes.
pub(crate) fn says(directory: &Directory, feedback: &Feedback, name: &str, value: &str) -> bool {
    feedback.attributes.iter().any(|(attribute, given)| {
        let known = directory.attributes.iter().find(|known| known.id == *attribute);
        known.is_some_and(|known| known.name.eq_ignore_ascii_case(name))
            && directory.value(*attribute, *given).is_some_and(|given| given.eq_ignore_ascii_case(value))
    })
}

/// Whether it is known that feedback is from whom it says it is: only such belongs to what its person said before.
pub fn proven(directory: &Directory, feedback: &Feedback) -> bool {
    !says(directory, feedback, SENDER, UNPROVEN)
}

/// Whether these attributes say that the customer is still there.
pub(crate) fn says_here(attributes: &[(String, String)]) -> bool {
    attributes.iter().any(|(name, value)| name.eq_ignore_ascii_case(HERE) && value.eq_ignore_ascii_case(YES))
}

/// Asks that these, which were just read, be routed: if a rule is switched on, or a customer waits on the spot (`here`).
/// Otherwise there is nothing to do, and an import costs nothing more.
pub(crate) fn ask(tx: &mut Tx, job: JobId, read: Vec<FeedbackId>, here: bool, now: Time) -> Result<(), StoreError> {
    if read.is_empty() || !(here || tables::rule::any_on(tx)?) {
        return Ok(());
    }
    tables::job::add(tx, job, &Job::Route { feedback: read }, now)
}
