//! Verification: whether a fix holds, as a finding and not as a claim; and reported fixes beside verified ones.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::date;
use heard_charts::number::{decimal, whole};
use heard_charts::verification::{Chart, Week, sentence, twin, verification};
use heard_domain::directory::Directory;
use heard_domain::id::IssueId;
use heard_domain::kept_issue::KeptIssue;
use heard_domain::user::Grant;
use heard_domain::verification::{LISTENED, Rate, Verdict};
use heard_flow::act::issues::asking::{self, AskingDraft, AskingShown};
use heard_flow::act::issues::look::{IssueOpened, open};
use heard_flow::act::verify::{IssueVerification, look};
use heard_flow::measure::fixes::{FixCount, Fixes, fixes, usual};
use heard_flow::measure::verification::Examined;
use maud::{Markup, html};

use crate::address::Look;
use crate::extract::{Asked, Form, Id};
use crate::pages::promises::tabs::{asked_days, days_tabs};
use crate::parts::diagram::{diagram, take};
use crate::parts::empty::empty;
use crate::parts::field::lines;
use crate::parts::form::csrf;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// What the picture is drawn from: the weeks with their comments.
fn links(examined: &Examined, kept: &KeptIssue, viewer: &Viewer) -> Vec<String> {
    let filter = kept.gathers().unwrap_or_default();
    let read = viewer.may(Grant::ReadFeedback);
    let link = |week: &heard_flow::measure::verification::VerificationWeek| {
        if read { Look::at(filter.clone(), Some(week.period)).on("/feedback") } else { String::new() }
    };
    examined.weeks.iter().map(link).collect()
}

fn with_chart<T>(examined: &Examined, kept: &KeptIssue, links: &[String], draw: impl FnOnce(&Chart) -> T) -> T {
    let weeks: Vec<Week> = examined
        .weeks
        .iter()
        .zip(links)
        .map(|(week, link)| Week { from: week.period.first, persons: week.persons, exposures: week.exposures, link })
        .collect();
    draw(&Chart { name: &kept.title, unit: &examined.unit, fix: &examined.fix, found: &examined.found, weeks: &weeks })
}

/// Shows whether the fix of an issue holds.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>) -> Result<Markup, Problem> {
    let opened: IssueOpened = open(&state.flow, &viewer.scope, id).await?;
    let seen = look(&state.flow, &viewer.scope, id).await?;
    let asking = asking::shown(&state.flow, &viewer.scope, id).await?;
    let kept = &opened.issue.kept;
    let body = html! {
        header.top {
            div {
                p.eyebrow { a href="/issues" { "Issues" } " · " a href={ "/issues/" (id) } { (opened.issue.name) } }
                h1 { "Is it fixed? " bdi { (kept.title) } }
            }
            div.tools { a.secondary href={ "/issues/" (id) } { (icon("left")) "The issue" } }
        }
        @match &seen.examined {
            Some(examined) => (found(examined, &seen, kept, &viewer, &asking)),
            None if seen.read_again => section.card aria-label="Nothing to show" {
                (empty("check", "Everything is being read again", "Journey, categories or what was learned have changed, and all feedback is read once more. As long as one half is read by the old version and one by the new, before and after a fix are not alike: Heard looks again when that is done. Nothing changes for the issue until then.", &html! {
                    a.primary href={ "/issues/" (id) } { "Back to the issue" }
                }))
            },
            None if kept.gathers().is_none() => section.card aria-label="Nothing to show" {
                (empty("check", "Nothing counts it by itself", "Comments were joined to this issue, but it has no category: nobody files what is said of it from now on, so that a fix can be reported and not verified.", &html! {
                    a.primary href={ "/issues/" (id) "#category" } { "Back to the issue" }
                }))
            },
            None => section.card aria-label="Nothing to show" {
                (empty("check", "No fix was reported yet", "When every contributing department has signed off, Heard looks every night whether those affected became fewer, and says so here. Until then nothing is verified.", &html! {
                    a.primary href={ "/issues/" (id) "#departments" } { "See what each department has stated" }
                }))
            },
        }
    };
    Ok(page(&viewer, Some(Place::Issues), "Verification", &body))
}

