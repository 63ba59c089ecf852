//! Everything that real and hostile files do: each row comes out as a feedback or is named with row, line, column and reason.

#[path = "mutate/files.rs"]
mod files;
#[path = "mutate/zips.rs"]
mod zips;

use std::fmt::Write;
use std::io::Cursor;
use std::time::{Duration, Instant};

use heard_channels::posts::detect::detect;
use heard_channels::posts::file::{Row, Taking, open};
use heard_channels::posts::guess::guess;
use heard_channels::posts::recall::recall;
use heard_channels::posts::survey::survey;
use heard_domain::import::{BadRow, DateOrder, Mapping, Meaning};
use heard_domain::time::{Time, Zone};
use proptest::prelude::{ProptestConfig, prop, prop_assert, prop_assert_eq, proptest};

type Rows = (Vec<Row>, Vec<BadRow>);

/// The whole way, with the guessed mapping, and checks that the survey and the rows agree.
fn take(bytes: &[u8]) -> Result<(Mapping, Rows), String> {
    let mut source = Cursor::new(bytes.to_vec());
    let shape = detect(&mut source).map_err(|e| e.to_string())?;
    let survey = survey(&mut source, &shape).map_err(|e| e.to_string())?;
    let mapping = guess(&shape, &survey).mapping;
    let rows = rows(bytes, &mapping, 0)?;
    assert_eq!(survey.rows as usize, rows.0.len() + rows.1.len(), "every row is taken or named");
    Ok((mapping, rows))
}

fn rows(bytes: &[u8], mapping: &Mapping, from: u64) -> Result<Rows, String> {
    let mut source = Cursor::new(bytes.to_vec());
    let shape = detect(&mut source).map_err(|e| e.to_string())?;
    let taking = Taking { hash: "feed", zone: &Zone::UTC, now: Time(1) };
    let mut all = open(source, &shape, mapping, &taking).map_err(|e| e.to_string())?;
    all.skip_to(from).map_err(|e| e.to_string())?;
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for row in all {
        match row.map_err(|e| e.to_string())? {
            Ok(row) => rows.push(row),
            Err(row) => bad.push(row),
        }
    }
    Ok((rows, bad))
}

/// id, time, comment, score.
fn mapping() -> Mapping {
    let rating = Meaning::Rating { scale: "NPS".into(), formula: heard_domain::score::Formula::Nps, min: 0.0, max: 10.0 };
    let columns = [("id", Meaning::Key), ("when", Meaning::Time), ("comment", Meaning::Text), ("score", rating)];
    Mapping {
        kind: heard_domain::import::ImportKind::Feedback,
        preset: "generic".into(),
        columns: columns.into_iter().map(|(name, meaning)| (name.to_owned(), meaning)).collect(),
        dates: DateOrder::DayFirst,
        zone: None,
        channel: heard_domain::channel::Channel::Survey,
        post: "Survey".into(),
    }
}

