//! A case: its clock in words, what the customer said, the thread, and beside it everything that helps to answer.

use heard_domain::case::CaseState;
use heard_domain::case_entry::{CaseEntry, CaseEntryKind, CaseEvent, SpokenBy};
use heard_domain::directory::Directory;
use heard_domain::id::{CaseId, DepartmentId, UserId};
use heard_domain::promise::PromiseOutcome;
use heard_domain::rule::Urgency;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_flow::act::acting::{Acting, looking};
use heard_flow::act::look::{self, CaseOpened};
use heard_flow::act::staff::{Colleague, colleagues};
use heard_flow::measure::quotes::{self, Heard};
use heard_flow::onward::proven;
use heard_flow::route::rules;
use heard_flow::tell::again::{self, MessageShown};
use heard_flow::tell::suppress::{self, Wishes};
use maud::{Markup, html};

use crate::extract::Form;
use crate::pages::cases::issues::Joined;
use crate::parts::again::unsure;
use crate::parts::field::{line, lines, reason};
use crate::parts::filters::any;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::{Options, choice, csrf};
use crate::parts::icon::icon;
use crate::parts::quote::{source, verbatim, who};
use crate::parts::{say, wishes};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Everything that stands on the desk of whoever works on a case.
pub struct Desk {
    /// The case with its thread.
    pub opened: CaseOpened,
    /// What the customer said about it, oldest first.
    said: Vec<Heard>,
    /// Everything the person said, newest first, where the viewer may see persons.
    timeline: Vec<Heard>,
    /// What the person wants of letters, where an address is known and the viewer may see persons.
    wishes: Option<Wishes>,
    colleagues: Vec<Colleague>,
    /// Names of rules.
    rules: Vec<(heard_domain::id::RuleId, String)>,
    acting: Option<Acting>,
    /// The issues to which it belongs, and those that are worked on.
    issues: Joined,
    /// What may have been sent.
    unsure: Vec<MessageShown>,
    now: Time,
}

/// What was tried and refused.
pub struct Tried<'a> {
    /// What was typed.
    pub form: &'a Form,
    /// Why it was refused.
    pub problem: &'a Problem,
}

impl Desk {
    /// Reads everything.
    pub async fn load(state: &AppState, viewer: &Viewer, id: CaseId) -> Result<Self, Problem> {
        let (flow, scope) = (&state.flow, &viewer.scope);
        let opened = look::open(flow, scope, id).await?;
        let said = quotes::many(flow, scope, &opened.case.kept.feedback).await?;
        let timeline = match said.last() {
            Some(last) => quotes::open(flow, scope, last.feedback.id).await?.map(|opened| opened.timeline).unwrap_or_default(),
            None => vec![],
        };
        let person = opened.case.kept.person.filter(|_| viewer.may(Grant::ReadPersons));
        let wishes = match person {
            Some(person) => suppress::of_person(flow, scope, person).await?,
            None => None,
        };
        let rules = rules::list(flow, scope).await?;
        let rules = rules.into_iter().map(|shown| (shown.rule.id, shown.rule.name)).collect();
        let (colleagues, acting) = (colleagues(flow, scope).await?, looking(flow, scope).await?);
        let issues = Joined::load(state, viewer, id).await?;
        let unsure = again::of_case(flow, scope, id).await?;
        Ok(Self { opened, said, timeline, wishes, colleagues, rules, acting, issues, unsure, now: flow.now() })
    }

    fn name(&self, id: UserId) -> &str {
        self.colleagues.iter().find(|one| one.id == id).map_or("a colleague who is gone", |one| one.name.as_str())
    }

    /// Whether the viewer may change the case.
    fn may(&self, viewer: &Viewer) -> bool {
        viewer.may(Grant::WriteCases) && self.acting.as_ref().is_some_and(|acting| acting.may(&self.opened.case.kept.case))
    }
}

fn department(directory: &Directory, id: DepartmentId) -> &str {
    directory.department(id).map_or("a department that is gone", |department| department.name.as_str())
}

