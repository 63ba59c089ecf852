//! Runs of letters: listed, and begun.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Directory;
use heard_domain::letter::{Audience, Letter, LetterState, ToldStage};
use heard_domain::user::Grant;
use heard_flow::tell::letters::{self, LetterDraft, LetterShown};
use maud::{Markup, html};

use crate::extract::Form;
use crate::parts::empty::empty;
use crate::parts::field::{line, lines, refused};
use crate::parts::filters::any;
use crate::parts::form::{Options, choice, csrf};
use crate::parts::layout::{Place, page};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const FIELDS: [&str; 8] = ["name", "subject", "text", "kind", "stage", "category", "from", "until"];

/// Lists them, with the form that begins one.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    whole(&state, &viewer, &Form(Vec::new()), None).await
}

/// Begins one: nothing is sent before it was looked at and reviewed.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let outcome = async { letters::add(&state.flow, &viewer.scope, &draft(&form)?).await.map_err(problem_of) };
    match outcome.await {
        Ok(made) => Ok(Redirect::to(&format!("/letters/{}", made.id)).into_response()),
        Err(problem) => whole(&state, &viewer, &form, Some(&problem)).await,
    }
}

/// The rules call the fields of an audience by their path.
pub fn problem_of(error: heard_flow::error::FlowError) -> Problem {
    let mut problem = Problem::from(error);
    for field in &mut problem.invalid {
        if let Some(name) = field.name.strip_prefix("audience.") {
            field.name = name.to_owned();
        }
    }
    problem
}

/// What the form says.
pub fn draft(form: &Form) -> Result<LetterDraft, Problem> {
    let day = |name: &str| form.get(name).parse().map_err(|_| Problem::field(name, "must be a day"));
    let told = || form.get("told").parse::<ToldStage>().map_err(|_| Problem::field("told", "must be chosen"));
    let audience = match form.get("to") {
        "issue" => {
            let issue = form.get("issue").parse().map_err(|_| Problem::field("issue", "must be chosen"))?;
            Audience::Issue { issue, stage: told()? }
        }
        "raised" => {
            let category = form.get("category").parse().map_err(|_| Problem::field("category", "must be chosen"))?;
            Audience::Raised { category, stage: told()?, from: day("from")?, until: day("until")? }
        }
        _ => {
            let stage = match form.get("stage") {
                "" => None,
                id => Some(id.parse().map_err(|_| Problem::field("stage", "must be one of the journey"))?),
            };
            Audience::Event { kind: form.get("kind").to_owned(), stage, from: day("from")?, until: day("until")? }
        }
    };
    let words = |name: &str| form.get(name).to_owned();
    Ok(LetterDraft { name: words("name"), subject: words("subject"), text: words("text"), audience })
}