#[test]
fn each_trap_costs_its_own_row_and_no_other() {
    const GOOD: &str = "z,2026-03-22,fine,9\n";
    // What stands between the header and a good row; how many rows of it are taken; row, line, column and reason of the bad ones.
    type Bad = (u64, u64, &'static str, &'static str);
    let cases: &[(&str, usize, &[Bad])] = &[
        ("a,2026-03-22,\"two\nlines\",1\n", 1, &[]),
        ("a,2026-03-22,\"two\r\nlines\",1\r\nb,2026-03-22,\"x\",1\r\n", 2, &[]),
        ("a,2026-03-22,5\" screen,1\n", 1, &[]),
        ("a,2026-03-22,\"say \"\"hi\"\"\" ,1\n", 1, &[]),
        ("\n\r\n,,,\na,2026-03-22,x,1\n", 1, &[]),
        ("a,2026-03-22,x,1,,\n", 1, &[]),
        ("a,2026-03-22,\"torn,1\nb,2026-03-22,x,1\n", 1, &[(1, 2, "comment", "never closed")]),
        ("a,2026-03-22,\"torn,1\nb,2026-03-22,\"x\",1\n", 1, &[(1, 2, "comment", "must be doubled")]),
        ("a,2026-03-22,\"he said \"hi\" twice\",1\nb,2026-03-22,x,1\n", 1, &[(1, 2, "comment", "must be doubled")]),
        ("a,2026-03-22,\"torn\nb,2026-03-22,x,1\nc,2026-03-22,\"\",1\n", 2, &[(1, 2, "comment", "never closed")]),
        ("a,2026-03-22\n", 0, &[(1, 2, "", "has 2 cells; the header has 4")]),
        ("a,2026-03-22,x,1,more\n", 0, &[(1, 2, "", "has 5 cells; the header has 4")]),
        ("a,2026-03-22,\"two\nlines\",1,more\n", 0, &[(1, 2, "", "has 5 cells; the header has 4")]),
        ("a,2026-03-22,nul\0byte,1\n", 0, &[(1, 2, "comment", "NUL")]),
        ("a,31.02.2026,x,1\n", 0, &[(1, 2, "when", "no day 31 in month 2")]),
        ("a,02/13/2026,x,1\n", 0, &[(1, 2, "when", "no day 2 in month 13")]),
        ("a,1823-03-22,x,1\n", 0, &[(1, 2, "when", "1970 to 9999")]),
        ("a,soon,x,1\n", 0, &[(1, 2, "when", "“soon”")]),
        ("a,,x,1\n", 0, &[(1, 2, "when", "there is no time")]),
        (",2026-03-22,x,1\n", 0, &[(1, 2, "id", "the key is empty")]),
        ("a,2026-03-22,,\n", 0, &[(1, 2, "comment", "nothing to hear")]),
        ("a,2026-03-22,,7\n", 1, &[]),
    ];
    for (body, taken, expected) in cases {
        let text = format!("id,when,comment,score\n{body}{GOOD}");
        let (rows, bad) = rows(text.as_bytes(), &mapping(), 0).unwrap();
        assert_eq!(rows.len(), taken + 1, "{body:?} {bad:?}");
        assert_eq!(rows.last().unwrap().feedback.key, "z", "{body:?}");
        assert_eq!(bad.len(), expected.len(), "{body:?} {bad:?}");
        for (bad, (row, line, column, reason)) in bad.iter().zip(*expected) {
            assert_eq!((bad.row, bad.line, bad.column.as_str()), (*row, *line, *column), "{body:?} {bad:?}");
            assert!(bad.reason.contains(reason), "{body:?} {bad:?}");
        }
    }
}

#[test]
fn values_that_are_wrong_are_left_out_and_the_words_are_kept() {
    for (score, reason) in [("11", "outside 0 to 10"), ("many", "no number"), ("-1", "outside 0 to 10")] {
        let text = format!("id,when,comment,score\na,2026-03-22,these words stay,{score}\n");
        let (rows, bad) = rows(text.as_bytes(), &mapping(), 0).unwrap();
        assert!(bad.is_empty() && rows[0].feedback.ratings.is_empty() && rows[0].feedback.text == "these words stay");
        let remark = &rows[0].remarks[0];
        assert_eq!((remark.row, remark.line, remark.column.as_str(), remark.sample.as_str()), (1, 2, "score", score));
        assert!(remark.reason.contains(reason), "{remark:?}");
    }
    let (rows, _) = rows(b"id,when,comment,score\na,2026-03-22,no score,n/a\n", &mapping(), 0).unwrap();
    assert!(rows[0].remarks.is_empty(), "an answer that was not given is no mistake");
}

#[test]
fn bytes_of_another_encoding_are_named_in_their_cell() {
    let mut text = "id,when,comment,score\na,2026-03-22,naïve café müde,1\n".as_bytes().to_vec();
    text.extend(b"b,2026-03-22,half\xE2\x82,1\nc,2026-03-22,fine,1\n");
    let (rows, bad) = rows(&text, &mapping(), 0).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((bad[0].row, bad[0].line, bad[0].column.as_str()), (2, 3, "comment"));
    assert!(bad[0].reason.contains("encoding") && bad[0].sample.starts_with("half"), "{bad:?}");
}

#[test]
fn a_verbatim_of_a_mebibyte_is_taken_and_a_longer_one_is_named() {
    let fits = "x".repeat(1 << 20);
    let text = format!(
        "id,when,comment,score\na,2026-03-22,{fits},1\nb,2026-03-22,{fits}y,1\nc,2026-03-22,\"{fits}{fits}{fits}{fits}\n\",1\nd,2026-03-22,ok,1\n"
    );
    let (rows, bad) = rows(text.as_bytes(), &mapping(), 0).unwrap();
    assert_eq!(rows.iter().map(|row| row.feedback.key.as_str()).collect::<Vec<_>>(), ["a", "d"]);
    assert_eq!(bad[0].column, "comment");
    assert!(bad[0].reason.contains("1048577 bytes"), "{:?}", bad[0].reason);
    assert!(bad[1].reason.contains("4 MiB"), "{:?}", bad[1].reason);
    assert!(bad.iter().all(|bad| bad.sample.chars().count() <= 120));
}

