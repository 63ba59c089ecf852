//! How far comments came: who opened them to read, and which of them came to which step of the listening ledger.

use std::collections::HashMap;

use heard_domain::id::{FeedbackId, UserId};
use heard_domain::ledger::LedgerStep;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::view::{Tx, View};

/// Somebody has opened a comment to read it; only the first time is kept.
pub fn open(tx: &mut Tx, feedback: FeedbackId, user: UserId, at: Time) -> Result<(), StoreError> {
    // Gone meanwhile: nothing was read.
    if tx.number("SELECT count(*) FROM feedback WHERE id = $1", &[feedback.into()])? == 0 {
        return Ok(());
    }
    let sql = "INSERT INTO opened (feedback, user_id, at) VALUES ($1, $2, $3) ON CONFLICT (feedback, user_id) DO NOTHING";
    tx.execute(sql, &[feedback.into(), user.into(), at.into()])?;
    Ok(())
}

/// A comment goes.
pub(crate) fn forget(tx: &mut Tx, feedback: FeedbackId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM opened WHERE feedback = $1", &[feedback.into()])?;
    Ok(())
}

/// The bit of a step.
pub(crate) fn bit(step: LedgerStep) -> u8 {
    1 << step.index()
}

/// Which comments came to which step beyond being heard, as bits; comments that came to none are left out.
#[derive(Debug, Clone, Default)]
pub struct Steps(HashMap<i64, u8>);

impl Steps {
    /// These comments came to these steps.
    pub fn of(came: &[(LedgerStep, Vec<FeedbackId>)]) -> Self {
        let mut steps = Self::default();
        for (step, ids) in came {
            for id in ids {
                steps.add(id.0, bit(*step));
            }
        }
        steps
    }

    fn add(&mut self, feedback: i64, bits: u8) {
        *self.0.entry(feedback).or_default() |= bits;
    }

    /// The steps to which a comment came.
    pub(crate) fn came(&self, feedback: i64) -> u8 {
        self.0.get(&feedback).copied().unwrap_or(0)
    }
}

/// How far all comments came that came further than being heard, whoever looks.
///
/// Read: a person opened it, corrected what was understood of it, made an example of it, or works on a case of it. Routed: it was
/// sent to a department, by a rule or by the usual contribution to its category. Acted on: it is part of a case in which somebody
/// did something. Told: the customer of its case was answered, or whoever said it was told what became of its issue.
pub fn steps(view: &View) -> Result<Steps, StoreError> {
    let mut found = Steps::default();
    let mut take = |sql: &str, bits: u8| {
        view.each(sql, &[], |row| {
            found.add(row.int(0)?, bits);
            Ok(())
        })
    };
    let (read, routed) = (bit(LedgerStep::Read), bit(LedgerStep::Routed));
    take("SELECT DISTINCT feedback FROM opened", read)?;
    take("SELECT DISTINCT feedback FROM correction", read)?;
    take("SELECT DISTINCT feedback FROM example WHERE feedback IS NOT NULL", read)?;
    take("SELECT DISTINCT feedback FROM routed_department", routed)?;
    let cases = "SELECT DISTINCT case_feedback.feedback FROM case_feedback
         JOIN case_entry ON case_entry.case_id = case_feedback.case_id WHERE case_entry.user_id IS NOT NULL";
    take(cases, read | routed | bit(LedgerStep::Acted))?;
    take("SELECT feedback FROM case_feedback", routed)?;
    let told = "SELECT case_feedback.feedback FROM case_feedback JOIN \"case\" ON \"case\".id = case_feedback.case_id
         WHERE \"case\".first_answer IS NOT NULL";
    take(told, bit(LedgerStep::Told))?;
    crate::tables::told::comments(view, &mut |id| found.add(id, bit(LedgerStep::Told)))?;
    Ok(found)
}
