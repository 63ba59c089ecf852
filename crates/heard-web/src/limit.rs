//! How often something may be tried: per account and per address, in memory, bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use heard_domain::time::Time;

/// Within this time tries are counted.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Beyond so many keys the oldest are forgotten: memory stays bounded whoever tries.
const MOST_KEYS: usize = 50_000;

/// Counts tries by key within a window of fifteen minutes.
#[derive(Debug, Default)]
pub struct Tries {
    seen: Mutex<HashMap<String, (Time, u32)>>,
}

impl Tries {
    /// Counts one more try; when there were `most` already, gives the seconds after which the next one is heard.
    pub fn count(&self, key: &str, most: u32, now: Time) -> Result<(), u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_KEYS {
            seen.retain(|_, (since, _)| now.0 - since.0 < WINDOW_MS);
            if seen.len() >= MOST_KEYS {
                seen.clear();
            }
        }
        let entry = seen.entry(key.to_owned()).or_insert((now, 0));
        if now.0 - entry.0.0 >= WINDOW_MS || now < entry.0 {
            *entry = (now, 0);
        }
        if entry.1 >= most {
            return Err(((entry.0.0 + WINDOW_MS - now.0) / 1000).max(1) as u64);
        }
        entry.1 += 1;
        Ok(())
    }

    /// Forgets the tries of a key: it was the right password.
    pub fn forget(&self, key: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_opens_again() {
        let tries = Tries::default();
        for _ in 0..3 {
            assert_eq!(tries.count("a", 3, Time(1_000)), Ok(()));
        }
        assert_eq!(tries.count("a", 3, Time(61_000)), Err(840));
        assert_eq!(tries.count("b", 3, Time(61_000)), Ok(()));
        assert_eq!(tries.count("a", 3, Time(1_000 + WINDOW_MS)), Ok(()));
    }

    #[test]
    fn memory_stays_bounded() {
        let tries = Tries::default();
        for n in 0..(MOST_KEYS + 10) {
            assert_eq!(tries.count(&n.to_string(), 1, Time(1)), Ok(()));
        }
        assert!(tries.seen.lock().unwrap().len() <= MOST_KEYS);
    }
}
