//! A record becomes a feedback.
//!
//! **A row is refused** (nothing of it is taken, and it is reported) when it is no record (see [`crate::posts::csv`]), has no time or
//! one that cannot be, has an empty key where a column is the key, is left out by its preset, holds neither words nor ratings nor
//! attributes, or breaks a rule of [`NewFeedback::check`] (a text above 1 MiB, a key above 200 bytes).
//!
//! **A row is taken with a remark** (its words are worth more than the value that is wrong) when a rating is no number or lies
//! outside its scale, an e-mail address has no “@”, a link does not begin with http, a name or attribute is longer than 200
//! characters: that value alone is left out, and reported.

use heard_domain::account::{Identity, IdentityKind};
use heard_domain::feedback::{NewFeedback, NewRating};
use heard_domain::hex::hex;
use heard_domain::import::{BadRow, Mapping, Meaning};
use heard_domain::time::{Time, Zone};
use sha2::{Digest, Sha256};

use crate::error::Unreadable;
use crate::export::guard::bare;
use crate::export::name::from_cell;
use crate::posts::at::At;
use crate::posts::date;
use crate::posts::number;
use crate::posts::preset::{Keyed, Preset, When};
use crate::posts::presets::native::NATIVE;
use crate::posts::record::{Record, sample};
use crate::posts::words::normal;

/// The longest name or value of an attribute, in characters.
const LONGEST_VALUE: usize = 200;

/// A key made of several values is hashed where it is longer, in bytes.
const LONGEST_KEY: usize = 150;

/// What no person enters as an answer.
const NOTHING: &[&str] = &["n/a", "na", "-", "--", "null", "none", "nan", "offered", "unoffered", "#n/a"];

/// How records become feedback.
pub struct Plan {
    /// Place, name and meaning of every column that is taken, in the order of the mapping.
    columns: Vec<(usize, String, Meaning)>,
    /// Place, name, test and reason; a column that is not there has no place.
    left_out: Vec<(Option<usize>, &'static str, When, &'static str)>,
    keyed_by: Keyed,
    /// Place of the columns of [`Keyed::From`].
    key_parts: Vec<usize>,
    mapping: Mapping,
    zone: Zone,
    /// What stands before the row's number where no column is the key.
    file: String,
    otherwise: Time,
    keyed: bool,
    timed: bool,
    /// Whether apostrophes in front of formulas are ours and go away.
    guarded: bool,
}

impl Plan {
    /// Finds the columns of the mapping among those of the file.
    pub fn new(
        mapping: &Mapping,
        file_columns: &[String],
        preset: Option<&Preset>,
        file: &str,
        zone: &Zone,
        otherwise: Time,
    ) -> Result<Self, Unreadable> {
        let place = |name: &str| file_columns.iter().position(|column| column == name);
        let place = |name: &str| place(name).or_else(|| file_columns.iter().position(|column| normal(column) == normal(name)));
        let used: Vec<_> = mapping.columns.iter().filter(|(_, meaning)| *meaning != Meaning::Skip).collect();
        let missing: Vec<String> = used.iter().filter(|(name, _)| place(name).is_none()).map(|(name, _)| name.clone()).collect();
        if !missing.is_empty() {
            return Err(Unreadable::Misfit(missing));
        }
        let mut columns: Vec<_> =
            used.into_iter().filter_map(|(name, meaning)| Some((place(name)?, name.clone(), meaning.clone()))).collect();
        // First names stand before last names, wherever their columns stand.
        let late = |name: &str| normal(name).contains("lastname") || normal(name).contains("surname");
        // What a layout knows stands in its order, whatever the order of the file: titles above texts, the better time first.
        let known = |name: &str| preset.and_then(|preset| preset.place(name)).unwrap_or(usize::MAX);
        columns.sort_by_key(|(_, name, meaning)| (*meaning == Meaning::Author && late(name), known(name)));
        let zone = match &mapping.zone {
            Some(name) => name.parse().map_err(|e| Unreadable::Mapping(format!("{e}")))?,
            None => zone.clone(),
        };
        let left_out = preset.map_or(&[][..], |preset| preset.left_out);
        let left_out = left_out.iter().map(|(column, when, reason)| (place(column), *column, *when, *reason));
        let keyed_by = preset.map_or(Keyed::ByRow, |preset| preset.keyed);
        let key_parts = if let Keyed::From(parts) = keyed_by { parts } else { &[] };
        let has = |wanted: &Meaning| columns.iter().any(|(_, _, meaning)| meaning == wanted);
        Ok(Self {
            keyed: has(&Meaning::Key),
            timed: has(&Meaning::Time),
            guarded: mapping.preset == NATIVE,
            left_out: left_out.collect(),
            key_parts: key_parts.iter().filter_map(|name| place(name)).collect(),
            keyed_by,
            mapping: mapping.clone(),
            file: file.chars().take(40).collect(),
            columns,
            zone,
            otherwise,
        })
    }

