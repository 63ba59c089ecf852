//! Couriers: what leaves for other systems.

pub mod webhook;
