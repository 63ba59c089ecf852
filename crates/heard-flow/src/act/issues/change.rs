//! Changing: what is done to an issue. The rules of the domain decide, whichever way somebody comes: page, program, many at once, or a
//! partner's link.

use heard_domain::audit::{Act, Noun, Who};
use heard_domain::id::{CaseId, CategoryId, DepartmentId, FeedbackId, IssueId, PartnerLinkId, StageId, UserId};
use heard_domain::issue::{IssueAct, IssueParty, IssueRefused, Work};
use heard_domain::kept_issue::{
    IssueOrigin, IssueStanding, KeptIssue, LONGEST_TITLE, MOST_CATEGORIES, SIGNED_WITHIN, StandingAct,
};
use heard_domain::scope::Scope;
use heard_domain::theme::Theme;
use heard_domain::time::{Day, Time};
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::issues::look::{acting, party};
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// What is done to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum IssueDeed {
    /// It is worked on from now on.
    Accept,
    /// It is none: only as long as it is a proposal.
    Dismiss,
    /// It becomes part of another issue, with its departments.
    Merge {
        /// Which.
        into: IssueId,
    },
    /// It is an issue of its own again.
    Unmerge,
    /// It is called otherwise, or gathers something else.
    Describe {
        /// What happens to customers.
        title: String,
        /// Where in the journey.
        #[serde(default)]
        stage: Option<StageId>,
        /// What is gathered.
        #[serde(default)]
        categories: Vec<CategoryId>,
    },
    /// A further department contributes.
    Involve {
        /// Which.
        department: DepartmentId,
    },
    /// A department says that it does not contribute.
    Leave {
        /// Which.
        department: DepartmentId,
        /// Why.
        words: String,
    },
    /// A department states its cause, its fix, or both.
    State {
        /// Which.
        department: DepartmentId,
        /// Why it happens, as far as it is theirs.
        #[serde(default)]
        cause: Option<String>,
        /// What they do about it.
        #[serde(default)]
        fix: Option<String>,
    },
    /// A department says that its fix is done.
    SignOff {
        /// Which.
        department: DepartmentId,
        /// Since when the fix is in effect for customers; today if not said.
        #[serde(default)]
        fixed_on: Option<Day>,
    },
    /// A department takes its sign-off back.
    TakeBack {
        /// Which.
        department: DepartmentId,
    },
}

impl IssueDeed {
    /// The word for it, in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Dismiss => "dismissed",
            Self::Merge { .. } => "merged",
            Self::Unmerge => "taken out again",
            Self::Describe { .. } => "described",
            Self::Involve { .. } => "involved",
            Self::Leave { .. } => "left",
            Self::State { .. } => "stated",
            Self::SignOff { .. } => "signed off",
            Self::TakeBack { .. } => "sign-off taken back",
        }
    }

    fn department(&self) -> Option<DepartmentId> {
        match self {
            Self::Involve { department }
            | Self::Leave { department, .. }
            | Self::State { department, .. }
            | Self::SignOff { department, .. }
            | Self::TakeBack { department } => Some(*department),
            _ => None,
        }
    }

    /// What it names is there.
    async fn checked(&self, flow: &Flow, scope: &Scope) -> Result<(), FlowError> {
        let directory = flow.directory();
        if self.department().is_some_and(|id| directory.department(id).is_none()) {
            return Err(FlowError::Unknown { field: "department", what: "department" });
        }
        match self {
            Self::Merge { into } => {
                let into = *into;
                let there = flow.store.read(scope, move |view| tables::issue::get(view, into)).await?;
                there.map(|_| ()).ok_or(FlowError::Unknown { field: "into", what: "issue" })
            }
            Self::Describe { title, stage, categories } => about(flow, title, *stage, categories),
            Self::SignOff { fixed_on: Some(day), .. } if *day > directory.company.zone.day(flow.now()) => {
                Err(FlowError::rule("fixed_on", "must not lie in the future: sign off when the fix is in effect"))
            }
            Self::SignOff { fixed_on: Some(day), .. } if *day < directory.company.zone.day(flow.now()) + -SIGNED_WITHIN => {
                let words = format!(
                    "must lie at most {SIGNED_WITHIN} days back: sign with the earliest day that is allowed; the days before it count as not mended"
                );
                Err(FlowError::rule("fixed_on", words))
            }
            _ => Ok(()),
        }
    }
}

