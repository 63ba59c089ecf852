//! Names become identifiers: what a source calls by name is found, or declared the first time it is seen.
//!
//! For many feedbacks at a time: [`Names::look_up`] asks the database for all that is not known yet, then each feedback is
//! resolved in memory as if they came one after the other, and [`Names::keep`] writes what is new.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use heard_domain::attribute::{Attribute, AttributeValue};
use heard_domain::directory::Directory;
use heard_domain::feedback::{NewAuthor, NewFeedback, NewRating};
use heard_domain::id::{AccountId, AttributeId, PersonId, PostId, ScaleId, ValueId};
use heard_domain::place::PLACE;
use heard_domain::score::{Formula, Rating, Scale};
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::attribute::cut;
use heard_store::tables::author::Authors;
use heard_store::tables::directory::VALUES;
use heard_store::view::{Tx, View};

use crate::named::Known;

/// What a feedback says of itself beside its words: names of attributes with their values, trimmed and cut.
pub(crate) type Said = Vec<(String, String)>;

/// Names that were looked up, for the length of one write.
pub(crate) struct Names {
    directory: Arc<Directory>,
    known: Arc<Known>,
    next: Box<dyn FnMut() -> i64>,
    /// Those that the directory does not know, or whose range may have to grow.
    scales: Option<HashMap<(String, Formula), Scale>>,
    attributes: HashMap<String, Option<AttributeId>>,
    values: HashMap<AttributeId, HashMap<String, Option<ValueId>>>,
    authors: Authors,
    new_scales: Vec<(String, Formula)>,
    wider_scales: HashSet<(String, Formula)>,
    new_attributes: Vec<Attribute>,
    new_values: Vec<AttributeValue>,
    grown: bool,
}

impl Names {
    /// The company's names, and where identifiers come from.
    pub(crate) fn of(directory: Arc<Directory>, known: Arc<Known>, next: impl FnMut() -> i64 + 'static) -> Self {
        Self {
            directory,
            known,
            next: Box::new(next),
            scales: None,
            attributes: HashMap::new(),
            values: HashMap::new(),
            authors: Authors::default(),
            new_scales: Vec::new(),
            wider_scales: HashSet::new(),
            new_attributes: Vec::new(),
            new_values: Vec::new(),
            grown: false,
        }
    }

    /// Whether the directory must be looked at again: a scale, an attribute, or a value that it has room for was met for
    /// the first time.
    pub(crate) fn grown(&self) -> bool {
        self.grown
    }

    /// The company's names.
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// What a feedback says of itself beside its words. A touchpoint that the journey does not know is not lost: it is kept
    /// as an attribute. Where the post stands is said of all that is heard there, unless the source says a place itself.
    pub(crate) fn said(&self, post: PostId, new: &NewFeedback) -> Said {
        let mut said = Said::with_capacity(new.attributes.len());
        for (name, value) in &new.attributes {
            self.say(&mut said, name, value);
        }
        if let Some(name) = new.touchpoint.as_deref().filter(|name| self.directory.touchpoint_named(name).is_none()) {
            self.say(&mut said, "touchpoint", name);
        }
        if let Some(place) = self.directory.place_of(post)
            && said.iter().all(|(name, _)| name != PLACE)
        {
            self.say(&mut said, PLACE, &place.name);
        }
        said
    }

    /// Empty values say nothing and are left out. However a source writes a place, it is one place.
    fn say(&self, said: &mut Said, name: &str, value: &str) {
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || value.is_empty() {
            return;
        }
        if name.eq_ignore_ascii_case(PLACE) {
            let place = self.known.places.get(&value.to_lowercase()).map_or(value, String::as_str);
            said.push((PLACE.to_owned(), cut(place).to_owned()));
        } else {
            said.push((name.to_owned(), cut(value).to_owned()));
        }
    }

