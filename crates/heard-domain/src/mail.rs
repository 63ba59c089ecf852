//! E-mail addresses, and letters with places for names: what may stand in either is decided here, so that nothing that somebody
//! wrote becomes a header.

/// The longest address, in bytes (RFC 5321).
pub const LONGEST_ADDRESS: usize = 254;

/// An e-mail address in the form in which it is compared and written to: trimmed, in small letters, without anything that means
/// something in a header. `None` if it is none.
pub fn address(given: &str) -> Option<String> {
    let given = given.trim().to_lowercase();
    let (who, host) = given.rsplit_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let who_fits = !who.is_empty() && who.len() <= 64 && who.chars().all(plain) && !who.starts_with('.') && !who.ends_with('.');
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let host_fits = host.contains('.') && host.split('.').all(label);
    (given.len() <= LONGEST_ADDRESS && who_fits && !who.contains("..") && host_fits).then_some(given)
}

/// Words for a subject: one line, trimmed, at most 200 characters.
pub fn subject(given: &str) -> String {
    let one: String = given.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    one.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

/// The names in double braces that words have, in their order, each once. Where braces do not close, what follows is the name.
pub fn placeholders(words: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for after in words.split("{{").skip(1) {
        let name = after.split("}}").next().unwrap_or_default().trim().to_lowercase();
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Words with every placeholder filled in; which one is not known. What is filled in is never looked at again, and is one line.
pub fn fill(words: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut parts = words.split("{{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        let name = name.trim().to_lowercase();
        let value = value(&name).ok_or(name)?;
        out.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
        out.push_str(rest);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_nothing_that_means_something_in_a_header() {
        assert_eq!(address(" Ann.Lee+x@Example.COM ").as_deref(), Some("ann.lee+x@example.com"));
        for bad in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "ann@host",
            "a b@example.com",
            "ann@example.com\r\nBcc: x@example.com",
            "<a@example.com>",
            "a,b@example.com",
            "a@exa_mple.com",
            "a@-example.com",
            "a@example..com",
            "\"a\"@example.com",
            ".a@example.com",
            "a..b@example.com",
            "a@example.com>",
            "a@example.com,b@example.com",
            "a\0@example.com",
            "ä@example.com",
        ] {
            assert_eq!(address(bad), None, "{bad:?}");
        }
        assert_eq!(address(&format!("{}@example.com", "a".repeat(65))), None);
    }

    #[test]
    fn placeholders_are_filled_once() {
        let value = |name: &str| match name {
            "name" => Some("Ann {{flight}}\r\nBcc: x".to_owned()),
            "flight" => Some("HD 12".to_owned()),
            _ => None,
        };
        assert_eq!(fill("Dear {{ Name }}, {{flight}}.", value).as_deref(), Ok("Dear Ann {{flight}}  Bcc: x, HD 12."));
        assert_eq!(fill("Dear {{nam}}", value), Err("nam".to_owned()));
        assert_eq!(fill("Dear {{name", value), Ok("Dear Ann {{flight}}  Bcc: x".to_owned()));
        assert_eq!(placeholders("{{a}} {{ B }} {{a}} {{c"), ["a", "b", "c"]);
        assert_eq!(subject(" One\r\nBcc: two\t three "), "One Bcc: two three");
    }
}
