//! Overview: the finding, five figures, the journey, where it hurts and shines, what moved, and what customers say.

use axum::extract::State;
use heard_charts::date;
use heard_domain::directory::Directory;
use heard_domain::question::Filter;
use heard_domain::time::{Period, Time};
use heard_domain::user::Grant;
use heard_flow::measure::overview::{Overview, ever, overview};
use heard_flow::measure::period::{USUAL_DAYS, ending_newest};
use heard_flow::measure::quotes::Arrived;
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::address::{Look, When};
use crate::api::v1::feedback::persons_hidden;
use crate::pages::live::latest;
use crate::parts::arriving::card;
use crate::parts::empty::empty;
use crate::parts::filters::{filters, in_words};
use crate::parts::finding::finding;
use crate::parts::flash::notes;
use crate::parts::heat::heat;
use crate::parts::icon::icon;
use crate::parts::journey::{journey, table};
use crate::parts::kpi::kpi;
use crate::parts::layout::{Place, page};
use crate::parts::mixes::{channels, emotions};
use crate::parts::movers::movers;
use crate::parts::quote::quote;
use crate::parts::say::comments;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows the overview.
pub async fn show(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Markup, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let look = look.searched(state.flow.store.degraded());
    let directory = seen(&state.flow, &viewer.scope).await?;
    let Some(period) = period(&state, &viewer, &look).await? else {
        return Ok(page(&viewer, Some(Place::Overview), "Overview", &nothing(&look, &viewer, &directory)));
    };
    let facts = Box::pin(overview(&state.flow, &viewer.scope, &look.filter, period)).await?;
    let arrived = if viewer.may(Grant::ReadFeedback) { Some(latest(&state, &viewer, &look).await?) } else { None };
    let body = content(&facts, arrived.as_ref(), &directory, &look, &viewer, state.flow.now());
    Ok(page(&viewer, Some(Place::Overview), "Overview", &body))
}

/// The days that a page looks at; `None` where nothing is in view.
pub async fn period(state: &AppState, viewer: &Viewer, look: &Look) -> Result<Option<Period>, Problem> {
    let (flow, scope, filter) = (&state.flow, &viewer.scope, &look.filter);
    Ok(match look.when {
        When::Days(period) => Some(period),
        When::Usual => ending_newest(flow, scope, filter, USUAL_DAYS).await?,
        When::Weeks(weeks) => ending_newest(flow, scope, filter, i32::from(weeks) * 7).await?,
        When::Ever => ever(flow, scope, filter).await?,
    })
}

fn top(look: &Look, directory: &Directory, period: Option<Period>) -> Markup {
    let days = period.map(|p| format!("{} to {}", date::length(p), date::long(p.last)));
    let line: Vec<String> = ["Overview".to_owned()].into_iter().chain(in_words(look, directory)).chain(days).collect();
    html! {
        header.top {
            div { p.eyebrow { (line.join(" · ")) } h1 { "What customers are telling us" } }
            div.tools { (filters(look, directory, Place::Overview.path(), period)) }
        }
        (notes(look))
    }
}

fn nothing(look: &Look, viewer: &Viewer, directory: &Directory) -> Markup {
    let filtered = !look.filter.is_empty();
    let (title, why) = if filtered {
        ("Nothing fits", "No comment fits all of these filters at once. Take one away.")
    } else {
        (
            "Nothing has been heard yet",
            "Bring in a file with comments: a survey, reviews, tickets. Within a minute they are read and stand here by stage of the journey.",
        )
    };
    html! {
        (top(look, directory, None))
        section.card aria-label="Nothing to show" {
            (empty("ear", title, why, &html! {
                @if filtered { a.primary href=(look.with(|f| *f = Filter::default()).on("/")) { "Clear all filters" } }
                @else if viewer.may(Grant::Import) { a.primary href=(Place::Imports.path()) { (icon("import")) "Import a file" } }
            }))
        }
    }
}

