//! `heard demo`: a demonstration company is founded in a fresh folder, its customers are heard and read, and it is served.

use std::sync::Arc;

use anyhow::Context;
use heard_domain::hex::hex;
use heard_domain::time::Clock;
use heard_flow::arrange::starter;
use heard_flow::demo::fill::{ADMIN, Filled, live};
use heard_flow::demo::phrasebook::Phrases;
use heard_flow::demo::simulate::Simulation;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Demo;
use crate::commands::serve;
use crate::config::root::Config;
use crate::say;
use crate::wiring::{self, StoryClock, SystemClock};

/// A folder that no demonstration has used before: each run begins anew, and none touches the data of `heard serve`.
pub fn fresh_folder() -> String {
    let now = SystemClock.now();
    std::env::temp_dir().join(format!("heard-demo-{}", now.0)).to_string_lossy().into_owned()
}

/// Founds, hears, reads, serves.
pub async fn run(config: &Config, wanted: &Demo) -> anyhow::Result<()> {
    let folder = config.data.folder.display();
    // Nothing is left behind where it could not be served in the end.
    let listener = serve::listen(&config.web).await?;
    let clock = Arc::new(StoryClock::default());
    let flow = wiring::flow_by(&config.data, clock.clone())?;
    flow.send_through(config.send.client()?);
    anyhow::ensure!(starter::wanted(&flow), "there is a company already in {folder}: give another folder with --data");
    say::talk(&format!("A demonstration company is founded in {folder}"));
    // For this demonstration alone.
    let password = hex(&flow.secret::<6>());
    let simulation = Simulation { comments: wanted.comments as usize, seed: wanted.seed, end: flow.now(), phrases: Phrases::All };
    let bar = if say::watched() { ProgressBar::new(u64::from(wanted.comments)) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("  {bar:40} {pos}/{len} comments heard and read, {eta} left")?);
    let begun = flow.now();
    let filled = live(&flow, &|at| clock.set(at), simulation, &password, |heard| bar.set_position(heard as u64)).await;
    bar.finish_and_clear();
    let filled = filled.context("the company could not be put in")?;
    let seconds = (flow.now().0 - begun.0) as f64 / 1_000.0;
    let company = flow.directory().company.name.clone();
    let Filled { comments, accounts } = filled;
    say::talk(&format!("{company}: {comments} comments of 14 months and {accounts} accounts, heard and read in {seconds:.1} s"));
    let hint = format!(
        "  E-mail    {}\n  Password  {password}\nServe it again with `heard serve {}`, or remove the folder.",
        ADMIN.0,
        config.data.flags()
    );
    serve::serve_flow(flow, listener, &config.web, Some(&hint)).await
}
