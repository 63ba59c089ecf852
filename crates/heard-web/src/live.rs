//! What arrives, told at once: one tail of the outbox for the whole program, and everybody who listens to it.
//!
//! The number of a row in the outbox is the number of the event. Who listens takes a [`Seat`]: the seat hears from now on, so
//! that whoever first reads what is older and then listens misses nothing. A batch is shared by all; a seat keeps only its place
//! in the ring, and who falls behind by the whole ring loses the seat and goes on by number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use heard_domain::scope::{Actor, Scope};
use heard_flow::flow::Flow;
use heard_store::tables;
use heard_store::tables::outbox::Change;
use tokio::sync::{OnceCell, broadcast, watch};

use crate::arrival::{Told, arrivals};
use crate::problem::{Problem, ProblemCode};

/// Bounds of the stream.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most who listen at once with one user's or token's rights.
    pub per_actor: usize,
    /// The most who listen at once.
    pub total: usize,
    /// After so long without news a sign of life is sent, and whether session or token still hold is looked up.
    pub heartbeat: Duration,
    /// Who takes nothing for so long is dropped.
    pub patience: Duration,
    /// How many batches somebody may fall behind.
    pub ring: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        let (heartbeat, patience) = (Duration::from_secs(15), Duration::from_secs(20));
        Self { per_actor: 8, total: 2_000, heartbeat, patience, ring: 64 }
    }
}

/// How many rows of the outbox make a batch at most.
pub const BATCH: usize = 200;
/// Between two batches others may come in: fewer, larger batches cost everybody less, and nobody sees a twentieth of a second.
const GATHER: Duration = Duration::from_millis(50);
/// After a failed look the tail tries again.
const AGAIN: Duration = Duration::from_millis(250);

/// Changes that came together.
pub struct Batch {
    /// Oldest first.
    pub changes: Vec<Change>,
    /// The last number in it.
    pub last: i64,
    told: OnceCell<Told>,
}

impl Batch {
    /// What programs are told: looked up once, by the first who needs it.
    pub async fn told(&self, flow: &Flow) -> Result<&Told, heard_store::error::StoreError> {
        self.told.get_or_try_init(|| async { Ok(Told::new(arrivals(flow, &self.changes).await?)) }).await
    }
}

#[derive(Default)]
struct Taken {
    tail: Option<broadcast::Sender<Arc<Batch>>>,
    seats: HashMap<(u8, i64), usize>,
    total: usize,
}

/// All who listen.
pub struct Live {
    /// Its bounds.
    pub bounds: Bounds,
    taken: Mutex<Taken>,
    closing: watch::Sender<bool>,
}

fn key(actor: Actor) -> (u8, i64) {
    match actor {
        Actor::User(id) => (0, id.0),
        Actor::Token(id) => (1, id.0),
        Actor::System => (2, 0),
    }
}

/// A place among those who listen; given back when it is dropped.
pub struct Seat {
    /// News from the moment the seat was taken.
    pub news: broadcast::Receiver<Arc<Batch>>,
    /// Turns true when Heard stops.
    pub closing: watch::Receiver<bool>,
    live: Weak<Live>,
    key: (u8, i64),
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(live) = self.live.upgrade() else { return };
        let mut taken = live.taken();
        taken.total = taken.total.saturating_sub(1);
        let left = taken.seats.get(&self.key).map_or(0, |seats| seats.saturating_sub(1));
        if left == 0 {
            taken.seats.remove(&self.key);
        } else {
            taken.seats.insert(self.key, left);
        }
    }
}

impl Live {
    /// Nobody listens yet.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, taken: Mutex::default(), closing: watch::Sender::default() }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many listen.
    pub fn listening(&self) -> usize {
        self.taken().total
    }

    /// Heard stops: everybody is told where to go on, and sent away.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Takes a seat. The first who does starts the tail, and it ends with the last.
    pub fn sit(self: &Arc<Self>, flow: &Arc<Flow>, scope: &Scope) -> Result<Seat, Problem> {
        let key = key(scope.actor);
        let mut taken = self.taken();
        if *self.closing.borrow() {
            return Err(Problem::new(ProblemCode::Busy, "Heard is stopping: try again in a moment").after(5));
        }
        let own = taken.seats.get(&key).copied().unwrap_or(0);
        if own >= self.bounds.per_actor {
            let words = format!("{own} streams are open with these rights, which is all there may be: close one, then try again");
            return Err(Problem::new(ProblemCode::TooManyRequests, words).after(30));
        }
        if taken.total >= self.bounds.total {
            return Err(Problem::new(ProblemCode::Busy, "as many listen as there is room for: try again later").after(60));
        }
        taken.seats.insert(key, own + 1);
        taken.total += 1;
        let news = if let Some(tail) = &taken.tail {
            tail.subscribe()
        } else {
            let (tail, news) = broadcast::channel(self.bounds.ring);
            taken.tail = Some(tail.clone());
            // Everything up to here is there to be read by whoever sits; what comes later is the tail's.
            let seen = flow.store.bell().sequence();
            tokio::spawn(follow(Arc::clone(self), Arc::clone(flow), tail, seen));
            news
        };
        Ok(Seat { news, closing: self.closing.subscribe(), live: Arc::downgrade(self), key })
    }

    /// Whether the tail may end: nobody listens. From then on a new one is started for who comes next.
    fn deserted(&self, tail: &broadcast::Sender<Arc<Batch>>) -> bool {
        let mut taken = self.taken();
        let deserted = tail.receiver_count() == 0;
        if deserted {
            taken.tail = None;
        }
        deserted
    }
}

/// Waits until Heard stops.
pub async fn closed(closing: &mut watch::Receiver<bool>) {
    // Whoever tells it going away means the same.
    let _ = closing.wait_for(|closing| *closing).await;
}

/// The tail: looks into the outbox whenever the bell is rung, once for all.
async fn follow(live: Arc<Live>, flow: Arc<Flow>, tail: broadcast::Sender<Arc<Batch>>, mut seen: i64) {
    let (mut bell, mut closing) = (flow.store.bell().listen(), live.closing.subscribe());
    loop {
        let rung = flow.store.bell().sequence();
        let looked = flow.store.read(&Scope::system(), move |view| tables::outbox::changes(view, seen, BATCH)).await;
        let pause = match looked {
            Ok(changes) if changes.is_empty() => {
                seen = seen.max(rung);
                None
            }
            Ok(changes) => {
                seen = changes.last().map_or(seen, |last| last.sequence);
                // That nobody listens any more is seen below.
                let _ = tail.send(Arc::new(Batch { changes, last: seen, told: OnceCell::new() }));
                Some(GATHER)
            }
            Err(error) => {
                tracing::warn!(%error, "the stream cannot look into the outbox");
                Some(AGAIN)
            }
        };
        if live.deserted(&tail) {
            return;
        }
        let rested = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                // Looked after now and then all the same, so that the tail ends when nobody listens.
                None => drop(tokio::time::timeout(live.bounds.heartbeat, bell.wait_for(|rung| *rung > seen)).await),
            }
        };
        tokio::select! {
            () = rested => {}
            () = closed(&mut closing) => {
                live.taken().tail = None;
                return;
            }
        }
    }
}
