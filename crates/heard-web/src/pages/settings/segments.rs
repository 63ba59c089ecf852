//! Segments: saved filters of persons, with how many they hold today.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::SegmentId;
use heard_domain::segment::{PersonFilter, Segment};
use heard_flow::arrange::segment::{self, SegmentDraft};
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::settings::shell;
use crate::parts::empty::empty;
use crate::parts::field::{Field, done, line, lines, refused};
use crate::parts::form::{Options, choice, csrf};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/settings/segments";
/// How the fields of the filter are called in the form, beside their names in the rules.
const FIELDS: [&str; 9] =
    ["name", "key_account", "currency", "value_from", "value_under", "renews_within", "account_name", "role", "attribute"];

/// Lists the segments, with the form that sets one up.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    listed(&state, &viewer, &Form(Vec::new()), None, None).await
}

/// Sets one up, or counts whom it would hold.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    if form.get("do") == "count" {
        let counted = counted(&state, &viewer, &form, vec![]).await;
        let (held, problem) = (counted.as_ref().ok().copied(), counted.as_ref().err());
        return listed(&state, &viewer, &form, held, problem).await;
    }
    let outcome = async {
        let draft = SegmentDraft { name: form.get("name").to_owned(), filter: filter(&form, vec![])? };
        segment::add(&state.flow, &viewer.scope, draft).await.map_err(problem_of)
    };
    match outcome.await {
        Ok(made) => Ok(Redirect::to(&format!("{PATH}/{}?saved=yes", made.id)).into_response()),
        Err(problem) => listed(&state, &viewer, &form, None, Some(&problem)).await,
    }
}

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<SegmentId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let there = get(&state, id)?;
    let held = segment::count(&state.flow, &viewer.scope, &there.filter).await?;
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    Ok(one(&viewer, &there, &typed(&there), Some(held), saved, None))
}

/// Changes or removes one, or counts whom it would hold.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<SegmentId>,
    form: Form,
) -> Result<Response, Problem> {
    let there = get(&state, id)?;
    let accounts = there.filter.account.clone();
    match form.get("do") {
        "remove" => {
            segment::remove(&state.flow, &viewer.scope, id).await?;
            Ok(Redirect::to(PATH).into_response())
        }
        "count" => {
            let counted = counted(&state, &viewer, &form, accounts).await;
            Ok(one(&viewer, &there, &form, counted.as_ref().ok().copied(), false, counted.as_ref().err()))
        }
        _ => {
            let outcome = async {
                let draft = SegmentDraft { name: form.get("name").to_owned(), filter: filter(&form, accounts)? };
                segment::change(&state.flow, &viewer.scope, id, draft).await.map_err(problem_of)
            };
            match outcome.await {
                Ok(_) => Ok(Redirect::to(&format!("{PATH}/{id}?saved=yes")).into_response()),
                Err(problem) => Ok(one(&viewer, &there, &form, None, false, Some(&problem))),
            }
        }
    }
}

fn get(state: &AppState, id: SegmentId) -> Result<Segment, Problem> {
    state.flow.directory().segment(id).cloned().ok_or_else(|| Problem::missing("segment"))
}

/// The rules call the fields of a filter by their path.
fn problem_of(error: heard_flow::error::FlowError) -> Problem {
    let mut problem = Problem::from(error);
    for field in &mut problem.invalid {
        if let Some(name) = field.name.strip_prefix("filter.") {
            field.name = name.to_owned();
        }
    }
    problem
}

async fn counted(
    state: &AppState,
    viewer: &Viewer,
    form: &Form,
    account: Vec<heard_domain::id::AccountId>,
) -> Result<u64, Problem> {
    let filter = segment::checked_filter(filter(form, account)?).map_err(problem_of)?;
    segment::count(&state.flow, &viewer.scope, &filter).await.map_err(Problem::from)
}

/// What the form says; amounts are typed in whole units of the currency.
fn filter(form: &Form, account: Vec<heard_domain::id::AccountId>) -> Result<PersonFilter, Problem> {
    let number = |name: &str| -> Result<Option<i64>, Problem> {
        let typed: String = form.get(name).chars().filter(|c| !c.is_whitespace()).collect();
        if typed.is_empty() {
            return Ok(None);
        }
        typed.parse().map(Some).map_err(|_| Problem::field(name, "must be a whole number"))
    };
    let amount = |name: &str| -> Result<Option<i64>, Problem> {
        let minor = |units: i64| units.checked_mul(100).ok_or_else(|| Problem::field(name, "is too large"));
        number(name)?.map(minor).transpose()
    };
    let days = number("renews_within")?.map(i32::try_from).transpose();
    let pair = |line: &str| -> Result<(String, String), Problem> {
        let pair = line.split_once('=').ok_or_else(|| Problem::field("attribute", "must be written as name = value"))?;
        Ok((pair.0.trim().to_owned(), pair.1.trim().to_owned()))
    };
    Ok(PersonFilter {
        key_account: match form.get("key_account") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        currency: Some(form.get("currency").trim().to_owned()).filter(|code| !code.is_empty()),
        value_from: amount("value_from")?,
        value_under: amount("value_under")?,
        renews_within: days.map_err(|_| Problem::field("renews_within", "must be 0 to 3650 days"))?,
        account,
        account_name: form.get("account_name").trim().to_owned(),
        role: form.get("role").split(',').map(|role| role.trim().to_owned()).filter(|role| !role.is_empty()).collect(),
        attribute: form.get("attribute").lines().filter(|line| !line.trim().is_empty()).map(pair).collect::<Result<_, _>>()?,
    })
}

