//! A record: the cells of one row of a file, before anybody knows what they mean.

use heard_domain::import::BadRow;

/// A row longer than this is not taken: a verbatim may have 1 MiB, and a torn quote must not swallow a file.
pub const LONGEST_ROW: usize = 4 << 20;

/// The most columns that a file may have.
pub const MOST_COLUMNS: usize = 2000;

/// The cells of one row. Reused from row to row.
#[derive(Debug, Default, Clone)]
pub struct Record {
    /// The row, from 1 for the first under the header.
    pub row: u64,
    /// The line on which it starts, from 1.
    pub line: u64,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// How many cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A cell; empty where there is none.
    pub fn cell(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// Whether every cell is empty.
    pub fn blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Takes the room for new cells.
    pub fn take_room(&mut self) -> (Vec<u8>, Vec<usize>) {
        let (mut text, mut ends) = (std::mem::take(&mut self.text).into_bytes(), std::mem::take(&mut self.ends));
        text.clear();
        ends.clear();
        (text, ends)
    }

    /// Puts cells in; an error gives the place of the cell with a byte that is no letter, and a sample of it.
    pub fn put(&mut self, text: Vec<u8>, ends: Vec<usize>) -> Result<(), (usize, String)> {
        match String::from_utf8(text) {
            Ok(text) => {
                self.text = text;
                self.ends = ends;
                Ok(())
            }
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                let (column, cell) = cell_at(e.as_bytes(), &ends, at);
                Err((column, sample(cell)))
            }
        }
    }

    /// Keeps only the first cells.
    pub fn truncate(&mut self, cells: usize) {
        self.ends.truncate(cells);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }
}

/// What is wrong with a row, before its column has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The row, from 1.
    pub row: u64,
    /// The line on which it starts, from 1.
    pub line: u64,
    /// The column, from 0, if one can be named.
    pub column: Option<usize>,
    /// What is wrong and what is expected.
    pub reason: String,
    /// The beginning of what stands there.
    pub sample: String,
}

impl Flaw {
    /// With the column's name.
    pub fn named(self, columns: &[String]) -> BadRow {
        let column = self.column.map(|c| columns.get(c).cloned().unwrap_or_else(|| format!("Column {}", c + 1)));
        BadRow { row: self.row, line: self.line, column: column.unwrap_or_default(), reason: self.reason, sample: self.sample }
    }
}

/// The cell in which a byte stands.
pub fn cell_at<'a>(text: &'a [u8], ends: &[usize], at: usize) -> (usize, &'a [u8]) {
    let column = ends.iter().position(|end| at < *end).unwrap_or(0);
    let start = column.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(column).copied().unwrap_or(text.len());
    (column, text.get(start..end).unwrap_or_default())
}

/// The beginning of some bytes, at most 120 characters, with everything visible that would not be.
pub fn sample(bytes: &[u8]) -> String {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(500)).unwrap_or_default());
    let mut out: String = start.chars().take(119).map(visible).collect();
    if start.chars().nth(119).is_some() || bytes.len() > 500 {
        out.push('…');
    }
    out
}

fn visible(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('␀'),
        '\u{7f}' => '␡',
        // Marks that turn the direction of writing around would reach beyond the sample.
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_put_in() {
        let mut record = Record::default();
        assert_eq!(record.put(b"onetwo".to_vec(), vec![3, 3, 6]), Ok(()));
        assert_eq!(record.cells().collect::<Vec<_>>(), ["one", "", "two"]);
        assert_eq!(record.cell(9), "");
        record.truncate(2);
        assert_eq!(record.cells().collect::<Vec<_>>(), ["one", ""]);
        assert_eq!(record.put(b"ok\xFF".to_vec(), vec![2, 3]), Err((1, "\u{fffd}".to_owned())));
    }

    #[test]
    fn samples_show_what_hides() {
        assert_eq!(sample(b"a\0b\r\n\xE2\x80\xAEc"), "a␀b␍␊\u{fffd}c");
        assert_eq!(sample("ä".repeat(400).as_bytes()).chars().count(), 120);
    }
}
