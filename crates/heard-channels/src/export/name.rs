//! Names that stand in a header, and handles that stand several in a cell: nothing in them may be taken for something else.

use std::borrow::Cow;
use std::fmt::Write;

/// A name as it stands in a header, which is one line and holds neither addresses nor e-mail addresses, by which rows are told from
/// headers: control characters, `@` and the colon of `://` are written as `%0A`, and so is a per cent sign that would be read as one.
pub fn in_header(name: &str) -> Cow<'_, str> {
    let coded = |rest: &str| rest.as_bytes().get(1..3).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit));
    let odd = |at: usize, c: char| match c {
        '%' => name.get(at..).is_some_and(coded),
        ':' => name.get(at..).is_some_and(|rest| rest.starts_with("://")),
        _ => c == '@' || (c.is_control() && c.is_ascii()),
    };
    if !name.char_indices().any(|(at, c)| odd(at, c)) {
        return name.into();
    }
    let mut out = String::with_capacity(name.len() + 8);
    for (at, c) in name.char_indices() {
        if odd(at, c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{:02X}", c as u32);
        } else {
            out.push(c);
        }
    }
    out.into()
}

/// The name before [`in_header`].
pub fn from_header(name: &str) -> Cow<'_, str> {
    if !name.contains('%') {
        return name.into();
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after.get(..2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(u8::is_ascii);
        if let Some(code) = code {
            out.push(char::from(code));
            rest = after.get(2..).unwrap_or_default();
        } else {
            out.push('%');
            rest = after;
        }
    }
    out.push_str(rest);
    out.into()
}

/// A handle as it stands in a cell, one a line: one with line ends in it, or one that looks like that, as a JSON string.
pub fn handle(handle: &str) -> Cow<'_, str> {
    if handle.contains(['\n', '\r']) || handle.starts_with('"') {
        // A string is always JSON.
        serde_json::to_string(handle).map_or(handle.into(), Cow::Owned)
    } else {
        handle.into()
    }
}

/// The handle before [`handle`].
pub fn from_cell(line: &str) -> Cow<'_, str> {
    let coded = line.starts_with('"').then(|| serde_json::from_str::<String>(line).ok()).flatten();
    coded.map_or(line.into(), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn names_and_handles_come_back(name in "[%0aA9\n\r\t\"\u{1}b:/@, é\\\\]{0,12}") {
            let there = in_header(&name).into_owned();
            proptest::prop_assert!(!there.contains(|c: char| c.is_ascii_control()), "{there:?}");
            proptest::prop_assert_eq!(from_header(&there).into_owned(), name.clone());
            let there = handle(&name).into_owned();
            proptest::prop_assert!(!there.contains(['\n', '\r']), "{there:?}");
            proptest::prop_assert_eq!(from_cell(&there).into_owned(), name);
        }
    }
}
