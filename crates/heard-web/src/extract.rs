//! What handlers take out of a request, with problems instead of the framework's own words.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::{Problem, ProblemCode};
use crate::strict::Strict;

/// A body of JSON.
pub struct Body<T>(pub T);

/// The fields of a form, in their order.
pub struct Form(pub Vec<(String, String)>);

/// The one identifier in the path. What is no identifier is nothing that exists.
pub struct Id<T>(pub T);

/// The parameters of the address, in their order.
pub struct Asked(pub Vec<(String, String)>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let json =
            kind.eq_ignore_ascii_case("application/json") || (kind.starts_with("application/") && (kind.ends_with("+json")));
        if !json {
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, "send JSON with “Content-Type: application/json”"));
        }
        let bytes = bytes(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// JSON as a `T`, or the field that does not fit.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(ProblemCode::BadRequest, format!("this is not JSON: {error}")))?;
    // Only written so can NUL stand in JSON; what is written so is mostly something else.
    if bytes.windows(NUL.len()).any(|some| some == NUL)
        && let Some(path) = path_to_nul(&value)
    {
        return Err(nul(path));
    }
    fitting(value)
}

/// A value as a `T`, or the field that does not fit.
pub fn fitting<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| {
        let path = error.path().to_string();
        Problem::field(if path == "." { "body".to_owned() } else { path }, error.into_inner().to_string())
    })
}

/// NUL as JSON says it.
const NUL: &[u8] = br"\u0000";

/// Where a NUL character stands.
fn path_to_nul(value: &Value) -> Option<String> {
    let below = |key: String, value| {
        let path = path_to_nul(value)?;
        Some(match path.as_str() {
            "" => key,
            path if path.starts_with('[') => format!("{key}{path}"),
            path => format!("{key}.{path}"),
        })
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(list) => list.iter().enumerate().find_map(|(at, value)| below(format!("[{at}]"), value)),
        Value::Object(fields) => {
            fields.iter().find_map(|(key, value)| if key.contains('\0') { Some(shown(key)) } else { below(key.clone(), value) })
        }
        _ => None,
    }
}

/// A NUL character can be kept by no database: it is refused at the door.
fn nul(field: String) -> Problem {
    Problem::field(
        if field.is_empty() { "body".to_owned() } else { field },
        "holds a NUL character, which cannot be kept: remove it",
    )
}

fn shown(name: &str) -> String {
    name.replace('\0', "␀")
}

/// The pairs of a form or an address, without NUL.
fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(bytes).into_owned().collect();
    match pairs.iter().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        Some((name, _)) => Err(nul(shown(name))),
        None => Ok(pairs),
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = bytes(request, state).await?;
        pairs(&bytes).map(Self)
    }
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::new(ProblemCode::BadRequest, "the body broke off"),
    })
}

/// The request is larger than is taken here.
pub fn too_large() -> Problem {
    Problem::new(ProblemCode::TooLarge, "the request is larger than is taken here")
}

impl Form {
    /// The first value of a field; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: std::str::FromStr + Send,
    S: Send + Sync,
{
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Problem::missing("thing"))?;
        path.0.parse().map(Self).map_err(|_| Problem::missing("thing"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        pairs(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

/// An answer of JSON with a status.
pub fn json<T: serde::Serialize>(status: StatusCode, value: T) -> (StatusCode, Json<T>) {
    (status, Json(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_refused_with_the_field_it_stands_in() {
        for (body, field) in [
            (r#"{"feedback":[{"key":"1"},{"key":"a\u0000"}]}"#, "feedback[1].key"),
            (r#"{"a\u0000b":1}"#, "a␀b"),
            (r#""\u0000""#, "body"),
        ] {
            let refused = parse::<Value>(body.as_bytes()).unwrap_err();
            assert_eq!(refused.sentence(), nul(field.to_owned()).sentence(), "{body}");
        }
        assert!(parse::<Value>(br#"{"path":"C:\\u0000"}"#).is_ok());
        assert!(pairs(b"a=1&b=%00").is_err_and(|refused| refused.sentence().contains('b')));
        assert_eq!(pairs(b"a=1&b=%2500").unwrap().len(), 2);
    }
}
