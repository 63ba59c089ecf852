//! Judging: how well comments are read, on labelled sets that did not train. `heard eval` prints it, training looks at it.
//!
//! One file a task; [`tasks`] lists them. The split is here as well ([`split`]), so that training and judging cannot differ.

pub mod airline;
pub mod banking;
pub mod calibration;
pub mod deep;
pub mod emotions;
pub mod languages;
pub mod learnt;
pub mod measure;
pub mod restaurants;
pub mod size;
pub mod split;
pub mod suggestions;
pub mod task;
pub mod tasks;
pub mod themes;
pub mod vader;
