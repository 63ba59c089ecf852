//! “You said, we do”: how many of those who raised an issue were told what became of it, what may be told now, and words to begin with.
//! What is told is a run of letters to them: reviewed, once for each stage.

use std::collections::HashSet;

use heard_domain::id::{FeedbackId, IssueId, PersonId};
use heard_domain::letter::{Audience, ToldStage};
use heard_domain::message::MessageState;
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::tell::audience::raised;
use crate::tell::letters::LetterShown;

/// How many of those who raised an issue were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToldCounts {
    /// So many raised it: each person once, and each comment of which nobody knows who said it.
    pub raised: u64,
    /// So many of them were told at least once, by a letter that was taken or on the page of their comment.
    pub told: u64,
}

/// What was told at one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToldAt {
    /// The stage.
    pub stage: ToldStage,
    /// Letters that the mail server has taken.
    pub sent: u64,
    /// Letters that wait.
    pub waiting: u64,
    /// Letters that did not arrive, or may not have.
    pub troubled: u64,
    /// Those who read it on the page of their comment.
    pub pages: u64,
    /// When it was reviewed last.
    pub last: Option<Time>,
}

/// What those who raised an issue were told, and may be told now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssueTold {
    /// Which issue.
    pub issue: IssueId,
    /// How many were told; `null` for who sees some posts only.
    pub counts: Option<ToldCounts>,
    /// What may be told now: where the issue stands; `null`: nobody has decided that it is worked on.
    pub stage: Option<ToldStage>,
    /// What was told, stage by stage.
    pub stages: Vec<ToldAt>,
    /// The runs of letters about it, the newest first; only for who may see them.
    pub runs: Vec<LetterShown>,
    /// A subject to begin with.
    pub subject: String,
    /// Words to begin with.
    pub text: String,
}

/// What those who raised an issue were told, and may be told now.
pub async fn told(flow: &Flow, scope: &Scope, issue: IssueId) -> Result<IssueTold, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let there = flow.store.read(scope, move |view| tables::issue::get(view, issue)).await?;
    let kept = there.ok_or(FlowError::Missing("issue"))?;
    let whole = scope.reach == Reach::Everything;
    let look = move |view: &View| {
        let mut runs = Vec::new();
        for letter in tables::told::runs(view, issue)? {
            let mut states: Vec<(MessageState, u64)> = tables::message::tally(view, Some(letter.id))?.into_iter().collect();
            states.sort_unstable();
            runs.push(LetterShown { letter, states });
        }
        let told = (tables::told::told(view, issue)?, tables::told::told_on_pages(view, issue)?);
        Ok((runs, told))
    };
    let (mut runs, (persons, pages)) = flow.store.read(&Scope::system(), look).await?;
    let counts = if whole { Some(counts(flow, issue, &persons, &pages).await?) } else { None };
    let stages = if whole { ToldStage::ALL.iter().filter_map(|stage| at(*stage, &runs)).collect() } else { vec![] };
    if !scope.may(Grant::Shape) || !whole {
        runs.clear();
    }
    let stage = kept.told_stage();
    let (subject, text) = stage.map_or_else(Default::default, words);
    Ok(IssueTold { issue, counts, stage, stages, runs, subject, text })
}

async fn counts(
    flow: &Flow,
    issue: IssueId,
    persons: &HashSet<PersonId>,
    pages: &HashSet<FeedbackId>,
) -> Result<ToldCounts, FlowError> {
    let raised = raised(flow, issue).await?;
    let told: HashSet<(bool, i64)> = raised
        .comments
        .iter()
        .filter(|(id, person, _)| pages.contains(id) || person.is_some_and(|person| persons.contains(&person)))
        .map(|(id, person, _)| person.map_or((false, id.0), |person| (true, person.0)))
        .collect();
    Ok(ToldCounts { raised: raised.count(), told: told.len() as u64 })
}

fn at(stage: ToldStage, runs: &[LetterShown]) -> Option<ToldAt> {
    let mut at = ToldAt { stage, sent: 0, waiting: 0, troubled: 0, pages: 0, last: None };
    let of = |run: &&LetterShown| matches!(run.letter.audience, Audience::Issue { stage: own, .. } if own == stage);
    for run in runs.iter().filter(of) {
        let Some((_, reviewed)) = run.letter.reviewed else { continue };
        at.last = at.last.max(Some(reviewed));
        at.pages += run.letter.pages;
        for (state, n) in &run.states {
            match state {
                MessageState::Sent => at.sent += n,
                MessageState::Waiting | MessageState::Sending => at.waiting += n,
                MessageState::Maybe | MessageState::Failed | MessageState::Bounced | MessageState::Suppressed => at.troubled += n,
            }
        }
    }
    at.last.is_some().then_some(at)
}

/// Words to begin with: plain, without promising what nobody knows.
fn words(stage: ToldStage) -> (String, String) {
    let (subject, middle) = match stage {
        ToldStage::Acknowledged => (
            "What you told {{company}}",
            "We have heard it, and we have taken it up: the departments that it concerns look for what causes it. When it is known what will be done, we write again.",
        ),
        ToldStage::Planned => (
            "What {{company}} will do about what you told us",
            "This is what we do about it: {{fix}}\n\nWe write again when it is done.",
        ),
        ToldStage::Done => (
            "What {{company}} has done about what you told us",
            "This is what we have done: {{fix}}\n\nWhether it has really become better we now find out by counting, and tell you. If it happens to you again, please tell us.",
        ),
        ToldStage::Verified => (
            "It has become better: what you told {{company}}",
            "What we did about it: {{fix}}\n\nSince then it happens to far fewer customers. That is counted, not claimed. If it happens to you all the same, please tell us.",
        ),
    };
    let text = format!(
        "Dear {{{{name}}}},\n\non {{{{day}}}} you told us about this: {{{{issue}}}}.\n\n{middle}\n\nThank you for saying it."
    );
    (subject.to_owned(), text)
}
