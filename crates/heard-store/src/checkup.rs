//! A look at the data from outside: what is wrong with it, and what to do. It changes nothing, and works beside a Heard that
//! runs as well as on data that no Heard can open.

use std::path::Path;

use heard_domain::time::Time;
use serde::Serialize;

use crate::backup::write::step;
use crate::error::StoreError;
use crate::search::index::SearchIndex;
use crate::sql::database::{Database, apart};
use crate::sql::migrate::newest;
use crate::tables::job::MOST_FAILURES;
use crate::tables::outbox;
use crate::view::View;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All is well.
    Well,
    /// It should be known; nothing is broken.
    Note,
    /// Something is wrong: somebody should act.
    Wrong,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub about: &'static str,
    /// How bad it is.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do, where something is to be done.
    pub remedy: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn well(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, state: State::Well, found: found.into(), remedy: None }
    }

    /// It should be known.
    pub fn note(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { about, state: State::Note, found: found.into(), remedy: Some(remedy.into()) }
    }

    /// Something is wrong.
    pub fn wrong(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { about, state: State::Wrong, found: found.into(), remedy: Some(remedy.into()) }
    }
}

/// What to do when the database itself is damaged.
const RESTORE: &str = "stop Heard, keep a copy of the data as it is, and restore the last backup into an empty place: heard restore BACKUP --data NEW-FOLDER; then start Heard there";

/// Looks at database and index; `whole` also reads every page of the database and every byte of the index.
pub fn checkup(folder: &Path, database: &Database, now: Time, whole: bool) -> Result<Vec<Finding>, StoreError> {
    apart(|| {
        let mut findings = Vec::new();
        if let Database::File(place) = database
            && !place.exists()
        {
            findings.push(Finding::note(
                "database",
                format!("{} is not there", place.display()),
                "start Heard once (heard serve), or restore a backup (heard restore BACKUP); if there should be data, look at data.folder",
            ));
            return Ok(findings);
        }
        let view = match database.reader() {
            Ok(db) => View::new(db),
            Err(error) => {
                let remedy = match database {
                    Database::File(_) => RESTORE,
                    Database::Server(_) => {
                        "see whether the server runs and lets Heard in: psql with the address of data.database"
                    }
                };
                findings.push(Finding::wrong("database", error.to_string(), remedy));
                return Ok(findings);
            }
        };
        for (about, look) in LOOKS {
            match look(&Patient { view: &view, folder, database, now, whole }) {
                Ok(found) => findings.extend(found),
                Err(error) => findings.push(Finding::wrong(about, format!("it cannot be looked at: {error}"), RESTORE)),
            }
        }
        Ok(findings)
    })
}

struct Patient<'a> {
    view: &'a View,
    folder: &'a Path,
    database: &'a Database,
    now: Time,
    whole: bool,
}

