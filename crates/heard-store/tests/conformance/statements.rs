//! Every statement in the sources is understood by both databases.
//!
//! The sources are read for the statements in them. What a statement is put together from is filled in: constants of its
//! file, and the pieces in [`PIECES`]; a statement with a piece that is not there fails the test.

#![expect(clippy::string_slice, reason = "it is cut at what was found")]

use std::fs;
use std::path::{Path, PathBuf};

use heard_store::sql::migrate::{POSTGRES, SQLITE, migrate};
use heard_store::sql::sqlite::Sqlite;

/// What stands for the pieces of statements that are put together: in which file, or in all; the piece; all its forms.
const PIECES: &[(&str, &str, &[&str])] = &[
    ("", "list", &["NULL"]),
    ("", "day_list", &["NULL"]),
    ("", "post_list", &["NULL"]),
    ("", "ALL", &["0"]),
    ("tables/author.rs", "pairs", &["(CAST('e' AS TEXT), CAST('a' AS TEXT))"]),
    ("", "pairs", &["(CAST(1 AS BIGINT), CAST('a' AS TEXT))"]),
    ("", "sight", &[""]),
    ("", "condition", &["BETWEEN 1 AND 2", "IN (1, 2)"]),
    ("", "conditions", &[""]),
    ("figures/load.rs", "", &["BETWEEN 1 AND 2", "IN (1, 2)"]),
    ("tables/audit.rs", "fits", &["1 = 1"]),
    ("tables/audit.rs", "", &["1"]),
    ("tables/case.rs", "fits", &["1 = 1"]),
    ("tables/case.rs", "first", &["1"]),
    ("tables/case.rs", "second", &["2"]),
    ("tables/case.rs", "most", &["3"]),
    ("tables/exposure.rs", "narrowing", &[""]),
    ("tables/exposure.rs", "", &["1"]),
    ("tables/feedback.rs", "table", &["rating", "feedback_attribute", "reading"]),
    ("tables/feedback.rs", "column", &["person", "account"]),
    ("tables/id.rs", "table", &["feedback", "job", "import", "person", "correction", "attribute_value"]),
    ("tables/id.rs", "each", &["SELECT max(id) AS id FROM feedback"]),
    ("tables/issue.rs", "fits", &["1 = 1"]),
    ("tables/issue.rs", "table", &["issue_department"]),
    ("tables/issue.rs", "column", &["issue"]),
    ("tables/journey.rs", "table", &["stage", "touchpoint", "category"]),
    ("tables/message.rs", "whose", &["person = $1 OR (person IS NULL AND address IN ($2))"]),
    ("tables/person.rs", "table", &["identity"]),
    ("tables/property.rs", "column", &["account", "person"]),
    ("tables/property.rs", "", &["account", "person"]),
    ("tables/taxonomy.rs", "from", &["FROM feedback"]),
    ("tables/taxonomy.rs", "", &["1"]),
    ("tables/withdraw.rs", "table", &["correction"]),
];

/// Files whose statements are put together from too many parts: these are run on both databases by the tests that compare
/// the ways to an answer, and by those of backups.
const RUN_ELSEWHERE: [&str; 4] = ["figures/cube.rs", "figures/sql.rs", "backup/", "sql/"];

/// Statements of SQLite alone, and those of the other.
const ALONE: [&str; 7] = ["PRAGMA", "current_setting", "sqlite_", "pragma_", "pg_", "SHOW ", "information_schema"];

