//! A layout that is known by the set of its columns.

use heard_domain::channel::Channel;
use heard_domain::import::{FileFormat, Meaning};
use heard_domain::score::Formula;

use crate::posts::shape::Shape;
use crate::posts::words::normal;

/// What a known column means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum As {
    /// Not taken.
    Skip,
    /// The verbatim.
    Text,
    /// When it was said.
    Time,
    /// What tells rows apart.
    Key,
    /// Who said it.
    Author,
    /// Their e-mail address.
    Email,
    /// Their handle.
    Handle,
    /// Their telephone number.
    Phone,
    /// Their loyalty number.
    Loyalty,
    /// Another identifier of them.
    PersonKey,
    /// Their part in the account.
    Role,
    /// The account.
    Account,
    /// The contact.
    Touchpoint,
    /// The address of the original.
    Link,
    /// A rating on a scale that the formula fixes.
    Rating(&'static str, Formula),
    /// An attribute.
    Attribute(&'static str),
}

impl As {
    /// As a mapping has it.
    pub fn meaning(self) -> Meaning {
        match self {
            Self::Skip => Meaning::Skip,
            Self::Text => Meaning::Text,
            Self::Time => Meaning::Time,
            Self::Key => Meaning::Key,
            Self::Author => Meaning::Author,
            Self::Email => Meaning::Email,
            Self::Handle => Meaning::Handle,
            Self::Phone => Meaning::Phone,
            Self::Loyalty => Meaning::Loyalty,
            Self::PersonKey => Meaning::PersonKey,
            Self::Role => Meaning::Role,
            Self::Account => Meaning::Account,
            Self::Touchpoint => Meaning::Touchpoint,
            Self::Link => Meaning::Link,
            Self::Rating(scale, formula) => {
                let (min, max) = formula.range().unwrap_or((0.0, 100.0));
                Meaning::Rating { scale: scale.to_owned(), formula, min, max }
            }
            Self::Attribute(name) => Meaning::Attribute { name: name.to_owned() },
        }
    }
}

/// Rows that are no customer's words: the column, the value and why they are left out.
pub type LeftOut = (&'static str, &'static str, &'static str);

/// A layout that is known by the set of its columns.
#[derive(Debug)]
pub struct Preset {
    /// Its code in mappings.
    pub name: &'static str,
    /// Its name on screen.
    pub label: &'static str,
    /// CSV or JSONL.
    pub format: FileFormat,
    /// The columns by which it is recognised; letter case, spaces and signs do not count.
    pub header: &'static [&'static str],
    /// Columns of which one must be there if the file has any column that the layout does not know; empty: others are welcome.
    pub proof: &'static [&'static str],
    /// What the known columns mean.
    pub columns: &'static [(&'static str, As)],
    /// What the others mean, as far as their name alone tells; the rest is guessed.
    pub others: fn(&str) -> Option<Meaning>,
    /// Rows that are left out, and reported.
    pub left_out: &'static [LeftOut],
    /// Time zone of its times, if the layout fixes one.
    pub zone: Option<&'static str>,
    /// Where it comes in.
    pub channel: Channel,
    /// The name of the post it goes to.
    pub post: &'static str,
}

impl Preset {
    /// Whether a file has this layout.
    pub fn fits(&self, shape: &Shape) -> bool {
        let names: Vec<String> = shape.columns.iter().map(|name| normal(name)).collect();
        let has = |wanted: &&str| names.contains(&normal(wanted));
        let known = || shape.columns.iter().all(|column| self.meaning(column).is_some());
        self.format == shape.format
            && self.header.iter().all(has)
            && (self.proof.is_empty() || self.proof.iter().any(has) || known())
    }

    /// What a column means, if the layout says it.
    pub fn meaning(&self, column: &str) -> Option<Meaning> {
        let name = normal(column);
        let known = self.columns.iter().find(|(known, _)| normal(known) == name);
        known.map(|(_, meaning)| meaning.meaning()).or_else(|| (self.others)(column))
    }
}
