//! Error pages: what went wrong, and the way on.

use heard_domain::capital::capital;
use maud::{Markup, html};

use crate::parts::layout::{self, bare};
use crate::problem::{Problem, ProblemCode};
use crate::viewer::{Theme, Viewer};

/// A problem as a page.
pub fn page(problem: &Problem, request_id: &str, viewer: Option<&Viewer>, theme: Option<Theme>) -> Markup {
    let title = problem.code.label();
    let body = html! {
        header.top { div { p.eyebrow { (problem.code.status().as_u16()) } h1 { (title) } } }
        div.card.form {
            p { (sentence(problem)) }
            p { (advice(problem.code)) }
            div.tools {
                @if problem.code == ProblemCode::Unauthorized { a.primary href="/sign-in" { "Sign in" } }
                @else { a.primary href="/" { "Go to the overview" } }
            }
            p.soft { "Request " code { (request_id) } }
        }
    };
    match viewer {
        Some(viewer) => layout::page(viewer, None, title, &body),
        None => bare(title, theme, &body),
    }
}

fn sentence(problem: &Problem) -> String {
    let mut out = capital(&problem.sentence());
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

fn advice(code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::NotFound => {
            "It may have been removed, or it is not in your sight. Check the address, or start from the overview."
        }
        ProblemCode::Unauthorized => "After signing in you can go on where you were.",
        ProblemCode::Forbidden => "Ask an admin of Heard if you need it for your work.",
        ProblemCode::Forged => "Go back, load the page again, and send the form once more.",
        ProblemCode::TooLarge => "Split it into smaller pieces, or use “heard import” on the machine itself.",
        ProblemCode::TooManyRequests => "This protects everybody’s account. Wait a little, then try again.",
        ProblemCode::Busy | ProblemCode::Timeout => "Try again in a moment.",
        ProblemCode::Stopped => {
            "Nothing that was kept is lost, and everything can still be read. Whoever runs Heard must start it again."
        }
        ProblemCode::Full => "Nothing was lost. Free some space on the machine that runs Heard, then try again.",
        ProblemCode::Internal => "It is not your fault. If it happens again, tell whoever runs Heard the request’s number below.",
        ProblemCode::BadRequest
        | ProblemCode::MethodNotAllowed
        | ProblemCode::Conflict
        | ProblemCode::UnsupportedMediaType
        | ProblemCode::Validation => "Go back, correct it, and send it again.",
    }
}
