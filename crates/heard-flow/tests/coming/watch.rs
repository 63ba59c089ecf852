//! A watched folder: what is known how to understand comes in by itself, the rest waits; nothing is lost, taken twice or
//! taken half.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use heard_domain::import::{Import, ImportState};
use heard_domain::scope::Scope;
use heard_flow::flow::Flow;
use heard_flow::hear::import::{cancel, confirm, list};
use heard_flow::hear::watch::{Watch, Watcher};
use heard_flow::work;
use heard_store::tables;

use crate::common;

const KNOWN: &str = "Review Id,Review Created (UTC),Review Consumer User Id,Review Title,Review Content,Review Stars,Source Of Review,Review Language,Domain URL,Webshop Name,Business Unit Id,Tags,Company Reply Date (UTC),Location Name,Location Id\nr1,2026-03-01,u1,Good,Lovely crew and food,5,organic,en,x.org,X,b1,,,,\n";
const UNKNOWN: &str = "id,date,comment\nr1,2026-03-01,The crew was lovely and kind\nr2,2026-03-02,My bag never came at all\n";

fn watch(folder: &Path, post: Option<&str>) -> Watcher {
    Watcher::new(vec![Watch { folder: folder.to_owned(), post: post.map(str::to_owned), template: None }])
}

async fn looked(watcher: &mut Watcher, flow: &Arc<Flow>, times: usize) {
    for _ in 0..times {
        watcher.look(flow).await;
        work::drain(flow).await.expect("the work is done");
    }
}

async fn imports(flow: &Flow) -> Vec<Import> {
    list(flow, &Scope::system(), 99).await.expect("a list")
}

async fn heard(flow: &Flow) -> u64 {
    flow.store.read(&Scope::system(), tables::feedback::count).await.expect("a count")
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_is_emptied_and_nothing_is_lost() {
    let (data, watched) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let flow = common::flow(data.path());
    let folder = watched.path();
    let mut watcher = watch(folder, Some("Shop"));
    fs::write(folder.join("reviews.csv"), KNOWN).expect("a file");
    fs::write(folder.join("other.csv"), UNKNOWN).expect("a file");
    fs::write(folder.join("half.csv.part"), KNOWN).expect("a file");
    fs::write(folder.join(".hidden.csv"), KNOWN).expect("a file");
    fs::write(folder.join("empty.csv"), "").expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link.csv")).expect("a link");

    watcher.look(&flow).await;
    assert!(imports(&flow).await.is_empty(), "a file that may still grow is left alone");
    // Killed and started again: what was seen is forgotten, what was taken is not.
    looked(&mut watcher, &flow, 1).await;
    let mut watcher = watch(folder, Some("Shop"));
    looked(&mut watcher, &flow, 3).await;
    assert_eq!(heard(&flow).await, 1);
    assert_eq!(names(&folder.join("done")), ["reviews.csv"]);
    assert_eq!(names(&folder.join("failed")), ["empty.csv", "empty.csv.reason.txt"]);
    let left = names(folder);
    assert!(left.contains(&"other.csv".to_owned()) && left.contains(&"half.csv.part".to_owned()), "{left:?}");
    assert!(flow.directory().posts.iter().any(|post| post.name == "Shop"));

    // It waits for a person; once confirmed it comes in and is put away.
    let waiting: Vec<Import> = imports(&flow).await.into_iter().filter(|i| i.state == ImportState::Preview).collect();
    assert_eq!(waiting.len(), 1);
    assert!(waiting[0].source.as_deref().is_some_and(|source| source.ends_with("other.csv")));
    confirm(&flow, &Scope::system(), waiting[0].id, waiting[0].mapping.clone(), None).await.expect("it is confirmed");
    looked(&mut watcher, &flow, 2).await;
    assert_eq!((heard(&flow).await, names(&folder.join("done")).len()), (3, 2));

    // The same bytes again add nothing; a name that is taken is given another; a shape that was confirmed comes in by itself.
    fs::write(folder.join("reviews.csv"), KNOWN).expect("a file");
    fs::write(folder.join("next.csv"), UNKNOWN.replace("r1,", "r7,")).expect("a file");
    looked(&mut watcher, &flow, 4).await;
    assert_eq!(names(&folder.join("done")), ["next.csv", "other.csv", "reviews (2).csv", "reviews.csv"]);
    assert_eq!(heard(&flow).await, 5, "the next file goes to the post of its folder, where both rows are new");

    // A file that a person throws away is not lost either.
    fs::write(folder.join("strange.csv"), "a,b\nx y z w,2026-03-01\n").expect("a file");
    looked(&mut watcher, &flow, 2).await;
    let waiting = imports(&flow).await.into_iter().find(|import| import.state == ImportState::Preview).expect("it waits");
    cancel(&flow, &Scope::system(), waiting.id).await.expect("it is thrown away");
    looked(&mut watcher, &flow, 1).await;
    assert!(names(&folder.join("failed")).contains(&"strange.csv.reason.txt".to_owned()), "{:?}", names(folder));
    assert!(imports(&flow).await.iter().all(|import| import.state != ImportState::Running));
}
