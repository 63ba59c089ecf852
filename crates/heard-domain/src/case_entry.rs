//! The thread of a case: what the customer and staff said, what staff noted among themselves, and what happened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CaseEntryId, CaseId, CasePromiseId, DepartmentId, FeedbackId, RuleId, TaskId, UserId};
use crate::rule::Urgency;
use crate::time::{Day, Time};

crate::words! {
    /// What stands in the thread of a case.
    CaseEntryKind {
        /// What the customer said.
        Said = "said", "Customer";
        /// What they were answered.
        Answer = "answer", "Answer";
        /// What they were asked.
        Question = "question", "Question to the customer";
        /// What staff noted among themselves; the customer never sees it.
        Note = "note", "Internal note";
        /// What happened to the case.
        Event = "event", "Event";
    }
}

crate::words! {
    /// By which way staff and customer spoke.
    SpokenBy {
        /// Heard itself carries it: by e-mail, and on the customer's own page.
        Heard = "heard", "through Heard";
        /// E-mail.
        Email = "email", "by e-mail";
        /// Telephone.
        Phone = "phone", "by phone";
        /// Face to face.
        Person = "person", "in person";
        /// Chat or text message.
        Message = "message", "by message";
        /// Letter.
        Letter = "letter", "by letter";
        /// Where they had said it, for everybody to see.
        Public = "public", "in public";
    }
}

/// The longest words of one entry, in characters.
pub const LONGEST_ENTRY: usize = 20_000;

/// What happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CaseEvent {
    /// It was opened: by rules, or by hand if there are none.
    Opened {
        /// For this comment.
        feedback: FeedbackId,
        /// By these rules.
        rules: Vec<RuleId>,
    },
    /// The customer said more about it.
    Joined {
        /// This.
        feedback: FeedbackId,
    },
    /// Somebody answers for it.
    Assigned {
        /// Who.
        to: UserId,
    },
    /// Another department has it.
    Moved {
        /// The one before.
        from: DepartmentId,
        /// The one now.
        to: DepartmentId,
    },
    /// It is of another urgency.
    Urgency {
        /// This one.
        to: Urgency,
    },
    /// It is part of another case.
    Merged {
        /// Which.
        into: CaseId,
    },
    /// Another case is part of it.
    TookIn {
        /// Which.
        case: CaseId,
    },
    /// It is a case of its own again.
    Unmerged {
        /// What it was part of.
        from: CaseId,
    },
    /// Another case is no part of it any more.
    LetGo {
        /// Which.
        case: CaseId,
    },
    /// The customer said whether it helped.
    Helped {
        /// Whether it did.
        yes: bool,
    },
    /// It was closed without a word of the customer.
    GivenUp,
    /// It was opened again.
    Reopened,
    /// The customer said that they cannot say yet whether it helped.
    NotYet,
    /// An answer came back: it did not arrive.
    Bounced,
    /// An answer could not be sent.
    NotSent,
    /// Heard was cut off while an answer was sent: nobody knows whether it arrived.
    MaybeSent,
    /// Somebody had an answer sent once more of which nobody knew whether it had arrived.
    SentAgain,
    /// An automatic reply came from the customer's address.
    AutoReply,
    /// The promised time has passed without an answer.
    Late,
    /// A task was set.
    TaskSet {
        /// Which.
        task: TaskId,
    },
    /// A task was done.
    TaskDone {
        /// Which.
        task: TaskId,
    },
    /// The promised time has passed a second time, and those who lead were told.
    Escalated,
    /// The customer was promised something.
    Promised {
        /// What.
        promise: CasePromiseId,
    },
    /// A promise was kept.
    PromiseKept {
        /// Which.
        promise: CasePromiseId,
    },
}

/// One thing in the thread of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseEntry {
    /// Its identifier.
    pub id: CaseEntryId,
    /// In which case.
    pub case: CaseId,
    /// What it is.
    pub kind: CaseEntryKind,
    /// When.
    pub at: Time,
    /// By whom; `None`: the customer, or Heard itself.
    pub by: Option<UserId>,
    /// What was said or noted; empty for events.
    pub text: String,
    /// By which way, where somebody spoke with the customer.
    pub way: Option<SpokenBy>,
    /// Who was mentioned and told.
    pub mentions: Vec<UserId>,
    /// What happened, of an event.
    pub event: Option<CaseEvent>,
}

/// A piece of work in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// Its identifier.
    pub id: TaskId,
    /// In which case.
    pub case: CaseId,
    /// What is to be done, 1-300 characters.
    pub words: String,
    /// Who does it.
    pub owner: Option<UserId>,
    /// By which day.
    pub due: Option<Day>,
    /// When it was done.
    pub done: Option<Time>,
}

/// Users that are mentioned in words: `@` and a name as it is written, whatever the letter case; of two that fit the longer one. In
/// the order of the list.
pub fn mentioned<'a>(text: &str, users: impl Iterator<Item = (UserId, &'a str)>) -> Vec<UserId> {
    let text = text.to_lowercase();
    let mut names: Vec<(usize, UserId, String)> = users
        .enumerate()
        .map(|(at, (id, name))| (at, id, name.trim().to_lowercase()))
        .filter(|(_, _, name)| !name.is_empty())
        .collect();
    // The longest first: “@Ann Lee” mentions nobody who is only called Ann.
    names.sort_by_key(|(_, _, name)| std::cmp::Reverse(name.len()));
    let mut found: Vec<(usize, UserId)> = Vec::new();
    for after in text.split('@').skip(1) {
        let fits = |name: &String| {
            after.strip_prefix(name.as_str()).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        };
        if let Some((at, id, _)) = names.iter().find(|(_, _, name)| fits(name)) {
            found.push((*at, *id));
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_that_fits_is_mentioned() {
        let users = || [(UserId(1), "Ann"), (UserId(2), "Ann Lee"), (UserId(3), "Bo")].into_iter();
        assert_eq!(mentioned("@ann lee, please ask @Bo.", users()), [UserId(2), UserId(3)]);
        assert_eq!(mentioned("@Ann and @ann: look", users()), [UserId(1)]);
        assert!(mentioned("ann@example.com @Bob @ @", users()).is_empty());
    }
}
