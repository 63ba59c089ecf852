//! Names become identifiers: what a source calls by name is found, or declared the first time it is seen.

use std::collections::HashMap;
use std::sync::Arc;

use heard_domain::directory::Directory;
use heard_domain::feedback::{NewAuthor, NewRating};
use heard_domain::id::{AccountId, AttributeId, IdMaker, PersonId, ScaleId, ValueId};
use heard_domain::place::{PLACE, Place};
use heard_domain::score::{Formula, Rating};
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::person::Authors;
use heard_store::view::Tx;

use crate::flow::Flow;

/// Names that were looked up, for the length of one write.
pub(crate) struct Names {
    directory: Arc<Directory>,
    next: Box<dyn FnMut() -> i64 + Send>,
    scales: HashMap<(String, Formula), ScaleId>,
    attributes: HashMap<String, AttributeId>,
    values: HashMap<(AttributeId, String), ValueId>,
    places: Option<HashMap<String, String>>,
    authors: Authors,
    known: usize,
}

impl Names {
    /// The company's names as of now.
    pub(crate) fn of(flow: &Flow) -> Self {
        let directory = flow.directory();
        let (ids, now): (Arc<IdMaker>, Time) = (flow.ids(), flow.now());
        let scales: HashMap<_, _> = directory.scales.iter().map(|s| ((s.name.clone(), s.formula), s.id)).collect();
        let attributes: HashMap<_, _> = directory.attributes.iter().map(|a| (a.name.clone(), a.id)).collect();
        let value = |v: &heard_domain::attribute::AttributeValue| ((v.attribute, v.value.clone()), v.id);
        let values: HashMap<_, _> = directory.values.values().flatten().map(value).collect();
        let known = scales.len() + attributes.len() + values.len();
        let next = Box::new(move || ids.next(now));
        Self { directory, next, scales, attributes, values, places: None, authors: Authors::default(), known }
    }

    /// Whether the directory must be looked at again: a scale, attribute or value was met for the first time.
    pub(crate) fn grown(&self) -> bool {
        self.scales.len() + self.attributes.len() + self.values.len() > self.known
    }

    /// The company's names.
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Ratings with their scales; of two on one scale the last counts.
    pub(crate) fn ratings(&mut self, tx: &mut Tx, given: &[NewRating]) -> Result<Vec<Rating>, StoreError> {
        let mut ratings: Vec<Rating> = Vec::with_capacity(given.len());
        for rating in given {
            let key = (rating.scale.trim().to_owned(), rating.formula);
            // A mean without a fixed range is always looked up: its range grows with what is seen.
            let known = self.scales.get(&key).copied().filter(|_| rating.formula.range().is_some());
            let scale = match known {
                Some(id) => id,
                None => tables::scale::find_or_declare(tx, rating, &mut self.next)?,
            };
            self.scales.insert(key, scale);
            ratings.retain(|r| r.scale != scale);
            ratings.push(Rating { scale, raw: rating.value });
        }
        Ok(ratings)
    }

    /// The name of the place that a source means; its own words if nobody knows them.
    fn place(&mut self, given: &str) -> String {
        let directory = &self.directory;
        let known = self.places.get_or_insert_with(|| {
            let of = |place: &Place| {
                let names: Vec<&String> = std::iter::once(&place.name).chain(&place.codes).collect();
                names.into_iter().map(|name| (name.trim().to_lowercase(), place.name.clone())).collect::<Vec<_>>()
            };
            directory.places.iter().flat_map(of).collect()
        });
        known.get(&given.to_lowercase()).cloned().unwrap_or_else(|| given.to_owned())
    }

    /// Attributes with their values; empty values say nothing and are left out.
    pub(crate) fn attributes(
        &mut self,
        tx: &mut Tx,
        given: &[(String, String)],
    ) -> Result<Vec<(AttributeId, ValueId)>, StoreError> {
        let mut found = Vec::with_capacity(given.len());
        for (name, value) in given {
            let (name, value) = (name.trim(), value.trim());
            if name.is_empty() || value.is_empty() {
                continue;
            }
            // However a source writes a place, it is one place.
            let (name, value) =
                if name.eq_ignore_ascii_case(PLACE) { (PLACE, self.place(value)) } else { (name, value.to_owned()) };
            let value = value.as_str();
            let attribute = match self.attributes.get(name) {
                Some(id) => *id,
                None => tables::attribute::find_or_declare(tx, name, &mut self.next)?,
            };
            self.attributes.entry(name.to_owned()).or_insert(attribute);
            let key = (attribute, value.to_owned());
            let id = match self.values.get(&key) {
                Some(id) => *id,
                None => tables::attribute::find_or_declare_value(tx, attribute, value, &mut self.next)?,
            };
            self.values.insert(key, id);
            found.push((attribute, id));
        }
        Ok(found)
    }

    /// Who said it and for which account.
    pub(crate) fn author(
        &mut self,
        tx: &mut Tx,
        author: &NewAuthor,
    ) -> Result<(Option<PersonId>, Option<AccountId>), StoreError> {
        self.authors.find_or_make(tx, author, &mut self.next)
    }
}
