//! In which language short texts are written: tweets, measured only.

use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};

/// The task.
pub const TASK: Task = Task { name: "languages", run };

/// Folders and codes.
const LANGUAGES: [(&str, &str); 4] = [("french", "fr"), ("german", "de"), ("portuguese", "pt"), ("spanish", "es")];

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let (mut rows, mut sum, mut all) = (Vec::new(), 0.0, 0);
    for (folder, code) in LANGUAGES {
        let texts = bench.csv(&format!("multilingual/{folder}/valid.csv"), true)?;
        let (mut right, mut n) = (0_usize, 0);
        for row in bench.some(texts) {
            let reading = bench.read(row.get(0).unwrap_or(""), None);
            right += usize::from(reading.language.is_some_and(|(found, _)| found == code));
            n += 1;
        }
        let value = right as f64 / f64::max(n as f64, 1.0);
        (sum, all) = (sum + value, all + n);
        rows.push(Row { task: format!("language, tweets in {folder}"), figure: "accuracy", value, n, bar: None });
    }
    let value = sum / LANGUAGES.len() as f64;
    let bar = Some(Bar::new(0.97, 0.985));
    rows.insert(0, Row { task: "language, short texts".to_owned(), figure: "macro accuracy", value, n: all, bar });
    Ok(rows)
}
