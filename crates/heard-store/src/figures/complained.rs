//! Who complained of what, and where: of every comment of some days its post, who said it, the stages it speaks of and its complaints.
//! From the columns: at a million comments, too, nothing is read from the database for it.

use heard_domain::id::{CategoryId, FeedbackId, PersonId, PostId, StageId};
use heard_domain::question::Filter;
use heard_domain::reading::Polarity;
use heard_domain::time::{Day, Period};

use crate::error::StoreError;
use crate::figures::columns::Columns;
use crate::figures::follow::Followers;
use crate::figures::together::looking;
use crate::view::View;

/// One comment, as outbreaks count it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complained {
    /// Which.
    pub feedback: FeedbackId,
    /// The day it was said.
    pub day: Day,
    /// Where it was heard.
    pub post: PostId,
    /// Who said it, if that is known.
    pub person: Option<PersonId>,
    /// The stages of its passages, whatever they say of them, each once.
    pub stages: Vec<StageId>,
    /// Of its passages that are bad for the customer: stage and category; a passage without a category counts once.
    pub complaints: Vec<(Option<StageId>, Option<CategoryId>)>,
}

fn one(columns: &Columns, row: usize) -> Complained {
    let bad = Polarity::ALL.iter().position(|polarity| *polarity == Polarity::Negative).map(|place| place as u8);
    let names = &columns.names;
    let (mut stages, mut complaints) = (vec![], vec![]);
    for passage in columns.passages[row].range() {
        let stage = names.stages.value(columns.stage[passage].into()).map(|id| StageId(*id));
        stages.extend(stage.filter(|stage| !stages.contains(stage)));
        if Some(columns.polarity[passage]) != bad {
            continue;
        }
        let categories = columns.categories[passage].range();
        if categories.is_empty() {
            complaints.push((stage, None));
        }
        let category = |at: usize| names.categories.value(columns.category[at].into()).map(|id| CategoryId(*id));
        complaints.extend(categories.map(|at| (stage, category(at))));
    }
    Complained {
        feedback: FeedbackId(columns.id[row]),
        day: Day(columns.day[row]),
        post: PostId(names.posts.value(columns.post[row].into()).copied().unwrap_or_default()),
        person: names.persons.value(columns.person[row]).map(|id| PersonId(*id)),
        stages,
        complaints,
    }
}

/// The comments of some days, by day and identifier.
pub(crate) fn complained(view: &View, followers: &Followers, period: Period) -> Result<Vec<Complained>, StoreError> {
    let all = Filter::default();
    let (mut found, _) = looking(view, followers, &all, Some(period), |columns, _, rows| {
        rows.into_iter().map(|row| one(columns, row)).collect::<Vec<_>>()
    })?;
    found.sort_unstable_by_key(|one| (one.day, one.feedback));
    Ok(found)
}
