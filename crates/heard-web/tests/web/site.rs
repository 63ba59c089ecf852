//! A site in a folder of its own, with a clock that is set by hand, one user of each role, and tokens at will.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use heard_channels::couriers::courier::{Courier, Outgoing, Undelivered};
use heard_domain::chance::Chance;
use heard_domain::channel::Channel;
use heard_domain::id::{PostId, SessionId, UserId};
use heard_domain::scope::Scope;
use heard_domain::time::{Clock, Time};
use heard_domain::user::{Grant, Role, User};
use heard_flow::arrange::post::PostDraft;
use heard_flow::arrange::{post, token};
use heard_flow::flow::Flow;
use heard_flow::mailing::{Mailing, MailingShown};
use heard_flow::secret::{hash_password, hash_secret};
use heard_store::store::Store;
use heard_store::tables;
use heard_store::tables::session::Session;
use heard_web::app::router;
use heard_web::csrf;
use heard_web::state::{AppState, Site as Reached};
use serde_json::Value;
use tempfile::TempDir;
use tower_service::Service;

/// 2026-03-22T12:00:00Z.
pub const NOON: i64 = 1_774_180_800_000;
pub const PASSWORD: &str = "a password of some length";

pub struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl Chance for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
            chunk.iter_mut().zip(next).for_each(|(byte, next)| *byte = next);
        }
    }
}

/// A mail server that takes everything.
#[derive(Clone, Default)]
pub struct Posted(Arc<Mutex<Vec<Outgoing>>>);

impl Posted {
    /// What was handed over since the last look.
    pub fn take(&self) -> Vec<Outgoing> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Courier for Posted {
    fn deliver(&self, mail: &Outgoing) -> Result<(), Undelivered> {
        self.0.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

#[derive(Clone)]
pub struct Site {
    pub router: Router,
    pub flow: Arc<Flow>,
    pub clock: Arc<SetClock>,
    pub users: BTreeMap<Role, User>,
    /// What was handed to the mail server.
    pub posted: Posted,
    _folder: Arc<TempDir>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Site {
    /// A site on which nobody is yet.
    pub fn empty() -> Self {
        Self::reached(Reached { largest_import: 4 << 20, ..Reached::default() })
    }

    pub fn reached(site: Reached) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(NOON)));
        let store = Store::open(folder.path()).unwrap();
        let flow = Flow::open(store, clock.clone(), Arc::new(Counting::default()), folder.path()).unwrap();
        let flow = Arc::new(flow);
        let posted = Posted::default();
        flow.send_by(Mailing {
            courier: Arc::new(posted.clone()),
            from: "care@example.com".into(),
            reply: Some(("reply".into(), "example.com".into())),
            site: "https://heard.example.com".into(),
            receipts: true,
            quiet: None,
            authserv: None,
            history_days: 0,
            shown: MailingShown::default(),
        });
        let router = router(AppState::new(Arc::clone(&flow), site));
        Self { router, flow, clock, users: BTreeMap::new(), posted, _folder: Arc::new(folder) }
    }

    /// A site with one user of each role, all with [`PASSWORD`].
    pub async fn with_users() -> Self {
        let mut site = Self::empty();
        let hash = hash_password(site.flow.secret(), PASSWORD).unwrap();
        for role in Role::ALL.iter().copied() {
            let user = site.user(role, None);
            let (kept, hash) = (user.clone(), hash.clone());
            site.flow.store.write(&Scope::system(), move |tx| tables::user::insert(tx, &kept, &hash)).await.unwrap();
            site.users.insert(role, user);
        }
        site
    }

    fn user(&self, role: Role, posts: Option<Vec<PostId>>) -> User {
        let id = UserId(self.flow.id());
        let email = format!("{}-{id}@example.com", role.code().replace('_', "-"));
        User { id, email, name: role.label().to_owned(), role, posts, since: Time(NOON), active: true }
    }

    /// One more user, who sees only these posts.
    pub async fn narrowed(&self, role: Role, posts: Vec<PostId>) -> User {
        let user = self.user(role, Some(posts));
        let kept = user.clone();
        self.flow.store.write(&Scope::system(), move |tx| tables::user::insert(tx, &kept, "none")).await.unwrap();
        user
    }

    /// A session of a user, without the dear password.
    pub async fn session(&self, user: &User) -> String {
        let secret = format!("session-{}", self.flow.id());
        let (hash, now) = (hash_secret(&secret), self.flow.now());
        let session = Session { id: SessionId(self.flow.id()), user: user.id, browser: None, since: now, seen: now };
        self.flow.store.write(&Scope::system(), move |tx| tables::session::insert(tx, &hash, &session)).await.unwrap();
        secret
    }

    /// The identifiers of a user's sessions, newest first.
    pub async fn sessions(&self, user: &User) -> Vec<SessionId> {
        let user = user.id;
        let all = self.flow.store.read(&Scope::system(), move |view| tables::session::of_user(view, user)).await.unwrap();
        all.into_iter().map(|session| session.id).collect()
    }

    pub async fn token(&self, grants: &[Grant]) -> String {
        token::add(&self.flow, &Scope::system(), "test", grants.to_vec(), None).await.unwrap().1
    }

    pub async fn post(&self, name: &str) -> PostId {
        post::add(&self.flow, &Scope::system(), PostDraft::new(name, Channel::Review)).await.unwrap().id
    }

    /// Days pass.
    pub fn later(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// A page, with a session if there is one.
    pub async fn get(&self, path: &str, session: Option<&str>) -> Answer {
        let mut request = Request::builder().uri(path);
        if let Some(session) = session {
            request = request.header("cookie", format!("heard_session={session}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A form, sent from Heard's own page with its token.
    pub async fn submit(&self, path: &str, session: Option<&str>, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        if let Some(session) = session {
            form.append_pair("csrf", &csrf::token(session, [3; 32]));
        }
        let mut request = form_request(path, "same-origin");
        if let Some(session) = session {
            request = request.header("cookie", format!("heard_session={session}"));
        }
        self.send(request.body(Body::from(form.finish())).unwrap()).await
    }

    /// An operation of the API.
    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }
}

/// A form that a browser sends.
pub fn form_request(path: &str, from: &str) -> axum::http::request::Builder {
    let form = "application/x-www-form-urlencoded";
    Request::builder().method(Method::POST).uri(path).header("content-type", form).header("sec-fetch-site", from)
}
