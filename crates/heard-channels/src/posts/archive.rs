//! Zip archives: one member is read, never unpacked to disk, and never further than the caps below, which hold for the bytes
//! that really come out, whatever the archive says of itself.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::error::Unreadable;
use crate::posts::rewind::{from_start, skip};

/// The most members an archive may have.
pub const MOST_MEMBERS: usize = 10_000;

/// The most bytes that are read out of a member.
pub const MOST_BYTES: u64 = 2 << 30;

/// The most bytes that may come out of one, once more than [`FREE`] have come.
pub const MOST_RATIO: u64 = 100;

/// So many bytes may come out however small the member is.
pub const FREE: u64 = 1 << 20;

/// Where a member lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its name, as the archive has it.
    pub name: String,
    /// Where its bytes begin.
    start: u64,
    /// How many there are.
    pub bytes: u64,
    /// Whether they are compressed.
    deflated: bool,
}

/// What goes beyond a cap.
pub fn capped(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what.to_owned())
}

/// A part of a source.
struct Section<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for Section<R> {
    fn read(&mut self, room: &mut [u8]) -> Result<usize> {
        let wanted = (room.len() as u64).min(self.left) as usize;
        let read = self.source.read(room.get_mut(..wanted).unwrap_or_default())?;
        self.left -= read as u64;
        Ok(read)
    }
}

enum Bytes<R> {
    Stored(Section<R>),
    Deflated(DeflateDecoder<Section<R>>),
}

/// The bytes of a member, from the beginning as often as needed.
pub struct Member<R> {
    place: Place,
    bytes: Option<Bytes<R>>,
    out: u64,
}

impl<R: Read + Seek> Member<R> {
    /// From its beginning.
    pub fn new(source: R, place: Place) -> Result<Self> {
        let mut member = Self { place, bytes: None, out: 0 };
        member.begin(source)?;
        Ok(member)
    }

    fn begin(&mut self, mut source: R) -> Result<()> {
        source.seek(SeekFrom::Start(self.place.start))?;
        let section = Section { source, left: self.place.bytes };
        self.bytes =
            Some(if self.place.deflated { Bytes::Deflated(DeflateDecoder::new(section)) } else { Bytes::Stored(section) });
        self.out = 0;
        Ok(())
    }
}

impl<R: Read> Read for Member<R> {
    fn read(&mut self, room: &mut [u8]) -> Result<usize> {
        let read = match &mut self.bytes {
            Some(Bytes::Stored(section)) => section.read(room)?,
            Some(Bytes::Deflated(decoder)) => decoder.read(room)?,
            None => 0,
        };
        self.out += read as u64;
        if self.out > MOST_BYTES {
            return Err(capped("more than 2 GiB come out of the archive: unpack it and hand over the file itself"));
        }
        if self.out > FREE && self.out > self.place.bytes.saturating_mul(MOST_RATIO) {
            return Err(capped("more than a hundred bytes come out of each byte of the archive: it is not read any further"));
        }
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Member<R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let at = from_start(to)?;
        let source = match self.bytes.take() {
            Some(Bytes::Stored(section)) => section.source,
            Some(Bytes::Deflated(decoder)) => decoder.into_inner().source,
            None => return Err(Error::new(ErrorKind::Unsupported, "the archive is closed")),
        };
        self.begin(source)?;
        skip(self, at)
    }
}

/// Why an archive cannot be read.
pub fn damaged(error: &zip::result::ZipError) -> Unreadable {
    Unreadable::Damaged(format!("the archive is damaged or of a kind that is not read: {error}"))
}

/// The members of an archive, as far as they can be read.
pub fn members(source: &mut (impl Read + Seek)) -> std::result::Result<Vec<Place>, Unreadable> {
    let mut archive = ZipArchive::new(source).map_err(|e| damaged(&e))?;
    if archive.len() > MOST_MEMBERS {
        let reason = format!("the archive has {} files; at most {MOST_MEMBERS} are looked at", archive.len());
        return Err(Unreadable::Damaged(reason));
    }
    let mut places = Vec::new();
    for index in 0..archive.len() {
        // A member that cannot even be found is no candidate; whether others are enough is seen below.
        let Ok(member) = archive.by_index_raw(index) else { continue };
        let deflated = match member.compression() {
            CompressionMethod::Deflated => true,
            CompressionMethod::Stored => false,
            _ => continue,
        };
        let name = String::from_utf8_lossy(member.name_raw()).into_owned();
        if member.encrypted() || name.ends_with('/') {
            continue;
        }
        if let Some(start) = member.data_start() {
            places.push(Place { name, start, bytes: member.compressed_size(), deflated });
        }
    }
    Ok(places)
}
