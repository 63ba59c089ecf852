//! Attributes and their values: found by name, or declared when they are first seen.

use std::collections::{BTreeMap, HashMap};

use heard_domain::attribute::{Attribute, AttributeValue};
use heard_domain::id::{AttributeId, FeedbackId, ValueId};

use crate::error::StoreError;
use crate::sql::driver::{self, Row, Value, one_of};
use crate::tables::outbox;
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// All, by name.
pub fn list(view: &View) -> Result<Vec<Attribute>, StoreError> {
    view.list("SELECT id, name FROM attribute ORDER BY name", &[], |row| {
        Ok(Attribute { id: AttributeId(row.int(0)?), name: row.text(1)?.to_owned() })
    })
}

fn read_value(row: &dyn Row) -> Result<AttributeValue, StoreError> {
    Ok(AttributeValue { id: ValueId(row.int(0)?), attribute: AttributeId(row.int(1)?), value: row.text(2)?.to_owned() })
}

/// The values of every attribute, at most `most` each, those first that were declared first.
pub fn values(view: &View, most: usize) -> Result<BTreeMap<AttributeId, Vec<AttributeValue>>, StoreError> {
    let sql = "SELECT id, attribute, value FROM attribute_value WHERE attribute = $1 ORDER BY id LIMIT $2";
    let attributes = list(view)?;
    attributes.into_iter().map(|a| Ok((a.id, view.list(sql, &[a.id.into(), most.into()], read_value)?))).collect()
}

/// A value by identifier.
pub fn value(view: &View, id: ValueId) -> Result<Option<AttributeValue>, StoreError> {
    view.one("SELECT id, attribute, value FROM attribute_value WHERE id = $1", &[id.into()], read_value)
}

/// The words of values.
pub fn words(view: &View, ids: &[ValueId]) -> Result<HashMap<ValueId, String>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        view.each(&format!("SELECT id, value FROM attribute_value WHERE id IN ({list})"), &values, |row| {
            found.insert(ValueId(row.int(0)?), row.text(1)?.to_owned());
            Ok(())
        })?;
    }
    Ok(found)
}

/// The attribute with this name; declared with the identifier from `next` if it is new.
pub fn find_or_declare(tx: &mut Tx, name: &str, next: &mut dyn FnMut() -> i64) -> Result<AttributeId, StoreError> {
    let name = name.trim();
    let known = tx.one("SELECT id FROM attribute WHERE name = $1", &[name.into()], |row| row.int(0))?;
    if let Some(id) = known {
        return Ok(AttributeId(id));
    }
    let id = AttributeId(next());
    tx.execute("INSERT INTO attribute (id, name) VALUES ($1, $2)", &[id.into(), name.into()])?;
    Ok(id)
}

/// The longest value that is kept, in bytes.
pub const LONGEST_VALUE: usize = 200;

/// The value of an attribute; declared with the identifier from `next` if it is new. Cut to [`LONGEST_VALUE`].
pub fn find_or_declare_value(
    tx: &mut Tx,
    attribute: AttributeId,
    value: &str,
    next: &mut dyn FnMut() -> i64,
) -> Result<ValueId, StoreError> {
    let value = cut(value);
    let sql = "SELECT id FROM attribute_value WHERE attribute = $1 AND value = $2";
    if let Some(id) = tx.one(sql, &[attribute.into(), value.into()], |row| row.int(0))? {
        return Ok(ValueId(id));
    }
    let id = ValueId(next());
    let sql = "INSERT INTO attribute_value (id, attribute, value) VALUES ($1, $2, $3)";
    tx.execute(sql, &[id.into(), attribute.into(), value.into()])?;
    Ok(id)
}

/// A value as it is kept: trimmed, and cut to [`LONGEST_VALUE`].
pub fn cut(value: &str) -> &str {
    let value = value.trim();
    value.get(..value.floor_char_boundary(LONGEST_VALUE)).unwrap_or(value)
}

/// Those of these names that are declared.
pub fn by_names(view: &View, names: &[&str]) -> Result<HashMap<String, AttributeId>, StoreError> {
    let mut found = HashMap::new();
    for names in names.chunks(CHUNK) {
        let (list, values) = one_of(1, names);
        view.each(&format!("SELECT name, id FROM attribute WHERE name IN ({list})"), &values, |row| {
            found.insert(row.text(0)?.to_owned(), AttributeId(row.int(1)?));
            Ok(())
        })?;
    }
    Ok(found)
}

