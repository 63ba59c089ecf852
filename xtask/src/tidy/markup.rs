//! Rules for languages inside the language: SQL only in heard-store, HTML only in heard-web, SVG only in heard-charts;
//! maud's two silent traps; and the words that name nothing.

use crate::tidy::repository::{Finding, Repository, product_source};
use crate::tidy::tokens::{self, Placed, Token};

/// What a type is called when nobody has thought about what it is.
const EMPTY_NAMES: [&str; 7] = ["Manager", "Service", "Helper", "Helpers", "Util", "Utils", "Dto"];

/// Checks the product's sources.
pub fn check(repository: &Repository, findings: &mut Vec<Finding>) {
    for (path, text) in repository.rust() {
        let Some((house, below)) = product_source(path) else { continue };
        let Ok(tokens) = tokens::of(text) else { continue };
        let html_lives_here = house == "heard-web" || (house == "heard-flow" && below.starts_with("tell"));
        for (at, placed) in tokens.iter().enumerate() {
            let mut found = |what: &str| findings.push(Finding::new(path, placed.line, what));
            match &placed.token {
                Token::Literal(literal) if house != "heard-store" && is_sql(literal) => found("SQL outside heard-store"),
                Token::Literal(literal) if house != "heard-charts" && literal.contains("<svg") => {
                    found("SVG outside heard-charts");
                }
                Token::Name(name) if name == "html" && tokens.get(at + 1).is_some_and(|t| t.is('!')) => {
                    if html_lives_here {
                        check_classes(path, tokens.get(at + 3..).unwrap_or_default(), findings);
                    } else {
                        found("`html!` outside heard-web");
                    }
                }
                Token::Name(word) if matches!(word.as_str(), "struct" | "enum" | "trait" | "type" | "union") => {
                    let name = tokens.get(at + 1).and_then(Placed::name).unwrap_or_default();
                    if EMPTY_NAMES.iter().any(|empty| name.ends_with(empty) || name.ends_with(&empty.to_uppercase())) {
                        found(&format!("`{name}` says nothing: name it by the word of the field"));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether a literal is a statement: it begins as one, in capitals or in small letters, and goes on as one.
fn is_sql(literal: &str) -> bool {
    let words: Vec<&str> =
        literal.trim_start_matches(['r', 'b', '#', '"']).split_ascii_whitespace().filter(|w| *w != "\\").collect();
    let Some(first) = words.first() else { return false };
    let has = |word: &str| words.iter().any(|w| w.eq_ignore_ascii_case(word));
    let follows = |word: &str| words.get(1).is_some_and(|w| w.eq_ignore_ascii_case(word));
    let one_case = *first == first.to_uppercase() || *first == first.to_lowercase();
    one_case
        && match first.to_ascii_lowercase().as_str() {
            "select" => has("from") && (*first == "SELECT" || has("where") || has("limit") || has("group")),
            "insert" => follows("into") || follows("or"),
            "delete" => follows("from") && (*first == "DELETE" || has("where")),
            "update" => has("set"),
            "create" | "drop" | "alter" => ["table", "index", "view", "trigger", "unique"].iter().any(|w| follows(w)),
            "pragma" => words.len() > 1,
            "with" => has("as") && has("select"),
            _ => false,
        }
}

/// A class given twice, or a toggle before a splice, prints wrong HTML without a warning (seen in maud 0.27).
fn check_classes(path: &str, body: &[Placed], findings: &mut Vec<Finding>) {
    let (mut depth, mut at) = (1, 0);
    let mut element = Element::default();
    while let Some(placed) = body.get(at) {
        let after_equals = at > 0 && body[at - 1].is('=');
        match &placed.token {
            Token::Mark('@') => {
                element = Element::default();
                at = past_control(body, at);
                // The block that follows is read as any other.
                continue;
            }
            Token::Mark('{') if after_equals => {
                at = past_group(body, at);
                continue;
            }
            Token::Mark('{') => {
                depth += 1;
                element = Element::default();
            }
            Token::Mark('}') => {
                depth -= 1;
                element = Element::default();
                if depth == 0 {
                    return;
                }
            }
            Token::Mark(';' | ',') => element = Element::default(),
            Token::Mark('=') if body.get(at + 1).is_some_and(|t| t.is('>')) => {
                element = Element::default();
                at += 1;
            }
            Token::Mark('(' | '[') => {
                at = past_group(body, at);
                continue;
            }
            Token::Mark('.') => {
                element.short = true;
                let spliced = body.get(at + 1).is_some_and(|t| t.is('('));
                let end = class_end(body, at + 1);
                if spliced && element.toggled {
                    findings.push(Finding::new(
                        path,
                        placed.line,
                        "a spliced class after a toggled one loses its space: splice first",
                    ));
                }
                element.toggled |= body.get(end).is_some_and(|t| t.is('['));
            }
            Token::Name(name) if name == "class" && body.get(at + 1).is_some_and(|t| t.is('=')) => element.long += 1,
            _ => {}
        }
        if element.long > 1 || (element.long == 1 && element.short) {
            findings.push(Finding::new(path, placed.line, "two `class` attributes on one element: the browser drops the second"));
            element = Element::default();
        }
        at += 1;
    }
}

/// What was seen of the element being read.
#[derive(Default)]
struct Element {
    long: usize,
    short: bool,
    toggled: bool,
}

/// Where the class that begins here ends: a splice, or names joined by `-`.
fn class_end(body: &[Placed], at: usize) -> usize {
    if body.get(at).is_some_and(|t| t.is('(')) {
        return past_group(body, at);
    }
    let length = body.iter().skip(at).take_while(|t| t.is('-') || !matches!(t.token, Token::Mark(_))).count();
    // `.few hidden` are two: the second name is an attribute, but neither can be followed by `[` unless it is a toggle.
    at + length
}

/// The `{` of the block of a control line, or what follows its `;`.
fn past_control(body: &[Placed], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(placed) = body.get(at) {
        match placed.token {
            Token::Mark('{') => return at,
            Token::Mark(';') => return at + 1,
            Token::Mark('(' | '[') => at = past_group(body, at),
            _ => at += 1,
        }
    }
    at
}

fn past_group(body: &[Placed], at: usize) -> usize {
    let mut depth = 0_usize;
    for (i, placed) in body.iter().enumerate().skip(at) {
        match placed.token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let repository = Repository { files: [(path.to_owned(), text.to_owned())].into() };
        let mut findings = vec![];
        check(&repository, &mut findings);
        findings.into_iter().map(|f| f.what).collect()
    }

    #[test]
    fn statements_are_told_from_sentences() {
        for sql in [
            "SELECT 1 FROM a",
            "insert into a values (1)",
            "UPDATE a SET b = 1",
            "pragma integrity_check",
            "select a from b where c",
        ] {
            assert!(is_sql(&format!("{sql:?}")), "{sql}");
        }
        for text in [
            "Select a file from your computer",
            "select a stage from the list",
            "update",
            "Delete from here",
            "with",
            "Create a post",
        ] {
            assert!(!is_sql(&format!("{text:?}")), "{text}");
        }
    }

    #[test]
    fn each_language_has_its_house() {
        assert_eq!(found("crates/heard-web/src/a.rs", "const A: &str = \"SELECT a FROM b\";"), ["SQL outside heard-store"]);
        assert_eq!(found("crates/heard-store/src/a.rs", "const A: &str = \"SELECT a FROM b\";"), [""; 0]);
        assert_eq!(found("crates/heard-web/src/a.rs", "const A: &str = \"<svg>\";"), ["SVG outside heard-charts"]);
        assert_eq!(found("crates/heard-charts/src/a.rs", "fn a() { html! { p {} } }"), ["`html!` outside heard-web"]);
        assert_eq!(found("crates/heard-flow/src/tell/mail.rs", "fn a() { html! { p {} } }"), [""; 0]);
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        assert_eq!(found("crates/heard-flow/src/a.rs", "struct ImportManager;").len(), 1);
        assert_eq!(found("crates/heard-flow/src/a.rs", "struct FeedbackDTO;").len(), 1);
    }

    #[test]
    fn a_class_given_twice_is_refused() {
        let page = |body: &str| found("crates/heard-web/src/a.rs", &format!("fn a() {{ html! {{ {body} }} }}"));
        assert_eq!(page("td class=(x) .few[c] { \"1\" }").len(), 1);
        assert_eq!(page("td class=\"a\" class={ \"b\" (c) } {}").len(), 1);
        assert_eq!(page("td.few[c].(x) {}").len(), 1);
        for fine in [
            "td.(x).few[c] { (a.b) }",
            "td.a.few[c] {} td class={ \"a \" (b.c) } {}",
            "@if a.b() { td class=\"x\" { } } @else { td.y {} }",
            "@for x in y.iter() { td class=(x.y) { (x.z) } }",
            "@let x = a.b(); td class=\"x\" title=(x.t) ;",
            "@match a.b { A::B => td class=\"x\" {}, C => td.y {} }",
            "p.lead { \"a.b\" } a class=\"b\" href=\"c.html\" { }",
        ] {
            assert_eq!(page(fine), [""; 0], "{fine}");
        }
    }
}
