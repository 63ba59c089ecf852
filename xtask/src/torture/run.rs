//! Which tests are run, how long, and in which order: the same tests that run short with all others.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::test::step;
use crate::torture::table::{put, table};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    /// The file in the folder.
    Sqlite,
    /// A private server.
    Postgres,
    /// One after the other.
    Both,
}

/// How long, and with which chance.
#[derive(Args)]
pub struct Torture {
    /// How often Heard is killed, on each database
    #[arg(long, default_value_t = 200)]
    kills: u64,
    /// Up to which write or sync a disk fails
    #[arg(long, default_value_t = 500)]
    faults: u64,
    /// How many files are mutated
    #[arg(long, default_value_t = 10_000)]
    files: u64,
    /// Where chance begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    backend: Backend,
    /// Only tests whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Write the table into docs/RELIABILITY.md
    #[arg(long)]
    write: bool,
}

/// A test: the package, its program, its name, and whether it is of one database only.
struct Trial {
    program: &'static str,
    name: &'static str,
    backend: Backend,
}

const fn trial(program: &'static str, name: &'static str, backend: Backend) -> Trial {
    Trial { program, name, backend }
}

const TRIALS: [Trial; 17] = [
    trial("binary", "death::what_the_api_acknowledged_survives_death", Backend::Sqlite),
    trial("binary", "death::what_the_api_acknowledged_survives_death_on_postgres", Backend::Postgres),
    trial("binary", "death::an_import_survives_death_and_goes_on", Backend::Sqlite),
    trial("binary", "death::an_undo_survives_death_and_goes_on", Backend::Sqlite),
    trial("binary", "death::a_watched_folder_survives_death", Backend::Sqlite),
    trial("binary", "disk::a_failing_disk_never_makes_a_promise_that_is_not_kept", Backend::Sqlite),
    trial("binary", "disk::a_full_disk_takes_nothing_says_so_and_takes_again_when_there_is_room", Backend::Sqlite),
    trial("binary", "idempotency::a_hundred_at_once_with_one_key_leave_one", Backend::Sqlite),
    trial("binary", "idempotency::a_hundred_at_once_with_one_key_leave_one_on_postgres", Backend::Postgres),
    trial("binary", "backup::what_was_backed_up_under_load_comes_back", Backend::Sqlite),
    trial("binary", "backup::what_was_backed_up_under_load_comes_back_on_postgres", Backend::Postgres),
    trial("binary", "malformed::broken_files", Backend::Both),
    trial("mail", "walk::killed_between_any_two_steps_from_heard_to_told_all_is_there_once", Backend::Sqlite),
    trial("mail", "walk::killed_between_any_two_steps_from_heard_to_told_all_is_there_once_on_postgres", Backend::Postgres),
    trial("malformed", "damaged_files_of_all_layouts_leave_nothing_half_written", Backend::Sqlite),
    trial("followers", "whatever_happens_to_a_file_at_rest_is_noticed_and_mended", Backend::Sqlite),
    trial("followers", "whatever_happens_to_a_file_in_use_is_noticed_and_mended", Backend::Sqlite),
];

/// Runs the trials one after the other and prints what came of them.
pub fn run(root: &Path, wanted: &Torture) -> Result<()> {
    let (mut results, mut failed) = (Vec::new(), Vec::new());
    for trial in &TRIALS {
        let fits = wanted.backend == Backend::Both || trial.backend == Backend::Both || trial.backend == wanted.backend;
        if !fits || wanted.only.as_deref().is_some_and(|only| !trial.name.contains(only)) {
            continue;
        }
        println!("\n=== {}", trial.name);
        let begun = Instant::now();
        let mut command = Command::new("cargo");
        command.current_dir(root).args(["test", "--workspace", "--quiet", "--test", trial.program, "--"]);
        command.args(["--exact", "--nocapture", trial.name]);
        for (name, number) in [
            ("KILLS", wanted.kills),
            ("FAULTS", wanted.faults),
            ("FAULT_STEP", 1),
            ("FILES", wanted.files),
            ("SEED", wanted.seed),
        ] {
            command.env(format!("HEARD_TORTURE_{name}"), number.to_string());
        }
        let ran = step::run(&mut command)?;
        if !ran.well || ran.tally.passed != 1 {
            failed.push(trial.name);
            results.push(format!("{} | | {} | **FAILED** | {:.0} s", trial.name, wanted.seed, begun.elapsed().as_secs_f64()));
        } else if ran.told.is_empty() {
            results.push(format!(
                "{} | | {} | as it should be | {:.0} s",
                trial.name.replace('_', " "),
                wanted.seed,
                begun.elapsed().as_secs_f64()
            ));
        }
        results.extend(ran.told);
    }
    let table = table(&results, &about());
    println!("\n{table}");
    if wanted.write {
        put(&root.join("docs/RELIABILITY.md"), &table)?;
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// When and of what: the day, the commit and the machine, as far as they can be asked for.
fn about() -> String {
    let asked = |program: &str, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).output().ok().filter(|done| done.status.success());
        done.map_or_else(|| "unknown".to_owned(), |done| String::from_utf8_lossy(&done.stdout).trim().to_owned())
    };
    format!(
        "On {}, commit {}, {} cores, {}, debug build.",
        asked("date", &["-u", "+%F"]),
        asked("git", &["rev-parse", "--short", "HEAD"]),
        asked("nproc", &[]),
        asked("uname", &["-sm"])
    )
}
