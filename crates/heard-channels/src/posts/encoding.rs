//! Bytes to UTF-8: which encoding a file is in, and a stream that decodes it without holding more than a block.
//!
//! A byte that does not belong to the encoding is never replaced: it comes out as `0xFF`, which UTF-8 never holds, so
//! that the row it stands in is reported instead of being altered.

use std::io::{Read, Seek, SeekFrom};

use chardetng::EncodingDetector;
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::Unreadable;

const BLOCK: usize = 64 * 1024;
/// So many blocks, from the first foreign letter on, are judged by the frequency of their bytes.
const JUDGED: usize = 32;

/// Decoded bytes are made room for in pieces: where every letter is malformed, each costs the making of a piece.
const ROOM: usize = 4096;

/// What stands for a byte that cannot be decoded.
pub const UNDECODABLE: u8 = 0xFF;

/// How the bytes of a file become letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Letters {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Bytes of the mark at the beginning that are no letters.
    pub mark: usize,
}

/// Finds the encoding from all bytes of a file: a mark at the beginning decides; zero bytes at every second place mean
/// UTF-16; otherwise it is UTF-8 if more letters than not fit, and else what the frequency of bytes speaks for.
pub fn detect(source: &mut (impl Read + Seek)) -> Result<Letters, Unreadable> {
    source.seek(SeekFrom::Start(0))?;
    let mut block = vec![0; BLOCK];
    let mut filled = fill(source, &mut block, 0)?;
    let head = block.get(..filled).unwrap_or_default();
    if head.is_empty() {
        return Err(Unreadable::Empty);
    }
    refuse_other_files(head)?;
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return Ok(Letters { encoding, mark });
    }
    if let Some(encoding) = utf16_without_mark(head) {
        return Ok(Letters { encoding, mark: 0 });
    }
    let (mut fitting, mut misfit, mut plain) = (0_u64, 0_u64, 0_u64);
    loop {
        let last = filled < block.len();
        let bytes = block.get(..filled).unwrap_or_default();
        if fitting + misfit == 0 && bytes.is_ascii() {
            plain += bytes.len() as u64;
        }
        let kept = if last { 0 } else { unfinished(bytes) };
        for chunk in bytes.get(..filled - kept).unwrap_or_default().utf8_chunks() {
            fitting += chunk.valid().bytes().filter(|b| *b >= 0xC0).count() as u64;
            misfit += u64::from(!chunk.invalid().is_empty());
        }
        if last {
            break;
        }
        block.copy_within(filled - kept..filled, 0);
        filled = fill(source, &mut block, kept)?;
    }
    if misfit == 0 || fitting > misfit {
        return Ok(Letters { encoding: UTF_8, mark: 0 });
    }
    // Before the first foreign letter all is plain, so a block that holds one never begins within a letter.
    source.seek(SeekFrom::Start(plain))?;
    let mut detector = EncodingDetector::new();
    for _ in 0..JUDGED {
        let filled = fill(source, &mut block, 0)?;
        let last = filled < block.len();
        detector.feed(block.get(..filled).unwrap_or_default(), last);
        if last {
            break;
        }
    }
    Ok(Letters { encoding: detector.guess(None, false), mark: 0 })
}

/// Reads until `block` is full or the source ends; returns how much of it is filled.
fn fill(source: &mut impl Read, block: &mut [u8], mut filled: usize) -> Result<usize, Unreadable> {
    while let Some(room) = block.get_mut(filled..).filter(|room| !room.is_empty()) {
        match source.read(room) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(filled)
}

/// How many bytes at the end may be the beginning of a letter that goes on in the next block.
fn unfinished(bytes: &[u8]) -> usize {
    let tail = bytes.iter().rev().take(3).position(|b| *b >= 0xC0);
    tail.map_or(0, |back| back + 1)
}

fn refuse_other_files(head: &[u8]) -> Result<(), Unreadable> {
    const KNOWN: &[(&[u8], &str, &str)] = &[
        (b"PK\x03\x04", "an archive within an archive", "unpack it and hand over the file with the rows"),
        (b"\xD0\xCF\x11\xE0", "an old workbook (xls)", "save the sheet as “CSV UTF-8”"),
        (b"%PDF", "a PDF", "export the data as CSV"),
        (b"\x1F\x8B", "a compressed file (gzip)", "unpack it first"),
        (b"SQLite format 3", "a database", "export the table as CSV"),
        (b"PAR1", "a Parquet file", "export it as CSV or JSONL"),
        (b"\x89PNG", "a picture", "export the data as CSV"),
    ];
    match KNOWN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        Some((_, what, advice)) => Err(Unreadable::NotText { what: (*what).into(), advice }),
        None => Ok(()),
    }
}

/// Text of mostly western letters in UTF-16 has a zero in nearly every pair of bytes, always on the same side.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = head.get(..head.len().min(4096)).unwrap_or_default().as_chunks::<2>();
    let high = pairs.iter().filter(|[first, _]| *first == 0).count();
    let low = pairs.iter().filter(|[_, second]| *second == 0).count();
    match pairs.len() {
        n if n >= 4 && low * 10 > n * 4 && high * 20 < n => Some(UTF_16LE),
        n if n >= 4 && high * 10 > n * 4 && low * 20 < n => Some(UTF_16BE),
        _ => None,
    }
}

