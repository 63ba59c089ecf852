//! Causes: why an issue happens. Written as an outline, drawn as a fishbone; and where to begin among causes and effects.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most lines of an outline.
pub const MOST_LINES: usize = 500;
/// How deep causes go below a department: a cause, why, and why that is.
pub const DEEPEST: usize = 3;
/// The longest name of a department or cause, in characters.
pub const LONGEST: usize = 120;

/// A cause, and the causes of that cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutlinedCause {
    /// In a few words.
    pub name: String,
    /// Why it is so.
    pub why: Vec<OutlinedCause>,
}

/// A department, or a kind of cause, with what lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bone {
    /// The department.
    pub name: String,
    /// Its causes.
    pub causes: Vec<OutlinedCause>,
}

/// An outline that could not be read: the line, from 1, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct BadOutline {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub reason: String,
}

/// Reads an outline: a department in each line without indentation, its causes indented below it, the causes of a cause indented
/// further. A tab or two spaces are one step; signs of a list (`-`, `*`, `•`) are left out; empty lines are nothing. Departments
/// named twice are one.
pub fn read_outline(text: &str) -> Result<Vec<Bone>, BadOutline> {
    let mut bones: Vec<Bone> = vec![];
    // The department and the places of the causes that the next line may belong to.
    let mut open: Option<(usize, Vec<usize>)> = None;
    for (at, line) in text.lines().enumerate() {
        let bad = |reason: String| BadOutline { line: at + 1, reason };
        if at >= MOST_LINES {
            return Err(bad(format!("an outline has at most {MOST_LINES} lines: leave out what matters least")));
        }
        let spaces: usize = line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 2 } else { 1 }).sum();
        let name = line.trim_start_matches(|c: char| c.is_whitespace() || "-*•".contains(c)).trim_end();
        if name.is_empty() {
            continue;
        }
        if name.chars().count() > LONGEST {
            return Err(bad(format!("has more than {LONGEST} characters: say it in fewer words")));
        }
        let depth = spaces.div_ceil(2);
        if depth == 0 {
            let place = bones.iter().position(|bone| bone.name.to_lowercase() == name.to_lowercase()).unwrap_or_else(|| {
                bones.push(Bone { name: name.to_owned(), causes: vec![] });
                bones.len() - 1
            });
            open = Some((place, vec![]));
            continue;
        }
        let Some((bone, path)) = &mut open else {
            return Err(bad("a cause stands before the first department: begin with a line that is not indented".to_owned()));
        };
        if depth > DEEPEST {
            return Err(bad(format!("causes go at most {DEEPEST} deep: move it to the left")));
        }
        if depth > path.len() + 1 {
            return Err(bad("is indented too far: nothing stands right above it that it could be a cause of".to_owned()));
        }
        path.truncate(depth - 1);
        let mut causes = bones.get_mut(*bone).map(|bone| &mut bone.causes);
        for place in path.iter() {
            causes = causes.and_then(|causes| causes.get_mut(*place)).map(|cause| &mut cause.why);
        }
        if let Some(causes) = causes {
            causes.push(OutlinedCause { name: name.to_owned(), why: vec![] });
            path.push(causes.len() - 1);
        }
    }
    Ok(bones)
}

/// The outline as it is edited: what [`read_outline`] reads.
pub fn write_outline(bones: &[Bone]) -> String {
    fn write(causes: &[OutlinedCause], depth: usize, out: &mut String) {
        for cause in causes {
            out.push_str(&"  ".repeat(depth));
            out.push_str(&cause.name);
            out.push('\n');
            write(&cause.why, depth + 1, out);
        }
    }
    let mut out = String::new();
    for bone in bones {
        out.push_str(&bone.name);
        out.push('\n');
        write(&bone.causes, 1, &mut out);
    }
    out
}

