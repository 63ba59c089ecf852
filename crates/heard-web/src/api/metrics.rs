//! What machines that watch Heard read.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use heard_domain::channel::Channel;
use heard_domain::scope::Scope;
use heard_store::tables;

use crate::metrics::Now;
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;

/// Everything that is counted, as text.
pub async fn show(State(state): State<AppState>) -> Result<Response, Problem> {
    let look = |view: &heard_store::view::View| {
        let posts = tables::post::list(view)?;
        Ok((posts, tables::feedback::count_by_post(view)?, tables::job::tally(view)?))
    };
    let (posts, counts, (jobs_waiting, jobs_failed)) = state.flow.store.read(&Scope::system(), look).await?;
    let mut heard: BTreeMap<&str, (Channel, u64)> = BTreeMap::new();
    for post in posts {
        let count = counts.get(&post.id).copied().unwrap_or(0);
        heard.entry(post.channel.code()).or_insert((post.channel, 0)).1 += count;
    }
    let heard = heard.into_values().collect();
    let now = Now { heard, jobs_waiting, jobs_failed, listening: state.live.listening() };
    let text = state.metrics.text(&state.flow.store.pace(), &now);
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let example = "# HELP heard_commits Groups of writes that became durable.\n# TYPE heard_commits counter\nheard_commits_total 17\n# EOF\n";
    let kind = "application/openmetrics-text";
    Doc::new("getMetrics", "About", "What is counted, for machines that watch Heard.").answers_text(200, kind, example)
}
