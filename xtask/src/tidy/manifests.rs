//! Rules for manifests: arrows between crates only point down, what belongs to one house is used there only, and
//! every dependency is declared once, in the workspace's table.

use toml::{Table, Value};

use crate::tidy::repository::{Finding, Repository};

/// The floor of each crate; a crate may need crates of lower floors only, so siblings never need each other.
const FLOORS: [(&str, u8); 8] = [
    ("heard-domain", 1),
    ("heard-channels", 2),
    ("heard-text", 2),
    ("heard-store", 2),
    ("heard-charts", 2),
    ("heard-flow", 3),
    ("heard-web", 4),
    ("heard", 5),
];

/// Crates that are the mark of one house.
const HOUSES: [(&str, &[&str]); 5] = [
    ("rusqlite", &["heard-store"]),
    ("tantivy", &["heard-store"]),
    ("maud", &["heard-web", "heard-flow"]),
    ("axum", &["heard-web", "heard"]),
    ("tokio", &["heard-store", "heard-channels", "heard-flow", "heard-web", "heard"]),
];

/// Checks every manifest.
pub fn check(repository: &Repository, findings: &mut Vec<Finding>) {
    for (path, text) in repository.files.iter().filter(|(path, _)| path.ends_with("/Cargo.toml")) {
        match text.parse::<Table>() {
            Ok(manifest) => check_manifest(path, &manifest, findings),
            Err(reason) => findings.push(Finding::new(path, 0, reason.message().to_owned())),
        }
    }
}

fn check_manifest(path: &str, manifest: &Table, findings: &mut Vec<Finding>) {
    let own = path.trim_end_matches("/Cargo.toml").rsplit('/').next().unwrap_or_default();
    let product = path.starts_with("crates/");
    if manifest.get("package").and_then(|p| p.get("name")).and_then(Value::as_str) != Some(own) {
        findings.push(Finding::new(path, 0, format!("the crate's name is not its folder's, {own}")));
    }
    if manifest.get("lints").and_then(|l| l.get("workspace")) != Some(&Value::Boolean(true)) {
        findings.push(Finding::new(path, 0, "take the workspace's lints: `[lints] workspace = true`"));
    }
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (name, value) in manifest.get(kind).and_then(Value::as_table).into_iter().flatten() {
            if value.get("workspace") != Some(&Value::Boolean(true)) {
                findings.push(Finding::new(
                    path,
                    0,
                    format!("{name}: declare it in the workspace's table, `{name}.workspace = true` here"),
                ));
            }
            if !product {
                continue;
            }
            match (floor(own), floor(name)) {
                (None, _) => findings.push(Finding::new(path, 0, format!("{own} has no floor: a new crate needs a decision"))),
                (Some(ours), Some(theirs)) if theirs >= ours => {
                    findings.push(Finding::new(
                        path,
                        0,
                        format!("{own} (floor {ours}) may not need {name} (floor {theirs}): arrows only point down"),
                    ));
                }
                _ => {}
            }
            if matches!(name.as_str(), "xtask" | "e2e") {
                findings.push(Finding::new(path, 0, format!("the product may not need {name}")));
            }
            let house = HOUSES.iter().find(|(foreign, _)| foreign == name);
            if let Some((_, houses)) = house
                && kind == "dependencies"
                && !houses.contains(&own)
            {
                findings.push(Finding::new(path, 0, format!("{name} belongs in {}", houses.join(", "))));
            }
        }
    }
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(own, _)| *own == name).map(|(_, floor)| *floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, dependencies: &str) -> Vec<String> {
        let text = format!("[package]\nname = \"{name}\"\n[lints]\nworkspace = true\n{dependencies}");
        let repository = Repository { files: [(format!("crates/{name}/Cargo.toml"), text)].into() };
        let mut findings = vec![];
        check(&repository, &mut findings);
        findings.into_iter().map(|f| f.what).collect()
    }

    #[test]
    fn arrows_only_point_down() {
        assert_eq!(found("heard-flow", "[dependencies]\nheard-store.workspace = true\nheard-domain.workspace = true"), [""; 0]);
        assert_eq!(found("heard-store", "[dependencies]\nheard-flow.workspace = true").len(), 1);
        assert_eq!(found("heard-text", "[dev-dependencies]\nheard-charts.workspace = true").len(), 1);
        assert_eq!(found("heard-extra", "[dependencies]\nserde.workspace = true").len(), 1);
    }

    #[test]
    fn versions_stand_in_the_workspace_only() {
        assert_eq!(found("heard-text", "[dependencies]\nserde = \"1\"").len(), 1);
        assert_eq!(found("heard-text", "[dependencies]\nserde = { workspace = true, features = [\"rc\"] }"), [""; 0]);
    }

    #[test]
    fn sqlite_lives_in_the_store() {
        assert_eq!(found("heard-flow", "[dependencies]\nrusqlite.workspace = true"), ["rusqlite belongs in heard-store"]);
    }
}
