//! What can be asked about drivers: which overall scores there are, which parameters stand beside each, and which are taken where
//! nobody chooses.

use heard_domain::directory::Directory;
use heard_domain::driver::{FEWEST_ROWS, ROWS_EACH};
use heard_domain::id::{AttributeId, ScaleId, SegmentId, ValueId};
use heard_domain::parameter::{Parameter, Source};
use heard_domain::question::Filter;
use heard_domain::regression::MOST_PREDICTORS;
use heard_domain::score::{Formula, Scale};
use heard_domain::time::Period;
use heard_store::figures::together::Together;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A category that fewer comments with the overall score speak of is not taken by itself.
const SPOKEN_OF: u64 = 10;

/// What the importance is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// As many days, right before.
    Before,
    /// The customers of another segment, in the same days.
    Segment(SegmentId),
    /// Those with another value of an attribute, in the same days.
    Attribute(AttributeId, ValueId),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wish {
    /// What the parameters are taken from; nobody says: ratings where there are some, else what was said.
    pub source: Option<Source>,
    /// The overall score; nobody says: the one that most looks like it.
    pub overall: Option<ScaleId>,
    /// The parameters, at most twelve; empty: those that are rated or spoken of most.
    pub parameters: Vec<Parameter>,
    /// What is looked at.
    pub filter: Filter,
    /// When; `None`: always.
    pub period: Option<Period>,
    /// What it is compared with.
    pub against: Option<Against>,
}

/// Something that can be chosen, with how many comments there are of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<T> {
    /// What.
    pub what: T,
    /// In how many comments it stands, beside the overall score where it is a parameter.
    pub n: u64,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// What the parameters are taken from.
    pub source: Source,
    /// The overall score; `None` where nothing is rated.
    pub overall: Option<ScaleId>,
    /// The scales that were answered, most answered first.
    pub scales: Vec<Choice<ScaleId>>,
    /// The parameters that stand beside the overall score, most frequent first.
    pub parameters: Vec<Choice<Parameter>>,
    /// The parameters that are looked at.
    pub chosen: Vec<Parameter>,
}

/// What can be asked of what was answered together, with what is wished for.
pub fn offered(directory: &Directory, together: &Together, wish: &Wish) -> Offered {
    let mut scales: Vec<Choice<ScaleId>> = together.scales.iter().map(|(what, n)| Choice { what: *what, n: *n }).collect();
    scales.sort_by_key(|choice| (std::cmp::Reverse(choice.n), choice.what));
    let named = wish.parameters.first().map(|parameter| parameter.source());
    let any_pair = scales.iter().any(|choice| beside(together, choice.what, Source::Ratings).len() >= 2);
    let source = wish.source.or(named).unwrap_or(if any_pair { Source::Ratings } else { Source::Categories });
    let likely = |choice: &&Choice<ScaleId>| {
        let scale = directory.scale(choice.what);
        let enough = choice.n >= FEWEST_ROWS as u64;
        let partners = partners(together, choice.what, source).len().min(MOST_PREDICTORS);
        let several = source == Source::Categories || partners >= 2;
        (enough && several, scale.map_or(0, overallness), if source == Source::Ratings { partners } else { 0 }, choice.n)
    };
    let overall = wish.overall.or_else(|| scales.iter().max_by_key(likely).map(|choice| choice.what));
    let parameters = overall.map(|overall| beside(together, overall, source)).unwrap_or_default();
    let mut chosen = wish.parameters.clone();
    chosen.retain(|parameter| overall.map(Parameter::Scale) != Some(*parameter) && parameter.source() == source);
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.is_empty() {
        chosen = overall.map(|overall| usual(directory, together, overall, source)).unwrap_or_default();
    }
    Offered { source, overall, scales, parameters, chosen }
}

/// How much a scale looks like the overall score: by its formula, or by its name.
fn overallness(scale: &Scale) -> u8 {
    let name = scale.name.to_lowercase();
    let named = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match scale.formula {
        Formula::Nps => 4,
        _ if named(&["overall", "in all", "altogether", "general", "total"]) => 3,
        _ if named(&["csat", "satisf", "recommend", "stars", "score", "rating"]) => 2,
        _ => 1,
    }
}

/// All parameters of a source beside a score, most frequent first.
fn beside(together: &Together, overall: ScaleId, source: Source) -> Vec<Choice<Parameter>> {
    let mut all: Vec<Choice<Parameter>> = match source {
        Source::Ratings => together
            .pairs
            .iter()
            .filter_map(|((a, b), n)| {
                let other = if *a == overall {
                    b
                } else if *b == overall {
                    a
                } else {
                    return None;
                };
                Some(Choice { what: Parameter::Scale(*other), n: *n })
            })
            .collect(),
        Source::Categories => together
            .categories
            .iter()
            .filter(|((scale, _), _)| *scale == overall)
            .map(|((_, category), n)| Choice { what: Parameter::Category(*category), n: *n })
            .collect(),
    };
    all.sort_by_key(|choice| (std::cmp::Reverse(choice.n), choice.what));
    all
}

