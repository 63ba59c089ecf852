//! One statement for many rows: `… VALUES ($1, $2)` said once over columns of values instead of once a row.
//!
//! `PostgreSQL` takes each statement by itself; a hundred rows in one cost it little more than one. Statements keep
//! meaning what they mean one after the other: where they would not, because two rows speak of the same key, they are
//! run one after the other.

use std::collections::HashSet;

use tokio_postgres::types::{Kind, Type};

use crate::sql::driver::Value;

/// A statement for many rows: each of its parameters is a column of values.
#[derive(Debug, PartialEq)]
pub(crate) struct Many {
    pub(crate) sql: String,
    /// The parameters that must differ from row to row, counted from 0; none where rows cannot meet.
    key: Vec<usize>,
    width: usize,
}

impl Many {
    /// The statement for many rows that says what `sql` says for one; `None` where that is not known.
    pub(crate) fn of(sql: &str, kinds: &[Type]) -> Option<Self> {
        if kinds.is_empty() || kinds.iter().any(|kind| !matches!(kind.kind(), Kind::Simple)) {
            return None;
        }
        // Side by side in a list of what is selected, the columns are taken row by row; `unnest` of several among the tables
        // would first lay down each of them as a table of its own, which takes four times as long.
        let column = |(at, kind): (usize, &Type)| format!("unnest(${0}::{1}[]) AS v{0}", at + 1, kind.name());
        let columns: Vec<String> = kinds.iter().enumerate().map(column).collect();
        let from = format!("(SELECT {}) AS many", columns.join(", "));
        let insert = sql.starts_with("INSERT INTO ").then(|| Self::insert(sql, &from)).flatten();
        let other = || sql.starts_with("UPDATE ").then(|| Self::update(sql, &from)).flatten();
        let other = || other().or_else(|| sql.starts_with("DELETE FROM ").then(|| Self::delete(sql, &from)).flatten());
        let (sql, key) = insert.or_else(other)?;
        Some(Self { sql, key, width: kinds.len() })
    }

    /// Whether these rows may be taken together.
    pub(crate) fn suits(&self, width: usize, values: &[Value<'_>]) -> bool {
        if width != self.width {
            return false;
        }
        if self.key.is_empty() {
            return true;
        }
        let keys = || values.chunks(width).map(|row| self.key.iter().filter_map(|at| row.get(*at)).map(part));
        // What is counted comes in the order of its keys.
        if keys().zip(keys().skip(1)).all(|(one, next)| one.lt(next)) {
            return true;
        }
        let mut seen = HashSet::with_capacity(values.len() / width);
        keys().all(|key| seen.insert(key.collect::<Vec<_>>()))
    }

    fn insert(sql: &str, from: &str) -> Option<(String, Vec<usize>)> {
        let (head, rest) = sql.split_once("VALUES (")?;
        let (list, tail) = rest.split_once(')')?;
        let columns: Vec<&str> = head.split_once('(')?.1.split_once(')')?.0.split(',').map(str::trim).collect();
        let places: Vec<&str> = list.split(',').map(str::trim).collect();
        if columns.len() != places.len() || tail.contains('$') || list.contains(['(', '\'']) {
            return None;
        }
        let mut key = Vec::new();
        if tail.contains("DO UPDATE") {
            let target = tail.split_once("ON CONFLICT (")?.1.split_once(')')?.0;
            for column in target.split(',').map(str::trim) {
                let at = columns.iter().position(|name| *name == column)?;
                key.push(places.get(at)?.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1)?);
            }
        }
        Some((format!("{head}SELECT {} FROM {from}{tail}", named(list)), key))
    }

    fn update(sql: &str, from: &str) -> Option<(String, Vec<usize>)> {
        let (head, condition) = sql.split_once(" WHERE ")?;
        let key = equal(condition)?;
        Some((format!("{} FROM {from} WHERE {}", named(head), named(condition)), key))
    }

    fn delete(sql: &str, from: &str) -> Option<(String, Vec<usize>)> {
        let (head, condition) = sql.split_once(" WHERE ")?;
        equal(condition)?;
        // Deleted twice is deleted once.
        Some((format!("{head} USING {from} WHERE {}", named(condition)), Vec::new()))
    }
}

