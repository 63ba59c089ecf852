//! The document of the API: whole, consistent, and with examples that fit.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use heard_web::app::routes;
use heard_web::route::Face;
use serde_json::Value;

use crate::schema::misfits;
use crate::site::Site;

/// The document as it is served.
pub async fn document(site: &Site) -> Value {
    let answer = site.get("/openapi.json", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = document(&Site::empty()).await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own_and_examples_that_fit() {
    let document = document(&Site::empty()).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    let mut operations = 0;
    for route in routes(0).iter().filter(|route| route.face == Face::Api) {
        let pointer =
            format!("/paths/{}/{}", route.path.replace('~', "~0").replace('/', "~1"), route.method.as_str().to_lowercase());
        let operation = document.pointer(&pointer).unwrap_or_else(|| panic!("{pointer} is not documented"));
        operations += 1;
        assert!(
            names.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{} is there twice",
            operation["operationId"]
        );
        assert!(!operation["summary"].as_str().unwrap().is_empty());
        let bodies = operation.get("requestBody").into_iter().chain(operation["responses"].as_object().unwrap().values());
        for body in bodies {
            for (media, content) in body.get("content").and_then(Value::as_object).into_iter().flatten() {
                let example = content.get("example").unwrap_or_else(|| panic!("{pointer}: {media} has no example"));
                let misfits = misfits(&document, &content["schema"], example);
                assert!(misfits.is_empty(), "{pointer}: the example does not fit: {misfits:#?}");
            }
        }
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            assert!(parameter["name"].is_string() && parameter["schema"].is_object(), "{pointer}: {parameter}");
        }
    }
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(operations, paths.values().map(|path| path.as_object().unwrap().len()).sum::<usize>());
}
