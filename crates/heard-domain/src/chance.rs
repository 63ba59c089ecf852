//! Where chance comes from: an argument everywhere, so that tests decide what is drawn.

/// A source of random bytes.
pub trait Chance: Send + Sync {
    /// Fills `bytes` with random bytes; unguessable outside tests.
    fn fill(&self, bytes: &mut [u8]);
}
