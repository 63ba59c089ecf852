//! One change of the categories as a pure function: the tree before, what is wanted, the tree after.

use heard_domain::directory::Directory;
use heard_domain::id::{CategoryId, DepartmentId, StageId};
use heard_domain::taxonomy::{Category, Taxonomy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arrange::name::{distinct, name};
use crate::error::FlowError;

/// The most categories.
const MOST: usize = 500;
/// The most levels of the tree.
pub const MOST_LEVELS: usize = 5;
/// The most watch words of a category.
const MOST_WORDS: usize = 300;

/// A category as it shall be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryDraft {
    /// Its name.
    pub name: String,
    /// One sentence: what belongs here.
    #[serde(default)]
    pub definition: String,
    /// Words or phrases that point to it; `*` at the end matches any ending, `=` in front matches exactly.
    #[serde(default)]
    pub watch_words: Vec<String>,
    /// The stage where it usually happens.
    #[serde(default)]
    pub stage: Option<StageId>,
    /// The departments that usually contribute.
    #[serde(default)]
    pub departments: Vec<DepartmentId>,
}

/// One change of the categories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum CategoryChange {
    /// A new one, last among its siblings.
    Add {
        /// The node above; `null`: at the top.
        #[serde(default)]
        parent: Option<CategoryId>,
        /// What it shall be.
        category: CategoryDraft,
    },
    /// Another name, definition, watch words, stage or departments.
    Change {
        /// Which.
        id: CategoryId,
        /// What it shall be.
        category: CategoryDraft,
    },
    /// Another place in the tree, with all below it.
    Move {
        /// Which.
        id: CategoryId,
        /// The node above; `null`: at the top.
        #[serde(default)]
        parent: Option<CategoryId>,
        /// Its place among its new siblings, from 0; `null`: the last.
        #[serde(default)]
        position: Option<usize>,
    },
    /// It becomes part of another: its watch words, what stands below it, and corrections that named it go there.
    Merge {
        /// Which one goes.
        id: CategoryId,
        /// Which one stays.
        into: CategoryId,
    },
    /// It goes; what stands below it moves up.
    Remove {
        /// Which.
        id: CategoryId,
    },
}

impl CategoryChange {
    /// The category that is changed, if it is there already.
    pub fn id(&self) -> Option<CategoryId> {
        match self {
            Self::Add { .. } => None,
            Self::Change { id, .. } | Self::Move { id, .. } | Self::Merge { id, .. } | Self::Remove { id } => Some(*id),
        }
    }

    /// Its word in the history.
    pub fn act(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Change { .. } => "change",
            Self::Move { .. } => "move",
            Self::Merge { .. } => "merge",
            Self::Remove { .. } => "remove",
        }
    }

    /// What it does, in one sentence.
    pub fn summary(&self, before: &Taxonomy) -> String {
        let name = |id: CategoryId| before.category(id).map_or("a category", |category| category.name.as_str());
        match self {
            Self::Add { parent: None, category } => format!("“{}” was added", category.name.trim()),
            Self::Add { parent: Some(parent), category } => {
                format!("“{}” was added under “{}”", category.name.trim(), name(*parent))
            }
            Self::Change { id, category } if name(*id) != category.name.trim() => {
                format!("“{}” is called “{}” now", name(*id), category.name.trim())
            }
            Self::Change { id, .. } => format!("“{}” was changed", name(*id)),
            Self::Move { id, parent: None, .. } => format!("“{}” was moved to the top", name(*id)),
            Self::Move { id, parent: Some(parent), .. } => format!("“{}” was moved under “{}”", name(*id), name(*parent)),
            Self::Merge { id, into } => format!("“{}” was merged into “{}”", name(*id), name(*into)),
            Self::Remove { id } => format!("“{}” was removed", name(*id)),
        }
    }
}

/// A category as a draft that can be changed and set again.
pub fn draft(category: &Category) -> CategoryDraft {
    let Category { name, definition, watch_words, stage, departments, .. } = category.clone();
    CategoryDraft { name, definition, watch_words, stage, departments }
}

