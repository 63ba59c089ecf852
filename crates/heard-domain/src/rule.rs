//! Rules: how feedback is routed. What a comment was understood to be about decides which departments it goes to, whether it opens a
//! case, and how urgent it is. Pure: the same comment and the same rules give the same way, so that a rule can be tried against the
//! past before it is switched on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, CategoryId, DepartmentId, PlaceId, RuleId, StageId};
use crate::reading::{Intent, Polarity};
use crate::taxonomy::Taxonomy;
use crate::watch_words::WatchWords;

crate::words! {
    /// How soon somebody has to look.
    Urgency {
        /// In its turn.
        Normal = "normal", "In its turn";
        /// Before others.
        High = "high", "Soon";
        /// While the customer is still there.
        Now = "now", "Now";
    }
}

/// What a comment must be for a rule to hold: empty lists mean “any”, several values “one of these”, lists are joined by “and”.
/// Stage, category, polarity and intent are those of one passage.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    /// In one of these categories or below it.
    pub category: Vec<CategoryId>,
    /// At one of these stages.
    pub stage: Vec<StageId>,
    /// With one of these intents.
    pub intent: Vec<Intent>,
    /// With one of these polarities.
    pub polarity: Vec<Polarity>,
    /// Of one of these accounts.
    pub account: Vec<AccountId>,
    /// Only of accounts that are watched most, or only of others.
    pub key_account: Option<bool>,
    /// At one of these places.
    pub place: Vec<PlaceId>,
    /// With one of these words, anywhere in the comment.
    pub words: Vec<String>,
}

/// Where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Way {
    /// To these departments, all of them.
    pub departments: Vec<DepartmentId>,
    /// Whether it opens a case.
    pub opens_case: bool,
    /// Whether those on duty are told at once.
    pub alerts: bool,
    /// How urgent it is at least.
    pub urgency: Option<Urgency>,
}

/// How feedback is routed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its identifier.
    pub id: RuleId,
    /// Its name, unique, 1-60 characters.
    pub name: String,
    /// Whether it is switched on.
    pub on: bool,
    /// When it holds.
    pub when: Conditions,
    /// Where the comment goes then.
    pub way: Way,
}

/// One passage, as far as routing asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutedPassage {
    /// What it is about.
    pub categories: Vec<CategoryId>,
    /// Its stage.
    pub stage: Option<StageId>,
    /// What the customer wants with it.
    pub intents: Vec<Intent>,
    /// How it was meant.
    pub polarity: Option<Polarity>,
}

/// A comment, as far as routing asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutedComment<'a> {
    /// Its words.
    pub text: &'a str,
    /// Its passages.
    pub passages: Vec<RoutedPassage>,
    /// The account it is from.
    pub account: Option<AccountId>,
    /// Whether that account is watched most.
    pub key_account: bool,
    /// Where it was said.
    pub place: Option<PlaceId>,
    /// Whether it was said at a moment of truth.
    pub moment_of_truth: bool,
    /// Whether the customer is still there.
    pub still_there: bool,
}

/// Where one comment goes, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Routed {
    /// The rules that hold, in their order.
    pub rules: Vec<RuleId>,
    /// Every department that contributes, in order of their identifiers.
    pub departments: Vec<DepartmentId>,
    /// Whether it opens a case.
    pub opens_case: bool,
    /// Whether those on duty are told at once.
    pub alerts: bool,
    /// How urgent it is.
    pub urgency: Urgency,
}

/// Rules that are ready to be asked: what they watch for is prepared once.
#[derive(Debug, Clone)]
pub struct Router<'a> {
    rules: Vec<&'a Rule>,
    taxonomy: &'a Taxonomy,
    words: WatchWords,
    /// Of each watched word, the place of its rule.
    rule_of: Vec<usize>,
}

impl<'a> Router<'a> {
    /// Prepares the rules that are switched on; `tried` is asked as well, on or not.
    pub fn new(rules: &'a [Rule], tried: Option<&'a Rule>, taxonomy: &'a Taxonomy) -> Self {
        let of_others = |rule: &&Rule| rule.on && tried.is_none_or(|tried| tried.id != rule.id);
        let rules: Vec<&Rule> = rules.iter().filter(of_others).chain(tried).collect();
        let watched =
            || rules.iter().enumerate().flat_map(|(at, rule)| rule.when.words.iter().map(move |word| (at, word.as_str())));
        let words = WatchWords::new(watched().map(|(_, word)| word));
        let rule_of = watched().map(|(at, _)| at).collect();
        Self { rules, taxonomy, words, rule_of }
    }

