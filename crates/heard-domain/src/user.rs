//! Users: staff who sign in, their roles, and what a role may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{PostId, UserId};
use crate::time::Time;

crate::words! {
    /// What a user is to Heard.
    Role {
        /// Runs the installation.
        Admin = "admin", "Admin";
        /// Reads, corrects, shapes journey and taxonomy.
        Analyst = "analyst", "Analyst";
        /// Works in a department that causes and mends.
        DepartmentMember = "department_member", "Department member";
        /// Answers for accounts.
        AccountManager = "account_manager", "Account manager";
        /// Meets customers; sees the comments of their own posts.
        Frontline = "frontline", "Frontline";
        /// Leads.
        Executive = "executive", "Executive";
    }
}

crate::words! {
    /// One thing that somebody may do. Also the scopes of a token.
    Grant {
        /// Read feedback and readings.
        ReadFeedback = "feedback:read", "Read feedback";
        /// See who said it.
        ReadPersons = "persons:read", "See persons and accounts";
        /// Hand over feedback.
        WriteFeedback = "feedback:write", "Send feedback";
        /// Ask for figures.
        ReadFigures = "figures:read", "Read figures";
        /// Correct readings.
        Correct = "readings:write", "Correct readings";
        /// See cases and what is routed.
        ReadCases = "cases:read", "See cases";
        /// Answer customers: open, answer, assign and close cases.
        WriteCases = "cases:write", "Work on cases";
        /// See issues, their causes, plans and pictures.
        ReadIssues = "issues:read", "See issues";
        /// Work on issues: state causes and fixes for one's own department, sign off, propose and back fixes.
        WriteIssues = "issues:write", "Work on issues";
        /// Bring in files.
        Import = "imports:write", "Import files";
        /// See imports and their bad rows.
        ReadImports = "imports:read", "See imports";
        /// Shape journey, posts and taxonomy.
        Shape = "journey:write", "Shape journey, posts and taxonomy";
        /// Users, tokens, company settings.
        Administer = "settings:write", "Administer";
        /// See who changed or saw what.
        ReadAudit = "audit:read", "See the audit log";
        /// Read what is counted, for machines that watch Heard.
        ReadMetrics = "metrics:read", "Read metrics";
    }
}

impl Role {
    /// What the role may do.
    pub fn grants(self) -> &'static [Grant] {
        use Grant::{
            Correct, Import, ReadCases, ReadFeedback, ReadFigures, ReadImports, ReadIssues, ReadPersons, Shape, WriteCases,
            WriteFeedback, WriteIssues,
        };
        match self {
            Self::Admin => Grant::ALL,
            Self::Analyst => &[
                ReadFeedback,
                ReadPersons,
                WriteFeedback,
                ReadFigures,
                Correct,
                ReadCases,
                WriteCases,
                ReadIssues,
                WriteIssues,
                Import,
                ReadImports,
                Shape,
            ],
            Self::AccountManager => &[
                ReadFeedback,
                ReadPersons,
                WriteFeedback,
                ReadFigures,
                Correct,
                ReadCases,
                WriteCases,
                ReadIssues,
                WriteIssues,
                Import,
                ReadImports,
            ],
            // Everybody may propose a fix and back one: those who meet customers see the cause first.
            Self::DepartmentMember => {
                &[ReadFeedback, WriteFeedback, ReadFigures, Correct, ReadCases, WriteCases, ReadIssues, WriteIssues]
            }
            Self::Frontline => &[ReadFeedback, WriteFeedback, ReadFigures, ReadCases, WriteCases, ReadIssues, WriteIssues],
            // Leaders have cases of their own, on record.
            Self::Executive => &[ReadFeedback, ReadPersons, ReadFigures, ReadCases, WriteCases, ReadIssues, WriteIssues],
        }
    }
}

/// Staff who sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// Their identifier.
    pub id: UserId,
    /// E-mail address, lower case, unique.
    pub email: String,
    /// As they are called.
    pub name: String,
    /// What they are to Heard.
    pub role: Role,
    /// The posts they see; `None`: all. Only `Some` narrows.
    pub posts: Option<Vec<PostId>>,
    /// Since when they are there.
    pub since: Time,
    /// Whether they may still sign in.
    pub active: bool,
}