/// The case.
pub fn pane(desk: &Desk, directory: &Directory, viewer: &Viewer, back: &str, tried: Option<&Tried>) -> Markup {
    let shown = &desk.opened.case;
    let kept = &shown.kept;
    let category = kept.category.and_then(|id| directory.taxonomy.category(id)).map(|category| category.name.as_str());
    html! {
        section.card.pane id="pane" tabindex="-1" aria-label={ "Case " (shown.name) } {
            a.chip.back href="/cases" { (icon("left")) "The queue" }
            header {
                b { a href={ "/cases/" (kept.case.id) } { (shown.name) } }
                span { (category.unwrap_or("No category")) }
                @if kept.urgency != Urgency::Normal { span.hurry.now[kept.urgency == Urgency::Now] { (kept.urgency.label()) } }
                @if kept.here { span.tier { "Said on the spot" } }
                span.sp {}
                span.clock.late[shown.late] { (shown.clock) }
            }
            @if let Some(tried) = tried { (flash(Kind::Wrong, &html! { "Nothing was changed: " (tried.problem.sentence()) })) }
            @if let Some((into, _)) = kept.case.merged {
                (flash(Kind::Note, &html! { "This case is part of " a href={ "/cases/" (into) } { "another one" } ": work there." }))
            }
            (facts(desk, directory))
            (words(desk, directory))
            (desk.issues.show(viewer, kept.case.id))
            (thread(desk, directory))
            @if desk.may(viewer) { (unsure(&desk.unsure, viewer, back)) }
            (promises(desk, directory, viewer, back))
            @if desk.may(viewer) { (forms(desk, directory, viewer, back, tried)) }
            @else if viewer.may(Grant::WriteCases) {
                p.soft { "Only " (department(directory, kept.case.department)) " and whoever answers for this case can change it. You can leave a note." }
            }
            @if viewer.may(Grant::WriteCases) { (note_form(desk, viewer, back, tried)) (tasks(desk, viewer, back)) }
            (beside(desk, directory))
        }
    }
}

fn facts(desk: &Desk, directory: &Directory) -> Markup {
    let kept = &desk.opened.case.kept;
    let zone = &directory.company.zone;
    let others: Vec<&str> = kept.departments.iter().map(|id| department(directory, *id)).collect();
    html! {
        dl.facts {
            dt { "Department" } dd { (department(directory, kept.case.department)) }
            @if !others.is_empty() { dt { "Contribute as well" } dd { (others.join(", ")) } }
            dt { "Answers" } dd { (kept.case.assigned.map_or("nobody yet", |id| desk.name(id))) }
            @if let Some(stage) = kept.stage.and_then(|id| directory.journey.stage(id)) { dt { "Stage" } dd { (stage.name) } }
            @if let Some(place) = kept.place.and_then(|id| directory.place(id)) { dt { "Place" } dd { (place.name) } }
            dt { "Opened" } dd { (say::moment(kept.opened, zone)) @if kept.case.reopened > 0 { ", opened again " (kept.case.reopened) " times" } }
            @if let Some(due) = kept.due { dt { "Answer due" } dd { (say::moment(due, zone)) } }
            dt { "Promised within" } dd { (working(kept.case.countdown.promised)) }
            @if let Some(helped) = kept.case.helped { dt { "The customer says" } dd { @if helped { "it helped" } @else { "it did not help" } } }
        }
    }
}

fn working(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (1, 0) => "1 working hour".to_owned(),
        (hours, 0) => format!("{hours} working hours"),
        _ => format!("{minutes} working minutes"),
    }
}

