//! Accounts, persons, exposures and events come in once; an import is undone exactly, even when it is cut off.

use std::sync::Arc;

use heard_domain::id::FeedbackId;
use heard_domain::import::{Import, ImportKind, ImportState};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_flow::arrange::{customer, starter};
use heard_flow::flow::Flow;
use heard_flow::hear::import::get;
use heard_flow::hear::undo::{foresee, kept, undo};
use heard_flow::work;
use heard_store::tables;

use crate::{bad, common, import};

const ACCOUNTS: &str = "Account,Annual value,Renewal date,Key account,Segment\nAcme,EUR 1200,2027-01-31,yes,Large\n,EUR 5,,,\nBolt,USD 900.50,,no,Small\n";
const PERSONS: &str = "Name,E-mail,Role,Account\nAnn,ann@acme.com,Buyer,Acme\nBo,bo@bolt.com,Owner,Bolt\nNobody,,,\n";
const EVENTS: &str = "event_id,event_type,occurred_at,email,minutes\ne1,delay,2026-03-01T10:00:00Z,ann@acme.com,45\ne2,return,2026-03-02T10:00:00Z,new@acme.com,\ne3,,2026-03-02T10:00:00Z,,\n";

fn exposures(stage: &str, orders: u32) -> String {
    format!("Day,Stage,Orders\n2026-03-01,{stage},{orders}\n2026-03-02,{stage},7\n2026-03-02,Nowhere at all,7\n")
}

async fn seen(flow: &Flow) -> (usize, usize, Vec<u64>, usize) {
    let scope = Scope::system();
    let accounts = customer::accounts(flow, &scope, String::new(), String::new(), 99).await.expect("accounts");
    let persons = customer::persons(flow, &scope, tables::person::Wanted::default(), 99).await.expect("persons");
    let exposures = customer::exposures(flow, &scope, tables::exposure::Wanted::default(), 0, 99).await.expect("exposures");
    let events = customer::events(flow, &scope, tables::event::Wanted::default(), 99).await.expect("events");
    (accounts.len(), persons.len(), exposures.into_iter().map(|cell| cell.count).collect(), events.len())
}

