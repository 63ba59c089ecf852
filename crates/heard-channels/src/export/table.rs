//! CSV for spreadsheets: UTF-8 with a mark, CRLF, every cell guarded against being run.

use std::io::{self, Write};

use heard_domain::account::IdentityKind::{Email, External, Loyalty, Phone, Social};
use heard_domain::channel::Channel;
use heard_domain::feedback::NewFeedback;
use heard_domain::score::Scale;

use crate::export::guard::guarded;
use crate::export::name::{handle, in_header};

/// What stands before the names of columns that Heard has found out itself: they do not come back in.
pub const FOUND: &str = "heard:";

const FIXED: &[&str] =
    &["key", "at", "text", "author", "role", "account", "email", "handle", "phone", "loyalty", "external", "touchpoint", "link"];

/// A table of feedback on its way out.
pub struct Table<W> {
    out: W,
    scales: Vec<Scale>,
    attributes: Vec<String>,
    found: usize,
    row: String,
    posts: bool,
    raw: bool,
}

/// What a table holds beside the feedback itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layout {
    /// The columns `post` and `channel` stand first.
    pub posts: bool,
    /// Cells are not guarded against being run: for programs only, never for a spreadsheet.
    pub raw: bool,
}

impl<W: Write> Table<W> {
    /// Writes the header: the fixed columns, one for every scale, every attribute and everything found out by Heard ("stage").
    pub fn new(out: W, scales: Vec<Scale>, attributes: Vec<String>, found: &[&str]) -> io::Result<Self> {
        Self::laid_out(Layout::default(), out, scales, attributes, found)
    }

    /// The same in another layout.
    pub fn laid_out(layout: Layout, mut out: W, scales: Vec<Scale>, attributes: Vec<String>, found: &[&str]) -> io::Result<Self> {
        out.write_all(b"\xEF\xBB\xBF")?;
        let Layout { posts, raw } = layout;
        let (found_count, row) = (found.len(), String::new());
        let mut table = Self { out, scales: Vec::new(), attributes: Vec::new(), found: found_count, row, posts, raw };
        if posts {
            table.cell("post");
            table.cell("channel");
        }
        for name in FIXED {
            table.cell(name);
        }
        for Scale { name, formula, min, max, .. } in &scales {
            table.cell(&format!("rating:{}:{min}:{max}:{}", formula.code(), in_header(name)));
        }
        for name in &attributes {
            table.cell(&format!("attribute:{}", in_header(name)));
        }
        for name in found {
            table.cell(&format!("{FOUND}{name}"));
        }
        (table.scales, table.attributes) = (scales, attributes);
        table.end()?;
        Ok(table)
    }

    /// Writes one feedback and what Heard has found out about it, in the order of the header.
    pub fn write(&mut self, feedback: &NewFeedback, found: &[&str]) -> io::Result<()> {
        self.write_at("", Channel::Api, feedback, found)
    }

    /// The same with the name and channel of its post, where the table has columns for them.
    pub fn write_at(&mut self, post: &str, channel: Channel, feedback: &NewFeedback, found: &[&str]) -> io::Result<()> {
        if self.posts {
            self.cell(post);
            self.cell(channel.code());
        }
        let optional = |value: &Option<String>| value.clone().unwrap_or_default();
        let author = &feedback.author;
        self.cell(&feedback.key);
        self.cell(&feedback.at.to_string());
        self.cell(&feedback.text);
        for value in [&author.name, &author.role, &author.account] {
            self.cell(&optional(value));
        }
        for kind in [Email, Social, Phone, Loyalty, External] {
            let own = author.identities.iter().filter(|identity| identity.kind == kind);
            self.cell(&own.map(|identity| handle(&identity.handle)).collect::<Vec<_>>().join("\n"));
        }
        self.cell(&optional(&feedback.touchpoint));
        self.cell(&optional(&feedback.link));
        for place in 0..self.scales.len() {
            let rating = self.scales.get(place).and_then(|scale| {
                feedback.ratings.iter().find(|rating| rating.scale == scale.name && rating.formula == scale.formula)
            });
            self.cell(&rating.map(|rating| rating.value.to_string()).unwrap_or_default());
        }
        for place in 0..self.attributes.len() {
            let name = self.attributes.get(place);
            let value = feedback.attributes.iter().find(|(own, _)| Some(own) == name);
            self.cell(&value.map(|(_, value)| value.clone()).unwrap_or_default());
        }
        for place in 0..self.found {
            self.cell(found.get(place).copied().unwrap_or_default());
        }
        self.end()
    }

    /// Gives the output back.
    pub fn done(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    /// What was written since the last time, with an empty place for what follows.
    pub fn take(&mut self) -> W
    where
        W: Default,
    {
        std::mem::take(&mut self.out)
    }

    fn cell(&mut self, value: &str) {
        let value = if self.raw { value.into() } else { guarded(value) };
        // Quoted too where another delimiter or a space at an end could mislead who reads it.
        let quoted = value.contains([',', ';', '\t', '|', '"', '\n', '\r', '\'']) || value.trim().len() != value.len();
        if quoted {
            self.row.push('"');
            self.row.push_str(&value.replace('"', "\"\""));
            self.row.push('"');
        } else {
            self.row.push_str(&value);
        }
        self.row.push(',');
    }

    fn end(&mut self) -> io::Result<()> {
        self.row.pop();
        self.row.push_str("\r\n");
        self.out.write_all(self.row.as_bytes())?;
        self.row.clear();
        Ok(())
    }
}