/// A statement, where it stands, and the constants it may name.
struct Found {
    place: String,
    sql: String,
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The texts in a source, each with the line it begins in and the name of the constant it is given to. Comments and what
/// only tests contain are passed over.
fn texts(source: &str) -> Vec<(usize, Option<String>, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let (mut found, mut rest, mut line) = (Vec::new(), source, 1);
    let mut before = String::new();
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        }
        if rest.starts_with("'\"'") {
            rest = &rest[3..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        line += usize::from(c == '\n');
        if c != '"' {
            before.push(c);
            continue;
        }
        let (begun, mut text) = (line, String::new());
        loop {
            let c = rest.chars().next().expect("a text ends");
            rest = &rest[c.len_utf8()..];
            line += usize::from(c == '\n');
            match c {
                '"' => break,
                '\\' => {
                    let next = rest.chars().next().unwrap();
                    rest = &rest[next.len_utf8()..];
                    if next == '\n' {
                        line += 1;
                        let trimmed = rest.trim_start();
                        line += rest[..rest.len() - trimmed.len()].matches('\n').count();
                        rest = trimmed;
                    } else {
                        text.push(match next {
                            'n' => '\n',
                            other => other,
                        });
                    }
                }
                c => text.push(c),
            }
        }
        let constant = before.rsplit_once("const ").map(|(_, after)| after.to_owned());
        let constant = constant.filter(|after| after.trim_end().ends_with("&str =") || after.trim_end().ends_with("&str=\n"));
        found.push((begun, constant.and_then(|after| Some(after.split(':').next()?.trim().to_owned())), text));
        before.clear();
    }
    found
}

/// Every statement with its pieces filled in, in all ways.
fn statements() -> Vec<Found> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        if RUN_ELSEWHERE.iter().any(|other| name.starts_with(other)) {
            continue;
        }
        let texts = texts(&fs::read_to_string(&file).unwrap());
        let constants: Vec<(String, String)> =
            texts.iter().filter_map(|(_, name, text)| Some((name.clone()?, text.clone()))).collect();
        for (line, _, text) in &texts {
            let begins = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH "];
            if !begins.iter().any(|begin| text.starts_with(begin)) || ALONE.iter().any(|word| text.contains(word)) {
                continue;
            }
            let place = format!("{name}:{line}");
            match filled(text, &name, &constants) {
                Ok(all) => found.extend(all.into_iter().map(|sql| Found { place: place.clone(), sql })),
                Err(piece) => unknown.push(format!("{place}: {{{piece}}} in {text}")),
            }
        }
    }
    assert!(unknown.is_empty(), "pieces that PIECES does not know:\n{}", unknown.join("\n"));
    found
}

fn filled(text: &str, file: &str, constants: &[(String, String)]) -> Result<Vec<String>, String> {
    let Some((head, rest)) = text.split_once('{') else { return Ok(vec![text.to_owned()]) };
    let (piece, tail) = rest.split_once('}').ok_or_else(|| rest.to_owned())?;
    let known = constants.iter().find(|(name, _)| name == piece).map(|(_, text)| vec![text.as_str()]);
    let fits = |(place, name, _): &&(&str, &str, &[&str])| *name == piece && (place.is_empty() || *place == file);
    let known = known.or_else(|| PIECES.iter().find(fits).map(|(_, _, all)| all.to_vec()));
    let mut all = Vec::new();
    for text in known.ok_or_else(|| piece.to_owned())? {
        // A piece with a name is the same wherever it stands.
        let tail = if piece.is_empty() { tail.to_owned() } else { tail.replace(&format!("{{{piece}}}"), text) };
        all.extend(filled(&format!("{head}{text}{tail}"), file, constants)?);
    }
    Ok(all)
}

#[test]
fn every_statement_is_understood_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    migrate(&Sqlite::writer(&path).unwrap(), SQLITE).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    let statements = statements();
    assert!(statements.len() > 150, "{}", statements.len());
    let refused: Vec<String> = statements
        .iter()
        .filter_map(|found| Some(format!("{}: {}\n  {}", found.place, db.prepare(&found.sql).err()?, found.sql)))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn every_statement_is_understood_on_postgres() {
    let database = crate::server::postgres::Database::new();
    let at = heard_store::sql::database::Database::at(&database.url).unwrap();
    migrate(at.writer().unwrap().as_ref(), POSTGRES).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&database.url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut refused = Vec::new();
        for found in statements() {
            if let Err(error) = client.prepare(&found.sql).await {
                let why = error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
                refused.push(format!("{}: {why}\n  {}", found.place, found.sql));
            }
        }
        refused
    });
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
