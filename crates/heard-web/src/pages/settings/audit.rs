//! The audit log: who changed or saw what; narrowed, paged, taken along as a file, checked for gaps.

use axum::extract::State;
use axum::response::Response;
use heard_charts::date;
use heard_charts::number::whole;
use heard_domain::audit::{AuditKind, Noun, Sought, Verdict};
use heard_domain::time::{Time, Zone};
use heard_flow::arrange::audit::{self, Listed, words};
use maud::{Markup, html};

use crate::api::v1::audit::{code, sought};
use crate::attached;
use crate::extract::Asked;
use crate::pages::settings::shell;
use crate::parts::empty::empty;
use crate::parts::flash::{Kind, flash, left_out};
use crate::parts::form::{Options, choice};
use crate::parts::icon::icon;
use crate::parts::pager::{Pager, pager};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/settings/audit";

/// How many entries one page shows.
const SHOWN: usize = 50;

/// What the page's address says, and what of it could not be understood.
struct Wish {
    sought: Sought,
    /// The pairs that narrow, as they were given.
    pairs: Vec<(String, String)>,
    before: Option<i64>,
    check: bool,
    left_out: Vec<String>,
}

impl Wish {
    fn read(pairs: Vec<(String, String)>, zone: &Zone) -> Self {
        let mut wish = Self { sought: Sought::default(), pairs: vec![], before: None, check: false, left_out: vec![] };
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            match name.as_str() {
                "before" => wish.before = value.parse().ok(),
                "check" => wish.check = true,
                "who" | "what" | "kind" | "from" | "to" => {
                    let mut tried = wish.pairs.clone();
                    tried.push((name, value));
                    match sought(tried.clone(), zone) {
                        Ok((sought, _)) => (wish.sought, wish.pairs) = (sought, tried),
                        Err(problem) => wish.left_out.push(problem.sentence()),
                    }
                }
                _ => {}
            }
        }
        wish
    }

    fn given(&self, name: &str) -> &str {
        self.pairs.iter().rfind(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    fn on(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.pairs);
        query.extend_pairs(more);
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// Shows the log.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let zone = state.flow.directory().company.zone.clone();
    let wish = Wish::read(pairs, &zone);
    let listed = audit::list(&state.flow, &viewer.scope, &wish.sought, wish.before, SHOWN).await?;
    let verdict = if wish.check { Some(audit::verify(&state.flow, &viewer.scope).await?) } else { None };
    let body = html! {
        (left_out(&wish.left_out))
        @if let Some(verdict) = &verdict { (found(verdict)) }
        (narrow(&wish, &listed))
        section.card aria-labelledby="log" {
            div.ch {
                div { h2 #log { "Who changed or saw what" } p { "Entries are only ever added, and each is chained to the one before it." } }
                div.inline {
                    a.chip href=(wish.on(PATH, &[("check", "1")])) { (icon("link")) "Check the chain" }
                    a.chip href=(wish.on("/settings/audit.csv", &[])) download { (icon("file")) "CSV" }
                }
            }
            @if listed.entries.is_empty() {
                (empty("search", "No entries", "Nothing of this kind was noted in this time.", &html! { a.ghost href=(PATH) { "Show everything" } }))
            } @else {
                (table(&listed, &zone))
                (pager(&Pager {
                    shown: listed.entries.len(),
                    total: listed.total,
                    first: wish.before.map(|_| wish.on(PATH, &[])),
                    next: listed.more.map(|seq| wish.on(PATH, &[("before", &seq.to_string())])),
                }))
            }
        }
    };
    Ok(shell::page(&viewer, PATH, "Audit log", None, &body))
}

fn found(verdict: &Verdict) -> Markup {
    match (&verdict.broken, &verdict.head) {
        (Some((entry, reason)), _) => flash(
            Kind::Wrong,
            &html! {
                p { strong { "The chain is broken at entry " (entry) "." } " " (reason) "." }
                p { "All " (whole(verdict.entries)) " entries before it are as they were written. Compare with a backup to see what it was." }
            },
        ),
        (None, Some((seq, hash))) => flash(
            Kind::Done,
            &html! {
                p { strong { "The chain holds." } " All " (whole(verdict.entries)) " entries are as they were written, and none is missing between them." }
                p { "Write down number and hash of the last one, " (seq) ": " code.hash { (hash) } " – with it, “heard audit verify --head” shows later that the end was not cut off." }
            },
        ),
        (None, None) => flash(Kind::Note, &html! { "Nothing was noted yet." }),
    }
}

fn narrow(wish: &Wish, listed: &Listed) -> Markup {
    let all = |words: &str| (String::new(), words.to_owned());
    let mut who: Options = vec![all("Everybody")];
    who.extend(listed.names.everybody().into_iter().map(|(who, name)| (code(who), name)));
    let mut what: Options = vec![all("Everything")];
    what.extend(Noun::ALL.iter().map(|noun| (noun.code().to_owned(), noun.label().to_owned())));
    let mut kind: Options = vec![all("All kinds")];
    kind.extend(AuditKind::ALL.iter().map(|kind| (kind.code().to_owned(), kind.label().to_owned())));
    html! {
        form.card.form.row action=(PATH) {
            (choice("who", "who", "Who", &who, wish.given("who")))
            (choice("kind", "kind", "Kind", &kind, wish.given("kind")))
            (choice("what", "what", "What", &what, wish.given("what")))
            @for (name, label) in [("from", "From"), ("to", "To")] {
                div.field { label for=(name) { (label) } input.input id=(name) name=(name) type="date" value=(wish.given(name)); }
            }
            button.secondary { "Show" }
        }
    }
}

fn table(listed: &Listed, zone: &Zone) -> Markup {
    let moment = |at: Time| {
        let (hour, minute) = zone.wall(at);
        format!("{} {hour:02}:{minute:02}", date::long(zone.day(at)))
    };
    html! {
        div.scroll tabindex="0" role="group" aria-label="Table of entries" {
            table.plain {
                thead { tr {
                    th.num scope="col" { "No." } th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "Did" } th scope="col" { "To what" }
                    th scope="col" { "More" }
                } }
                tbody {
                    @for entry in &listed.entries {
                        tr {
                            td.num { (entry.seq) }
                            td { time datetime=(entry.at) { (moment(entry.at)) } }
                            td { bdi { (listed.names.who(entry.who)) } }
                            td { (entry.act) }
                            td { bdi { (listed.names.what(entry)) } }
                            td { bdi { (words(entry)) } }
                        }
                    }
                }
            }
        }
    }
}

/// The same as a file for a spreadsheet.
pub async fn file(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let wish = Wish::read(pairs, &state.flow.directory().company.zone);
    let text = audit::file(&state.flow, &viewer.scope, &wish.sought).await?;
    Ok(attached::csv("audit.csv", text))
}
