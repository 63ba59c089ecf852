//! `heard doctor`: what is wrong, and what to do. It changes nothing and may run beside Heard.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use heard_domain::time::Clock;
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
