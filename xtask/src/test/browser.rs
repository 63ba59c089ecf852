//! Chromium and its driver: found, or installed where that can be done without asking.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};

/// The names under which systems ship the browser.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Makes sure that a browser and its driver are there.
pub fn prepare() -> Result<()> {
    if missing().is_empty() {
        return Ok(());
    }
    if is_root() && find("apt-get").is_some() {
        println!("installing chromium and chromium-driver with apt-get");
        apt_get(&["update", "-q"])?;
        apt_get(&["install", "-q", "-y", "--no-install-recommends", "chromium", "chromium-driver"])?;
    }
    let missing = missing();
    if !missing.is_empty() {
        bail!("{} not found; install them (Debian: apt-get install chromium chromium-driver)", missing.join(" and "));
    }
    Ok(())
}

fn missing() -> Vec<&'static str> {
    let mut missing = vec![];
    if !BROWSERS.iter().any(|name| find(name).is_some()) {
        missing.push("the browser chromium");
    }
    if find("chromedriver").is_none() {
        missing.push("its driver chromedriver");
    }
    missing
}

/// Where a program is, if it can be started by its name.
#[expect(clippy::disallowed_methods, reason = "programs are looked for where the shell does")]
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether programs may be installed.
pub fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output();
    asked.is_ok_and(|out| out.stdout.trim_ascii() == b"0") && Path::new("/etc/debian_version").exists()
}

/// Runs apt-get.
pub fn apt_get(arguments: &[&str]) -> Result<()> {
    let done = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status()?;
    ensure!(done.success(), "apt-get {} failed", arguments.join(" "));
    Ok(())
}
