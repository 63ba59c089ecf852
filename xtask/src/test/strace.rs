//! strace, under which the tests let a disk fail: found, or installed where that can be done without asking.

use anyhow::{Result, bail};

use crate::test::browser::{apt_get, find, is_root};

/// Makes sure that strace is there.
pub fn prepare() -> Result<()> {
    if find("strace").is_none() && is_root() && find("apt-get").is_some() {
        println!("installing strace with apt-get");
        apt_get(&["update", "-q"])?;
        apt_get(&["install", "-q", "-y", "--no-install-recommends", "strace"])?;
    }
    if find("strace").is_none() {
        bail!("strace not found; install it (Debian: apt-get install strace)");
    }
    Ok(())
}
