//! Listening posts: how feedback comes in.
//!
//! Files, bottom-up: [`encoding`] (bytes to UTF-8), [`date`], [`number`], [`words`], [`html`] · [`rewind`], [`archive`], [`xml`], [`workbook`], [`packed`]
//! (what files are packed in) · [`record`], [`csv`], [`document`], [`shaping`], [`jsonl`] · [`gather`], [`shape`] (the layout), [`gathered`] (several rows
//! that are one), [`records`], [`cursor`] · [`preset`], [`presets`], [`registry`] (layouts known by their columns) · [`header`], [`detect`] (which layout a file has) ·
//! [`survey`] (what stands in the columns), [`guess`] (what columns mean), [`recall`] (what they meant last time) · [`at`], [`row`] (a record becomes a
//! feedback) · [`file`] (the way in).
//!
//! Mail: [`unquoted`] (words without what is quoted), [`vouched`] (what our own server says of the sender) · [`mail`] (what a mail says) · [`imap`] (a mailbox).

pub mod archive;
pub mod at;
pub mod csv;
pub mod cursor;
pub mod date;
pub mod detect;
pub mod document;
pub mod encoding;
pub mod file;
pub mod gather;
pub mod gathered;
pub mod guess;
pub mod header;
pub mod html;
pub mod imap;
pub mod jsonl;
pub mod mail;
pub mod number;
pub mod packed;
pub mod preset;
pub mod presets;
pub mod recall;
pub mod record;
pub mod records;
pub mod registry;
pub mod rewind;
pub mod row;
pub mod shape;
pub mod shaping;
pub mod survey;
pub mod unquoted;
pub mod vouched;
pub mod words;
pub mod workbook;
pub mod xml;