/// A source as UTF-8.
pub struct Utf8<R> {
    source: R,
    decoder: Option<encoding_rs::Decoder>,
    block: Vec<u8>,
    taken: u64,
    ended: bool,
}

impl<R: Read + Seek> Utf8<R> {
    /// Begins behind the mark.
    pub fn new(mut source: R, letters: Letters) -> Result<Self, Unreadable> {
        source.seek(SeekFrom::Start(letters.mark as u64))?;
        let decoder = (letters.encoding != UTF_8).then(|| letters.encoding.new_decoder_without_bom_handling());
        Ok(Self { source, decoder, block: vec![0; BLOCK], taken: letters.mark as u64, ended: false })
    }

    /// Bytes of the source that were read so far.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Appends the next block; `false` at the end.
    pub fn more(&mut self, out: &mut Vec<u8>) -> Result<bool, Unreadable> {
        if self.ended {
            return Ok(false);
        }
        let filled = fill(&mut self.source, &mut self.block, 0)?;
        self.taken += filled as u64;
        self.ended = filled < self.block.len();
        let mut raw = self.block.get(..filled).unwrap_or_default();
        let Some(decoder) = &mut self.decoder else {
            out.extend_from_slice(raw);
            return Ok(filled > 0);
        };
        loop {
            let start = out.len();
            let room = decoder.max_utf8_buffer_length_without_replacement(raw.len()).unwrap_or(ROOM);
            out.resize(start + room.clamp(16, ROOM), 0);
            let free = out.get_mut(start..).unwrap_or_default();
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(raw, free, self.ended);
            out.truncate(start + written);
            raw = raw.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return Ok(true),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => out.push(UNDECODABLE),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn read(bytes: &[u8]) -> (String, Vec<u8>) {
        let mut source = Cursor::new(bytes.to_vec());
        let letters = detect(&mut source).unwrap();
        let mut utf8 = Utf8::new(source, letters).unwrap();
        let mut out = Vec::new();
        while utf8.more(&mut out).unwrap() {}
        (letters.encoding.name().to_owned(), out)
    }

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn every_encoding_comes_out_as_the_same_words() {
        let text =
            "id;Kommentar\r\n1;Größe paßt nicht, Lieferung über München dauerte ewig – schade für 20 €\r\n2;Äußerst höflich\r\n";
        let western = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        let cases = [
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
            ("UTF-16LE", utf16(text, false, true)),
            ("UTF-16BE", utf16(text, true, true)),
            ("UTF-16LE", utf16(text, false, false)),
            ("UTF-16BE", utf16(text, true, false)),
            ("windows-1252", western),
        ];
        for (name, bytes) in cases {
            assert_eq!(read(&bytes), (name.to_owned(), text.as_bytes().to_vec()), "{name}");
        }
        let russian = "номер,отзыв\n1,Очень вежливый экипаж и вкусный обед\n2,Багаж потеряли и не извинились\n";
        let bytes = encoding_rs::WINDOWS_1251.encode(russian).0.into_owned();
        assert_eq!(read(&bytes), ("windows-1251".to_owned(), russian.as_bytes().to_vec()));
    }

    #[test]
    fn a_stray_byte_in_utf8_is_kept_apart_not_replaced() {
        let (name, out) = read(b"text\nna\xC3\xAFve caf\xC3\xA9\nbro\xFFken\n");
        assert_eq!(name, "UTF-8");
        assert!(out.contains(&UNDECODABLE));
        let (_, out) = read(&[utf16("text\nfine, fine\n", false, true), vec![0x00, 0xD8, b'a', 0]].concat());
        assert!(out.contains(&UNDECODABLE), "half a surrogate");
    }

    #[test]
    fn letters_across_blocks_stay_whole() {
        let text = format!("a{}", "€".repeat(BLOCK));
        let (name, out) = read(text.as_bytes());
        assert_eq!((name.as_str(), out.len()), ("UTF-8", text.len()));
        let (name, out) = read(&utf16(&"x😀".repeat(BLOCK), false, true));
        assert_eq!(name, "UTF-16LE");
        assert_eq!(out, "x😀".repeat(BLOCK).into_bytes());
    }

    #[test]
    fn nothing_but_malformed_letters_takes_no_longer_than_letters() {
        let halves = [b"\xFF\xFE".as_slice(), &b"\x00\xD8a\x00".repeat(1 << 20)].concat();
        let start = std::time::Instant::now();
        let (name, out) = read(&halves);
        assert_eq!((name.as_str(), out.len()), ("UTF-16LE", 2 << 20));
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    }

    #[test]
    fn other_files_are_named_with_what_to_do() {
        let refused = detect(&mut Cursor::new(b"\xD0\xCF\x11\xE0....".to_vec())).unwrap_err().to_string();
        assert!(refused.contains("CSV UTF-8"), "{refused}");
        assert!(matches!(detect(&mut Cursor::new(Vec::new())), Err(Unreadable::Empty)));
    }
}
