//! Issues: problems that many share, seen as the customer lives them. Every department that contributes states its cause and its
//! fix and signs off for itself; nobody closes an issue alone, and only a verified fall of its rate closes it at all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{DepartmentId, UserId};
use crate::time::Time;
use crate::verification::Verdict;

crate::words! {
    /// Where an issue stands.
    IssueState {
        /// Nobody has said yet that it is there.
        Open = "open", "Open";
        /// A contributing department has stated its cause.
        Acknowledged = "acknowledged", "Acknowledged";
        /// Every contributing department has stated its cause and its fix.
        Planned = "planned", "Planned";
        /// Every contributing department has signed off.
        ReportedFixed = "reported_fixed", "Reported fixed";
        /// The rate fell.
        VerifiedFixed = "verified_fixed", "Verified fixed";
    }
}

/// The longest cause, fix or reason, in bytes.
const LONGEST: usize = 2_000;

/// That a department says its fix is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SignOff {
    /// Who says so.
    pub user: UserId,
    /// When.
    pub at: Time,
}

/// What one department has to do with an issue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    /// The department.
    pub department: DepartmentId,
    /// Why it happens, as far as it is theirs.
    pub cause: Option<String>,
    /// What they do about it.
    pub fix: Option<String>,
    /// That it is done.
    pub signed: Option<SignOff>,
}

/// The part of an issue that its departments decide.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub struct Work {
    /// At least one, by the order in which they were involved.
    pub contributions: Vec<Contribution>,
    /// Whether the present fix was verified.
    pub verified: bool,
    /// How often it came back or turned out not to be mended.
    pub reopened: u32,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssueAct {
    /// A further department contributes.
    Involve(DepartmentId),
    /// A department says that it does not contribute, and why.
    Leave(DepartmentId, String),
    /// A department states its cause.
    Cause(DepartmentId, String),
    /// A department states its fix.
    Fix(DepartmentId, String),
    /// A department says that its fix is done.
    SignOff(DepartmentId),
    /// A department takes that back.
    TakeBack(DepartmentId),
    /// What the verification found.
    Found(Verdict),
}

/// Who does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssueParty {
    /// Staff, or a person of a partner outside who came by a link.
    Member {
        /// Who.
        user: UserId,
        /// The departments to which they belong.
        departments: Vec<DepartmentId>,
        /// Whether they shape issues of all departments. It gives no voice in any of them.
        lead: bool,
    },
    /// Heard itself: the verification.
    Heard,
}

/// Why something cannot happen to an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueRefused {
    /// Somebody else's department.
    #[error("only members of the department can speak for it: ask one of them")]
    NotYours,
    /// Neither a member of a contributing department nor one who shapes issues.
    #[error("only members of a contributing department, or who shapes issues, can involve others")]
    NotInvolved,
    /// It does not contribute.
    #[error("the department does not contribute to this issue: involve it first")]
    NotContributing,
    /// It contributes already.
    #[error("the department contributes already")]
    Contributes,
    /// Cause or fix are missing.
    #[error("state the department's cause and its fix before signing off")]
    NothingStated,
    /// It has signed.
    #[error("the department has signed off: take that back first")]
    Signed,
    /// It has not signed.
    #[error("the department has not signed off")]
    NotSigned,
    /// The same person has signed for another department.
    #[error(
        "you have signed off for another department, or made the link of a partner by which it was signed: somebody else has to sign for this one, for nobody closes an issue alone"
    )]
    OnePerson,
    /// Who belongs to several contributing departments lets none of them go: they could be left alone with the last.
    #[error("you belong to another contributing department as well: somebody who belongs to this one only has to say so")]
    OtherHat,
    /// The last department.
    #[error("an issue has at least one contributing department: involve another one first")]
    Last,
    /// Somebody has signed.
    #[error("a department that signed off relied on yours: it has to take that back before you can leave")]
    SomebodySigned,
    /// It is verified.
    #[error("the fix is verified: the issue is closed, and opens by itself if it comes back")]
    Verified,
    /// Not all have signed.
    #[error("only a fix for which every contributing department has signed off can be verified")]
    NotReported,
    /// Only the verification decides this.
    #[error("only the verification finds whether it is fixed")]
    OnlyHeard,
    /// Nobody has accepted it.
    #[error("the issue is not accepted: accept it first")]
    NotAccepted,
    /// It is worked on.
    #[error("the issue is worked on already: only the verification of its fix closes it")]
    IsAccepted,
    /// It is part of another.
    #[error("the issue is part of another one: work there, or take it out again")]
    IsMerged,
    /// It is no part of another.
    #[error("the issue is not part of another one")]
    NotMerged,
    /// It would be part of itself.
    #[error("an issue cannot be part of itself: choose another one")]
    Itself,
    /// Somebody has signed for what is gathered now.
    #[error(
        "a department has signed off for what is gathered now: it has to take that back before the issue gathers something else"
    )]
    Frozen,
    /// No words, or too many.
    #[error("say it in 1 to 2,000 characters")]
    Words,
}

