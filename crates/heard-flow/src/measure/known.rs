//! Whether what a program asks for is there: an identifier that is unknown, or out of sight, is said to be missing, and not
//! answered as if nothing had been heard.

use heard_domain::question::{Dimension, Filter, Measure, Question};
use heard_domain::scope::Scope;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;

use crate::error::FlowError;
use crate::flow::Flow;

/// Refuses a filter that names what is not there or out of sight.
pub async fn filter(flow: &Flow, scope: &Scope, filter: &Filter) -> Result<(), FlowError> {
    let d = flow.directory();
    let all = |field, what, known: bool| if known { Ok(()) } else { Err(FlowError::Unknown { field, what }) };
    all("stage", "stage", filter.stage.iter().all(|id| d.journey.stage(*id).is_some()))?;
    all("touchpoint", "touchpoint", filter.touchpoint.iter().all(|id| d.journey.touchpoint(*id).is_some()))?;
    all("category", "category", filter.category.iter().all(|id| d.taxonomy.category(*id).is_some()))?;
    let post = |id: &_| scope.sees(*id) && d.posts.iter().any(|post| post.id == *id);
    all("post", "listening post", filter.post.iter().all(post))?;
    all("attribute", "attribute", filter.attribute.iter().all(|(attribute, value)| d.value(*attribute, *value).is_some()))?;
    let declared = |dimension: &_| match dimension {
        Dimension::Attribute(id) => d.attributes.iter().any(|attribute| attribute.id == *id),
        _ => true,
    };
    all("none", "attribute", filter.none.iter().all(declared))?;
    all("rated", "scale", filter.rated.is_none_or(|id| d.scale(id).is_some()))?;
    if filter.account.is_empty() && filter.person.is_empty() && filter.import.is_empty() && filter.segment.is_empty() {
        return Ok(());
    }
    let asked = filter.clone();
    let missing = flow.store.read(scope, move |view| missing(view, &asked)).await?;
    missing.map_or(Ok(()), |(field, what)| Err(FlowError::Unknown { field, what }))
}

fn missing(view: &View, filter: &Filter) -> Result<Option<(&'static str, &'static str)>, StoreError> {
    let found = tables::account::many(view, &filter.account)?;
    if !filter.account.iter().all(|id| found.iter().any(|account| account.id == *id)) {
        return Ok(Some(("account", "account")));
    }
    let found = tables::person::many(view, &filter.person)?;
    if !filter.person.iter().all(|id| found.iter().any(|person| person.id == *id)) {
        return Ok(Some(("person", "person")));
    }
    for id in &filter.import {
        if tables::import::get(view, *id)?.is_none() {
            return Ok(Some(("import", "import")));
        }
    }
    let segments = tables::segment::list(view)?;
    for id in &filter.segment {
        if !segments.iter().any(|segment| segment.id == *id) {
            return Ok(Some(("segment", "segment")));
        }
    }
    Ok(None)
}

/// Refuses a question that names what is not there or out of sight.
pub async fn question(flow: &Flow, scope: &Scope, question: &Question) -> Result<(), FlowError> {
    let d = flow.directory();
    if let Measure::Rating { scale } = question.measure
        && d.scale(scale).is_none()
    {
        return Err(FlowError::Unknown { field: "scale", what: "scale" });
    }
    for by in &question.by {
        if let Dimension::Attribute(id) = by
            && !d.attributes.iter().any(|attribute| attribute.id == *id)
        {
            return Err(FlowError::Unknown { field: "by", what: "attribute" });
        }
    }
    filter(flow, scope, &question.filter).await
}
