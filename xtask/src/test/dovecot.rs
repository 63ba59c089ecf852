//! Dovecot, whose mailbox the tests of mail read: found, or installed where that can be done without asking.

use std::path::Path;

use anyhow::{Result, bail};

use crate::test::browser::{apt_get, find, is_root};

fn there() -> bool {
    ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/usr/bin/dovecot"].iter().any(|path| Path::new(path).exists())
}

/// Makes sure that Dovecot is there.
pub fn prepare() -> Result<()> {
    if !there() && is_root() && find("apt-get").is_some() {
        println!("installing dovecot with apt-get");
        apt_get(&["update", "-q"])?;
        apt_get(&["install", "-q", "-y", "--no-install-recommends", "dovecot-imapd"])?;
    }
    if !there() {
        bail!("Dovecot not found; install it (Debian: apt-get install dovecot-imapd)");
    }
    Ok(())
}