impl Work {
    /// What the departments have stated as their fixes, a sentence each.
    pub fn fixes(&self) -> String {
        let stated = self.contributions.iter().filter_map(|one| one.fix.as_deref()).map(str::trim).filter(|fix| !fix.is_empty());
        let sentences = stated.map(|fix| if fix.ends_with(['.', '!', '?', '…']) { fix.to_owned() } else { format!("{fix}.") });
        sentences.collect::<Vec<_>>().join(" ")
    }

    /// An issue with its first contributing departments, each once.
    pub fn begin(departments: &[DepartmentId]) -> Self {
        let mut work = Self::default();
        for department in departments {
            if work.of(*department).is_none() {
                work.contributions.push(Contribution { department: *department, cause: None, fix: None, signed: None });
            }
        }
        work
    }

    /// What a department has to do with it.
    pub fn of(&self, department: DepartmentId) -> Option<&Contribution> {
        self.contributions.iter().find(|contribution| contribution.department == department)
    }

    /// Where the issue stands.
    pub fn state(&self) -> IssueState {
        let all = |said: fn(&Contribution) -> bool| !self.contributions.is_empty() && self.contributions.iter().all(said);
        if all(|c| c.signed.is_some()) {
            return if self.verified { IssueState::VerifiedFixed } else { IssueState::ReportedFixed };
        }
        if all(|c| c.cause.is_some() && c.fix.is_some()) {
            IssueState::Planned
        } else if self.contributions.iter().any(|c| c.cause.is_some()) {
            IssueState::Acknowledged
        } else {
            IssueState::Open
        }
    }

    /// When the last department signed off; `None` while one is missing.
    pub fn last_sign_off(&self) -> Option<Time> {
        let signed: Option<Vec<Time>> = self.contributions.iter().map(|c| c.signed.map(|signed| signed.at)).collect();
        signed?.into_iter().max()
    }

    /// What becomes of it; it itself is left as it is.
    pub fn apply(&self, act: &IssueAct, by: &IssueParty, at: Time) -> Result<Self, IssueRefused> {
        if let IssueAct::Found(verdict) = act {
            return self.found(*verdict, by);
        }
        let IssueParty::Member { user, departments, lead } = by else { return Err(IssueRefused::NotYours) };
        if self.verified {
            return Err(IssueRefused::Verified);
        }
        let mut next = self.clone();
        match act {
            IssueAct::Involve(department) => {
                if !lead && !departments.iter().any(|own| self.of(*own).is_some()) {
                    return Err(IssueRefused::NotInvolved);
                }
                if self.of(*department).is_some() {
                    return Err(IssueRefused::Contributes);
                }
                next.contributions.push(Contribution { department: *department, cause: None, fix: None, signed: None });
            }
            IssueAct::Leave(department, reason) => {
                said(reason)?;
                self.own(*department, departments)?;
                if self.contributions.iter().any(|c| c.department != *department && departments.contains(&c.department)) {
                    return Err(IssueRefused::OtherHat);
                }
                if self.contributions.len() < 2 {
                    return Err(IssueRefused::Last);
                }
                // Otherwise the last one to sign could be let go instead of signing.
                if self.contributions.iter().any(|contribution| contribution.signed.is_some()) {
                    return Err(IssueRefused::SomebodySigned);
                }
                next.contributions.retain(|contribution| contribution.department != *department);
            }
            IssueAct::Cause(department, words) => next.state_words(self, *department, departments, words, |c| &mut c.cause)?,
            IssueAct::Fix(department, words) => next.state_words(self, *department, departments, words, |c| &mut c.fix)?,
            IssueAct::SignOff(department) => {
                let own = self.own(*department, departments)?;
                if own.signed.is_some() {
                    return Err(IssueRefused::Signed);
                }
                if own.cause.is_none() || own.fix.is_none() {
                    return Err(IssueRefused::NothingStated);
                }
                if self.contributions.iter().any(|c| c.signed.is_some_and(|signed| signed.user == *user)) {
                    return Err(IssueRefused::OnePerson);
                }
                next.change(*department, |c| c.signed = Some(SignOff { user: *user, at }));
            }
            IssueAct::TakeBack(department) => {
                if self.own(*department, departments)?.signed.is_none() {
                    return Err(IssueRefused::NotSigned);
                }
                next.change(*department, |c| c.signed = None);
            }
            IssueAct::Found(_) => return Err(IssueRefused::OnlyHeard),
        }
        Ok(next)
    }