/// The parameters that are rated together with a score: at least half as often as the most frequent one.
fn partners(together: &Together, overall: ScaleId, source: Source) -> Vec<Choice<Parameter>> {
    let mut all = beside(together, overall, source);
    let most = all.first().map_or(0, |choice| choice.n);
    all.retain(|choice| choice.n * 2 >= most);
    all
}

/// The parameters that are taken where nobody chooses: as many as the comments carry. Of categories those without others below
/// them: a parent says the same once more.
fn usual(directory: &Directory, together: &Together, overall: ScaleId, source: Source) -> Vec<Parameter> {
    let scored = together.scales.get(&overall).copied().unwrap_or(0);
    let mut all = match source {
        Source::Ratings => partners(together, overall, source),
        Source::Categories => beside(together, overall, source),
    };
    let rows = match source {
        Source::Ratings => all.first().map_or(0, |choice| choice.n),
        Source::Categories => scored,
    };
    let most = ((rows / ROWS_EACH as u64) as usize).clamp(1, MOST_PREDICTORS);
    if source == Source::Categories {
        let parents: Vec<_> = directory.taxonomy.categories.iter().filter_map(|category| category.parent).collect();
        all.retain(|choice| match choice.what {
            Parameter::Category(id) => choice.n >= SPOKEN_OF && !parents.contains(&id),
            Parameter::Scale(_) => false,
        });
    }
    all.truncate(most);
    let mut chosen: Vec<Parameter> = all.into_iter().map(|choice| choice.what).collect();
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::directory::Company;
    use heard_domain::id::CategoryId;
    use heard_domain::journey::Journey;
    use heard_domain::taxonomy::{Category, Taxonomy};
    use heard_domain::time::Zone;

    fn directory() -> Directory {
        let scale = |(id, name, formula): (i64, &str, Formula)| Scale {
            id: ScaleId(id),
            name: name.to_owned(),
            formula,
            min: 0.0,
            max: 10.0,
            higher_is_better: true,
        };
        let category = |(id, parent): (i64, Option<i64>)| Category {
            parent: parent.map(CategoryId),
            ..Category::new(CategoryId(id), format!("Category {id}"))
        };
        let scales =
            [(1, "Food", Formula::Mean), (2, "Overall", Formula::Mean), (3, "Seat", Formula::Mean), (4, "Stars", Formula::Stars)];
        Directory {
            company: Company { name: String::new(), zone: Zone::UTC },
            journey: Journey::default(),
            taxonomy: Taxonomy { version: 1, categories: [(1, None), (2, Some(1)), (3, Some(1))].map(category).into() },
            departments: vec![],
            calendars: vec![],
            places: vec![],
            segments: vec![],
            posts: vec![],
            scales: scales.map(scale).into(),
            attributes: vec![],
            values: std::collections::BTreeMap::new(),
        }
    }

    fn together() -> Together {
        let mut together = Together::default();
        for (scale, n) in [(1, 200), (2, 220), (3, 180), (4, 9_000)] {
            together.scales.insert(ScaleId(scale), n);
        }
        for (a, b, n) in [(1, 2, 200), (2, 3, 180), (1, 3, 170), (2, 4, 3)] {
            together.pairs.insert((ScaleId(a), ScaleId(b)), n);
        }
        for (scale, category, n) in [(4, 1, 900), (4, 2, 600), (4, 3, 300), (2, 2, 5)] {
            together.categories.insert((ScaleId(scale), CategoryId(category)), n);
        }
        together
    }

    #[test]
    fn nobody_chooses_and_the_overall_score_is_found() {
        let offered = offered(&directory(), &together(), &Wish::default());
        assert_eq!((offered.source, offered.overall), (Source::Ratings, Some(ScaleId(2))));
        assert_eq!(offered.chosen, [Parameter::Scale(ScaleId(1)), Parameter::Scale(ScaleId(3))], "three answers are no partner");
        assert_eq!(offered.parameters.len(), 3);
    }

    #[test]
    fn what_was_said_leaves_parents_out_unless_somebody_wants_them() {
        let wish = Wish { source: Some(Source::Categories), overall: Some(ScaleId(4)), ..Wish::default() };
        let leaves = offered(&directory(), &together(), &wish);
        assert_eq!(leaves.chosen, [2, 3].map(|id| Parameter::Category(CategoryId(id))));
        let wish = Wish { parameters: vec![Parameter::Category(CategoryId(1))], ..wish };
        assert_eq!(offered(&directory(), &together(), &wish).chosen, wish.parameters);
    }

    #[test]
    fn nothing_rated_offers_nothing() {
        let offered = offered(&directory(), &Together::default(), &Wish::default());
        assert_eq!((offered.overall, offered.chosen.len(), offered.source), (None, 0, Source::Categories));
    }

    #[test]
    fn a_score_does_not_explain_itself() {
        let wish = Wish { parameters: vec![Parameter::Scale(ScaleId(2)), Parameter::Scale(ScaleId(1))], ..Wish::default() };
        assert_eq!(offered(&directory(), &together(), &wish).chosen, [Parameter::Scale(ScaleId(1))]);
    }
}
