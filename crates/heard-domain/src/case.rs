//! Cases: one customer's matter. Who answers, by when, and whether *the customer* says that it helped: only that closes a case as
//! helped. What may happen to a case is one total function; what may not happen says why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::countdown::Countdown;
use crate::id::{CaseId, DepartmentId, UserId};
use crate::time::Time;

crate::words! {
    /// Where a case stands.
    CaseState {
        /// Somebody has to answer.
        Open = "open", "Open";
        /// The customer was asked for something; the time stands still.
        Waiting = "waiting", "Waiting for the customer";
        /// Answered; whether it helped is for the customer to say.
        Answered = "answered", "Answered";
        /// The customer said that it helped.
        Helped = "helped", "Helped";
        /// Closed without a word of the customer, which is never help.
        Silent = "silent", "Closed, no word from the customer";
        /// Part of another case.
        Merged = "merged", "Merged";
    }
}

/// After an answer, so long nobody but the customer closes a case: 14 days, in milliseconds.
pub const SILENCE: i64 = 14 * 86_400_000;

/// One customer's matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// Its identifier.
    pub id: CaseId,
    /// Where it stands.
    pub state: CaseState,
    /// Who has it.
    pub department: DepartmentId,
    /// Who answers it.
    pub assigned: Option<UserId>,
    /// The time that is left.
    pub countdown: Countdown,
    /// When the customer first got an answer from a person.
    pub first_answer: Option<Time>,
    /// How far the promise had run when they first got one, by its own clock: it stood still while they were waited for. `None`: not yet, or
    /// an older version of Heard did not keep it.
    pub first_countdown: Option<Countdown>,
    /// When they last got one.
    pub last_answer: Option<Time>,
    /// When they were asked whether it helped: once for ever.
    pub asked: Option<Time>,
    /// What they said last.
    pub helped: Option<bool>,
    /// How often it was opened again.
    pub reopened: u32,
    /// The case that it is part of, and where it stood before.
    pub merged: Option<(CaseId, CaseState)>,
}

/// What can happen to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseAct {
    /// Somebody answers for it from now on.
    Assign(UserId),
    /// Another department has it from now on; who answered for it does not any more.
    Move(DepartmentId),
    /// The customer gets an answer.
    Answer,
    /// The customer gets a question and is waited for.
    AskBack,
    /// The customer is asked whether it helped.
    AskWhetherHelped,
    /// The customer writes.
    Write,
    /// The customer says whether it helped.
    Say(bool),
    /// It is closed without a word of the customer.
    GiveUp,
    /// Staff open it again.
    Reopen,
    /// It becomes part of another case.
    Merge(CaseId),
    /// It becomes a case of its own again.
    Unmerge,
}

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseParty {
    /// The customer whose matter it is.
    Customer,
    /// Staff.
    Staff {
        /// Who.
        user: UserId,
        /// Whether they belong to the department that has the case.
        member: bool,
        /// Whether they may act for every department.
        lead: bool,
    },
    /// Heard itself, when a time has passed.
    Heard,
}

/// Why something cannot happen to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaseRefused {
    /// Staff of another department.
    #[error("only the department that has the case can do this: ask for it to be moved to yours")]
    NotYours,
    /// Only the customer may.
    #[error("only the customer can say whether it helped")]
    OnlyTheCustomer,
    /// Only staff may.
    #[error("only staff can do this")]
    OnlyStaff,
    /// Asked before.
    #[error("the customer was asked before whether it helped; they are asked once")]
    AskedBefore,
    /// Nothing was answered yet.
    #[error("the customer has had no answer yet: answer first")]
    NotAnswered,
    /// The customer may still say something.
    #[error("the last answer is less than 14 days old: the customer may still say whether it helped")]
    TooSoon,
    /// It is open.
    #[error("the case is open already")]
    IsOpen,
    /// It is closed.
    #[error("the case is closed: open it again first")]
    IsClosed,
    /// It is part of another case.
    #[error("the case is part of case {0}: work there, or take it out again")]
    IsMerged(CaseId),
    /// It is no part of another.
    #[error("the case is not part of another one")]
    NotMerged,
    /// It would be part of itself.
    #[error("a case cannot be merged with itself: choose another one")]
    Itself,
    /// The other case is of somebody else, or nobody knows of whom, and both have a conversation.
    #[error(
        "the two cases are not known to be of the same customer: merged, each would read the other's conversation; an issue brings together what several customers say"
    )]
    OtherCustomer,
    /// Heard cannot reach the customer.
    #[error(
        "Heard knows no e-mail address of this customer to which it can send, and they have no page of their own: choose another way"
    )]
    Unreachable,
    /// The department has it already.
    #[error("the department has the case already: choose another one")]
    SameDepartment,
}

