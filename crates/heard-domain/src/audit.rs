//! The audit log: who changed or saw what, when. Entries are only ever added, and each is chained to the one before.

use serde_json::Value;

use crate::id::{TokenId, UserId};
use crate::scope::Actor;
use crate::time::Time;

crate::words! {
    /// What was done.
    Act {
        /// It was not there before.
        Added = "added", "Added";
        /// It is otherwise now.
        Changed = "changed", "Changed";
        /// It is gone.
        Removed = "removed", "Removed";
        /// What was done before was taken back.
        Undone = "undone", "Undone";
        /// Two became one.
        Merged = "merged", "Merged";
        /// It lies elsewhere now.
        Moved = "moved", "Moved";
        /// A person saw what would happen, and wanted it.
        Confirmed = "confirmed", "Confirmed";
        /// It was stopped.
        Cancelled = "cancelled", "Cancelled";
        /// It was put back from a copy.
        Restored = "restored", "Restored";
        /// Address and password belonged together.
        SignedIn = "signed_in", "Signed in";
        /// The session was ended.
        SignedOut = "signed_out", "Signed out";
        /// Address and password did not belong together.
        Refused = "refused", "Sign-in refused";
        /// Personal data was shown.
        Saw = "saw", "Saw";
        /// Feedback or personal data left as a file.
        Exported = "exported", "Exported";
    }
}

crate::words! {
    /// What kind of entry it is.
    AuditKind {
        /// Something is otherwise now.
        Change = "change", "Changes";
        /// Somebody came, went, or was refused.
        SignIn = "sign_in", "Sign-ins";
        /// Personal data was shown or handed out.
        Read = "read", "Personal data seen";
    }
}

crate::words! {
    /// What it was done to.
    Noun {
        /// Staff who sign in.
        User = "user", "User";
        /// Somebody signed in.
        Session = "session", "Session";
        /// A token of an integrator.
        Token = "token", "Token";
        /// A listening post.
        Post = "post", "Listening post";
        /// The public feedback form of a post.
        Form = "form", "Feedback form";
        /// The signed way in of a post.
        Webhook = "webhook", "Webhook";
        /// Stages and touchpoints.
        Journey = "journey", "Journey";
        /// Categories.
        Taxonomy = "taxonomy", "Categories";
        /// One category.
        Category = "category", "Category";
        /// Words that a category learns from.
        Example = "example", "Example";
        /// An owner inside the company, or a partner.
        Department = "department", "Department";
        /// Where something happens.
        Place = "place", "Place";
        /// A saved filter of persons.
        Segment = "segment", "Segment";
        /// Working hours and holidays.
        Calendar = "calendar", "Calendar";
        /// The company's own settings.
        Company = "company", "Company";
        /// A file that came in.
        Import = "import", "Import";
        /// How columns of a file are understood.
        Template = "template", "Import template";
        /// A folder that is watched for files.
        Folder = "folder", "Watched folder";
        /// A business customer.
        Account = "account", "Account";
        /// A customer.
        Person = "person", "Person";
        /// How many customers passed by.
        Exposure = "exposure", "Exposure";
        /// Something that happened to a customer.
        Event = "event", "Event";
        /// One comment or rating.
        Feedback = "feedback", "Feedback";
        /// What a person said about a reading.
        Correction = "correction", "Correction";
        /// How feedback is routed.
        Rule = "rule", "Rule";
        /// One customer's matter.
        Case = "case", "Case";
        /// A piece of work in a case.
        Task = "task", "Task";
        /// What was promised to the customer of a case.
        CasePromise = "case_promise", "Promise in a case";
        /// Another system that is told of alerts.
        Receiver = "receiver", "Receiver of alerts";
        /// What a department was told of a week.
        Digest = "digest", "Weekly digest";
        /// A problem that many share.
        Issue = "issue", "Issue";
        /// A piece of the work that removes a cause.
        Action = "action", "Action";
        /// The way in of a partner to an issue.
        PartnerLink = "partner_link", "Partner link";
        /// What the brand says a contact will be like.
        Promise = "promise", "Promise";
        /// What a leader or a department undertook.
        Commitment = "commitment", "Commitment";
        /// A run of letters.
        Letter = "letter", "Run of letters";
        /// What the contacts of an account are shown before its renewal.
        Progress = "progress", "Progress page";
        /// Whether a fix is wanted at another place.
        PlaceCheck = "place_check", "Check at a place";
        /// A question to those who may be affected.
        Asking = "asking", "Question to those affected";
        /// Something that leaves Heard for one address.
        Message = "message", "Message";
        /// An address that gets no letters.
        Suppressed = "suppressed", "Suppressed address";
        /// A copy of everything.
        Backup = "backup", "Backup";
        /// This log.
        Audit = "audit", "Audit log";
    }
}

impl Act {
    /// The kind of entry that tells of it.
    pub const fn kind(self) -> AuditKind {
        match self {
            Self::SignedIn | Self::SignedOut | Self::Refused => AuditKind::SignIn,
            Self::Saw | Self::Exported => AuditKind::Read,
            Self::Added
            | Self::Changed
            | Self::Removed
            | Self::Undone
            | Self::Merged
            | Self::Moved
            | Self::Confirmed
            | Self::Cancelled
            | Self::Restored => AuditKind::Change,
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Staff.
    User(UserId),
    /// An integrator's token.
    Token(TokenId),
    /// Heard itself: background work, the command line on the machine.
    Heard,
    /// Somebody who had not signed in.
    Nobody,
}

impl From<Actor> for Who {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::User(id) => Self::User(id),
            Actor::Token(id) => Self::Token(id),
            Actor::System => Self::Heard,
        }
    }
}

impl Who {
    /// The word in tables and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Token(_) => "token",
            Self::Heard => "heard",
            Self::Nobody => "nobody",
        }
    }

    /// The identifier, where there is one.
    pub const fn id(self) -> Option<i64> {
        match self {
            Self::User(id) => Some(id.0),
            Self::Token(id) => Some(id.0),
            Self::Heard | Self::Nobody => None,
        }
    }

    /// From its word and identifier.
    pub fn of(code: &str, id: Option<i64>) -> Option<Self> {
        match (code, id) {
            ("user", Some(id)) => Some(Self::User(UserId(id))),
            ("token", Some(id)) => Some(Self::Token(TokenId(id))),
            ("heard", None) => Some(Self::Heard),
            ("nobody", None) => Some(Self::Nobody),
            _ => None,
        }
    }
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number: 1, 2, 3 … without gaps.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// Who.
    pub who: Who,
    /// Did what.
    pub act: Act,
    /// To what.
    pub noun: Noun,
    /// To which of them, where it is one.
    pub id: Option<i64>,
    /// What else is worth knowing: names that the company gave, counts, codes; no personal data, no secret.
    pub detail: Value,
    /// SHA-256 over the hash of the entry before and all of the above, as hexadecimal digits.
    pub hash: String,
}

/// Which entries are asked for; everything that is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sought {
    /// Done by whom.
    pub who: Option<Who>,
    /// Done to what.
    pub noun: Option<Noun>,
    /// Of which kind.
    pub kind: Option<AuditKind>,
    /// Not before this.
    pub from: Option<Time>,
    /// Before this.
    pub until: Option<Time>,
}

/// What checking the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many entries were checked.
    pub entries: u64,
    /// Number and hash of the last entry that fits, or of the anchor where older entries were removed.
    pub head: Option<(i64, String)>,
    /// The first entry that does not fit, and what is wrong with it.
    pub broken: Option<(i64, String)>,
}
