//! The journey as an outline that can be changed: stages and touchpoints are added, renamed, moved and removed, moments of
//! truth marked. Each button is one whole change; what it does stands on it.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Directory;
use heard_domain::id::{StageId, TouchpointId};
use heard_domain::journey::{Stage, Touchpoint};
use heard_flow::arrange::journey::{StageDraft, TouchpointDraft, draft, set};
use maud::{Markup, html};

use crate::extract::Form;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows the outline.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Markup {
    page(&viewer, Some(Place::Journey), "Edit journey", &content(&state.flow.directory(), &viewer, None))
}

/// Makes one change.
pub async fn change(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let directory = state.flow.directory();
    let changed = changed(draft(&directory.journey), &form)?;
    match set(&state.flow, &viewer.scope, changed).await.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to("/journey/edit").into_response()),
        Err(problem) if matches!(problem.code, ProblemCode::Validation | ProblemCode::Conflict) => {
            let body = content(&directory, &viewer, Some(&problem));
            Ok((problem.code.status(), page(&viewer, Some(Place::Journey), "Edit journey", &body)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The journey after what the form asks for.
fn changed(mut stages: Vec<StageDraft>, form: &Form) -> Result<Vec<StageDraft>, Problem> {
    let name = form.get("name").trim().to_owned();
    let (what, thing) = form.get("do").split_once(' ').unwrap_or((form.get("do"), ""));
    if thing == "touchpoint" {
        return changed_touchpoint(stages, form, what, name);
    }
    if what == "add" {
        stages.push(StageDraft { id: None, name, aim: form.get("aim").to_owned(), cues: vec![], touchpoints: vec![] });
        return Ok(stages);
    }
    let id: StageId = form.get("id").parse().map_err(|_| Problem::missing("stage"))?;
    let at = stages.iter().position(|s| s.id == Some(id)).ok_or_else(|| Problem::missing("stage"))?;
    match what {
        "save" => {
            if let Some(stage) = stages.get_mut(at) {
                (stage.name, stage.aim) = (name, form.get("aim").to_owned());
                let cues = form.get("cues").split(',').map(|cue| cue.trim().to_owned()).filter(|cue| !cue.is_empty());
                stage.cues = cues.collect();
            }
        }
        "remove" => drop(stages.remove(at)),
        _ => step(&mut stages, at, what)?,
    }
    Ok(stages)
}

fn changed_touchpoint(mut stages: Vec<StageDraft>, form: &Form, what: &str, name: String) -> Result<Vec<StageDraft>, Problem> {
    let stage: StageId = form.get("stage").parse().map_err(|_| Problem::missing("stage"))?;
    let there = stages.iter().position(|s| s.id == Some(stage)).ok_or_else(|| Problem::missing("stage"))?;
    let moment_of_truth = form.get("moment") == "yes";
    if what == "add" {
        stages[there].touchpoints.push(TouchpointDraft { id: None, name, moment_of_truth });
        return Ok(stages);
    }
    let id: TouchpointId = form.get("id").parse().map_err(|_| Problem::missing("touchpoint"))?;
    let at = |stage: &StageDraft| stage.touchpoints.iter().position(|t| t.id == Some(id));
    let found = stages.iter().enumerate().find_map(|(i, stage)| Some((i, at(stage)?)));
    let (from, place) = found.ok_or_else(|| Problem::missing("touchpoint"))?;
    match what {
        "save" => {
            let changed = TouchpointDraft { id: Some(id), name, moment_of_truth };
            if from == there {
                stages[from].touchpoints[place] = changed;
            } else {
                stages[from].touchpoints.remove(place);
                stages[there].touchpoints.push(changed);
            }
        }
        "remove" => drop(stages[from].touchpoints.remove(place)),
        _ => step(&mut stages[from].touchpoints, place, what)?,
    }
    Ok(stages)
}

/// Moves one place to the front or to the back; at the end it stays.
fn step<T>(list: &mut [T], at: usize, what: &str) -> Result<(), Problem> {
    let to = match what {
        "earlier" => at.saturating_sub(1),
        "later" => (at + 1).min(list.len().saturating_sub(1)),
        _ => return Err(Problem::field("do", "is not something that can be done here")),
    };
    list.swap(at, to);
    Ok(())
}

/// The outline.
pub fn content(directory: &Directory, viewer: &Viewer, problem: Option<&Problem>) -> Markup {
    let journey = &directory.journey;
    html! {
        header.top {
            div { p.eyebrow { "Journey" } h1 { "Edit the journey" } }
            div.tools { a.secondary href=(Place::Journey.path()) { (icon("check")) "Done" } }
        }
        @if let Some(problem) = problem { (flash(Kind::Wrong, &html! { "Nothing was changed: " (problem.sentence()) })) }
        p.soft { "Stages in the customer’s words, from before the first contact to after the last. After a change all comments are read again; figures follow within a moment." }
        @for (i, stage) in journey.stages.iter().enumerate() {
            section.card aria-labelledby={ "stage-" (stage.id) } {
                h2.vh id={ "stage-" (stage.id) } { (stage.name) }
                (stage_form(viewer, stage, i > 0, i + 1 < journey.stages.len()))
                ul.outline aria-label={ "Touchpoints of " (stage.name) } {
                    @for touchpoint in journey.touchpoints_of(stage.id) { li { (touchpoint_form(directory, viewer, touchpoint)) } }
                    li { (new_touchpoint(viewer, stage)) }
                }
            }
        }
        section.card aria-labelledby="new-stage" { (new_stage(viewer)) }
    }
}

fn field(id: &str, name: &str, label: &str, value: &str, hint: &str) -> Markup {
    html! { div.field { label for=(id) { (label) } input.input.small.wide id=(id) name=(name) value=(value) placeholder=(hint); } }
}

fn stage_form(viewer: &Viewer, stage: &Stage, earlier: bool, later: bool) -> Markup {
    let id = |what: &str| format!("stage-{what}-{}", stage.id);
    html! {
        form.outline-row method="post" action="/journey" {
            (csrf(&viewer.csrf))
            input type="hidden" name="id" value=(stage.id);
            (field(&id("name"), "name", "Stage", &stage.name, ""))
            (field(&id("aim"), "aim", "What the customer wants to get done", &stage.aim, ""))
            (field(&id("cues"), "cues", "Words that show it", &stage.cues.join(", "), "comma, between, words"))
            span.inline {
                button.secondary type="submit" name="do" value="save stage" { "Save" }
                button.ghost type="submit" name="do" value="earlier stage" disabled[!earlier] aria-label={ "Move " (stage.name) " to the left" } { (icon("left")) }
                button.ghost type="submit" name="do" value="later stage" disabled[!later] aria-label={ "Move " (stage.name) " to the right" } { (icon("right")) }
                button.danger type="submit" name="do" value="remove stage" aria-label={ "Remove " (stage.name) }
                    data-sure={ "Remove the stage “" (stage.name) "” with its touchpoints? Its comments stay and are read again." } { (icon("trash")) }
            }
        }
    }
}

fn touchpoint_form(directory: &Directory, viewer: &Viewer, touchpoint: &Touchpoint) -> Markup {
    let id = |what: &str| format!("touchpoint-{what}-{}", touchpoint.id);
    html! {
        form.outline-row method="post" action="/journey" {
            (csrf(&viewer.csrf))
            input type="hidden" name="id" value=(touchpoint.id);
            (field(&id("name"), "name", "Touchpoint", &touchpoint.name, ""))
            div.field {
                label for=(id("stage")) { "In stage" }
                select.input.small.wide id=(id("stage")) name="stage" {
                    @for stage in &directory.journey.stages { option value=(stage.id) selected[stage.id == touchpoint.stage] { (stage.name) } }
                }
            }
            label.check { input type="checkbox" name="moment" value="yes" checked[touchpoint.moment_of_truth]; "Moment of truth" }
            span.inline {
                button.secondary type="submit" name="do" value="save touchpoint" { "Save" }
                button.ghost type="submit" name="do" value="earlier touchpoint" aria-label={ "Move " (touchpoint.name) " up" } { (icon("up")) }
                button.ghost type="submit" name="do" value="later touchpoint" aria-label={ "Move " (touchpoint.name) " down" } { (icon("down")) }
                button.danger type="submit" name="do" value="remove touchpoint" aria-label={ "Remove " (touchpoint.name) }
                    data-sure={ "Remove the touchpoint “" (touchpoint.name) "”?" } { (icon("trash")) }
            }
        }
    }
}

fn new_touchpoint(viewer: &Viewer, stage: &Stage) -> Markup {
    html! {
        form.outline-row method="post" action="/journey" {
            (csrf(&viewer.csrf))
            input type="hidden" name="stage" value=(stage.id);
            (field(&format!("new-{}", stage.id), "name", "New touchpoint", "", "Call to the help line"))
            label.check { input type="checkbox" name="moment" value="yes"; "Moment of truth" }
            button.secondary type="submit" name="do" value="add touchpoint" { (icon("plus")) "Add" span.vh { " to " (stage.name) } }
        }
    }
}

fn new_stage(viewer: &Viewer) -> Markup {
    html! {
        h2 id="new-stage" { "New stage" }
        form.outline-row method="post" action="/journey" {
            (csrf(&viewer.csrf))
            (field("new-name", "name", "Name", "", "Get help"))
            (field("new-aim", "aim", "What the customer wants to get done", "", "Have a problem solved"))
            button.primary type="submit" name="do" value="add stage" { (icon("plus")) "Add stage" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    fn stages() -> Vec<StageDraft> {
        let touchpoint =
            |id, name: &str| TouchpointDraft { id: Some(TouchpointId(id)), name: name.into(), moment_of_truth: false };
        let stage = |id, name: &str, touchpoints| StageDraft {
            id: Some(StageId(id)),
            name: name.into(),
            aim: String::new(),
            cues: vec![],
            touchpoints,
        };
        vec![stage(1, "Buy", vec![touchpoint(11, "Shop"), touchpoint(12, "Web")]), stage(2, "Use", vec![])]
    }

    fn names(stages: &[StageDraft]) -> Vec<String> {
        stages
            .iter()
            .map(|s| format!("{}:{}", s.name, s.touchpoints.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join("+")))
            .collect()
    }

    #[test]
    fn every_button_is_one_change() {
        let after = |pairs: &[(&str, &str)]| names(&changed(stages(), &form(pairs)).unwrap());
        assert_eq!(after(&[("do", "add stage"), ("name", " Renew ")]), ["Buy:Shop+Web", "Use:", "Renew:"]);
        assert_eq!(after(&[("do", "later stage"), ("id", "1")]), ["Use:", "Buy:Shop+Web"]);
        assert_eq!(after(&[("do", "later stage"), ("id", "2")]), ["Buy:Shop+Web", "Use:"]);
        assert_eq!(after(&[("do", "remove stage"), ("id", "1")]), ["Use:"]);
        assert_eq!(
            after(&[("do", "save touchpoint"), ("id", "11"), ("stage", "2"), ("name", "Store")]),
            ["Buy:Web", "Use:Store"]
        );
        assert_eq!(after(&[("do", "later touchpoint"), ("id", "11"), ("stage", "1")]), ["Buy:Web+Shop", "Use:"]);
        assert_eq!(after(&[("do", "add touchpoint"), ("stage", "2"), ("name", "App")]), ["Buy:Shop+Web", "Use:App"]);
        assert!(changed(stages(), &form(&[("do", "burn stage"), ("id", "1")])).is_err());
        assert!(changed(stages(), &form(&[("do", "save stage"), ("id", "9")])).is_err());
    }

    #[test]
    fn a_moment_of_truth_is_marked_and_unmarked() {
        let mark = |moment| {
            changed(
                stages(),
                &form(&[("do", "save touchpoint"), ("id", "11"), ("stage", "1"), ("name", "Shop"), ("moment", moment)]),
            )
            .unwrap()
        };
        assert_eq!([mark("yes")[0].touchpoints[0].moment_of_truth, mark("")[0].touchpoints[0].moment_of_truth], [true, false]);
    }
}
