//! The deep reader: a transformer that a company puts into a folder beside Heard. Off unless it is there. Bottom-up:
//! [`tensors`] (its file), [`vocabulary`] (its word pieces), [`matrix`] · [`encoder`] (forwards through it) · [`reader`]
//! (the folder, and what texts mean by it) · [`head`] (the categories by that) · [`again`] (what the fast reader was unsure of is
//! read once more).

pub mod again;
pub mod encoder;
pub mod head;
pub mod matrix;
pub mod reader;
#[cfg(test)]
mod sample;
pub mod tensors;
pub mod vocabulary;
