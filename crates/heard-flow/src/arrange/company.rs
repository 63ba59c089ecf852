//! The company's own settings.

use heard_domain::directory::Company;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// Sets name and time zone. Another time zone gives feedback other days: it is refused once there is feedback.
pub async fn set(flow: &Flow, scope: &Scope, company: Company) -> Result<(), FlowError> {
    need(scope, Grant::Administer)?;
    let company = Company { name: name("name", &company.name)?, zone: company.zone };
    let moved = company.zone != flow.directory().company.zone;
    let kept = flow
        .store
        // What holds for the whole installation is not decided by what one person sees.
        .write(&Scope::system(), move |tx| {
            if moved && tables::feedback::count(tx)? > 0 {
                return Ok(false);
            }
            tables::company::save(tx, &company).map(|()| true)
        })
        .await?;
    if !kept {
        return Err(FlowError::Conflict("the time zone is fixed once there is feedback: the day of each depends on it".into()));
    }
    flow.refresh().await
}
