//! Who gets a run of letters: batch by batch in the order of their identifiers, with what the placeholders stand for, and who is left out.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound::{Excluded, Unbounded};

use heard_domain::directory::Directory;
use heard_domain::id::{EventId, FeedbackId, IssueId, PersonId};
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::KeptIssue;
use heard_domain::letter::{Audience, Letter, ToldStage};
use heard_domain::mail::fill;
use heard_domain::message::{SuppressedWhy, Topic};
use heard_domain::scope::Scope;
use heard_domain::time::Day;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::sending::called;

/// So many events or persons are looked at together.
const BATCH: usize = 200;

/// One who would get a letter.
pub(crate) struct Recipient {
    /// What makes the letter the same: there is one with this key, ever.
    pub(crate) key: String,
    /// Keys of letters that said the same before.
    also: Vec<String>,
    pub(crate) person: PersonId,
    values: Vec<(String, String)>,
}

/// What became of somebody who would get a letter.
pub(crate) enum Standing {
    Unreachable,
    Suppressed(SuppressedWhy),
    Before,
    Due {
        address: String,
        /// The address as it is kept with the wishes of its owner.
        hidden: String,
    },
}

/// Those who raised what an issue gathers, as far as it is known who they are.
pub(crate) struct Raised {
    pub(crate) issue: KeptIssue,
    /// Each comment once.
    pub(crate) comments: Vec<tables::told::Raised>,
    persons: BTreeMap<PersonId, Day>,
}

impl Raised {
    fn new(issue: KeptIssue, mut comments: Vec<tables::told::Raised>) -> Self {
        comments.sort_unstable();
        comments.dedup_by_key(|one| one.0);
        let mut persons: BTreeMap<PersonId, Day> = BTreeMap::new();
        for (_, person, day) in &comments {
            if let Some(person) = person {
                let last = persons.entry(*person).or_insert(*day);
                *last = (*last).max(*day);
            }
        }
        Self { issue, comments, persons }
    }

    /// How many raised it: each person once, and each comment of which nobody knows who said it.
    pub(crate) fn count(&self) -> u64 {
        let nameless = self.comments.iter().filter(|(_, person, _)| person.is_none()).count();
        (self.persons.len() + nameless) as u64
    }

    /// The comments whose answer is read on a page: those of persons who are not reached otherwise, and those of nobody in particular.
    fn on_pages(&self, unreached: &BTreeSet<PersonId>) -> Vec<(FeedbackId, Option<PersonId>)> {
        let fits = |person: &Option<PersonId>| person.is_none_or(|person| unreached.contains(&person));
        self.comments.iter().filter(|(_, person, _)| fits(person)).map(|(id, person, _)| (*id, *person)).collect()
    }

    /// Of those who are not reached by a letter: how many read it on a page, how many have read it there before, and how many do not
    /// hear of it.
    pub(crate) fn by_page(
        &self,
        view: &View,
        stage: ToldStage,
        unreached: &BTreeSet<PersonId>,
    ) -> Result<(u64, u64, u64), StoreError> {
        let open = self.on_pages(unreached);
        let ids: Vec<FeedbackId> = open.iter().map(|(id, _)| *id).collect();
        let pages = tables::told::with_page(view, &ids)?;
        let mut told: HashSet<FeedbackId> = HashSet::new();
        if !pages.is_empty() {
            for run in tables::told::runs(view, self.issue.id)? {
                if run.reviewed.is_some() && run.audience == (Audience::Issue { issue: self.issue.id, stage }) {
                    told.extend(tables::told::answered(view, run.id)?);
                }
            }
        }
        // A person is one however many comments; somebody without a name is one for each.
        let (mut shown, mut before, mut all) = (HashSet::new(), HashSet::new(), HashSet::new());
        for (id, person) in open {
            let who = person.map_or((false, id.0), |person| (true, person.0));
            all.insert(who);
            if pages.contains(&id) {
                if told.contains(&id) {
                    before.insert(who)
                } else {
                    shown.insert(who)
                };
            }
        }
        let before = before.difference(&shown).count() as u64;
        let shown = shown.len() as u64;
        Ok((shown, before, all.len() as u64 - shown - before))
    }
}