    /// Where a comment goes: by all rules that hold, and by the departments that usually contribute to what is complained of. One
    /// pass over the text for all rules together.
    pub fn route(&self, comment: &RoutedComment) -> Routed {
        let mut worded = vec![false; self.rules.len()];
        for word in self.words.found(comment.text) {
            if let Some(worded) = self.rule_of.get(word).and_then(|rule| worded.get_mut(*rule)) {
                *worded = true;
            }
        }
        let mut routed =
            Routed { rules: vec![], departments: vec![], opens_case: false, alerts: false, urgency: urgency(comment) };
        for (rule, worded) in self.rules.iter().zip(worded) {
            if (worded || rule.when.words.is_empty()) && self.holds(&rule.when, comment) {
                routed.rules.push(rule.id);
                routed.departments.extend(&rule.way.departments);
                routed.opens_case |= rule.way.opens_case;
                routed.alerts |= rule.way.alerts;
                routed.urgency = routed.urgency.max(rule.way.urgency.unwrap_or(Urgency::Normal));
            }
        }
        routed.departments.extend(self.usual(comment));
        routed.departments.sort_unstable();
        routed.departments.dedup();
        routed
    }

    /// The departments that usually contribute to the categories of what is not praise; those of a category itself, or of the nearest
    /// above it that names any.
    fn usual(&self, comment: &RoutedComment) -> Vec<DepartmentId> {
        let unhappy = |passage: &&RoutedPassage| passage.polarity != Some(Polarity::Positive);
        let named = |id: CategoryId| {
            let own = |id| self.taxonomy.category(id).map(|category| category.departments.as_slice()).filter(|d| !d.is_empty());
            own(id).or_else(|| self.taxonomy.above(id).into_iter().find_map(own)).unwrap_or_default()
        };
        comment.passages.iter().filter(unhappy).flat_map(|p| &p.categories).flat_map(|id| named(*id)).copied().collect()
    }

    fn holds(&self, when: &Conditions, comment: &RoutedComment) -> bool {
        fn any<T: PartialEq>(wanted: &[T], given: &[T]) -> bool {
            wanted.is_empty() || given.iter().any(|value| wanted.contains(value))
        }
        let about = |passage: &RoutedPassage| {
            when.category.is_empty()
                || passage.categories.iter().any(|id| {
                    when.category.contains(id) || self.taxonomy.above(*id).iter().any(|above| when.category.contains(above))
                })
        };
        let fits = |passage: &RoutedPassage| {
            about(passage)
                && any(&when.stage, passage.stage.as_slice())
                && any(&when.intent, &passage.intents)
                && any(&when.polarity, passage.polarity.as_slice())
        };
        let asks_passage =
            !(when.category.is_empty() && when.stage.is_empty() && when.intent.is_empty() && when.polarity.is_empty());
        any(&when.account, comment.account.as_slice())
            && when.key_account.is_none_or(|key| comment.key_account == key)
            && any(&when.place, comment.place.as_slice())
            && (!asks_passage || comment.passages.iter().any(fits))
    }
}