    /// The feedback in a record, with what could not be taken of it.
    pub fn build(&self, record: &Record) -> Result<(NewFeedback, Vec<BadRow>), BadRow> {
        let report = |column: &str, reason: String, cell: &str| BadRow {
            row: record.row,
            line: record.line,
            column: column.to_owned(),
            reason,
            sample: sample(cell.as_bytes()),
        };
        for (place, name, when, reason) in &self.left_out {
            let cell = place.map(|place| record.cell(place)).unwrap_or_default();
            if when.holds(cell) {
                return Err(report(name, (*reason).to_owned(), cell));
            }
        }
        let mut feedback = NewFeedback {
            key: String::new(),
            at: self.otherwise,
            text: String::new(),
            author: heard_domain::feedback::NewAuthor::default(),
            touchpoint: None,
            ratings: Vec::new(),
            attributes: Vec::new(),
            link: None,
        };
        let mut remarks = Vec::new();
        let mut at: Option<Time> = None;
        for (place, name, meaning) in &self.columns {
            let given = record.cell(*place);
            let cell = if self.guarded { bare(given) } else { given.into() };
            // What Heard wrote itself is taken to the letter: it was trimmed and measured when it first came in.
            let value = if self.guarded { &*cell } else { cell.trim() };
            if value.is_empty() {
                continue;
            }
            let mut remark = |reason: String| remarks.push(report(name, reason, value));
            let short = |remark: &mut dyn FnMut(String)| {
                if self.guarded {
                    return Some(value.to_owned());
                }
                let value = one_line(value);
                let length = value.chars().count();
                if length > LONGEST_VALUE {
                    remark(format!("has {length} characters; at most {LONGEST_VALUE} are taken, so it is left out"));
                }
                (length <= LONGEST_VALUE).then_some(value)
            };
            let mut identity = |kind: IdentityKind, remark: &mut dyn FnMut(String)| {
                for handle in value.lines() {
                    let handle = if self.guarded { from_cell(handle) } else { handle.into() };
                    match Identity::new(kind, &handle) {
                        Some(identity) if feedback.author.identities.contains(&identity) => {}
                        Some(identity) => feedback.author.identities.push(identity),
                        None => remark(format!("is no {}: left out", kind.label().to_lowercase())),
                    }
                }
            };
            match meaning {
                Meaning::Text => {
                    if !feedback.text.is_empty() {
                        feedback.text.push_str("\n\n");
                    }
                    feedback.text.push_str(&cell);
                }
                Meaning::Time if at.is_none() => {
                    let time = date::parse(value, self.mapping.dates, &self.zone);
                    at = Some(time.map_err(|e| report(name, format!("the time {e}"), value))?);
                }
                Meaning::Key if feedback.key.is_empty() => value.clone_into(&mut feedback.key),
                // Those from `Worth` on belong to operational data: feedback has no such fields.
                Meaning::Skip
                | Meaning::Time
                | Meaning::Key
                | Meaning::Post
                | Meaning::Channel
                | Meaning::Worth { .. }
                | Meaning::Currency
                | Meaning::Renewal
                | Meaning::KeyAccount
                | Meaning::Stage
                | Meaning::Measure
                | Meaning::Place
                | Meaning::Count { .. }
                | Meaning::EventKind => {}
                Meaning::Author => {
                    if let Some(own) = short(&mut remark) {
                        feedback.author.name = Some(match feedback.author.name.take() {
                            Some(before) => format!("{before} {own}"),
                            None => own,
                        });
                    }
                }
                Meaning::Email if !value.contains('@') && !self.guarded => remark("is no e-mail address: left out".to_owned()),
                Meaning::Email => identity(IdentityKind::Email, &mut remark),
                Meaning::Handle => identity(IdentityKind::Social, &mut remark),
                Meaning::Phone => identity(IdentityKind::Phone, &mut remark),
                Meaning::Loyalty => identity(IdentityKind::Loyalty, &mut remark),
                Meaning::PersonKey => identity(IdentityKind::External, &mut remark),
                Meaning::Role => feedback.author.role = short(&mut remark),
                Meaning::Account => feedback.author.account = short(&mut remark),
                Meaning::Touchpoint => feedback.touchpoint = short(&mut remark),
                Meaning::Link if !(value.starts_with("http://") || value.starts_with("https://")) => {
                    remark("does not begin with http:// or https://: left out".to_owned());
                }
                Meaning::Link => feedback.link = Some(value.to_owned()),
                Meaning::Rating { scale, formula, min, max } => match number::parse(value, *max) {
                    _ if NOTHING.contains(&value.to_ascii_lowercase().as_str()) => {}
                    None => remark("is no number: the rating is left out".to_owned()),
                    Some(number) if number < *min || number > *max => {
                        remark(format!("lies outside {min} to {max}: the rating is left out"));
                    }
                    Some(value) => {
                        let scale = scale.clone();
                        feedback.ratings.push(NewRating { scale, formula: *formula, value, min: Some(*min), max: Some(*max) });
                    }
                },
                Meaning::Attribute { name: attribute } => {
                    if let Some(value) = short(&mut remark) {
                        feedback.attributes.push((attribute.clone(), value));
                    }
                }
            }
        }
        let of = |wanted: &Meaning| {
            let column = self.columns.iter().find(|(_, _, meaning)| meaning == wanted);
            column.map(|(_, name, _)| name.clone()).unwrap_or_default()
        };
        match at {
            Some(at) => feedback.at = at,
            None if self.timed => {
                return Err(report(&of(&Meaning::Time), "there is no time: when was it said?".to_owned(), ""));
            }
            None => {}
        }
        if feedback.key.is_empty() {
            feedback.key = self.made_key(record);
        }
        if feedback.key.is_empty() && !self.keyed {
            feedback.key = format!("{}:{}", self.file, record.row);
        } else if feedback.key.is_empty() {
            let reason = "the key is empty: the row could not be told apart when it comes again".to_owned();
            return Err(report(&of(&Meaning::Key), reason, ""));
        }
        // On social networks a handle is what people call themselves.
        if feedback.author.name.is_none() && !self.guarded {
            let handle = feedback.author.identities.iter().find(|identity| identity.kind == IdentityKind::Social);
            feedback.author.name = handle.map(|identity| identity.handle.clone());
        }
        if let Err(bad) = feedback.check() {
            let column = match bad.field.as_str() {
                "key" => of(&Meaning::Key),
                "text" => of(&Meaning::Text),
                "link" => of(&Meaning::Link),
                other => other.to_owned(),
            };
            let shown = if bad.field == "key" { &feedback.key } else { &feedback.text };
            return Err(report(&column, bad.reason, shown));
        }
        Ok((feedback, remarks))
    }
}

