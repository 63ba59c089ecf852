//! Alerting: whoever listens hears at once what somebody on duty is told.

use std::sync::Arc;

use heard_domain::alert::Alert;
use heard_domain::id::{IdMaker, JobId, UserId};
use heard_domain::job::Job;
use heard_domain::scope::{Actor, Scope};
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;
use tokio::sync::broadcast;

/// How many alerts somebody may fall behind: what is missed stands in the store.
const RING: usize = 256;

/// An alert and for whom it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The alert.
    pub alert: Alert,
    /// The users who are told.
    pub users: Vec<UserId>,
}

impl Told {
    /// Whether somebody is told: a user if it is for them, a program if it may see cases; both only of what is in their sight.
    pub fn is_for(&self, scope: &Scope) -> bool {
        let theirs = match scope.actor {
            Actor::User(user) => self.users.contains(&user),
            Actor::Token(_) | Actor::System => true,
        };
        theirs && scope.may(Grant::ReadCases) && scope.sees(self.alert.post)
    }
}

/// Keeps an alert for these users, and with it that the receivers which want it are told. What is given back is told live once the
/// write is durable.
pub(crate) fn keep(tx: &mut Tx, ids: &IdMaker, alert: Alert, users: Vec<UserId>) -> Result<Told, StoreError> {
    tables::alert::add(tx, &alert, &users)?;
    for receiver in tables::receiver::list(tx)?.into_iter().filter(|receiver| receiver.wants(alert.kind)) {
        let job = Job::Notify { receiver: receiver.id, alert: alert.id, tries: 0 };
        tables::job::add(tx, JobId(ids.next(alert.at)), &job, alert.at)?;
    }
    Ok(Told { alert, users })
}

/// Those who listen for alerts.
pub(crate) struct Alerting {
    ring: broadcast::Sender<Arc<Told>>,
}

impl Default for Alerting {
    fn default() -> Self {
        Self { ring: broadcast::Sender::new(RING) }
    }
}

impl Alerting {
    /// Hears what comes from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<Told>> {
        self.ring.subscribe()
    }

    /// Tells all who listen; that nobody does is no failure.
    pub(crate) fn tell(&self, told: impl IntoIterator<Item = Told>) {
        for one in told {
            let _ = self.ring.send(Arc::new(one));
        }
    }
}