/// Those of these values of an attribute, each [`cut`], that are declared.
pub fn by_values(view: &View, attribute: AttributeId, wanted: &[&str]) -> Result<HashMap<String, ValueId>, StoreError> {
    let mut found = HashMap::new();
    for wanted in wanted.chunks(CHUNK) {
        let (pairs, values) = driver::wanted(attribute.into(), wanted);
        let sql = format!(
            "WITH wanted (whose, name) AS (VALUES {pairs}) SELECT v.value, v.id FROM wanted CROSS JOIN attribute_value AS v
             WHERE v.attribute = wanted.whose AND v.value = wanted.name"
        );
        view.each(&sql, &values, |row| {
            found.insert(row.text(0)?.to_owned(), ValueId(row.int(1)?));
            Ok(())
        })?;
    }
    Ok(found)
}

/// Declares attributes that are not there.
pub fn declare_many(tx: &mut Tx, new: &[Attribute]) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = new.iter().flat_map(|attribute| [attribute.id.into(), (&attribute.name).into()]).collect();
    tx.execute_many("INSERT INTO attribute (id, name) VALUES ($1, $2)", 2, &values)?;
    Ok(())
}

/// Declares values, each [`cut`], that are not there.
pub fn declare_values(tx: &mut Tx, new: &[AttributeValue]) -> Result<(), StoreError> {
    let mut values: Vec<Value<'_>> = Vec::with_capacity(new.len() * 3);
    for AttributeValue { id, attribute, value } in new {
        values.extend::<[Value<'_>; 3]>([(*id).into(), (*attribute).into(), value.into()]);
    }
    tx.execute_many_soon("INSERT INTO attribute_value (id, attribute, value) VALUES ($1, $2, $3)", 3, &values)?;
    Ok(())
}

/// All values of an attribute.
pub fn all_values(view: &View, attribute: AttributeId) -> Result<Vec<AttributeValue>, StoreError> {
    let sql = "SELECT id, attribute, value FROM attribute_value WHERE attribute = $1 ORDER BY id";
    view.list(sql, &[attribute.into()], read_value)
}

/// The values of one attribute that occur in feedback in sight, with how often, most used first.
pub fn used(view: &View, attribute: AttributeId, most: usize) -> Result<Vec<(AttributeValue, u64)>, StoreError> {
    let mut values: Vec<Value<'_>> = vec![attribute.into(), most.into()];
    let sight = narrowed(view, &mut values);
    let sql = format!(
        "SELECT v.id, v.attribute, v.value, count(*) FROM attribute_value v JOIN feedback_attribute fa ON fa.attribute = v.attribute
         AND fa.value = v.id JOIN feedback f ON f.id = fa.feedback WHERE v.attribute = $1{sight}
         GROUP BY v.id, v.attribute, v.value ORDER BY count(*) DESC, v.id LIMIT $2"
    );
    view.list(&sql, &values, |row| Ok((read_value(row)?, row.int(3)? as u64)))
}

/// How many feedbacks in sight have this value of the attribute of this name.
pub fn feedback_with(view: &View, name: &str, value: &str) -> Result<u64, StoreError> {
    let mut values: Vec<Value<'_>> = vec![name.into(), value.into()];
    let sight = narrowed(view, &mut values);
    let sql = format!(
        "SELECT count(*) FROM attribute a JOIN attribute_value v ON v.attribute = a.id JOIN feedback_attribute fa
         ON fa.attribute = a.id AND fa.value = v.id JOIN feedback f ON f.id = fa.feedback WHERE a.name = $1 AND v.value = $2{sight}"
    );
    Ok(view.number(&sql, &values)? as u64)
}

fn narrowed(view: &View, values: &mut Vec<Value<'_>>) -> String {
    let Some(posts) = view.narrowed() else { return String::new() };
    let (list, more) = one_of(values.len() + 1, &posts);
    values.extend(more);
    format!(" AND f.post IN ({list})")
}

/// Makes one value of two: what had the first has the second; how many feedbacks that were.
pub fn merge_value(tx: &mut Tx, attribute: AttributeId, from: ValueId, into: ValueId) -> Result<u64, StoreError> {
    let sql = "SELECT feedback FROM feedback_attribute WHERE attribute = $1 AND value = $2";
    let values: [Value<'_>; 2] = [attribute.into(), from.into()];
    let feedback = tx.list(sql, &values, |row| Ok(FeedbackId(row.int(0)?)))?;
    let sql = "UPDATE feedback_attribute SET value = $3 WHERE attribute = $1 AND value = $2";
    tx.execute(sql, &[attribute.into(), from.into(), into.into()])?;
    tx.execute("DELETE FROM attribute_value WHERE id = $1", &[from.into()])?;
    outbox::push(tx, &feedback)?;
    Ok(feedback.len() as u64)
}
