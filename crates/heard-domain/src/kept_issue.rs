//! An issue as it is kept: what it is about, where it came from, and how far its departments are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, DepartmentId, IssueId, PartnerLinkId, ProposedFixId, StageId, UserId};
use crate::issue::{IssueAct, IssueParty, IssueRefused, IssueState, Work};
use crate::letter::ToldStage;
use crate::question::Filter;
use crate::reading::Polarity;
use crate::time::{Day, Time};
use crate::verification::Verdict;

crate::words! {
    /// Who saw first that it is an issue.
    IssueOrigin {
        /// Somebody opened it.
        Hand = "hand", "Opened by hand";
        /// Heard found that many suddenly speak of it.
        Found = "found", "Found by Heard";
        /// A theme was made an issue.
        Theme = "theme", "Made of a theme";
    }
}

crate::words! {
    /// Whether the company works on an issue.
    IssueStanding {
        /// Heard proposes it; a person accepts, merges or dismisses it.
        Proposed = "proposed", "Proposed";
        /// It is worked on.
        Accepted = "accepted", "Accepted";
        /// A person said that it is none; it can be taken up again.
        Dismissed = "dismissed", "Dismissed";
        /// It is part of another issue.
        Merged = "merged", "Merged";
    }
}

/// Since when the fix of a department is in effect for customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixedOn {
    /// Whose fix.
    pub department: DepartmentId,
    /// The first day.
    pub day: Day,
}

/// An issue with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptIssue {
    /// Its identifier.
    pub id: IssueId,
    /// Its number, from 1 on: people say “I-12”.
    pub number: i64,
    /// Grows by one with every change: who saw an older one is told before they write over it.
    pub version: i64,
    /// What happens to customers, in their words, 1-120 characters.
    pub title: String,
    /// Where in the journey they live it.
    pub stage: Option<StageId>,
    /// What complaints are gathered: those of these categories, at the stage if one is given; none: only what was joined by hand.
    pub categories: Vec<CategoryId>,
    /// Who saw it first.
    pub origin: IssueOrigin,
    /// Whether it is worked on.
    pub standing: IssueStanding,
    /// The issue that it is part of.
    pub merged: Option<IssueId>,
    /// When it was opened.
    pub opened: Time,
    /// Who opened it; none: Heard.
    pub opened_by: Option<UserId>,
    /// When anything of it changed last.
    pub changed: Time,
    /// The first day of its action plan.
    pub begins: Option<Day>,
    /// Since when the problem is there, if that was seen when it was found, or the day on which it came back after a verified fix; none: its
    /// course tells when its fix is looked at.
    pub since: Option<Day>,
    /// What its departments have stated and signed.
    #[serde(flatten)]
    pub work: Work,
    /// Since when fixes are in effect.
    pub fixed_on: Vec<FixedOn>,
}

/// What becomes of an issue as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingAct {
    /// It is worked on from now on.
    Accept,
    /// It is none.
    Dismiss,
    /// It becomes part of another one.
    Merge(IssueId),
    /// It is an issue of its own again.
    Unmerge,
}

/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 120;
/// A fix took effect at most so many days before a department signs for it: who could choose any day could choose the one after which the
/// curve happens to lie low.
pub const SIGNED_WITHIN: i32 = 14;
/// The most categories one issue gathers from.
pub const MOST_CATEGORIES: usize = 50;

impl KeptIssue {
    /// Its number as people say it.
    pub fn name(&self) -> String {
        format!("I-{}", self.number)
    }

    /// Where it stands.
    pub fn state(&self) -> IssueState {
        self.work.state()
    }

    /// Whether somebody may shape it as a whole: its title, causes and plan, and what becomes of it. That gives no voice in a department.
    pub fn shaped_by(&self, by: &IssueParty) -> bool {
        match by {
            IssueParty::Heard => true,
            IssueParty::Member { departments, lead, .. } => *lead || departments.iter().any(|own| self.work.of(*own).is_some()),
        }
    }

