//! Tidiness: the rules that keep circles out of the house, each checked by reading the files of the repository.

pub mod check;
mod files;
mod manifests;
mod markup;
mod modules;
mod repository;
mod tokens;
