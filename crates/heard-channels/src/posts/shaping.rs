//! Objects of programs made plain: what a layout declares is done to each JSON value before its fields become columns.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::posts::html;

/// One thing that is done to an object; paths are dotted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Markup becomes plain text.
    Html(&'static str),
    /// Only entities (`&amp;`) become letters: the text is no markup, but was escaped.
    Unescape(&'static str),
    /// Of a list of contributions, the words of those that pass all tests become one text, joined by empty lines.
    Voices {
        /// The list.
        at: &'static str,
        /// The words within a contribution: the first of these that is there.
        words: &'static [&'static str],
        /// Whether they are markup.
        html: bool,
        /// Each group needs one test that holds.
        only: &'static [&'static [Test]],
    },
    /// Unless one of the tests holds, these fields are no customer's and go away.
    Unless {
        /// The tests.
        any: &'static [Test],
        /// What goes.
        drop: &'static [&'static str],
    },
    /// A list of named things becomes an object: `[{question, value}]` is `{question: value}`.
    Named {
        /// The list.
        at: &'static str,
        /// Where its names are.
        by: &'static str,
        /// Where its values are.
        value: &'static str,
    },
    /// A value whose meaning another field tells moves below that: `score` of kind `nps` becomes `score.nps`.
    Split {
        /// The value.
        at: &'static str,
        /// What tells its meaning.
        by: &'static str,
    },
}

/// A test on a value; in a list of contributions, on each of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test {
    /// The field has one of these values.
    Is(&'static str, &'static [&'static str]),
    /// The field is not there or empty.
    Missing(&'static str),
    /// The field equals that field of the whole row.
    Same(&'static str, &'static str),
}

/// Does all steps to one object.
pub fn shape(row: &mut Value, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Html(path) => each(row, path, &|text| html::text(text)),
            Step::Unescape(path) => each(row, path, &|text| html::unescaped(text)),
            Step::Voices { at, words, html, only } => voices(row, at, words, *html, only),
            Step::Unless { any, drop } => {
                if !any.iter().any(|test| holds(test, row, row)) {
                    drop.iter().for_each(|path| remove(row, path));
                }
            }
            Step::Named { at, by, value } => named(row, at, by, value),
            Step::Split { at, by } => split(row, at, by),
        }
    }
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

fn at_mut<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').try_fold(value, |value, key| value.get_mut(key))
}

/// As one word; nothing for what is no scalar.
fn word(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Bool(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
    }
}

fn holds(test: &Test, value: &Value, row: &Value) -> bool {
    let field = |value: &Value, path: &str| at(value, path).map(|v| word(v).into_owned()).unwrap_or_default();
    match test {
        Test::Is(path, list) => list.contains(&field(value, path).as_str()),
        Test::Missing(path) => at(value, path).is_none_or(|v| match v {
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            scalar => word(scalar).is_empty(),
        }),
        Test::Same(path, other) => {
            let (own, other) = (field(value, path), field(row, other));
            !own.is_empty() && own == other
        }
    }
}

fn each(row: &mut Value, path: &str, change: &dyn Fn(&str) -> String) {
    match at_mut(row, path) {
        Some(Value::String(text)) => *text = change(text),
        Some(Value::Array(items)) => items.iter_mut().for_each(|item| {
            if let Value::String(text) = item {
                *text = change(text);
            }
        }),
        _ => {}
    }
}

fn voices(row: &mut Value, path: &str, words: &[&str], markup: bool, only: &[&[Test]]) {
    let Some(Value::Array(items)) = at(row, path) else { return };
    let mut said: Vec<String> = Vec::new();
    for item in items.iter().filter(|item| only.iter().all(|group| group.iter().any(|test| holds(test, item, row)))) {
        let own = words.iter().find_map(|field| at(item, field).map(word).filter(|text| !text.trim().is_empty()));
        let own = own.map(|text| if markup { html::text(&text) } else { text.into_owned() });
        said.extend(own.filter(|text| !text.trim().is_empty()));
    }
    let joined = Value::String(said.join("\n\n"));
    if let Some(list) = at_mut(row, path) {
        *list = joined;
    }
}

fn remove(row: &mut Value, path: &str) {
    let (parent, key) = path.rsplit_once('.').map_or((None, path), |(parent, key)| (Some(parent), key));
    let parent = match parent {
        Some(parent) => at_mut(row, parent),
        None => Some(row),
    };
    if let Some(Value::Object(fields)) = parent {
        fields.remove(key);
    }
}

fn named(row: &mut Value, path: &str, by: &str, value: &str) {
    let Some(list) = at_mut(row, path) else { return };
    let Value::Array(items) = list else { return };
    let mut fields = Map::new();
    for item in items.iter() {
        let name = at(item, by).map(word).unwrap_or_default().trim().to_owned();
        let given = at(item, value).cloned().unwrap_or_default();
        if !name.is_empty() {
            // `{"free_response": "…"}` and `{"scale": 4}`: the one value is meant, whatever it is called.
            let given = match given {
                Value::Object(inner) if inner.len() == 1 => inner.into_iter().next().map(|(_, only)| only).unwrap_or_default(),
                other => other,
            };
            fields.insert(name, given);
        }
    }
    *list = Value::Object(fields);
}

fn split(row: &mut Value, path: &str, by: &str) {
    let kind = at(row, by).map(|v| word(v).into_owned()).unwrap_or_default();
    if let Some(value) = at_mut(row, path)
        && !kind.is_empty()
        && !value.is_null()
    {
        let given = value.take();
        *value = Value::Object(Map::from_iter([(kind, given)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_step_does_what_it_says() {
        let mut row = json!({"body": "<p>Hi &amp; <b>bye</b></p>", "raw": "a &lt;3 b", "score": 9, "kind": "nps", "me": 7,
            "parts": [{"by": 7, "public": true, "body": "one"}, {"by": 8, "public": true, "body": "staff"},
                {"by": 7, "public": false, "body": "hidden"}, {"by": 7, "public": true, "html": "two"}],
            "answers": [{"q": {"text": "Why?"}, "value": {"free": "slow"}}, {"q": {"text": "Tags"}, "value": ["a", "b"]}],
            "source": {"author": {"type": "admin"}, "body": "outbound"}});
        let steps = [
            Step::Html("body"),
            Step::Unescape("raw"),
            Step::Voices {
                at: "parts",
                words: &["body", "html"],
                html: false,
                only: &[&[Test::Same("by", "me")], &[Test::Is("public", &["true"])]],
            },
            Step::Named { at: "answers", by: "q.text", value: "value" },
            Step::Split { at: "score", by: "kind" },
            Step::Unless { any: &[Test::Is("source.author.type", &["user"])], drop: &["source.body", "source.author"] },
        ];
        shape(&mut row, &steps);
        let expected = json!({"body": "Hi & bye", "raw": "a <3 b", "score": {"nps": 9}, "kind": "nps", "me": 7, "parts": "one\n\ntwo",
            "answers": {"Why?": "slow", "Tags": ["a", "b"]}, "source": {}});
        assert_eq!(row, expected);
        let mut other = json!({"score": null, "parts": "none", "answers": 3});
        shape(&mut other, &steps);
        assert_eq!(other, json!({"score": null, "parts": "none", "answers": 3}));
    }
}
