//! The company's own settings.

use heard_domain::audit::{Act, Noun};
use heard_domain::directory::Company;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use serde_json::json;

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// Sets name and time zone. Another time zone gives feedback other days: it is refused once there is feedback.
pub async fn set(flow: &Flow, scope: &Scope, company: Company) -> Result<(), FlowError> {
    need(scope, Grant::Administer)?;
    let company = Company { name: name("name", &company.name)?, zone: company.zone };
    let old = flow.directory().company.clone();
    let (moved, now) = (company.zone != old.zone, flow.now());
    let kept = flow
        .store
        // What holds for the whole installation is not decided by what one person sees.
        .write(&scope.widened(), move |tx| {
            if moved && tables::feedback::count(tx)? > 0 {
                return Ok(false);
            }
            tables::company::save(tx, &company)?;
            let detail = json!({ "name": company.name, "zone": company.zone.to_string(), "before": old.name });
            tables::audit::note(tx, now, Act::Changed, Noun::Company, None, &detail)?;
            Ok(true)
        })
        .await?;
    if !kept {
        return Err(FlowError::Conflict("the time zone is fixed once there is feedback: the day of each depends on it".into()));
    }
    flow.refresh().await
}
