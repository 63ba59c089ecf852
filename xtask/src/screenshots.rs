//! `cargo xtask screenshots`: the pictures of the README, taken anew from the demonstration company.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::test::browser;

/// Builds the program and takes the pictures.
pub fn run(root: &Path) -> Result<()> {
    browser::prepare()?;
    for arguments in [&["build", "--package", "heard"][..], &["run", "--package", "e2e", "--example", "screenshots"]] {
        let done = Command::new("cargo").args(arguments).current_dir(root).status()?;
        ensure!(done.success(), "cargo {} failed", arguments.join(" "));
    }
    println!("the pictures are in docs/pictures");
    Ok(())
}
