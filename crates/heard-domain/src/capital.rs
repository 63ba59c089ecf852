//! Words at the beginning of a sentence.

/// With a capital at the start; what has none stays as it is.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_any_length_become_capitals() {
        assert_eq!(
            [capital("late"), capital("über"), capital("ßen"), capital("9 lives"), capital("")],
            ["Late", "Über", "SSen", "9 lives", ""]
        );
    }
}
