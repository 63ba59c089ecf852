//! Receivers: other systems that are told of alerts, each delivery signed (Standard Webhooks).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alert::AlertKind;
use crate::id::ReceiverId;
use crate::time::Time;

/// The longest address, in bytes.
pub const LONGEST_ADDRESS: usize = 500;

/// After a delivery that failed, the next try comes so many seconds later; after the last of them it is given up. The schedule that
/// the Standard Webhooks specification recommends: <https://github.com/standard-webhooks/standard-webhooks>.
pub const WAITS_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Another system that is told of alerts. Its secret is shown once, when it is made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receiver {
    /// Its identifier.
    pub id: ReceiverId,
    /// What it is for, unique, 1-60 characters.
    pub name: String,
    /// Where deliveries go: `https://…`.
    pub address: String,
    /// Of which alerts it is told; empty: of all.
    pub kinds: Vec<AlertKind>,
    /// Whether it is told.
    pub on: bool,
    /// Since when it is there.
    pub since: Time,
    /// When a delivery was last taken.
    pub delivered: Option<Time>,
    /// When one last failed.
    pub failed: Option<Time>,
    /// Why; `None` where the last one was taken.
    pub failure: Option<String>,
}

impl Receiver {
    /// Whether it is told of alerts of this kind.
    pub fn wants(&self, kind: AlertKind) -> bool {
        self.on && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }
}

/// In how many milliseconds a delivery is tried again that was tried `tries` times before and failed once more; `chance` spreads the
/// tries of many over a tenth more. `None`: it is given up.
pub fn wait_ms(tries: u32, chance: u8) -> Option<i64> {
    let seconds = WAITS_S.get(usize::try_from(tries).ok()?)?;
    Some(seconds * 1_000 + seconds * 100 * i64::from(chance) / 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_later_and_later_and_end() {
        let waits: Vec<i64> = (0..).map_while(|tries| wait_ms(tries, 0)).collect();
        assert_eq!(waits.len(), 9);
        assert!(waits.windows(2).all(|two| two[0] < two[1]), "{waits:?}");
        assert_eq!((wait_ms(0, 0), wait_ms(0, 255), wait_ms(9, 0)), (Some(5_000), Some(5_500), None));
        // Three days in all: who was away for a weekend has missed nothing.
        assert!(waits.iter().sum::<i64>() > 3 * 86_400_000);
    }

    #[test]
    fn it_is_told_of_what_it_wants() {
        let mut receiver = Receiver {
            id: ReceiverId(1),
            name: "Pager".into(),
            address: "https://pager.example/in".into(),
            kinds: vec![],
            on: true,
            since: Time(0),
            delivered: None,
            failed: None,
            failure: None,
        };
        assert!(AlertKind::ALL.iter().all(|kind| receiver.wants(*kind)));
        receiver.kinds = vec![AlertKind::Here];
        assert!(receiver.wants(AlertKind::Here) && !receiver.wants(AlertKind::Late));
        receiver.on = false;
        assert!(!receiver.wants(AlertKind::Here));
    }
}