/// By itself: a customer who is still there and unhappy cannot wait; danger cannot; and a moment of truth, or who speaks of
/// leaving, comes before others.
fn urgency(comment: &RoutedComment) -> Urgency {
    let unhappy = comment.passages.iter().any(|passage| passage.polarity == Some(Polarity::Negative));
    let wants = |intent: Intent| comment.passages.iter().any(|passage| passage.intents.contains(&intent));
    if wants(Intent::Urgent) || (comment.still_there && (unhappy || wants(Intent::Complaint))) {
        Urgency::Now
    } else if (comment.moment_of_truth && unhappy) || wants(Intent::Churn) {
        Urgency::High
    } else {
        Urgency::Normal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy::Category;

    fn category(id: i64, parent: Option<i64>, departments: &[i64]) -> Category {
        Category {
            id: CategoryId(id),
            parent: parent.map(CategoryId),
            name: format!("C{id}"),
            definition: String::new(),
            watch_words: vec![],
            stage: None,
            departments: departments.iter().map(|id| DepartmentId(*id)).collect(),
            position: 0,
        }
    }

    fn taxonomy() -> Taxonomy {
        Taxonomy { version: 1, categories: vec![category(1, None, &[7, 8]), category(2, Some(1), &[]), category(3, None, &[9])] }
    }

    fn passage(category: i64, polarity: Polarity) -> RoutedPassage {
        RoutedPassage { categories: vec![CategoryId(category)], polarity: Some(polarity), ..RoutedPassage::default() }
    }

    fn rule(id: i64, when: Conditions, departments: &[i64]) -> Rule {
        let departments = departments.iter().map(|id| DepartmentId(*id)).collect();
        Rule { id: RuleId(id), name: format!("R{id}"), on: true, when, way: Way { departments, ..Way::default() } }
    }

    fn words(words: &[&str]) -> Conditions {
        Conditions { words: words.iter().map(|word| (*word).to_owned()).collect(), ..Conditions::default() }
    }

    #[test]
    fn every_contributing_department_gets_it() {
        let taxonomy = taxonomy();
        let mut rules = vec![
            rule(1, words(&["refund*"]), &[5]),
            rule(
                2,
                Conditions { category: vec![CategoryId(1)], polarity: vec![Polarity::Negative], ..Conditions::default() },
                &[6],
            ),
            rule(3, words(&["nothing of the kind"]), &[4]),
            rule(4, Conditions::default(), &[3]),
        ];
        rules[3].on = false;
        let router = Router::new(&rules, None, &taxonomy);
        let comment = RoutedComment {
            text: "No refunds, but the crew was lovely.",
            passages: vec![passage(2, Polarity::Negative), passage(3, Polarity::Positive)],
            ..RoutedComment::default()
        };
        let routed = router.route(&comment);
        assert_eq!(routed.rules, [RuleId(1), RuleId(2)]);
        // 7 and 8 usually contribute to what stands above the category; praise goes to nobody by itself.
        assert_eq!(routed.departments, [5, 6, 7, 8].map(DepartmentId));
        assert_eq!(Router::new(&rules, Some(&rules[3]), &taxonomy).route(&comment).rules.len(), 3, "tried though it is off");
    }

    #[test]
    fn passage_conditions_hold_of_one_passage() {
        let taxonomy = taxonomy();
        let when = Conditions { category: vec![CategoryId(3)], polarity: vec![Polarity::Negative], ..Conditions::default() };
        let rules = [rule(1, when, &[])];
        let router = Router::new(&rules, None, &taxonomy);
        let two = vec![passage(2, Polarity::Negative), passage(3, Polarity::Positive)];
        assert!(router.route(&RoutedComment { passages: two, ..RoutedComment::default() }).rules.is_empty());
        let one = vec![passage(3, Polarity::Negative)];
        assert_eq!(router.route(&RoutedComment { passages: one, ..RoutedComment::default() }).rules, [RuleId(1)]);
    }

    #[test]
    fn account_and_place_are_those_of_the_comment() {
        let taxonomy = taxonomy();
        let when = Conditions { key_account: Some(true), place: vec![PlaceId(4)], ..Conditions::default() };
        let rules = [rule(1, when, &[])];
        let router = Router::new(&rules, None, &taxonomy);
        let at = |place, key_account| RoutedComment { key_account, place, ..RoutedComment::default() };
        assert_eq!(router.route(&at(Some(PlaceId(4)), true)).rules.len(), 1);
        for comment in [at(Some(PlaceId(5)), true), at(Some(PlaceId(4)), false), at(None, true)] {
            assert!(router.route(&comment).rules.is_empty());
        }
    }

    #[test]
    fn who_is_still_there_cannot_wait() {
        let taxonomy = taxonomy();
        let router = Router::new(&[], None, &taxonomy);
        let unhappy = RoutedComment { passages: vec![passage(3, Polarity::Negative)], ..RoutedComment::default() };
        let urgency_of = |comment: &RoutedComment| router.route(comment).urgency;
        assert_eq!(urgency_of(&unhappy), Urgency::Normal);
        assert_eq!(urgency_of(&RoutedComment { moment_of_truth: true, ..unhappy.clone() }), Urgency::High);
        assert_eq!(urgency_of(&RoutedComment { still_there: true, ..unhappy }), Urgency::Now);
    }
}
