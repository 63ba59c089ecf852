//! `heard doctor`: what is wrong, and what to do. It changes nothing and may run beside Heard.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use heard_domain::time::{Clock, Time};
use heard_store::backup::read::opening;
use heard_store::checkup::{Finding, State, checkup};

use crate::cli::Doctor;
use crate::config::root::Config;
use crate::say;
use crate::wiring::SystemClock;

/// Under this much room something will soon go wrong, in mebibytes.
const TIGHT_MIB: u64 = 512;

/// Looks at everything and says what was found; fails if anything is wrong.
pub fn run(config: &Config, wanted: &Doctor) -> anyhow::Result<()> {
    let folder = &config.data.folder;
    let mut findings = vec![folder_rights(folder)];
    findings.extend(room(folder));
    findings.push(running(folder));
    match config.data.database() {
        Ok(database) => findings.extend(checkup(folder, &database, SystemClock.now(), wanted.whole)?),
        Err(error) => findings.push(Finding::wrong("database", format!("{error:#}"), "correct data.database")),
    }
    findings.push(backups(config.data.backups.as_deref(), SystemClock.now()));
    findings.push(public(config));
    if wanted.json {
        say::json(&findings)?;
    } else {
        for finding in &findings {
            let mark = match finding.state {
                State::Well => "well ",
                State::Note => "note ",
                State::Wrong => "WRONG",
            };
            say::data(&format!("{mark}  {:<9} {}", finding.about, finding.found))?;
            if let Some(remedy) = &finding.remedy {
                say::data(&format!("                 → {remedy}"))?;
            }
        }
    }
    let wrong = findings.iter().filter(|finding| finding.state == State::Wrong).count();
    anyhow::ensure!(wrong == 0, "{wrong} of {} findings ask for somebody to act", findings.len());
    Ok(())
}

fn folder_rights(folder: &Path) -> Finding {
    if !folder.exists() {
        return Finding::note(
            "folder",
            format!("{} is not there", folder.display()),
            "heard serve makes it; or name another: --data",
        );
    }
    let probe = folder.join(".doctor");
    let written = File::create(&probe).and_then(|mut file| file.write_all(&[0; 4096]).and_then(|()| file.sync_all()));
    // Where it cannot be removed it was not made either.
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Finding::well("folder", format!("{} can be written", folder.display())),
        Err(error) => Finding::wrong(
            "folder",
            format!("{} cannot be written: {error}", folder.display()),
            "make room, or give the folder to the user that runs Heard (chown -R heard: FOLDER)",
        ),
    }
}

/// How much room is left, where `df` can tell.
fn room(folder: &Path) -> Option<Finding> {
    let asked = Command::new("df").args(["-Pm"]).arg(folder).output().ok().filter(|asked| asked.status.success())?;
    let text = String::from_utf8_lossy(&asked.stdout).into_owned();
    let left: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(if left < TIGHT_MIB {
        Finding::wrong(
            "room",
            format!("{left} MiB are left on the disk of {}", folder.display()),
            "make room: Heard answers 507 to what it cannot keep, and goes on by itself when there is room again",
        )
    } else {
        Finding::well("room", format!("{left} MiB are left"))
    })
}

fn running(folder: &Path) -> Finding {
    let lock = File::open(folder.join("heard.lock")).map(|file| file.try_lock_shared());
    match lock {
        Ok(Err(TryLockError::WouldBlock)) => Finding::well("program", "a Heard runs on this folder"),
        _ => Finding::well("program", "no Heard runs on this folder"),
    }
}

/// A backup older than this is missed: one is made every night, and nights are not of the same length.
const OLD_HOURS: i64 = 26;

/// So many of the newest files are looked into for a backup.
const LOOKED_INTO: usize = 20;

