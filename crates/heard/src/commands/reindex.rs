//! `heard reindex`: what is derived is made anew from the truth.

use anyhow::Context;
use heard_domain::scope::Scope;
use heard_store::figures::keep;
use heard_store::tables::cube;

use crate::config::root::Config;
use crate::say;
use crate::wiring;

/// Throws search index and snapshot away and counts the cubes anew.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    // Opening first: where another program holds the data, nothing is thrown away.
    drop(wiring::flow(&config.data)?);
    let index = config.data.folder.join("index");
    if index.exists() {
        std::fs::remove_dir_all(&index).with_context(|| format!("{} cannot be removed", index.display()))?;
    }
    let snapshot = config.data.folder.join(keep::FILE);
    if snapshot.exists() {
        std::fs::remove_file(&snapshot).with_context(|| format!("{} cannot be removed", snapshot.display()))?;
    }
    let flow = wiring::flow(&config.data)?;
    flow.store.write(&Scope::system(), cube::rebuild).await?;
    flow.store.caught_up()?;
    say::talk("Search index, columns and cubes are made anew.");
    Ok(())
}