#[test]
fn ids_are_keys_only_where_they_tell_all_rows_apart() {
    let file = |id: &dyn Fn(usize) -> String, rows: usize| {
        let mut text = "ticket_id,created,comment\n".to_owned();
        for n in 0..rows {
            writeln!(text, "{},2026-03-{:02},the queue was long and slow again {n}", id(n), n % 28 + 1).unwrap();
        }
        take(text.as_bytes()).unwrap()
    };
    let meaning = |mapping: &Mapping| mapping.columns[0].1.clone();
    let (mapping, (rows, _)) = file(&|n| format!("T{n}"), 6000);
    assert_eq!((meaning(&mapping), rows[7].feedback.key.as_str()), (Meaning::Key, "T7"));
    // The first repetition stands far behind the rows that are looked at closely.
    let (mapping, (rows, _)) = file(&|n| format!("T{}", n % 5990), 6000);
    assert_eq!((meaning(&mapping), rows[7].feedback.key.as_str()), (Meaning::Skip, "feed:8"));
    let (mapping, _) = file(&|n| if n == 5500 { String::new() } else { format!("T{n}") }, 6000);
    assert_eq!(meaning(&mapping), Meaning::Skip, "one row without");
    let (mapping, _) = file(&|n| (n + 1).to_string(), 50);
    assert_eq!(meaning(&mapping), Meaning::Skip, "1, 2, 3 … counts the rows of this file");
    let (mapping, _) = file(&|n| format!("{}.{n:03}E+17", n % 9 + 1), 50);
    assert_eq!(meaning(&mapping), Meaning::Skip, "rounded");
}

#[test]
fn the_same_file_gives_the_same_keys_and_added_rows_keep_the_old_ones() {
    let old = "id,created,comment\nx9,2026-03-01,slow and sad\nx7,2026-03-02,quick and kind\n";
    let new = format!("{old}x8,2026-03-03,neither here nor there\n");
    let keys = |text: &str| take(text.as_bytes()).unwrap().1.0.into_iter().map(|row| row.feedback.key).collect::<Vec<_>>();
    assert_eq!(keys(old), keys(old));
    assert_eq!(keys(&new)[..2], keys(old)[..]);
}

#[test]
fn a_file_without_dates_or_header_still_comes_in() {
    let (mapping, (rows, bad)) =
        take(b"text,category\nI am still waiting on my card?,card_arrival\nWhere is it now?,card_arrival\n").unwrap();
    assert_eq!(mapping.columns[0].1, Meaning::Text);
    assert_eq!((rows.len(), bad.len(), rows[0].feedback.at), (2, 0, Time(1)), "the moment of the import");
    let (mapping, (rows, _)) = take(b"9566,\"This would help my app a lot\",0\n9569,\"Please add other fonts\",1\n").unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(mapping.columns[1], ("Column 2".to_owned(), Meaning::Text));
}

#[test]
fn a_torn_header_is_the_first_bad_row_and_the_others_come_in() {
    let (_, (rows, bad)) =
        take(b"id,\"com\"ment,when\nx9,it was slow and cold,2026-03-22\nx7,it was quick and warm,2026-03-23\n").unwrap();
    assert_eq!((bad[0].row, bad[0].line, bad[0].column.as_str()), (1, 1, "Column 2"));
    assert_eq!(
        rows.iter().map(|row| row.feedback.text.as_str()).collect::<Vec<_>>(),
        ["it was slow and cold", "it was quick and warm"]
    );
    assert_eq!(rows[1].feedback.at.to_string(), "2026-03-23T00:00:00Z");
}

#[test]
fn a_remembered_mapping_fits_files_with_other_order_and_says_what_is_missing() {
    let (rows, _) = rows(b"Score;Comment;ID;When\n9;fine;a;22.03.2026\n", &mapping(), 0).unwrap();
    assert_eq!((rows[0].feedback.text.as_str(), rows[0].feedback.ratings[0].value), ("fine", 9.0));
    let missing = self::rows(b"id,when,remark\na,2026-03-22,fine\n", &mapping(), 0).unwrap_err();
    assert!(missing.contains("“comment”, “score”"), "{missing}");
}

#[test]
fn a_remembered_mapping_is_held_against_the_file() {
    let held = |text: &str| {
        let mut source = Cursor::new(text.as_bytes().to_vec());
        let shape = detect(&mut source).unwrap();
        recall(mapping(), &survey(&mut source, &shape).unwrap())
    };
    let (same, remarks) = held("id,when,comment,score\na,22.03.2026,x,1\nb,23.03.2026,x,1\n");
    assert_eq!((same, remarks.len()), (mapping(), 0));
    let (changed, remarks) = held("id,when,comment,score\na,03/22/2026,x,1\na,03/23/2026,y,1\n");
    assert_eq!((changed.dates, &changed.columns[0].1), (DateOrder::MonthFirst, &Meaning::Skip));
    assert_eq!(remarks.len(), 2);
}