/// A run as its form would be filled in.
pub fn typed(letter: &Letter) -> Form {
    let mut pairs = vec![("name", letter.name.clone()), ("subject", letter.subject.clone()), ("text", letter.text.clone())];
    if let Some((from, until)) = letter.audience.days() {
        pairs.extend([("from", from.to_string()), ("until", until.to_string())]);
    }
    match &letter.audience {
        Audience::Issue { issue, stage } => {
            pairs.extend([("to", "issue".to_owned()), ("issue", issue.to_string()), ("told", stage.code().to_owned())]);
        }
        Audience::Event { kind, stage, .. } => {
            pairs.push(("kind", kind.clone()));
            pairs.extend(stage.map(|stage| ("stage", stage.to_string())));
        }
        Audience::Raised { category, stage, .. } => {
            pairs.extend([("to", "raised".to_owned()), ("category", category.to_string()), ("told", stage.code().to_owned())]);
        }
    }
    Form(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The fields of a run.
pub fn fields(directory: &Directory, kinds: &[(String, u64)], form: &Form, problem: Option<&Problem>) -> Markup {
    let kinds: Options = kinds.iter().map(|(kind, n)| (kind.clone(), format!("{kind} ({n})"))).collect();
    let stages: Options = directory.journey.stages.iter().map(|stage| (stage.id.to_string(), stage.name.clone())).collect();
    let categories: Options =
        directory.taxonomy.categories.iter().map(|category| (category.id.to_string(), category.name.clone())).collect();
    let told: Options = ToldStage::ALL.iter().map(|stage| (stage.code().to_owned(), stage.label().to_owned())).collect();
    let to: Options = vec![
        ("event".into(), "Everybody to whom something happened".into()),
        ("raised".into(), "Everybody who raised something".into()),
    ];
    if form.get("to") == "issue" {
        return to_raisers(form, problem);
    }
    html! {
        (line("name", "Name", form.get("name"), "What you call it; customers do not see it.", problem))
        (choice("to", "to", "Who gets it", &to, form.get("to")))
        fieldset.field {
            legend { "Something happened to them" }
            (choice("kind", "kind", "What happened", &any("Choose", kinds), form.get("kind")))
            (choice("stage", "stage", "At which stage", &any("Any stage", stages), form.get("stage")))
        }
        fieldset.field {
            legend { "They raised something" }
            (choice("category", "category", "What they raised", &any("Choose", categories), form.get("category")))
            (choice("told", "told", "How far it has come", &told, form.get("told")))
        }
        div.field { label for="from" { "First day" } input.input.small id="from" type="date" name="from" value=(form.get("from")) required; }
        div.field { label for="until" { "Last day" } input.input.small id="until" type="date" name="until" value=(form.get("until")) required; }
        (line("subject", "Subject", form.get("subject"), "Placeholders like {{name}} are filled in.", problem))
        (lines("text", "Letter", form.get("text"),
            "Known everywhere: {{name}}, {{company}}. About events: {{event}}, {{day}}, and what was imported with them. About what was raised: {{category}}, {{stage}}.", 10, problem))
    }
}

/// The fields of a run to those who raised an issue: who gets it stands already.
pub fn to_raisers(form: &Form, problem: Option<&Problem>) -> Markup {
    html! {
        @for name in ["to", "issue", "told"] { input type="hidden" name=(name) value=(form.get(name)); }
        (line("name", "Name", form.get("name"), "What you call it; customers do not see it.", problem))
        (line("subject", "Subject", form.get("subject"), "Placeholders like {{name}} are filled in.", problem))
        (lines("text", "Letter", form.get("text"),
            "Known: {{name}}, {{company}}, {{day}} on which they said it, {{issue}}, {{stage}}; and {{fix}} once all departments have stated theirs. Their words are written for colleagues: read them as a customer would.", 12, problem))
    }
}

/// Who gets a run, in words.
pub fn audience(directory: &Directory, letter: &Letter) -> String {
    let days = letter
        .audience
        .days()
        .map(|(from, until)| format!("from {} to {}", heard_charts::date::long(from), heard_charts::date::long(until)));
    let days = days.unwrap_or_default();
    match &letter.audience {
        Audience::Issue { stage, .. } => format!("everybody who raised the issue: {}", stage.label().to_lowercase()),
        Audience::Event { kind, stage, .. } => {
            let stage = stage.and_then(|id| directory.journey.stage(id)).map(|stage| format!(" at {}", stage.name));
            format!("everybody with “{kind}”{} {days}", stage.unwrap_or_default())
        }
        Audience::Raised { category, stage, .. } => {
            let named =
                directory.taxonomy.category(*category).map_or("a category that is gone", |category| category.name.as_str());
            format!("everybody who raised “{named}” {days}: {}", stage.label().to_lowercase())
        }
    }
}

async fn whole(state: &AppState, viewer: &Viewer, form: &Form, problem: Option<&Problem>) -> Result<Response, Problem> {
    let runs = letters::list(&state.flow, &viewer.scope).await?;
    let kinds = letters::kinds(&state.flow, &viewer.scope).await?;
    let directory = state.flow.directory();
    let body = html! {
        header.top { div { p.eyebrow { "Act" } h1 { "Letters" } } div.tools { @if viewer.may(Grant::ReadPersons) { a.secondary href="/accounts" { "Renewals" } } } }
        p.soft { "A letter to everybody whom something happened to, or who raised something: once each, never to somebody who asked for none. Nothing goes out before you have seen it for real customers and pressed a second time." }
        @if runs.is_empty() { (empty("feedback", "No letters yet", "Write the first one below.", &html! {})) }
        @else { ul.changes { @for run in &runs { (row(&directory, run)) } } }
        section.card.narrow aria-labelledby="new-letter" {
            h2 #new-letter { "Write a letter" }
            form.form method="post" action="/letters" {
                (csrf(&viewer.csrf))
                (refused(problem, &FIELDS))
                (fields(&directory, &kinds, form, problem))
                button.primary { "Look at it" }
            }
        }
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Letters), "Letters", &body)).into_response())
}

fn row(directory: &Directory, run: &LetterShown) -> Markup {
    let letter = &run.letter;
    html! {
        li {
            a href={ "/letters/" (letter.id) } { (letter.name) }
            span.soft {
                (letter.state.label()) ", " (audience(directory, letter)) ", " (say::moment(letter.made, &directory.company.zone))
                @if letter.state != LetterState::Draft { @for (state, n) in &run.states { ", " (state.label()) " " (n) } }
            }
        }
    }
}
