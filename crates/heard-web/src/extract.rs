//! What handlers take out of a request, with problems instead of the framework's own words.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

use crate::problem::{Problem, ProblemCode};

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
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        if cause.is_data() {
            Problem::field(if path == "." { "body".to_owned() } else { path }, cause.to_string())
        } else {
            Problem::new(ProblemCode::BadRequest, format!("this is not JSON: {cause}"))
        }
    })?;
    reader.end().map_err(|error| Problem::new(ProblemCode::BadRequest, format!("this is not JSON: {error}")))?;
    Ok(value)
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = bytes(request, state).await?;
        Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
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
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

/// An answer of JSON with a status.
pub fn json<T: serde::Serialize>(status: StatusCode, value: T) -> (StatusCode, Json<T>) {
    (status, Json(value))
}
