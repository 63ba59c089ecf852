//! A journey and a taxonomy to begin with: a company's own, or the starter of its industry.

use heard_domain::audit::{Act, Noun};
use heard_domain::calendar::Calendar;
use heard_domain::id::CalendarId;
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::starter::plan::Planted;
use heard_domain::user::Grant;
use heard_store::tables;
use serde_json::json;

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::read::again;

/// Whether the company has no journey yet.
pub fn wanted(flow: &Flow) -> bool {
    flow.directory().journey.stages.is_empty()
}

/// Takes the starter of an industry.
pub async fn adopt(flow: &Flow, scope: &Scope, industry: Industry) -> Result<(), FlowError> {
    let mut planted = industry.starter().plant(|| flow.id());
    // Every department works by something from the first day on.
    let (id, zone) = (CalendarId(flow.id()), flow.directory().company.zone.clone());
    let (name, week) = ("Working hours".to_owned(), Calendar::usual_week());
    planted.calendars.push(Calendar { id, name, zone, week, holidays: Vec::new() });
    planted.departments.iter_mut().for_each(|department| department.calendar = Some(id));
    plant(flow, scope, planted).await
}

/// Takes a journey, a taxonomy and departments where there are none yet; a journey that is there is never overwritten.
pub async fn plant(flow: &Flow, scope: &Scope, planted: Planted) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let (job, now) = (flow.id(), flow.now());
    let planted = flow
        .store
        .write(&scope.widened(), move |tx| {
            if !tables::journey::get(tx)?.stages.is_empty() {
                return Ok(false);
            }
            tables::journey::save(tx, &planted.journey)?;
            for calendar in &planted.calendars {
                tables::calendar::save(tx, calendar)?;
            }
            for segment in &planted.segments {
                tables::segment::save(tx, segment)?;
            }
            for department in &planted.departments {
                tables::department::save(tx, department)?;
            }
            tables::taxonomy::save(tx, &planted.taxonomy)?;
            let stages: Vec<&str> = planted.journey.stages.iter().map(|stage| stage.name.as_str()).collect();
            tables::audit::note(tx, now, Act::Added, Noun::Journey, None, &json!({ "stages": stages }))?;
            let categories = planted.taxonomy.categories.len();
            tables::audit::note(tx, now, Act::Added, Noun::Taxonomy, None, &json!({ "categories": categories }))?;
            again::ask(tx, job, now)?;
            Ok(true)
        })
        .await?;
    if !planted {
        return Err(FlowError::Conflict("there is a journey already; change it on its page".into()));
    }
    flow.refresh().await
}
