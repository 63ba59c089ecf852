//! Customers who use the form in the app of the simulated company, without an address: each has a page of their own, reads there what they are
//! answered, and says whether it helped. Everything goes through the steps of the public form and of that page.

use heard_domain::id::PostId;
use heard_domain::scope::Scope;
use heard_domain::time::Time;

use crate::act::customer::{Word, say, show as conversation};
use crate::arrange::form;
use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::form::{Filled, Sent, send, show};

/// How long somebody takes to fill the form in, in milliseconds.
const TYPED_MS: i64 = 48_000;
/// Every so many moments of the last weeks somebody sends the form.
const EVERY: usize = 6;

/// What they say, what they mark, and their word about the answer; `None`: they never come back to the page.
const SAID: [(&str, &str, Option<Word>); 10] = [
    ("Please help: I cannot sign in on my new phone, the code never arrives, and payroll is due today.", "1", Some(Word::Yes)),
    ("I was charged twice for the same transfer and this is unacceptable. Please give it back.", "1", Some(Word::Yes)),
    ("The export of my statements stops at page three, this is a terrible nuisance. Please fix it.", "2", Some(Word::Yes)),
    ("I have been waiting for an answer for a week. This is awful, please call me.", "1", Some(Word::No)),
    ("The app crashes when I attach a receipt, every single time. I am really annoyed.", "2", Some(Word::Yes)),
    ("My card was declined at the till again, terrible. Please look into it urgently.", "1", Some(Word::NotYet)),
    ("I complain: nobody told me that the fee would rise.", "2", None),
    ("Please help me, my account is blocked and I cannot pay my people.", "1", Some(Word::Yes)),
    ("The invoice is a complete mess, I want somebody to explain it to me.", "2", Some(Word::Yes)),
    ("Please help, the code never arrives and I am locked out.", "1", None),
];

/// Those who have sent the form.
#[derive(Debug, Default)]
pub(super) struct Visitors {
    code: Option<String>,
    moments: usize,
    said: usize,
    /// The secrets of their pages, and what they will say there.
    waiting: Vec<(String, Word)>,
}

impl Visitors {
    /// Who comes through the form of a post.
    pub(super) async fn of(flow: &Flow, post: Option<PostId>) -> Result<Self, FlowError> {
        let Some(post) = post else { return Ok(Self::default()) };
        let form = form::get(flow, &Scope::system(), post).await?;
        Ok(Self { code: form.map(|form| form.code), ..Self::default() })
    }

    /// A moment: perhaps somebody sends the form, and whoever was answered says whether it helped. Gives how many sent it.
    pub(super) async fn come(
        &mut self,
        flow: &Flow,
        clock: &(dyn Fn(Option<Time>) + Sync),
        now: Time,
    ) -> Result<usize, FlowError> {
        let mut kept = Vec::new();
        for (token, word) in std::mem::take(&mut self.waiting) {
            if conversation(flow, &token).await?.is_some_and(|conversation| conversation.can_say) {
                say(flow, &token, word).await?;
            } else {
                kept.push((token, word));
            }
        }
        self.waiting = kept;
        self.moments += 1;
        let Some((words, rating, word)) = SAID.get(self.said).filter(|_| self.moments % EVERY == 1) else { return Ok(0) };
        let Some(code) = self.code.clone() else { return Ok(0) };
        self.said += 1;
        let Some(shown) = show(flow, &code).await? else { return Ok(0) };
        clock(Some(now.plus_ms(TYPED_MS)));
        let filled = Filled { token: shown.token, words: (*words).to_owned(), rating: (*rating).to_owned(), ..Filled::default() };
        match send(flow, &code, filled).await? {
            Some(Sent::Heard { page, .. }) => {
                self.waiting.extend(page.zip(*word));
                Ok(1)
            }
            // Where the clock stands still nobody can have typed.
            Some(Sent::Again(..)) | None => Ok(0),
        }
    }
}
