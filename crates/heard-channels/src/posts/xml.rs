//! A watch over the bytes of XML on their way to a reader: what would make the reader hold more than it should is refused,
//! before it sees any of it. Not a parser: it is stricter than XML, as programs that write workbooks are.

/// The longest text between two tags, and the longest tag, in bytes: a cell of a spreadsheet has at most 32,767 characters.
const LONGEST: usize = 1 << 20;

/// The deepest nesting.
const DEEPEST: usize = 64;

/// So much of a tag is kept, in bytes.
const KEPT: usize = 4096;

/// Texts of one cell or one entry lie deeper than this.
const CELL_DEPTH: usize = 3;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Tag,
    /// Within quotes of a tag.
    Quoted(u8),
}

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Watch {
    /// Entries (`<si`) that were begun.
    pub texts: u64,
    /// How many the part says it has.
    pub promised: u64,
    state: State,
    /// Bytes of the text or tag in hand; of a tag only the beginning is kept.
    length: usize,
    tag: Vec<u8>,
    last: u8,
    depth: usize,
    /// Bytes of text within the cell in hand.
    cell: usize,
}

impl Watch {
    /// Looks at the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        for byte in bytes {
            self.length += 1;
            if self.length > LONGEST || self.cell > LONGEST {
                return Err("has a text or tag longer than 1 MiB");
            }
            match (self.state, byte) {
                (State::Text, b'<') => {
                    self.state = State::Tag;
                    self.length = 0;
                    self.tag.clear();
                }
                (State::Text, _) => self.cell += 1,
                (State::Tag | State::Quoted(_), b'<') => return Err("is no XML"),
                (State::Tag, b'>') => self.close()?,
                (State::Tag, b'"' | b'\'') => {
                    self.state = State::Quoted(*byte);
                    self.keep(*byte);
                }
                (State::Quoted(quote), byte) => {
                    if *byte == quote {
                        self.state = State::Tag;
                    }
                    self.keep(*byte);
                }
                (State::Tag, byte) => self.keep(*byte),
            }
            self.last = *byte;
        }
        Ok(())
    }

    fn keep(&mut self, byte: u8) {
        if self.tag.len() < KEPT {
            self.tag.push(byte);
        }
    }

    fn close(&mut self) -> Result<(), &'static str> {
        self.state = State::Text;
        self.length = 0;
        match self.tag.first() {
            Some(b'?') => return Ok(()),
            // Comments, sections and definitions are buffered whole by readers, and no program writes them into cells.
            Some(b'!') => return Err("has definitions, sections or comments, which no spreadsheet needs"),
            Some(b'/') => {
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {
                let name = self.tag.split(|b| b.is_ascii_whitespace() || *b == b'/').next().unwrap_or_default();
                let local = name.rsplit(|b| *b == b':').next().unwrap_or_default();
                self.texts += u64::from(local == b"si");
                if local == b"sst" {
                    self.promised = self.promised.max(promised(&self.tag)?);
                }
                if self.last != b'/' {
                    self.depth += 1;
                }
                if self.depth > DEEPEST {
                    return Err("is nested too deeply");
                }
            }
        }
        if self.depth <= CELL_DEPTH {
            self.cell = 0;
        }
        Ok(())
    }
}

/// The number of entries a part promises: readers make room for them at once. What cannot be told for sure is refused.
fn promised(tag: &[u8]) -> Result<u64, &'static str> {
    const UNSURE: &str = "does not say plainly how many texts it has";
    if tag.len() >= KEPT {
        return Err(UNSURE);
    }
    let tag = String::from_utf8_lossy(tag);
    let mut most = 0;
    for rest in tag.split("uniqueCount").skip(1) {
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start).unwrap_or_default();
        let number = value.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
        most = most.max(number.trim().parse().map_err(|_| UNSURE)?);
    }
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(text: &str) -> Result<Watch, &'static str> {
        let mut watch = Watch::default();
        for piece in text.as_bytes().chunks(7) {
            watch.feed(piece)?;
        }
        Ok(watch)
    }

    #[test]
    fn ordinary_parts_pass_and_bombs_do_not() {
        let sound = "<?xml version=\"1.0\"?><sst count=\"3\" uniqueCount=\"2\"><si><t>a</t></si><si><t xml:space='preserve'> > </t></si></sst>";
        let seen = watch(sound).unwrap();
        assert_eq!((seen.texts, seen.promised, seen.depth), (2, 2, 0));
        let long = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(LONGEST + 9));
        let runs = format!("<a><b><c><d><e>{}</e></d></c></b></a>", format!("<r>{}</r>", "x".repeat(LONGEST / 2)).repeat(3));
        let deep = "<a>".repeat(DEEPEST + 1);
        for bomb in [
            long.as_str(),
            &runs,
            &deep,
            "<!DOCTYPE x [<!ENTITY y \"z\">]><a/>",
            "<a><![CDATA[x]]></a>",
            "<a <b>",
            "<a x=\"<\">",
            "<sst uniqueCount=\"many\">",
        ] {
            assert!(watch(bomb).is_err(), "{}", bomb.get(..30).unwrap_or(bomb));
        }
    }
}
