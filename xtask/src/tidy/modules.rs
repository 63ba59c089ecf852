//! Rules for modules: files that list modules hold nothing else, imports name the defining file, and no file needs
//! itself by any detour, `mod` lines counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::repository::{Finding, Repository};
use crate::tidy::tokens::{self, Placed, Token};

/// One tree of modules: a library, a program, or one file of tests.
struct Tree<'a> {
    /// The file by the path of its module; the root has the empty path.
    files: BTreeMap<Vec<String>, &'a str>,
}

/// Checks every tree of modules.
pub fn check(repository: &Repository, findings: &mut Vec<Finding>) {
    let mut sources = BTreeMap::new();
    for (path, text) in repository.rust() {
        match tokens::of(text) {
            Ok(tokens) => drop(sources.insert(path, tokens)),
            Err(reason) => findings.push(Finding::new(path, 0, format!("cannot be read as Rust: {reason}"))),
        }
    }
    for (path, tokens) in &sources {
        if is_library(path) || (!is_root(path) && !children(tokens).is_empty()) {
            only_lists_modules(path, tokens, findings);
        } else {
            no_second_names(path, tokens, findings);
        }
    }
    for root in sources.keys().filter(|path| is_root(path)) {
        let tree = Tree::from(root, &sources);
        let edges = tree.edges(&sources, findings);
        cycles(&edges, findings);
        if is_library(root) {
            let docs = repository.files.get(*root).map_or("", String::as_str);
            listed_bottom_up(root, docs, &tree, &edges, findings);
        }
    }
    findings.sort();
    findings.dedup();
}

fn is_library(path: &str) -> bool {
    path.ends_with("/lib.rs")
}

/// Whether the compiler starts a tree of modules at this file.
fn is_root(path: &str) -> bool {
    let Some((folder, _)) = path.rsplit_once('/') else { return true };
    let own = folder.rsplit('/').next().unwrap_or_default();
    is_library(path)
        || path.ends_with("/main.rs")
        || path.ends_with("/build.rs")
        || matches!(own, "tests" | "bin" | "examples" | "benches" | "fuzz_targets")
}

impl<'a> Tree<'a> {
    fn from(root: &'a str, sources: &BTreeMap<&'a str, Vec<Placed>>) -> Self {
        let mut files = BTreeMap::from([(vec![], root)]);
        let mut open = vec![(vec![], root)];
        while let Some((module, path)) = open.pop() {
            let folder = match path.rsplit_once('/') {
                Some((folder, _)) if is_root(path) || path.ends_with("/mod.rs") => folder.to_owned(),
                _ => path.trim_end_matches(".rs").to_owned(),
            };
            for (name, _) in sources.get(path).map(|t| children(t)).unwrap_or_default() {
                let candidates = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
                let found = candidates.iter().find_map(|c| sources.get_key_value(c.as_str()));
                if let Some((&file, _)) = found {
                    let mut inner: Vec<String> = module.clone();
                    inner.push(name);
                    files.insert(inner.clone(), file);
                    open.push((inner, file));
                }
            }
        }
        Self { files }
    }

    /// Which file needs which, with the line: by a `mod` line, or by naming something in it.
    fn edges(
        &self,
        sources: &BTreeMap<&'a str, Vec<Placed>>,
        findings: &mut Vec<Finding>,
    ) -> BTreeMap<(&'a str, &'a str), usize> {
        let mut edges = BTreeMap::new();
        let macros: BTreeMap<String, &'a str> = self
            .files
            .values()
            .flat_map(|file| exported_macros(&sources[file]).into_iter().map(move |name| (name, *file)))
            .collect();
        let inline: BTreeSet<String> = self.files.values().flat_map(|file| inline(&sources[file])).collect();
        for (module, &file) in &self.files {
            let tokens = &sources[file];
            for (name, line) in children(tokens) {
                let mut inner = module.clone();
                inner.push(name);
                if let Some(child) = self.files.get(&inner) {
                    edges.insert((file, *child), line);
                }
            }
            for (line, path) in named_paths(tokens) {
                match path.first().map(String::as_str) {
                    Some("super") => {
                        findings.push(Finding::new(file, line, "`super::`: name the defining file, `crate::…::file::Name`"));
                    }
                    Some("crate") => {
                        let path = path.get(1..).unwrap_or_default();
                        // A module within a file has no file of its own; in tests it borrows the files of other tests.
                        if path.first().is_some_and(|name| inline.contains(name)) {
                            continue;
                        }
                        match self.defining(path, &macros) {
                            Ok(target) if target == file => {}
                            Ok(target) => drop(edges.entry((file, target)).or_insert(line)),
                            Err(what) => findings.push(Finding::new(file, line, what)),
                        }
                    }
                    _ => {}
                }
            }
        }
        for &file in self.files.values() {
            if matches!(file.rsplit('/').next(), Some("error.rs" | "state.rs" | "problem.rs")) {
                for ((_, to), line) in edges.iter().filter(|((from, _), _)| *from == file) {
                    if to.contains("/pages/") || to.contains("/api/") {
                        findings.push(Finding::new(file, *line, format!("sits at the bottom and may not need the handler {to}")));
                    }
                }
            }
        }
        edges
    }

