//! Changes of a part: a JSON merge patch (RFC 7396) laid over what is there.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::extract::fitting;
use crate::problem::Problem;

/// What is there, with the fields of `patch` in place of its own; `null` takes a value away.
pub fn merged<T: Serialize + DeserializeOwned>(there: &T, patch: Value) -> Result<T, Problem> {
    let mut value = serde_json::to_value(there).map_err(|error| Problem::field("body", error.to_string()))?;
    if !patch.is_object() {
        return Err(Problem::field("body", "must be an object"));
    }
    lay(&mut value, patch);
    fitting(value)
}

fn lay(value: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *value = patch;
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::new());
    }
    if let Some(object) = value.as_object_mut() {
        for (name, new) in patch {
            if new.is_null() && object.remove(&name).is_some() {
                continue;
            }
            // What is not there cannot be taken away: whether there is a field of that name, its reader says.
            if new.is_null() {
                object.insert(name, new);
            } else {
                lay(object.entry(name).or_insert(Value::Null), new);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        name: Option<String>,
    }

    #[test]
    fn a_patch_replaces_adds_and_takes_away() {
        let there = json!({ "a": 1, "b": { "c": 2, "d": 3 } });
        assert_eq!(merged(&there, json!({ "b": { "c": null }, "e": 4 })).unwrap(), json!({ "a": 1, "b": { "d": 3 }, "e": 4 }));
        assert!(merged(&there, json!([])).is_err());
        assert!(merged(&Named { name: None }, json!({ "nmae": null })).is_err(), "a field that is misspelt is no field");
        assert!(merged(&Named { name: None }, json!({ "name": null })).is_ok());
    }
}
