//! Drivers: what matters for an overall score, to whom, and whether that has changed.

use axum::extract::State;
use axum::response::Response;
use heard_charts::date;
use heard_charts::number::decimal;
use heard_domain::capital::capital;
use heard_domain::directory::Directory;
use heard_domain::driver::LeftOut;
use heard_domain::parameter::Source;
use heard_domain::question::Filter;
use heard_domain::regression::MOST_PREDICTORS;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_flow::measure::drivers::{Found, drivers, name};
use heard_flow::measure::offered::{Against, Wish};
use heard_flow::seen::seen;
use heard_flow::tell::drivers::csv;
use maud::{Markup, html};

use crate::address::Look;
use crate::api::v1::drivers::{KEYS, said, take};
use crate::api::v1::feedback::persons_hidden;
use crate::attached;
use crate::pages::overview::period;
use crate::parts::drivers::{comparison, explained, list, rests, table, where_to_begin};
use crate::parts::empty::empty;
use crate::parts::field::boxes;
use crate::parts::filters::{any, filters, in_words};
use crate::parts::flash::{Kind, flash, notes};
use crate::parts::form::{Options, choice, hidden};
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// What the page is asked for; what cannot be understood is left out and named.
fn wish(look: &mut Look, days: Option<Period>, directory: &Directory) -> Wish {
    let mut wish = Wish { period: days, filter: look.filter.clone(), ..Wish::default() };
    for pair in look.kept.clone() {
        if let Err(problem) = take(&mut wish, pair) {
            look.left_out.push(problem.sentence());
        }
    }
    wish.parameters.retain(|parameter| name(directory, *parameter).is_some());
    if wish.parameters.len() > MOST_PREDICTORS {
        wish.parameters.truncate(MOST_PREDICTORS);
        look.left_out.push(format!("more than {MOST_PREDICTORS} parameters at once"));
    }
    wish.overall = wish.overall.filter(|id| directory.scale(*id).is_some());
    wish
}

/// Shows what matters.
pub async fn show(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Markup, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let mut look = look.searched(state.flow.store.degraded()).keeping(&KEYS);
    let directory = seen(&state.flow, &viewer.scope).await?;
    let days = period(&state, &viewer, &look).await?;
    let wish = wish(&mut look, days, &directory);
    let found = Box::pin(drivers(&state.flow, &viewer.scope, &wish)).await?;
    let body = content(&Seen { found: &found, wish: &wish, directory: &directory, look: &look, viewer: &viewer });
    Ok(page(&viewer, Some(Place::Drivers), "Drivers", &body))
}

/// The same as a file for spreadsheets.
pub async fn file(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Response, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let mut look = look.keeping(&KEYS);
    let directory = seen(&state.flow, &viewer.scope).await?;
    let days = period(&state, &viewer, &look).await?;
    let wish = wish(&mut look, days, &directory);
    let found = Box::pin(drivers(&state.flow, &viewer.scope, &wish)).await?;
    Ok(attached::csv("drivers.csv", csv(&found.matters)))
}

/// What the page shows.
struct Seen<'a> {
    found: &'a Found,
    wish: &'a Wish,
    directory: &'a Directory,
    look: &'a Look,
    viewer: &'a Viewer,
}

impl Seen<'_> {
    /// The name of the overall score.
    fn overall(&self) -> &str {
        let id = self.found.matters.overall;
        id.and_then(|id| self.directory.scale(id)).map_or("the overall score", |scale| scale.name.as_str())
    }

    fn filtered(&self) -> bool {
        !self.look.filter.is_empty()
    }

    /// How the two sides are called, and what follows "more than".
    fn sides(&self) -> Option<(String, String, String)> {
        Some(match self.wish.against? {
            Against::Before => {
                let days = date::length(self.wish.period?);
                ("These days".to_owned(), format!("the {days} before"), format!("in the {days} before"))
            }
            Against::Segment(id) => {
                let name = self.directory.segment(id).map_or("a segment that is gone", |segment| segment.name.as_str());
                ("Here".to_owned(), name.to_owned(), format!("to {name}"))
            }
            Against::Attribute(attribute, value) => {
                let name = self.directory.value(attribute, value).unwrap_or("?");
                ("Here".to_owned(), name.to_owned(), format!("to {name}"))
            }
        })
    }
}