fn typed(segment: &Segment) -> Form {
    let f = &segment.filter;
    let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    let attribute: Vec<String> = f.attribute.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let key = f.key_account.map_or("", |key| if key { "yes" } else { "no" });
    let pairs = [
        ("name", segment.name.clone()),
        ("key_account", key.to_owned()),
        ("currency", f.currency.clone().unwrap_or_default()),
        ("value_from", number(f.value_from.map(|minor| minor / 100))),
        ("value_under", number(f.value_under.map(|minor| minor / 100))),
        ("renews_within", number(f.renews_within.map(i64::from))),
        ("account_name", f.account_name.clone()),
        ("role", f.role.join(", ")),
        ("attribute", attribute.join("\n")),
    ];
    Form(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Whom a filter holds, in words.
fn in_words(filter: &PersonFilter) -> String {
    let mut words: Vec<String> = Vec::new();
    match filter.key_account {
        Some(true) => words.push("key accounts".to_owned()),
        Some(false) => words.push("no key accounts".to_owned()),
        None => {}
    }
    let currency = filter.currency.as_deref().unwrap_or_default();
    words.extend(filter.value_from.map(|minor| format!("from {} {currency} a year", minor / 100)));
    words.extend(filter.value_under.map(|minor| format!("under {} {currency} a year", minor / 100)));
    words.extend(filter.renews_within.map(|days| format!("renewed within {days} days")));
    if !filter.account.is_empty() {
        words.push(format!("{} named accounts", filter.account.len()));
    }
    if !filter.account_name.is_empty() {
        words.push(format!("account name contains “{}”", filter.account_name));
    }
    if !filter.role.is_empty() {
        words.push(format!("role contains {}", filter.role.join(" or ")));
    }
    words.extend(filter.attribute.iter().map(|(name, value)| format!("{name} is {value}")));
    if words.is_empty() { "everybody".to_owned() } else { words.join(", ") }
}

async fn listed(
    state: &AppState,
    viewer: &Viewer,
    typed: &Form,
    held: Option<u64>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let directory = state.flow.directory();
    let mut rows = Vec::new();
    for segment in &directory.segments {
        rows.push((segment, segment::count(&state.flow, &viewer.scope, &segment.filter).await?));
    }
    let body = html! {
        section.card aria-label="Segments" {
            @if rows.is_empty() {
                (empty("filter", "No segments yet", "A segment is a saved filter of persons: key accounts, those who renew soon, finance people. Figures and lists can be narrowed to it.", &html! {}))
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of segments" {
                    table.plain {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "Holds" } th scope="col" { "Persons today" } th scope="col" { "Comments" } } }
                        tbody {
                            @for (segment, held) in &rows {
                                tr {
                                    td { a.more href={ (PATH) "/" (segment.id) } { bdi { (segment.name) } } }
                                    td { (in_words(&segment.filter)) }
                                    td.num { (held) }
                                    td { a href={ "/feedback?segment=" (segment.id) } { "Read" span.vh { " the comments of " (segment.name) } } }
                                }
                            }
                        }
                    }
                }
            }
        }
        section.card.narrow aria-labelledby="add" {
            div.ch { h2 #add { "Set up a segment" } }
            (form(PATH, viewer, typed, held, problem))
        }
    };
    Ok(shell::page(viewer, PATH, "Segments", problem, &body))
}

fn one(viewer: &Viewer, segment: &Segment, typed: &Form, held: Option<u64>, saved: bool, problem: Option<&Problem>) -> Response {
    let path = format!("{PATH}/{}", segment.id);
    let body = html! {
        (done(saved.then_some("Saved.")))
        section.card.narrow aria-label="Segment" { (form(&path, viewer, typed, held, problem)) }
        section.card.narrow.form aria-label="Use or remove" {
            p { a.more href={ "/feedback?segment=" (segment.id) } { "Read their comments" } }
            form method="post" action=(path) {
                (csrf(&viewer.csrf))
                button.danger name="do" value="remove" data-sure={ "Remove the segment “" (segment.name) "”? No person and no comment is touched." } { "Remove this segment" }
            }
        }
        p { a.more href=(PATH) { "All segments" } }
    };
    shell::page(viewer, PATH, "Segment", problem, &body)
}

fn form(action: &str, viewer: &Viewer, typed: &Form, held: Option<u64>, problem: Option<&Problem>) -> Markup {
    let options: Options =
        [("", "does not matter"), ("yes", "yes"), ("no", "no")].map(|(a, b)| (a.to_owned(), b.to_owned())).into();
    html! {
        form.form method="post" action=(action) {
            (csrf(&viewer.csrf))
            (refused(problem, &FIELDS))
            @if let Some(held) = held { p role="status" { "Holds " b { (held) } " person" @if held != 1 { "s" } " today." } }
            (Field { name: "name", label: "Name", kind: "text", value: typed.get("name"), autocomplete: "off", hint: "" }.show(problem))
            p.soft { "All that is said here must hold." }
            (choice("key_account", "key_account", "Key account", &options, typed.get("key_account")))
            div.fields {
                (line("value_from", "Worth a year, at least", typed.get("value_from"), "", problem))
                (line("value_under", "Worth a year, less than", typed.get("value_under"), "", problem))
                (line("currency", "Currency", typed.get("currency"), "", problem))
            }
            (line("renews_within", "Contract renewed within days", typed.get("renews_within"), "Counted from today, each day anew.", problem))
            (line("account_name", "Account name contains", typed.get("account_name"), "", problem))
            (line("role", "Role contains one of", typed.get("role"), "Several with commas: finance, procurement.", problem))
            (lines("attribute", "Properties", typed.get("attribute"), "One a line: tier = gold. As files brought them for the person or the account.", 2, problem))
            span.inline {
                button.primary { "Save" }
                button.secondary name="do" value="count" formnovalidate { "Count" }
            }
        }
    }
}