impl Plan {
    /// Whether rows may name the listening post where they were heard.
    pub fn names_posts(&self) -> bool {
        self.columns.iter().any(|(_, _, meaning)| *meaning == Meaning::Post)
    }

    /// The listening post that a row names.
    pub fn post(&self, record: &Record) -> Option<At> {
        let cell = |wanted: &Meaning| {
            let (place, ..) = self.columns.iter().find(|(_, _, meaning)| meaning == wanted)?;
            let cell = record.cell(*place);
            let cell = if self.guarded { bare(cell) } else { cell.into() };
            Some(cell.trim().to_owned()).filter(|cell| !cell.is_empty())
        };
        let name = cell(&Meaning::Post)?;
        Some(At { name, channel: cell(&Meaning::Channel).and_then(|code| code.parse().ok()) })
    }

    /// The key of a row whose layout says how to make one; empty if it does not, or there is nothing to make it of.
    fn made_key(&self, record: &Record) -> String {
        let places: Vec<usize> = match self.keyed_by {
            Keyed::ByRow => return String::new(),
            Keyed::From(_) => self.key_parts.clone(),
            Keyed::ByContent => {
                let mut columns: Vec<_> = self.columns.iter().collect();
                columns.sort_by(|one, other| one.1.cmp(&other.1));
                columns.into_iter().map(|(place, ..)| *place).collect()
            }
        };
        let parts: Vec<&str> = places.iter().map(|place| record.cell(*place).trim()).collect();
        if parts.iter().all(|part| part.is_empty()) {
            return String::new();
        }
        let joined = parts.join("\u{1f}");
        let plain = matches!(self.keyed_by, Keyed::From(_)) && joined.len() <= LONGEST_KEY;
        if plain { joined.replace('\u{1f}', ":") } else { hex(&Sha256::digest(joined)) }
    }
}

/// Names and values of attributes stand on one line.
fn one_line(value: &str) -> String {
    if value.contains(|c: char| c.is_control()) {
        value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    } else {
        value.to_owned()
    }
}