crate::words! {
    /// What something is among causes and effects.
    Part {
        /// More arrows go out than come in: work here.
        Driver = "driver", "Driver";
        /// As many.
        Link = "link", "Link";
        /// More come in than go out: it gets better by itself.
        Outcome = "outcome", "Outcome";
    }
}

/// How many arrows leave and reach something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Arrows {
    /// Its place.
    pub at: usize,
    /// So many effects.
    pub out: usize,
    /// So many causes.
    pub into: usize,
}

impl Arrows {
    /// What it is.
    pub fn part(self) -> Part {
        match self.out.cmp(&self.into) {
            std::cmp::Ordering::Greater => Part::Driver,
            std::cmp::Ordering::Equal => Part::Link,
            std::cmp::Ordering::Less => Part::Outcome,
        }
    }
}

/// Where to begin: all of `n` by most arrows out minus in, then by most out, then by place. Arrows lead from a cause to its effect, by
/// places; those to itself or to a place that does not exist count for nothing, and each pair counts once.
pub fn start_here(n: usize, arrows: &[(usize, usize)]) -> Vec<Arrows> {
    let mut all: Vec<Arrows> = (0..n).map(|at| Arrows { at, out: 0, into: 0 }).collect();
    let mut pairs: Vec<(usize, usize)> = arrows.iter().copied().filter(|(a, b)| a != b && *a < n && *b < n).collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (cause, effect) in pairs {
        if let Some(arrows) = all.get_mut(cause) {
            arrows.out += 1;
        }
        if let Some(arrows) = all.get_mut(effect) {
            arrows.into += 1;
        }
    }
    let net = |arrows: &Arrows| arrows.out as i64 - arrows.into as i64;
    all.sort_by(|a, b| net(b).cmp(&net(a)).then(b.out.cmp(&a.out)).then(a.at.cmp(&b.at)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_outline_is_read_and_written() {
        let text = "Technology\n  - New text-message route\n    one carrier drops 1 in 6\n\n\t* Code lives 60 s\nProcess\n  No fallback\ntechnology\n  Clock drift\n";
        let bones = read_outline(text).unwrap();
        let written = "Technology\n  New text-message route\n    one carrier drops 1 in 6\n  Code lives 60 s\n  Clock drift\nProcess\n  No fallback\n";
        assert_eq!(write_outline(&bones), written);
        assert_eq!(read_outline(written).unwrap(), bones);
    }

    #[test]
    fn what_cannot_be_read_names_its_line() {
        for (text, line, words) in [
            ("  a cause", 1, "before the first department"),
            ("A\n    too far", 2, "indented too far"),
            ("A\n  1\n    2\n      3\n        4", 5, "at most 3 deep"),
        ] {
            let bad = read_outline(text).unwrap_err();
            assert!(bad.line == line && bad.reason.contains(words), "{bad}");
        }
        assert_eq!(read_outline(&"A\n".repeat(501)).unwrap_err().line, 501);
        assert_eq!(read_outline(&"x".repeat(121)).unwrap_err().line, 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_read_is_written_so_that_it_reads_the_same(text in "([ \t-]{0,4}[a-c•é ]{0,3}\n){0,12}") {
            if let Ok(bones) = read_outline(&text) {
                prop_assert_eq!(read_outline(&write_outline(&bones)).unwrap(), bones);
            }
        }
    }

    #[test]
    fn one_begins_where_most_goes_out() {
        let ranked = start_here(4, &[(2, 0), (2, 1), (2, 1), (0, 1), (1, 3), (3, 3), (7, 1)]);
        let order: Vec<(usize, usize, usize)> = ranked.iter().map(|a| (a.at, a.out, a.into)).collect();
        assert_eq!(order, [(2, 2, 0), (0, 1, 1), (1, 1, 2), (3, 0, 1)]);
        assert_eq!(ranked.iter().map(|a| a.part()).collect::<Vec<_>>(), [Part::Driver, Part::Link, Part::Outcome, Part::Outcome]);
    }
}