fn words(desk: &Desk, directory: &Directory) -> Markup {
    html! {
        h2 { "What the customer said" }
        @if desk.said.is_empty() { p.soft { "The comment was withdrawn, or lies outside of what you may see." } }
        @for heard in &desk.said {
            @let (name, more) = who(heard);
            article.saying {
                p.meta {
                    (source(heard, directory)) " " bdi { (name) } @if let Some(more) = more { " " span.soft { (more) } } " "
                    a href={ "/feedback?when=ever&open=" (heard.feedback.id) } { (say::ago(desk.now, heard.feedback.at, &directory.company.zone)) }
                    " " (say::score(say::sentiment(heard.reading.as_ref())))
                    @if !proven(directory, &heard.feedback) { " " span.chip.state.bad { "Sender not proven" } }
                }
                blockquote { (verbatim(&heard.feedback.text, heard.reading.as_ref(), false)) }
            }
        }
    }
}

fn thread(desk: &Desk, directory: &Directory) -> Markup {
    html! {
        h2 { "Thread" }
        ol.thread {
            @for entry in &desk.opened.thread {
                li class={ "by-" (entry.kind.code()) } {
                    p.meta {
                        b { (speaker(desk, entry)) } " "
                        @if entry.kind != CaseEntryKind::Event { (entry.kind.label()) @if let Some(way) = entry.way { " " (way.label()) } " " }
                        span.soft { (say::ago(desk.now, entry.at, &directory.company.zone)) }
                    }
                    @if let Some(event) = &entry.event { p { (happened(desk, directory, event)) } }
                    @if !entry.text.is_empty() { p.words dir="auto" { (entry.text) } }
                }
            }
        }
    }
}

fn speaker<'a>(desk: &'a Desk, entry: &CaseEntry) -> &'a str {
    match (entry.by, entry.kind) {
        (_, CaseEntryKind::Said) => "The customer",
        (Some(id), _) => desk.name(id),
        (None, _) => "Heard",
    }
}

fn happened(desk: &Desk, directory: &Directory, event: &CaseEvent) -> Markup {
    let task = |id| desk.opened.tasks.iter().find(|task| task.id == id).map_or("a task", |task| task.words.as_str());
    let promise = |id| desk.opened.promises.iter().find(|one| one.id == id).map_or("something", |one| one.words.as_str());
    let case = |id: &CaseId| html! { a href={ "/cases/" (id) } { "another case" } };
    html! {
        @match event {
            CaseEvent::Opened { rules, .. } if rules.is_empty() => "Opened by hand",
            CaseEvent::Opened { rules, .. } => {
                "Opened by "
                @for (n, id) in rules.iter().enumerate() {
                    @if n > 0 { ", " }
                    "“" (desk.rules.iter().find(|(rule, _)| rule == id).map_or("a rule that is gone", |(_, name)| name.as_str())) "”"
                }
            }
            CaseEvent::Joined { .. } => "The customer said more about it",
            CaseEvent::Assigned { to } => { (desk.name(*to)) " answers for it" }
            CaseEvent::Moved { from, to } => { "Went from " (department(directory, *from)) " to " (department(directory, *to)) }
            CaseEvent::Urgency { to } => { "Urgency: " (to.label()) }
            CaseEvent::Merged { into } => { "Became part of " (case(into)) }
            CaseEvent::TookIn { case: id } => { "Took in " (case(id)) }
            CaseEvent::Unmerged { from } => { "Is no part of " (case(from)) " any more" }
            CaseEvent::LetGo { case: id } => { "Let go " (case(id)) }
            CaseEvent::Helped { yes: true } => "The customer says that it helped",
            CaseEvent::Helped { yes: false } => "The customer says that it did not help",
            CaseEvent::GivenUp => "Closed without a word of the customer",
            CaseEvent::Reopened => "Opened again",
            CaseEvent::NotYet => "The customer cannot say yet whether it helped",
            CaseEvent::Bounced => "The answer came back: it did not arrive, and counts as none. Choose another way, or another address",
            CaseEvent::NotSent => "The answer could not be sent: see Settings, Mail, or choose another way",
            CaseEvent::MaybeSent => "Heard was cut off while it sent the answer: nobody knows whether it arrived, and it is not sent again by itself",
            CaseEvent::SentAgain => "Had the answer sent again: it may arrive twice",
            CaseEvent::AutoReply => "An automatic reply came from the customer's address",
            CaseEvent::Late => "The promised time has passed",
            CaseEvent::TaskSet { task: id } => { "Task: " (task(*id)) }
            CaseEvent::TaskDone { task: id } => { "Done: " (task(*id)) }
            CaseEvent::Escalated => "The promised time has passed a second time: those who lead were told",
            CaseEvent::Promised { promise: id } => { "Promised the customer: " (promise(*id)) }
            CaseEvent::PromiseKept { promise: id } => { "Promise kept: " (promise(*id)) }
        }
    }
}