fn content(seen: &Seen) -> Markup {
    let path = Place::Drivers.path();
    let days = seen.wish.period.map(|p| format!("{} to {}", date::length(p), date::long(p.last)));
    let line: Vec<String> = ["Drivers".to_owned()].into_iter().chain(in_words(seen.look, seen.directory)).chain(days).collect();
    let matters = &seen.found.matters;
    let here = &matters.here;
    let read = |driver: &heard_flow::measure::drivers::Driver| {
        Look::at(driver.filter.clone(), seen.wish.period).on(Place::Feedback.path())
    };
    html! {
        header.top {
            div { p.eyebrow { (line.join(" · ")) } h1 { "What matters for " (seen.overall()) } }
            div.tools {
                (filters(seen.look, seen.directory, path, seen.wish.period))
                @if !here.drivers.is_empty() { a.secondary href=(seen.look.on("/drivers.csv")) download="drivers.csv" { (icon("export")) "CSV" } }
            }
        }
        (notes(seen.look))
        (tabs(seen))
        @if here.drivers.is_empty() { (nothing(seen)) }
        @else {
            @if !here.beyond_chance {
                (flash(Kind::Note, &html! { "Together these explain no more of " (seen.overall()) " than chance would. Their order means nothing; look at more answers, or at other parameters." }))
            }
            section.card aria-labelledby="weights" {
                header.ch { div {
                    h2 id="weights" { (headline(seen)) }
                    (rests(here, seen.overall()))
                } }
                (list(matters, &read))
                (left_out(seen))
                (explained(matters.source))
                (table(matters, &read))
            }
            @if let Some((a, b, than)) = seen.sides() { (comparison(matters, (&a, &b, &than), &read)) }
            (where_to_begin(matters, seen.overall(), &read))
        }
        (choose(seen))
    }
}

/// The first sentence.
fn headline(seen: &Seen) -> String {
    let here = &seen.found.matters.here;
    match here.drivers.first() {
        Some(first) if here.beyond_chance => {
            format!("{} carries most of it: {} % of what is explained", first.name, decimal(first.importance.value, 0))
        }
        _ => "Importance of each parameter".to_owned(),
    }
}

fn tabs(seen: &Seen) -> Markup {
    let to = |source: Source| {
        let mut look = seen.look.clone();
        look.kept.retain(|(key, _)| key != "source" && key != "parameter");
        look.kept.push(("source".to_owned(), source.code().to_owned()));
        look.on(Place::Drivers.path())
    };
    html! {
        nav.tabs aria-label="Taken from" {
            @for source in Source::ALL {
                a href=(to(*source)) aria-current=[(seen.found.offered.source == *source).then_some("page")] { (source.label()) }
            }
        }
    }
}

fn left_out(seen: &Seen) -> Markup {
    let left_out = &seen.found.matters.here.left_out;
    html! {
        @if !left_out.is_empty() {
            p.soft {
                "Left out: "
                @for (i, unused) in left_out.iter().enumerate() {
                    @if i > 0 { "; " }
                    (unused.name) " (" (match unused.why { LeftOut::Constant => "everybody said the same", why => why.label() }) ")"
                }
                "."
            }
        }
    }
}

