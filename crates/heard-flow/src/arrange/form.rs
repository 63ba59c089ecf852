//! The feedback form of a listening post: what it asks, whether it is open, and its public address.

use heard_domain::audit::{Act, Noun};
use heard_domain::form::{Form, FormDraft};
use heard_domain::id::PostId;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use serde_json::json;

use crate::arrange::post::seen;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::secret::new_secret;

/// Letters and digits that nobody mistakes for another when copying an address from a poster.
const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// How many of them make a code: more than a million million, so that nobody finds a form by trying.
const CODE_LENGTH: usize = 10;

/// The form of a post in sight; none was made: a closed one as it is proposed.
pub async fn get(flow: &Flow, scope: &Scope, post: PostId) -> Result<Option<Form>, FlowError> {
    seen(flow, scope, post)?;
    Ok(flow.store.read(scope, move |view| tables::form::get(view, post)).await?)
}

/// Makes the form of a post, or changes what it asks. Its address stays.
pub async fn save(flow: &Flow, scope: &Scope, post: PostId, draft: FormDraft) -> Result<Form, FlowError> {
    need(scope, Grant::Shape)?;
    seen(flow, scope, post)?;
    let draft = checked(flow, draft)?;
    let (form, key, now) = (Form { post, code: new_code(flow), draft }, new_secret(flow), flow.now());
    let kept = flow
        .store
        .write(scope, move |tx| {
            let act = if tables::form::get(tx, post)?.is_some() { Act::Changed } else { Act::Added };
            tables::form::save(tx, &form, &key)?;
            tables::audit::note(tx, now, act, Noun::Form, post.0, &json!({ "open": form.draft.open }))?;
            tables::form::get(tx, post)
        })
        .await?;
    kept.ok_or(FlowError::Missing("feedback form"))
}

/// Gives the form a new address; the old one, and every poster with it, stops working at once.
pub async fn rename(flow: &Flow, scope: &Scope, post: PostId) -> Result<Form, FlowError> {
    need(scope, Grant::Shape)?;
    seen(flow, scope, post)?;
    let (code, key, now) = (new_code(flow), new_secret(flow), flow.now());
    let kept = flow
        .store
        .write(scope, move |tx| {
            if tables::form::rename(tx, post, &code, &key)? {
                tables::audit::note(tx, now, Act::Moved, Noun::Form, post.0, &json!({ "to": code }))?;
            }
            tables::form::get(tx, post)
        })
        .await?;
    kept.ok_or(FlowError::Missing("feedback form"))
}

/// The rules of a form; what is too long is refused, spaces round it are taken off.
pub fn checked(flow: &Flow, draft: FormDraft) -> Result<FormDraft, FlowError> {
    let line = |field: &str, text: &str, most: usize| {
        let text = text.trim().to_owned();
        let fits = text.chars().count() <= most && !text.contains('\0');
        if fits { Ok(text) } else { Err(FlowError::rule(field, format!("must have at most {most} characters"))) }
    };
    let question = line("question", &draft.question, 300)?;
    if question.is_empty() {
        return Err(FlowError::rule("question", "must not be empty"));
    }
    let rating_question = line("rating_question", &draft.rating_question, 300)?;
    let thanks = line("thanks", &draft.thanks, 500)?;
    let mut touchpoints = draft.touchpoints;
    touchpoints.sort_unstable();
    touchpoints.dedup();
    if touchpoints.len() > 12 {
        return Err(FlowError::rule("touchpoints", "must be at most 12: nobody reads more"));
    }
    let directory = flow.directory();
    if touchpoints.iter().any(|id| directory.journey.touchpoint(*id).is_none()) {
        return Err(FlowError::Unknown { field: "touchpoints", what: "touchpoint" });
    }
    Ok(FormDraft { question, rating_question, thanks, touchpoints, ..draft })
}

fn new_code(flow: &Flow) -> String {
    let bytes = flow.secret::<CODE_LENGTH>();
    // 256 is not a multiple of 31: the first letters are a little more likely, which an address can bear.
    bytes.iter().filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len())).map(|letter| char::from(*letter)).collect()
}
