//! The store on SQLite, put through what every database under it must do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use heard_store::store::Store;

#[macro_use]
mod conformance {
    #[macro_use]
    pub mod suite;
    pub mod audit;
    pub mod company;
    pub mod cubes;
    pub mod hear;
    pub mod made;
    pub mod outbox;
    pub mod people;
    pub mod readings;
    pub mod work;
}

fn open(folder: &Path) -> Store {
    Store::open(folder).unwrap()
}

suite!(open);