/// The rules of a title, a stage and categories.
fn about(flow: &Flow, title: &str, stage: Option<StageId>, categories: &[CategoryId]) -> Result<(), FlowError> {
    let directory = flow.directory();
    match title.trim().chars().count() {
        0 => return Err(FlowError::rule("title", "must say what happens to customers")),
        n if n > LONGEST_TITLE => {
            return Err(FlowError::rule("title", format!("has {n} characters; at most {LONGEST_TITLE} are allowed")));
        }
        _ if title.chars().any(char::is_control) => return Err(FlowError::rule("title", "must not contain control characters")),
        _ => {}
    }
    if stage.is_some_and(|id| directory.journey.stage(id).is_none()) {
        return Err(FlowError::Unknown { field: "stage", what: "stage" });
    }
    if categories.iter().any(|id| directory.taxonomy.category(*id).is_none()) {
        return Err(FlowError::Unknown { field: "categories", what: "category" });
    }
    if categories.len() > MOST_CATEGORIES {
        return Err(FlowError::rule("categories", format!("are at most {MOST_CATEGORIES}")));
    }
    Ok(())
}

fn each_once<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}

/// What came of something done to an issue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum IssueAttempt {
    Done(Box<KeptIssue>),
    Missing,
    Refused(IssueRefused),
    /// Somebody else was faster.
    Stale,
}

impl IssueAttempt {
    pub(crate) fn answer(self) -> Result<KeptIssue, FlowError> {
        match self {
            Self::Done(kept) => Ok(*kept),
            Self::Missing => Err(FlowError::Missing("issue")),
            Self::Refused(refused) => Err(FlowError::Conflict(refused.to_string())),
            Self::Stale => Err(stale()),
        }
    }
}

/// Somebody else was faster.
pub(crate) fn stale() -> FlowError {
    FlowError::Conflict("somebody changed this issue after you had opened it: read it once more, then go on".to_owned())
}

/// Who acts, when.
#[derive(Debug, Clone)]
pub(crate) struct IssueDoing {
    pub(crate) by: IssueParty,
    /// The partner's link by which they came.
    link: Option<PartnerLinkId>,
    pub(crate) now: Time,
    pub(crate) today: Day,
}

impl IssueDoing {
    pub(crate) fn of(flow: &Flow, by: IssueParty) -> Self {
        Self { by, link: None, now: flow.now(), today: flow.directory().company.zone.day(flow.now()) }
    }

    /// The issue after a deed, or why not. Nothing is written.
    fn apply(&self, kept: &KeptIssue, deed: &IssueDeed) -> Result<KeptIssue, IssueRefused> {
        let act = |kept: &KeptIssue, act: IssueAct, day| kept.act(&act, &self.by, self.now, day);
        match deed {
            IssueDeed::Accept => kept.stand(StandingAct::Accept, &self.by),
            IssueDeed::Dismiss => kept.stand(StandingAct::Dismiss, &self.by),
            IssueDeed::Merge { into } => kept.stand(StandingAct::Merge(*into), &self.by),
            IssueDeed::Unmerge => kept.stand(StandingAct::Unmerge, &self.by),
            IssueDeed::Describe { title, stage, categories } => {
                let next = kept.gather_from(*stage, each_once(categories.clone()), &self.by)?;
                Ok(KeptIssue { title: title.trim().to_owned(), ..next })
            }
            IssueDeed::Involve { department } => act(kept, IssueAct::Involve(*department), self.today),
            IssueDeed::Leave { department, words } => act(kept, IssueAct::Leave(*department, words.clone()), self.today),
            IssueDeed::State { department, cause, fix } => {
                if cause.is_none() && fix.is_none() {
                    return Err(IssueRefused::Words);
                }
                let mut next = kept.clone();
                if let Some(words) = cause {
                    next = act(&next, IssueAct::Cause(*department, words.clone()), self.today)?;
                }
                if let Some(words) = fix {
                    next = act(&next, IssueAct::Fix(*department, words.clone()), self.today)?;
                }
                Ok(next)
            }
            IssueDeed::SignOff { department, fixed_on } => {
                act(kept, IssueAct::SignOff(*department), fixed_on.unwrap_or(self.today))
            }
            IssueDeed::TakeBack { department } => act(kept, IssueAct::TakeBack(*department), self.today),
        }
    }