type Look = fn(&Patient<'_>) -> Result<Vec<Finding>, StoreError>;

const LOOKS: [(&str, Look); 6] =
    [("database", soundness), ("schema", schema), ("cubes", cubes), ("index", index), ("work", work), ("clock", clock)];

fn soundness(patient: &Patient<'_>) -> Result<Vec<Finding>, StoreError> {
    let view = patient.view;
    if let Database::File(place) = patient.database {
        let sql = if patient.whole { "PRAGMA integrity_check(20)" } else { "PRAGMA quick_check(20)" };
        let said = view.list(sql, &[], |row| Ok(row.text(0)?.to_owned()))?;
        if said != ["ok"] {
            return Ok(vec![Finding::wrong("database", format!("{} is damaged: {}", place.display(), said.join("; ")), RESTORE)]);
        }
        let how = if patient.whole { "every page was read" } else { "a quick check; every page: --whole" };
        return Ok(vec![Finding::well("database", format!("SQLite, {}: sound ({how})", place.display()))]);
    }
    let setting = |name: &str| {
        let read = view.one(&format!("SELECT current_setting('{name}')"), &[], |row| Ok(row.text(0)?.to_owned()));
        read.map(Option::unwrap_or_default)
    };
    let mut findings = vec![Finding::well("database", format!("PostgreSQL {}: answers", setting("server_version")?))];
    for (name, why) in [
        ("fsync", "a crash of the machine can damage the database"),
        ("full_page_writes", "a crash of the machine can damage the database"),
        ("synchronous_commit", "what was acknowledged can be lost when the server dies"),
    ] {
        let value = setting(name)?;
        if matches!(value.as_str(), "off") {
            findings.push(Finding::wrong(
                "database",
                format!("{name} is off: {why}"),
                format!("set {name} = on in postgresql.conf"),
            ));
        }
    }
    Ok(findings)
}

fn schema(patient: &Patient<'_>) -> Result<Vec<Finding>, StoreError> {
    let (there, known) = (step(patient.view.db())?, newest());
    Ok(vec![match there.cmp(&known) {
        std::cmp::Ordering::Equal => Finding::well("schema", format!("step {there}, as this version wants it")),
        std::cmp::Ordering::Less => Finding::note(
            "schema",
            format!("step {there}; this version wants {known}"),
            "make a backup, then start this version: it brings the tables up by itself",
        ),
        std::cmp::Ordering::Greater => Finding::wrong(
            "schema",
            format!("step {there}, made by a newer version; this one knows {known}"),
            "run the newer version again, or restore a backup made before the upgrade",
        ),
    }])
}

/// Two counts of the same: feedbacks and scored passages by day and post.
fn cubes(patient: &Patient<'_>) -> Result<Vec<Finding>, StoreError> {
    let count = |sql: &str| patient.view.number(sql, &[]);
    let feedback = count("SELECT count(*) FROM feedback")?;
    let apart = count(
        "SELECT count(*) FROM (SELECT day, post, count(*) AS n FROM feedback GROUP BY day, post) AS f
         LEFT JOIN cube c ON c.day = f.day AND c.post = f.post AND c.stage = 0 AND c.category = 0
         WHERE coalesce(c.volume, 0) <> f.n",
    )?;
    let whole = count("SELECT sum(volume) FROM cube WHERE stage = 0 AND category = 0")?;
    let passages = count("SELECT count(*) FROM passage WHERE polarity IS NOT NULL")?;
    let counted = count("SELECT sum(passages) FROM cube WHERE stage = 0 AND category = 0")?;
    if apart == 0 && whole == feedback && passages == counted {
        return Ok(vec![Finding::well(
            "cubes",
            format!("{feedback} comments and {passages} scored passages, counted twice alike"),
        )]);
    }
    Ok(vec![Finding::wrong(
        "cubes",
        format!(
            "the cubes hold {whole} comments and {counted} scored passages, the tables {feedback} and {passages}; {apart} days differ"
        ),
        "stop Heard and count anew: heard reindex",
    )])
}

fn index(patient: &Patient<'_>) -> Result<Vec<Finding>, StoreError> {
    let place = patient.folder.join("index");
    let remedy =
        "nothing, Heard makes it anew by itself, and searches without it meanwhile; without Heard running: heard reindex";
    // A Heard that runs may replace files between two looks.
    let opened = SearchIndex::open(&place).or_else(|_| SearchIndex::open(&place));
    let (index, seen) = match opened {
        Ok(Some(opened)) => opened,
        Ok(None) => return Ok(vec![Finding::note("index", "there is no finished search index", remedy)]),
        Err(what) => return Ok(vec![Finding::note("index", format!("the search index is damaged: {what}"), remedy)]),
    };
    if patient.whole
        && let Some(what) = index.harm(true)
    {
        return Ok(vec![Finding::note("index", format!("the search index is damaged: {what}"), remedy)]);
    }
    let (last, feedback) = (outbox::last(patient.view)?, patient.view.number("SELECT count(*) FROM feedback", &[])?);
    let (behind, there) = ((last - seen).max(0), index.len());
    if behind == 0 && there != feedback.unsigned_abs() {
        return Ok(vec![Finding::wrong(
            "index",
            format!("the search index holds {there} comments, the database {feedback}"),
            "stop Heard and make it anew: heard reindex",
        )]);
    }
    if behind > 10_000 {
        return Ok(vec![Finding::note(
            "index",
            format!("the search index is {behind} changes behind"),
            "wait while an import runs; else see the log of Heard for “following failed”",
        )]);
    }
    Ok(vec![Finding::well("index", format!("{there} comments, {behind} changes behind"))])
}

fn work(patient: &Patient<'_>) -> Result<Vec<Finding>, StoreError> {
    let view = patient.view;
    let mut findings = Vec::new();
    let waiting = view.number("SELECT count(*) FROM job", &[])?;
    let given_up = view.list(
        "SELECT kind, count(*), max(failure) FROM job WHERE failures >= $1 GROUP BY kind ORDER BY kind",
        &[MOST_FAILURES.into()],
        |row| Ok(format!("{} of kind {} (“{}”)", row.int(1)?, row.text(0)?, row.text_or_none(2)?.unwrap_or("no reason"))),
    )?;
    if !given_up.is_empty() {
        findings.push(Finding::wrong(
            "work",
            format!("background work has failed {MOST_FAILURES} times and is not tried any more: {}", given_up.join(", ")),
            "mend the reason, then start Heard again after: UPDATE job SET failures = 0",
        ));
    }
    let late = view.number(
        "SELECT count(*) FROM job WHERE failures < $1 AND taken = 0 AND due < $2",
        &[MOST_FAILURES.into(), patient.now.plus_ms(-600_000).into()],
    )?;
    if late > 0 {
        findings.push(Finding::note(
            "work",
            format!("{late} jobs are due since more than ten minutes"),
            "is Heard running? (heard serve)",
        ));
    }
    let failed = view.number("SELECT count(*) FROM import WHERE state = 'failed'", &[])?;
    if failed > 0 {
        findings.push(Finding::note(
            "work",
            format!("{failed} imports have failed"),
            "the page Imports says why; hand the file over again",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::well("work", format!("{waiting} jobs wait, none has been given up")));
    }
    Ok(findings)
}

fn clock(patient: &Patient<'_>) -> Result<Vec<Finding>, StoreError> {
    let newest = Time(patient.view.number("SELECT max(heard) FROM feedback", &[])?);
    let ahead = (newest.0 - patient.now.0) / 1000;
    if ahead > 60 {
        return Ok(vec![Finding::wrong(
            "clock",
            format!("the newest comment was taken {ahead} seconds after now: the clock of this machine was set back"),
            "set the clock (timedatectl set-ntp true)",
        )]);
    }
    Ok(vec![Finding::well("clock", "no comment was taken after now")])
}