/// Everybody who raised what an issue gathers, whoever looks.
pub(crate) async fn raised(flow: &Flow, issue: IssueId) -> Result<Raised, FlowError> {
    let scope = Scope::system();
    let look = move |view: &View| Ok((tables::issue::get(view, issue)?, tables::told::joined(view, issue)?));
    let (kept, mut comments) = flow.store.read(&scope, look).await?;
    let kept = kept.ok_or(FlowError::Missing("issue"))?;
    if let Some(filter) = kept.gathers() {
        let spoken = flow.store.spoken(&scope, &filter, None).await?;
        comments.extend(spoken.into_iter().map(|one| (one.feedback, one.person, one.day)));
    }
    Ok(Raised::new(kept, comments))
}

/// The same for a run of letters, where it is about an issue.
pub(crate) async fn raised_for(flow: &Flow, audience: &Audience) -> Result<Option<Raised>, FlowError> {
    match audience.issue() {
        Some(issue) => Ok(Some(raised(flow, issue).await?)),
        None => Ok(None),
    }
}

/// What an issue fills in for everybody alike.
pub(crate) fn of_issue(issue: &KeptIssue, stage: ToldStage, company: &str) -> Vec<(String, String)> {
    let mut values = vec![
        ("company".to_owned(), company.to_owned()),
        ("issue".to_owned(), issue.title.clone()),
        ("stage".to_owned(), stage.label().to_lowercase()),
    ];
    // Only what every department has stated is a plan.
    if matches!(issue.state(), IssueState::Planned | IssueState::ReportedFixed | IssueState::VerifiedFixed) {
        values.push(("fix".to_owned(), issue.work.fixes()));
    }
    values
}

/// The words of a run as they were reviewed: what is the same for everybody is filled in, and stays whatever becomes of the issue.
pub(crate) fn settled(letter: Letter, values: &[(String, String)]) -> Result<Letter, String> {
    let value = |wanted: &str| match wanted {
        "name" | "day" => Some(format!("{{{{{wanted}}}}}")),
        other => values.iter().find(|(known, _)| known == other).map(|(_, value)| value.clone()),
    };
    Ok(Letter { subject: fill(&letter.subject, value)?, text: fill(&letter.text, value)?, ..letter })
}