    /// What becomes of the whole; it itself is left as it is. What is worked on is never put aside: that would close it.
    pub fn stand(&self, act: StandingAct, by: &IssueParty) -> Result<Self, IssueRefused> {
        use IssueStanding::{Accepted, Dismissed, Merged, Proposed};
        if !self.shaped_by(by) {
            return Err(IssueRefused::NotInvolved);
        }
        let to = |standing, merged| Ok(Self { standing, merged, ..self.clone() });
        match (act, self.standing) {
            (StandingAct::Unmerge, Merged) | (StandingAct::Accept, Proposed | Dismissed) => to(Accepted, None),
            (StandingAct::Unmerge, _) => Err(IssueRefused::NotMerged),
            (_, Merged) => Err(IssueRefused::IsMerged),
            (StandingAct::Accept | StandingAct::Dismiss, Accepted) => Err(IssueRefused::IsAccepted),
            (StandingAct::Dismiss, Proposed | Dismissed) => to(Dismissed, None),
            (StandingAct::Merge(into), _) if into == self.id => Err(IssueRefused::Itself),
            (StandingAct::Merge(_), Accepted) if self.work.verified => Err(IssueRefused::Verified),
            (StandingAct::Merge(into), Proposed | Dismissed | Accepted) => to(Merged, Some(into)),
        }
    }

    /// What becomes of it when departments act, or when the verification has found something; it itself is left as it is. This is the one
    /// way to change what is stated and signed. `day`: since when a fix is in effect for which somebody signs.
    pub fn act(&self, act: &IssueAct, by: &IssueParty, at: Time, day: Day) -> Result<Self, IssueRefused> {
        match self.standing {
            IssueStanding::Accepted => {}
            IssueStanding::Merged => return Err(IssueRefused::IsMerged),
            IssueStanding::Proposed | IssueStanding::Dismissed => return Err(IssueRefused::NotAccepted),
        }
        let mut next = Self { work: self.work.apply(act, by, at)?, ..self.clone() };
        match act {
            IssueAct::SignOff(department) => {
                next.fixed_on.retain(|fixed| fixed.department != *department);
                next.fixed_on.push(FixedOn { department: *department, day });
            }
            IssueAct::TakeBack(department) | IssueAct::Leave(department, _) => {
                next.fixed_on.retain(|fixed| fixed.department != *department);
            }
            IssueAct::Found(Verdict::NotFixed | Verdict::Reopened) => next.fixed_on.clear(),
            _ => {}
        }
        Ok(next)
    }

    /// It gathers from other categories or at another stage from now on. Not while somebody has signed for what is gathered: a rate falls
    /// soonest when less is counted.
    pub fn gather_from(
        &self,
        stage: Option<StageId>,
        categories: Vec<CategoryId>,
        by: &IssueParty,
    ) -> Result<Self, IssueRefused> {
        if !self.shaped_by(by) {
            return Err(IssueRefused::NotInvolved);
        }
        let other = (stage, &categories) != (self.stage, &self.categories);
        if other && self.work.contributions.iter().any(|c| c.signed.is_some()) {
            return Err(IssueRefused::Frozen);
        }
        // Of something else it is not known since when it is there.
        let since = self.since.filter(|_| !other);
        Ok(Self { stage, categories, since, ..self.clone() })
    }

    /// Another issue becomes part of this one.
    pub fn take_in(&self, part: &Self) -> Result<Self, IssueRefused> {
        match self.standing {
            IssueStanding::Merged => Err(IssueRefused::IsMerged),
            IssueStanding::Proposed | IssueStanding::Dismissed => Err(IssueRefused::NotAccepted),
            IssueStanding::Accepted if self.work.verified => Err(IssueRefused::Verified),
            IssueStanding::Accepted => {
                let mut categories = self.categories.clone();
                categories.extend(&part.categories);
                categories.sort_unstable();
                categories.dedup();
                let stage = self.stage.filter(|stage| part.categories.is_empty() || part.stage == Some(*stage));
                let work = self.work.take_in(&part.work);
                let since = self.since.filter(|_| (stage, &categories) == (self.stage, &self.categories));
                Ok(Self { stage, categories, since, work, fixed_on: vec![], ..self.clone() })
            }
        }
    }

