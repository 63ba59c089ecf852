//! A backup holds everything, comes back as it was on either database, and is refused when a bit of it is wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use heard_domain::directory::Company;
use heard_domain::scope::Scope;
use heard_domain::time::{Time, Zone};
use heard_store::backup::restore::{check, restore};
use heard_store::backup::shape::all_tables;
use heard_store::backup::write::{content, write};
use heard_store::sql::database::Database;
use heard_store::sql::migrate::newest;
use heard_store::store::Store;
use heard_store::tables::{company, cube, feedback};

use crate::conformance::made;

type Open<'a> = &'a dyn Fn(&Path) -> Store;

/// More rows than are read at once, and words of every kind.
fn filled(open: Open<'_>, folder: &Path) -> Store {
    let store = open(folder);
    made::company(&store);
    let rows: Vec<_> =
        (1..=2_345).map(|id| made::row(id, &format!("“words” \\ with \"quotes\",\r\n\u{1F980} number {id}"))).collect();
    store
        .write_now(&Scope::system(), move |tx| {
            feedback::insert_many(tx, &rows)?;
            company::save(tx, &Company { name: "Back & up".to_owned(), zone: Zone::UTC })
        })
        .unwrap();
    store
}

fn backed_up(store: &Store, to: &Path) -> String {
    let mut file = fs::File::create(to).unwrap();
    write(store.folder(), store.database(), Time(1_700_000_000_000), "test", &mut file).unwrap().content
}

pub fn a_backup_comes_back_as_it_was(open: Open<'_>) {
    let folder = tempfile::tempdir().unwrap();
    let (place, other) = (folder.path().join("backup.gz"), folder.path().join("other"));
    fs::create_dir(folder.path().join("data")).unwrap();
    let store = filled(open, &folder.path().join("data"));
    let before = backed_up(&store, &place);
    assert_eq!(content(store.folder(), store.database()).unwrap(), before, "the same content has the same hash");
    let database = Database::in_folder(&other);
    let restored = restore(&place, &other, &database, true).unwrap();
    assert_eq!((restored.trailer.content.as_str(), restored.trailer.rows["feedback"]), (before.as_str(), 2_345));
    assert!(restore(&place, &other, &database, true).unwrap_err().to_string().contains("already"));
    let back = Store::open(&other).unwrap();
    let look = |store: &Store| store.read_now(&Scope::system(), |view| Ok((cube::cells(view)?, company::get(view)?))).unwrap();
    assert_eq!(look(&back), look(&store));
    back.caught_up().unwrap();
    // It goes on from here: nothing is given a number twice.
    let more: Vec<_> = (3_000..3_010).map(|id| made::row(id, "later")).collect();
    back.write_now(&Scope::system(), move |tx| feedback::insert_many(tx, &more)).unwrap();
    back.caught_up().unwrap();
    assert_eq!(back.read_now(&Scope::system(), feedback::count).unwrap(), 2_355);
}

pub fn a_backup_that_is_wrong_in_any_place_is_refused(open: Open<'_>) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("backup.gz");
    fs::create_dir(folder.path().join("data")).unwrap();
    drop(backed_up(&filled(open, &folder.path().join("data")), &place));
    let whole = fs::read(&place).unwrap();
    check(&place).unwrap();
    let broken = folder.path().join("broken.gz");
    let (mut refused, tries) = (0, 120);
    for round in 0..tries {
        let mut bytes = whole.clone();
        // Behind the first ten bytes, of which some say only when and by what it was packed.
        let at = 10 + (bytes.len() - 11) * round / tries;
        match round % 3 {
            0 => bytes[at] ^= 1 << (round % 8),
            1 => bytes.truncate(at),
            _ => drop(bytes.drain(at..=at)),
        }
        fs::write(&broken, bytes).unwrap();
        let target = folder.path().join("target");
        let error = restore(&broken, &target, &Database::in_folder(&target), true).expect_err("a damaged backup was taken");
        assert!(!target.exists(), "something was written before the backup was checked: {error}");
        refused += 1;
    }
    assert_eq!(refused, tries);
    for (what, bytes) in
        [("foreign", b"id,text\n1,hello\n".to_vec()), ("empty", vec![]), ("twice", [&whole[..], &whole[..]].concat())]
    {
        fs::write(&broken, bytes).unwrap();
        assert!(check(&broken).is_err() || what == "twice", "{what}");
    }
}

pub fn every_table_and_column_is_known(open: Open<'_>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let db = store.database().reader().unwrap();
    let sql = match store.database() {
        Database::File(_) => {
            "SELECT s.name, c.name FROM sqlite_schema s JOIN pragma_table_info(s.name) c WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%'"
        }
        Database::Server(_) => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_schema = current_schema()"
        }
    };
    let mut there = BTreeSet::new();
    db.query(sql, &[], &mut |row| {
        there.insert((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        Ok(())
    })
    .unwrap();
    let tables = all_tables(newest()).unwrap();
    let known: BTreeSet<_> = tables.iter().flat_map(|t| t.columns.iter().map(|c| (t.name.clone(), c.clone()))).collect();
    assert_eq!(there, known);
}

/// From one database to the other and back: for those that have both.
#[allow(dead_code, reason = "only where there are two databases")]
pub fn round_trip(open: Open<'_>, on_server: &dyn Fn() -> Database) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    fs::create_dir(path("a")).unwrap();
    let store = filled(open, &path("a"));
    let first = backed_up(&store, &path("a.gz"));
    drop(store);
    let server = on_server();
    restore(&path("a.gz"), &path("b"), &server, true).unwrap();
    assert!(restore(&path("a.gz"), &path("b2"), &server, true).unwrap_err().to_string().contains("already"));
    let mut file = fs::File::create(path("b.gz")).unwrap();
    let second = write(&path("b"), &server, Time(0), "test", &mut file).unwrap().content;
    restore(&path("b.gz"), &path("c"), &Database::in_folder(&path("c")), true).unwrap();
    let third = content(&path("c"), &Database::in_folder(&path("c"))).unwrap();
    assert_eq!((&first, &second), (&second, &third));
    // The references between tables are back in place, and the server's store opens and counts.
    let store = Store::open_on(&path("b"), &server).unwrap();
    assert_eq!(store.read_now(&Scope::system(), feedback::count).unwrap(), 2_345);
    let loose = made::row_at(9_999, 77, "at a post that is not there");
    assert!(store.write_now(&Scope::system(), move |tx| feedback::insert_many(tx, &[loose])).is_err());
}
