//! Which texts train, which tune and which are only measured, where a set has no parts of its own.

use sha2::{Digest, Sha256};

/// Which part of a set a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Trains.
    Train,
    /// Sets thresholds and temperatures.
    Dev,
    /// Neither: only measured.
    Test,
}

/// The fifth whose SHA-256 is divisible by five is only measured, a tenth of the rest tunes.
pub fn part_of(text: &str) -> Part {
    let digest = Sha256::digest(text.as_bytes());
    // 256 leaves the remainder 1 when divided by 5, so the number leaves that of the sum of its bytes.
    if digest.iter().map(|b| u32::from(*b)).sum::<u32>() % 5 == 0 {
        Part::Test
    } else if digest.last().is_some_and(|b| b % 10 == 0) {
        Part::Dev
    } else {
        Part::Train
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_is_only_measured_and_its_choice_never_changes() {
        let parts: Vec<Part> = (0..1000).map(|i| part_of(&format!("text {i}"))).collect();
        let share = |part: Part| parts.iter().filter(|p| **p == part).count();
        assert!((160..240).contains(&share(Part::Test)) && (50..120).contains(&share(Part::Dev)));
        // sha256("") = e3b0…b855, which leaves 4 when divided by 5.
        assert_ne!(part_of(""), Part::Test);
    }
}