/// What the customer was promised, with the day until whose end; what is late stands out.
fn promises(desk: &Desk, directory: &Directory, viewer: &Viewer, back: &str) -> Markup {
    let today = directory.company.zone.day(desk.now);
    let (may, id) = (desk.may(viewer), desk.opened.case.kept.case.id);
    html! {
        @if !desk.opened.promises.is_empty() || may { h2 { "Promised to the customer" } }
        @if !desk.opened.promises.is_empty() {
            ul.changes {
                @for promise in &desk.opened.promises {
                    @let outcome = promise.outcome(today);
                    li {
                        span dir="auto" { (promise.words) }
                        span.soft {
                            span.late[outcome == PromiseOutcome::Missed] { "by " (heard_charts::date::long(promise.due)) ": " (outcome.label().to_lowercase()) }
                            ", promised by " (desk.name(promise.by))
                        }
                        @if may {
                            form method="post" action={ "/case-promises/" (promise.id) } {
                                (csrf(&viewer.csrf))
                                input type="hidden" name="back" value=(back);
                                @if promise.done.is_some() { button.ghost type="submit" { (icon("undo")) "Not kept" span.vh { ": " (promise.words) } } }
                                @else { button.ghost name="done" value="yes" { (icon("check")) "Kept" span.vh { ": " (promise.words) } } }
                            }
                        }
                    }
                }
            }
        }
        @if may && desk.opened.case.kept.case.merged.is_none() {
            details.twin {
                summary { "Note a promise" }
                form.form method="post" action={ "/cases/" (id) "/promises" } {
                    (common(desk, viewer, back))
                    (line("promised", "What the customer was promised", "", "It stands here with its day until it is kept.", None))
                    div.field { label for="promise-due" { "Until the end of" } input.input.small id="promise-due" type="date" name="due" required value=(today + 1); }
                    button.secondary type="submit" { "Note it" }
                }
            }
        }
    }
}

/// What every form of the case carries.
fn common(desk: &Desk, viewer: &Viewer, back: &str) -> Markup {
    html! {
        (csrf(&viewer.csrf))
        input type="hidden" name="version" value=(desk.opened.case.kept.version);
        input type="hidden" name="back" value=(back);
    }
}

fn forms(desk: &Desk, directory: &Directory, viewer: &Viewer, back: &str, tried: Option<&Tried>) -> Markup {
    let kept = &desk.opened.case.kept;
    let action = format!("/cases/{}", kept.case.id);
    let merged = kept.case.merged.is_some();
    html! {
        @if !merged && !kept.case.is_closed() { (answer_form(desk, viewer, back, tried)) }
        details.twin open[tried.is_some_and(|tried| tried.form.get("text").is_empty())] {
            summary { "Hand over, urgency, merge, close" }
            div.deeds {
                @if merged {
                    form.inline method="post" action=(action) { (common(desk, viewer, back)) button.secondary name="do" value="unmerge" { (icon("undo")) "Take it out again" } }
                } @else if kept.case.is_closed() {
                    form.inline method="post" action=(action) { (common(desk, viewer, back)) button.secondary name="do" value="reopen" { "Open it again" } }
                } @else {
                    (assign_form(desk, viewer, back, &action))
                    (move_form(desk, directory, viewer, back, &action))
                    form.inline method="post" action=(action) {
                        (common(desk, viewer, back))
                        (choice("urgency", "urgency", "Urgency", &Urgency::ALL.iter().map(|u| (u.code().to_owned(), u.label().to_owned())).collect::<Options>(), kept.urgency.code()))
                        button.secondary name="do" value="urgency" { "Set" }
                    }
                    @if kept.case.state == CaseState::Answered {
                        form.inline method="post" action=(action) { (common(desk, viewer, back)) button.secondary name="do" value="close" { "Close without a word of the customer" } }
                    }
                    form.inline method="post" action=(action) {
                        (common(desk, viewer, back))
                        (line("number", "Make it part of case", tried.map_or("", |tried| tried.form.get("number")), "Like C-1042. It can be taken out again.", tried.map(|tried| tried.problem)))
                        button.secondary name="do" value="merge" { "Merge" }
                    }
                }
            }
        }
    }
}

