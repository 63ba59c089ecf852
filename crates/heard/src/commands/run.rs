//! Which command does what.

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::cli::{Bench, Cli, Command};
use crate::commands::{audit, backup, bench, demo, doctor, eval, export, import, query, reindex, restore, serve, token, user};
use crate::config::document::markdown;
use crate::config::load::load;
use crate::config::log::Format;
use crate::say;

/// Runs a command.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let mut flags = cli.general.flags();
    match &cli.command {
        // These three need neither configuration nor data of a company.
        Command::Eval(wanted) => return eval::run(cli.general.data.as_deref(), wanted),
        Command::Bench(Bench::Read(wanted)) => return bench::read(wanted),
        Command::Config => return say::data(markdown().trim_end()),
        Command::Serve(wanted) => flags.extend(wanted.flags()),
        Command::Demo(wanted) => {
            flags.extend(wanted.serve.flags());
            if cli.general.data.is_none() {
                flags.push(("data.folder", demo::fresh_folder()));
            }
        }
        _ => {}
    }
    let config = load(cli.general.config.as_deref(), flags)?;
    // A server tells of its work; a command speaks for itself, and only its warnings are worth a line.
    let quiet = !matches!(cli.command, Command::Serve(_)) && config.log.level == "info";
    let level = if quiet { "warn" } else { config.log.level.as_str() };
    let filter: EnvFilter = level.parse().with_context(|| format!("log.level: “{level}” is not a level"))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match config.log.format {
        Format::Text => lines.init(),
        Format::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).init(),
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads can be started")?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(_) => serve::run(&config).await,
            Command::Demo(wanted) => demo::run(&config, &wanted).await,
            Command::Import(wanted) => import::run(&config, wanted).await,
            Command::Export(wanted) => export::run(&config, wanted).await,
            Command::Query(wanted) => query::run(&config, wanted).await,
            Command::Reindex => reindex::run(&config).await,
            Command::Backup(wanted) => backup::run(&config, &wanted),
            Command::Restore(wanted) => restore::run(&config, &wanted),
            Command::Doctor(wanted) => doctor::run(&config, &wanted),
            Command::Audit(wanted) => audit::run(&config, wanted).await,
            Command::User(wanted) => user::run(&config, wanted).await,
            Command::Token(wanted) => token::run(&config, wanted).await,
            Command::Eval(_) | Command::Bench(_) | Command::Config => Ok(()),
        }
    })
}
