//! Journey: the stages from left to right with their figures, touchpoints and moments of truth, and who listens there.

use axum::extract::State;
use heard_charts::chart::Tone;
use heard_charts::date;
use heard_charts::number::{signed, whole};
use heard_charts::trend::{Step, Trend, trend};
use heard_domain::directory::Directory;
use heard_domain::id::StageId;
use heard_domain::journey::{Stage, Touchpoint};
use heard_domain::question::Filter;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_flow::measure::map::{Ears, JourneyMap, StageOnMap, map};
use heard_flow::seen::seen;
use maud::{Markup, PreEscaped, html};

use crate::address::Look;
use crate::api::v1::feedback::persons_hidden;
use crate::pages::overview::period;
use crate::parts::empty::empty;
use crate::parts::filters::{filters, in_words};
use crate::parts::flash::notes;
use crate::parts::icon::icon;
use crate::parts::kpi::step;
use crate::parts::layout::{Place, page};
use crate::parts::mixes::{bar, colour, emotions};
use crate::parts::say;
use crate::parts::twin::twin;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows the map.
pub async fn show(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Markup, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let look = look.searched(state.flow.store.degraded());
    let directory = seen(&state.flow, &viewer.scope).await?;
    let days = period(&state, &viewer, &look).await?;
    let open = look.given("open").and_then(|id| id.parse().ok()).filter(|id| directory.journey.stage(*id).is_some());
    let map = map(&state.flow, &viewer.scope, &look.filter, days, open).await?;
    let body = content(&Seen { map: &map, directory: &directory, look: &look, viewer: &viewer, period: days, open });
    Ok(page(&viewer, Some(Place::Journey), "Journey", &body))
}

/// What the page shows.
pub struct Seen<'a> {
    /// The map.
    pub map: &'a JourneyMap,
    /// The company's names.
    pub directory: &'a Directory,
    /// The view.
    pub look: &'a Look,
    /// Who looks.
    pub viewer: &'a Viewer,
    /// The days looked at.
    pub period: Option<Period>,
    /// The stage looked at closely.
    pub open: Option<StageId>,
}

impl Seen<'_> {
    fn read(&self, change: impl FnOnce(&mut Filter)) -> String {
        let mut filter = self.look.filter.clone();
        change(&mut filter);
        Look::at(filter, self.period).on(Place::Feedback.path())
    }
}

/// The page's content.
pub fn content(seen: &Seen) -> Markup {
    let path = Place::Journey.path();
    let days = seen.period.map(|p| format!("{} to {}", date::length(p), date::long(p.last)));
    let line: Vec<String> = ["Journey".to_owned()].into_iter().chain(in_words(seen.look, seen.directory)).chain(days).collect();
    let blind = seen.map.stages.iter().filter(|s| s.ears == Ears::Nobody).count();
    html! {
        header.top {
            div { p.eyebrow { (line.join(" · ")) } h1 { "The way customers go" } }
            div.tools {
                (filters(seen.look, seen.directory, path, seen.period))
                @if seen.viewer.may(Grant::Shape) { a.primary href="/journey/edit" { (icon("edit")) "Edit journey" } }
            }
        }
        (notes(seen.look))
        @if seen.map.stages.is_empty() {
            section.card aria-label="No journey" {
                (empty("journey", "There is no journey yet", "Name the stages that your customers go through, from before the first contact to after the last. Every comment falls in one of them.", &html! {
                    @if seen.viewer.may(Grant::Shape) { a.primary href="/journey/edit" { "Draw the journey" } }
                }))
            }
        } @else {
            @if blind > 0 {
                p.soft { (blind) " of " (seen.map.stages.len()) " stages " (if blind == 1 { "is" } else { "are" }) " blind: nobody listens there, and nothing was heard." }
            }
            div.scroll tabindex="0" role="group" aria-label="Stages from left to right, scrolls sideways" {
                ol.stages { @for stage in &seen.map.stages { (column(seen, stage)) } }
            }
            (emotion_key())
            (close_up(seen))
        }
    }
}

fn column(seen: &Seen, on_map: &StageOnMap) -> Markup {
    let figure = &on_map.figure;
    let Some(stage) = seen.directory.journey.stage(figure.stage) else { return html! {} };
    let tone = figure.value.value.map_or(Tone::Even, |v| Tone::of(v, say::EVEN));
    let id = stage.id.to_string();
    html! {
        li.stagecol.blind[on_map.ears == Ears::Nobody].here[seen.open == Some(stage.id)] {
            h2 { a href=(seen.look.on_with(Place::Journey.path(), &[("open", &id)])) { (stage.name) } }
            p.aim { (stage.aim) }
            div.stagefig {
                @if let Some(value) = figure.value.value {
                    p.big.(tone.class()) {
                        (signed(value))
                        (step(figure.moved.as_ref()))
                        @if let Some((low, high)) = figure.value.low.zip(figure.value.high) { span.u { (signed(low)) " to " (signed(high)) } }
                    }
                    (bar(&format!("Emotions in {}", stage.name), &on_map.emotions))
                    a.more href=(seen.read(|f| f.stage = vec![stage.id])) { (say::comments(figure.comments)) span.vh { " about " (stage.name) } (icon("right")) }
                } @else { p.soft { "Nothing heard in these days." } }
            }
            (touchpoints(seen, stage))
            (ears(seen, on_map))
        }
    }
}