/// How old the newest backup is.
fn backups(folder: Option<&Path>, now: Time) -> Finding {
    let Some(folder) = folder else {
        let remedy = "make one every night (heard backup FILE, docs/OPERATING.md), and name its folder as data.backups";
        return Finding::note("backup", "nobody said where backups lie, so nobody sees when they stop", remedy);
    };
    let shown = folder.display();
    let make = format!("heard backup {shown}/$(date +%F).heard.gz");
    let files = match files(folder) {
        Ok(files) => files,
        Err(error) => {
            let remedy = "let the user that runs this read it, or correct data.backups";
            return Finding::wrong("backup", format!("{shown} cannot be read: {error}"), remedy);
        }
    };
    let newest = files.iter().take(LOOKED_INTO).find_map(|(changed, path)| made_at(path, *changed).map(|at| (at, path)));
    let Some((at, path)) = newest else {
        return Finding::wrong(
            "backup",
            format!("there is no backup in {shown}"),
            format!("make one, now and every night: {make}"),
        );
    };
    let hours = (now.0 - at.0) / 3_600_000;
    let found = format!("the newest is {hours} hours old: {}", path.display());
    if hours <= OLD_HOURS {
        return Finding::well("backup", found);
    }
    Finding::wrong("backup", found, format!("see why none was made since (systemctl status heard-backup); now: {make}"))
}

/// The files of a folder, the one that was changed last first.
fn files(folder: &Path) -> std::io::Result<Vec<(Time, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        // What ends in “part” is not whole yet.
        if metadata.is_file() && !entry.file_name().to_string_lossy().ends_with(".part") {
            found.push((Time(changed), entry.path()));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found)
}

/// When a backup was made: as it says itself, or for one that is encrypted as its file says; `None` for another file.
fn made_at(path: &Path, changed: Time) -> Option<Time> {
    if let Ok(header) = opening(path) {
        return Some(header.made_at);
    }
    let name = path.file_name()?.to_string_lossy();
    (name.contains(".heard.") && !name.ends_with(".gz")).then_some(changed)
}

fn public(config: &Config) -> Finding {
    let web = &config.web;
    let open = !web.listen.ip().is_loopback();
    match web.public_url.as_deref() {
        Some(url) if url.starts_with("https://") => Finding::well("web", format!("reached as {url}")),
        Some(url) => Finding::note(
            "web",
            format!("{url} is not encrypted: passwords and comments can be read on the way"),
            "put a proxy with TLS before it and set web.public_url to its https address",
        ),
        None if open => Finding::wrong(
            "web",
            format!("it listens on {} for others, without TLS and without web.public_url", web.listen),
            "listen on 127.0.0.1, put a proxy with TLS before it, and set web.public_url to its https address",
        ),
        None => Finding::note(
            "web",
            "only this machine reaches it",
            "for others: a proxy with TLS, and its address as web.public_url",
        ),
    }
}

#[cfg(test)]
mod tests {
    use heard_store::backup::write::write;
    use heard_store::sql::database::Database;
    use heard_store::store::Store;

    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn the_age_of_the_newest_backup_is_looked_at() {
        let (data, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        drop(Store::open(data.path()).unwrap());
        let now = Time(1_774_180_800_000);
        let look = |folder: &Path| backups(Some(folder), now);
        let state = |found: &Finding| (found.state, found.found.clone());
        assert_eq!(backups(None, now).state, State::Note);
        assert_eq!(look(&place.path().join("nowhere")).state, State::Wrong);
        let empty = look(place.path());
        assert!(empty.state == State::Wrong && empty.remedy.unwrap().contains("heard backup"), "{}", empty.found);
        let make = |name: &str, at: Time| {
            let mut out = File::create(place.path().join(name)).unwrap();
            write(data.path(), &Database::in_folder(data.path()), at, "test", &mut out).unwrap();
        };
        make("one.heard.gz", Time(now.0 - 60 * HOUR));
        let (old, said) = state(&look(place.path()));
        assert!(old == State::Wrong && said.contains("60 hours"), "{said}");
        // Neither a file that is no backup nor one that is not whole yet is taken for one.
        std::fs::write(place.path().join("two.heard.gz"), "no backup").unwrap();
        std::fs::write(place.path().join("three.heard.gz.part"), "half").unwrap();
        assert_eq!(state(&look(place.path())), (old, said));
        make("four.heard.gz", Time(now.0 - 5 * HOUR));
        let (young, said) = state(&look(place.path()));
        assert!(young == State::Well && said.contains("5 hours") && said.contains("four"), "{said}");
    }

    #[test]
    fn an_encrypted_backup_is_as_old_as_its_file() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("one.heard.gz.age"), "sealed").unwrap();
        assert_eq!(backups(Some(place.path()), SystemClock.now()).state, State::Well);
        let later = Time(SystemClock.now().0 + 30 * HOUR);
        assert_eq!(backups(Some(place.path()), later).state, State::Wrong);
    }
}
