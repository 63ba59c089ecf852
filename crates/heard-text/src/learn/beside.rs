//! Work side by side: on as many cores as there are, with results in the order of what was given, so that they are the same on
//! every machine.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// More threads than this are never begun: answering pages goes on beside it.
const MOST: usize = 4;

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST)
}

/// Does the same to each, side by side; results in the order of `of`.
pub fn beside<T: Sync, R: Send>(of: &[T], does: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = of.get(at) else { return done };
            done.push((at, does(one)));
        }
    };
    let threads = cores().min(of.len());
    let mut all: Vec<(usize, R)> = if threads < 2 {
        work()
    } else {
        thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        })
    };
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

/// The same, changing each.
pub fn beside_mut<T: Send, R: Send>(of: &mut [T], does: impl Fn(&mut T) -> R + Sync) -> Vec<R> {
    let of: Vec<Mutex<&mut T>> = of.iter_mut().map(Mutex::new).collect();
    beside(&of, |one| does(&mut one.lock().unwrap_or_else(PoisonError::into_inner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order() {
        let numbers: Vec<usize> = (0..1000).collect();
        assert_eq!(beside(&numbers, |n| n * 2), numbers.iter().map(|n| n * 2).collect::<Vec<_>>());
        let mut changed = numbers.clone();
        assert_eq!(beside_mut(&mut changed, |n| std::mem::replace(n, *n + 1)), numbers);
        assert_eq!(changed, (1..1001).collect::<Vec<_>>());
        assert!(beside(&[] as &[u8], |n| *n).is_empty());
    }
}