fn found(examined: &Examined, seen: &IssueVerification, kept: &KeptIssue, viewer: &Viewer, asking: &AskingShown) -> Markup {
    let links = links(examined, kept, viewer);
    let verdict = examined.found.verdict;
    let class = match verdict {
        Verdict::Verified => "pos",
        Verdict::NotFixed | Verdict::Reopened => "neg",
        Verdict::Watching | Verdict::Improved | Verdict::TooRare => "even",
    };
    let words = with_chart(examined, kept, &links, sentence);
    let picture = with_chart(examined, kept, &links, |chart| (verification(chart), twin(chart)));
    html! {
        section.finding.(class) aria-label="Verdict" {
            div {
                p.tag { (verdict.label()) }
                p.lead { (words) }
                p.why {
                    "Looked at up to " (date::long(examined.until))
                    @if examined.until < seen.day { ": nothing was heard since where customers speak of it" }
                    @if examined.found.verdict == Verdict::Verified { ". The numbers are kept as they were when it was verified; it stays watched" }
                    @if seen.past { ". This fix did not hold: the departments have to look again and sign anew" }
                    "."
                }
                (computed(examined))
            }
        }
        section.card aria-labelledby="rate" {
            header.ch {
                div { h2 #rate { "Those affected, week by week" } p { "Persons per " (examined.unit) ", each person once in 28 days. Every week opens its comments." } }
                (take("Verification", Some(&format!("/issues/{}/verification.svg", kept.id))))
            }
            (diagram("Verification", &picture.0, &picture.1))
        }
        @if verdict == Verdict::TooRare || verdict == Verdict::Watching {
            section.card aria-labelledby="ask" {
                div.ch { h2 #ask { "What can be done meanwhile" } }
                @if verdict == Verdict::TooRare { p { "Too few are affected to tell by counting. Ask the next customers who live this stage whether it is better: their answers stand beside the verdict and decide nothing." } }
                @else { p { "Time has to pass: a verdict falls on day " (examined.rules.not_before) " of the last fix and of the last sign-off at the earliest, and must hold " (examined.rules.in_a_row) " days in a row." } }
            }
        }
        (asked(asking, viewer))
        @if !seen.history.is_empty() {
            section.card aria-labelledby="history" {
                div.ch { h2 #history { "What was found, and since when" } }
                ul.changes {
                    @for (at, one) in seen.history.iter().enumerate() {
                        // Only where it became something else: a corrected date begins anew with the same.
                        @if seen.history.get(at + 1).is_none_or(|before| before.verdict != one.verdict) {
                            li { span { (one.verdict.label()) } span.soft { "from " (date::long(one.day)) } }
                        }
                    }
                }
            }
        }
    }
}

/// What those affected were asked and answered; the form that begins it, where it is offered.
fn asked(asking: &AskingShown, viewer: &Viewer) -> Markup {
    let counts = asking.counts;
    html! {
        @if let Some(begun) = &asking.asking {
            section.card aria-labelledby="asked" {
                div.ch { div { h2 #asked { "Answers that were asked for" } p { "No part of the verdict: who is asked answers otherwise than who speaks up." } } }
                dl.facts {
                    dt { "Asked" } dd { (counts.asked) " of " (begun.wanted) }
                    dt { "Answered" } dd { (counts.answered()) }
                    dt { "It did not happen to them" } dd { (counts.fine) }
                    dt { "It happened to them" } dd { (counts.happened) }
                    dt { "Cannot say" } dd { (counts.unsure) }
                }
                @for one in &asking.words { article.saying { p.meta { span.soft { (one.answer.label()) } } p.words dir="auto" { (one.words) } } }
            }
        } @else if asking.offered && viewer.may(Grant::Shape) && viewer.may(Grant::ReadPersons) {
            section.card.narrow aria-labelledby="begin" {
                div.ch { div { h2 #begin { "Ask the next who are affected" } p { "One question by e-mail to the next who are heard at this stage, or to whom something happens there: once each, once for this issue. It cannot be called back." } } }
                form.form method="post" action={ "/issues/" (asking.issue) "/verification" } {
                    (csrf(&viewer.csrf))
                    div.field { label for="wanted" { "How many" } input.input.small id="wanted" type="number" name="wanted" min="1" max="200" value="20" required; }
                    (lines("text", "Question", &asking.suggested, "Known: {{name}}, {{company}}, {{issue}}. The link to the answers is added below.", 8, None))
                    button.primary { "Ask them" }
                }
            }
        }
    }
}

/// Begins to ask those affected.
pub async fn ask(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>, form: Form) -> Result<Redirect, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    let wanted = form.get("wanted").parse().map_err(|_| Problem::field("wanted", "must be a whole number"))?;
    let draft = AskingDraft { text: form.get("text").to_owned(), wanted };
    asking::begin(&state.flow, &viewer.scope, id, &draft).await?;
    Ok(Redirect::to(&format!("/issues/{id}/verification#asked")))
}

fn rate(rate: Option<Rate>) -> String {
    rate.map_or_else(
        || "nothing counted".to_owned(),
        |r| format!("{} in {}", whole(r.persons), whole(r.exposures.round() as u64)),
    )
}

/// The numbers that went in.
fn computed(examined: &Examined) -> Markup {
    let (found, rules, fix) = (&examined.found, &examined.rules, &examined.fix);
    let before = fix.before(rules);
    let peak = fix.peak(rules);
    html! {
        details.how {
            summary { "How is this computed?" }
            dl {
                dt { "Counted" } dd { "persons with a complaint in these categories, once in 28 days: " (whole(examined.mentions)) " comments" }
                @if examined.taught > 0 { dt { "Left out" } dd { (whole(examined.taught)) " comments before the fix from which the categories have learnt: what was learnt by heart is always filed, what comes after the fix is not" } }
                dt { "Divided by" } dd { (examined.unit) @if examined.from_operations { ", from operations" } @else { ", post by post, asked and volunteered apart" } }
                dt { "Before" } dd { (rate(found.before)) @if let Some(period) = before { @if fix.since.is_some() { ", since the problem is there: " } @else { ", " } (date::span(period)) " without the peak that opened it (" (date::span(peak)) ")" } }
                dt { "Since the fix" } dd { (rate(found.after)) ", " (found.days) " days" }
                dt { "Dispersion" } dd { "× " (decimal(found.dispersion, 2)) ": both counts are divided by it, so that bursts and drifts do not pass for effects" }
                dt { "Enough to tell" } dd { (decimal(found.effective, 0)) " persons before after that division; under " (decimal(rules.fewest, 0)) " are too rare" }
                dt { "How sure" } dd { (decimal(100.0 * found.surely.min(0.999), 1)) " % that the rate fell by a quarter or more" }
                @if let Some(still) = found.still_heard { dt { "Still heard" } dd { (decimal(100.0 * still, 0)) " % of what else was heard there before for as many " (examined.unit) "; under " (decimal(100.0 * LISTENED, 0)) " % a fall may be silence, and nothing is verified" } }
                @if found.mix_changed { dt { "Ask mix" } dd { "customers are asked otherwise than before: nothing is verified by such counts" } }
            }
            p { "Both rates have Jeffreys posteriors (gamma, x + ½). Verified: surely lower by a quarter and lower by half, on " (rules.in_a_row) " days in a row, not before day " (rules.not_before) " of the last fix and of the last sign-off. It stays watched and opens again when it comes back." }
        }
    }
}

/// The picture as a file.
pub async fn picture(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>) -> Result<Response, Problem> {
    let opened = open(&state.flow, &viewer.scope, id).await?;
    let seen = look(&state.flow, &viewer.scope, id).await?;
    let examined = seen.examined.ok_or_else(|| Problem::missing("verification"))?;
    let kept = &opened.issue.kept;
    let links = vec![String::new(); examined.weeks.len()];
    let svg = with_chart(&examined, kept, &links, verification);
    let head =
        [(header::CONTENT_TYPE, "image/svg+xml"), (header::CONTENT_DISPOSITION, "attachment; filename=\"verification.svg\"")];
    Ok((head, svg.as_str().to_owned()).into_response())
}

/// Shows reported fixes beside verified ones.
pub async fn list(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Markup, Problem> {
    let days = asked_days(&pairs);
    let period = usual(&state.flow, &viewer.scope, days).await?;
    let all = fixes(&state.flow, &viewer.scope, period).await?;
    let directory = state.flow.directory();
    let body = html! {
        header.top {
            div { p.eyebrow { "Act · fixes in effect " (date::long(period.first)) " to " (date::long(period.last)) } h1 { "Reported and verified" } }
            div.tools { (days_tabs("/issues/verified", days)) }
        }
        @if all.all.reported == 0 {
            section.card aria-label="Nothing to show" {
                (empty("check", "No fix was reported in these days", "When all departments that contribute to an issue have signed off, it counts as reported. Whether it holds is found by the rate of those affected.", &html! { a.primary href="/issues" { "See the issues" } }))
            }
        } @else { (said(&all)) (tables(&all, &directory)) }
    };
    Ok(page(&viewer, Some(Place::Issues), "Reported and verified", &body))
}

fn said(all: &Fixes) -> Markup {
    let count = &all.all;
    let bad = count.not_fixed + count.came_back > count.verified;
    html! {
        section.finding.(if bad { "neg" } else { "even" }) aria-label="Main finding" {
            div {
                p.tag { "Fixed is a finding" }
                p.lead { strong { (whole(count.reported)) } " reported fixed, " strong { (whole(count.verified)) } " verified fixed." }
                p.why { (whole(count.not_fixed)) " did not hold, " (whole(count.came_back)) " came back, " (whole(count.improved)) " improved, " (whole(count.watching)) " are watched, " (whole(count.too_early)) " are too early to tell, " (whole(count.too_rare)) " are too rare to verify by count." }
            }
        }
    }
}

fn tables(all: &Fixes, directory: &Directory) -> Markup {
    let departments: Vec<(String, FixCount)> = all
        .departments
        .iter()
        .map(|one| (directory.department(one.department).map_or("gone", |d| d.name.as_str()).to_owned(), one.count))
        .collect();
    let stages: Vec<(String, FixCount)> = all
        .stages
        .iter()
        .map(|one| {
            let stage = one.stage.map(|id| directory.journey.stage(id).map_or("gone", |stage| stage.name.as_str()));
            (stage.unwrap_or("Several stages").to_owned(), one.count)
        })
        .collect();
    html! {
        @for (id, title, rows) in [("by-department", "By department", departments), ("by-stage", "By stage", stages)] {
            section.card aria-labelledby=(id) {
                div.ch { div { h2 id=(id) { (title) } @if id == "by-department" { p { "A fix counts for every department that contributes: none is an owner to whom it was handed off." } } } }
                div.scroll tabindex="0" role="group" aria-label={ (title) ", scrolls sideways" } {
                    table.plain {
                        thead { tr { th scope="col" { (title) } @for head in ["Reported", "Verified", "Improved", "Not fixed", "Came back", "Watching", "Too early", "Too rare"] { th.num scope="col" { (head) } } } }
                        tbody {
                            @for (name, c) in &rows {
                                tr { th scope="row" { bdi { (name) } } @for n in [c.reported, c.verified, c.improved, c.not_fixed, c.came_back, c.watching, c.too_early, c.too_rare] { td.num { (whole(n)) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}
