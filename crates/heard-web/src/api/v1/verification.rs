//! What may be said of the fixes of issues.

use axum::Json;
use axum::extract::State;
use heard_domain::id::IssueId;
use heard_flow::act::verify::{IssueVerification, look};
use heard_flow::measure::fixes::{Fixes, fixes, usual};
use serde_json::json;

use crate::api::v1::promises::{DaysParameters, USUAL_DAYS, days};
use crate::api::v1::sight::unknown;
use crate::extract::{Asked, Id};
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// What may be said of one.
pub async fn show(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
) -> Result<Json<IssueVerification>, Problem> {
    Ok(Json(look(&state.flow, &caller.scope, id).await?))
}

/// Reported beside verified.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<Fixes>, Problem> {
    let ends = pairs.iter().any(|(name, value)| name == "to" && !value.is_empty());
    let (mut period, rest) = days(&state, &caller, pairs).await?;
    unknown(&rest)?;
    if !ends {
        period.last = period.last.max(usual(&state.flow, &caller.scope, USUAL_DAYS).await?.last);
    }
    Ok(Json(fixes(&state.flow, &caller.scope, period).await?))
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let rate = |persons: u64, exposures: f64, value: f64| {
        json!({ "persons": persons, "exposures": exposures,
            "rate": { "value": value, "error": value / 10.0, "low": value * 0.8, "high": value * 1.2 } })
    };
    let found = json!({
        "verdict": "verified", "before": rate(240, 41_000.0, 0.00585), "after": rate(14, 11_000.0, 0.00127), "days": 61,
        "dispersion": 1.8, "effective": 133.3, "surely": 0.999, "more": null, "mix_changed": false, "still_heard": 0.98, "verified": "2026-02-20",
        "reopened": null,
    });
    let fix =
        json!({ "since": null, "opened": "2025-11-02", "first": "2026-01-20", "last": "2026-01-20", "signed": "2026-01-21" });
    let rules = json!({ "before_days": 365, "peak_days": 28, "not_before": 21, "in_a_row": 7, "gives_up": 180, "fewest": 10.0,
        "recent_days": 42, "not_usual_days": 90, "back_in_a_row": 3 });
    let examined = json!({
        "found": found, "fix": fix, "rules": rules, "until": "2026-03-22", "unit": "orders", "from_operations": true, "mentions": 262, "taught": 12,
        "weeks": [{ "period": { "first": "2026-03-16", "last": "2026-03-22" }, "persons": 2, "exposures": 1204.0 }],
    });
    let example = json!({ "issue": "729382737501", "examined": examined, "day": "2026-03-22", "past": false, "read_again": false,
        "history": [{ "day": "2026-03-22", "verdict": "verified" }] });
    let about = "What may be said of the fix of an issue: persons who mention it per exposure before and after, with 95 % intervals, \
                 and the verdict; looked at every night. Only this closes an issue, and it opens one again that came back.";
    Doc::new("getIssueVerification", "Issues", about).answers::<IssueVerification>(200, "The finding", example)
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let count = json!({ "reported": 9, "verified": 4, "improved": 1, "not_fixed": 1, "came_back": 1, "watching": 1, "too_early": 1, "too_rare": 0 });
    let example = json!({
        "period": { "first": "2025-12-23", "last": "2026-03-22" }, "all": count,
        "departments": [{ "department": "729382736520", "count": count }], "stages": [{ "stage": "729382736410", "count": count }],
    });
    let about = "Fixes that took effect in a period: reported by all contributing departments beside verified by the rate of those \
                 affected, by department and by stage. Where no last day is said, all days up to today.";
    Doc::new("listFixes", "Issues", about).query::<DaysParameters>().answers::<Fixes>(200, "Reported beside verified", example)
}
