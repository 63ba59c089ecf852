//! Where identifiers stand in a body, found by the schema: a new field falls under the tests by itself.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::schema::misfits;
use crate::world::World;

/// Identifiers within a value: where (JSON pointer), and of what kind (`PostId` → `posts`).
pub fn within(document: &Value, schema: &Value, value: &Value) -> BTreeSet<(String, &'static str)> {
    let mut found = BTreeSet::new();
    walk(document, schema, value, "", &mut found);
    found
}

fn walk(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut BTreeSet<(String, &'static str)>) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap();
        match (noun(name), value) {
            (Some(noun), Value::String(_)) => drop(found.insert((at.to_owned(), noun))),
            (Some(_), _) => {}
            (None, _) => walk(document, document.pointer(reference.trim_start_matches('#')).unwrap(), value, at, found),
        }
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        walk(document, part, value, at, found);
    }
    for part in ["anyOf", "oneOf"].into_iter().filter_map(|name| schema.get(name)?.as_array()).flatten() {
        if misfits(document, part, value).is_empty() {
            walk(document, part, value, at, found);
        }
    }
    if let Value::Object(object) = value {
        for (key, inner) in object {
            let known = schema.get("properties").and_then(|properties| properties.get(key));
            if let Some(schema) = known.or_else(|| schema.get("additionalProperties").filter(|more| more.is_object())) {
                walk(document, schema, inner, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
    }
    if let Value::Array(items) = value {
        for (n, inner) in items.iter().enumerate() {
            let own = schema.get("prefixItems").and_then(|prefix| prefix.get(n)).or_else(|| schema.get("items"));
            if let Some(schema) = own {
                walk(document, schema, inner, &format!("{at}/{n}"), found);
            }
        }
    }
}

/// The noun behind the name of a type of identifiers, as it stands in addresses.
pub fn noun(name: &str) -> Option<&'static str> {
    Some(match name {
        "FeedbackId" => "feedback",
        "PersonId" => "persons",
        "AccountId" => "accounts",
        "PostId" => "posts",
        "StageId" => "stages",
        "TouchpointId" => "touchpoints",
        "CategoryId" => "categories",
        "DepartmentId" => "departments",
        "PlaceId" => "places",
        "SegmentId" => "segments",
        "CalendarId" => "calendars",
        "FormId" => "forms",
        "UserId" => "users",
        "TokenId" => "tokens",
        "SessionId" => "sessions",
        "ImportId" => "imports",
        "AttributeId" => "attributes",
        "ValueId" => "values",
        "ScaleId" => "scales",
        "JobId" => "jobs",
        "CorrectionId" => "corrections",
        "ExampleId" => "examples",
        "EventId" => "events",
        "WebhookId" => "webhooks",
        "TemplateId" => "templates",
        "RuleId" => "rules",
        "CaseId" => "cases",
        "CaseEntryId" => "entries",
        "TaskId" => "tasks",
        "AlertId" => "alerts",
        "IssueId" => "issues",
        "CauseId" => "causes",
        "ActionId" => "actions",
        "ProposedFixId" => "fixes",
        "PartnerLinkId" => "partners",
        "ThreadId" => "threads",
        "MessageId" => "messages",
        "LetterId" => "letters",
        "ProgressId" => "progress",
        "ReceiverId" => "receivers",
        "CasePromiseId" => "case-promises",
        "PromiseId" => "promises",
        "CommitmentId" => "commitments",
        other if other.ends_with("Id") => panic!("say in ids.rs under which noun {other} stands"),
        _ => return None,
    })
}

/// An identifier of a kind that is there and in sight.
pub async fn there(world: &World, noun: &str) -> String {
    let directory = world.site.flow.directory();
    match noun {
        "stages" => directory.journey.stages[0].id.to_string(),
        "touchpoints" => directory.journey.touchpoints[0].id.to_string(),
        "categories" => directory.taxonomy.categories[0].id.to_string(),
        "users" => world.admin.id.to_string(),
        _ => world.fresh(noun).await,
    }
}

/// The example of an operation's body, with identifiers that are there: its schema, the body, and where they stand.
pub async fn body(
    world: &World,
    document: &Value,
    path: &str,
    method: &str,
) -> Option<(Value, BTreeSet<(String, &'static str)>)> {
    let content = &document["paths"][path][method]["requestBody"]["content"]["application/json"];
    let (schema, mut body) = (content.get("schema")?, content.get("example")?.clone());
    let found = within(document, schema, &body);
    for (at, noun) in &found {
        *body.pointer_mut(at).unwrap() = there(world, noun).await.into();
    }
    Some((body, found))
}

/// The parameters of an operation that take identifiers.
pub fn parameters(document: &Value, path: &str, method: &str) -> Vec<(String, &'static str)> {
    let operation = &document["paths"][path][method];
    let list = operation["parameters"].as_array().cloned().unwrap_or_default();
    let queried = list.into_iter().filter(|parameter| parameter["in"] == "query");
    let taken = queried.filter_map(|parameter| {
        let schema = parameter["schema"].to_string();
        let name = schema.split("#/components/schemas/").nth(1)?.split('"').next()?.to_owned();
        Some((parameter["name"].as_str()?.to_owned(), noun(&name)?))
    });
    taken.collect()
}

/// Every string of digits that long is an identifier; what it was is no part of an answer.
pub fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if digits.len() >= 9 {
            out.push('#');
        } else {
            out.push_str(&digits);
        }
        digits.clear();
        out.push(c);
    }
    out
}

/// An object without some of its fields.
pub fn without(value: &Value, names: &[&str]) -> Value {
    let object = value.as_object().cloned().unwrap_or_default();
    Value::Object(object.into_iter().filter(|(key, _)| !names.contains(&key.as_str())).collect::<Map<_, _>>())
}