    /// What becomes of it when another issue becomes part of it: the departments of both contribute, what they have stated stands, and
    /// nobody has signed for the whole yet.
    #[must_use]
    pub fn take_in(&self, part: &Self) -> Self {
        let mut next = Self { verified: false, ..self.clone() };
        for theirs in &part.contributions {
            match next.contributions.iter_mut().find(|own| own.department == theirs.department) {
                Some(own) => {
                    own.cause = own.cause.take().or_else(|| theirs.cause.clone());
                    own.fix = own.fix.take().or_else(|| theirs.fix.clone());
                }
                None => next.contributions.push(theirs.clone()),
            }
        }
        next.contributions.iter_mut().for_each(|contribution| contribution.signed = None);
        next
    }

    fn found(&self, verdict: Verdict, by: &IssueParty) -> Result<Self, IssueRefused> {
        if *by != IssueParty::Heard {
            return Err(IssueRefused::OnlyHeard);
        }
        if self.last_sign_off().is_none() {
            return Err(IssueRefused::NotReported);
        }
        Ok(match verdict {
            Verdict::Verified => Self { verified: true, ..self.clone() },
            Verdict::Reopened | Verdict::NotFixed => {
                let mut next = Self { verified: false, reopened: self.reopened + 1, ..self.clone() };
                // What was stated stands to be looked at again; that it is done has turned out to be wrong.
                next.contributions.iter_mut().for_each(|contribution| contribution.signed = None);
                next
            }
            Verdict::Watching | Verdict::Improved | Verdict::TooRare => self.clone(),
        })
    }

    fn own(&self, department: DepartmentId, departments: &[DepartmentId]) -> Result<&Contribution, IssueRefused> {
        let contribution = self.of(department).ok_or(IssueRefused::NotContributing)?;
        if departments.contains(&department) { Ok(contribution) } else { Err(IssueRefused::NotYours) }
    }

    fn change(&mut self, department: DepartmentId, change: impl FnOnce(&mut Contribution)) {
        if let Some(contribution) = self.contributions.iter_mut().find(|c| c.department == department) {
            change(contribution);
        }
    }

    fn state_words(
        &mut self,
        before: &Self,
        department: DepartmentId,
        departments: &[DepartmentId],
        words: &str,
        field: fn(&mut Contribution) -> &mut Option<String>,
    ) -> Result<(), IssueRefused> {
        let words = said(words)?;
        if before.own(department, departments)?.signed.is_some() {
            return Err(IssueRefused::Signed);
        }
        self.change(department, |contribution| *field(contribution) = Some(words));
        Ok(())
    }
}

