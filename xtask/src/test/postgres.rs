//! `PostgreSQL`: found, or installed where that can be done without asking. The tests begin private servers themselves.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::test::browser::{apt_get, find, is_root};

/// Makes sure that the programs of `PostgreSQL` are there.
pub fn prepare() -> Result<()> {
    if installed() {
        return Ok(());
    }
    if is_root() && find("apt-get").is_some() {
        println!("installing postgresql with apt-get");
        apt_get(&["update", "-q"])?;
        apt_get(&["install", "-q", "-y", "--no-install-recommends", "postgresql"])?;
    }
    if !installed() {
        bail!("PostgreSQL not found; install it (Debian: apt-get install postgresql)");
    }
    Ok(())
}

/// Debian keeps the server's programs out of the way of the shell, by version.
fn installed() -> bool {
    let by_version = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let asked = Command::new("pg_config").arg("--bindir").output().ok().filter(|asked| asked.status.success());
    let asked = asked.map(|asked| PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim()));
    by_version.map(|entry| entry.path().join("bin")).chain(asked).any(|bin| bin.join("initdb").exists())
}
