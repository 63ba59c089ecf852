//! A layout that is known by the set of its columns. A preset is one constant of data: everything in it is declared, nothing
//! is programmed, so that a new layout is a table entry and a fixture (see docs/IMPORTING.md).

use heard_domain::channel::Channel;
use heard_domain::import::Meaning;
use heard_domain::score::Formula;

use crate::posts::gather::Gather;
use crate::posts::shape::{Family, Shape};
use crate::posts::shaping::Step;
use crate::posts::words::normal;

/// What a known column means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum As {
    /// Not taken.
    Skip,
    /// The verbatim.
    Text,
    /// When it was said; of several such columns the first of the preset that has a value.
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
    /// The name of the listening post.
    Post,
    /// The channel of that post.
    Channel,
    /// A rating on a scale that the formula fixes.
    Rating(&'static str, Formula),
    /// A mean on a scale from the lowest to the highest value.
    Mean(&'static str, f64, f64),
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
            Self::Post => Meaning::Post,
            Self::Channel => Meaning::Channel,
            Self::Rating(scale, formula) => {
                let (min, max) = formula.range().unwrap_or((0.0, 100.0));
                Meaning::Rating { scale: scale.to_owned(), formula, min, max }
            }
            Self::Mean(scale, min, max) => Meaning::Rating { scale: scale.to_owned(), formula: Formula::Mean, min, max },
            Self::Attribute(name) => Meaning::Attribute { name: name.to_owned() },
        }
    }
}

/// A test on one value of a row. A column that is not there is empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// It is one of these.
    Is(&'static [&'static str]),
    /// It is none of these.
    IsNot(&'static [&'static str]),
    /// It begins with this.
    Begins(&'static str),
    /// It has a value.
    Filled,
    /// It has none.
    Empty,
}

impl When {
    /// Whether it holds; letter case does not count.
    pub fn holds(self, cell: &str) -> bool {
        let cell = cell.trim();
        let among = |list: &[&str]| list.iter().any(|value| value.to_lowercase() == cell.to_lowercase());
        match self {
            Self::Is(list) => among(list),
            Self::IsNot(list) => !among(list),
            Self::Begins(start) => cell.starts_with(start),
            Self::Filled => !cell.is_empty(),
            Self::Empty => cell.is_empty(),
        }
    }
}

/// Rows that are no customer's words: the column, the test and why they are left out.
pub type LeftOut = (&'static str, When, &'static str);

/// What tells rows apart where no column is the key, or the key is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyed {
    /// The file and the number of the row: the same file twice is the same feedback, a longer one is not.
    ByRow,
    /// These columns together.
    From(&'static [&'static str]),
    /// All that is taken of the row together: for layouts that name nothing of their rows, so that the next export, which has
    /// the old rows too, adds only the new ones.
    ByContent,
}

/// A layout that is known by the set of its columns.
#[derive(Debug)]
pub struct Preset {
    /// Its code in mappings.
    pub name: &'static str,
    /// Its name on screen.
    pub label: &'static str,
    /// In which files it comes.
    pub family: Family,
    /// Sets of columns by any of which it is recognised; letter case, spaces and signs do not count.
    pub headers: &'static [&'static [&'static str]],
    /// Columns of which one must be there if the file has any column that the layout does not know; empty: others are welcome.
    pub proof: &'static [&'static str],
    /// A last look where the header alone is too common a word.
    pub looks: fn(&Shape) -> bool,
    /// Where rows may lie in a JSON document, as dotted paths, beside the top.
    pub rows: &'static [&'static str],
    /// How the objects of JSON are made plain before their fields become columns.
    pub steps: &'static [Step],
    /// How several rows become one feedback.
    pub gather: Option<&'static Gather>,
    /// What the known columns mean; several texts are joined in this order.
    pub columns: &'static [(&'static str, As)],
    /// What the others mean, as far as their name alone tells; the rest is guessed.
    pub others: fn(&str) -> Option<Meaning>,
    /// Rows that are left out, and reported.
    pub left_out: &'static [LeftOut],
    /// What tells rows apart without a key.
    pub keyed: Keyed,
    /// Time zone of its times, if the layout fixes one.
    pub zone: Option<&'static str>,
    /// Where it comes in.
    pub channel: Channel,
    /// The name of the post it goes to.
    pub post: &'static str,
}

/// What every table has that says nothing else: a preset names only what is different.
pub const TABLE: Preset = Preset {
    name: "",
    label: "",
    family: Family::Table,
    headers: &[],
    proof: &[],
    looks: |_| true,
    rows: &[],
    steps: &[],
    gather: None,
    columns: &[],
    others: |_| None,
    left_out: &[],
    keyed: Keyed::ByRow,
    zone: None,
    channel: Channel::Survey,
    post: "",
};

/// What all JSON has that says nothing else: columns that are not named are not taken, because objects of programs have many
/// that nobody wrote.
pub const JSON: Preset = Preset { family: Family::Json, others: |_| Some(Meaning::Skip), ..TABLE };

impl Preset {
    /// Whether a file has this layout.
    pub fn fits(&self, shape: &Shape) -> bool {
        let names: Vec<String> = shape.columns.iter().map(|name| normal(name)).collect();
        let has = |wanted: &&str| names.contains(&normal(wanted));
        let known = || shape.columns.iter().all(|column| self.meaning(column).is_some());
        self.family == Family::of(shape.format)
            && self.headers.iter().any(|header| header.iter().all(has))
            && (self.proof.is_empty() || self.proof.iter().any(has) || known())
            && (self.looks)(shape)
    }

    /// What a column means, if the layout says it.
    pub fn meaning(&self, column: &str) -> Option<Meaning> {
        self.place(column)
            .and_then(|place| self.columns.get(place))
            .map(|(_, meaning)| meaning.meaning())
            .or_else(|| (self.others)(column))
    }

    /// Where a column stands among the known ones.
    pub fn place(&self, column: &str) -> Option<usize> {
        let name = normal(column);
        // “#” has neither letters nor digits.
        let same = |known: &str| if name.is_empty() { known == column.trim() } else { normal(known) == name };
        self.columns.iter().position(|(known, _)| same(known))
    }
}