fn said(words: &str) -> Result<String, IssueRefused> {
    let words = words.trim();
    if words.is_empty() || words.len() > LONGEST { Err(IssueRefused::Words) } else { Ok(words.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const THREE: [DepartmentId; 3] = [DepartmentId(1), DepartmentId(2), DepartmentId(3)];

    fn member(user: i64, departments: &[i64], lead: bool) -> IssueParty {
        let departments = departments.iter().map(|id| DepartmentId(*id)).collect();
        IssueParty::Member { user: UserId(user), departments, lead }
    }

    fn everything() -> Vec<IssueAct> {
        let mut acts: Vec<IssueAct> = Verdict::ALL.iter().map(|verdict| IssueAct::Found(*verdict)).collect();
        for department in (1..=4).map(DepartmentId) {
            acts.extend([
                IssueAct::Involve(department),
                IssueAct::Leave(department, "not ours".into()),
                IssueAct::Cause(department, "because".into()),
                IssueAct::Fix(department, "by this".into()),
                IssueAct::SignOff(department),
                IssueAct::TakeBack(department),
            ]);
        }
        acts
    }

    /// Every state that these parties can reach, whatever they do in whatever order.
    fn reachable(begin: Work, parties: &[IssueParty]) -> HashSet<Work> {
        let acts = everything();
        let mut seen = HashSet::from([begin.clone()]);
        let mut open = vec![begin];
        while let Some(work) = open.pop() {
            for party in parties {
                for act in &acts {
                    if let Ok(mut next) = work.apply(act, party, Time(1)) {
                        next.reopened = 0;
                        if seen.insert(next.clone()) {
                            open.push(next);
                        }
                    }
                }
            }
        }
        seen
    }

    #[test]
    fn with_three_departments_no_way_leads_past_the_third() {
        let parties = [
            member(1, &[1], false),
            member(2, &[2], false),
            member(3, &[], true),
            member(4, &[1, 2, 4], true),
            IssueParty::Heard,
        ];
        let reached = reachable(Work::begin(&THREE), &parties);
        assert!(reached.len() > 1_000, "{} states were tried", reached.len());
        for work in &reached {
            assert!(work.of(DepartmentId(3)).is_some_and(|third| third.signed.is_none()), "{work:?}");
            assert!(!matches!(work.state(), IssueState::ReportedFixed | IssueState::VerifiedFixed), "{work:?}");
        }
        // With somebody of the third it is reached: the search would have found a way.
        let all = [member(1, &[1], false), member(2, &[2], false), member(3, &[3], false), IssueParty::Heard];
        assert!(reachable(Work::begin(&THREE), &all).iter().any(|work| work.state() == IssueState::VerifiedFixed));
    }

    #[test]
    fn one_person_in_all_departments_closes_nothing_alone() {
        let parties = [member(1, &[1, 2, 3, 4], true), IssueParty::Heard];
        let reached = reachable(Work::begin(&THREE), &parties);
        let alone = reached.iter().find(|work| matches!(work.state(), IssueState::ReportedFixed | IssueState::VerifiedFixed));
        assert_eq!(alone, None);
    }

    #[test]
    fn it_closes_only_by_finding_and_opens_by_finding() {
        let (one, two) = (member(1, &[1], false), member(2, &[2], false));
        let mut work = Work::begin(&[DepartmentId(1), DepartmentId(2), DepartmentId(1)]);
        assert_eq!((work.contributions.len(), work.state()), (2, IssueState::Open));
        let mut apply = |act: IssueAct, by: &IssueParty| match work.apply(&act, by, Time(5)) {
            Ok(next) => {
                work = next;
                Ok(work.state())
            }
            Err(refused) => Err(refused),
        };
        assert_eq!(apply(IssueAct::SignOff(DepartmentId(1)), &one), Err(IssueRefused::NothingStated));
        assert_eq!(apply(IssueAct::Cause(DepartmentId(1), " ".into()), &one), Err(IssueRefused::Words));
        assert_eq!(apply(IssueAct::Cause(DepartmentId(1), "a".into()), &two), Err(IssueRefused::NotYours));
        assert_eq!(apply(IssueAct::Cause(DepartmentId(1), "a".into()), &one), Ok(IssueState::Acknowledged));
        apply(IssueAct::Fix(DepartmentId(1), "b".into()), &one).unwrap();
        apply(IssueAct::Cause(DepartmentId(2), "c".into()), &two).unwrap();
        assert_eq!(apply(IssueAct::Fix(DepartmentId(2), "d".into()), &two), Ok(IssueState::Planned));
        assert_eq!(apply(IssueAct::SignOff(DepartmentId(1)), &one), Ok(IssueState::Planned));
        assert_eq!(apply(IssueAct::Fix(DepartmentId(1), "other".into()), &one), Err(IssueRefused::Signed));
        assert_eq!(apply(IssueAct::Leave(DepartmentId(2), "no".into()), &two), Err(IssueRefused::SomebodySigned));
        assert_eq!(apply(IssueAct::Found(Verdict::Verified), &IssueParty::Heard), Err(IssueRefused::NotReported));
        assert_eq!(apply(IssueAct::SignOff(DepartmentId(2)), &two), Ok(IssueState::ReportedFixed));
        assert_eq!(apply(IssueAct::Found(Verdict::Verified), &one), Err(IssueRefused::OnlyHeard));
        assert_eq!(apply(IssueAct::Found(Verdict::Improved), &IssueParty::Heard), Ok(IssueState::ReportedFixed));
        assert_eq!(apply(IssueAct::Found(Verdict::Verified), &IssueParty::Heard), Ok(IssueState::VerifiedFixed));
        assert_eq!(apply(IssueAct::TakeBack(DepartmentId(1)), &one), Err(IssueRefused::Verified));
        assert_eq!(apply(IssueAct::Found(Verdict::Reopened), &IssueParty::Heard), Ok(IssueState::Planned));
        assert_eq!((work.reopened, work.last_sign_off()), (1, None));
    }

    #[test]
    fn fixes_are_told_as_sentences() {
        let mut work = Work::begin(&THREE);
        for (one, fix) in work.contributions.iter_mut().zip(["The table is new", " ", "Ask first! "]) {
            one.fix = Some(fix.to_owned());
        }
        assert_eq!(work.fixes(), "The table is new. Ask first!");
    }
}