/// Watch words as they are kept: lower case, trimmed, each once, none too long.
pub fn watch_words(given: &[String]) -> Result<Vec<String>, FlowError> {
    let mut words: Vec<String> = Vec::new();
    for word in given {
        let word = word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if word.chars().count() > 60 {
            return Err(FlowError::rule("watch_words", "a watch word has at most 60 characters"));
        }
        if word.chars().any(char::is_control) {
            return Err(FlowError::rule("watch_words", "must not contain control characters"));
        }
        if word.chars().any(char::is_alphanumeric) && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.len() > MOST_WORDS {
        return Err(FlowError::rule("watch_words", format!("at most {MOST_WORDS}")));
    }
    Ok(words)
}

/// The categories after a change; `next` gives the identifier of a new one.
pub fn changed(
    before: &Taxonomy,
    directory: &Directory,
    change: &CategoryChange,
    next: CategoryId,
) -> Result<Taxonomy, FlowError> {
    let mut all = before.categories.clone();
    if let Some(id) = change.id()
        && before.category(id).is_none()
    {
        return Err(FlowError::Missing("category"));
    }
    match change {
        CategoryChange::Add { parent, category } => {
            above(before, *parent)?;
            if all.len() >= MOST {
                return Err(FlowError::rule("category", format!("at most {MOST}")));
            }
            all.push(filled(directory, category, next, *parent, i32::MAX)?);
        }
        CategoryChange::Change { id, category } => {
            for old in all.iter_mut().filter(|c| c.id == *id) {
                *old = filled(directory, category, *id, old.parent, old.position)?;
            }
        }
        CategoryChange::Move { id, parent, position } => {
            above(before, *parent)?;
            if parent.is_some_and(|parent| parent == *id || before.above(parent).contains(id)) {
                return Err(FlowError::rule("parent", "must not be the category itself, nor stand below it"));
            }
            let Some(at) = all.iter().position(|c| c.id == *id) else { return Err(FlowError::Missing("category")) };
            let mut moved = all.remove(at);
            moved.parent = *parent;
            let siblings: Vec<usize> = all.iter().enumerate().filter(|(_, c)| c.parent == *parent).map(|(at, _)| at).collect();
            let to = position.and_then(|position| siblings.get(position).copied()).unwrap_or(all.len());
            all.insert(to, moved);
        }
        CategoryChange::Merge { id, into } => {
            if id == into || before.above(*into).contains(id) {
                return Err(FlowError::rule("into", "must be another category that does not stand below this one"));
            }
            let from = before.category(*id).ok_or(FlowError::Missing("category"))?;
            if before.category(*into).is_none() {
                return Err(FlowError::Unknown { field: "into", what: "category" });
            }
            for target in all.iter_mut().filter(|c| c.id == *into) {
                // The name pointed to it as well.
                let names = std::iter::once(from.name.to_lowercase());
                let words: Vec<String> = target.watch_words.iter().chain(&from.watch_words).cloned().chain(names).collect();
                target.watch_words = watch_words(&words)?;
                target
                    .departments
                    .extend(from.departments.iter().filter(|d| !target.departments.contains(d)).copied().collect::<Vec<_>>());
            }
            all.retain(|c| c.id != *id);
            all.iter_mut().filter(|c| c.parent == Some(*id)).for_each(|child| child.parent = Some(*into));
        }
        CategoryChange::Remove { id } => {
            let up = before.category(*id).and_then(|c| c.parent);
            all.retain(|c| c.id != *id);
            all.iter_mut().filter(|c| c.parent == Some(*id)).for_each(|child| child.parent = up);
        }
    }
    let after = Taxonomy { version: before.version, categories: ordered(&all) };
    distinct("name", after.categories.iter().map(|c| c.name.as_str()))?;
    if after.categories.iter().any(|c| after.depth(c.id) >= MOST_LEVELS) {
        return Err(FlowError::rule("parent", format!("the tree has at most {MOST_LEVELS} levels")));
    }
    Ok(after)
}

fn above(taxonomy: &Taxonomy, parent: Option<CategoryId>) -> Result<(), FlowError> {
    match parent {
        Some(parent) if taxonomy.category(parent).is_none() => Err(FlowError::Unknown { field: "parent", what: "category" }),
        _ => Ok(()),
    }
}

fn filled(
    directory: &Directory,
    draft: &CategoryDraft,
    id: CategoryId,
    parent: Option<CategoryId>,
    position: i32,
) -> Result<Category, FlowError> {
    if draft.stage.is_some_and(|stage| directory.journey.stage(stage).is_none()) {
        return Err(FlowError::Unknown { field: "stage", what: "stage" });
    }
    if draft.departments.iter().any(|department| directory.department(*department).is_none()) {
        return Err(FlowError::Unknown { field: "departments", what: "department" });
    }
    let mut departments = draft.departments.clone();
    departments.sort_unstable();
    departments.dedup();
    Ok(Category {
        id,
        parent,
        name: name("name", &draft.name)?,
        definition: draft.definition.trim().chars().filter(|c| !c.is_control()).take(500).collect(),
        watch_words: watch_words(&draft.watch_words)?,
        stage: draft.stage,
        departments,
        position,
    })
}

/// Parents before children, each sibling with its place.
pub fn ordered(rest: &[Category]) -> Vec<Category> {
    let mut ordered = Vec::with_capacity(rest.len());
    let mut open: Vec<Option<CategoryId>> = vec![None];
    while let Some(parent) = open.pop() {
        let mut children: Vec<Category> = rest.iter().filter(|c| c.parent == parent).cloned().collect();
        for (position, child) in (0..).zip(&mut children) {
            child.position = position;
        }
        open.extend(children.iter().rev().map(|child| Some(child.id)));
        ordered.extend(children);
    }
    // What is put behind all of its siblings stands behind its parent as well.
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        Directory {
            company: heard_domain::directory::Company { name: String::new(), zone: heard_domain::time::Zone::UTC },
            journey: heard_domain::journey::Journey::default(),
            taxonomy: tree(),
            departments: vec![],
            calendars: vec![],
            places: vec![],
            segments: vec![],
            posts: vec![],
            scales: vec![],
            attributes: vec![],
            values: std::collections::BTreeMap::new(),
        }
    }

    fn category(id: i64, parent: Option<i64>, position: i32) -> Category {
        Category {
            id: CategoryId(id),
            parent: parent.map(CategoryId),
            name: format!("C{id}"),
            definition: String::new(),
            watch_words: vec![format!("word{id}")],
            stage: None,
            departments: vec![],
            position,
        }
    }

    /// 1 (2, 3 (4)), 5
    fn tree() -> Taxonomy {
        let categories = vec![
            category(1, None, 0),
            category(5, None, 1),
            category(2, Some(1), 0),
            category(3, Some(1), 1),
            category(4, Some(3), 0),
        ];
        Taxonomy { version: 7, categories }
    }

    fn after(change: &CategoryChange) -> Result<String, FlowError> {
        fn written(taxonomy: &Taxonomy, parent: Option<CategoryId>) -> String {
            let one = |c: &Category| match written(taxonomy, Some(c.id)) {
                below if below.is_empty() => c.name.clone(),
                below => format!("{} ({below})", c.name),
            };
            taxonomy.children(parent).map(one).collect::<Vec<_>>().join(", ")
        }
        Ok(written(&changed(&tree(), &directory(), change, CategoryId(9))?, None))
    }

    const fn id(id: i64) -> CategoryId {
        CategoryId(id)
    }

    #[test]
    fn a_category_is_moved_with_all_below_it() {
        let to =
            |parent: Option<i64>, position| after(&CategoryChange::Move { id: id(3), parent: parent.map(CategoryId), position });
        assert_eq!(to(None, Some(0)).unwrap(), "C3 (C4), C1 (C2), C5");
        assert_eq!(to(None, Some(1)).unwrap(), "C1 (C2), C3 (C4), C5");
        assert_eq!(to(None, None).unwrap(), "C1 (C2), C5, C3 (C4)");
        assert_eq!(to(Some(5), Some(7)).unwrap(), "C1 (C2), C5 (C3 (C4))");
        assert_eq!(to(Some(1), Some(0)).unwrap(), "C1 (C3 (C4), C2), C5");
        assert!(to(Some(4), None).is_err() && to(Some(3), None).is_err() && to(Some(77), None).is_err());
    }

    #[test]
    fn a_merged_category_leaves_its_words_and_children() {
        assert_eq!(after(&CategoryChange::Merge { id: id(3), into: id(5) }).unwrap(), "C1 (C2), C5 (C4)");
        let taxonomy = changed(&tree(), &directory(), &CategoryChange::Merge { id: id(3), into: id(5) }, id(9)).unwrap();
        assert_eq!(taxonomy.category(id(5)).unwrap().watch_words, ["word5", "word3", "c3"]);
        assert!(after(&CategoryChange::Merge { id: id(3), into: id(4) }).is_err());
        assert!(after(&CategoryChange::Merge { id: id(3), into: id(3) }).is_err());
        assert_eq!(after(&CategoryChange::Remove { id: id(1) }).unwrap(), "C5, C2, C3 (C4)");
    }

    #[test]
    fn names_are_told_apart_and_the_tree_stays_shallow() {
        let new = |name: &str, parent: Option<i64>| {
            let category = CategoryDraft { name: name.into(), ..CategoryDraft::default() };
            after(&CategoryChange::Add { parent: parent.map(CategoryId), category })
        };
        assert_eq!(new(" New ", Some(1)).unwrap(), "C1 (C2, C3 (C4), New), C5");
        assert!(matches!(new("c5", None), Err(FlowError::Rule { .. })));
        let mut deep = tree();
        for level in 10..12 {
            deep.categories.push(category(level, Some(if level == 10 { 4 } else { level - 1 }), 0));
        }
        let category = CategoryDraft { name: "Deeper".into(), ..CategoryDraft::default() };
        let change = CategoryChange::Add { parent: Some(id(11)), category };
        assert!(changed(&deep, &directory(), &change, id(9)).is_err());
        assert!(matches!(after(&CategoryChange::Remove { id: id(77) }), Err(FlowError::Missing(_))));
    }
}
