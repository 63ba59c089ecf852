//! Rules: how comments are routed; listed, tried against the past, made, changed, switched on and off.

pub mod edit;
pub mod list;
