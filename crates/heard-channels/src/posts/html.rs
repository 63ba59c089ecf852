//! Markup to plain text: tags go, what is set apart stays apart, entities become letters. Nothing is run and nothing fetched.

/// Tags that begin a line of their own, and those between which an empty line stands.
const LINES: &[&str] =
    &["br", "div", "li", "tr", "ul", "ol", "table", "dd", "dt", "hr", "section", "article", "header", "footer"];
const PARAGRAPHS: &[&str] = &["p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre"];
/// Tags whose content nobody reads.
const UNREAD: &[&str] = &["script", "style", "head", "title", "template", "noscript"];

/// The words in some markup.
pub fn text(markup: &str) -> String {
    plain(markup, false)
}

/// The same of a mail: what it quotes of others begins with “> ” on each line, as it does in plain mails.
pub fn quoting(markup: &str) -> String {
    plain(markup, true)
}

fn plain(markup: &str, quotes: bool) -> String {
    let mut deep = 0_usize;
    let mut out = String::with_capacity(markup.len());
    let mut rest = markup;
    // Behind the last “>” nothing is a tag, and nobody has to look for its end again and again.
    let last = markup.rfind('>').unwrap_or(0);
    // So many line ends are due before the next word; a space between words is due too, unless lines are.
    let (mut lines, mut space) = (0, false);
    while let Some(first) = rest.chars().next() {
        if first == '<' {
            let tag = if markup.len() - rest.len() < last { tag(rest) } else { None };
            let Some((tag, after)) = tag else {
                word("<", &mut out, (&mut lines, &mut space), deep > 0);
                rest = rest.get(1..).unwrap_or_default();
                continue;
            };
            rest = after;
            let name = name(tag);
            if quotes && name == "blockquote" {
                deep = if tag.starts_with('/') { deep.saturating_sub(1) } else { deep + 1 };
            }
            if PARAGRAPHS.contains(&name.as_str()) {
                lines = 2;
            } else if LINES.contains(&name.as_str()) {
                lines = if name == "br" { (lines + 1).min(2) } else { lines.max(1) };
            } else if UNREAD.contains(&name.as_str()) && !tag.starts_with('/') {
                rest = behind(rest, &name);
            }
        } else if first.is_whitespace() {
            space = true;
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        } else {
            let end = rest.find(|c: char| c == '<' || c.is_whitespace()).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            word(&unescaped(run), &mut out, (&mut lines, &mut space), deep > 0);
            rest = after;
        }
    }
    out
}

fn word(text: &str, out: &mut String, (lines, space): (&mut usize, &mut bool), quoted: bool) {
    let begins = out.is_empty() || *lines > 0;
    if !out.is_empty() {
        match *lines {
            0 if *space => out.push(' '),
            0 => {}
            n => (0..n).for_each(|_| out.push('\n')),
        }
    }
    if begins && quoted {
        out.push_str("> ");
    }
    out.push_str(text);
    (*lines, *space) = (0, false);
}

/// What stands between “<” and “>”, and what follows; `None` where “<” is only a sign.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inner = text.get(1..)?;
    if let Some(comment) = inner.strip_prefix("!--") {
        return Some(comment.split_once("-->").unwrap_or((comment, "")));
    }
    let begins = inner.strip_prefix('/').unwrap_or(inner);
    if !begins.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!') {
        return None;
    }
    inner.split_once('>')
}

fn name(tag: &str) -> String {
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    tag.chars().take_while(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(12).collect()
}

/// What follows the end of an element.
fn behind<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        let after = rest.get(at + 2..).unwrap_or_default();
        if after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            return after.split_once('>').map_or("", |(_, after)| after);
        }
        rest = after;
    }
    ""
}

const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("euro", "€"),
    ("pound", "£"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("Auml", "Ä"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("eacute", "é"),
    ("egrave", "è"),
    ("agrave", "à"),
    ("ccedil", "ç"),
];

/// Entities become letters, once; what is none stays as it is.
pub fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.bytes().take(12).position(|b| b == b';');
        let entity = end.and_then(|end| after.get(..end)).and_then(letter);
        if let (Some(letter), Some(end)) = (entity, end) {
            out.push_str(&letter);
            rest = after.get(end + 1..).unwrap_or_default();
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn letter(entity: &str) -> Option<String> {
    let Some(number) = entity.strip_prefix('#') else {
        return ENTITIES.iter().find(|(name, _)| *name == entity).map(|(_, letter)| (*letter).to_owned());
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    // A NUL is no letter of any text.
    char::from_u32(code).filter(|c| *c != '\0').map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_words() {
        let cases = [
            ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree"),
            ("<p>Fish &amp; chips &lt;3 &#8364;5 &#x1F600;</p>", "Fish & chips <3 €5 😀"),
            ("a < b and c > d", "a < b and c > d"),
            ("<ul><li>one</li>\n<li>two</li></ul>", "one\ntwo"),
            ("<script>alert('x')</script>fine<style>p{}</style>", "fine"),
            ("<a href=\"https://x.example/?a=1&amp;b=2\">link</a>, <b>bold</b>word", "link, boldword"),
            ("torn <p", "torn <p"),
            ("<!-- no --><P CLASS=\"x\">yes", "yes"),
            ("AT&T &unknown; &", "AT&T &unknown; &"),
            ("&#0;", "&#0;"),
            ("", ""),
        ];
        for (markup, words) in cases {
            assert_eq!(text(markup), words, "{markup}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_becomes_text_and_nothing_panics(markup in "[<>/&;#a-z0-9 !ä\n-]{0,80}") {
            let words = text(&markup);
            proptest::prop_assert!(words.len() <= markup.len() * 2 + 8);
        }
    }
}
