//! Rust source as a flat list of tokens, without docs and without what is only there for tests.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A name or keyword.
    Name(String),
    /// One character of punctuation, also brackets.
    Mark(char),
    /// A literal as it is written.
    Literal(String),
}

/// A token and the line it stands on, from 1.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The token.
    pub token: Token,
    /// The line.
    pub line: usize,
}

impl Placed {
    /// Whether it is this punctuation.
    pub fn is(&self, mark: char) -> bool {
        self.token == Token::Mark(mark)
    }

    /// Its name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match &self.token {
            Token::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// The tokens of a file; `Err` says why it is no Rust.
pub fn of(text: &str) -> Result<Vec<Placed>, String> {
    let stream: TokenStream = text.parse().map_err(|e: proc_macro2::LexError| e.to_string())?;
    let mut tokens = vec![];
    flatten(stream, &mut tokens);
    Ok(tokens)
}

fn flatten(stream: TokenStream, out: &mut Vec<Placed>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        if let Some((attribute, after)) = attribute(&trees, at) {
            if starts(attribute, "doc") {
                at = after;
                continue;
            }
            if starts(attribute, "cfg (test)") {
                at = end_of_item(&trees, after);
                continue;
            }
        }
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                let end = group.span_close().end().line;
                out.extend(open.map(|c| Placed { token: Token::Mark(c), line }));
                flatten(group.stream(), out);
                out.extend(close.map(|c| Placed { token: Token::Mark(c), line: end }));
            }
            TokenTree::Ident(name) => out.push(Placed { token: Token::Name(name.to_string()), line }),
            TokenTree::Punct(mark) => out.push(Placed { token: Token::Mark(mark.as_char()), line }),
            TokenTree::Literal(literal) => out.push(Placed { token: Token::Literal(literal.to_string()), line }),
        }
        at += 1;
    }
}

/// The attribute that begins here, and where it ends.
fn attribute(trees: &[TokenTree], at: usize) -> Option<(&Group, usize)> {
    let mark = |i: usize, c: char| matches!(trees.get(i), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let inner = usize::from(mark(at + 1, '!'));
    match trees.get(at + 1 + inner) {
        Some(TokenTree::Group(group)) if mark(at, '#') && group.delimiter() == Delimiter::Bracket => {
            Some((group, at + 2 + inner))
        }
        _ => None,
    }
}

fn starts(attribute: &Group, with: &str) -> bool {
    attribute.stream().to_string().starts_with(with)
}

fn end_of_item(trees: &[TokenTree], mut at: usize) -> usize {
    while let Some(tree) = trees.get(at) {
        at += 1;
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Punct(mark) if mark.as_char() == ';' => break,
            _ => {}
        }
    }
    at
}

fn brackets(delimiter: Delimiter) -> (Option<char>, Option<char>) {
    match delimiter {
        Delimiter::Parenthesis => (Some('('), Some(')')),
        Delimiter::Brace => (Some('{'), Some('}')),
        Delimiter::Bracket => (Some('['), Some(']')),
        Delimiter::None => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_and_tests_are_left_out() {
        let text = "//! a\n/// b\nfn f() { g(\"x\") }\n#[cfg(test)]\nmod tests { fn h() {} }\nfn i() {}";
        let names: Vec<_> = of(text).unwrap().iter().filter_map(|t| t.name().map(str::to_owned)).collect();
        assert_eq!(names, ["fn", "f", "g", "fn", "i"]);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        assert_eq!(of("\n\nfn f()\n{\n}").unwrap().iter().map(|t| t.line).collect::<Vec<_>>(), [3, 3, 3, 3, 4, 5]);
    }
}
