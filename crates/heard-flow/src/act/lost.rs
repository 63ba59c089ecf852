//! What became of what was said to a customer: where it did not arrive, its case says so.

use heard_domain::case_entry::CaseEvent;
use heard_domain::message::{Message, MessageState};
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;

use crate::act::customer::Listening;
use crate::alerting::Told;

/// Keeps a message as it is now; where an answer did not arrive, its case says so and is open again, and whoever answers is told.
pub(crate) fn end(tx: &mut Tx, listening: &Listening, message: &Message) -> Result<Option<Told>, StoreError> {
    tables::message::update(tx, message)?;
    let event = match message.state {
        MessageState::Maybe => CaseEvent::MaybeSent,
        MessageState::Failed | MessageState::Suppressed => CaseEvent::NotSent,
        MessageState::Bounced => CaseEvent::Bounced,
        MessageState::Waiting | MessageState::Sending | MessageState::Sent => return Ok(None),
    };
    let Some(case) = message.case else { return Ok(None) };
    listening.desk.event(tx, case, None, event)?;
    listening.undelivered(tx, case, message)
}