    /// The file that defines what the path (without `crate`) names.
    fn defining(&self, path: &[String], macros: &BTreeMap<String, &'a str>) -> Result<&'a str, String> {
        let known = (1..=path.len()).rev().find_map(|n| Some((n, *self.files.get(path.get(..n)?)?)));
        match (known, path) {
            (None, [name, ..]) if macros.contains_key(name) => Ok(macros[name]),
            (None, _) => Err(format!("`crate::{}` is at the crate's root: name the defining file", path.join("::"))),
            (Some((n, file)), _) => {
                let lists = self.files.keys().any(|module| module.len() == n + 1 && module.get(..n) == path.get(..n));
                if lists && n < path.len() {
                    let name = path.join("::");
                    return Err(format!("`crate::{name}` is a second name: name the file below {file} that defines it"));
                }
                Ok(file)
            }
        }
    }
}

/// The out-of-line modules a file declares, with their lines.
fn children(tokens: &[Placed]) -> Vec<(String, usize)> {
    let triples = tokens.windows(3).filter(|w| w[0].name() == Some("mod") && w[2].is(';'));
    triples.filter_map(|w| Some((w[1].name()?.to_owned(), w[0].line))).collect()
}

/// The modules that a file declares and holds itself; those of its tests are named by nobody else.
fn inline(tokens: &[Placed]) -> impl Iterator<Item = String> {
    let triples = tokens.windows(3).filter(|w| w[0].name() == Some("mod") && w[2].is('{'));
    triples.filter_map(|w| w[1].name().map(str::to_owned))
}

fn exported_macros(tokens: &[Placed]) -> Vec<String> {
    let exported = tokens.windows(7).filter(|w| w[0].name() == Some("macro_export") && w[2].name() == Some("macro_rules"));
    exported.filter_map(|w| w[4].name().map(str::to_owned)).collect()
}

/// Every path that begins with `crate::` or `super::`, groups of imports taken apart.
fn named_paths(tokens: &[Placed]) -> Vec<(usize, Vec<String>)> {
    let mut found = vec![];
    for (at, placed) in tokens.iter().enumerate() {
        let begins = matches!(placed.name(), Some("crate" | "super"));
        let goes_on = tokens.get(at.wrapping_sub(1)).is_some_and(|t| t.is(':') || t.is('$'));
        if begins && !goes_on && tokens.get(at + 1).is_some_and(|t| t.is(':')) {
            leaves(tokens, at, &mut vec![], &mut found);
        }
    }
    found
}

/// Reads one tree of imports from `at` and returns where it ends.
fn leaves(tokens: &[Placed], mut at: usize, prefix: &mut Vec<String>, found: &mut Vec<(usize, Vec<String>)>) -> usize {
    let depth = prefix.len();
    let line = tokens.get(at).map_or(0, |t| t.line);
    loop {
        match tokens.get(at).map(|t| &t.token) {
            Some(Token::Name(name)) if name == "self" && !prefix.is_empty() => at += 1,
            Some(Token::Name(name)) => {
                prefix.push(name.clone());
                at += 1;
            }
            Some(Token::Mark('{')) => {
                at += 1;
                while tokens.get(at).is_some_and(|t| !t.is('}')) {
                    at = leaves(tokens, at, prefix, found).max(at + 1);
                    // `as Name` and the comma.
                    while tokens.get(at).is_some_and(|t| t.is(',') || t.name() == Some("as") || t.name() == Some("_")) {
                        at += if tokens[at].name() == Some("as") { 2 } else { 1 };
                    }
                }
                prefix.truncate(depth);
                return at + 1;
            }
            _ => at += 1,
        }
        if !(tokens.get(at).is_some_and(|t| t.is(':')) && tokens.get(at + 1).is_some_and(|t| t.is(':'))) {
            break;
        }
        at += 2;
        if tokens.get(at).is_some_and(|t| t.is('<')) {
            break;
        }
    }
    found.push((line, prefix.clone()));
    prefix.truncate(depth);
    at
}

/// `lib.rs`, and every file beside the folder of its modules: docs, attributes, `mod` lines, `pub use`.
fn only_lists_modules(path: &str, tokens: &[Placed], findings: &mut Vec<Finding>) {
    let mut at = 0;
    while let Some(placed) = tokens.get(at) {
        let line = placed.line;
        at = match (&placed.token, tokens.get(at + 1).map(|t| &t.token)) {
            (Token::Mark('#'), _) => closing(tokens, at),
            (Token::Name(word), Some(Token::Mark('('))) if word == "pub" => closing(tokens, at + 1),
            (Token::Name(word), Some(Token::Name(next))) if word == "pub" && (next == "mod" || next == "use") => at + 1,
            (Token::Name(word), _) if word == "mod" && tokens.get(at + 2).is_some_and(|t| t.is(';')) => at + 3,
            (Token::Name(word), _) if word == "use" && at > 0 && tokens[at - 1].name() == Some("pub") => {
                past_semicolon(tokens, at)
            }
            (Token::Name(word), _) if word == "use" && at > 0 && tokens[at - 1].is(')') => past_semicolon(tokens, at),
            _ => {
                findings.push(Finding::new(path, line, "a file that lists modules holds docs, `mod` and `pub use` only"));
                return;
            }
        };
    }
}

/// Elsewhere nothing is exported under a second name; a whole crate (`pub use serde;`) is, for the use of macros.
fn no_second_names(path: &str, tokens: &[Placed], findings: &mut Vec<Finding>) {
    for (at, pair) in tokens.windows(2).enumerate() {
        let exports = pair[0].name() == Some("pub") && pair[1].name() == Some("use");
        if exports && !tokens.get(at + 3).is_some_and(|t| t.is(';')) {
            let what = "`pub use` gives a second name: only `lib.rs` and files that list modules may";
            findings.push(Finding::new(path, pair[0].line, what));
        }
    }
}

/// Where the first bracket from here closes, plus one.
fn closing(tokens: &[Placed], at: usize) -> usize {
    let mut depth = 0;
    for (i, placed) in tokens.iter().enumerate().skip(at) {
        match placed.token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

fn past_semicolon(tokens: &[Placed], at: usize) -> usize {
    tokens.iter().skip(at).position(|t| t.is(';')).map_or(tokens.len(), |n| at + n + 1)
}

/// Files that need each other are found by removing, again and again, files that need none of the others.
fn cycles(edges: &BTreeMap<(&str, &str), usize>, findings: &mut Vec<Finding>) {
    let mut left: BTreeSet<(&str, &str)> = edges.keys().copied().collect();
    loop {
        let needing: BTreeSet<&str> = left.iter().map(|(from, _)| *from).collect();
        let needed: BTreeSet<&str> = left.iter().map(|(_, to)| *to).collect();
        let before = left.len();
        left.retain(|(from, to)| needing.contains(to) && needed.contains(from));
        if left.len() == before {
            break;
        }
    }
    let Some(&start) = left.iter().map(|(from, _)| from).next() else { return };
    let mut way = vec![start];
    let round = loop {
        let here = way[way.len() - 1];
        let Some((_, next)) = left.iter().find(|(from, _)| *from == here) else { return };
        if let Some(first) = way.iter().position(|file| file == next) {
            way.push(next);
            break way.split_off(first);
        }
        way.push(next);
    };
    let line = edges.get(&(round[0], round[1])).copied().unwrap_or_default();
    findings.push(Finding::new(round[0], line, format!("files need each other in a circle: {}", round.join(" → "))));
}

/// The docs of `lib.rs` name every module, and a module that needs another after it.
fn listed_bottom_up(root: &str, text: &str, tree: &Tree<'_>, edges: &BTreeMap<(&str, &str), usize>, findings: &mut Vec<Finding>) {
    let docs: String = text.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n");
    // Prose before the list may name modules in any order.
    let list = docs.split_once("Bottom-up:").map_or(docs.as_str(), |(_, list)| list);
    let place = |module: &str| list.find(&format!("`{module}`"));
    let top: BTreeMap<&str, &str> =
        tree.files.iter().filter_map(|(module, file)| Some((*file, module.first()?.as_str()))).collect();
    for module in top.values().collect::<BTreeSet<_>>() {
        if place(module).is_none() {
            findings.push(Finding::new(root, 1, format!("the docs do not list the module [`{module}`]")));
        }
    }
    for ((from, to), line) in edges {
        if let (Some(upper), Some(lower)) = (top.get(from), top.get(to))
            && upper != lower
            && let (Some(upper_at), Some(lower_at)) = (place(upper), place(lower))
            && upper_at < lower_at
        {
            let what = format!("needs `{lower}`, which the docs of lib.rs list after `{upper}`: list modules bottom-up");
            findings.push(Finding::new(from, *line, what));
        }
    }
}