/// A value of a key, to be compared with others in its place.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part<'a> {
    Null,
    Int(i64),
    Real(u64),
    Text(&'a str),
}

fn part<'a>(value: &Value<'a>) -> Part<'a> {
    match *value {
        Value::Null => Part::Null,
        Value::Int(value) => Part::Int(value),
        Value::Real(value) => Part::Real(value.to_bits()),
        Value::Text(value) => Part::Text(value),
    }
}

/// The parameters that a condition of the form `a = $1 AND b = $2 AND c = 0` asks for.
fn equal(condition: &str) -> Option<Vec<usize>> {
    let mut key = Vec::new();
    for part in condition.split(" AND ") {
        let (column, value) = part.split_once(" = ")?;
        if !column.trim().chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            return None;
        }
        match value.trim().strip_prefix('$') {
            Some(number) => key.push(number.parse::<usize>().ok()?.checked_sub(1)?),
            None => drop(value.trim().parse::<i64>().ok()?),
        }
    }
    (!key.is_empty()).then_some(key)
}

/// `$2` as the column of that number.
fn named(sql: &str) -> String {
    sql.replace('$', "many.v")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str, kinds: &[Type]) -> Option<(String, Vec<usize>)> {
        Many::of(sql, kinds).map(|many| (many.sql, many.key))
    }

    #[test]
    fn a_statement_for_one_row_is_said_for_many() {
        let (int, text) = (Type::INT8, Type::TEXT);
        assert_eq!(
            of("INSERT INTO a (x, y) VALUES ($1, $2)", &[int.clone(), text.clone()]),
            Some((
                "INSERT INTO a (x, y) SELECT many.v1, many.v2 FROM (SELECT unnest($1::int8[]) AS v1, unnest($2::text[]) AS v2) AS many".to_owned(),
                vec![]
            ))
        );
        assert_eq!(
            of(
                "INSERT INTO a (x, y, z) VALUES ($2, 0, $1) ON CONFLICT (x, z) DO UPDATE SET y = a.y + excluded.y",
                &[int.clone(), int.clone()]
            ),
            Some((
                "INSERT INTO a (x, y, z) SELECT many.v2, 0, many.v1 FROM (SELECT unnest($1::int8[]) AS v1, unnest($2::int8[]) AS v2) AS many \
                 ON CONFLICT (x, z) DO UPDATE SET y = a.y + excluded.y"
                    .to_owned(),
                vec![1, 0]
            ))
        );
        assert_eq!(
            of("UPDATE a SET x = $2 WHERE id = $1", &[int.clone(), text]),
            Some((
                "UPDATE a SET x = many.v2 FROM (SELECT unnest($1::int8[]) AS v1, unnest($2::text[]) AS v2) AS many WHERE id = many.v1".to_owned(),
                vec![0]
            ))
        );
        assert_eq!(
            of("DELETE FROM a WHERE x = $1 AND n = 0", std::slice::from_ref(&int)),
            Some((
                "DELETE FROM a USING (SELECT unnest($1::int8[]) AS v1) AS many WHERE x = many.v1 AND n = 0".to_owned(),
                vec![]
            ))
        );
        assert_eq!(of("UPDATE a SET x = 1 WHERE id > $1", std::slice::from_ref(&int)), None);
        assert_eq!(of("INSERT INTO a (x) VALUES (lower($1))", std::slice::from_ref(&int)), None);
        assert_eq!(of("INSERT INTO a (x) VALUES (1)", &[]), None);
    }

    #[test]
    fn rows_that_meet_are_not_taken_together() {
        let many = Many::of("UPDATE a SET x = $2 WHERE id = $1", &[Type::INT8, Type::INT8]).unwrap();
        let int = Value::Int;
        assert!(many.suits(2, &[int(1), int(5), int(2), int(5)]));
        assert!(!many.suits(2, &[int(1), int(5), int(1), int(6)]));
        assert!(many.suits(2, &[int(3), int(5), int(1), int(5), int(2), int(5)]));
        assert!(!many.suits(2, &[int(3), int(5), int(1), int(5), int(3), int(5)]));
        assert!(!many.suits(3, &[int(1), int(5), int(2)]));
    }
}