fn touchpoints(seen: &Seen, stage: &Stage) -> Markup {
    let known: Vec<&Touchpoint> = seen.directory.journey.touchpoints_of(stage.id).collect();
    if known.is_empty() {
        return html! { p.soft { "No touchpoints." } };
    }
    html! {
        ul.touch {
            @for touchpoint in known {
                @let figure = seen.map.touchpoints.get(&touchpoint.id).copied().unwrap_or_default();
                @let line = html! {
                    @if touchpoint.moment_of_truth { (icon("star")) }
                    span.tn { (touchpoint.name) @if touchpoint.moment_of_truth { span.vh { ", moment of truth" } } }
                    @if figure.comments > 0 {
                        @if figure.value.value.is_some() { (say::score(figure.value.value)) }
                        span.n { (whole(figure.comments)) span.vh { " comments" } }
                    }
                };
                li {
                    @if figure.comments > 0 { a href=(seen.read(|f| f.touchpoint = vec![touchpoint.id])) { (line) } }
                    @else { span.t { (line) } }
                }
            }
        }
    }
}

fn ears(seen: &Seen, on_map: &StageOnMap) -> Markup {
    let name = |id| seen.directory.posts.iter().find(|p| p.id == id).map_or("", |p| p.name.as_str());
    html! {
        p.ears {
            @match &on_map.ears {
                Ears::Posts(posts) => {
                    "Listened to by " (posts.iter().take(3).map(|id| name(*id)).collect::<Vec<_>>().join(", "))
                    @if posts.len() > 3 { " and " (posts.len() - 3) " more" }
                }
                Ears::ByTheWay => "No post of its own: heard by the way.",
                Ears::Nobody => span.silent { "Nobody listens here." },
            }
        }
    }
}

fn emotion_key() -> Markup {
    html! {
        ul.key aria-label="Colours of emotions" {
            @for emotion in heard_domain::reading::Emotion::ALL { li { i.(colour(*emotion).0) {} (emotion.label()) } }
        }
    }
}

/// The trend of one stage, or of all.
fn close_up(seen: &Seen) -> Markup {
    let stage = seen.open.and_then(|id| seen.directory.journey.stage(id));
    let name = stage.map_or("All stages", |s| s.name.as_str());
    let change = seen.map.stages.iter().find(|s| seen.open == Some(s.figure.stage)).and_then(|s| s.figure.moved);
    let steps: Vec<Step> = seen
        .map
        .trend
        .iter()
        .map(|(day, v)| Step { label: date::short(*day), value: v.value, low: v.low, high: v.high })
        .collect();
    let title = format!("{name}: net sentiment");
    let tone = change.and_then(|m| m.change).map_or(Tone::Even, |by| Tone::of(by, say::EVEN));
    let picture = Trend { name: &title, steps: &steps, places: 0, limits: (-100.0, 100.0), tone };
    html! {
        @if !steps.is_empty() {
            div.two.wide {
                section.card aria-labelledby="close-up" {
                    header.ch {
                        div { h2 id="close-up" { (title) } p { "With the 95 % interval. The band is wide where few spoke." } }
                        @if stage.is_some() { a.more href=(seen.look.on(Place::Journey.path())) { "All stages" } }
                    }
                    div.scroll tabindex="0" role="group" aria-label="Trend, scrolls sideways" { (PreEscaped(trend(&picture).as_str())) }
                    (twin("Trend", &html! { th scope="col" { "From" } th.num scope="col" { "Net sentiment" } th.num scope="col" { "95 % interval" } th.num scope="col" { "Passages" } }, &html! {
                        @for (day, v) in &seen.map.trend {
                            tr {
                                th scope="row" { (date::long(*day)) }
                                td.num { (v.value.map_or_else(|| "–".to_owned(), signed)) }
                                td.num { @if let Some((low, high)) = v.low.zip(v.high) { (signed(low)) " to " (signed(high)) } }
                                td.num { (whole(v.n)) }
                            }
                        }
                    }))
                }
                section.card aria-labelledby="feel" {
                    header.ch { div { h2 id="feel" { "How it feels" } p { (name) ": emotions, per cent of passages." } } }
                    (emotions(&seen.map.feel, &|part| Look::at(part.filter.clone(), seen.period).on(Place::Feedback.path())))
                }
            }
        }
    }
}
