//! A customer says it in the public form of a post. No session, no cookie: the form that was handed out is signed, and its
//! one-time name makes it one feedback however often it is sent.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heard_domain::account::{Identity, IdentityKind};
use heard_domain::feedback::{NewAuthor, NewFeedback, NewRating};
use heard_domain::form::{Form, LONGEST_WORDS};
use heard_domain::health::Way;
use heard_domain::id::{FeedbackId, TouchpointId};
use heard_domain::message::Thread;
use heard_domain::post::Post;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::view::Tx;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::take::{Heard, take_from};
use crate::hear::trouble;
use crate::onward::{HERE, SENDER, UNPROVEN, YES};
use crate::secret::hash_secret;
use crate::sending::{Sending, begin};
use crate::signature::{Handed, hand_out, handed_out};

/// Nobody reads and answers a form in less.
const SHORTEST_MS: i64 = 3_000;

/// A form that was handed out longer ago is handed out again, with what stands in it.
const LONGEST_MS: i64 = 24 * 3_600_000;

/// The attribute that remembers in which language the form spoke.
const LANGUAGE: &str = "Form language";

/// A form as it is shown to somebody.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What it asks.
    pub form: Form,
    /// The post that hears it.
    pub post: Post,
    /// The signed one-time token that it carries.
    pub token: String,
}

/// What somebody has filled in.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// The token that the form carried.
    pub token: String,
    /// The words.
    pub words: String,
    /// The value of the rating.
    pub rating: String,
    /// What it is about.
    pub touchpoint: String,
    /// Where to answer.
    pub email: String,
    /// Whether they say it where it happens, and are still there.
    pub here: bool,
    /// What only programs fill in.
    pub trap: String,
}

heard_domain::words! {
    /// Why a form is shown once more with what stands in it.
    Again {
        /// It was filled in faster than anybody can.
        Quick = "quick", "filled in too quickly";
        /// It was open for too long.
        Old = "old", "open for too long";
        /// It was not handed out here.
        Strange = "strange", "not handed out here";
        /// What nobody sees was filled in.
        Trap = "trap", "an invisible field was filled in";
        /// It was sent before with other words.
        Sent = "sent", "sent before with other words";
        /// Nothing is in it.
        Empty = "empty", "nothing is in it";
        /// The words are too long.
        Long = "long", "the words are too long";
        /// The address is none.
        Email = "email", "the address is no e-mail address";
        /// Something cannot be taken as it is.
        Unfit = "unfit", "something cannot be taken as it is";
    }
}

/// What became of what was sent.
#[derive(Debug)]
pub enum Sent {
    /// It is heard, and durable; whether there is an address to answer to.
    Heard {
        /// Whether there is an address to answer to.
        answerable: bool,
        /// The secret of the page on which whoever gave no address can read what they are answered.
        page: Option<String>,
    },
    /// Nothing was taken: the form is shown again, ready to be sent once more.
    Again(Box<Shown>, Again),
}

/// The open form with this code; `None`: there is none, or it is closed.
pub async fn show(flow: &Flow, code: &str) -> Result<Option<Shown>, FlowError> {
    let Some((form, key)) = found(flow, code).await? else { return Ok(None) };
    let token = new_token(flow, &key, code);
    Ok(shown(flow, form, token))
}

async fn found(flow: &Flow, code: &str) -> Result<Option<(Form, String)>, FlowError> {
    if code.len() > 40 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(None);
    }
    let wanted = code.to_owned();
    let found = flow.store.read(&Scope::system(), move |view| tables::form::by_code(view, &wanted)).await?;
    Ok(found.filter(|(form, _)| form.draft.open))
}

fn shown(flow: &Flow, form: Form, token: String) -> Option<Shown> {
    let post = flow.directory().posts.iter().find(|post| post.id == form.post).cloned()?;
    Some(Shown { form, post, token })
}

fn new_token(flow: &Flow, key: &str, code: &str) -> String {
    hand_out(key, code, &Handed { at: flow.now(), once: URL_SAFE_NO_PAD.encode(flow.secret::<16>()) })
}

