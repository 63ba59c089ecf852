//! The company's names as somebody may see them: who sees only some posts learns no other post, no value of a fact and no
//! place that is not said in what they see.

use std::collections::BTreeMap;
use std::sync::Arc;

use heard_domain::attribute::AttributeValue;
use heard_domain::directory::Directory;
use heard_domain::id::{PlaceId, ValueId};
use heard_domain::place::{PLACE, Place};
use heard_domain::question::{Dimension, Key, Measure, Question};
use heard_domain::scope::{Reach, Scope};

use crate::error::FlowError;
use crate::flow::Flow;

/// The directory without what is out of sight.
pub async fn seen(flow: &Flow, scope: &Scope) -> Result<Arc<Directory>, FlowError> {
    let whole = flow.directory();
    if scope.reach == Reach::Everything {
        return Ok(whole);
    }
    let mut directory = Directory::clone(&whole);
    directory.posts.retain(|post| scope.sees(post.id));
    let mut values = BTreeMap::new();
    for attribute in &directory.attributes {
        let question = Question::new(Measure::Volume).by([Dimension::Attribute(attribute.id)]).plain();
        let figures = flow.store.figures(scope, &question).await?;
        let of = |row: &heard_domain::question::Row| match row.keys.first() {
            Some(Key::Value(id)) => Some(*id),
            _ => None,
        };
        let said: Vec<ValueId> = figures.rows.iter().filter_map(of).collect();
        let mut kept: Vec<AttributeValue> = directory.values.get(&attribute.id).cloned().unwrap_or_default();
        kept.retain(|value| said.contains(&value.id));
        values.insert(attribute.id, kept);
    }
    directory.attributes.retain(|attribute| values.get(&attribute.id).is_some_and(|values| !values.is_empty()));
    values.retain(|_, values| !values.is_empty());
    let said = directory.attributes.iter().find(|attribute| attribute.name == PLACE).and_then(|a| values.get(&a.id));
    let said: Vec<String> = said.into_iter().flatten().map(|value| value.value.clone()).collect();
    let posts: Vec<PlaceId> = directory.posts.iter().filter_map(|post| post.place).collect();
    directory.places.retain(|place| said.contains(&place.name) || posts.contains(&place.id));
    directory.values = values;
    Ok(Arc::new(directory))
}

/// A place, if it is in sight: if what somebody sees was said there, or by a post that stands there.
pub async fn place(flow: &Flow, scope: &Scope, id: PlaceId) -> Result<Option<Place>, FlowError> {
    Ok(seen(flow, scope).await?.place(id).cloned())
}
