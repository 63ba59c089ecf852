//! Small files that unpack to large ones, and small files that make readers of workbooks hold what they should not: all are refused
//! with what to do, before the process has grown by 64 MiB. Large workbooks that are honest come in within the same room.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

#[path = "mutate/zips.rs"]
mod zips;

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heard_channels::posts::detect::detect;
use heard_channels::posts::file::{Taking, open};
use heard_channels::posts::guess::guess;
use heard_channels::posts::survey::survey;
use heard_domain::time::{Time, Zone};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The most the process may grow while it looks at one file.
const ROOM: u64 = 64 << 20;

/// A figure of this process, in bytes.
fn figure(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Writes an archive; each member is a beginning, a piece that comes so many times, and an end.
/// Name, beginning, what is said again and again, how often, end.
type Member<'a> = (&'a str, &'a [u8], &'a [u8], usize, &'a [u8]);

fn packed(name: &str, members: &[Member<'_>]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(9));
    for (name, start, piece, times, end) in members {
        zip.start_file(*name, options).unwrap();
        zip.write_all(start).unwrap();
        let block = piece.repeat((1 << 16) / piece.len().max(1) + 1);
        let mut left = piece.len() * times;
        while left > 0 {
            let part = left.min(block.len());
            zip.write_all(&block[..part]).unwrap();
            left -= part;
        }
        zip.write_all(end).unwrap();
    }
    zip.finish().unwrap();
    path
}

/// Looks at a file and reads all its rows; returns the rows, or why not, with by how much the process grew meanwhile.
fn look(path: &Path) -> (Result<usize, String>, u64) {
    // From here on the peak counts anew.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let idle = figure("VmRSS");
    let start = Instant::now();
    let read = || -> Result<usize, String> {
        let source = || BufReader::new(File::open(path).unwrap());
        let shape = detect(&mut source()).map_err(|e| e.to_string())?;
        let survey = survey(&mut source(), &shape).map_err(|e| e.to_string())?;
        let mapping = guess(&shape, &survey).mapping;
        let taking = Taking { hash: "b0b", zone: &Zone::UTC, now: Time(0) };
        let mut rows = 0;
        for row in open(source(), &shape, &mapping, &taking).map_err(|e| e.to_string())? {
            rows += usize::from(row.map_err(|e| e.to_string())?.is_ok());
        }
        Ok(rows)
    };
    let read = read();
    assert!(start.elapsed() < Duration::from_mins(2), "{}: {:?}", path.display(), start.elapsed());
    (read, figure("VmHWM").saturating_sub(idle))
}

const HEAD: &[u8] = b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Id</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>Comment</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>Noise</t></is></c></row>";
const TAIL: &[u8] = b"</sheetData></worksheet>";
const ROW: &[u8] = b"<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>k</t></is></c><c r=\"B2\" t=\"inlineStr\"><is><t>long queue</t></is></c></row>";
const NO_TEXTS: &[u8] = b"<sst count=\"0\" uniqueCount=\"0\"></sst>";

type Part<'a> = (&'a str, &'a [u8], &'a [u8], usize, &'a [u8]);

/// A workbook with parts in place of the ordinary ones, or beside them.
fn bomb(name: &str, own: &[Part]) -> PathBuf {
    let sheet = [HEAD, ROW, TAIL].concat();
    let ordinary = zips::parts(&sheet, NO_TEXTS);
    let mut members: Vec<Part> = Vec::new();
    for (name, bytes) in &ordinary {
        if !own.iter().any(|(other, ..)| other == name) {
            members.push((name, bytes, b"", 0, b""));
        }
    }
    members.extend_from_slice(own);
    packed(name, &members)
}

#[test]
fn bombs_are_refused_before_the_process_has_grown() {
    const SHEET: &str = "xl/worksheets/sheet1.xml";
    const SHARED: &str = "xl/sharedStrings.xml";
    let many = 64 << 20;
    let cases: Vec<(PathBuf, &str)> = vec![
        (bomb("rows.xlsx", &[(SHEET, HEAD, ROW, many / ROW.len(), TAIL)]), "hundred bytes"),
        (bomb("texts.xlsx", &[(SHARED, b"<sst>", b"<si><t>a</t></si>", many / 17, b"</sst>")]), "40 MiB"),
        (bomb("promise.xlsx", &[(SHARED, b"<sst uniqueCount=\"99999999999\">", b"", 0, b"</sst>")]), "promises more texts"),
        (bomb("entity.xlsx", &[(SHARED, b"<sst uniqueCount=\"&#57;99\">", b"", 0, b"</sst>")]), "does not say plainly"),
        (bomb("cell.xlsx", &[(SHEET, HEAD, b"x", many, TAIL)]), "longer than 1 MiB"),
        (bomb("deep.xlsx", &[(SHEET, b"", b"<a>", many / 3, b"")]), "nested too deeply"),
        (bomb("cdata.xlsx", &[(SHEET, b"<worksheet><![CDATA[", b"<", many, b"]]></worksheet>")]), "is no XML"),
        (bomb("doctype.xlsx", &[(SHEET, b"<!DOCTYPE worksheet>", b"", 0, TAIL)]), "definitions"),
        (
            bomb("styles.xlsx", &[("xl/styles.xml", b"<styleSheet><cellXfs>", b"<xf/>", 400_000, b"</cellXfs></styleSheet>")]),
            "hundred bytes",
        ),
        (
            bomb("far.xlsx", &[(SHEET, HEAD, b"<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>", 1, TAIL)]),
            "more than 2000 columns",
        ),
        (packed("table.zip", &[("rows.csv", b"id,comment\n", b"a,aaaaaaaaaaaaaaaaaaaaaa\n", many / 24, b"")]), "hundred bytes"),
        (packed("json.zip", &[("rows.json", b"[", b"{\"id\":1,\"text\":\"a\"},", many / 20, b"{}]")]), "hundred bytes"),
    ];
    let mut most = 0;
    for (path, why) in &cases {
        let (read, grown) = look(path);
        let size = std::fs::metadata(path).unwrap().len();
        let refused = read.expect_err(&format!("{} is taken", path.display()));
        assert!(refused.contains(why), "{}: {refused}", path.display());
        assert!(grown <= ROOM, "{} of {size} bytes: {} MiB", path.display(), grown >> 20);
        most = most.max(grown);
    }
    println!("{} bombs: at most {} KiB over idle", cases.len(), most >> 10);
}

#[test]
fn archives_with_too_many_members_or_nothing_to_read_are_refused() {
    let names: Vec<String> = (0..10_001).map(|n| format!("{n}.txt")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("many.zip");
    for (bytes, why) in [
        (zips::stored(&members), "10001 files"),
        (zips::stored(&[("a.bin", b"\x00\x01\x02")]), "without a table"),
        (zips::stored(&[("a.csv", b"id,text\n1,slow\n"), ("b.csv", b"id,text\n2,quick\n")]), "2 files that could be meant"),
        (zips::stored(&[("in.zip", &zips::stored(&[("a.csv", b"id,text\n1,slow\n")]))]), "without a table"),
        (b"PK\x03\x04torn".to_vec(), "damaged"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let (read, grown) = look(&path);
        assert!(read.as_ref().is_err_and(|refused| refused.contains(why)), "{why}: {read:?}");
        assert!(grown <= ROOM);
    }
}

#[test]
fn honest_workbooks_come_in_within_the_same_room() {
    let mut sheet = HEAD.to_vec();
    let rows = 60_000;
    for n in 2..rows + 2 {
        // Numbers that hardly repeat keep the ratio of an honest file.
        let noise = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        write!(
            sheet,
            "<row r=\"{n}\"><c r=\"A{n}\" t=\"inlineStr\"><is><t>k{n}</t></is></c><c r=\"B{n}\" t=\"s\"><v>{}</v></c><c r=\"C{n}\"><v>{noise}</v></c></row>",
            n % 40_000
        )
        .unwrap();
    }
    sheet.extend_from_slice(TAIL);
    let mut shared = b"<sst count=\"40000\" uniqueCount=\"40000\">".to_vec();
    for n in 0..40_000_u64 {
        let noise = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        write!(shared, "<si><t>The queue at desk {n} was {noise:x} minutes long, {:x}</t></si>", noise.rotate_left(17)).unwrap();
    }
    shared.extend_from_slice(b"</sst>");
    let path = {
        let (sheet, shared) = (sheet, shared);
        bomb("honest.xlsx", &[("xl/worksheets/sheet1.xml", &sheet, b"", 0, b""), ("xl/sharedStrings.xml", &shared, b"", 0, b"")])
    };
    let (read, grown) = look(&path);
    assert_eq!(read, Ok(rows));
    println!("a workbook of {rows} rows: {} MiB over idle", grown >> 20);
    assert!(grown <= ROOM, "{} MiB", grown >> 20);
}
