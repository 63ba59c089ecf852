//! Files as they should not be: a sound file of every known export, and everything that happens to files on their way. The same seed
//! is the same file. Shared by the tests of this crate and those that go through the whole flow.

#![allow(clippy::indexing_slicing, reason = "places are drawn within the bytes")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::zips::{parts, stored};

macro_rules! fixtures {
    ($($name:literal),* $(,)?) => {
        /// A sound file of every known export, and some of nobody in particular.
        const SOUND: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("../fixtures/", $name)))),*];
    };
}

fixtures![
    "native.csv",
    "native.jsonl",
    "qualtrics.csv",
    "trustpilot.csv",
    "answers.jsonl",
    "helpdesk-windows-1252.csv",
    "presets/qualtrics.tsv",
    "presets/surveymonkey.csv",
    "presets/typeform.csv",
    "presets/typeform-old.csv",
    "presets/google-forms.csv",
    "presets/google-forms-de.csv",
    "presets/google-forms-fr.csv",
    "presets/google-forms-ja.csv",
    "presets/delighted.json",
    "presets/zendesk.csv",
    "presets/zendesk-tickets.ndjson",
    "presets/zendesk-tickets.json",
    "presets/zendesk-comments.json",
    "presets/intercom.json",
    "presets/salesforce-api.csv",
    "presets/salesforce-report.csv",
    "presets/google-play.csv",
    "presets/app-store.json",
    "presets/app-store-single.json",
    "presets/app-store-api.json",
    "presets/trustpilot-lower.csv",
    "presets/x.js",
    "presets/reddit-comments.csv",
    "presets/reddit-posts.csv",
    "presets/bluesky.json",
    "presets/bluesky-search.json",
    "presets/mastodon.json",
    "presets/discourse.csv",
    "presets/discourse.zip",
    "presets/fider.csv",
    "presets/quackback.csv",
    "presets/formbricks-wide.csv",
    "presets/formbricks-long.csv",
    "presets/survey.xlsx",
];

/// What strays into files.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\"\"",
    b"\0",
    b"\n",
    b"\r",
    b"\r\n",
    b",",
    b";",
    b"\t",
    b"\xFF",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"\\u0000",
    b"&#0;",
    b"<script>",
    b"=cmd|' /C calc'!A0",
    b"99999999999",
    b"-1e999",
    b"\xE2\x80\xAE",
    b"\xF0\x9F\x98\xA1",
    b"Gr\xF6\xDFe",
    b"\x00G\x00r\x00\xF6",
];

/// A file that something has happened to: which it was, and its bytes.
pub fn malformed(seed: u64) -> (&'static str, Vec<u8>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |n: usize| rng.next_u32() as usize % n.max(1);
    let (name, sound) = SOUND[below(SOUND.len())];
    let packed = sound.starts_with(b"PK");
    // What is packed is damaged within as often as without: a workbook made anew with a sheet that something has happened to.
    if packed && below(2) == 0 {
        let mut part = if name.ends_with("xlsx") { SHEET.as_bytes().to_vec() } else { SOUND[below(SOUND.len() - 1)].1.to_vec() };
        (0..=below(3)).for_each(|_| strike(&mut part, &mut below));
        let bytes =
            if name.ends_with("xlsx") { workbook(&part) } else { stored(&[("notes.bin", b"\x01\x02"), ("rows.csv", &part)]) };
        return (name, bytes);
    }
    let mut bytes = sound.to_vec();
    (0..=below(7)).for_each(|_| strike(&mut bytes, &mut below));
    (name, bytes)
}

/// One thing that happens to a file.
fn strike(bytes: &mut Vec<u8>, below: &mut impl FnMut(usize) -> usize) {
    let (at, piece) = (below(bytes.len()), PIECES[below(PIECES.len())]);
    let end = (at + below(60)).min(bytes.len());
    match below(16) {
        0 | 1 => drop(bytes.splice(at..at, piece.iter().copied())),
        2 => drop(bytes.splice(at..at, piece.repeat(below(40)))),
        3 => drop(bytes.drain(at..end)),
        4 => bytes.truncate(at.max(bytes.len() / 3)),
        5 => {
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        // Bits flip on disks and wires.
        6 => (0..=below(6)).for_each(|_| {
            let place = below(bytes.len());
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1 << below(8);
            }
        }),
        // A cell of a size that nobody thought of.
        7 => {
            let size = match below(40) {
                0 => (4 << 20) + 9,
                1 => (1 << 20) + 7,
                2..6 => 1 << 18,
                6..20 => 1 << 15,
                _ => 1 << 10,
            };
            bytes.splice(at..at, std::iter::repeat_n(b'x', size));
        }
        // Nesting without an end.
        8 => {
            let depth = 1 << below(12);
            bytes.splice(at..at, [b"[".as_slice(), b"{\"a\":"][below(2)].repeat(depth));
        }
        // Two encodings in one file.
        9 => {
            let tail = String::from_utf8_lossy(&bytes[at..]).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
            bytes.splice(at.., tail);
        }
        10 => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            *bytes = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        }
        // Rows of another width, and columns that change places.
        11 => swap(bytes, b','),
        12 => swap(bytes, b'\n'),
        13 => swap(bytes, b'"'),
        14 => {
            let (from, to) = [(b',', b';'), (b'"', b'\''), (b'\n', b' '), (b':', b'='), (b'}', b' '), (b'-', b'/')][below(6)];
            bytes.iter_mut().skip(at).take(200).filter(|byte| **byte == from).for_each(|byte| *byte = to);
        }
        _ => bytes.extend_from_slice(PIECES[below(PIECES.len())]),
    }
}

/// What stands before the first sign and what stands between it and the next change places.
fn swap(bytes: &mut Vec<u8>, sign: u8) {
    let mut places = bytes.iter().enumerate().filter(|(_, byte)| **byte == sign).map(|(at, _)| at);
    if let (Some(first), Some(second)) = (places.next(), places.next()) {
        let (one, two) = (bytes[..first].to_vec(), bytes[first + 1..second].to_vec());
        let swapped = [two.as_slice(), &[sign], &one, &bytes[second..]].concat();
        *bytes = swapped;
    }
}

const SHEET: &str = r#"<?xml version="1.0"?><worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>k-1</t></is></c><c r="B2"><v>46103.5</v></c><c r="C2" t="s"><v>3</v></c></row><row r="4"><c r="A4" t="inlineStr"><is><t>k-2</t></is></c><c r="B4" t="inlineStr"><is><t>2026-03-22</t></is></c><c r="C4" t="s"><v>3</v></c></row></sheetData></worksheet>"#;

/// A workbook around one sheet.
fn workbook(sheet: &[u8]) -> Vec<u8> {
    let shared = br#"<sst count="4" uniqueCount="4"><si><t>Ticket id</t></si><si><t>Created</t></si><si><t>Comment</t></si><si><t>The queue was long</t></si></sst>"#;
    stored(&parts(sheet, shared))
}
