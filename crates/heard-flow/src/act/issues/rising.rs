//! What rises in words: complaints in which many more persons use the same words than the weeks before lead to expect become a proposed issue,
//! with their comments, named by these words and by the passage that is most like all of them.

use std::collections::{HashMap, HashSet};

use heard_domain::course::Volume;
use heard_domain::find::Matter;
use heard_domain::id::{FeedbackId, IssueId, PostId};
use heard_domain::kept_issue::{IssueOrigin, IssueStanding, KeptIssue, LONGEST_TITLE};
use heard_domain::outbreak::Rules;
use heard_domain::reading::{Passage, Polarity};
use heard_domain::rising::{Together, Told, Uttered, rising};
use heard_domain::scope::Scope;
use heard_domain::talk::Speaker;
use heard_domain::taxonomy::Taxonomy;
use heard_domain::time::{Day, Period};
use heard_store::error::StoreError;
use heard_store::figures::complained::Complained;
use heard_store::tables;
use heard_store::view::View;
use heard_text::embedding::{DIMS, Embedding, Meaning, dot};
use heard_text::telling::telling;

use crate::act::issues::change::{IssueDraft, begun};
use crate::error::FlowError;
use crate::flow::Flow;

/// So many comments that complain are looked through; of more, evenly spread ones.
const MOST: usize = 40_000;
/// How many are read from the store at a time.
const BATCH: usize = 1_000;
/// So many words name an issue.
pub(super) const NAMED_BY: usize = 3;
/// A longer passage does not fit into a title.
const LONGEST_QUOTE: usize = 60;

/// Who says it: somebody unknown is somebody else every time.
pub(super) fn speaker(one: &Complained) -> Speaker {
    one.person.map_or(Speaker::Of(one.feedback), Speaker::Person)
}

/// Whether a passage is bad for the customer.
pub(crate) fn bad(passage: &Passage) -> bool {
    passage.sentiment.as_ref().is_some_and(|sentiment| sentiment.polarity == Polarity::Negative)
}

/// The complaints of some comments, in words.
fn complaints(view: &View, ids: &[FeedbackId]) -> Result<Vec<(FeedbackId, Passage, String)>, StoreError> {
    let texts: HashMap<FeedbackId, String> = tables::feedback::words(view, ids)?.into_iter().collect();
    let readings = tables::reading::many(view, ids)?.into_iter();
    let of = readings.flat_map(|reading| {
        let text = texts.get(&reading.feedback);
        let passages = reading.passages.into_iter().filter(bad);
        let words = move |passage: Passage| {
            let words = passage.span.of(text?)?.to_owned();
            Some((reading.feedback, passage, words))
        };
        passages.filter_map(words).collect::<Vec<_>>()
    });
    Ok(of.collect())
}

/// What has risen in words by the last day of a period.
pub(super) async fn risen(
    flow: &Flow,
    all: &[Complained],
    period: Period,
    posts: &HashMap<PostId, usize>,
    volume: Volume,
) -> Result<Vec<Together>, FlowError> {
    let heard = all.iter().filter(|one| period.contains(one.day) && !one.complaints.is_empty());
    let heard: Vec<&Complained> = heard.collect();
    let every = heard.len().div_ceil(MOST).max(1);
    let mut uttered: Vec<Uttered> = heard
        .into_iter()
        .step_by(every)
        .filter_map(|one| {
            let post = *posts.get(&one.post)?;
            Some(Uttered { feedback: one.feedback, day: one.day, post, speaker: speaker(one), words: vec![] })
        })
        .collect();
    for part in uttered.chunks_mut(BATCH) {
        let ids: Vec<FeedbackId> = part.iter().map(|one| one.feedback).collect();
        let stems = move |view: &View| {
            let found = complaints(view, &ids)?.into_iter();
            let stems = found.map(|(feedback, passage, words)| {
                (
                    feedback,
                    passage.stage.map(|stage| stage.value),
                    telling(&words).into_iter().map(|(stem, _)| stem).collect::<Vec<u64>>(),
                )
            });
            Ok(stems.collect::<Vec<_>>())
        };
        let mut words: HashMap<FeedbackId, Vec<_>> = HashMap::new();
        for (feedback, stage, stems) in flow.store.read(&Scope::system(), stems).await? {
            words.entry(feedback).or_default().extend(stems.into_iter().map(|stem| (stage, stem)));
        }
        for one in part {
            one.words = words.remove(&one.feedback).unwrap_or_default();
        }
    }
    let look = move || rising(period, &volume, &uttered, &Rules::of_words());
    tokio::task::spawn_blocking(look).await.map_err(FlowError::internal)
}

