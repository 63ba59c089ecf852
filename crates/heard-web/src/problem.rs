//! What went wrong, as an answer: RFC 9457 for programs, a page for people, from one closed list of codes.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heard_flow::error::FlowError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

heard_domain::words! {
    /// What kind of problem it is. The list is closed: programs may rely on it.
    ProblemCode {
        /// The request cannot be understood.
        BadRequest = "bad_request", "The request cannot be understood";
        /// Nobody is signed in, or the token is not known.
        Unauthorized = "unauthorized", "Sign in first";
        /// Signed in, but not allowed.
        Forbidden = "forbidden", "This is not open to you";
        /// The form did not come from this site's own page, or that page is too old.
        Forged = "forged", "This form is too old, or did not come from Heard";
        /// There is no such thing, or it is out of sight.
        NotFound = "not_found", "There is nothing here";
        /// The address exists, but not for this method.
        MethodNotAllowed = "method_not_allowed", "That cannot be done here";
        /// The request did not arrive in time.
        Timeout = "timeout", "It took too long";
        /// It contradicts what is there already.
        Conflict = "conflict", "This contradicts what is there already";
        /// The request is larger than is taken here.
        TooLarge = "too_large", "Too large";
        /// The body has a type that is not understood here.
        UnsupportedMediaType = "unsupported_media_type", "This kind of content is not understood here";
        /// A field breaks a rule.
        Validation = "validation", "Something is not right yet";
        /// Too many tries.
        TooManyRequests = "too_many_requests", "Too many tries";
        /// A fault inside Heard.
        Internal = "internal_server_error", "Something went wrong inside Heard";
        /// Too much at once.
        Busy = "service_unavailable", "Heard is busy";
        /// The disk or the database failed: nothing is kept until Heard is started again.
        Stopped = "writing_stopped", "Heard has stopped writing";
        /// The disk is full.
        Full = "insufficient_storage", "The disk is full";
    }
}

impl ProblemCode {
    /// The HTTP status that belongs to it.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Validation => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy | Self::Stopped => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
        }
    }
}

/// A field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvalidParam {
    /// The field as the sender knows it.
    pub name: String,
    /// What is wrong and what is expected.
    pub reason: String,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub code: ProblemCode,
    /// What it is in this case, and what to do.
    pub detail: String,
    /// The fields that break a rule.
    pub invalid: Vec<InvalidParam>,
    /// After how many seconds another try makes sense.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), invalid: Vec::new(), retry_after: None }
    }

    /// There is no such thing, or it is out of sight: which of both is never said.
    pub fn missing(what: &str) -> Self {
        Self::new(ProblemCode::NotFound, format!("there is no such {what}"))
    }

    /// A field breaks a rule.
    pub fn field(name: impl Into<String>, reason: impl Into<String>) -> Self {
        let invalid = vec![InvalidParam { name: name.into(), reason: reason.into() }];
        Self { invalid, ..Self::new(ProblemCode::Validation, "a field breaks a rule") }
    }

    /// The same, worth another try after some seconds.
    #[must_use]
    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// What is wrong, in one sentence.
    pub fn sentence(&self) -> String {
        let fields: Vec<String> = self.invalid.iter().map(|field| format!("{} {}", field.name, field.reason)).collect();
        if fields.is_empty() { self.detail.clone() } else { fields.join("; ") }
    }

    /// As a body of `application/problem+json`.
    pub fn body(&self, instance: &str, request_id: &str) -> ProblemBody {
        ProblemBody {
            kind: format!("urn:heard:problem:{}", self.code.code()),
            title: self.code.label().to_owned(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code,
            instance: instance.to_owned(),
            request_id: request_id.to_owned(),
            invalid_params: self.invalid.clone(),
        }
    }
}

/// A problem as programs get it (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemBody {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What it is in this case, and what to do.
    pub detail: String,
    /// The kind, from a closed list.
    pub code: ProblemCode,
    /// The address that was asked.
    pub instance: String,
    /// Names this request in the log.
    pub request_id: String,
    /// The fields that break a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub invalid_params: Vec<InvalidParam>,
}

/// The body is written by [`crate::answer`], which knows whether a person or a program asked.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Forbidden => Self::new(ProblemCode::Forbidden, "your role or token does not allow this"),
            FlowError::Missing(what) => Self::missing(what),
            FlowError::Unknown { field, what } => {
                let reason = format!("names a {what} that is not there");
                Self { invalid: vec![InvalidParam { name: field.to_owned(), reason }], ..Self::missing(what) }
            }
            FlowError::Taken { field, reason } => {
                let invalid = vec![InvalidParam { name: field.to_owned(), reason }];
                Self { invalid, ..Self::new(ProblemCode::Conflict, "a field says what is taken already") }
            }
            FlowError::Rule { field, reason } => Self::field(field, reason),
            FlowError::Conflict(what) => Self::new(ProblemCode::Conflict, what),
            FlowError::Busy => Self::new(ProblemCode::Busy, "too much at once: nothing was kept, try again in a moment").after(1),
            FlowError::Full => {
                Self::new(ProblemCode::Full, "the disk is full: nothing was kept; free some space, then try again").after(60)
            }
            FlowError::Stopped => Self::new(
                ProblemCode::Stopped,
                "the disk or the database failed: nothing was kept, and nothing is until Heard is started again; “heard doctor” says more",
            )
            .after(60),
            FlowError::Internal(cause) => {
                tracing::error!(cause = %chain(cause.as_ref()), "a step failed");
                Self::new(ProblemCode::Internal, "the details are in the log under this request's id")
            }
        }
    }
}

impl From<heard_store::error::StoreError> for Problem {
    fn from(error: heard_store::error::StoreError) -> Self {
        FlowError::from(error).into()
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        words = format!("{words}: {cause}");
        next = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rule_names_its_field() {
        let problem = Problem::from(FlowError::rule("email", "is not an e-mail address"));
        assert_eq!(problem.code.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body = serde_json::to_value(problem.body("/api/v1/users", "r1")).unwrap();
        assert_eq!(body["invalid_params"][0]["name"], "email");
        assert_eq!(body["code"], "validation");
        assert_eq!(body["request_id"], "r1");
    }

    #[test]
    fn what_went_wrong_inside_is_not_told() {
        let problem = Problem::from(FlowError::internal("secret path /data"));
        assert!(!problem.detail.contains("secret"));
        assert_eq!(problem.code.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