#[test]
fn hostile_text_passes_unaltered() {
    for words in [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "\u{202e}evil\u{202c}",
        "'; DROP TABLE feedback; --",
        "(a+)+$",
        "@SUM(1)",
    ] {
        let text = format!("id,when,comment,score\na,2026-03-22,\"{words}\",1\n");
        let (rows, _) = rows(text.as_bytes(), &mapping(), 0).unwrap();
        assert_eq!(rows[0].feedback.text, words);
    }
}

/// Each bad row says where and why; what is taken keeps the rules; every row is one or the other.
fn sound((rows, bad): &Rows) {
    for bad in bad {
        assert!(bad.row > 0 && bad.line > 0 && !bad.reason.is_empty() && bad.sample.chars().count() <= 120, "{bad:?}");
        assert!(!bad.sample.contains(|c: char| c.is_control()), "{bad:?}");
    }
    for row in rows {
        assert_eq!(row.feedback.check(), Ok(()), "{row:?}");
        assert!(!row.feedback.text.contains('\0'));
    }
    let mut numbers: Vec<u64> = rows.iter().map(|row| row.row).chain(bad.iter().map(|bad| bad.row)).collect();
    numbers.sort_unstable();
    let all = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "a row is taken or named, never both");
}

/// Reads files that something has happened to; returns how many opened, how many rows were taken and how many named.
fn read_malformed(seeds: std::ops::Range<u64>) -> (usize, usize, usize) {
    let (mut files, mut taken, mut named) = (0, 0, 0);
    for seed in seeds {
        let (name, bytes) = files::malformed(seed);
        let start = Instant::now();
        match take(&bytes) {
            Ok((mapping, all)) => {
                sound(&all);
                files += 1;
                taken += all.0.len();
                named += all.1.len();
                // After a crash reading goes on where it stopped.
                let half = all.0.iter().map(|row| row.row).nth(all.0.len() / 2).unwrap_or(0);
                let Ok((rest, rest_bad)) = rows(&bytes, &mapping, half) else {
                    panic!("seed {seed}, {name}: it does not open again")
                };
                assert!(rest.iter().eq(all.0.iter().filter(|row| row.row > half)), "seed {seed}, {name}");
                assert!(rest_bad.iter().eq(all.1.iter().filter(|bad| bad.row > half)), "seed {seed}, {name}");
            }
            // Refused as a whole: it says why, in words that mean something to a person.
            Err(reason) => {
                assert!(reason.contains(' ') && !reason.contains("could not be read"), "seed {seed}, {name}: {reason}");
            }
        }
        assert!(start.elapsed() < Duration::from_secs(20), "seed {seed}, {name}: {:?}", start.elapsed());
    }
    (files, taken, named)
}

#[test]
fn a_thousand_malformed_files_of_all_layouts_come_out_as_rows_and_bad_rows() {
    let (files, taken, named) = read_malformed(0..1000);
    assert!(files > 900 && taken > 1000 && named > 300, "{files} {taken} {named}");
}

#[test]
#[ignore = "takes minutes"]
fn ten_thousand_malformed_files_of_all_layouts_come_out_as_rows_and_bad_rows() {
    let (files, taken, named) = read_malformed(1000..11_000);
    println!("{files} of 10,000 files open: {taken} rows taken, {named} named");
    assert!(files > 9000, "{files} {taken} {named}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_come_out_as_rows_and_bad_rows(bytes in prop::collection::vec(prop::num::u8::ANY, 0..400)) {
        if let Ok((_, rows)) = take(&bytes) {
            sound(&rows);
        }
    }

    #[test]
    fn what_is_quoted_by_the_rules_is_read_as_it_was(cells in prop::collection::vec("[ -~äß€\n\r\t\"]{0,20}", 1..40), delimiter in prop::sample::select(vec![',', ';', '\t', '|'])) {
        let mut text = format!("id{delimiter}when{delimiter}comment{delimiter}score\n");
        for (n, cell) in cells.iter().enumerate() {
            let quoted = cell.replace('"', "\"\"");
            writeln!(text, "k{n}{delimiter}2026-03-22{delimiter}\"{quoted}\"{delimiter}5").unwrap();
        }
        let (rows, bad) = rows(text.as_bytes(), &mapping(), 0).unwrap();
        prop_assert!(bad.is_empty(), "{:?}", bad);
        let read: Vec<&str> = rows.iter().map(|row| row.feedback.text.as_str()).collect();
        let expected: Vec<&str> = cells.iter().map(|cell| if cell.trim().is_empty() { "" } else { cell.as_str() }).collect();
        prop_assert_eq!(read, expected);
    }
}