/// The page's content.
pub fn content(
    facts: &Overview,
    arrived: Option<&Arrived>,
    directory: &Directory,
    look: &Look,
    viewer: &Viewer,
    now: Time,
) -> Markup {
    let exact = |filter: &Filter| Look::at(filter.clone(), Some(facts.period));
    let read = |filter: &Filter| exact(filter).on(Place::Feedback.path());
    let shown = exact(&look.filter);
    let stages: Vec<_> = facts.journey.iter().map(|s| s.stage).collect();
    html! {
        (top(look, directory, Some(facts.period)))
        (finding(&facts.finding, &facts.behind, directory, &shown, viewer))
        section.kpis aria-label="Key figures" { @for figure in &facts.figures { (kpi(figure, &read(&figure.filter))) } }
        @if facts.journey.is_empty() {
            section.card aria-label="No journey" {
                (empty("journey", "There is no journey yet", "Name the stages that your customers go through: every comment falls in one of them.", &html! {
                    a.primary href=(Place::Journey.path()) { "Draw the journey" }
                }))
            }
        } @else {
            section.card aria-labelledby="along" {
                header.ch {
                    div {
                        h2 id="along" { "Sentiment along the journey" }
                        p { "Net sentiment per " (facts.steps.name()) ", −100 to +100. Same scale in every stage." }
                    }
                    a.more href=(shown.on(Place::Journey.path())) { "Open journey" (icon("right")) }
                }
                (journey(&facts.journey, directory, &facts.steps, &|stage| read(&stage.filter)))
                (table(&facts.journey, directory))
            }
            div.two {
                section.card aria-labelledby="where" {
                    header.ch {
                        div {
                            h2 id="where" { "Where it hurts, where it shines" }
                            p { "Net sentiment by stage and category. Outlined cells rest on fewer than 20 passages." }
                        }
                    }
                    @if facts.heat.categories.is_empty() {
                        (empty("tag", "No category fits yet", "Categories say what a comment is about. Give them watch words, and comments are read again.", &html! {}))
                    } @else {
                        (heat(&facts.heat, &stages, directory, &|stage, category| {
                            read(&look.with(|f| { f.stage = vec![stage]; f.category = vec![category]; }).filter)
                        }))
                    }
                }
                section.card aria-labelledby="moved" {
                    header.ch {
                        div {
                            h2 id="moved" { "Moved most" }
                            p { "Change of net sentiment against the " (date::length(facts.period)) " before." }
                        }
                    }
                    @if facts.movers.is_empty() {
                        (empty("tag", "Nothing to compare", "There are no categories with twenty passages in this period and some in the one before.", &html! {}))
                    } @else { (movers(&facts.movers, directory, facts.steps.name(), &|mover| read(&mover.filter))) }
                }
            }
        }
        div.two.wide {
            section.card aria-labelledby="words" {
                header.ch {
                    div {
                        h2 id="words" { "In their words" }
                        p { "Newest first. Highlights are the words each score rests on." }
                    }
                    div.tools {
                        button.ghost type="button" data-open="keys" { (icon("key")) "Keys" kbd { "?" } }
                        a.more href=(read(&look.filter)) { "Read all" (icon("right")) }
                    }
                }
                ol.quotes data-keys {
                    @for heard in &facts.quotes {
                        li {
                            @let open = shown.on_with(Place::Feedback.path(), &[("open", &heard.feedback.id.to_string())]);
                            (quote(heard, directory, now, &open, &|category| read(&look.with(|f| f.category = vec![category]).filter)))
                        }
                    }
                }
            }
            div.stack {
                @if let Some(arrived) = arrived { (card(arrived, directory, look)) }
                section.card aria-labelledby="feel" {
                    header.ch { div { h2 id="feel" { "How it feels" } p { "Emotions, per cent of all passages." } } }
                    (emotions(&facts.emotions, &|part| read(&part.filter)))
                }
                section.card aria-labelledby="heard" {
                    header.ch { div { h2 id="heard" { "Where it was said" } p { "Per cent of " (comments(facts.comments)) "." } } }
                    (channels(&facts.channels, &|part| read(&part.filter)))
                }
            }
        }
    }
}