/// Takes what somebody has filled in; `None`: there is no such form, or it is closed.
pub async fn send(flow: &Flow, code: &str, filled: Filled) -> Result<Option<Sent>, FlowError> {
    let Some((form, key)) = found(flow, code).await? else { return Ok(None) };
    let fresh = || new_token(flow, &key, code);
    let again =
        |form: Form, token: String, why: Again| Ok(shown(flow, form, token).map(|shown| Sent::Again(Box::new(shown), why)));
    let Some(handed) = handed_out(&key, code, &filled.token) else { return again(form, fresh(), Again::Strange) };
    let age = flow.now().0 - handed.at.0;
    if !(0..=LONGEST_MS).contains(&age) {
        return again(form, fresh(), Again::Old);
    }
    if !filled.trap.is_empty() {
        return again(form, filled.token, Again::Trap);
    }
    if age < SHORTEST_MS {
        return again(form, filled.token, Again::Quick);
    }
    let new = match feedback(flow, &form, &filled, &handed) {
        Ok(new) => new,
        Err(why) => return again(form, filled.token, why),
    };
    let answerable = !new.author.identities.is_empty();
    let heard = take_from(flow, &Scope::system(), form.post, vec![new], false).await?.into_iter().next();
    match heard {
        Some(Heard::Added(id) | Heard::Known(id) | Heard::Revised(id)) => {
            let page = if answerable { None } else { Some(own_page(flow, id).await?) };
            Ok(Some(Sent::Heard { answerable, page }))
        }
        Some(Heard::Differs(_)) => again(form, fresh(), Again::Sent),
        Some(Heard::Refused(bad)) => {
            trouble::note(flow, form.post, Way::Form, &format!("{} {}", bad.field, bad.reason)).await?;
            again(form, filled.token, Again::Unfit)
        }
        None => Err(FlowError::internal("nothing was answered")),
    }
}

/// A page of their own for whoever said something: another secret each time it is asked for.
async fn own_page(flow: &Flow, id: FeedbackId) -> Result<String, FlowError> {
    let sending = Sending::of(flow);
    let token = sending.secret();
    let hash = hash_secret(&token);
    let write = move |tx: &mut Tx| {
        let there = tables::thread::of_feedback(tx, id)?;
        let thread = if let Some(thread) = there { thread } else { begin(tx, Thread { feedback: Some(id), ..sending.fresh() })? };
        tables::thread::add_token(tx, &hash, thread.id, sending.now)
    };
    flow.store.write(&Scope::system(), write).await?;
    Ok(token)
}

fn feedback(flow: &Flow, form: &Form, filled: &Filled, handed: &Handed) -> Result<NewFeedback, Again> {
    let asks = &form.draft;
    // Browsers send line ends as two characters; the customer typed one.
    let text = filled.words.replace("\r\n", "\n");
    if text.chars().count() > LONGEST_WORDS {
        return Err(Again::Long);
    }
    let rating = asks.rating.zip(filled.rating.parse::<i32>().ok());
    let ratings: Vec<NewRating> = rating
        .filter(|(ask, value)| ask.values().contains(value))
        .map(|(ask, value)| NewRating {
            scale: ask.scale().to_owned(),
            formula: ask.formula(),
            value: value.into(),
            min: None,
            max: None,
        })
        .into_iter()
        .collect();
    if text.trim().is_empty() && ratings.is_empty() {
        return Err(Again::Empty);
    }
    let about = filled.touchpoint.parse::<TouchpointId>().ok().filter(|id| asks.touchpoints.contains(id));
    let directory = flow.directory();
    let touchpoint = about.and_then(|id| directory.journey.touchpoint(id)).map(|touchpoint| touchpoint.name.clone());
    let email = if asks.contact { filled.email.trim() } else { "" };
    let identities = match email {
        "" => vec![],
        given => vec![address(given).ok_or(Again::Email)?],
    };
    let mut attributes = vec![(LANGUAGE.to_owned(), asks.language.code().to_owned())];
    if filled.here {
        attributes.push((HERE.to_owned(), YES.to_owned()));
    }
    if !identities.is_empty() {
        // Anybody can type the address of somebody else.
        attributes.push((SENDER.to_owned(), UNPROVEN.to_owned()));
    }
    Ok(NewFeedback {
        key: format!("form-{}", handed.once),
        at: flow.now(),
        text,
        author: NewAuthor { identities, ..NewAuthor::default() },
        touchpoint,
        ratings,
        attributes,
        link: None,
    })
}

fn address(given: &str) -> Option<Identity> {
    let (who, host) = given.rsplit_once('@')?;
    let plausible = !who.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    let clean = given.len() <= 254 && !given.chars().any(|c| c.is_whitespace() || c.is_control());
    if plausible && clean { Identity::new(IdentityKind::Email, given) } else { None }
}
