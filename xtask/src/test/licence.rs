//! Licence expressions as crates state them (SPDX, and the older `MIT/Apache-2.0`).

/// Whether the expression can be fulfilled with the licences allowed. Empty expressions never are.
pub fn fulfilled(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_ascii_whitespace().collect();
    let mut reading = Reading { words: &words, allowed };
    let fulfilled = reading.any();
    fulfilled && reading.words.is_empty()
}

struct Reading<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl Reading<'_> {
    fn next_is(&mut self, word: &str) -> bool {
        let is = self.words.first() == Some(&word);
        if is {
            self.words = self.words.get(1..).unwrap_or_default();
        }
        is
    }

    fn any(&mut self) -> bool {
        let mut fulfilled = self.all();
        while self.next_is("OR") {
            fulfilled |= self.all();
        }
        fulfilled
    }

    fn all(&mut self) -> bool {
        let mut fulfilled = self.one();
        while self.next_is("AND") {
            fulfilled &= self.one();
        }
        fulfilled
    }

    fn one(&mut self) -> bool {
        if self.next_is("(") {
            let inner = self.any();
            return self.next_is(")") && inner;
        }
        let Some((licence, rest)) = self.words.split_first() else { return false };
        self.words = rest;
        if self.next_is("WITH") {
            let Some((exception, rest)) = self.words.split_first() else { return false };
            self.words = rest;
            return self.allowed.contains(&format!("{licence} WITH {exception}").as_str());
        }
        self.allowed.contains(licence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_written() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-3-Clause"];
        for fine in
            ["MIT", "MIT OR GPL-3.0", "MIT/GPL-3.0", "(MIT OR GPL-3.0) AND BSD-3-Clause", "Apache-2.0 WITH LLVM-exception"]
        {
            assert!(fulfilled(fine, &allowed), "{fine}");
        }
        for not in ["", "GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR (MIT AND LGPL-2.1)", "MIT WITH x", "(MIT", "MIT MIT"] {
            assert!(!fulfilled(not, &allowed), "{not}");
        }
    }
}
