//! `heard import`: files come in, with a bar for who watches and JSON for who does not.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use heard_domain::import::{Import as Came, ImportState, Mapping};
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_flow::flow::Flow;
use heard_flow::hear::import;
use heard_flow::hear::preview::{Preview, hand_over, preview};
use heard_flow::hear::progress::progress;
use heard_flow::hear::receive::Receiving;
use heard_flow::work;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::cli::Import;
use crate::config::root::Config;
use crate::say;
use crate::wiring;

/// How many rows that could not be taken are named on standard error.
const NAMED: usize = 20;

/// Brings in all files, one after the other.
pub async fn run(config: &Config, wanted: Import) -> anyhow::Result<()> {
    let starter = wanted.starter.as_deref().map(str::parse::<Industry>).transpose().context("in --starter")?;
    let flow = wiring::flow(&config.data)?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = tokio::spawn(work::run(Arc::clone(&flow), async {
        // The sender going away also means that all is done.
        let _ = stopped.await;
    }));
    let mut outcomes = Vec::new();
    for path in &wanted.files {
        let outcome = one(&flow, path, &wanted, starter).await.with_context(|| format!("{}", path.display()))?;
        outcomes.extend(outcome);
    }
    if !wanted.preview {
        read_all(&flow).await?;
    }
    drop(stop);
    working.await.context("the background work broke off")?;
    if wanted.json {
        say::json(&outcomes)?;
    }
    let failed = outcomes.iter().filter(|import| import.state != ImportState::Done && !wanted.preview).count();
    if failed > 0 {
        bail!("{failed} of {} files did not come in to the end; hand them over again to go on", wanted.files.len());
    }
    Ok(())
}

async fn one(flow: &Arc<Flow>, path: &Path, wanted: &Import, starter: Option<Industry>) -> anyhow::Result<Option<Came>> {
    let scope = Scope::system();
    let name = path.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned());
    let before = flow.id();
    let import = handed_over(flow, &scope, path, &name).await?;
    if import.state == ImportState::Running {
        say::talk(&format!("{}: goes on where it stopped", say::tame(&import.name)));
        let ended = watched(flow, &scope, &import).await?;
        said(flow, &scope, &ended, wanted.json).await?;
        return Ok(Some(ended));
    }
    let post = wanted.post.clone().unwrap_or_else(|| import.mapping.post.clone());
    let mapping = Mapping { post, ..import.mapping.clone() };
    let seen = preview(flow, &scope, import.id, Some(mapping.clone())).await?;
    understood(&seen);
    if wanted.preview {
        if wanted.json {
            let rows: Vec<_> = seen.rows.iter().map(|(row, feedback)| json!({ "row": row, "feedback": feedback })).collect();
            let entries: Vec<_> = seen.entries.iter().map(|(row, entry)| json!({ "row": row, "entry": entry })).collect();
            say::json(
                &json!({ "import": seen.import, "rows": rows, "entries": entries, "bad": seen.bad, "tried": seen.tried, "refused": seen.refused }),
            )?;
        }
        // One that waited before is somebody else's to confirm or throw away.
        if import.id.0 > before {
            import::cancel(flow, &scope, import.id).await?;
        }
        return Ok(None);
    }
    // On the machine itself nobody is asked: where there is no journey yet, the industry that fits gives one.
    let starter = starter.or(seen.industry);
    if let Some(industry) = seen.industry.and(starter) {
        say::talk(&format!("  There is no journey yet: it begins with the starter “{}” (another: --starter).", industry.label()));
    }
    import::confirm(flow, &scope, import.id, mapping, starter).await?;
    let ended = watched(flow, &scope, &import).await?;
    said(flow, &scope, &ended, wanted.json).await?;
    Ok(Some(ended))
}

async fn handed_over(flow: &Flow, scope: &Scope, path: &Path, name: &str) -> anyhow::Result<Came> {
    let mut source = File::open(path).context("cannot be opened")?;
    let mut file = Receiving::begin(flow, scope)?;
    let mut bytes = vec![0; 1 << 20];
    loop {
        let n = source.read(&mut bytes).context("cannot be read")?;
        let Some(part) = bytes.get(..n).filter(|part| !part.is_empty()) else { break };
        file.write(part)?;
    }
    Ok(hand_over(flow, scope, name, file).await?)
}

fn understood(seen: &Preview) {
    let import = &seen.import;
    let how = if seen.remembered { "as confirmed before" } else { import.mapping.preset.as_str() };
    say::talk(&format!(
        "{}: {} rows, {} ({how}) → “{}”",
        say::tame(&import.name),
        import.rows.unwrap_or(0),
        import.format,
        say::tame(&import.mapping.post)
    ));
    let columns = import.mapping.columns.iter().map(|(column, meaning)| {
        let meaning = serde_json::to_value(meaning).ok().and_then(|m| m["as"].as_str().map(str::to_owned)).unwrap_or_default();
        format!("{} = {meaning}", say::tame(column))
    });
    say::talk(&format!("  {}", columns.collect::<Vec<_>>().join(", ")));
    if let Some(earlier) = &seen.earlier {
        say::talk(&format!("  These very bytes came in before as import {}: the same rows add nothing.", earlier.id));
    }
}

async fn watched(flow: &Flow, scope: &Scope, import: &Came) -> anyhow::Result<Came> {
    let bar = if say::watched() { ProgressBar::new(import.rows.unwrap_or(0)) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("  {bar:40} {pos}/{len} rows, {per_sec}, {eta} left")?);
    loop {
        let seen = progress(flow, scope, import.id).await?;
        bar.set_position(seen.import.done);
        if seen.import.state != ImportState::Running {
            bar.finish_and_clear();
            return Ok(seen.import);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn said(flow: &Flow, scope: &Scope, import: &Came, json: bool) -> anyhow::Result<()> {
    let Came { added, known, revised, bad, .. } = import;
    let line = format!(
        "{}: {} – {added} new, {known} known, {revised} revised, {bad} bad rows",
        say::tame(&import.name),
        import.state.label().to_lowercase()
    );
    if json {
        say::talk(&format!("  {line}"));
    } else {
        say::data(&line)?;
    }
    if let Some(failure) = &import.failure {
        say::talk(&format!("  {failure}"));
    }
    for row in import::bad_rows(flow, scope, import.id, 0, NAMED).await? {
        let at = if row.column.is_empty() { String::new() } else { format!(", column “{}”", say::tame(&row.column)) };
        say::talk(&format!("  row {} (line {}){at}: {} [{}]", row.row, row.line, row.reason, say::tame(&row.sample)));
    }
    if import.bad > NAMED as u64 {
        say::talk(&format!("  … {} bad rows in all; the import’s page names them.", import.bad));
    }
    Ok(())
}

/// Waits until everything that came in is read, so that the figures are whole when the command ends.
async fn read_all(flow: &Arc<Flow>) -> anyhow::Result<()> {
    let waiting = || async { flow.store.read(&Scope::system(), |view| heard_store::tables::job::list(view, 100_000)).await };
    let bar = if say::watched() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("  {spinner} {msg}")?);
    loop {
        // What failed for good waits for a person, and a look at a case for its time: neither is waited for here.
        let reads = |job: &Job| !matches!(job, Job::Watch { .. });
        let left = waiting().await?.iter().filter(|waiting| waiting.due.is_some() && reads(&waiting.job)).count();
        if left == 0 {
            bar.finish_and_clear();
            return Ok(());
        }
        bar.set_message(format!("{left} batches are still to be read"));
        bar.tick();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
