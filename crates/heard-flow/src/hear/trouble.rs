//! What went wrong on a way into a post is kept, so that who owns the post can mend it; seldom enough that nobody can
//! keep the one writer busy with it.

use heard_domain::health::{Trouble, Way};
use heard_domain::id::PostId;
use heard_domain::scope::Scope;
use heard_store::tables;

use crate::error::FlowError;
use crate::flow::Flow;

/// The same trouble is not written down again within this time.
const AGAIN_MS: i64 = 60_000;

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 300;

/// Without what stands in quotation marks: it comes from outside, and may be somebody's words or address.
fn veiled(reason: &str) -> String {
    let mut out = String::with_capacity(reason.len());
    let mut within = false;
    for c in reason.chars() {
        match c {
            '"' if !within => {
                within = true;
                out.push('…');
            }
            '“' => {
                within = true;
                out.push('…');
            }
            '"' | '”' => within = false,
            c if !within && c != '\0' => out.push(c),
            _ => {}
        }
    }
    out
}

/// Notes what went wrong.
pub(crate) async fn note(flow: &Flow, post: PostId, way: Way, reason: &str) -> Result<(), FlowError> {
    let (scope, now) = (Scope::system(), flow.now());
    let reason: String = veiled(reason).chars().take(LONGEST_REASON).collect();
    let last = flow.store.read(&scope, move |view| tables::health::last_trouble(view, post, way)).await?;
    if last.is_some_and(|last| now.0 - last.at.0 < AGAIN_MS && last.reason == reason) {
        return Ok(());
    }
    let trouble = Trouble { way, at: now, reason };
    flow.store.write(&scope, move |tx| tables::health::trouble(tx, post, &trouble)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_left_out() {
        assert_eq!(
            veiled("at invalid type: string \"mia@example.com\", expected a time"),
            "at invalid type: string …, expected a time"
        );
        assert_eq!(veiled("key “a ”b” was used\0"), "key …b was used");
        assert_eq!(veiled("broken \"and open"), "broken …");
    }
}
