//! The parts of an issue's page: its shape, its causes, what drives what, the plan, the departments, proposed fixes and partners.

use heard_charts::date;
use heard_domain::cause::{Part, start_here};
use heard_domain::directory::Directory;
use heard_domain::issue::{Contribution, IssueParty};
use heard_domain::kept_issue::{IssueStanding, KeptCause, Knot};
use heard_domain::plan::Action;
use heard_domain::user::Grant;
use heard_flow::act::issues::causes::outline;
use maud::{Markup, html};

use crate::pages::issues::desk::Desk;
use crate::pages::issues::pictures;
use crate::parts::diagram::{diagram, take};
use crate::parts::empty::empty;
use crate::parts::field::{boxes, line, lines};
use crate::parts::filters::{any, category_options, stage_options};
use crate::parts::flash::{Kind, flash};
use crate::parts::form::{Options, choice, csrf};
use crate::parts::icon::icon;
use crate::parts::say;
use crate::problem::Problem;
use crate::viewer::Viewer;

fn common(desk: &Desk, viewer: &Viewer) -> Markup {
    html! { (csrf(&viewer.csrf)) input type="hidden" name="version" value=(desk.kept().version); }
}

/// The forms that shape it as a whole.
pub fn shape(desk: &Desk, directory: &Directory, viewer: &Viewer) -> Markup {
    let kept = desk.kept();
    let action = format!("/issues/{}", kept.id);
    let stage = kept.stage.map(|id| id.to_string()).unwrap_or_default();
    let chosen: Vec<String> = kept.categories.iter().map(ToString::to_string).collect();
    let others: Options = desk
        .issues
        .iter()
        .filter(|issue| issue.id != kept.id)
        .map(|issue| (issue.id.to_string(), format!("{} {}", issue.name(), issue.title)))
        .collect();
    html! {
        @if matches!(kept.standing, IssueStanding::Proposed | IssueStanding::Dismissed) {
            form.inline method="post" action=(action) {
                (common(desk, viewer))
                button.primary name="do" value="accept" { (icon("check")) "Work on it" }
                @if kept.standing == IssueStanding::Proposed { button.secondary name="do" value="dismiss" { "It is none" } }
            }
        }
        details.twin {
            summary { "Change what it is about" }
            form.form method="post" action=(action) {
                (common(desk, viewer))
                (line("title", "What happens to customers", &kept.title, "", None))
                (choice("stage", "stage", "At which stage", &any("At several", stage_options(directory)), &stage))
                (boxes("categories", "Gathers complaints of these categories", &category_options(directory), &chosen, None))
                button.secondary name="do" value="describe" { "Save" }
            }
        }
        @if kept.standing == IssueStanding::Merged {
            form.inline method="post" action=(action) { (common(desk, viewer)) button.secondary name="do" value="unmerge" { (icon("undo")) "Take it out again" } }
        } @else if !others.is_empty() {
            details.twin {
                summary { "Make it part of another issue" }
                form.inline method="post" action=(action) {
                    (common(desk, viewer))
                    (choice("into", "into", "Part of", &others, ""))
                    button.secondary name="do" value="merge" { "Merge" }
                }
                p.soft { "Its departments contribute there, and all sign off there anew: what was signed there counts no more. It can be taken out again, as an issue of its own; departments, categories and comments that went along stay there too." }
            }
        }
    }
}

/// Causes, and how many comments name each.
pub type Counted = (Vec<KeptCause>, Vec<u64>);