/// How the title of an issue ends that Heard proposed because of a stage as a whole.
pub(super) const MORE: &str = ": more complaints than usual";

/// Whether Heard proposed an issue because of its words, or of a stage as a whole: nothing is gathered, comments are joined.
fn joins(issue: &KeptIssue) -> bool {
    issue.origin == IssueOrigin::Found && issue.categories.is_empty()
}

/// Whether a comment complains of what an issue gathers.
fn gathers(issue: &KeptIssue, one: &Complained, taxonomy: &Taxonomy) -> bool {
    let fits = |(stage, category): &(Option<_>, Option<_>)| {
        let here = issue.stage.is_none() || issue.stage == *stage;
        here && category
            .is_some_and(|category| issue.categories.iter().any(|own| *own == category || taxonomy.above(category).contains(own)))
    };
    one.complaints.iter().any(fits)
}

/// What is known already of what has risen in words: issues, whatever was decided of them, and what else has risen this evening.
pub(super) async fn known(
    flow: &Flow,
    issues: &[KeptIssue],
    also: &[Matter],
    all: &[Complained],
    risen: &[Together],
) -> Result<Vec<(Option<IssueId>, Told)>, FlowError> {
    if risen.is_empty() {
        return Ok(vec![]);
    }
    let directory = flow.directory();
    let asked: HashSet<FeedbackId> = risen.iter().flat_map(|group| group.comments.iter().copied()).collect();
    let asked: Vec<&Complained> = all.iter().filter(|one| asked.contains(&one.feedback)).collect();
    let ids: Vec<IssueId> = issues.iter().map(|issue| issue.id).collect();
    let joined = move |view: &View| ids.iter().map(|id| tables::issue::feedback(view, *id)).collect::<Result<Vec<_>, _>>();
    let joined = flow.store.read(&Scope::system(), joined).await?;
    let issues = issues.iter().zip(joined).map(|(issue, joined)| {
        let gathered = asked.iter().filter(|one| gathers(issue, one, &directory.taxonomy)).map(|one| one.feedback);
        let rose = issue.stage.filter(|_| joins(issue)).map(|stage| (stage, directory.company.zone.day(issue.opened)));
        (joins(issue).then_some(issue.id), Told { rose, comments: joined.into_iter().chain(gathered).collect() })
    });
    let also = also.iter().filter(|matter| matter.category.is_some()).map(|matter| {
        let same =
            |(stage, category): &(_, _)| matter.category == *category && (matter.stage.is_none() || matter.stage == *stage);
        let of = asked.iter().filter(|one| one.complaints.iter().any(same)).map(|one| one.feedback);
        (None, Told { rose: None, comments: of.collect() })
    });
    Ok(issues.chain(also).collect())
}

/// The comments of the issues that were proposed because of their words, where something else might tell the same once more.
pub(super) async fn told(flow: &Flow, issues: &[KeptIssue]) -> Result<Vec<Told>, FlowError> {
    // To a stage as a whole all its complaints are joined: that explains no category.
    let worded = |issue: &&KeptIssue| joins(issue) && !issue.title.ends_with(MORE);
    let ids: Vec<IssueId> = issues.iter().filter(worded).map(|issue| issue.id).collect();
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let joined = move |view: &View| ids.iter().map(|id| tables::issue::feedback(view, *id)).collect::<Result<Vec<_>, _>>();
    let joined = flow.store.read(&Scope::system(), joined).await?;
    Ok(joined.into_iter().map(|comments| Told { rose: None, comments: comments.into_iter().collect() }).collect())
}

/// What an evening's words lead to.
#[derive(Default)]
pub(super) struct Words {
    /// Issues to propose, with their comments.
    pub new: Vec<(KeptIssue, Vec<FeedbackId>)>,
    /// Comments that speak of what has been proposed.
    pub more: Vec<(IssueId, Vec<FeedbackId>)>,
}

