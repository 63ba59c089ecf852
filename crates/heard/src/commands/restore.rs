//! `heard restore`: a backup comes back into an empty place, all of it or nothing.

use anyhow::Context;
use heard_store::backup::restore::{check, restore};

use crate::cli::Restore;
use crate::config::root::Config;
use crate::say;

/// Checks a backup, and restores it unless only the check was wanted.
pub fn run(config: &Config, wanted: &Restore) -> anyhow::Result<()> {
    let file = wanted.file.display();
    let refused = || format!("{file} was not restored");
    let checked = if wanted.check {
        check(&wanted.file).with_context(|| format!("{file} is not sound"))?
    } else {
        let database = config.data.database()?;
        restore(&wanted.file, &config.data.folder, &database, wanted.verify).with_context(refused)?
    };
    let (header, trailer) = (&checked.header, &checked.trailer);
    let comments = trailer.rows.get("feedback").copied().unwrap_or(0);
    say::talk(&format!(
        "{} {comments} comments as of {} (Heard {}, schema {}); content {}",
        if wanted.check { "Sound:" } else { "Restored:" },
        header.made_at,
        header.made_by,
        header.schema,
        trailer.content
    ));
    if wanted.verify && !wanted.check {
        say::talk("Read back: it is what the backup holds.");
    }
    Ok(())
}
