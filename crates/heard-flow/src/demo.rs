//! The demonstration company: a seeded, pure simulator of one believable company over 14 months, and the truth about it.
//!
//! Bottom-up: [`truth`] · `dice`, `category`, `setting`, `arranged`, `parameter` · `cell`, `problem`, `other`, `calendar`, `people` · `phrasebook`, `speech`, `voice` ·
//! `compose` · [`simulate`] · `days`, `visitors`, `issues` · `promised` · [`fill`], [`listening`], [`fixed`], [`trial`]. The handwritten sentences lie in `phrases/`, by stage: `+` good, `-` bad, `?` neither;
//! `!` only about a planted problem, `>` only after its fix was announced; `b:` businesses, `c:` households;
//! `[a|b]` a choice, `{…}` a gap.

mod arranged;
mod calendar;
mod category;
mod cell;
mod compose;
mod days;
mod dice;
pub mod fill;
pub mod fixed;
mod issues;
pub mod listening;
mod other;
mod parameter;
mod people;
pub mod phrasebook;
mod problem;
mod promised;
mod setting;
pub mod simulate;
mod speech;
pub mod trial;
pub mod truth;
mod visitors;
mod voice;