    /// Keeps a changed issue under its next version; whether nobody was faster.
    pub(crate) fn keep(&self, tx: &mut Tx, before: &KeptIssue, changed: KeptIssue) -> Result<Option<KeptIssue>, StoreError> {
        let kept = KeptIssue { version: before.version + 1, changed: self.now, ..changed };
        Ok(tables::issue::update(tx, &kept)?.then_some(kept))
    }

    /// Does it within a write.
    pub(crate) fn run(
        &self,
        tx: &mut Tx,
        id: IssueId,
        version: Option<i64>,
        deed: &IssueDeed,
    ) -> Result<IssueAttempt, StoreError> {
        let Some(before) = tables::issue::get(tx, id)? else { return Ok(IssueAttempt::Missing) };
        if version.is_some_and(|version| version != before.version) {
            return Ok(IssueAttempt::Stale);
        }
        let changed = match self.apply(&before, deed) {
            Ok(changed) => changed,
            Err(refused) => return Ok(IssueAttempt::Refused(refused)),
        };
        if matches!(deed, IssueDeed::SignOff { .. }) && self.signed_by_hand(tx, &before)? {
            return Ok(IssueAttempt::Refused(IssueRefused::OnePerson));
        }
        if let IssueDeed::Merge { into } = deed {
            let Some(whole) = tables::issue::get(tx, *into)? else { return Ok(IssueAttempt::Missing) };
            // Merging takes back what was signed there: it needs a say in both.
            if !whole.shaped_by(&self.by) {
                return Ok(IssueAttempt::Refused(IssueRefused::NotInvolved));
            }
            let next = match whole.take_in(&before) {
                Ok(next) => next,
                Err(refused) => return Ok(IssueAttempt::Refused(refused)),
            };
            if self.keep(tx, &whole, next)?.is_none() {
                return Ok(IssueAttempt::Stale);
            }
            tables::issue::join_all(tx, id, *into)?;
        }
        let Some(kept) = self.keep(tx, &before, changed)? else { return Ok(IssueAttempt::Stale) };
        let act = match deed {
            IssueDeed::Merge { .. } => Act::Merged,
            IssueDeed::Unmerge | IssueDeed::TakeBack { .. } => Act::Undone,
            IssueDeed::SignOff { .. } | IssueDeed::Accept => Act::Confirmed,
            _ => Act::Changed,
        };
        self.note(tx, act, &kept, deed.word(), deed.department())?;
        Ok(IssueAttempt::Done(Box::new(kept)))
    }

    /// Why evidence must stay, if it must: anybody may bring some, only who shapes the issue takes it away, and nobody once it is signed for.
    fn parts(&self, kept: &KeptIssue) -> Option<IssueRefused> {
        let signed = kept.work.contributions.iter().any(|one| one.signed.is_some());
        if kept.shaped_by(&self.by) { signed.then_some(IssueRefused::Frozen) } else { Some(IssueRefused::NotInvolved) }
    }

