//! One question, one answer.

use heard_domain::question::{Figures, Question};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// Answers a question.
pub async fn ask(flow: &Flow, scope: &Scope, question: &Question) -> Result<Figures, FlowError> {
    need(scope, Grant::ReadFigures)?;
    Ok(flow.store.figures(scope, question).await?)
}