async fn undone(flow: &Arc<Flow>, import: &Import) -> Import {
    undo(flow, &Scope::system(), import.id).await.expect("it can be undone");
    work::drain(flow).await.expect("the work is done");
    get(flow, &Scope::system(), import.id).await.expect("the import is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn operational_data_comes_in_once_and_goes_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    starter::adopt(&flow, &Scope::system(), Industry::Airline).await.expect("a journey");
    let stage = flow.directory().journey.stages[0].name.clone();
    let files = [
        ("accounts", ImportKind::Accounts, ACCOUNTS.to_owned()),
        ("persons", ImportKind::Persons, PERSONS.to_owned()),
        ("exposures", ImportKind::Exposures, exposures(&stage, 5)),
        ("events", ImportKind::Events, EVENTS.to_owned()),
    ];
    let mut imports = Vec::new();
    for (name, kind, text) in &files {
        let first = import(&flow, name, text.as_bytes()).await;
        assert_eq!((first.state, first.mapping.kind), (ImportState::Done, *kind), "{name}: {first:?}");
        let rows = bad(&flow, first.id).await;
        assert_eq!((first.added, first.known, first.bad), (2, 0, 1), "{name}: {rows:?}");
        assert!(rows[0].row > 0 && !rows[0].reason.is_empty(), "{rows:?}");
        let second = import(&flow, name, text.as_bytes()).await;
        assert_eq!((second.added, second.known, second.revised), (0, 2, 0), "{name}");
        imports.push(first);
    }
    assert_eq!(seen(&flow).await, (2, 3, vec![7, 5], 2));

    // A count that comes again replaces the one before; undone, the one before is there again.
    let more = import(&flow, "more", exposures(&stage, 6).as_bytes()).await;
    assert_eq!((more.added, more.known, more.revised), (0, 1, 1));
    assert_eq!(seen(&flow).await.2, [7, 6]);
    let more = undone(&flow, &more).await;
    assert_eq!(more.state, ImportState::Undone);
    assert_eq!(seen(&flow).await.2, [7, 5]);

    // Backwards, everything goes; persons and accounts that others still use would stay.
    let early = foresee(&flow, &Scope::system(), imports[0].id).await.expect("a preview");
    assert_eq!((early.removed, early.kept), (0, 2), "persons belong to these accounts");
    for import in imports.iter().rev() {
        let gone = undone(&flow, import).await;
        let stayed = kept(&flow, &Scope::system(), import.id, 9).await.expect("a list");
        assert_eq!((gone.state, stayed.len()), (ImportState::Undone, 0), "{stayed:?}");
    }
    assert_eq!(seen(&flow).await, (0, 0, vec![], 0));
    let again = import(&flow, "accounts", ACCOUNTS.as_bytes()).await;
    assert_eq!((again.added, again.known), (2, 0), "an undone file can come in again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_feedback_is_undone_and_what_came_after_it_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let first = "id,date,comment\nr1,2026-03-01,The crew was lovely and kind\nr2,2026-03-02,My bag never came at all\nr3,2026-03-03,Late again and nobody said why\n";
    let second = first.replace("never came at all", "came a week later and torn").replace("r3,2026-03-03", "r4,2026-03-03");
    let third = first.replace("lovely and kind", "rude and slow");
    let one = import(&flow, "one.csv", first.as_bytes()).await;
    let two = import(&flow, "two.csv", second.as_bytes()).await;
    assert_eq!((two.added, two.revised, two.known), (1, 1, 1), "{two:?}");
    let texts = |flow: Arc<Flow>| async move {
        let read = |view: &heard_store::view::View| {
            let ids = tables::feedback::following(view, FeedbackId(0), 99)?;
            let mut texts: Vec<_> = tables::feedback::many(view, &ids)?.into_iter().map(|f| (f.key, f.text)).collect();
            texts.sort();
            let readings = tables::reading::many(view, &ids)?.len();
            Ok((texts, readings, tables::feedback::count(view)?))
        };
        flow.store.read(&Scope::system(), read).await.expect("it can be read")
    };
    let before = {
        let folder = tempfile::tempdir().expect("a folder");
        let fresh = common::flow(folder.path());
        import(&fresh, "one.csv", first.as_bytes()).await;
        texts(fresh).await
    };
    let seen = foresee(&flow, &Scope::system(), two.id).await.expect("a preview");
    assert_eq!((seen.feedback_removed, seen.feedback_restored, seen.feedback_kept), (1, 1, 0));
    let gone = undone(&flow, &two).await;
    let done = gone.undoing.clone().expect("what was done");
    assert_eq!((gone.state, done.removed, done.restored), (ImportState::Undone, 1, 1));
    assert_eq!(texts(Arc::clone(&flow)).await, before, "as if the second had never been");
    let scope = Scope::system();
    let recount = |tx: &mut heard_store::view::Tx| {
        let counted = tables::cube::cells(tx)?;
        tables::cube::rebuild(tx)?;
        Ok(counted)
    };
    let found = flow.store.write(&scope, recount).await.expect("a recount");
    let again = flow.store.read(&Scope::system(), tables::cube::cells).await.expect("cells");
    let there = |cells: Vec<tables::cube::Cell>| {
        cells.into_iter().filter(|cell| cell.volume > 0 || cell.passages > 0).collect::<Vec<_>>()
    };
    assert_eq!(there(found), there(again));

    // What another import has given other words since stays, and is named.
    import(&flow, "three.csv", third.as_bytes()).await;
    let seen = foresee(&flow, &Scope::system(), one.id).await.expect("a preview");
    assert_eq!((seen.feedback_removed, seen.feedback_kept, seen.staying.len()), (2, 1, 1));
    undone(&flow, &one).await;
    let left = texts(Arc::clone(&flow)).await;
    assert_eq!(left.0.len(), 1);
    assert!(left.0[0].1.contains("rude"));
    assert_eq!(kept(&flow, &Scope::system(), one.id, 9).await.expect("a list").len(), 1);
    assert!(undo(&flow, &Scope::system(), one.id).await.is_err(), "once is enough");
    let again = import(&flow, "one.csv", first.as_bytes()).await;
    assert_eq!((again.added, again.revised), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_import_is_found_again_and_left_over_files_go() {
    use heard_flow::hear::preview::hand_over;
    use heard_flow::hear::receive::Receiving;

    let folder = tempfile::tempdir().expect("a folder");
    let flow = common::flow(folder.path());
    let hand = |name: &'static str| {
        let flow = Arc::clone(&flow);
        async move {
            let mut file = Receiving::begin(&flow, &Scope::system()).expect("a file can be received");
            file.write(ACCOUNTS.as_bytes()).expect("bytes are written");
            hand_over(&flow, &Scope::system(), name, file).await.expect("the file is understood")
        }
    };
    let (first, second) = (hand("a.csv").await, hand("b.csv").await);
    assert_eq!(first.id, second.id, "the same bytes while they wait are the same import");
    let imports = folder.path().join("imports");
    std::fs::write(imports.join("7.file"), "left over").expect("a file");
    std::fs::write(imports.join("notes.txt"), "not ours").expect("a file");
    work::run(Arc::clone(&flow), async {}).await;
    let mut names: Vec<String> = std::fs::read_dir(&imports)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut expected = vec![format!("{}.file", first.id), "notes.txt".to_owned()];
    expected.sort();
    assert_eq!(names, expected);
}
