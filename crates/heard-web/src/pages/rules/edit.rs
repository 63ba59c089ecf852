//! One rule: what it asks of a comment, where the comment goes, and what it would have done in the newest 90 days.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::date;
use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::id::RuleId;
use heard_domain::reading::{Intent, Polarity};
use heard_domain::rule::{Conditions, Urgency, Way};
use heard_flow::measure::quotes::{self, Heard};
use heard_flow::route::rules::{self, RuleDraft};
use heard_flow::route::trial::{self, Trial};
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::parts::alerting::region;
use crate::parts::field::{Field, boxes, done, lines, reason, refused};
use crate::parts::filters::{any, category_options, stage_options};
use crate::parts::form::{Options, choice, csrf};
use crate::parts::layout::{Place, page};
use crate::parts::quote::{source, verbatim};
use crate::parts::say;
use crate::parts::sure::Sure;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/rules";
const FIELDS: [&str; 3] = ["name", "when.words", "way.departments"];

/// What a trial found, with its examples.
pub struct Tried {
    trial: Trial,
    examples: Vec<Heard>,
}

/// What a form says a rule shall be. `account` is what a rule has that the form does not show.
pub fn draft(form: &Form, account: Vec<heard_domain::id::AccountId>) -> RuleDraft {
    fn all<T: std::str::FromStr>(form: &Form, name: &str) -> Vec<T> {
        form.all(name).filter_map(|value| value.parse().ok()).collect()
    }
    let key_account = match form.get("key_account") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let words = form.get("words").lines().flat_map(|line| line.split(',')).map(str::trim);
    RuleDraft {
        name: form.get("name").to_owned(),
        on: form.get("on") == "yes",
        when: Conditions {
            category: all(form, "category"),
            stage: all(form, "stage"),
            intent: all(form, "intent"),
            polarity: all(form, "polarity"),
            account,
            key_account,
            place: all(form, "place"),
            words: words.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        },
        way: Way {
            departments: all(form, "departments"),
            opens_case: form.get("opens_case") == "yes",
            alerts: form.get("alerts") == "yes",
            urgency: form.get("urgency").parse().ok(),
        },
    }
}

/// Tries what a form says.
pub async fn tried(state: &AppState, viewer: &Viewer, id: Option<RuleId>, draft: RuleDraft) -> Result<Tried, Problem> {
    let trial = trial::attempt(&state.flow, &viewer.scope, id, draft).await?;
    let examples = quotes::many(&state.flow, &viewer.scope, &trial.examples).await?;
    Ok(Tried { trial, examples })
}

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<RuleId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let there = rules::get(&state.flow, &viewer.scope, id).await?;
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    one(&state, &viewer, id, &there.draft(), saved, None, None).await
}

/// Changes, tries or removes one.
pub async fn change(State(state): State<AppState>, viewer: Viewer, Id(id): Id<RuleId>, form: Form) -> Result<Response, Problem> {
    let there = rules::get(&state.flow, &viewer.scope, id).await?;
    let account = there.rule.when.account.clone();
    let wanted = draft(&form, account);
    let path = format!("{PATH}/{id}");
    match (form.get("do"), form.get("sure") == "yes") {
        ("remove", true) => {
            rules::remove(&state.flow, &viewer.scope, id).await?;
            Ok(Redirect::to(PATH).into_response())
        }
        ("remove", false) => {
            let sentence =
                format!("“{}” sends nothing any more. What it has sent, and the cases it has opened, stay.", there.rule.name);
            let pairs = [("do".to_owned(), "remove".to_owned())];
            let sure =
                Sure { sentence: &sentence, action: &path, token: &viewer.csrf, pairs: &pairs, apply: "Remove", cancel: &path };
            let body = html! { (top("Rule")) (sure.show(&html! {})) };
            Ok(page(&viewer, Some(Place::Rules), "Rule", &body).into_response())
        }
        ("try", _) => match tried(&state, &viewer, Some(id), wanted.clone()).await {
            Ok(tried) => one(&state, &viewer, id, &wanted, false, Some(&tried), None).await,
            Err(problem) => one(&state, &viewer, id, &wanted, false, None, Some(&problem)).await,
        },
        _ => match rules::change(&state.flow, &viewer.scope, id, wanted.clone()).await.map_err(Problem::from) {
            Ok(_) => Ok(Redirect::to(&format!("{path}?saved=yes")).into_response()),
            Err(problem) => one(&state, &viewer, id, &wanted, false, None, Some(&problem)).await,
        },
    }
}

/// The head of the pages of rules.
pub fn top(title: &str) -> Markup {
    html! {
        header.top { div { p.eyebrow { a href=(PATH) { "Rules" } } h1 { (title) } } }
        (region())
    }
}

async fn one(
    state: &AppState,
    viewer: &Viewer,
    id: RuleId,
    draft: &RuleDraft,
    saved: bool,
    tried: Option<&Tried>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let path = format!("{PATH}/{id}");
    let body = html! {
        (top("Rule"))
        (done(saved.then_some("Saved.")))
        @if let Some(tried) = tried { (result(tried, draft, &directory, state)) }
        section.card.narrow aria-label="Rule" { (form(&path, viewer, draft, &directory, problem)) }
        section.card.narrow aria-labelledby="remove" {
            div.ch { h2 #remove { "Remove" } p { "To stop it for a while, switch it off instead." } }
            form.inline method="post" action=(path) { (csrf(&viewer.csrf)) button.danger name="do" value="remove" { "Remove …" } }
        }
        p { a.more href=(PATH) { "All rules" } }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Rules), "Rule", &body)).into_response())
}

