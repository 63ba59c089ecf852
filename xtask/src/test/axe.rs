//! axe-core, which checks pages for accessibility: fetched by version and hash into `target/`, never committed.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

const VERSION: &str = "4.14.1";

/// SHA-512 of the package, as the registry states it.
const INTEGRITY: &str = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";

/// Makes sure that `target/axe/axe.min.js` is there.
pub fn prepare(root: &Path) -> Result<()> {
    let folder = root.join("target/axe");
    let package = folder.join(format!("axe-core-{VERSION}.tgz"));
    fs::create_dir_all(&folder)?;
    if !is_genuine(&package) {
        fetch(&folder, &package)?;
    }
    ensure!(is_genuine(&package), "the package axe-core {VERSION} does not have the hash it was published with");
    let unpacked = Command::new("tar").arg("-xzOf").arg(&package).arg("package/axe.min.js").output().context("tar")?;
    ensure!(unpacked.status.success(), "tar: {}", String::from_utf8_lossy(&unpacked.stderr));
    fs::write(folder.join("axe.min.js"), unpacked.stdout)?;
    Ok(())
}

fn is_genuine(package: &Path) -> bool {
    fs::read(package).is_ok_and(|bytes| STANDARD.encode(Sha512::digest(bytes)) == INTEGRITY)
}

/// By npm, which knows proxies and mirrors, or straight from the registry.
fn fetch(folder: &Path, package: &Path) -> Result<()> {
    println!("fetching axe-core {VERSION}");
    let npm = Command::new("npm").args(["pack", "--silent", &format!("axe-core@{VERSION}")]).current_dir(folder).output();
    if npm.is_ok_and(|done| done.status.success()) {
        return Ok(());
    }
    let address = format!("https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz");
    let mut curl = Command::new("curl");
    curl.args(["--fail", "--silent", "--show-error", "--location", "-o"]).arg(package).arg(&address);
    match curl.output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => bail!("{address}: {}", String::from_utf8_lossy(&done.stderr).trim()),
        Err(_) => bail!("axe-core is fetched with npm or curl, and neither starts: install one of them"),
    }
}
