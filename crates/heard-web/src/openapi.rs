//! The `OpenAPI` document, made from the route table and the types themselves.

use std::collections::BTreeSet;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::problem::{ProblemBody, ProblemCode};
use crate::route::{Content, Doc, Face, Policy, Route};

const ABOUT: &str = "Everything that can be done in Heard can be done here. Send a token with `Authorization: Bearer heard_…`; \
tokens are made under Settings. Identifiers are strings, times RFC 3339, days ISO dates. Lists are paged: pass `next` of an answer \
as `cursor`. What goes wrong is answered as `application/problem+json` (RFC 9457) with a `code` from a closed list.";

/// The document of a route table.
pub fn document(routes: &[Route]) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut made = settings.into_generator();
    let mut paths = Map::new();
    let mut tags = BTreeSet::new();
    for route in routes {
        let (Face::Api, Some(doc)) = (route.face, &route.doc) else { continue };
        tags.insert(doc.tag);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_lowercase(), operation(route, doc, &mut made));
        }
    }
    made.subschema_for::<ProblemBody>();
    let schemas = made.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Heard",
            "version": "1",
            "summary": "What customers say, along their journey.",
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags.iter().map(|tag| json!({ "name": tag })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "A token of Heard; its rights are its scopes." } },
        },
    })
}

fn operation(route: &Route, doc: &Doc, made: &mut SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = in_path(route.path).map(path_parameter).collect();
    if let Some(query) = doc.query {
        parameters.extend(query_parameters(query(made).as_value()));
    }
    let mut responses = Map::new();
    for (status, words, content) in &doc.answers {
        // Several kinds of content under one status are told apart by their media type.
        let response = responses.entry(status.to_string()).or_insert_with(|| json!({ "description": words }));
        if let Some(content) = content {
            response["content"][content.media] = body(content, made);
        }
    }
    for code in problems(route, doc) {
        let status = code.status().as_u16().to_string();
        let words = format!("{} (`{}`)", code.label(), code.code());
        let entry = responses.entry(status).or_insert_with(|| json!({ "description": "", "content": problem(code) }));
        let known = entry["description"].as_str().unwrap_or_default();
        entry["description"] = if known.is_empty() { words.into() } else { format!("{known}; {words}").into() };
    }
    let mut out = json!({
        "operationId": doc.id,
        "summary": doc.summary,
        "tags": [doc.tag],
        "responses": responses,
    });
    if let Some(out) = out.as_object_mut() {
        if !parameters.is_empty() {
            out.insert("parameters".into(), parameters.into());
        }
        if let Some(content) = &doc.takes {
            out.insert("requestBody".into(), json!({ "required": true, "content": media(content, made) }));
        }
        let security = match route.policy {
            Policy::Public => json!([]),
            Policy::SignedIn => json!([{ "token": [] }]),
            Policy::May(grant) => {
                out.insert("description".into(), format!("Needs the scope `{}`.", grant.code()).into());
                json!([{ "token": [grant.code()] }])
            }
        };
        out.insert("security".into(), security);
    }
    out
}

/// The problems that a route may answer: its own, and those that follow from its line.
pub fn problems(route: &Route, doc: &Doc) -> Vec<ProblemCode> {
    let mut codes = doc.problems.clone();
    if route.policy != Policy::Public {
        codes.push(ProblemCode::Unauthorized);
    }
    if matches!(route.policy, Policy::May(_)) {
        codes.push(ProblemCode::Forbidden);
    }
    if route.path.contains('{') {
        codes.push(ProblemCode::NotFound);
    }
    if doc.takes.is_some() {
        codes.push(ProblemCode::BadRequest);
        codes.extend([ProblemCode::Full, ProblemCode::Stopped]);
    }
    codes.extend([ProblemCode::Timeout, ProblemCode::Internal, ProblemCode::Busy]);
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn problem(code: ProblemCode) -> Value {
    let body =
        crate::problem::Problem::new(code, "what it is in this case, and what to do").body("/api/v1/…", "1c9f00a4e2c00001");
    json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" }, "example": body } })
}

fn media(content: &Content, made: &mut SchemaGenerator) -> Value {
    json!({ content.media: body(content, made) })
}

fn body(content: &Content, made: &mut SchemaGenerator) -> Value {
    json!({ "schema": (content.schema)(made), "example": content.example })
}

/// The names of what varies in a path.
pub fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true,
        "schema": { "type": "string", "pattern": "^[1-9][0-9]{0,18}$" }, "example": "729382736455",
    })
}

fn query_parameters(schema: &Value) -> Vec<Value> {
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let parameter = |(name, mut schema): (String, Value)| {
        let words = schema.as_object_mut().and_then(|schema| {
            schema.remove("default");
            schema.remove("description")
        });
        json!({
            "name": name, "in": "query", "required": required.contains(&Value::from(name.clone())),
            "description": words.unwrap_or_default(), "schema": schema,
        })
    };
    properties.into_iter().map(parameter).collect()
}
