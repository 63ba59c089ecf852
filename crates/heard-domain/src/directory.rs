//! The directory: all that the company has named, in one snapshot, so that identifiers can be shown as words.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attribute::{Attribute, AttributeValue};
use crate::id::{AttributeId, PostId, ScaleId, StageId, TouchpointId, ValueId};
use crate::journey::Journey;
use crate::post::Post;
use crate::score::Scale;
use crate::taxonomy::{Department, Taxonomy};
use crate::time::Zone;

/// The company's own settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Company {
    /// Its name, shown beside the mark.
    pub name: String,
    /// Fixes which day a moment belongs to; changing it rebuilds the cubes.
    pub zone: Zone,
}

/// All that the company has named (persons and accounts are too many: they are looked up by page).
#[derive(Debug, Clone, PartialEq)]
pub struct Directory {
    /// The company.
    pub company: Company,
    /// Stages and touchpoints.
    pub journey: Journey,
    /// Categories.
    pub taxonomy: Taxonomy,
    /// Departments, by name.
    pub departments: Vec<Department>,
    /// Listening posts, by name.
    pub posts: Vec<Post>,
    /// Scales, by name.
    pub scales: Vec<Scale>,
    /// Attributes, by name.
    pub attributes: Vec<Attribute>,
    /// Values of attributes (at most 1,000 each, most used first).
    pub values: BTreeMap<AttributeId, Vec<AttributeValue>>,
}

impl Directory {
    /// A scale by identifier.
    pub fn scale(&self, id: ScaleId) -> Option<&Scale> {
        self.scales.iter().find(|s| s.id == id)
    }

    /// A touchpoint by name, whatever its letter case.
    pub fn touchpoint_named(&self, name: &str) -> Option<TouchpointId> {
        let name = name.trim().to_lowercase();
        self.journey.touchpoints.iter().find(|t| t.name.to_lowercase() == name).map(|t| t.id)
    }

    /// The stage of a contact, or of the post where it was heard.
    pub fn stage_at(&self, post: PostId, touchpoint: Option<TouchpointId>) -> Option<StageId> {
        let of_post = || self.posts.iter().find(|p| p.id == post).and_then(|p| p.touchpoint);
        let touchpoint = touchpoint.or_else(of_post)?;
        self.journey.touchpoint(touchpoint).map(|t| t.stage)
    }

    /// A value's words.
    pub fn value(&self, attribute: AttributeId, id: ValueId) -> Option<&str> {
        self.values.get(&attribute)?.iter().find(|v| v.id == id).map(|v| v.value.as_str())
    }
}
