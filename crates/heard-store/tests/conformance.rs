//! What every database under the store must do. A second one joins by a file beside `sqlite.rs` and one more line at the end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance {
    pub mod hear;
    pub mod made;
    pub mod sqlite;
}

macro_rules! suite {
    ($name:ident, $open:path, [$($test:path as $test_name:ident),+ $(,)?]) => {
        mod $name {
            use crate::conformance::hear;

            $(#[test]
            fn $test_name() {
                $test(&$open);
            })+
        }
    };
}

macro_rules! conformance {
    ($name:ident, $open:path) => {
        suite!(
            $name,
            $open,
            [
                hear::what_was_kept_comes_back as what_was_kept_comes_back,
                hear::the_same_key_adds_one as the_same_key_adds_one,
                hear::a_failing_write_leaves_the_others_intact as a_failing_write_leaves_the_others_intact,
            ]
        );
    };
}

conformance!(on_sqlite, crate::conformance::sqlite::open);
