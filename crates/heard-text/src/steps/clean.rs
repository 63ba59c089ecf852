//! Cuts what is too long to be read in bounded time and makes the tokens. The verbatim itself is never touched.

use heard_domain::reading::Note;

use crate::step::{Draft, Step, Tools};
use crate::token::{Token, Tokens};

/// The step.
pub const STEP: Step = Step { name: "clean", run };

/// Nobody writes more than some 2,500 words about an experience; what is longer is a log or an attack.
pub const LONGEST_READ: usize = 16 * 1024;

fn run(_: &Tools<'_>, draft: &mut Draft<'_>) {
    let text = draft.asked.text;
    if text.len() > LONGEST_READ {
        let end = (0..=LONGEST_READ).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        draft.text = text.get(..end).unwrap_or("");
        draft.notes.push(Note::Cut);
    }
    draft.tokens = Tokens::of(draft.text);
    if !draft.tokens.all().iter().any(Token::speaks) {
        draft.notes.push(Note::NoText);
    }
}
