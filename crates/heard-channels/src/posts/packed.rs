//! What a file is packed in: nothing, a zip archive of which one member is read, or a workbook of which one sheet is read. All
//! come out as a source of plain bytes, from the beginning as often as needed, in little memory.

use std::io::{Read, Result, Seek, SeekFrom};

use crate::error::Unreadable;
use crate::posts::archive::{Member, Place};
use crate::posts::workbook::Sheet;

/// What is read of a packed file.
#[derive(Debug, Clone, PartialEq)]
pub enum Packed {
    /// A member of a zip archive.
    Member(Place),
    /// A sheet of a workbook, by its name.
    Sheet(String),
}

/// The plain bytes of a file, whatever it is packed in.
pub enum Plain<R: Read + Seek> {
    /// It is not packed.
    File(R),
    /// A member of an archive.
    Member(Box<Member<R>>),
    /// The rows of a sheet as separated values.
    Sheet(Box<Sheet<R>>),
}

impl<R: Read + Seek> Plain<R> {
    /// Opens a file as its shape says.
    pub fn open(source: R, packed: Option<&Packed>) -> std::result::Result<Self, Unreadable> {
        Ok(match packed {
            None => Self::File(source),
            Some(Packed::Member(place)) => Self::Member(Box::new(Member::new(source, place.clone())?)),
            Some(Packed::Sheet(name)) => Self::Sheet(Box::new(Sheet::new(source, name)?)),
        })
    }
}

impl<R: Read + Seek> Read for Plain<R> {
    fn read(&mut self, room: &mut [u8]) -> Result<usize> {
        match self {
            Self::File(source) => source.read(room),
            Self::Member(member) => member.read(room),
            Self::Sheet(sheet) => sheet.read(room),
        }
    }
}

impl<R: Read + Seek> Seek for Plain<R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        match self {
            Self::File(source) => source.seek(to),
            Self::Member(member) => member.seek(to),
            Self::Sheet(sheet) => sheet.seek(to),
        }
    }
}
