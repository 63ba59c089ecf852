//! What somebody on duty is told at once: on every page, newest first, until they have seen it.

use heard_domain::alert::{Alert, AlertKind};
use heard_domain::digest::{Digest, DigestState};
use heard_domain::directory::Directory;
use heard_domain::rule::Urgency;
use heard_domain::time::Time;
use heard_flow::act::cadence::Waiting;
use maud::{Markup, html};

use crate::parts::form::csrf;
use crate::parts::icon::icon;
use crate::parts::say;

/// So many are shown; of more only their number.
const SHOWN: usize = 5;

/// Where alerts will stand: filled by the script, and on the pages of cases by the server.
pub fn region() -> Markup {
    html! { section.alerts id="alerts" data-alerts="/cases/alerts" aria-label="Alerts" hidden {} }
}

/// The alerts that were not seen, and the digests that wait to be acknowledged.
pub fn alerts(alerts: &[Alert], digests: &Waiting, directory: &Directory, token: &str, now: Time) -> Markup {
    if alerts.is_empty() && digests.own.is_empty() && digests.late.is_empty() {
        return region();
    }
    html! {
        section.alerts id="alerts" data-alerts="/cases/alerts" data-count=(alerts.len()) aria-label="Alerts" {
            ul {
                @for alert in alerts.iter().take(SHOWN) {
                    li.urgent[alert.urgency == Urgency::Now] {
                        (icon("warn"))
                        a href=(address(alert)) { (alert.kind.label()) ": " (spot(alert, directory)) }
                        span.soft { (alert.urgency.label()) " · " (say::ago(now, alert.at, &directory.company.zone)) }
                    }
                }
                @if alerts.len() > SHOWN { li { span.soft { (alerts.len() - SHOWN) " more" } } }
                @for digest in digests.own.iter().take(SHOWN) { (waiting(digest, directory)) }
                @if digests.own.len() > SHOWN { li { a href="/digests" { (digests.own.len() - SHOWN) " more digests" } } }
                @if !digests.late.is_empty() { (late(&digests.late, directory)) }
            }
            @if let Some(newest) = alerts.first() { form method="post" action="/cases/alerts" data-swap="alerts" {
                (csrf(token))
                input type="hidden" name="up_to" value=(newest.id);
                button.secondary type="submit" { (icon("check")) "Seen" }
            } }
        }
    }
}

/// A digest that nobody of the department has acknowledged: it stands here until somebody has.
fn waiting(digest: &Digest, directory: &Directory) -> Markup {
    let department = directory.department(digest.department).map_or("", |department| department.name.as_str());
    html! {
        li.urgent[digest.state() == DigestState::Late] {
            (icon("cal"))
            a href={ "/digests/" (digest.key()) } { "Digest of " (department) ", week of " (heard_charts::date::long(digest.week)) }
            span.soft { (digest.state().label()) }
        }
    }
}

/// Those of other departments that are late, in one line: whoever leads looks at them together.
fn late(digests: &[Digest], directory: &Directory) -> Markup {
    let mut names: Vec<&str> =
        digests.iter().filter_map(|digest| directory.department(digest.department)).map(|d| d.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    html! {
        li.urgent {
            (icon("cal"))
            a href="/digests" { @if digests.len() == 1 { "A weekly digest is late" } @else { (digests.len()) " weekly digests are late" } }
            span.soft { (names.join(", ")) }
        }
    }
}

fn address(alert: &Alert) -> String {
    match (alert.case, alert.feedback) {
        (Some(case), _) => format!("/cases/{case}"),
        (None, Some(feedback)) => format!("/feedback?when=ever&open={feedback}"),
        (None, None) => "/cases".to_owned(),
    }
}

fn spot(alert: &Alert, directory: &Directory) -> String {
    let place = alert.place.and_then(|id| directory.place(id)).map(|place| place.name.clone());
    let post = directory.posts.iter().find(|post| post.id == alert.post).map(|post| post.name.clone());
    let spot = place.or(post).unwrap_or_else(|| "a listening post".to_owned());
    match alert.kind {
        AlertKind::Here | AlertKind::Routed => spot,
        AlertKind::Late
        | AlertKind::Escalated
        | AlertKind::Wrote
        | AlertKind::Undelivered
        | AlertKind::Assigned
        | AlertKind::Mentioned => {
            format!("a case of {spot}")
        }
    }
}
