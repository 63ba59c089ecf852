//! Issues: problems that many share, worked on by every department that contributes, until the verification finds them fixed.

pub mod asking;
pub mod backing;
pub mod category;
pub mod causes;
pub mod change;
pub mod evidence;
pub mod gathering;
pub mod look;
pub mod partner;
pub mod plan;
pub(crate) mod rising;
pub mod siblings;
pub(crate) mod telling;