    /// How far it has come, as those are told who raised it; `None`: nobody has decided that it is worked on.
    pub fn told_stage(&self) -> Option<ToldStage> {
        let stage = match self.state() {
            IssueState::Open | IssueState::Acknowledged => ToldStage::Acknowledged,
            IssueState::Planned => ToldStage::Planned,
            IssueState::ReportedFixed => ToldStage::Done,
            IssueState::VerifiedFixed => ToldStage::Verified,
        };
        (self.standing == IssueStanding::Accepted).then_some(stage)
    }

    /// Which comments it gathers by itself: complaints of its categories at its stage. `None`: it gathers none.
    pub fn gathers(&self) -> Option<Filter> {
        (!self.categories.is_empty()).then(|| Filter {
            stage: self.stage.into_iter().collect(),
            category: self.categories.clone(),
            polarity: vec![Polarity::Negative],
            ..Filter::default()
        })
    }

    /// When the first fix took effect.
    pub fn first_fix(&self) -> Option<Day> {
        self.fixed_on.iter().map(|fixed| fixed.day).min()
    }

    /// When the last fix took effect; `None` while a department has not said so.
    pub fn last_fix(&self) -> Option<Day> {
        let of = |id: DepartmentId| self.fixed_on.iter().find(|fixed| fixed.department == id).map(|fixed| fixed.day);
        let all: Option<Vec<Day>> = self.work.contributions.iter().map(|one| of(one.department)).collect();
        all?.into_iter().max()
    }
}

/// A fix that somebody proposes, and who backs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedFix {
    /// Its identifier.
    pub id: ProposedFixId,
    /// Of which issue.
    pub issue: IssueId,
    /// What should be done, 1-2,000 characters.
    pub words: String,
    /// Who proposed it.
    pub by: UserId,
    /// When.
    pub at: Time,
    /// Who backs it, in order of their identifiers.
    pub backed_by: Vec<UserId>,
}

/// The way in of a partner outside to one issue: whoever has its secret sees this issue alone and speaks for one department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartnerLink {
    /// Its identifier; whoever comes by it signs as this.
    pub id: PartnerLinkId,
    /// To which issue.
    pub issue: IssueId,
    /// For which department.
    pub department: DepartmentId,
    /// Who has it, 1-60 characters.
    pub name: String,
    /// Who made it.
    pub made_by: UserId,
    /// When.
    pub made: Time,
    /// Until when it leads there.
    pub expires: Time,
    /// When it was taken back.
    pub revoked: Option<Time>,
}

impl PartnerLink {
    /// Whether it leads there.
    pub fn is_open(&self, now: Time) -> bool {
        self.revoked.is_none() && now < self.expires
    }
}

/// One end of an arrow from cause to effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Knot {
    /// A whole issue.
    Issue(IssueId),
    /// A cause.
    Cause(crate::id::CauseId),
}

/// An arrow from a cause to its effect, over issues and causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Effect {
    /// The cause.
    pub from: Knot,
    /// What it leads to.
    pub to: Knot,
    /// 1 weak, 2 usual, 3 strong.
    pub strength: u8,
}