    /// Whether who acts has signed before, as themselves or by a partner's link of which they had the secret: whoever made it.
    fn signed_by_hand(&self, tx: &Tx, kept: &KeptIssue) -> Result<bool, StoreError> {
        let IssueParty::Member { user, .. } = self.by else { return Ok(false) };
        let links = tables::issue_work::links(tx, kept.id)?;
        let hand = |user: UserId| links.iter().find(|link| link.id.0 == user.0).map_or(user, |link| link.made_by);
        Ok(kept.work.contributions.iter().filter_map(|one| one.signed).any(|signed| hand(signed.user) == hand(user)))
    }

    /// Notes in the log what was done to an issue.
    pub(crate) fn note(
        &self,
        tx: &mut Tx,
        act: Act,
        kept: &KeptIssue,
        word: &str,
        department: Option<DepartmentId>,
    ) -> Result<(), StoreError> {
        let detail = json!({ "number": kept.number, "deed": word, "department": department });
        if let Some(link) = self.link {
            let detail = json!({ "number": kept.number, "deed": word, "department": department, "partner_link": link });
            return tables::audit::note_of(tx, self.now, Who::Nobody, act, Noun::Issue, kept.id.0, &detail);
        }
        tables::audit::note(tx, self.now, act, Noun::Issue, kept.id.0, &detail)
    }

    /// Changes something that is worked out about an issue, by whoever may shape it; the issue is of its next version then.
    pub(crate) fn shape<F>(
        &self,
        tx: &mut Tx,
        id: IssueId,
        version: Option<i64>,
        word: &str,
        change: F,
    ) -> Result<IssueAttempt, StoreError>
    where
        F: FnOnce(&mut Tx, &KeptIssue) -> Result<KeptIssue, StoreError>,
    {
        let Some(before) = tables::issue::get(tx, id)? else { return Ok(IssueAttempt::Missing) };
        if version.is_some_and(|version| version != before.version) {
            return Ok(IssueAttempt::Stale);
        }
        if !before.shaped_by(&self.by) {
            return Ok(IssueAttempt::Refused(IssueRefused::NotInvolved));
        }
        let changed = change(tx, &before)?;
        let Some(kept) = self.keep(tx, &before, changed)? else { return Ok(IssueAttempt::Stale) };
        self.note(tx, Act::Changed, &kept, word, None)?;
        Ok(IssueAttempt::Done(Box::new(kept)))
    }
}

/// What every step needs that works on issues.
pub(crate) async fn doing(flow: &Flow, scope: &Scope) -> Result<(IssueDoing, UserId), FlowError> {
    let acting = acting(flow, scope).await?;
    Ok((IssueDoing::of(flow, party(&acting)), acting.user))
}

/// Does something to an issue. `version`: the one that was looked at; whoever has seen an older one is told.
pub async fn change(
    flow: &Flow,
    scope: &Scope,
    id: IssueId,
    version: Option<i64>,
    deed: IssueDeed,
) -> Result<KeptIssue, FlowError> {
    let (doing, _) = doing(flow, scope).await?;
    deed.checked(flow, scope).await?;
    let outcome = flow.store.write(scope, move |tx| doing.run(tx, id, version, &deed)).await?;
    outcome.answer()
}

/// The same by a partner's link.
pub(crate) async fn change_by_link(
    flow: &Flow,
    link: PartnerLinkId,
    by: IssueParty,
    id: IssueId,
    deed: IssueDeed,
) -> Result<KeptIssue, FlowError> {
    let (doing, scope) = (IssueDoing { link: Some(link), ..IssueDoing::of(flow, by) }, Scope::system());
    deed.checked(flow, &scope).await?;
    flow.store.write(&scope, move |tx| doing.run(tx, id, None, &deed)).await?.answer()
}

/// What became of one of several issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssueOutcome {
    /// Which.
    pub issue: IssueId,
    /// Whether it was done.
    pub done: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// The most issues to which something is done at once.
pub const MOST: usize = 200;