/// What becomes of each who would get a letter, in their order, with their name; who is not there any more is left out.
pub(crate) fn standings(
    view: &View,
    topic: Topic,
    recipients: Vec<Recipient>,
) -> Result<Vec<(Recipient, String, Standing)>, StoreError> {
    let persons: Vec<PersonId> = recipients.iter().map(|one| one.person).collect();
    let reached = tables::letter::reached(view, &persons)?;
    let keys: Vec<&str> =
        recipients.iter().flat_map(|one| std::iter::once(&one.key).chain(&one.also)).map(String::as_str).collect();
    let before = tables::message::known(view, &keys)?;
    let mut addresses: Vec<&str> = reached.values().filter_map(|(_, address)| address.as_deref()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let kept = tables::suppressed::of_many(view, &addresses, topic)?;
    let of = |address: &str| addresses.binary_search(&address).ok().and_then(|at| kept.get(at));
    let standing = |one: &Recipient, address: Option<&str>| {
        if before.contains(&one.key) || one.also.iter().any(|key| before.contains(key)) {
            return Standing::Before;
        }
        match address.and_then(|address| Some((address, of(address)?))) {
            None => Standing::Unreachable,
            Some((_, (_, Some(why)))) => Standing::Suppressed(*why),
            Some((address, (hidden, None))) => Standing::Due { address: address.to_owned(), hidden: hidden.clone() },
        }
    };
    let mut all = Vec::with_capacity(recipients.len());
    for one in recipients {
        let Some((name, address)) = reached.get(&one.person) else { continue };
        let standing = standing(&one, address.as_deref());
        all.push((one, name.clone(), standing));
    }
    Ok(all)
}

/// Subject and words for one; the name of a placeholder that is not known.
pub(crate) fn filled(letter: &Letter, one: &Recipient, name: &str) -> Result<(String, String), String> {
    let value = |wanted: &str| match wanted {
        "name" => Some(called(name)),
        other => one.values.iter().find(|(known, _)| known == other).map(|(_, value)| value.clone()),
    };
    Ok((fill(&letter.subject, value)?, fill(&letter.text, value)?))
}

/// The next recipients after one of them, and the last that was looked at; `None`: there are no more. `raised`: who would get a run that
/// was not reviewed yet; afterwards those get it who were there then.
pub(crate) fn batch(
    view: &View,
    letter: &Letter,
    directory: &Directory,
    raised: Option<&Raised>,
    after: i64,
) -> Result<(Vec<Recipient>, Option<i64>), StoreError> {
    let company = ("company".to_owned(), directory.company.name.clone());
    match &letter.audience {
        Audience::Event { kind, stage, from, until } => {
            let ids = tables::letter::events(view, kind, *stage, (*from, *until), EventId(after), BATCH)?;
            let events = tables::event::many(view, &ids)?;
            let last = ids.last().map(|id| id.0);
            let recipients = events.into_iter().filter_map(|event| {
                let person = event.person?;
                let mut values =
                    vec![company.clone(), ("event".to_owned(), event.kind), ("day".to_owned(), event.day.to_string())];
                values.extend(event.details.into_iter().map(|(name, value)| (name.to_lowercase(), value)));
                Some(Recipient { key: format!("event:{}:{person}", event.id), also: vec![], person, values })
            });
            Ok((recipients.collect(), last))
        }
        Audience::Raised { category, stage, from, until } => {
            let persons =
                tables::letter::raisers(view, &directory.taxonomy.downwards(*category), (*from, *until), PersonId(after), BATCH)?;
            let last = persons.last().map(|id| id.0);
            let named = directory.taxonomy.category(*category).map(|category| category.name.clone()).unwrap_or_default();
            let values = vec![company, ("category".to_owned(), named), ("stage".to_owned(), stage.label().to_lowercase())];
            let key = |person| format!("raised:{category}:{}:{person}", stage.code());
            let recipients =
                persons.into_iter().map(|person| Recipient { key: key(person), also: vec![], person, values: values.clone() });
            Ok((recipients.collect(), last))
        }
        Audience::Issue { issue, stage } => {
            let persons: Vec<(PersonId, Day)> = match raised {
                Some(raised) => {
                    let rest = raised.persons.range((Excluded(PersonId(after)), Unbounded));
                    rest.take(BATCH).map(|(person, day)| (*person, *day)).collect()
                }
                None => tables::told::persons(view, letter.id, PersonId(after), BATCH)?,
            };
            let values = raised.map_or_else(Vec::new, |raised| of_issue(&raised.issue, *stage, &directory.company.name));
            // Who was told of a part of it was told.
            let parts = tables::issue::parts(view, *issue)?;
            let last = persons.last().map(|(id, _)| id.0);
            let recipients = persons.into_iter().map(|(person, day)| {
                let key = |issue: IssueId| format!("issue:{issue}:{}:{person}", stage.code());
                let mut values = values.clone();
                values.push(("day".to_owned(), day.to_string()));
                Recipient { key: key(*issue), also: parts.iter().map(|(part, _)| key(*part)).collect(), person, values }
            });
            Ok((recipients.collect(), last))
        }
    }
}

/// Whether what a run tells is still true: an issue that went back is not told to have come further.
pub(crate) fn holds(view: &View, letter: &Letter) -> Result<bool, StoreError> {
    let Audience::Issue { issue, stage } = letter.audience else { return Ok(true) };
    let there = tables::issue::get(view, issue)?.and_then(|kept| kept.told_stage());
    Ok(there.is_some_and(|there| there >= stage))
}
