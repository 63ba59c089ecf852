//! Where things are: the build's folder, the data sets, what the tests leave behind.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// `target`: tests are started from `target/<profile>/deps`.
pub fn target() -> Result<PathBuf> {
    Ok(profile()?.parent().context("the profile's folder has no parent")?.to_owned())
}

/// The program under test: built for the same profile as the tests.
pub fn heard() -> Result<PathBuf> {
    let program = profile()?.join("heard");
    ensure!(program.is_file(), "{} is not there: run `cargo build -p heard` first", program.display());
    Ok(program)
}

/// `target/debug`, or `target/release`: where the running program or test was built.
fn profile() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().skip(1).find(|folder| !["deps", "examples"].iter().any(|name| folder.ends_with(name)));
    Ok(folder.context("the program has no folder")?.to_owned())
}

/// axe-core, as `cargo xtask test` fetches it.
pub fn axe() -> Result<String> {
    let file = target()?.join("axe/axe.min.js");
    std::fs::read_to_string(&file).with_context(|| format!("{} is not there: run `cargo xtask test` once", file.display()))
}

/// The folder of the data sets; `None` if it is missing and that is allowed.
#[expect(clippy::disallowed_methods, reason = "where the data sets are is the tester's to say")]
pub fn data() -> Result<Option<PathBuf>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("HEARD_DATA").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Ok(Some(folder.canonicalize()?));
    }
    ensure!(
        std::env::var_os("HEARD_ALLOW_SKIP").is_some_and(|skip| !skip.is_empty()),
        "{} is not there: set HEARD_DATA to the folder of the data sets",
        folder.display()
    );
    Ok(None)
}