    /// Asks the database for all names of these feedbacks that are not known yet.
    pub(crate) fn look_up<'a>(
        &mut self,
        view: &View,
        all: &(impl Iterator<Item = (&'a NewFeedback, &'a Said)> + Clone),
    ) -> Result<(), StoreError> {
        let authors: Vec<&NewAuthor> = all.clone().map(|(new, _)| &new.author).collect();
        self.authors.look_up(view, &authors)?;
        let ratings = || all.clone().flat_map(|(new, _)| &new.ratings);
        if self.scales.is_none() && ratings().any(|rating| self.fixed(rating).is_none()) {
            let scales = tables::scale::list(view)?;
            self.scales = Some(scales.into_iter().map(|scale| ((scale.name.clone(), scale.formula), scale)).collect());
        }
        let said = || all.clone().flat_map(|(_, said)| said);
        let unknown: BTreeSet<&str> =
            said().map(|(name, _)| name.as_str()).filter(|name| self.attribute(name).is_none()).collect();
        let unknown: Vec<&str> = unknown.into_iter().filter(|name| !self.attributes.contains_key(*name)).collect();
        let found = tables::attribute::by_names(view, &unknown)?;
        self.grown |= !found.is_empty();
        self.attributes.extend(unknown.into_iter().map(|name| (name.to_owned(), found.get(name).copied())));
        let mut unknown: BTreeMap<AttributeId, BTreeSet<&str>> = BTreeMap::new();
        for (name, value) in said() {
            if let Some(attribute) = self.attribute(name)
                && !self.values.get(&attribute).is_some_and(|values| values.contains_key(value))
                && !self.known.values.get(&attribute).is_some_and(|values| values.contains_key(value))
            {
                unknown.entry(attribute).or_default().insert(value);
            }
        }
        for (attribute, wanted) in unknown {
            let wanted: Vec<&str> = wanted.into_iter().collect();
            let found = tables::attribute::by_values(view, attribute, &wanted)?;
            self.grown |= !found.is_empty() && self.has_room(attribute);
            let values = self.values.entry(attribute).or_default();
            values.extend(wanted.into_iter().map(|value| (value.to_owned(), found.get(value).copied())));
        }
        Ok(())
    }

    /// Whether the directory does not yet hold all values that it would hold of an attribute.
    fn has_room(&self, attribute: AttributeId) -> bool {
        self.known.values.get(&attribute).is_none_or(|values| values.len() < VALUES)
    }

    fn attribute(&self, name: &str) -> Option<AttributeId> {
        self.known.attributes.get(name).copied().or_else(|| self.attributes.get(name).copied().flatten())
    }

    /// The scale of a rating that the directory knows, and whose range no rating changes.
    fn fixed(&self, rating: &NewRating) -> Option<ScaleId> {
        rating.formula.range()?;
        self.known.scales.get(&(rating.scale.trim().to_owned(), rating.formula)).copied()
    }

    /// Ratings with their scales; of two on one scale the last counts.
    pub(crate) fn ratings(&mut self, given: &[NewRating]) -> Vec<Rating> {
        let mut ratings: Vec<Rating> = Vec::with_capacity(given.len());
        for rating in given {
            let scale = self.fixed(rating).unwrap_or_else(|| self.scale(rating));
            ratings.retain(|r| r.scale != scale);
            ratings.push(Rating { scale, raw: rating.value });
        }
        ratings
    }

    fn scale(&mut self, rating: &NewRating) -> ScaleId {
        let key = (rating.scale.trim().to_owned(), rating.formula);
        let scales = self.scales.get_or_insert_default();
        if let Some(scale) = scales.get_mut(&key) {
            let id = scale.id;
            self.grown |= !self.known.scales.contains_key(&key);
            if tables::scale::widen(scale, rating) {
                self.wider_scales.insert(key);
            }
            return id;
        }
        let scale = tables::scale::of_rating(ScaleId((self.next)()), rating);
        let id = scale.id;
        scales.insert(key.clone(), scale);
        self.new_scales.push(key);
        self.grown = true;
        id
    }

    /// The attributes of what was said, each once, with their values.
    pub(crate) fn attributes(&mut self, said: Said) -> Vec<(AttributeId, ValueId)> {
        let mut found: Vec<(AttributeId, ValueId)> = Vec::with_capacity(said.len());
        for (name, value) in said {
            let attribute = self.attribute(&name).unwrap_or_else(|| {
                let id = AttributeId((self.next)());
                self.attributes.insert(name.clone(), Some(id));
                self.new_attributes.push(Attribute { id, name });
                self.grown = true;
                id
            });
            let value = self.value(attribute, value);
            found.push((attribute, value));
        }
        found.sort_unstable();
        found.dedup_by_key(|(attribute, _)| *attribute);
        found
    }

    fn value(&mut self, attribute: AttributeId, value: String) -> ValueId {
        let known = self.known.values.get(&attribute).and_then(|values| values.get(&value)).copied();
        if let Some(id) = known.or_else(|| self.values.get(&attribute)?.get(&value).copied().flatten()) {
            return id;
        }
        let id = ValueId((self.next)());
        self.grown |= self.has_room(attribute);
        self.values.entry(attribute).or_default().insert(value.clone(), Some(id));
        self.new_values.push(AttributeValue { id, attribute, value });
        id
    }

    /// Who said it and for which account.
    pub(crate) fn author(&mut self, author: &NewAuthor) -> (Option<PersonId>, Option<AccountId>) {
        self.authors.resolve(author, &mut self.next)
    }

    /// Writes what is new.
    pub(crate) fn keep(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.authors.keep(tx)?;
        let new: HashSet<(String, Formula)> = std::mem::take(&mut self.new_scales).into_iter().collect();
        let wider = std::mem::take(&mut self.wider_scales);
        let scales = self.scales.iter().flatten();
        for (key, scale) in scales.filter(|(key, _)| new.contains(*key) || wider.contains(*key)) {
            if new.contains(key) {
                tables::scale::insert(tx, scale)?;
            } else {
                tables::scale::set_range(tx, scale)?;
            }
        }
        tables::attribute::declare_many(tx, &std::mem::take(&mut self.new_attributes))?;
        tables::attribute::declare_values(tx, &std::mem::take(&mut self.new_values))
    }
}
