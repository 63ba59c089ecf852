//! A record becomes an entry of operational data.
//!
//! **A row is refused** when what tells it apart is missing (the account's name, a person's handle, the day, stage and count of an
//! exposure, the key, kind and time of an event), when a time cannot be, or when it breaks a rule of [`Entry::check`]. **A row is
//! taken with a remark** when a value beside that cannot be: that value alone is left out, and reported.

use heard_domain::account::{Identity, IdentityKind};
use heard_domain::feedback::NewAuthor;
use heard_domain::import::{BadRow, DateOrder, ImportKind, Mapping, Meaning};
use heard_domain::operation::{Entry, NewAccount, NewEvent, NewExposure, NewPerson};
use heard_domain::time::{Time, Zone};

use crate::error::Unreadable;
use crate::operations::{money, number};
use crate::posts::date;
use crate::posts::record::{Record, sample};
use crate::posts::words::normal;

/// The longest name or value, in characters.
const LONGEST_VALUE: usize = 200;

/// How records become entries.
pub struct Plan {
    kind: ImportKind,
    /// Place, name and meaning of every column that is taken, in the order of the mapping.
    columns: Vec<(usize, String, Meaning)>,
    dates: DateOrder,
    zone: Zone,
}

/// How a group of meanings is called, and which belong to it.
type Need = (&'static str, fn(&Meaning) -> bool);

/// What a kind of import cannot do without: the meanings of which one must be there, and how they are called together.
fn needed(kind: ImportKind) -> &'static [Need] {
    match kind {
        ImportKind::Feedback => &[],
        ImportKind::Accounts => &[("the name of the account", |m| *m == Meaning::Account)],
        ImportKind::Persons => &[("a handle of the person, or their name", |m| {
            matches!(
                m,
                Meaning::Email | Meaning::Handle | Meaning::Phone | Meaning::Loyalty | Meaning::PersonKey | Meaning::Author
            )
        })],
        ImportKind::Exposures => &[
            ("the day", |m| *m == Meaning::Time),
            ("the stage", |m| *m == Meaning::Stage),
            ("how many", |m| matches!(m, Meaning::Count { .. })),
        ],
        ImportKind::Events => &[
            ("what tells events apart (its identifier)", |m| *m == Meaning::Key),
            ("the kind of event", |m| *m == Meaning::EventKind),
            ("when it happened", |m| *m == Meaning::Time),
        ],
    }
}

/// A row on its way.
struct Cells<'a> {
    record: &'a Record,
    remarks: Vec<BadRow>,
}

impl Cells<'_> {
    fn bad(&self, column: &str, reason: impl Into<String>, cell: &str) -> BadRow {
        let (row, line) = (self.record.row, self.record.line);
        BadRow { row, line, column: column.to_owned(), reason: reason.into(), sample: sample(cell.as_bytes()) }
    }

    fn remark(&mut self, column: &str, reason: impl Into<String>, cell: &str) {
        let remark = self.bad(column, reason, cell);
        self.remarks.push(remark);
    }

    /// A value on one line that is short enough.
    fn short(&mut self, column: &str, value: &str) -> Option<String> {
        let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = line.chars().count();
        if length > LONGEST_VALUE {
            self.remark(column, format!("has {length} characters; at most {LONGEST_VALUE} are taken, so it is left out"), value);
        }
        (length <= LONGEST_VALUE).then_some(line)
    }
}

/// What a row may say, before it is known what it is.
#[derive(Default)]
struct Said {
    key: Option<String>,
    kind: Option<String>,
    at: Option<Time>,
    stage: Option<String>,
    touchpoint: Option<String>,
    measure: Option<String>,
    place: Option<String>,
    counts: Vec<(String, Option<String>, u64)>,
    author: NewAuthor,
    account: NewAccount,
    worth: Option<(String, String, Option<String>)>,
    currency: Option<String>,
    attributes: Vec<(String, String)>,
}