/// A cause as it is kept: below its department, or below another cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptCause {
    /// Its identifier: it stays when the outline is written anew.
    pub id: crate::id::CauseId,
    /// The department, or the kind of cause, in whose branch it stands.
    pub bone: String,
    /// The cause that it explains; none: it stands right at the branch.
    pub parent: Option<crate::id::CauseId>,
    /// In a few words.
    pub name: String,
    /// What customers say who name it: a search among the comments of the issue; empty: nobody said, and no comment counts for it.
    pub words: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::{Contribution, SignOff};

    fn kept() -> KeptIssue {
        let signed = Some(SignOff { user: UserId(1), at: Time(5) });
        let of = |id| Contribution { department: DepartmentId(id), cause: Some("c".into()), fix: Some("f".into()), signed };
        KeptIssue {
            id: IssueId(1),
            number: 12,
            version: 1,
            title: "Codes never arrive".into(),
            stage: Some(StageId(3)),
            categories: vec![],
            origin: IssueOrigin::Hand,
            standing: IssueStanding::Accepted,
            merged: None,
            opened: Time(0),
            opened_by: None,
            changed: Time(0),
            begins: None,
            since: None,
            work: Work { contributions: vec![of(1), of(2)], ..Work::default() },
            fixed_on: vec![FixedOn { department: DepartmentId(1), day: Day(9) }],
        }
    }

    #[test]
    fn the_last_fix_is_known_when_all_are() {
        let mut issue = kept();
        assert_eq!((issue.name(), issue.first_fix(), issue.last_fix()), ("I-12".to_owned(), Some(Day(9)), None));
        issue.fixed_on.push(FixedOn { department: DepartmentId(2), day: Day(7) });
        assert_eq!((issue.first_fix(), issue.last_fix()), (Some(Day(7)), Some(Day(9))));
    }

    #[test]
    fn with_three_departments_no_way_of_putting_it_aside_closes_it() {
        let mut issue = kept();
        issue.work = Work::begin(&[DepartmentId(1), DepartmentId(2), DepartmentId(3)]);
        issue.fixed_on.clear();
        let member = |user, department| IssueParty::Member {
            user: UserId(user),
            departments: vec![DepartmentId(department)],
            lead: user == 1,
        };
        for (user, department) in [(1, 1), (2, 2)] {
            let (by, department) = (member(user, department), DepartmentId(department));
            for act in
                [IssueAct::Cause(department, "c".into()), IssueAct::Fix(department, "f".into()), IssueAct::SignOff(department)]
            {
                issue = issue.act(&act, &by, Time(1), Day(7)).unwrap();
            }
        }
        assert_eq!(issue.state(), IssueState::Acknowledged);
        assert_eq!((issue.first_fix(), issue.last_fix()), (Some(Day(7)), None));
        let lead = member(1, 1);
        assert_eq!(issue.stand(StandingAct::Dismiss, &lead), Err(IssueRefused::IsAccepted));
        assert_eq!(issue.gather_from(issue.stage, vec![], &lead).map(|_| ()), Ok(()), "it gathers what it gathered");
        assert_eq!(issue.gather_from(None, vec![CategoryId(1)], &lead), Err(IssueRefused::Frozen));
        assert_eq!(
            issue.act(&IssueAct::Leave(DepartmentId(3), "no".into()), &lead, Time(2), Day(8)),
            Err(IssueRefused::NotYours)
        );
        // Going into another issue takes its departments along, and all have to sign there.
        let mut other = kept();
        other.id = IssueId(2);
        let whole = other.take_in(&issue).unwrap();
        assert_eq!(whole.work.contributions.len(), 3);
        assert!(whole.work.contributions.iter().all(|one| one.signed.is_none()) && whole.fixed_on.is_empty());
        let part = issue.stand(StandingAct::Merge(IssueId(2)), &lead).unwrap();
        assert_eq!(part.act(&IssueAct::SignOff(DepartmentId(3)), &member(3, 3), Time(3), Day(9)), Err(IssueRefused::IsMerged));
        assert_eq!(issue.stand(StandingAct::Merge(IssueId(1)), &lead), Err(IssueRefused::Itself));
    }

    #[test]
    fn nobody_is_told_more_than_is_true() {
        let mut issue = kept();
        assert_eq!(issue.told_stage(), Some(ToldStage::Done));
        issue.work.verified = true;
        assert_eq!(issue.told_stage(), Some(ToldStage::Verified));
        issue.work = Work::begin(&[DepartmentId(1)]);
        assert_eq!(issue.told_stage(), Some(ToldStage::Acknowledged), "what is worked on was heard");
        issue.standing = IssueStanding::Proposed;
        assert_eq!(issue.told_stage(), None);
    }

    #[test]
    fn only_complaints_are_gathered() {
        let mut issue = kept();
        assert_eq!(issue.gathers(), None);
        issue.categories = vec![CategoryId(4)];
        let filter = issue.gathers().unwrap();
        assert_eq!(
            (filter.stage, filter.category, filter.polarity),
            (vec![StageId(3)], vec![CategoryId(4)], vec![Polarity::Negative])
        );
    }
}
