//! Who is looking: a person with a session, or a program with a token. Put into the request by the guard, taken out by handlers.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, User};

use crate::problem::{Problem, ProblemCode};

heard_domain::words! {
    /// Light or dark, if somebody chose.
    Theme {
        /// Dark ink on light paper.
        Light = "light", "Light";
        /// Light ink on dark paper.
        Dark = "dark", "Dark";
    }
}

impl Theme {
    /// The choice of this browser; `None`: as the system has it.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        cookie(headers, "theme").and_then(|word| word.parse().ok())
    }
}

/// A person who looks at a page.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who.
    pub user: User,
    /// What they may do and see.
    pub scope: Scope,
    /// Light or dark, if they chose.
    pub theme: Option<Theme>,
    /// What every form of the page carries in its field `csrf` (or in the header `x-csrf-token`); another one each time.
    pub csrf: String,
    /// The secret of the session.
    pub(crate) session: String,
}

impl Viewer {
    /// A user who looks, with the secret of their session.
    pub fn new(user: User, theme: Option<Theme>, csrf: String, session: String) -> Self {
        Self { scope: Scope::of_user(&user), user, theme, csrf, session }
    }

    /// Whether they may.
    pub fn may(&self, grant: Grant) -> bool {
        self.scope.may(grant)
    }
}

/// A program that calls the API.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What it may do and see.
    pub scope: Scope,
}

fn nobody() -> Problem {
    Problem::new(ProblemCode::Unauthorized, "sign in first")
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(nobody)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Viewer {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Ok(parts.extensions.get().cloned())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(nobody)
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Whether the browser fetches a page ahead: nobody has looked at it yet.
pub fn fetched_ahead(headers: &HeaderMap) -> bool {
    headers.get("sec-purpose").and_then(|purpose| purpose.to_str().ok()).is_some_and(|purpose| purpose.contains("prefetch"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "xtheme=light; theme=dark; theme2=light".parse().unwrap());
        assert_eq!(cookie(&headers, "theme"), Some("dark"));
        assert_eq!(Theme::of(&headers), Some(Theme::Dark));
        assert_eq!(cookie(&headers, "them"), None);
    }
}