/// Does the same to several issues in one write; what cannot be done to one leaves the others be.
pub async fn change_many(flow: &Flow, scope: &Scope, ids: Vec<IssueId>, deed: IssueDeed) -> Result<Vec<IssueOutcome>, FlowError> {
    let (doing, _) = doing(flow, scope).await?;
    let ids = each_once(ids);
    if ids.is_empty() || ids.len() > MOST {
        return Err(FlowError::rule("issues", format!("must be 1 to {MOST}")));
    }
    deed.checked(flow, scope).await?;
    let wanted = ids.clone();
    let there = move |view: &View| {
        for id in wanted {
            if tables::issue::get(view, id)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    };
    if !flow.store.read(scope, there).await? {
        return Err(FlowError::Unknown { field: "issues", what: "issue" });
    }
    let write = move |tx: &mut Tx| {
        ids.iter()
            .map(|id| {
                let answer = doing.run(tx, *id, None, &deed)?.answer();
                let reason = answer.err().map(|error| error.to_string());
                Ok(IssueOutcome { issue: *id, done: reason.is_none(), reason })
            })
            .collect::<Result<Vec<_>, StoreError>>()
    };
    Ok(flow.store.write(scope, write).await?)
}

/// An issue that somebody opens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueDraft {
    /// What happens to customers, 1-120 characters.
    pub title: String,
    /// Where in the journey.
    #[serde(default)]
    pub stage: Option<StageId>,
    /// What is gathered: complaints of these categories, at the stage.
    #[serde(default)]
    pub categories: Vec<CategoryId>,
    /// The departments that contribute; none: those of the categories.
    #[serde(default)]
    pub departments: Vec<DepartmentId>,
}

/// The departments that contribute where nobody names any: those of the categories.
fn of_categories(flow: &Flow, categories: &[CategoryId]) -> Vec<DepartmentId> {
    let directory = flow.directory();
    let of = categories.iter().filter_map(|id| directory.taxonomy.category(*id));
    each_once(of.flat_map(|category| category.departments.clone()).collect())
}

/// An issue as it begins.
pub(crate) fn begun(flow: &Flow, draft: &IssueDraft, origin: IssueOrigin, by: Option<UserId>) -> KeptIssue {
    let departments =
        if draft.departments.is_empty() { of_categories(flow, &draft.categories) } else { draft.departments.clone() };
    let now = flow.now();
    KeptIssue {
        id: IssueId(flow.id()),
        number: 0,
        version: 1,
        title: draft.title.trim().to_owned(),
        stage: draft.stage,
        categories: each_once(draft.categories.clone()),
        origin,
        standing: if origin == IssueOrigin::Found { IssueStanding::Proposed } else { IssueStanding::Accepted },
        merged: None,
        opened: now,
        opened_by: by,
        changed: now,
        begins: None,
        since: None,
        work: Work::begin(&departments),
        fixed_on: vec![],
    }
}

/// Writes an issue that begins, under the next number.
pub(crate) fn write(tx: &mut Tx, issue: KeptIssue, feedback: &[FeedbackId]) -> Result<KeptIssue, StoreError> {
    let kept = KeptIssue { number: tables::issue::next_number(tx)?, ..issue };
    tables::issue::insert(tx, &kept)?;
    feedback.iter().try_for_each(|feedback| tables::issue::join(tx, kept.id, *feedback))?;
    let detail = json!({ "number": kept.number, "origin": kept.origin });
    tables::audit::note(tx, kept.opened, Act::Added, Noun::Issue, kept.id.0, &detail)?;
    Ok(kept)
}

