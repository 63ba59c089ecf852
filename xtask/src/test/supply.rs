//! What comes into the build, checked against `deny.toml`: licences, banned crates, sources.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use toml::{Table, Value as Toml};

use crate::test::licence;

/// Checks every package that the lock file names and prints what is against the rules.
pub fn check(root: &Path) -> Result<()> {
    let rules: Table = std::fs::read_to_string(root.join("deny.toml")).context("deny.toml")?.parse().context("deny.toml")?;
    let listed = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    ensure!(listed.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&listed.stderr));
    let metadata: Value = serde_json::from_slice(&listed.stdout).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let refused: Vec<String> = packages.iter().flat_map(|package| refused(package, &rules)).collect();
    for line in &refused {
        println!("{line}");
    }
    if !refused.is_empty() {
        bail!("{} packages are against deny.toml", refused.len());
    }
    println!("supply: {} packages, licences, bans and sources as in deny.toml", packages.len());
    Ok(())
}

/// What speaks against a package.
fn refused(package: &Value, rules: &Table) -> Vec<String> {
    let (name, version) = (text(package, "name"), text(package, "version"));
    let Some(source) = package["source"].as_str() else { return vec![] };
    let mut refused = vec![];
    let mut allowed = strings(rules, &["licenses", "allow"]);
    for exception in tables(rules, &["licenses", "exceptions"]).filter(|e| e.get("crate").and_then(Toml::as_str) == Some(name)) {
        allowed.extend(exception.get("allow").and_then(Toml::as_array).into_iter().flatten().filter_map(Toml::as_str));
    }
    if !licence::fulfilled(text(package, "license"), &allowed) {
        refused.push(format!("{name} {version}: licence “{}” is not allowed", text(package, "license")));
    }
    let registries = strings(rules, &["sources", "allow-registry"]);
    if !source.strip_prefix("registry+").is_some_and(|from| registries.contains(&from)) {
        refused.push(format!("{name} {version}: comes from {source}"));
    }
    for ban in tables(rules, &["bans", "deny"]) {
        let what = ban.get("crate").and_then(Toml::as_str).unwrap_or_default();
        let (banned, below) = what.split_once(":<").map_or((what, None), |(banned, below)| (banned, Some(below)));
        if banned == name && below.is_none_or(|below| numbers(version) < numbers(below)) {
            let reason = ban.get("reason").and_then(Toml::as_str).unwrap_or_default();
            refused.push(format!("{name} {version}: banned: {reason}"));
        }
    }
    refused
}

fn text<'a>(package: &'a Value, field: &str) -> &'a str {
    package[field].as_str().unwrap_or_default()
}

fn entries<'a>(rules: &'a Table, [section, key]: &[&str; 2]) -> impl Iterator<Item = &'a Toml> {
    rules.get(*section).and_then(|s| s.get(*key)).and_then(Toml::as_array).into_iter().flatten()
}

fn strings<'a>(rules: &'a Table, path: &[&str; 2]) -> Vec<&'a str> {
    entries(rules, path).filter_map(Toml::as_str).collect()
}

fn tables<'a>(rules: &'a Table, path: &[&str; 2]) -> impl Iterator<Item = &'a Table> {
    entries(rules, path).filter_map(Toml::as_table)
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RULES: &str = r#"
        licenses = { allow = ["MIT"], exceptions = [{ crate = "odd", allow = ["MPL-2.0"] }] }
        bans.deny = [{ crate = "old:<0.37", reason = "corrupts" }, { crate = "never", reason = "no" }]
        sources.allow-registry = ["https://a"]
    "#;

    fn refusals(name: &str, version: &str, license: &str, source: &str) -> usize {
        let package = json!({ "name": name, "version": version, "license": license, "source": source });
        refused(&package, &RULES.parse().unwrap()).len()
    }

    #[test]
    fn this_repository_is_supplied_as_allowed() {
        check(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))).unwrap();
    }

    #[test]
    fn each_rule_bites() {
        assert_eq!(refusals("fine", "1.0.0", "MIT", "registry+https://a"), 0);
        assert_eq!(refusals("fine", "1.0.0", "GPL-3.0", "registry+https://a"), 1);
        assert_eq!(refusals("odd", "1.0.0", "MPL-2.0", "registry+https://a"), 0);
        assert_eq!(refusals("fine", "1.0.0", "MPL-2.0", "registry+https://a"), 1);
        assert_eq!(refusals("fine", "1.0.0", "MIT", "git+https://a"), 1);
        assert_eq!(refusals("never", "1.0.0", "MIT", "registry+https://a"), 1);
        assert_eq!(refusals("old", "0.36.9", "MIT", "registry+https://a"), 1);
        assert_eq!(refusals("old", "0.37.0", "MIT", "registry+https://a"), 0);
    }
}