impl Plan {
    /// Finds the columns of the mapping among those of the file.
    pub fn new(mapping: &Mapping, file_columns: &[String], zone: &Zone) -> Result<Self, Unreadable> {
        let place = |name: &str| file_columns.iter().position(|column| column == name);
        let place = |name: &str| place(name).or_else(|| file_columns.iter().position(|column| normal(column) == normal(name)));
        let used: Vec<_> = mapping.columns.iter().filter(|(_, meaning)| *meaning != Meaning::Skip).collect();
        let missing: Vec<String> = used.iter().filter(|(name, _)| place(name).is_none()).map(|(name, _)| name.clone()).collect();
        if !missing.is_empty() {
            return Err(Unreadable::Misfit(missing));
        }
        for (what, fits) in needed(mapping.kind) {
            if !used.iter().any(|(_, meaning)| fits(meaning)) {
                let kind = mapping.kind.label().to_lowercase();
                return Err(Unreadable::Mapping(format!("{kind} need a column with {what}: choose it below")));
            }
        }
        let mut columns: Vec<_> =
            used.into_iter().filter_map(|(name, meaning)| Some((place(name)?, name.clone(), meaning.clone()))).collect();
        // First names stand before last names, wherever their columns stand.
        let late = |name: &str| normal(name).contains("lastname") || normal(name).contains("surname");
        columns.sort_by_key(|(_, name, meaning)| *meaning == Meaning::Author && late(name));
        let zone = match &mapping.zone {
            Some(name) => name.parse().map_err(|e| Unreadable::Mapping(format!("{e}")))?,
            None => zone.clone(),
        };
        Ok(Self { kind: mapping.kind, columns, dates: mapping.dates, zone })
    }

    fn named(&self, fits: impl Fn(&Meaning) -> bool) -> &str {
        self.columns.iter().find(|(_, _, meaning)| fits(meaning)).map_or("", |(_, name, _)| name)
    }

    /// The entry in a record, with what could not be taken of it.
    pub fn build(&self, record: &Record) -> Result<(Entry, Vec<BadRow>), BadRow> {
        let mut cells = Cells { record, remarks: Vec::new() };
        let said = self.read(&mut cells)?;
        let entry = match self.kind {
            ImportKind::Feedback => return Err(cells.bad("", "feedback is no operational data", "")),
            ImportKind::Accounts => self.account(&mut cells, said)?,
            ImportKind::Persons => {
                let NewAuthor { name, role, identities, account } = said.author;
                Entry::Person(NewPerson { name, role, account, identities, attributes: said.attributes })
            }
            ImportKind::Exposures => self.exposures(&cells, said)?,
            ImportKind::Events => self.event(&cells, said)?,
        };
        entry.check().map_err(|bad| cells.bad(&bad.field, bad.reason, ""))?;
        Ok((entry, cells.remarks))
    }

    fn read(&self, cells: &mut Cells<'_>) -> Result<Said, BadRow> {
        let mut said = Said::default();
        for (place, name, meaning) in &self.columns {
            let value = cells.record.cell(*place).trim();
            if value.is_empty() {
                continue;
            }
            if value.contains('\0') {
                cells.remark(name, "holds a NUL character: left out", value);
                continue;
            }
            match meaning {
                Meaning::Time if said.at.is_none() => {
                    let time = date::parse(value, self.dates, &self.zone);
                    said.at = Some(time.map_err(|e| cells.bad(name, format!("the time {e}"), value))?);
                }
                Meaning::Key if said.key.is_none() => said.key = Some(value.to_owned()),
                Meaning::EventKind => said.kind = cells.short(name, value),
                Meaning::Stage => said.stage = cells.short(name, value),
                Meaning::Touchpoint => said.touchpoint = cells.short(name, value),
                Meaning::Measure => said.measure = cells.short(name, value),
                Meaning::Place => said.place = cells.short(name, value),
                Meaning::Count { measure } => match number::count(value) {
                    Some(count) => said.counts.push((name.clone(), measure.clone(), count)),
                    None => return Err(cells.bad(name, "is no count: expected a whole number like 1204", value)),
                },
                Meaning::Author => {
                    if let Some(own) = cells.short(name, value) {
                        said.author.name = Some(match said.author.name.take() {
                            Some(before) => format!("{before} {own}"),
                            None => own,
                        });
                    }
                }
                Meaning::Email if !value.contains('@') => cells.remark(name, "is no e-mail address: left out", value),
                Meaning::Email => identity(&mut said, cells, name, value, IdentityKind::Email),
                Meaning::Handle => identity(&mut said, cells, name, value, IdentityKind::Social),
                Meaning::Phone => identity(&mut said, cells, name, value, IdentityKind::Phone),
                Meaning::Loyalty => identity(&mut said, cells, name, value, IdentityKind::Loyalty),
                Meaning::PersonKey => identity(&mut said, cells, name, value, IdentityKind::External),
                Meaning::Role => said.author.role = cells.short(name, value),
                Meaning::Account => said.author.account = cells.short(name, value),
                Meaning::Worth { currency } => said.worth = Some((name.clone(), value.to_owned(), currency.clone())),
                Meaning::Currency => match money::currency(value) {
                    Ok(code) => said.currency = Some(code),
                    Err(error) => cells.remark(name, error.to_string(), value),
                },
                Meaning::Renewal => match date::parse(value, self.dates, &self.zone) {
                    Ok(time) => said.account.renewal = Some(self.zone.day(time)),
                    Err(error) => cells.remark(name, format!("the day of renewal {error}: left out"), value),
                },
                Meaning::KeyAccount => match number::yes(value) {
                    Some(yes) => said.account.key_account = Some(yes),
                    None => cells.remark(name, "is neither yes nor no: left out", value),
                },
                Meaning::Attribute { name: attribute } => {
                    if let Some(value) = cells.short(name, value) {
                        said.attributes.push((attribute.clone(), value));
                    }
                }
                Meaning::Skip
                | Meaning::Post
                | Meaning::Channel
                | Meaning::Time
                | Meaning::Key
                | Meaning::Text
                | Meaning::Link
                | Meaning::Rating { .. } => {}
            }
        }
        Ok(said)
    }