fn answer_form(desk: &Desk, viewer: &Viewer, back: &str, tried: Option<&Tried>) -> Markup {
    let kept = &desk.opened.case.kept;
    let typed = tried.filter(|tried| !tried.form.get("way").is_empty()).map_or("", |tried| tried.form.get("text"));
    let ways: Options = SpokenBy::ALL.iter().map(|way| (way.code().to_owned(), way.label().to_owned())).collect();
    html! {
        form.form method="post" action={ "/cases/" (kept.case.id) } aria-label="Answer" {
            (common(desk, viewer, back))
            (lines("text", "What was said to the customer, or by them", typed,
                "“Through Heard” sends it: by e-mail where there is an address, and on the customer's own page. By any other way say it yourself, then write it down here. The time runs until the customer is answered.", 4,
                tried.map(|tried| tried.problem)))
            (choice("way", "way", "By which way", &ways, tried.map_or("heard", |tried| tried.form.get("way"))))
            @if let Some(wrong) = reason(tried.map(|tried| tried.problem), "way") { span.wrong { (wrong) } }
            div.inline {
                button.primary name="do" value="answer" { "They were answered" }
                button.secondary name="do" value="ask" { "They were asked something" }
                button.secondary name="do" value="said" { "They said it" }
            }
        }
    }
}

fn assign_form(desk: &Desk, viewer: &Viewer, back: &str, action: &str) -> Markup {
    let kept = &desk.opened.case.kept;
    let who: Options =
        desk.colleagues.iter().filter(|one| one.sees(kept.post)).map(|one| (one.id.to_string(), one.name.clone())).collect();
    let chosen = kept.case.assigned.or(Some(viewer.user.id)).map(|id| id.to_string()).unwrap_or_default();
    html! {
        form.inline method="post" action=(action) {
            (common(desk, viewer, back))
            (choice("to", "to", "Who answers", &who, &chosen))
            button.secondary name="do" value="assign" { "Assign" }
            @if kept.case.assigned != Some(viewer.user.id) { button.secondary name="do" value="take" { "I take it" } }
        }
    }
}

fn move_form(desk: &Desk, directory: &Directory, viewer: &Viewer, back: &str, action: &str) -> Markup {
    let kept = &desk.opened.case.kept;
    let others = directory.departments.iter().filter(|d| d.id != kept.case.department);
    let others: Options = others.map(|d| (d.id.to_string(), d.name.clone())).collect();
    html! {
        @if !others.is_empty() {
            form.inline method="post" action=(action) {
                (common(desk, viewer, back))
                (choice("department", "department", "Department", &others, ""))
                button.secondary name="do" value="move" { "Hand over" }
                span.soft { "The time that was used stays used; the rest runs by their working hours." }
            }
        }
    }
}

fn note_form(desk: &Desk, viewer: &Viewer, back: &str, tried: Option<&Tried>) -> Markup {
    let typed = tried.filter(|tried| tried.form.get("way").is_empty()).map_or("", |tried| tried.form.get("text"));
    let id = desk.opened.case.kept.case.id;
    html! {
        details.twin open[!typed.is_empty()] {
            summary { "Note for colleagues" }
            form.form method="post" action={ "/cases/" (id) "/notes" } {
                (common(desk, viewer, back))
                div.field {
                    label for="note" { "Only staff see it" }
                    span.hint id="note-hint" { "@ and a colleague's name tells them." }
                    textarea.input id="note" name="text" rows="3" aria-describedby="note-hint" { (typed) }
                }
                button.secondary type="submit" { "Note it" }
            }
        }
    }
}