/// The picture of its causes, and the outline in which they are written.
pub fn causes(
    desk: &Desk,
    directory: &Directory,
    viewer: &Viewer,
    typed: Option<&str>,
    looked: Option<&Result<Counted, Problem>>,
) -> Markup {
    let (kept, id) = (desk.kept(), desk.kept().id);
    let (causes, mentions) = match looked {
        Some(Ok((causes, mentions))) => (causes, mentions),
        _ => (&desk.opened.causes, &desk.mentions),
    };
    let (svg, rows) = pictures::bones(kept, &pictures::detail(&desk.opened.issue), causes, mentions);
    let text = typed.map_or_else(|| outline(kept, &desk.opened.causes, directory), str::to_owned);
    html! {
        section.card aria-labelledby="causes" {
            header.ch {
                div { h2 #causes { "Cause and effect" } p { "Line weight is the number of comments that name the cause. Select a cause to read them." } }
                (take("Cause and effect", Some(&format!("/issues/{id}/causes.svg"))))
            }
            div id="preview" {
                @if let Some(Err(problem)) = looked { (flash(Kind::Wrong, &html! { (problem.sentence()) })) }
                @else if looked.is_some() { p.soft { "This is how it would look. It is not saved yet." } }
                @if causes.is_empty() { (empty("branch", "No cause is stated yet", "Write the causes of each department below its name.", &html! {})) }
                @else {
                    (diagram("Cause and effect", &svg, &rows))
                    ul.key { li { i.o-bad {} "The vital few: together they hold half of the mentions" } li { i.o-nothing {} "Other causes" } }
                }
            }
            @if desk.may_shape() {
                details.twin open[typed.is_some()] {
                    summary { "Edit as an outline" }
                    form.form method="post" action={ "/issues/" (id) "/causes" } data-preview={ "/issues/" (id) "/causes/preview" } {
                        (common(desk, viewer))
                        (lines("outline", "Causes", &text, "A department in each line; its causes below it, two spaces further in; why that is, two spaces further still. After “ = ” stand the words by which customers name the cause: they are looked for among the comments. “words in quotes” are found as they stand, word* with any ending.", 12, looked.and_then(|looked| looked.as_ref().err())))
                        div.inline {
                            button.primary { "Save the causes" }
                            button.secondary formaction={ "/issues/" (id) "/causes/preview" } { "Show how it looks" }
                        }
                    }
                }
            }
        }
    }
}

/// A knot as it stands in an address.
pub fn written(knot: Knot) -> String {
    match knot {
        Knot::Issue(id) => format!("issue-{id}"),
        Knot::Cause(id) => format!("cause-{id}"),
    }
}

/// What drives what, and where to start.
pub fn drives(desk: &Desk, viewer: &Viewer) -> Markup {
    let id = desk.kept().id;
    let found = &desk.drives;
    let (svg, rows) = pictures::digraph(&desk.kept().title, found);
    let place = |knot: Knot| found.knots.iter().position(|(one, ..)| *one == knot);
    let pairs: Vec<(usize, usize)> = found.effects.iter().filter_map(|one| Some((place(one.from)?, place(one.to)?))).collect();
    let ranked = start_here(found.knots.len(), &pairs);
    html! {
        section.card aria-labelledby="drives" {
            header.ch {
                div { h2 #drives { "What drives what" } p { "Arrows point from cause to effect. Work on what has more arrows out than in." } }
                (take("What drives what", Some(&format!("/issues/{id}/drives.svg"))))
            }
            div.driving {
                div { (diagram("What drives what", &svg, &rows)) ul.key { li { i.o-bad {} "Driver" } li { i.o-nothing {} "Link or outcome" } } }
                div {
                    h3 { "Start here" }
                    p.soft { "Most arrows out, fewest in." }
                    ol.ranks {
                        @for arrows in ranked.iter().filter(|arrows| arrows.part() != Part::Outcome).take(5) {
                            @if let Some((_, name, _)) = found.knots.get(arrows.at) {
                                li { bdi.driver[arrows.part() == Part::Driver] { (name) } span.soft { (arrows.out) " out, " (arrows.into) " in" } }
                            }
                        }
                    }
                }
            }
            @if desk.may_shape() { (arrow_forms(desk, viewer)) }
        }
    }
}

fn arrow_forms(desk: &Desk, viewer: &Viewer) -> Markup {
    let id = desk.kept().id;
    let title =
        |issue| desk.issues.iter().find(|one| one.id == issue).map_or(String::new(), heard_domain::kept_issue::KeptIssue::name);
    let options: Options = desk
        .everything
        .knots
        .iter()
        .map(|(knot, name, issue)| {
            let words = match knot {
                Knot::Issue(_) => format!("{} {name}", title(*issue)),
                Knot::Cause(_) => format!("{} cause: {name}", title(*issue)),
            };
            (written(*knot), words)
        })
        .collect();
    let own = written(Knot::Issue(id));
    let first = options.iter().find(|(value, _)| *value != own).map_or(String::new(), |(value, _)| value.clone());
    let strengths: Options = [("2", "usual"), ("1", "weak"), ("3", "strong")].map(|(v, w)| (v.to_owned(), w.to_owned())).to_vec();
    let name = |knot: Knot| desk.everything.knots.iter().find(|(one, ..)| *one == knot).map_or("", |(_, name, _)| name.as_str());
    html! {
        @if options.len() > 1 && options.iter().any(|(value, _)| *value == own) {
            details.twin {
                summary { "Draw an arrow, or take one away" }
                form.inline method="post" action={ "/issues/" (id) "/arrows" } {
                    (csrf(&viewer.csrf))
                    (choice("from", "from", "Cause", &options, &first))
                    (choice("to", "to", "leads to", &options, &own))
                    (choice("strength", "strength", "How strongly", &strengths, "2"))
                    button.secondary { "Draw it" }
                }
                @for one in &desk.drives.drawn {
                    form.inline method="post" action={ "/issues/" (id) "/arrows" } {
                        (csrf(&viewer.csrf))
                        input type="hidden" name="from" value=(written(one.from));
                        input type="hidden" name="to" value=(written(one.to));
                        input type="hidden" name="strength" value="0";
                        span { bdi { (name(one.from)) } " leads to " bdi { (name(one.to)) } }
                        button.ghost { (icon("x")) "Take it away" }
                    }
                }
            }
        }
    }
}

/// The action plan.
pub fn plan(desk: &Desk, directory: &Directory, viewer: &Viewer) -> Markup {
    let (kept, id) = (desk.kept(), desk.kept().id);
    let actions = &desk.opened.actions;
    let owner = |action: &Action| action.owner.map(|owner| desk.name(owner)).unwrap_or_default();
    html! {
        section.card aria-labelledby="plan" {
            header.ch {
                div { h2 #plan { "Critical path of the plan" } p { "Earliest start, days, earliest end above; latest start, slack, latest end below, in working days." } }
                @if !actions.is_empty() { (take("Critical path", Some(&format!("/issues/{id}/plan.svg")))) }
            }
            @if actions.is_empty() { (empty("branch", "No action is planned yet", "Write down what is done, by whom, in how many working days, and what it waits for: the path that decides when all is done follows.", &html! {})) }
            @else if let Some((schedule, dates)) = &desk.plan {
                @let (svg, rows) = pictures::network(kept, actions, schedule, &owner);
                (diagram("Critical path", &svg, &rows))
                ul.key { li { i.o-bad {} (schedule.days) " working days on the critical path" } li { i.o-nothing {} "Has slack" } }
                ul.actions {
                    @for (action, dates) in actions.iter().zip(dates) {
                        li id={ "action-" (action.id) } {
                            p {
                                b dir="auto" { (action.name) } " "
                                @if let Some(department) = action.department.and_then(|id| directory.department(id)) { span.src { (department.name) } " " }
                                @if action.owner.is_some() { span.src { (owner(action)) } " " }
                                @if let Some(dates) = dates { span.soft { (date::long(dates.first)) " to " (date::long(dates.last)) @if dates.latest != dates.last { ", by " (date::long(dates.latest)) " at the latest" } } }
                                @if action.done { " " span.chip.state.good { "done" } }
                            }
                            @if desk.may_shape() { (action_form(desk, directory, viewer, Some(action))) }
                        }
                    }
                }
            }
            @if desk.may_shape() { (action_form(desk, directory, viewer, None)) }
        }
    }
}

fn action_form(desk: &Desk, directory: &Directory, viewer: &Viewer, action: Option<&Action>) -> Markup {
    let key = action.map_or_else(|| "new".to_owned(), |action| action.id.to_string());
    let address =
        action.map_or_else(|| format!("/issues/{}/actions", desk.kept().id), |action| format!("/actions/{}", action.id));
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let people: Options =
        desk.colleagues.iter().filter(|one| one.active).map(|one| (one.id.to_string(), one.name.clone())).collect();
    let others: Vec<&Action> =
        desk.opened.actions.iter().filter(|other| action.is_none_or(|action| action.id != other.id)).collect();
    let department = action.and_then(|action| action.department).map(|id| id.to_string()).unwrap_or_default();
    let owner = action.and_then(|action| action.owner).map(|id| id.to_string()).unwrap_or_default();
    html! {
        details.twin {
            summary { @if action.is_some() { "Change" } @else { "Add an action" } }
            form.form method="post" action=(address) {
                (common(desk, viewer))
                div.field {
                    label for={ "name-" (key) } { "What is done" }
                    input.input id={ "name-" (key) } name="name" value=(action.map_or("", |action| action.name.as_str())) maxlength="120" autocomplete="off" required;
                }
                div.fields {
                    (choice(&format!("department-{key}"), "department", "Department", &any("None", departments), &department))
                    (choice(&format!("owner-{key}"), "owner", "Who answers for it", &any("Nobody yet", people), &owner))
                    div.field {
                        label for={ "days-" (key) } { "Working days" }
                        input.input id={ "days-" (key) } name="days" type="number" min="0" max="1000" value=(action.map_or(1, |action| action.days)) required;
                    }
                }
                @if !others.is_empty() {
                    fieldset.field {
                        legend { "Begins after" }
                        div.checks {
                            @for other in others {
                                label.check { input type="checkbox" name="after" value=(other.id) checked[action.is_some_and(|action| action.after.contains(&other.id))]; bdi { (other.name) } }
                            }
                        }
                    }
                }
                label.check { input type="checkbox" name="done" value="yes" checked[action.is_some_and(|action| action.done)]; "Done" }
                div.inline {
                    button.secondary name="do" value="save" { @if action.is_some() { "Save" } @else { "Add it" } }
                    @if action.is_some() { button.danger name="do" value="remove" { "Remove" } }
                }
            }
        }
    }
}

/// What each department has stated and signed.
pub fn departments(desk: &Desk, directory: &Directory, viewer: &Viewer) -> Markup {
    let kept = desk.kept();
    let all = &kept.work.contributions;
    let signed = all.iter().filter(|one| one.signed.is_some()).count();
    let others: Options = directory
        .departments
        .iter()
        .filter(|department| kept.work.of(department.id).is_none())
        .map(|department| (department.id.to_string(), department.name.clone()))
        .collect();
    html! {
        section.card aria-labelledby="departments" {
            div.ch {
                div {
                    h2 #departments { "Departments" }
                    p { (signed) " of " (all.len()) " signed off. Each states its own cause and its own fix, and signs for itself; somebody else for each. Then the verification looks whether customers stop speaking of it: nobody closes an issue alone." }
                }
            }
            div.cards {
                @for one in all { (department(desk, directory, viewer, one)) }
            }
            @if desk.may_shape() && kept.standing == IssueStanding::Accepted && !others.is_empty() {
                form.inline method="post" action={ "/issues/" (kept.id) } {
                    (common(desk, viewer))
                    (choice("department-further", "department", "A further department plays a part", &others, ""))
                    button.secondary name="do" value="involve" { (icon("plus")) "Involve it" }
                }
            }
        }
    }
}

fn department(desk: &Desk, directory: &Directory, viewer: &Viewer, one: &Contribution) -> Markup {
    let kept = desk.kept();
    let known = directory.department(one.department);
    let name = known.map_or("A department that is gone", |department| department.name.as_str());
    let member = match desk.party() {
        Some(IssueParty::Member { departments, .. }) => departments.contains(&one.department),
        _ => false,
    };
    let fixed = kept.fixed_on.iter().find(|fixed| fixed.department == one.department).map(|fixed| fixed.day);
    let key = one.department.to_string();
    let action = format!("/issues/{}", kept.id);
    html! {
        article.contribution aria-label=(name) {
            h3 { (name) @if known.is_some_and(|department| department.partner) { " " span.src { "partner" } } }
            @if let Some(signed) = one.signed {
                p { span.chip.state.good { (icon("check")) "Signed off" } " " (desk.name(signed.user)) ", " (say::moment(signed.at, &directory.company.zone)) @if let Some(day) = fixed { "; in effect since " (date::long(day)) } }
            } @else { p { span.chip.state { "Not signed off" } } }
            dl.facts {
                dt { "Cause" } dd dir="auto" { (one.cause.as_deref().unwrap_or("not stated yet")) }
                dt { "Fix" } dd dir="auto" { (one.fix.as_deref().unwrap_or("not stated yet")) }
            }
            @if member && kept.standing == IssueStanding::Accepted && viewer.may(Grant::WriteIssues) {
                @if one.signed.is_some() {
                    form.inline method="post" action=(action) { (common(desk, viewer)) input type="hidden" name="department" value=(key); button.secondary name="do" value="take_back" { (icon("undo")) "Take the sign-off back" } }
                } @else {
                    form.form method="post" action=(action) {
                        (common(desk, viewer))
                        input type="hidden" name="department" value=(key);
                        div.field { label for={ "cause-" (key) } { "Our cause" } textarea.input id={ "cause-" (key) } name="cause" rows="2" dir="auto" { (one.cause.as_deref().unwrap_or("")) } }
                        div.field { label for={ "fix-" (key) } { "Our fix" } textarea.input id={ "fix-" (key) } name="fix" rows="2" dir="auto" { (one.fix.as_deref().unwrap_or("")) } }
                        div.inline { button.secondary name="do" value="state" { "State it" } }
                    }
                    @if one.cause.is_some() && one.fix.is_some() {
                        form.inline method="post" action=(action) {
                            (common(desk, viewer))
                            input type="hidden" name="department" value=(key);
                            div.field { label for={ "fixed-" (key) } { "In effect since (today if empty)" } input.input id={ "fixed-" (key) } type="date" name="fixed_on"; }
                            button.primary name="do" value="sign_off" { (icon("check")) "Sign off" }
                        }
                    }
                    @if kept.work.contributions.len() > 1 {
                        details.twin {
                            summary { "We do not contribute" }
                            form.inline method="post" action=(action) {
                                (common(desk, viewer))
                                input type="hidden" name="department" value=(key);
                                div.field { label for={ "leave-" (key) } { "Why not" } input.input id={ "leave-" (key) } name="words" autocomplete="off"; }
                                button.secondary name="do" value="leave" { "Leave the issue" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What staff propose, and who backs it.
pub fn fixes(desk: &Desk, directory: &Directory, viewer: &Viewer) -> Markup {
    let kept = desk.kept();
    let own = desk.acting.as_ref().map(|acting| acting.user);
    let mut all: Vec<_> = desk.opened.fixes.iter().collect();
    all.sort_by_key(|fix| std::cmp::Reverse(fix.backed_by.len()));
    html! {
        section.card aria-labelledby="fixes" {
            div.ch { div { h2 #fixes { "Fixes that staff propose" } p { "Those who meet customers often know first. The departments decide; everybody sees the why." } } }
            @if all.is_empty() { p.soft { "Nobody has proposed a fix yet." } }
            ul.changes {
                @for fix in all {
                    @let backs = own.is_some_and(|own| fix.backed_by.contains(&own));
                    li {
                        p.words dir="auto" { (fix.words) }
                        p.meta { (desk.name(fix.by)) ", " (say::moment(fix.at, &directory.company.zone)) " · " (fix.backed_by.len()) " back it" }
                        @if own.is_some() {
                            form.inline method="post" action={ "/fixes/" (fix.id) } {
                                (csrf(&viewer.csrf))
                                button.secondary name="back" value=(if backs { "no" } else { "yes" }) { @if backs { "I do not back it any more" } @else { (icon("up")) "I back it" } }
                            }
                        }
                    }
                }
            }
            @if own.is_some() {
                form.form method="post" action={ "/issues/" (kept.id) "/fixes" } {
                    (csrf(&viewer.csrf))
                    div.field { label for="fix-text" { "What should be done?" } textarea.input id="fix-text" name="text" rows="2" dir="auto" required {} }
                    div.inline { button.secondary { "Propose it" } }
                }
            }
        }
    }
}

/// How partners outside take part.
pub fn partners(desk: &Desk, directory: &Directory, viewer: &Viewer) -> Markup {
    let kept = desk.kept();
    let outside: Options = kept
        .work
        .contributions
        .iter()
        .filter_map(|one| directory.department(one.department))
        .filter(|department| department.partner)
        .map(|department| (department.id.to_string(), department.name.clone()))
        .collect();
    html! {
        @if desk.may_shape() && (!outside.is_empty() || !desk.opened.links.is_empty()) {
            section.card aria-labelledby="partners" {
                div.ch { div { h2 #partners { "Partners outside" } p { "A partner takes part by a secret link: it sees this issue without customers and their words, states its cause and its fix, and signs off." } } }
                ul.changes {
                    @for link in &desk.opened.links {
                        li {
                            p { b { bdi { (link.name) } } " " span.src { (directory.department(link.department).map_or("a department that is gone", |d| d.name.as_str())) } }
                            p.meta {
                                @if let Some(at) = link.revoked { "taken back " (say::moment(at, &directory.company.zone)) }
                                @else if link.is_open(desk.now) { "open until " (say::moment(link.expires, &directory.company.zone)) }
                                @else { "expired " (say::moment(link.expires, &directory.company.zone)) }
                            }
                            @if link.is_open(desk.now) {
                                form.inline method="post" action={ "/partners/" (link.id) } { (csrf(&viewer.csrf)) button.secondary { "Take the link back" } }
                            }
                        }
                    }
                }
                @if !outside.is_empty() {
                    form.inline method="post" action={ "/issues/" (kept.id) "/partners" } {
                        (csrf(&viewer.csrf))
                        (choice("partner-department", "department", "For", &outside, ""))
                        div.field { label for="partner-name" { "Who gets it" } input.input id="partner-name" name="name" autocomplete="off" required; }
                        button.secondary { (icon("link")) "Make a link for 90 days" }
                    }
                }
            }
        }
    }
}
