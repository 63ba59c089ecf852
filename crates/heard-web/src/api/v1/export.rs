//! Everything that fits a filter, as a file: CSV for spreadsheets, JSONL for programs, or only the hash of its content.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use heard_domain::import::FileFormat;
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_flow::measure::known;
use heard_flow::tell::content::Content;
use heard_flow::tell::export::{Export, WITHOUT_PERSONS, Wanted};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::api::v1::feedback::persons_hidden;
use crate::api::v1::sight::{Sight, SightParameters, one, unknown};
use crate::extract::Asked;
use crate::flowing::flowing;
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

heard_domain::words! {
    /// What is answered.
    ExportFormat {
        /// A table for spreadsheets.
        Csv = "csv", "CSV";
        /// One JSON object a line.
        Jsonl = "jsonl", "JSONL";
        /// Only how many, and the hash of their content.
        Hash = "hash", "Content hash";
    }
}

/// What is exported, and how.
#[derive(JsonSchema, Serialize)]
pub struct ExportParameters {
    #[serde(flatten)]
    sight: SightParameters,
    /// `csv`, `jsonl`, or `hash`; `jsonl` if not said.
    #[serde(default)]
    format: Option<ExportFormat>,
    /// CSV: leave cells as they are, even those that a spreadsheet would run. Only for programs.
    #[serde(default)]
    raw: Option<bool>,
}

/// Exports for a program.
pub async fn export(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Response, Problem> {
    let (sight, others) = Sight::take(pairs)?;
    let (mut format, mut raw) = (ExportFormat::Jsonl, false);
    let mut rest = Vec::new();
    for (name, value) in others {
        match name.as_str() {
            "format" => format = one("format", &value)?,
            "raw" => raw = one("raw", &value)?,
            _ => rest.push((name, value)),
        }
    }
    unknown(&rest)?;
    let period = sight.period();
    persons_hidden(&caller.scope, &sight.filter)?;
    known::filter(&state.flow, &caller.scope, &sight.filter).await?;
    exported(&state, &caller.scope, sight.filter, period, format, raw).await
}

/// The file, or its hash.
pub async fn exported(
    state: &AppState,
    scope: &Scope,
    filter: Filter,
    period: Option<Period>,
    format: ExportFormat,
    raw: bool,
) -> Result<Response, Problem> {
    persons_hidden(scope, &filter)?;
    let (layout, kind, ending) = match format {
        ExportFormat::Csv => (FileFormat::Csv, "text/csv; charset=utf-8", "csv"),
        ExportFormat::Jsonl | ExportFormat::Hash => (FileFormat::Jsonl, "application/jsonl", "jsonl"),
    };
    let mut export = Export::begin(&state.flow, scope, Wanted { filter, period, format: layout, raw }).await?;
    if format == ExportFormat::Hash {
        while export.next().await?.is_some() {}
        return Ok(Json(export.hash().content()).into_response());
    }
    // What goes wrong at the beginning is answered as a problem; later it can only break off.
    let first = export.next().await?;
    let (out, body) = flowing();
    tokio::spawn(async move {
        let mut next = Ok(first);
        loop {
            let part = match next {
                Ok(Some(part)) => Ok(Bytes::from(part)),
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(%error, "an export broke off");
                    Err(std::io::Error::other("the export broke off"))
                }
            };
            let broken = part.is_err();
            // Nobody reads any more: nobody needs the rest.
            if out.send(part).await.is_err() || broken {
                return;
            }
            next = export.next().await;
        }
    });
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let persons = scope.may(Grant::ReadPersons);
    let name = format!("attachment; filename=\"feedback{}.{ending}\"", if persons { "" } else { "-without-persons" });
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    if !persons {
        headers.insert(HeaderName::from_static("x-heard-left-out"), HeaderValue::from_static(WITHOUT_PERSONS));
    }
    Ok(response)
}

/// Documents [`export`].
pub fn export_doc() -> Doc {
    let line = "{\"post\":\"Help desk\",\"channel\":\"ticket\",\"key\":\"ticket-8841\",\"at\":\"2026-03-22T14:05:00Z\",\"text\":\"Three hours late.\",\
                \"author\":{\"name\":\"Mia L.\",\"role\":null,\"identities\":[],\"account\":null},\"touchpoint\":null,\"ratings\":[],\"attributes\":[],\
                \"link\":null,\"heard\":{\"id\":\"729382736999\"}}\n";
    let table = "post,channel,key,at,text,…\r\nHelp desk,ticket,ticket-8841,2026-03-22T14:05:00Z,Three hours late.,…\r\n";
    Doc::new("exportFeedback", "Feedback", "Everything that fits a filter, as a file that can be imported again.")
        .query::<ExportParameters>()
        .or(crate::problem::ProblemCode::NotFound)
        .answers::<Content>(200, "The file, or the hash of its content", json!({ "count": 1, "hash": "0".repeat(64) }))
        .answers_text(200, "application/jsonl", line)
        .answers_text(200, "text/csv", table)
}