fn tasks(desk: &Desk, viewer: &Viewer, back: &str) -> Markup {
    let id = desk.opened.case.kept.case.id;
    let who: Options =
        desk.colleagues.iter().filter(|one| one.active).map(|one| (one.id.to_string(), one.name.clone())).collect();
    html! {
        h2 { "Tasks" }
        @if !desk.opened.tasks.is_empty() {
            ul.changes {
                @for task in &desk.opened.tasks {
                    li {
                        span { @if task.done.is_some() { "✓ " span.vh { "Done: " } } (task.words) }
                        span.soft { (task.owner.map_or("nobody yet", |id| desk.name(id))) @if let Some(due) = task.due { ", by " (heard_charts::date::long(due)) } }
                        form method="post" action={ "/tasks/" (task.id) } {
                            (csrf(&viewer.csrf))
                            input type="hidden" name="back" value=(back);
                            @if task.done.is_some() { button.ghost type="submit" { (icon("undo")) "Not done" span.vh { ": " (task.words) } } }
                            @else { button.ghost name="done" value="yes" { (icon("check")) "Done" span.vh { ": " (task.words) } } }
                        }
                    }
                }
            }
        }
        details.twin {
            summary { "Set a task" }
            form.form method="post" action={ "/cases/" (id) "/tasks" } {
                (common(desk, viewer, back))
                (line("words", "What is to be done", "", "", None))
                (choice("owner", "owner", "Who does it", &any("Nobody yet", who), ""))
                div.field { label for="due" { "By" } input.input.small id="due" type="date" name="due"; }
                button.secondary type="submit" { "Set it" }
            }
        }
    }
}

fn beside(desk: &Desk, directory: &Directory) -> Markup {
    let now = desk.timeline.first().or_else(|| desk.said.last());
    let emotion = now.and_then(|heard| heard.reading.as_ref()?.weightiest()?.emotion.as_ref().map(|label| label.value));
    html! {
        @if let Some(newest) = now {
            h2 { "How they feel now" }
            p {
                @if let Some(emotion) = emotion { b { (emotion.label()) } " " }
                (say::score(say::sentiment(newest.reading.as_ref()))) " "
                span.soft { "by what they said " (say::ago(desk.now, newest.feedback.at, &directory.company.zone)) }
            }
        }
        @if desk.timeline.len() > 1 {
            h2 { "Everything this person said" }
            ol.timeline {
                @for heard in &desk.timeline {
                    li {
                        a href={ "/feedback?when=ever&open=" (heard.feedback.id) } {
                            span.soft { (heard_charts::date::long(heard.feedback.day)) }
                            (source(heard, directory))
                            span.snip dir="auto" { @if heard.feedback.text.trim().is_empty() { "No words" } @else { (say::beginning(&heard.feedback.text, 90)) } }
                            (say::score(say::sentiment(heard.reading.as_ref())))
                        }
                    }
                }
            }
        }
        @if let Some(wishes) = &desk.wishes { (wishes::of_person(wishes)) }
        @if !desk.opened.others.is_empty() {
            h2 { "Other cases of this person" }
            ul.changes { @for other in &desk.opened.others { li { a href={ "/cases/" (other.kept.case.id) } { (other.name) } span.soft { (other.clock) } } } }
        }
        @if !desk.opened.answers.is_empty() {
            h2 { "What others with this were told" }
            ul.changes {
                @for (text, at, id, helped) in &desk.opened.answers {
                    li {
                        a href={ "/cases/" (id) } dir="auto" { (say::beginning(text, 200)) }
                        span.soft {
                            (say::ago(desk.now, *at, &directory.company.zone)) ", "
                            @match helped { Some(true) => "it helped", Some(false) => "it did not help", None => "no word whether it helped" }
                        }
                    }
                }
            }
        }
    }
}
