//! The company's names, so that what a source calls by name is found at once.

use std::collections::HashMap;

use heard_domain::attribute::AttributeValue;
use heard_domain::directory::Directory;
use heard_domain::id::{AttributeId, ScaleId, ValueId};
use heard_domain::place::Place;
use heard_domain::score::Formula;

/// The names of a directory, so that each is found at once.
pub(crate) struct Known {
    /// Scales by name and formula.
    pub(crate) scales: HashMap<(String, Formula), ScaleId>,
    pub(crate) attributes: HashMap<String, AttributeId>,
    pub(crate) values: HashMap<AttributeId, HashMap<String, ValueId>>,
    /// What a source may call a place, in lower case, and the name of the place.
    pub(crate) places: HashMap<String, String>,
}

impl Known {
    /// The names of a directory.
    pub(crate) fn of(directory: &Directory) -> Self {
        let place = |place: &Place| {
            let names: Vec<&String> = std::iter::once(&place.name).chain(&place.codes).collect();
            names.into_iter().map(|name| (name.trim().to_lowercase(), place.name.clone())).collect::<Vec<_>>()
        };
        let values = |values: &Vec<AttributeValue>| values.iter().map(|v| (v.value.clone(), v.id)).collect();
        Self {
            scales: directory.scales.iter().map(|s| ((s.name.clone(), s.formula), s.id)).collect(),
            attributes: directory.attributes.iter().map(|a| (a.name.clone(), a.id)).collect(),
            values: directory.values.iter().map(|(attribute, all)| (*attribute, values(all))).collect(),
            places: directory.places.iter().flat_map(place).collect(),
        }
    }
}