/// The form of a rule: to be tried, and to be saved.
pub fn form(action: &str, viewer: &Viewer, draft: &RuleDraft, directory: &Directory, problem: Option<&Problem>) -> Markup {
    fn ids<T: ToString>(list: &[T]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }
    let (when, way) = (&draft.when, &draft.way);
    let intents: Options = Intent::ALL.iter().map(|word| (word.code().to_owned(), word.label().to_owned())).collect();
    let polarities: Options = Polarity::ALL.iter().map(|word| (word.code().to_owned(), word.label().to_owned())).collect();
    let urgency: Options = Urgency::ALL.iter().map(|word| (word.code().to_owned(), word.label().to_owned())).collect();
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let places: Options = directory.places.iter().map(|place| (place.id.to_string(), place.name.clone())).collect();
    let key = when.key_account.map_or("", |key| if key { "yes" } else { "no" });
    let keys = [("", "Any"), ("yes", "Key accounts only"), ("no", "Others only")];
    let keys: Options = keys.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect();
    let chosen: Vec<String> = when.intent.iter().map(|word| word.code().to_owned()).collect();
    let polarity: Vec<String> = when.polarity.iter().map(|word| word.code().to_owned()).collect();
    html! {
        form.form method="post" action=(action) {
            (csrf(&viewer.csrf))
            (refused(problem, &FIELDS))
            (Field { name: "name", label: "Name", kind: "text", value: &draft.name, autocomplete: "off", hint: "" }.show(problem))
            h2 { "When one passage of a comment is" }
            details.twin open[!when.category.is_empty()] { summary { "About a category" } (boxes("category", "Categories, with those below them", &category_options(directory), &ids(&when.category), problem)) }
            details.twin open[!when.stage.is_empty()] { summary { "At a stage" } (boxes("stage", "Stages", &stage_options(directory), &ids(&when.stage), problem)) }
            (boxes("polarity", "Sentiment", &polarities, &polarity, problem))
            (boxes("intent", "What the customer wants", &intents, &chosen, problem))
            h2 { "And the comment is" }
            (choice("key_account", "key_account", "From accounts", &keys, key))
            @if !when.account.is_empty() { p.soft { "And from one of " (when.account.len()) " accounts that were named through the API." } }
            @if !places.is_empty() { details.twin open[!when.place.is_empty()] { summary { "At a place" } (boxes("place", "Places", &places, &ids(&when.place), problem)) } }
            (lines("words", "With one of these words", &when.words.join("\n"), "One word or phrase a line; * at the end matches any ending.", 3, None))
            @if let Some(wrong) = reason(problem, "when.words") { span.wrong { (wrong) } }
            h2 { "Then it goes to" }
            (boxes("departments", "Departments, all of them", &departments, &ids(&way.departments), None))
            @if let Some(wrong) = reason(problem, "way.departments") { span.wrong { (wrong) } }
            label.check { input type="checkbox" name="opens_case" value="yes" checked[way.opens_case]; "It opens a case, or joins the one that the person has about the same" }
            label.check { input type="checkbox" name="alerts" value="yes" checked[way.alerts]; "Those on duty are told at once" }
            (choice("urgency", "urgency", "Urgency at least", &any("By itself: moment of truth, danger, still there", urgency), way.urgency.map_or("", Urgency::code)))
            label.check { input type="checkbox" name="on" value="yes" checked[draft.on]; "Switched on: it sends what is heard from then on" }
            div.inline {
                button.secondary name="do" value="try" { "Try it on the newest 90 days" }
                button.primary name="do" value="save" { "Save" }
            }
        }
    }
}

/// What a trial found.
pub fn result(tried: &Tried, draft: &RuleDraft, directory: &Directory, state: &AppState) -> Markup {
    let trial = &tried.trial;
    let now = state.flow.now();
    let days = f64::from(trial.period.days().max(1));
    html! {
        section.card aria-labelledby="tried" {
            div.ch {
                h2 #tried { "In 90 days “" (draft.name) "” would have held for " (say::comments(trial.held)) }
                p { (date::long(trial.period.first)) " to " (date::long(trial.period.last)) ". Nothing was sent or opened." }
            }
            @if !trial.whole { p.soft { "Looked through the newest " (whole(trial.looked)) " that could fit; there are more." } }
            dl.facts {
                dt { "A week" } dd { (format!("{:.1}", trial.held as f64 / days * 7.0)) " comments" }
                @if draft.way.opens_case { dt { "Cases" } dd { (whole(trial.cases)) } }
                @if draft.way.alerts { dt { "Alerts" } dd { (whole(trial.alerts)) } }
                dt { "Cannot wait" } dd { (whole(trial.urgent)) }
                dt { "They would have gone to" }
                dd {
                    @for (n, one) in trial.departments.iter().enumerate() {
                        @if n > 0 { ", " }
                        (directory.department(one.department).map_or("a department that is gone", |d| d.name.as_str())) " (" (whole(one.comments)) ")"
                    }
                    @if trial.departments.is_empty() { "nobody" }
                }
            }
            @if !tried.examples.is_empty() {
                h3 { "The newest of them" }
                ul.quotes {
                    @for heard in &tried.examples {
                        li {
                            p.meta { (source(heard, directory)) " " a href={ "/feedback?when=ever&open=" (heard.feedback.id) } { (say::ago(now, heard.feedback.at, &directory.company.zone)) } }
                            blockquote { (verbatim(&heard.feedback.text, heard.reading.as_ref(), false)) }
                        }
                    }
                }
            }
        }
    }
}
