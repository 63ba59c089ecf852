//! The shape of a starter: plain names; the company gives identifiers when it takes one.

use crate::calendar::Calendar;
use crate::id::{CategoryId, DepartmentId, StageId, TouchpointId};
use crate::journey::{Journey, Stage, Touchpoint};
use crate::segment::Segment;
use crate::taxonomy::{Category, Department, Taxonomy};

/// A journey and a taxonomy to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starter {
    /// From before the first contact to after the last.
    pub stages: &'static [StarterStage],
    /// Two levels.
    pub categories: &'static [StarterCategory],
}

/// A stage to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StarterStage {
    /// Its name, in the customer's words.
    pub name: &'static str,
    /// What the customer wants to get done.
    pub aim: &'static str,
    /// Words by which a comment shows that it belongs here, separated by commas.
    pub cues: &'static str,
    /// Its contacts; a `!` in front marks a moment of truth.
    pub touchpoints: &'static [&'static str],
}

/// A category to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StarterCategory {
    /// Its name.
    pub name: &'static str,
    /// What belongs here.
    pub definition: &'static str,
    /// Words that point to it, separated by commas.
    pub watch_words: &'static str,
    /// The name of the stage where it usually happens; empty if it happens everywhere.
    pub stage: &'static str,
    /// The names of the departments that usually contribute, separated by commas.
    pub departments: &'static str,
    /// The categories below it.
    pub children: &'static [StarterCategory],
}

/// A starter that has been given identifiers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Planted {
    /// The journey.
    pub journey: Journey,
    /// The taxonomy, at version 1.
    pub taxonomy: Taxonomy,
    /// The departments, by name.
    pub departments: Vec<Department>,
    /// The calendars that departments work by.
    pub calendars: Vec<Calendar>,
    /// The segments.
    pub segments: Vec<Segment>,
}

/// The entries of a list that is written with commas.
pub fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

impl Starter {
    /// The names of all departments, sorted.
    pub fn departments(&self) -> Vec<&'static str> {
        let all = self.categories.iter().flat_map(|top| std::iter::once(top).chain(top.children));
        let mut names: Vec<&'static str> = all.flat_map(|category| listed(category.departments)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Gives identifiers to everything.
    pub fn plant(&self, mut next: impl FnMut() -> i64) -> Planted {
        let mut planted = Planted { taxonomy: Taxonomy { version: 1, categories: Vec::new() }, ..Planted::default() };
        for name in self.departments() {
            planted.departments.push(Department::named(DepartmentId(next()), name));
        }
        for (position, stage) in self.stages.iter().enumerate() {
            let id = StageId(next());
            for (position, name) in stage.touchpoints.iter().enumerate() {
                let (moment_of_truth, name) = name.strip_prefix('!').map_or((false, *name), |name| (true, name));
                let id = (TouchpointId(next()), id);
                let touchpoint =
                    Touchpoint { id: id.0, stage: id.1, name: name.to_owned(), position: position as i32, moment_of_truth };
                planted.journey.touchpoints.push(touchpoint);
            }
            planted.journey.stages.push(Stage {
                id,
                name: stage.name.to_owned(),
                aim: stage.aim.to_owned(),
                position: position as i32,
                cues: listed(stage.cues).map(str::to_owned).collect(),
            });
        }
        for (position, top) in self.categories.iter().enumerate() {
            let parent = planted.add(top, None, position, next());
            for (position, child) in top.children.iter().enumerate() {
                planted.add(child, Some(parent), position, next());
            }
        }
        planted
    }
}

impl Planted {
    fn add(&mut self, from: &StarterCategory, parent: Option<CategoryId>, position: usize, id: i64) -> CategoryId {
        let id = CategoryId(id);
        let department = |name: &str| self.departments.iter().find(|d| d.name == name).map(|d| d.id);
        let category = Category {
            id,
            parent,
            name: from.name.to_owned(),
            definition: from.definition.to_owned(),
            watch_words: listed(from.watch_words).map(str::to_owned).collect(),
            stage: self.journey.stages.iter().find(|stage| stage.name == from.stage).map(|stage| stage.id),
            departments: listed(from.departments).filter_map(department).collect(),
            position: position as i32,
        };
        self.taxonomy.categories.push(category);
        id
    }
}