/// Opens an issue by hand.
pub async fn open(flow: &Flow, scope: &Scope, draft: IssueDraft) -> Result<KeptIssue, FlowError> {
    need(scope, Grant::WriteIssues)?;
    let acting = acting(flow, scope).await?;
    about(flow, &draft.title, draft.stage, &draft.categories)?;
    let directory = flow.directory();
    if draft.departments.iter().any(|id| directory.department(*id).is_none()) {
        return Err(FlowError::Unknown { field: "departments", what: "department" });
    }
    let issue = begun(flow, &draft, IssueOrigin::Hand, Some(acting.user));
    if issue.work.contributions.is_empty() {
        return Err(FlowError::rule("departments", "choose at least one: the categories name none"));
    }
    Ok(flow.store.write(scope, move |tx| write(tx, issue, &[])).await?)
}

/// Makes a theme an issue: its comments are joined, for no category gathers them yet.
pub async fn of_theme(flow: &Flow, scope: &Scope, theme: &Theme, departments: Vec<DepartmentId>) -> Result<KeptIssue, FlowError> {
    need(scope, Grant::WriteIssues)?;
    need(scope, Grant::ReadFeedback)?;
    let acting = acting(flow, scope).await?;
    let directory = flow.directory();
    if departments.is_empty() || departments.iter().any(|id| directory.department(*id).is_none()) {
        return Err(FlowError::rule("departments", "choose at least one department that contributes"));
    }
    let title: String = heard_domain::capital::capital(&theme.words.join(" ")).chars().take(LONGEST_TITLE).collect();
    let draft = IssueDraft { title, stage: theme.stage, categories: vec![], departments };
    let issue = begun(flow, &draft, IssueOrigin::Theme, Some(acting.user));
    let feedback: Vec<FeedbackId> = each_once(theme.passages.iter().map(|passage| passage.feedback).collect());
    Ok(flow.store.write(scope, move |tx| write(tx, issue, &feedback)).await?)
}

/// Joins a comment to an issue by hand, or parts them.
pub async fn join(flow: &Flow, scope: &Scope, id: IssueId, feedback: FeedbackId, yes: bool) -> Result<KeptIssue, FlowError> {
    let (doing, _) = doing(flow, scope).await?;
    let there = flow.store.read(scope, move |view| tables::feedback::get(view, feedback)).await?;
    there.ok_or(FlowError::Unknown { field: "feedback", what: "feedback" })?;
    let write = move |tx: &mut Tx| {
        let Some(kept) = tables::issue::get(tx, id)? else { return Ok(IssueAttempt::Missing) };
        if let Some(refused) = doing.parts(&kept).filter(|_| !yes) {
            return Ok(IssueAttempt::Refused(refused));
        }
        if yes {
            tables::issue::join(tx, id, feedback)?;
        } else {
            tables::issue::part(tx, id, feedback)?;
        }
        doing.note(tx, Act::Changed, &kept, if yes { "comment joined" } else { "comment parted" }, None)?;
        Ok(IssueAttempt::Done(Box::new(kept)))
    };
    flow.store.write(scope, write).await?.answer()
}

/// Joins a case to an issue, or parts them.
pub async fn join_case(flow: &Flow, scope: &Scope, id: IssueId, case: CaseId, yes: bool) -> Result<KeptIssue, FlowError> {
    let (doing, _) = doing(flow, scope).await?;
    let there = flow.store.read(scope, move |view| tables::case::get(view, case)).await?;
    there.ok_or(FlowError::Unknown { field: "case", what: "case" })?;
    let write = move |tx: &mut Tx| {
        let Some(kept) = tables::issue::get(tx, id)? else { return Ok(IssueAttempt::Missing) };
        if let Some(refused) = doing.parts(&kept).filter(|_| !yes) {
            return Ok(IssueAttempt::Refused(refused));
        }
        if yes {
            tables::issue::join_case(tx, id, case)?;
        } else {
            tables::issue::part_case(tx, id, case)?;
        }
        doing.note(tx, Act::Changed, &kept, if yes { "case joined" } else { "case parted" }, None)?;
        Ok(IssueAttempt::Done(Box::new(kept)))
    };
    flow.store.write(scope, write).await?.answer()
}
