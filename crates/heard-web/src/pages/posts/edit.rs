//! What a listening post is: the form that sets one up or changes it, and the same in words for who may not.

use heard_domain::channel::Channel;
use heard_domain::directory::Directory;
use heard_domain::post::Post;
use heard_domain::scope::Scope;
use heard_domain::user::User;
use heard_flow::arrange::post::PostDraft;
use heard_store::tables;
use maud::{Markup, html};

use crate::extract::Form;
use crate::parts::field::{Field, reason, refused};
use crate::parts::form::csrf;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const FIELDS: [&str; 7] = ["name", "touchpoint", "place", "objective", "owner", "process", "promise_hours"];

/// What the form says, and what of it cannot be meant.
pub fn draft(form: &Form, there: &PostDraft) -> (PostDraft, Option<Problem>) {
    let hours = form.get("promise_hours").trim();
    let promise_hours = hours.parse().ok();
    let unclear = promise_hours.is_none() && !hours.is_empty();
    let line = |name: &str| Some(form.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    let draft = PostDraft {
        name: form.get("name").to_owned(),
        channel: form.get("channel").parse().unwrap_or(there.channel),
        touchpoint: form.get("touchpoint").parse().ok(),
        place: form.get("place").parse().ok(),
        objective: line("objective"),
        owner: form.get("owner").parse().ok(),
        process: line("process"),
        promise_hours,
    };
    (draft, unclear.then(|| Problem::field("promise_hours", "must be a whole number of hours")))
}

/// Everybody who may answer for a post: no secret to whoever sees the post.
pub async fn users(state: &AppState) -> Result<Vec<User>, Problem> {
    Ok(state.flow.store.read(&Scope::system(), tables::user::list).await?)
}

/// The name of who answers for a post.
pub fn owner<'a>(post: &Post, users: &'a [User]) -> Option<&'a str> {
    users.iter().find(|user| Some(user.id) == post.owner).map(|user| user.name.as_str())
}

/// A post in words.
pub fn told(post: &Post, directory: &Directory, users: &[User]) -> Markup {
    let touchpoint = post.touchpoint.and_then(|id| directory.journey.touchpoint(id));
    html! {
        dl.facts {
            dt { "Channel" } dd { (post.channel) }
            dt { "Touchpoint" } dd { (touchpoint.map_or("it varies", |touchpoint| touchpoint.name.as_str())) }
            @if let Some(place) = post.place.and_then(|id| directory.place(id)) { dt { "Place" } dd { (place.name) } }
            dt { "Informs" } dd { (post.objective.as_deref().unwrap_or("no decision yet")) }
            dt { "Owner" } dd { (owner(post, users).unwrap_or("nobody yet")) }
            dt { "What happens with it" } dd { (post.process.as_deref().unwrap_or("not said yet")) }
            dt { "Answer within" } dd { @match post.promise_hours { Some(hours) => { (hours) " hours" }, None => "not promised" } }
        }
    }
}

/// The form of a post.
pub fn fields(
    action: &str,
    viewer: &Viewer,
    draft: &PostDraft,
    directory: &Directory,
    users: &[User],
    problem: Option<&Problem>,
) -> Markup {
    let hours = draft.promise_hours.map(|hours| hours.to_string()).unwrap_or_default();
    html! {
        form.form method="post" action=(action) {
            (csrf(&viewer.csrf))
            (refused(problem, &FIELDS))
            (Field { name: "name", label: "Name", kind: "text", value: &draft.name, autocomplete: "off", hint: "" }.show(problem))
            div.field {
                label for="channel" { "Channel" }
                select.input #channel name="channel" {
                    @for known in Channel::ALL { option value=(known.code()) selected[*known == draft.channel] { (known) } }
                }
            }
            div.field {
                label for="touchpoint" { "Touchpoint, if it is always the same" }
                select.input #touchpoint name="touchpoint" {
                    option value="" { "it varies" }
                    @for known in &directory.journey.touchpoints { option value=(known.id) selected[draft.touchpoint == Some(known.id)] { (known.name) } }
                }
            }
            @if !directory.places.is_empty() {
                div.field {
                    label for="place" { "Place, if it stands at one" }
                    span.hint #place-hint { "What is heard here then belongs to this place." }
                    select.input #place name="place" aria-describedby="place-hint" {
                        option value="" { "none" }
                        @for known in &directory.places { option value=(known.id) selected[draft.place == Some(known.id)] { (known.name) } }
                    }
                }
            }
            (line("objective", "Which decision it informs", "A post that informs no decision is noise.", draft.objective.as_deref()))
            div.field {
                label for="owner" { "Who answers for it" }
                select.input #owner name="owner" {
                    option value="" { "nobody yet" }
                    @for user in users.iter().filter(|user| user.active || draft.owner == Some(user.id)) {
                        option value=(user.id) selected[draft.owner == Some(user.id)] { (user.name) }
                    }
                }
            }
            (line("process", "What happens with what is heard", "Who reads it when, and who acts. Like “Read every Monday by the help line”.", draft.process.as_deref()))
            div.field {
                label for="promise_hours" { "Hours within which customers get an answer" }
                span.hint #promise_hours-hint { "Customers read it after sending the feedback form. Leave it empty if no answer is promised." }
                input.input #promise_hours name="promise_hours" inputmode="numeric" value=(hours) aria-describedby="promise_hours-hint"
                    aria-invalid=[reason(problem, "promise_hours").map(|_| "true")];
                @if let Some(reason) = reason(problem, "promise_hours") { span.wrong { (reason) } }
            }
            button.primary { "Save" }
        }
    }
}

fn line(name: &str, label: &str, hint: &str, value: Option<&str>) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            span.hint id={ (name) "-hint" } { (hint) }
            input.input id=(name) name=(name) maxlength="300" value=[value] aria-describedby={ (name) "-hint" };
        }
    }
}
