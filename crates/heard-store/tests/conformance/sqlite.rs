//! The store on SQLite.

use std::path::Path;

use heard_store::store::Store;

pub fn open(folder: &Path) -> Store {
    Store::open(folder).unwrap()
}