fn nothing(seen: &Seen) -> Markup {
    let (offered, why) = (&seen.found.offered, seen.found.matters.here.nothing.as_deref());
    let (title, what) = match (offered.scales.is_empty(), seen.filtered(), offered.source) {
        (true, true, _) => ("Nothing fits", "No comment that fits all of these filters carries a rating. Take one away, or look at more days.".to_owned()),
        (true, false, _) => (
            "Nothing was rated yet",
            "What matters is found from an overall score (NPS, satisfaction, stars) beside ratings of single things, or beside what \
             customers say. Import a survey with several ratings in one row: each column becomes a scale."
                .to_owned(),
        ),
        (false, _, Source::Ratings) if offered.chosen.is_empty() => (
            "Only one thing was rated",
            format!(
                "No comment rates anything else beside {}. Import a survey that asks about single things as well, or look at what was said.",
                seen.overall()
            ),
        ),
        _ => ("Too little to say what matters", format!("{}.", capital(why.unwrap_or("nothing was found")))),
    };
    html! {
        section.card aria-label="Nothing to show" {
            (empty("weigh", title, &what, &html! {
                @if seen.filtered() { a.primary href=(seen.look.with(|f| *f = Filter::default()).on(Place::Drivers.path())) { "Clear all filters" } }
                @else if !offered.scales.is_empty() { a.primary href=(seen.look.during(crate::address::When::Ever).on(Place::Drivers.path())) { "Look at all days" } }
                @else if seen.viewer.may(Grant::Import) { a.primary href=(Place::Imports.path()) { (icon("import")) "Import a file" } }
            }))
            (left_out(seen))
        }
    }
}

/// The form that chooses score, parameters and comparison.
fn choose(seen: &Seen) -> Markup {
    let offered = &seen.found.offered;
    if offered.scales.is_empty() {
        return html! {};
    }
    let scale = |id| seen.directory.scale(id).map_or("", |scale| scale.name.as_str());
    let scales: Options = offered.scales.iter().map(|c| (c.what.to_string(), format!("{} ({})", scale(c.what), c.n))).collect();
    let mut parameters: Options = offered
        .parameters
        .iter()
        .filter_map(|c| Some((c.what.to_string(), format!("{} ({})", name(seen.directory, c.what)?, c.n))))
        .take(60)
        .collect();
    let chosen: Vec<String> = offered.chosen.iter().map(ToString::to_string).collect();
    for parameter in &offered.chosen {
        let value = parameter.to_string();
        if !parameters.iter().any(|(known, _)| *known == value) {
            parameters.push((value, name(seen.directory, *parameter).unwrap_or_default().to_owned()));
        }
    }
    let mut against: Options = vec![];
    if let Some(period) = seen.wish.period {
        against.push((said(Against::Before), format!("The {} before", date::length(period))));
    }
    against.extend(seen.directory.segments.iter().map(|s| (said(Against::Segment(s.id)), format!("Segment: {}", s.name))));
    for attribute in &seen.directory.attributes {
        let values = seen.directory.values.get(&attribute.id).map_or(&[][..], Vec::as_slice);
        // An attribute that is different for everybody compares nobody.
        if values.len() <= 40 {
            let of = |value: &heard_domain::attribute::AttributeValue| {
                (said(Against::Attribute(attribute.id, value.id)), format!("{}: {}", attribute.name, value.value))
            };
            against.extend(values.iter().map(of));
        }
    }
    let mut keep = seen.look.clone();
    keep.kept.clear();
    html! {
        section.card aria-labelledby="choose" {
            header.ch { div { h2 id="choose" { "Ask differently" } p { "In brackets: how many comments carry it, beside the score where it is a parameter." } } }
            form.form action=(Place::Drivers.path()) {
                (hidden(&keep.pairs()))
                input type="hidden" name="source" value=(offered.source.code());
                div.fields {
                    (choice("overall", "overall", "Overall score", &scales, &offered.overall.map(|id| id.to_string()).unwrap_or_default()))
                    (choice("against", "against", "Compare with", &any("Nothing", against), &seen.wish.against.map(said).unwrap_or_default()))
                }
                (boxes("parameter", &format!("Parameters, at most {MOST_PREDICTORS}"), &parameters, &chosen, None))
                button.primary type="submit" { "Show" }
            }
        }
    }
}
