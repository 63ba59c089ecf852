//! Words searched in SQL itself, while there is no index or where it is not asked: verbatims are read and cut into words, as
//! the index would.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use heard_domain::id::FeedbackId;
use heard_domain::time::Period;

use crate::error::StoreError;
use crate::search::words::{Words, cut};
use crate::sql::driver::one_of;
use crate::tables::passage::CHUNK;
use crate::view::View;

/// So long a result is good for the next question: pages ask many with the same words.
const FRESH: Duration = Duration::from_secs(10);
/// How many results are remembered.
const REMEMBERED: usize = 4;

struct Scanned {
    words: Words,
    period: Option<Period>,
    at: Instant,
    ids: Vec<i64>,
}

/// The last results; one search at a time.
#[derive(Default)]
pub struct Scans {
    last: Mutex<Vec<Scanned>>,
}

impl Scans {
    /// The feedbacks whose words match, at most some seconds old.
    pub fn hits(&self, view: &View, words: &Words, period: Option<Period>) -> Result<Vec<i64>, StoreError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.retain(|scanned| scanned.at.elapsed() < FRESH);
        if let Some(same) = last.iter().find(|scanned| scanned.words == *words && scanned.period == period) {
            return Ok(same.ids.clone());
        }
        let ids: Vec<i64> = matching(view, words, period)?.into_iter().map(|id| id.0).collect();
        if last.len() == REMEMBERED {
            last.remove(0);
        }
        last.push(Scanned { words: words.clone(), period, at: Instant::now(), ids: ids.clone() });
        Ok(ids)
    }
}

/// Which of these match, by reading their verbatims.
pub fn among(view: &View, words: &Words, ids: &[FeedbackId]) -> Result<HashSet<i64>, StoreError> {
    let mut found = HashSet::new();
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        view.each(&format!("SELECT id, text FROM feedback WHERE id IN ({list})"), &values, |row| {
            if words.matches(&cut(row.text(1)?)) {
                found.insert(row.int(0)?);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// How many verbatims are in memory at once: a server's answer is there as a whole before its first row is looked at.
const STRETCH: usize = 4096;

/// The feedbacks whose words match, by reading every verbatim of these days, in stretches by key.
pub fn matching(view: &View, words: &Words, period: Option<Period>) -> Result<Vec<FeedbackId>, StoreError> {
    let mut found = Vec::new();
    let mut last = i64::MIN;
    loop {
        let (before, mut seen) = (last, 0);
        let mut look = |sql: &str, values: &[_]| {
            view.each(sql, values, |row| {
                (last, seen) = (row.int(0)?, seen + 1);
                if words.matches(&cut(row.text(1)?)) {
                    found.push(FeedbackId(last));
                }
                Ok(())
            })
        };
        match period {
            None => look("SELECT id, text FROM feedback WHERE id > $1 ORDER BY id LIMIT $2", &[before.into(), STRETCH.into()])?,
            Some(period) => {
                let sql = "SELECT id, text FROM feedback WHERE id > $1 AND day BETWEEN $3 AND $4 ORDER BY id LIMIT $2";
                look(sql, &[before.into(), STRETCH.into(), period.first.into(), period.last.into()])?;
            }
        }
        if seen < STRETCH {
            return Ok(found);
        }
    }
}
