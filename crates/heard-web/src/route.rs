//! What one line of the route table says: method, path, who may, which face, and (for programs) how it is documented.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use heard_domain::user::Grant;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use crate::problem::ProblemCode;
use crate::state::AppState;

/// Who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Everybody, also without signing in.
    Public,
    /// Everybody who is signed in, or any token.
    SignedIn,
    /// Only who was granted this.
    May(Grant),
}

/// Who is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// People: HTML, session cookie, CSRF.
    Page,
    /// Programs: JSON, bearer token, never a cookie.
    Api,
    /// Customers: a public page without session, cookie and script. What is sent from it carries its own proof.
    Visitor,
}

/// What is taken as a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// At most so many bytes, in memory.
    Small(usize),
    /// At most so many bytes, streamed to disk as they come.
    Stream(u64),
}

/// A body of a request or an answer, documented.
#[derive(Clone)]
pub struct Content {
    /// Its media type.
    pub media: &'static str,
    /// Its schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// An example that fits the schema.
    pub example: Value,
}

/// How a route for programs is documented.
#[derive(Clone)]
pub struct Doc {
    /// Stable name of the operation.
    pub id: &'static str,
    /// The noun it is listed under.
    pub tag: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The schema of its query parameters.
    pub query: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// What it takes.
    pub takes: Option<Content>,
    /// What it answers: status, in words, body.
    pub answers: Vec<(u16, &'static str, Option<Content>)>,
    /// The problems it may answer beyond those that every route may.
    pub problems: Vec<ProblemCode>,
}

impl Doc {
    /// An operation.
    pub fn new(id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self { id, tag, summary, query: None, takes: None, answers: Vec::new(), problems: Vec::new() }
    }

    /// Its query parameters are the fields of `T`.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(|made| T::json_schema(made));
        self.or(ProblemCode::Validation)
    }

    /// It takes a `T` as JSON.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self, example: Value) -> Self {
        self.takes = Some(Content { media: "application/json", schema: |made| made.subschema_for::<T>(), example });
        self.or(ProblemCode::Validation).or(ProblemCode::TooLarge).or(ProblemCode::UnsupportedMediaType)
    }

    /// It takes some of the fields of a `T` as JSON (merge patch).
    #[must_use]
    pub fn changes<T: JsonSchema>(mut self, example: Value) -> Self {
        let schema = |made: &mut SchemaGenerator| {
            let mut schema = T::json_schema(made);
            schema.remove("required");
            schema
        };
        self.takes = Some(Content { media: "application/json", schema, example });
        self.or(ProblemCode::Validation).or(ProblemCode::TooLarge).or(ProblemCode::UnsupportedMediaType)
    }

    /// It takes a file as it is.
    #[must_use]
    pub fn takes_file(mut self, example: &str) -> Self {
        self.takes = Some(Content {
            media: "application/octet-stream",
            schema: |_| schemars::json_schema!({ "type": "string", "description": "The bytes of the file." }),
            example: Value::from(example),
        });
        self.or(ProblemCode::Validation).or(ProblemCode::TooLarge)
    }

    /// It answers a `T` as JSON.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: u16, words: &'static str, example: Value) -> Self {
        let content = Content { media: "application/json", schema: |made| made.subschema_for::<T>(), example };
        self.answers.push((status, words, Some(content)));
        self
    }

    /// It answers text of another kind, or with a status that it answers otherwise as well.
    #[must_use]
    pub fn answers_text(mut self, status: u16, media: &'static str, example: &str) -> Self {
        let schema = |_: &mut SchemaGenerator| schemars::json_schema!({ "type": "string" });
        self.answers.push((status, "", Some(Content { media, schema, example: Value::from(example) })));
        self
    }

    /// It answers without a body.
    #[must_use]
    pub fn answers_nothing(mut self, words: &'static str) -> Self {
        self.answers.push((204, words, None));
        self
    }

    /// It may also answer this problem.
    #[must_use]
    pub fn or(mut self, code: ProblemCode) -> Self {
        if !self.problems.contains(&code) {
            self.problems.push(code);
        }
        self
    }
}

/// One line of the route table. There is no way to make one without a policy.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{id}` for what varies.
    pub path: &'static str,
    /// Who may.
    pub policy: Policy,
    /// Who is spoken to.
    pub face: Face,
    /// What is taken.
    pub intake: Intake,
    /// How it is documented: always there for programs, never for people.
    pub doc: Option<Doc>,
    /// What is done.
    pub handler: MethodRouter<AppState>,
}

/// A form or a small document.
const SMALL: usize = 256 * 1024;

impl Route {
    fn new<H, T>(method: Method, path: &'static str, policy: Policy, face: Face, doc: Option<Doc>, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        Self { method, path, policy, face, intake: Intake::Small(SMALL), doc, handler: on(filter, handler) }
    }

    /// A page, or what a page needs.
    pub fn page<H, T>(method: Method, path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::new(method, path, policy, Face::Page, None, handler)
    }

    /// A page for customers: no session is looked at, so nothing of one can be misused. What changes something must prove
    /// itself by what it carries.
    pub fn visitor<H, T>(method: Method, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::new(method, path, Policy::Public, Face::Visitor, None, handler)
    }

    /// An operation for programs.
    pub fn api<H, T>(method: Method, path: &'static str, policy: Policy, doc: Doc, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::new(method, path, policy, Face::Api, Some(doc), handler)
    }

    /// The same, taking up to so many bytes in memory.
    #[must_use]
    pub fn up_to(mut self, bytes: usize) -> Self {
        self.intake = Intake::Small(bytes);
        self
    }

    /// The same, taking a file of up to so many bytes that is streamed to disk.
    #[must_use]
    pub fn streaming(mut self, bytes: u64) -> Self {
        self.intake = Intake::Stream(bytes);
        self
    }

    /// Whether it changes nothing.
    pub fn safe(&self) -> bool {
        self.method.is_safe()
    }
}
