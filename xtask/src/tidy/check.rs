//! All rules together, as a command and as a test.

use std::path::Path;

use anyhow::{Result, bail};

use crate::tidy::repository::{Finding, Repository};
use crate::tidy::{files, manifests, markup, modules};

/// Everything that breaks a rule, by file and line.
fn findings(repository: &Repository) -> Vec<Finding> {
    let mut findings = vec![];
    files::check(repository, &mut findings);
    modules::check(repository, &mut findings);
    markup::check(repository, &mut findings);
    manifests::check(repository, &mut findings);
    findings.sort();
    findings
}

/// Checks the repository at `root` and prints what breaks a rule.
pub fn run(root: &Path) -> Result<()> {
    let repository = Repository::read(root)?;
    let findings = findings(&repository);
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    println!("tidy: {} files, nothing to put away", repository.files.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        let found = findings(&Repository::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))).unwrap());
        assert!(found.is_empty(), "{found:#?}");
    }

    /// What is found in files given as (path, text).
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), format!("//! x\n{text}"))).collect();
        findings(&Repository { files }).iter().map(ToString::to_string).collect()
    }

    const LIB: &str = "crates/heard-flow/src/lib.rs";
    const A: &str = "crates/heard-flow/src/a.rs";
    const B: &str = "crates/heard-flow/src/b.rs";
    const TWO: &str = "//! [`a`], [`b`]\npub mod a;\npub mod b;\n";

    #[test]
    fn a_straight_crate_is_tidy() {
        let b = "use crate::a::One;\n#[cfg(test)]\nmod tests { use super::*; }\n";
        assert_eq!(found(&[(LIB, TWO), (A, "pub struct One;"), (B, b)]), [""; 0]);
    }

    #[test]
    fn circles_are_found() {
        let circle = found(&[(LIB, TWO), (A, "use crate::b::Two;"), (B, "fn f() { crate::a::g() }")]);
        assert!(circle.iter().any(|f| f.contains("in a circle") && f.contains("a.rs → ") && f.contains("b.rs")), "{circle:?}");
    }

    #[test]
    fn mod_lines_count_in_circles() {
        let lib = "//! [`a`]\npub mod a;\n";
        let circle = found(&[(LIB, lib), (A, "pub mod inner;\n"), ("crates/heard-flow/src/a/inner.rs", "use crate::a;\n")]);
        assert!(circle.iter().any(|f| f.contains("in a circle")), "{circle:?}");
    }

    #[test]
    fn circles_inside_groups_of_imports_are_found() {
        let circle = found(&[(LIB, TWO), (A, "use crate::{b::{Two as T, Three}};"), (B, "use crate::a::{self, f};")]);
        assert!(circle.iter().any(|f| f.contains("in a circle")), "{circle:?}");
    }

    #[test]
    fn imports_name_the_defining_file() {
        let lib = "//! [`a`], [`b`]\npub mod a;\npub mod b;\npub use a::One;\n";
        assert!(found(&[(LIB, lib), (A, ""), (B, "use crate::One;")]).iter().any(|f| f.contains("at the crate's root")));
        assert!(found(&[(LIB, TWO), (A, ""), (B, "use super::a::One;")]).iter().any(|f| f.contains("`super::`")));
        let files = [
            (LIB, TWO),
            (A, "pub mod in_a;\npub use in_a::One;"),
            ("crates/heard-flow/src/a/in_a.rs", ""),
            (B, "use crate::a::One;"),
        ];
        assert!(found(&files).iter().any(|f| f.contains("second name")));
        assert!(found(&[(LIB, TWO), (A, "pub use std::fmt;"), (B, "")]).iter().any(|f| f.contains("second name")));
    }

    #[test]
    fn exported_macros_are_named_at_the_root() {
        let a = "/// d\n#[macro_export]\nmacro_rules! words { () => { $crate::a::X } }";
        assert_eq!(found(&[(LIB, TWO), (A, a), (B, "crate::words! {}")]), [""; 0]);
    }

    #[test]
    fn files_that_list_modules_hold_nothing_else() {
        assert_eq!(found(&[(LIB, &format!("{TWO}fn f() {{}}")), (A, ""), (B, "")]).len(), 1);
        assert_eq!(found(&[(LIB, &format!("{TWO}use a::f;")), (A, ""), (B, "")]).len(), 1);
        let fine = format!("{TWO}pub use a::f;\n#[cfg(test)]\nmod tests {{ fn f() {{}} }}");
        assert_eq!(found(&[(LIB, &fine), (A, ""), (B, "")]), [""; 0]);
    }

    #[test]
    fn modules_are_listed_bottom_up() {
        assert!(found(&[(LIB, "//! [`a`]\npub mod a;\npub mod b;"), (A, ""), (B, "")])[0].contains("do not list"));
        assert!(found(&[(LIB, TWO), (A, "use crate::b::X;"), (B, "")])[0].contains("bottom-up"));
    }

    #[test]
    fn errors_and_state_need_no_handler() {
        let lib = "//! [`pages`], [`state`]\npub mod pages;\npub mod state;";
        let files = [
            ("crates/heard-web/src/lib.rs", lib),
            ("crates/heard-web/src/pages.rs", "pub mod x;"),
            ("crates/heard-web/src/pages/x.rs", ""),
            ("crates/heard-web/src/state.rs", "use crate::pages::x::X;"),
        ];
        assert!(found(&files)[0].contains("sits at the bottom"));
    }

    #[test]
    fn files_open_with_their_purpose_and_stay_short() {
        let bare = Repository { files: [(A.to_owned(), "fn f() {}".to_owned())].into() };
        assert!(findings(&bare)[0].what.contains("open the file"));
        assert!(found(&[(A, &"\n".repeat(600))])[0].contains("split it"));
        assert_eq!(found(&[(A, &format!("#[cfg(test)]\nmod tests {{ {} }}", "\n".repeat(600)))]), [""; 0]);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        let path = format!("see /{}/x", "work");
        assert!(found(&[("README.md", &path)])[0].contains("one machine"));
        assert_eq!(found(&[("README.md", &format!("see https://example.org/{}/x and ../{}/y", "home", "tmp"))]), [""; 0]);
    }
}
