//! Listening posts: their forms, their webhooks, how they fare.

use std::path::Path;

use heard_domain::form::{Form, FormDraft};
use heard_domain::health::{Trouble, Way};
use heard_domain::id::{PlaceId, PostId, UserId, WebhookId};
use heard_domain::post::Post;
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::{Day, Time};
use heard_domain::webhook::{Fields, Webhook};
use heard_store::store::Store;
use heard_store::tables::webhook::Secrets;
use heard_store::tables::{feedback, form, health, post, webhook};

use crate::conformance::made;

fn elsewhere() -> Scope {
    let mut scope = Scope::system();
    scope.reach = Reach::Posts([PostId(2)].into());
    scope
}

pub fn forms_and_webhooks_are_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    let asks = Form { post: PostId(1), code: "abc".to_owned(), draft: FormDraft::default() };
    let hook = Webhook {
        id: WebhookId(7),
        post: PostId(1),
        name: "Help desk".to_owned(),
        fields: None,
        since: Time(1),
        seen: None,
        old_until: None,
    };
    let (kept, added) = (asks.clone(), hook.clone());
    store
        .write_now(&scope, move |tx| {
            form::save(tx, &kept, "key")?;
            let opened = FormDraft { open: true, ..kept.draft.clone() };
            form::save(tx, &Form { code: "other".to_owned(), draft: opened.clone(), ..kept.clone() }, "other key")?;
            assert_eq!(form::by_code(tx, "abc")?, Some((Form { draft: opened, ..kept }, "key".to_owned())));
            assert!(form::rename(tx, PostId(1), "xyz", "new key")? && !form::rename(tx, PostId(2), "uvw", "key")?);
            assert_eq!(form::by_code(tx, "abc")?, None);
            webhook::insert(tx, &added, "whsec_one")?;
            webhook::rotate(tx, added.id, "whsec_two", Time(9))?;
            webhook::touch(tx, added.id, Time(5))?;
            webhook::update(tx, &Webhook { name: "Desk".to_owned(), fields: Some(Fields::default()), ..added })
        })
        .unwrap();
    drop(store);
    let store = open(folder.path());
    let read = store.read_now(&scope, |view| {
        let secrets = webhook::secrets(view, WebhookId(7))?;
        let kept = secrets == Some(Secrets { current: "whsec_two".into(), old: Some(("whsec_one".into(), Time(9))) });
        Ok((form::get(view, PostId(1))?.map(|form| form.code), webhook::list(view)?, kept))
    });
    let changed = Webhook {
        name: "Desk".to_owned(),
        fields: Some(Fields::default()),
        seen: Some(Time(5)),
        old_until: Some(Time(9)),
        ..hook
    };
    assert_eq!(read, Ok((Some("xyz".to_owned()), vec![changed], true)));
    let hidden = store.read_now(&elsewhere(), |view| {
        Ok((form::get(view, PostId(1))?, form::list(view)?, webhook::list(view)?, webhook::get(view, WebhookId(7))?))
    });
    assert_eq!(hidden, Ok((None, vec![], vec![], None)));
    assert_eq!(store.write_now(&scope, |tx| webhook::remove(tx, WebhookId(7))), Ok(true));
    assert_eq!(store.write_now(&scope, |tx| webhook::remove(tx, WebhookId(7))), Ok(false));
}

pub fn health_is_told_from_small_tables(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    let told = |at: i64, reason: &str| Trouble { way: Way::Webhook, at: Time(at), reason: reason.to_owned() };
    let (first, second) = (told(3, "unsigned"), told(4, "no key"));
    let last = second.clone();
    store
        .write_now(&scope, move |tx| {
            let said = made::row(1, "late");
            let day = said.feedback.day;
            feedback::insert_many(tx, &[said, made::row(2, "later")])?;
            assert_eq!(day, made::row(2, "").feedback.day, "both are of one day");
            health::heard(tx, &[PostId(1)].into(), Time(50))?;
            health::heard(tx, &[PostId(1)].into(), Time(40))?;
            health::trouble(tx, PostId(1), &first)?;
            health::trouble(tx, PostId(1), &second)?;
            let post = post::get(tx, PostId(2))?.unwrap();
            let full = Post { process: Some("Read on Mondays".into()), place: Some(PlaceId(3)), owner: Some(UserId(4)), ..post };
            post::save(tx, &full)?;
            assert_eq!(post::get(tx, PostId(2))?, Some(full));
            Ok(())
        })
        .unwrap();
    let day = made::row(1, "").feedback.day;
    let read = store.read_now(&scope, move |view| {
        let volumes = health::volumes(view, &[PostId(1), PostId(2)], Day(day.0 - 3), day)?;
        assert_eq!(health::volumes(view, &[], Day(0), Day(9))?, []);
        assert_eq!(health::last_trouble(view, PostId(1), Way::Form)?, None);
        Ok((health::last_heard(view)?, volumes, health::troubles(view)?))
    });
    assert_eq!(read, Ok((vec![(PostId(1), Time(50))], vec![(PostId(1), day, 2)], vec![(PostId(1), last)])));
    let hidden = store.read_now(&elsewhere(), move |view| {
        Ok((health::last_heard(view)?, health::volumes(view, &[PostId(1)], day, day)?, health::troubles(view)?))
    });
    assert_eq!(hidden, Ok((vec![], vec![], vec![])));
}
