//! The command line: what is misuse, what fails, what stands on which output.

use std::fs;

use crate::folder::{Folder, data_sets, program, rows};

#[test]
fn misuse_ends_with_2_and_failure_with_1() {
    let folder = Folder::new();
    for misuse in [
        &["fly"][..],
        &["serve", "--lisen", "x"],
        &["import"],
        &["token", "add", "x"],
        &["token", "add", "x", "--scope", "everything"],
        &["user", "add", "a@example.com", "--name", "A", "--role", "boss"],
    ] {
        let done = folder.run(misuse);
        assert_eq!(done.status.code(), Some(2), "{misuse:?}");
        assert!(done.stdout.is_empty() && !done.stderr.is_empty(), "{misuse:?}");
    }
    for failure in [
        &["import", "not-there.csv"][..],
        &["serve", "--listen", "nowhere"],
        &["--config", "not-there.toml", "token", "list"],
        &["query", "happiness"],
    ] {
        let done = folder.run(failure);
        assert_eq!(done.status.code(), Some(1), "{failure:?}: {}", String::from_utf8_lossy(&done.stderr));
        assert!(done.stdout.is_empty() && !done.stderr.is_empty(), "{failure:?}");
    }
}

#[test]
fn it_says_what_it_is() {
    let help = program().arg("--help").output().unwrap();
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).unwrap();
    for command in ["serve", "demo", "import", "reindex", "query", "user", "token"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in the help:\n{help}");
    }
    let version = program().arg("--version").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&version.stdout).trim(), format!("heard {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_setting_that_nobody_knows_is_refused() {
    let folder = Folder::new();
    let done = folder.heard(&["token", "list"]).env("HEARD_WEB_LISSTEN", "x").output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("HEARD_WEB_LISSTEN"));
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let folder = Folder::new();
    let file = folder.file("export.csv", rows(60));
    folder.tell(&["import", "--json", file.to_str().unwrap()]);
    let count = || folder.number("SELECT count(*) FROM feedback");
    assert_eq!(count(), 60);
    folder.tell(&["import", "--json", file.to_str().unwrap()]);
    assert_eq!(count(), 60);
    // The same rows under another name, with more of them: only the new ones come in.
    let longer = folder.file("a longer export.csv", rows(75));
    folder.tell(&["import", "--json", longer.to_str().unwrap()]);
    assert_eq!(count(), 75);
    // An edited row is a revision, never a second feedback.
    let edited = folder.file("edited.csv", rows(75).replace("It was late, number 0", "It was very late, number 0"));
    folder.tell(&["import", "--json", edited.to_str().unwrap()]);
    assert_eq!((count(), folder.number("SELECT count(*) FROM feedback_revision")), (75, 1));
    folder.assert_whole();
}

#[test]
fn a_preview_brings_in_nothing() {
    let folder = Folder::new();
    let file = folder.file("export.csv", rows(20));
    let shown = folder.run(&["import", "--preview", file.to_str().unwrap()]);
    let talk = String::from_utf8_lossy(&shown.stderr);
    assert!(shown.status.success() && talk.contains("created = time") && talk.contains("text = text"), "{talk}");
    assert_eq!(folder.number("SELECT count(*) FROM feedback"), 0);
}

#[test]
fn real_files_come_in_without_help_and_without_losing_a_row() {
    let Some(sets) = data_sets() else { return };
    let folder = Folder::new();
    // The first 3,000 comments and all complaints: whole files take minutes without optimisation.
    let tweets = fs::read_to_string(sets.join("airline/tweets.csv")).unwrap();
    let complaints = sets.join("cfpb/complaints.csv");
    let tweets = folder.file("tweets.csv", first_records(&tweets, 3_000));
    folder.tell(&["import", "--json", "--starter", "airline", tweets.to_str().unwrap()]);
    assert_eq!(folder.number("SELECT count(*) FROM feedback"), 3_000);
    folder.tell(&["import", "--json", complaints.to_str().unwrap()]);
    assert_eq!(folder.number("SELECT count(*) FROM feedback"), 3_000 + 2_067);
    // The file of complaints itself ends inside a row; that one is named, and all others are in.
    let torn = "SELECT count(*) FROM bad_row WHERE body LIKE '%2068%' AND body LIKE '%never closed%'";
    assert_eq!((folder.number("SELECT sum(bad) FROM import"), folder.number(torn)), (1, 1));
    folder.assert_whole();
}

/// The header and the first records of a file with quoted line breaks.
fn first_records(file: &str, count: usize) -> String {
    let (mut quoted, mut records) = (false, 0);
    let end = file.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        records += usize::from(*c == '\n' && !quoted);
        records > count
    });
    file.get(..end.map_or(file.len(), |(at, _)| at + 1)).unwrap().to_owned()
}
