//! Issues: what many share, by priority; and one with its evidence, causes, plan and departments.

pub mod act;
pub mod asked;
pub mod category;
pub mod desk;
pub mod list;
pub mod partner;
pub mod pictures;
pub mod show;
pub mod siblings;
pub mod tabs;
pub mod told;