    fn account(&self, cells: &mut Cells<'_>, said: Said) -> Result<Entry, BadRow> {
        let mut account = said.account;
        let column = self.named(|m| *m == Meaning::Account);
        let missing = || cells.bad(column, "there is no name: which account is it?", "");
        account.name = said.author.account.ok_or_else(missing)?;
        account.attributes = said.attributes;
        if let Some((column, value, currency)) = said.worth {
            match money::parse(&value, said.currency.as_deref().or(currency.as_deref())) {
                Ok(money) => account.yearly_value = Some(money),
                Err(error) => cells.remark(&column, format!("{error}: the value is left out"), &value),
            }
        }
        Ok(Entry::Account(account))
    }

    fn exposures(&self, cells: &Cells<'_>, said: Said) -> Result<Entry, BadRow> {
        let missing = |fits: fn(&Meaning) -> bool, reason: &str| cells.bad(self.named(fits), reason, "");
        let at = said.at.ok_or_else(|| missing(|m| *m == Meaning::Time, "there is no day"))?;
        let stage = said.stage.ok_or_else(|| missing(|m| *m == Meaning::Stage, "there is no stage"))?;
        if said.counts.is_empty() {
            return Err(missing(|m| matches!(m, Meaning::Count { .. }), "there is no count"));
        }
        let day = self.zone.day(at);
        let one = |(column, fixed, count): (String, Option<String>, u64)| NewExposure {
            day,
            stage: stage.clone(),
            measure: fixed.or_else(|| said.measure.clone()).unwrap_or(column),
            place: said.place.clone(),
            count,
        };
        Ok(Entry::Exposures { cells: said.counts.into_iter().map(one).collect() })
    }

    fn event(&self, cells: &Cells<'_>, said: Said) -> Result<Entry, BadRow> {
        let missing = |wanted: &Meaning, reason: &str| cells.bad(self.named(|m| m == wanted), reason, "");
        Ok(Entry::Event(NewEvent {
            key: said.key.ok_or_else(|| missing(&Meaning::Key, "the identifier is empty: the event could not be told apart"))?,
            kind: said.kind.ok_or_else(|| missing(&Meaning::EventKind, "there is no kind of event"))?,
            at: said.at.ok_or_else(|| missing(&Meaning::Time, "there is no time: when did it happen?"))?,
            author: said.author,
            stage: said.stage,
            touchpoint: said.touchpoint,
            details: said.attributes,
        }))
    }
}

fn identity(said: &mut Said, cells: &mut Cells<'_>, column: &str, value: &str, kind: IdentityKind) {
    for handle in value.lines() {
        match Identity::new(kind, handle) {
            Some(identity) => said.author.identities.push(identity),
            None => cells.remark(column, format!("is no {}: left out", kind.label().to_lowercase()), handle),
        }
    }
}
