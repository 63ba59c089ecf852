//! The one taxonomy that the whole company shares.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CalendarId, CategoryId, DepartmentId, StageId};

/// A node of the taxonomy: what a passage is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Category {
    /// Its identifier.
    pub id: CategoryId,
    /// The node above, if any.
    pub parent: Option<CategoryId>,
    /// Its name, unique, 1-60 characters.
    pub name: String,
    /// One sentence: what belongs here.
    pub definition: String,
    /// Words or phrases that point to it; lower case, matched as whole words, `*` at the end matches any ending.
    pub watch_words: Vec<String>,
    /// The stage where it usually happens.
    pub stage: Option<StageId>,
    /// The departments that usually contribute.
    pub departments: Vec<DepartmentId>,
    /// Its place among its siblings, from 0.
    pub position: i32,
}

impl Category {
    /// At the top of the tree, with a name and nothing else.
    pub fn new(id: CategoryId, name: impl Into<String>) -> Self {
        Self {
            id,
            parent: None,
            name: name.into(),
            definition: String::new(),
            watch_words: Vec::new(),
            stage: None,
            departments: Vec::new(),
            position: 0,
        }
    }
}

/// The taxonomy at one version.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Taxonomy {
    /// Grows by one with every change.
    pub version: i64,
    /// Parents before children, by position.
    pub categories: Vec<Category>,
}

impl Taxonomy {
    /// A category by identifier.
    pub fn category(&self, id: CategoryId) -> Option<&Category> {
        self.categories.iter().find(|c| c.id == id)
    }

    /// The categories right below one (`None`: at the top), by position.
    pub fn children(&self, parent: Option<CategoryId>) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(move |c| c.parent == parent)
    }

    /// How many categories stand above one.
    pub fn depth(&self, id: CategoryId) -> usize {
        self.above(id).len()
    }

    /// The categories above one, the nearest first.
    pub fn above(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut path = Vec::new();
        let mut at = self.category(id).and_then(|c| c.parent);
        while let Some(parent) = at.filter(|parent| !path.contains(parent)) {
            path.push(parent);
            at = self.category(parent).and_then(|c| c.parent);
        }
        path
    }

    /// A category and all below it.
    pub fn downwards(&self, id: CategoryId) -> Vec<CategoryId> {
        let below =
            self.categories.iter().map(|category| category.id).filter(|other| *other != id && self.above(*other).contains(&id));
        std::iter::once(id).chain(below).collect()
    }
}

/// An owner inside the company, or a partner company outside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Department {
    /// Its identifier.
    pub id: DepartmentId,
    /// Its name, unique, 1-60 characters.
    pub name: String,
    /// Who leads it.
    pub head: Option<String>,
    /// The e-mail address at which it is reached.
    pub contact: Option<String>,
    /// When it works; `None`: not said.
    pub calendar: Option<CalendarId>,
    /// Whether it is a company outside.
    pub partner: bool,
}

impl Department {
    /// A department inside the company of which only the name is known.
    pub fn named(id: DepartmentId, name: &str) -> Self {
        Self { id, name: name.to_owned(), head: None, contact: None, calendar: None, partner: false }
    }
}