/// The calendars by which the time of a case runs.
#[derive(Debug, Clone, Copy)]
pub struct CaseHours<'a> {
    /// Of the department that has the case.
    pub now: &'a Calendar,
    /// Working minutes within which an answer is promised when it is opened again.
    pub promised: u32,
}

impl Case {
    /// A case that begins: an answer is promised within so many working minutes.
    pub fn open(id: CaseId, department: DepartmentId, promised: u32, at: Time) -> Self {
        Self {
            id,
            state: CaseState::Open,
            department,
            assigned: None,
            countdown: Countdown::begin(promised, at),
            first_answer: None,
            first_countdown: None,
            last_answer: None,
            asked: None,
            helped: None,
            reopened: 0,
            merged: None,
        }
    }

    /// Whether it is over, as far as anybody knows.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, CaseState::Helped | CaseState::Silent)
    }

    /// Who may do what, whatever the state.
    fn allowed(act: CaseAct, by: CaseParty) -> Result<(), CaseRefused> {
        match (act, by) {
            (CaseAct::Write, _)
            | (CaseAct::Say(_), CaseParty::Customer)
            | (CaseAct::AskWhetherHelped | CaseAct::GiveUp, CaseParty::Heard) => Ok(()),
            (CaseAct::Say(_), _) => Err(CaseRefused::OnlyTheCustomer),
            (_, CaseParty::Staff { member, lead, .. }) if member || lead => Ok(()),
            (_, CaseParty::Staff { .. }) => Err(CaseRefused::NotYours),
            (_, CaseParty::Customer | CaseParty::Heard) => Err(CaseRefused::OnlyStaff),
        }
    }

    /// What becomes of the case; the case itself is left as it is. A message of the customer that came by e-mail is handed over by
    /// staff or by Heard as well as by the customer; whether it helped is theirs alone to say.
    pub fn apply(&self, act: CaseAct, by: CaseParty, at: Time, hours: CaseHours) -> Result<Self, CaseRefused> {
        use CaseState::{Answered, Helped, Merged, Open, Silent, Waiting};
        Self::allowed(act, by)?;
        if let (Some((into, before)), act) = (self.merged, act) {
            let running = before == Open;
            return match act {
                CaseAct::Unmerge => {
                    Ok(Self { state: before, merged: None, countdown: self.running(running, at), ..self.clone() })
                }
                _ => Err(CaseRefused::IsMerged(into)),
            };
        }
        let paused = || self.countdown.pause(hours.now, at);
        match (act, self.state) {
            (CaseAct::Unmerge, _) | (_, Merged) => Err(CaseRefused::NotMerged),
            (CaseAct::Merge(into), _) if into == self.id => Err(CaseRefused::Itself),
            (CaseAct::Merge(into), state) => {
                Ok(Self { state: Merged, merged: Some((into, state)), countdown: paused(), ..self.clone() })
            }
            (CaseAct::Reopen, Open | Waiting | Answered) => Err(CaseRefused::IsOpen),
            (CaseAct::Reopen | CaseAct::Write, Helped | Silent) => Ok(self.again(at, hours)),
            (CaseAct::Write, Open | Waiting | Answered) => {
                Ok(Self { state: Open, countdown: self.countdown.resume(at), ..self.clone() })
            }
            (CaseAct::Say(_), _) if self.last_answer.is_none() => Err(CaseRefused::NotAnswered),
            (CaseAct::Say(true), _) => Ok(Self { state: Helped, helped: Some(true), countdown: paused(), ..self.clone() }),
            (CaseAct::Say(false), Open | Waiting) => Ok(Self { helped: Some(false), ..self.clone() }),
            (CaseAct::Say(false), Answered | Helped | Silent) => Ok(Self { helped: Some(false), ..self.again(at, hours) }),
            (_, Helped | Silent) => Err(CaseRefused::IsClosed),
            (CaseAct::Assign(user), _) => Ok(Self { assigned: Some(user), ..self.clone() }),
            (CaseAct::Move(department), _) if department == self.department => Err(CaseRefused::SameDepartment),
            (CaseAct::Move(department), _) => {
                Ok(Self { department, assigned: None, countdown: self.countdown.hand_over(hours.now, at), ..self.clone() })
            }
            (CaseAct::Answer, _) => Ok(Self {
                state: Answered,
                first_answer: self.first_answer.or(Some(at)),
                first_countdown: if self.first_answer.is_none() { Some(paused()) } else { self.first_countdown },
                last_answer: Some(at),
                countdown: paused(),
                ..self.clone()
            }),
            (CaseAct::AskBack, _) => Ok(Self { state: Waiting, countdown: paused(), ..self.clone() }),
            (CaseAct::AskWhetherHelped | CaseAct::GiveUp, Open | Waiting) => Err(CaseRefused::NotAnswered),
            (CaseAct::AskWhetherHelped, Answered) if self.asked.is_some() => Err(CaseRefused::AskedBefore),
            (CaseAct::AskWhetherHelped, Answered) => Ok(Self { asked: Some(at), ..self.clone() }),
            (CaseAct::GiveUp, Answered) => match self.last_answer {
                Some(last) if at.0 - last.0 >= SILENCE => Ok(Self { state: Silent, ..self.clone() }),
                _ => Err(CaseRefused::TooSoon),
            },
        }
    }

    /// The case once it is known that an answer, or a question, did not arrive. `got`: when the customer got each answer that did
    /// arrive, or of which nobody knows otherwise; `last`: whether what was lost was the last that they were told; `asked`: whether it
    /// carried the question whether it helped. What did not arrive was no answer: the time runs on as if nothing had been said. The
    /// word of a customer is never taken back.
    #[must_use]
    pub fn lost(&self, got: &[Time], last: bool, asked: bool, at: Time, hours: CaseHours) -> Self {
        let case = Self {
            first_answer: got.iter().min().copied(),
            first_countdown: self.first_countdown.filter(|_| got.iter().min().copied() == self.first_answer),
            last_answer: got.iter().max().copied(),
            asked: if asked { None } else { self.asked },
            ..self.clone()
        };
        match self.state {
            CaseState::Answered | CaseState::Waiting if last => {
                Self { state: CaseState::Open, countdown: self.countdown.resume(at), ..case }
            }
            CaseState::Silent if last => case.again(at, hours),
            _ => case,
        }
    }

    fn running(&self, running: bool, at: Time) -> Countdown {
        if running { self.countdown.resume(at) } else { self.countdown }
    }

    /// Open once more: an answer is promised anew.
    fn again(&self, at: Time, hours: CaseHours) -> Self {
        let countdown = Countdown::begin(hours.promised, at);
        Self { state: CaseState::Open, reopened: self.reopened + 1, countdown, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::CalendarId;
    use crate::time::Zone;
    use proptest::prelude::*;

    const MEMBER: CaseParty = CaseParty::Staff { user: UserId(1), member: true, lead: false };
    const STRANGER: CaseParty = CaseParty::Staff { user: UserId(2), member: false, lead: false };
    const LEAD: CaseParty = CaseParty::Staff { user: UserId(3), member: false, lead: true };

    fn calendar() -> Calendar {
        let week = vec![vec!["00:00-24:00".parse().unwrap()]; 7];
        Calendar { id: CalendarId(1), name: "Always".into(), zone: Zone::UTC, week, holidays: vec![] }
    }

    fn act() -> impl Strategy<Value = CaseAct> {
        prop_oneof![
            (1..3_i64).prop_map(|user| CaseAct::Assign(UserId(user))),
            (1..3_i64).prop_map(|department| CaseAct::Move(DepartmentId(department))),
            Just(CaseAct::Answer),
            Just(CaseAct::AskBack),
            Just(CaseAct::AskWhetherHelped),
            Just(CaseAct::Write),
            any::<bool>().prop_map(CaseAct::Say),
            Just(CaseAct::GiveUp),
            Just(CaseAct::Reopen),
            (1..4_i64).prop_map(|case| CaseAct::Merge(CaseId(case))),
            Just(CaseAct::Unmerge),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_happens_the_rules_hold(
            happens in prop::collection::vec((act(), 0..5_usize, 0..20_i64), 1..40),
        ) {
            let calendar = calendar();
            let hours = CaseHours { now: &calendar, promised: 480 };
            let mut case = Case::open(CaseId(1), DepartmentId(1), 480, Time(0));
            let mut now = Time(0);
            for (act, who, days) in happens {
                let by = [MEMBER, STRANGER, LEAD, CaseParty::Customer, CaseParty::Heard][who];
                now = now.plus_ms(days * 86_400_000);
                let Ok(next) = case.apply(act, by, now, hours) else { continue };
                // Only the customer's own word closes a case as helped.
                if next.state == CaseState::Helped && case.state != CaseState::Helped {
                    let back = act == CaseAct::Unmerge && case.merged.is_some_and(|(_, before)| before == CaseState::Helped);
                    prop_assert!(back || (act == CaseAct::Say(true) && by == CaseParty::Customer));
                }
                prop_assert_eq!(next.helped != case.helped, matches!(act, CaseAct::Say(_)) && next.helped != case.helped);
                // The time runs exactly while somebody has to answer.
                prop_assert_eq!(next.countdown.since.is_some(), next.state == CaseState::Open, "{:?} {:?}", act, next);
                prop_assert_eq!(next.merged.is_some(), next.state == CaseState::Merged);
                prop_assert!(by != STRANGER || act == CaseAct::Write, "staff of other departments change nothing");
                prop_assert!(case.asked.is_none() || next.asked == case.asked, "asked once");
                prop_assert!(next.first_answer <= next.last_answer && next.reopened >= case.reopened);
                if next.state == CaseState::Silent && case.state == CaseState::Answered {
                    prop_assert!(now.0 - case.last_answer.unwrap().0 >= SILENCE);
                }
                case = next;
            }
        }
    }

    #[test]
    fn what_did_not_arrive_was_no_answer() {
        let calendar = calendar();
        let hours = CaseHours { now: &calendar, promised: 60 };
        let at = |case: &Case, act, by, minutes: i64| case.apply(act, by, Time(minutes * 60_000), hours).unwrap();
        let open = Case::open(CaseId(1), DepartmentId(1), 60, Time(0));
        let answered = at(&at(&open, CaseAct::Answer, MEMBER, 10), CaseAct::AskWhetherHelped, CaseParty::Heard, 10);
        let lost = answered.lost(&[], true, true, Time(30 * 60_000), hours);
        assert_eq!((lost.state, lost.first_answer, lost.last_answer, lost.asked), (CaseState::Open, None, None, None));
        assert!(lost.countdown.since.is_some());
        // The one before did arrive: it is the last answer again, and the case is open.
        let twice = at(&answered, CaseAct::Answer, MEMBER, 20);
        let lost = twice.lost(&[Time(10 * 60_000)], true, false, Time(30 * 60_000), hours);
        assert_eq!((lost.state, lost.last_answer, lost.asked), (CaseState::Open, Some(Time(10 * 60_000)), answered.asked));
        // An older one was lost: what came after it stands.
        let lost = twice.lost(&[Time(20 * 60_000)], false, true, Time(30 * 60_000), hours);
        assert_eq!((lost.state, lost.first_answer), (CaseState::Answered, Some(Time(20 * 60_000))));
        let silent = at(&answered, CaseAct::GiveUp, CaseParty::Heard, 30 * 24 * 60);
        assert_eq!(silent.lost(&[], true, true, Time(0), hours).state, CaseState::Open);
        let helped = at(&answered, CaseAct::Say(true), CaseParty::Customer, 20);
        assert_eq!(helped.lost(&[], true, true, Time(0), hours).state, CaseState::Helped);
    }

    #[test]
    fn refusals_say_why() {
        let calendar = calendar();
        let hours = CaseHours { now: &calendar, promised: 60 };
        let open = Case::open(CaseId(1), DepartmentId(1), 60, Time(0));
        let at = |case: &Case, act, by| case.apply(act, by, Time(1_000), hours);
        assert_eq!(at(&open, CaseAct::Say(true), MEMBER), Err(CaseRefused::OnlyTheCustomer));
        assert_eq!(at(&open, CaseAct::Say(true), CaseParty::Customer), Err(CaseRefused::NotAnswered));
        assert_eq!(at(&open, CaseAct::Answer, STRANGER), Err(CaseRefused::NotYours));
        assert_eq!(at(&open, CaseAct::Answer, CaseParty::Heard), Err(CaseRefused::OnlyStaff));
        assert_eq!(at(&open, CaseAct::Merge(CaseId(1)), MEMBER), Err(CaseRefused::Itself));
        assert_eq!(at(&open, CaseAct::Move(DepartmentId(1)), LEAD), Err(CaseRefused::SameDepartment));
        let answered = at(&open, CaseAct::Answer, MEMBER).unwrap();
        assert_eq!(at(&answered, CaseAct::GiveUp, MEMBER), Err(CaseRefused::TooSoon));
        let asked = at(&answered, CaseAct::AskWhetherHelped, CaseParty::Heard).unwrap();
        assert_eq!(at(&asked, CaseAct::AskWhetherHelped, MEMBER), Err(CaseRefused::AskedBefore));
        let merged = at(&asked, CaseAct::Merge(CaseId(9)), MEMBER).unwrap();
        assert_eq!(at(&merged, CaseAct::Answer, MEMBER), Err(CaseRefused::IsMerged(CaseId(9))));
        assert_eq!(at(&merged, CaseAct::Unmerge, MEMBER), Ok(asked));
    }

    #[test]
    fn the_clock_of_the_first_answer_stands_still_while_the_customer_is_waited_for() {
        let calendar = calendar();
        let hours = CaseHours { now: &calendar, promised: 60 };
        let minutes = |n: i64| Time(n * 60_000);
        let mut case = Case::open(CaseId(1), DepartmentId(1), 60, Time(0));
        for (act, by, at) in [
            (CaseAct::AskBack, MEMBER, 20),
            (CaseAct::Write, CaseParty::Customer, 2_000),
            (CaseAct::Answer, MEMBER, 2_030),
            (CaseAct::Say(false), CaseParty::Customer, 2_040),
            (CaseAct::Answer, MEMBER, 3_000),
        ] {
            case = case.apply(act, by, minutes(at), hours).unwrap();
        }
        let first = case.first_countdown.unwrap();
        assert_eq!((first.used, first.promised, first.since, first.kept()), (50 * 60_000, 60, None, true));
        assert!(!case.countdown.kept() && case.first_answer == Some(minutes(2_030)), "the second answer came late");
    }
}
