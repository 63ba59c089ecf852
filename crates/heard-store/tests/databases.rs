//! The store on SQLite and on `PostgreSQL`, put through what every database under it must do.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::Path;

use heard_store::sql::database::Database;
use heard_store::store::Store;

#[macro_use]
mod conformance {
    #[macro_use]
    pub mod suite;
    pub mod arranged;
    pub mod audit;
    pub mod backup;
    pub mod cadence;
    pub mod cases;
    pub mod company;
    pub mod couriers;
    pub mod cubes;
    pub mod gathered;
    pub mod hear;
    pub mod issues;
    pub mod learning;
    pub mod made;
    pub mod operations;
    pub mod outbox;
    pub mod people;
    pub mod posts;
    pub mod promised;
    pub mod readings;
    mod statements;
    pub mod together;
    pub mod told;
    pub mod work;
}

mod server {
    pub mod postgres;
}
mod lost {
    mod connection;
}

mod on_sqlite {
    use std::path::Path;

    use heard_store::store::Store;

    fn open(folder: &Path) -> Store {
        Store::open(folder).unwrap()
    }

    suite!(open);
}

mod on_postgres {
    use std::path::Path;

    use heard_store::store::Store;

    use crate::server::postgres;

    fn open(folder: &Path) -> Store {
        postgres::store(folder)
    }

    suite!(open);
}

#[test]
fn a_backup_goes_from_one_database_to_the_other_and_back() {
    let in_folder = |folder: &Path| Store::open(folder).unwrap();
    conformance::backup::round_trip(&in_folder, &|| {
        let database = server::postgres::Database::new();
        let on_server = Database::at(&database.url).unwrap();
        // It goes with the server.
        std::mem::forget(database);
        on_server
    });
}