/// Makes issues of what has risen in words and is not known.
pub(super) async fn proposed(
    flow: &Flow,
    today: Day,
    risen: Vec<Together>,
    issues: &[KeptIssue],
    mut known: Vec<(Option<IssueId>, Told)>,
) -> Result<Words, FlowError> {
    let undecided = |id: IssueId| issues.iter().any(|issue| issue.id == id && issue.standing == IssueStanding::Proposed);
    let mut found = Words::default();
    for group in risen {
        if let Some((id, told)) = known.iter_mut().find(|(_, told)| group.is(told, today)) {
            if let Some(id) = id.filter(|id| undecided(*id)) {
                let new: Vec<FeedbackId> = group.comments.iter().copied().filter(|one| !told.comments.contains(one)).collect();
                told.comments.extend(&new);
                found.more.push((id, new));
            }
            continue;
        }
        let stems: HashSet<u64> = group.words.iter().copied().collect();
        let ids = group.comments.clone();
        let texts = flow.store.read(&Scope::system(), move |view| complaints(view, &ids)).await?;
        let texts = texts.into_iter().map(|(_, _, words)| words);
        let texts: Vec<String> = texts.filter(|words| telling(words).iter().any(|(stem, _)| stems.contains(stem))).collect();
        let at = group.stage.and_then(|stage| flow.directory().journey.stage(stage).map(|stage| stage.name.clone()));
        let title = title(at.as_deref(), &named(&group.words, &texts), central(&texts));
        let draft = IssueDraft { title, stage: group.stage, categories: vec![], departments: vec![] };
        let issue = KeptIssue { since: Some(group.rise.since), ..begun(flow, &draft, IssueOrigin::Found, None) };
        known.push((
            None,
            Told { rose: group.stage.map(|stage| (stage, today)), comments: group.comments.iter().copied().collect() },
        ));
        found.new.push((issue, group.comments));
    }
    Ok(found)
}

/// The words that name a group: the surest, in the form in which most write them.
pub(super) fn named(stems: &[u64], texts: &[String]) -> Vec<String> {
    let mut forms: HashMap<u64, HashMap<String, usize>> = HashMap::new();
    for (stem, form) in texts.iter().flat_map(|text| telling(text)) {
        *forms.entry(stem).or_default().entry(form).or_default() += 1;
    }
    let commonest = |stem: &u64| {
        let forms = forms.get(stem)?.iter();
        forms.max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(form, _)| form.clone())
    };
    stems.iter().filter_map(commonest).take(NAMED_BY).collect()
}

/// Of the passages that fit into a title, the one most like all of them.
fn central(texts: &[String]) -> Option<&str> {
    let embedding = Embedding::shipped();
    let points: Vec<Meaning> = texts.iter().map(|text| embedding.of_text(text)).collect();
    let mut middle: Meaning = [0.0; DIMS];
    for point in &points {
        for (sum, one) in middle.iter_mut().zip(point) {
            *sum += one;
        }
    }
    let fits = |text: &&String| text.trim().chars().count() <= LONGEST_QUOTE && text.split_whitespace().nth(2).is_some();
    let short = texts.iter().zip(&points).filter(|(text, _)| fits(text));
    let nearest = short.max_by(|a, b| dot(a.1, &middle).total_cmp(&dot(b.1, &middle)).then_with(|| b.0.cmp(a.0)));
    nearest.map(|(text, _)| text.trim())
}

/// “Renew: notice, period – “The notice period is far too long.””
fn title(stage: Option<&str>, words: &[String], quote: Option<&str>) -> String {
    let mut title = stage.map_or_else(String::new, |stage| format!("{stage}: "));
    title.push_str(&words.join(", "));
    let quoted = quote.map(|quote| format!("{title} – “{quote}”"));
    let whole = quoted.filter(|whole| whole.chars().count() <= LONGEST_TITLE).unwrap_or(title);
    whole.chars().take(LONGEST_TITLE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_named_by_its_words_and_by_what_is_most_like_all() {
        let texts = [
            "The notice period is too long.",
            "Three months of notice periods is much too long.",
            "My notice period is too long!",
        ];
        let texts: Vec<String> = texts.map(str::to_owned).into();
        let stems: Vec<u64> = telling("notice period").into_iter().map(|(stem, _)| stem).collect();
        let words = named(&stems, &texts);
        assert_eq!(words, ["notice", "period"]);
        let quote = central(&texts).expect("one is short enough");
        assert_eq!(title(Some("Renew"), &words, Some(quote)), format!("Renew: notice, period – “{quote}”"));
        let long = "a".repeat(200);
        assert_eq!(title(Some("Renew"), &words, Some(&long)), "Renew: notice, period");
        assert!(title(Some(&long), &words, None).chars().count() == LONGEST_TITLE && central(&[]).is_none());
    }
}
