//! Themes for programs.

use axum::Json;
use axum::extract::State;
use heard_domain::theme::Themes;
use heard_domain::time::Period;
use heard_flow::measure::known;
use heard_flow::measure::period::{USUAL_DAYS, default_period};
use heard_flow::measure::themes::themes;
use serde_json::json;

use crate::api::v1::feedback::persons_hidden;
use crate::api::v1::sight::{Sight, SightParameters, unknown};
use crate::extract::Asked;
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Finds the themes.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<Themes>, Problem> {
    let (sight, others) = Sight::take(pairs)?;
    unknown(&others)?;
    persons_hidden(&caller.scope, &sight.filter)?;
    known::filter(&state.flow, &caller.scope, &sight.filter).await?;
    let period = match sight.period() {
        Some(period) => Some(period),
        None => default_period(&state.flow, &caller.scope, &sight.filter).await?,
    };
    // Where nothing was heard yet nothing is found: in the days up to today.
    let today = state.flow.directory().company.zone.day(state.flow.now());
    let period = period.unwrap_or(Period::ending(today, USUAL_DAYS));
    let found = themes(&state.flow, &caller.scope, &sight.filter, period, false).await?;
    Ok(Json(Themes::clone(&found)))
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let theme = json!({
        "key": "104528193720175", "words": ["gift card", "balance"], "small_talk": false, "passages": [{ "feedback": "729382736999", "span": { "start": 0, "end": 41 } }],
        "persons": 34, "net": { "value": -52.0, "error": 9.1, "low": -69.0, "high": -33.0 }, "stage": "729382736500",
        "growth": { "before": 12, "change": 183.0, "low": 49.0, "high": 428.0, "certainty": "very_likely_real" }, "counts": [3, 2, 7, 9],
    });
    let example = json!({
        "period": { "first": "2026-01-01", "last": "2026-03-25" }, "found_at": "2026-03-26T08:00:00Z", "deep": false, "comments": 8000, "of": 8000,
        "comments_before": 7600, "unexplained": 912, "rest": 640, "step_days": 7, "steps": 12, "themes": [theme],
    });
    Doc::new(
        "listThemes",
        "Themes",
        "What passages that no category explains have in common; twelve weeks up to the newest feedback if no days are said. Found anew \
         at most every ten minutes; where there is a deep reader, by what it says that passages mean. To make one a category: add the category, then give it the theme’s passages as examples.",
    )
    .query::<SightParameters>()
    .answers::<Themes>(200, "The themes", example)
    .or(ProblemCode::NotFound)
}
