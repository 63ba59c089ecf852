//! As much of JSON Schema as the document of the API uses: enough to hold every answer and every example against it.

use serde_json::Value;

/// What does not fit; empty if all does.
pub fn misfits(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let mut wrong = |what: String| found.push(format!("{}: {what}", if at.is_empty() { "/" } else { at }));
    match schema {
        Value::Bool(true) => return,
        Value::Object(_) => {}
        _ => return wrong(format!("is not allowed by {schema}")),
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        match document.pointer(reference.trim_start_matches('#')) {
            Some(target) => check(document, target, value, at, found),
            None => wrong(format!("{reference} leads nowhere")),
        }
    }
    let mut wrong = |what: String| found.push(format!("{}: {what}", if at.is_empty() { "/" } else { at }));
    if let Some(kinds) = schema.get("type") {
        let kinds: Vec<&str> = kinds
            .as_array()
            .map_or_else(|| kinds.as_str().into_iter().collect(), |k| k.iter().filter_map(Value::as_str).collect());
        if !kinds.iter().any(|kind| is(value, kind)) {
            return wrong(format!("{value} is not {kinds:?}"));
        }
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        wrong(format!("{value} is none of {words:?}"));
    }
    if let Some(only) = schema.get("const")
        && only != value
    {
        wrong(format!("{value} is not {only}"));
    }
    if let (Some(low), Some(number)) = (schema.get("minimum").and_then(Value::as_f64), value.as_f64())
        && number < low
    {
        wrong(format!("{number} is below {low}"));
    }
    if let (Some("^[1-9][0-9]{0,18}$"), Some(text)) = (schema.get("pattern").and_then(Value::as_str), value.as_str())
        && text.parse::<i64>().is_err()
    {
        wrong(format!("“{text}” is not an identifier"));
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        check(document, part, value, at, found);
    }
    for (name, exactly) in [("anyOf", false), ("oneOf", true)] {
        let Some(parts) = schema.get(name).and_then(Value::as_array) else { continue };
        let tried: Vec<Vec<String>> = parts.iter().map(|part| misfits(document, part, value)).collect();
        let fitting = tried.iter().filter(|misfits| misfits.is_empty()).count();
        if fitting == 0 || (exactly && fitting > 1) {
            found.push(format!("{at}: fits {fitting} of {name}: {tried:?}"));
        }
    }
    if let Some(object) = value.as_object() {
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                found.push(format!("{at}: “{name}” is missing"));
            }
        }
        for (name, inner) in object {
            let schema = properties.and_then(|p| p.get(name)).or_else(|| schema.get("additionalProperties"));
            if let Some(schema) = schema {
                check(document, schema, inner, &format!("{at}/{name}"), found);
            }
        }
    }
    if let Some(items) = value.as_array() {
        let first = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (n, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(n).or_else(|| schema.get("items")) {
                check(document, schema, item, &format!("{at}/{n}"), found);
            }
        }
        let count = |name| schema.get(name).and_then(Value::as_u64).map(|n| n as usize);
        if count("minItems").is_some_and(|n| items.len() < n) || count("maxItems").is_some_and(|n| items.len() > n) {
            found.push(format!("{at}: has {} items", items.len()));
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn the_checker_bites() {
    use serde_json::json;
    let document = json!({ "d": { "type": "object", "required": ["a"], "properties": { "a": { "type": "integer", "minimum": 0 } }, "additionalProperties": false } });
    let schema = json!({ "$ref": "#/d" });
    assert!(misfits(&document, &schema, &json!({ "a": 1 })).is_empty());
    for wrong in [json!({}), json!({ "a": -1 }), json!({ "a": "1" }), json!({ "a": 1, "b": 2 }), json!([])] {
        assert!(!misfits(&document, &schema, &wrong).is_empty(), "{wrong}");
    }
}
