//! `heard backup`: everything that cannot be derived in one file, made while Heard runs.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use heard_domain::time::Clock;
use heard_store::backup::line::Trailer;
use heard_store::backup::write::write;

use crate::cli::Backup;
use crate::config::root::Config;
use crate::say;
use crate::wiring::SystemClock;

/// Writes a backup to a file or to standard output.
pub fn run(config: &Config, wanted: &Backup) -> anyhow::Result<()> {
    let trailer = if wanted.file == Path::new("-") {
        let mut out = BufWriter::new(std::io::stdout());
        made(config, &mut out)?
    } else {
        into_file(config, &wanted.file)?
    };
    let rows: u64 = trailer.rows.values().sum();
    let comments = trailer.rows.get("feedback").copied().unwrap_or(0);
    say::talk(&format!(
        "Backed up {comments} comments, {rows} rows in all and {} waiting files; content {}",
        trailer.files, trailer.content
    ));
    Ok(())
}

fn made(config: &Config, out: &mut (dyn Write + Send)) -> anyhow::Result<Trailer> {
    let database = config.data.database()?;
    write(&config.data.folder, &database, SystemClock.now(), env!("CARGO_PKG_VERSION"), out).context("the backup was not made")
}

/// A file is there under its name only when it is whole. Nobody but its owner may read it: it holds personal data.
fn into_file(config: &Config, file: &Path) -> anyhow::Result<Trailer> {
    ensure!(!file.is_dir(), "{} is a folder: name a file, like backup-2026-11-22.heard.gz", file.display());
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let cannot = || format!("{} cannot be written", part.display());
    let made = open(&part).with_context(cannot).and_then(|opened| {
        let mut out = BufWriter::new(opened);
        let trailer = made(config, &mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(|file| file.sync_all()).with_context(cannot)?;
        std::fs::rename(&part, file).with_context(cannot)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)?;
        Ok(trailer)
    });
    if made.is_err() {
        // Half a backup helps nobody.
        let _ = std::fs::remove_file(&part);
    }
    made
}

fn open(part: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(part)
}
