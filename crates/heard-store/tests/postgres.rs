//! The store on `PostgreSQL`, put through what every database under it must do.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::Path;

use heard_store::sql::database::Database;
use heard_store::store::Store;

#[macro_use]
mod conformance {
    #[macro_use]
    pub mod suite;
    pub mod company;
    pub mod cubes;
    pub mod hear;
    pub mod made;
    pub mod outbox;
    pub mod people;
    pub mod readings;
    pub mod work;
}
mod server {
    pub mod postgres;
}

/// The database of a folder: a test that opens its folder again finds its data again.
fn open(folder: &Path) -> Store {
    let noted = folder.join("database.url");
    let url = std::fs::read_to_string(&noted).unwrap_or_else(|_| {
        let database = server::postgres::Database::new();
        let url = database.url.clone();
        std::fs::write(&noted, &url).unwrap();
        // It goes with the server.
        std::mem::forget(database);
        url
    });
    Store::open_on(folder, &Database::at(&url).unwrap()).unwrap()
}

suite!(open);
