//! The directory: all that the company has named, in one snapshot, so that identifiers can be shown as words.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attribute::{Attribute, AttributeValue};
use crate::calendar::Calendar;
use crate::id::{AttributeId, CalendarId, DepartmentId, PlaceId, PostId, ScaleId, SegmentId, StageId, TouchpointId, ValueId};
use crate::journey::Journey;
use crate::place::Place;
use crate::post::Post;
use crate::scope::Scope;
use crate::score::Scale;
use crate::segment::Segment;
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
    /// Working calendars, by name.
    pub calendars: Vec<Calendar>,
    /// Places, by name.
    pub places: Vec<Place>,
    /// Segments, by name.
    pub segments: Vec<Segment>,
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
    /// The same without the posts that are out of sight.
    #[must_use]
    pub fn seen_by(&self, scope: &Scope) -> Self {
        let mut seen = self.clone();
        seen.posts.retain(|post| scope.sees(post.id));
        seen
    }

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

    /// A department by identifier.
    pub fn department(&self, id: DepartmentId) -> Option<&Department> {
        self.departments.iter().find(|d| d.id == id)
    }

    /// A calendar by identifier.
    pub fn calendar(&self, id: CalendarId) -> Option<&Calendar> {
        self.calendars.iter().find(|c| c.id == id)
    }

    /// The place where a post stands.
    pub fn place_of(&self, post: PostId) -> Option<&Place> {
        self.place(self.posts.iter().find(|p| p.id == post)?.place?)
    }

    /// A place by identifier.
    pub fn place(&self, id: PlaceId) -> Option<&Place> {
        self.places.iter().find(|p| p.id == id)
    }

    /// A segment by identifier.
    pub fn segment(&self, id: SegmentId) -> Option<&Segment> {
        self.segments.iter().find(|s| s.id == id)
    }

    /// A value's words.
    pub fn value(&self, attribute: AttributeId, id: ValueId) -> Option<&str> {
        self.values.get(&attribute)?.iter().find(|v| v.id == id).map(|v| v.value.as_str())
    }
}
