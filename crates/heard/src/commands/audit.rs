//! `heard audit`: whether the audit log is whole, and cutting off what is old.

use heard_domain::scope::Scope;
use heard_domain::time::Day;
use heard_flow::arrange::audit;

use crate::cli::Audit;
use crate::config::root::Config;
use crate::say;
use crate::wiring;

/// Checks the chain, or cuts it.
pub async fn run(config: &Config, wanted: Audit) -> anyhow::Result<()> {
    let flow = wiring::flow(&config.data)?;
    let scope = Scope::system();
    match wanted {
        Audit::Verify { head } => {
            if let Some(head) = &head
                && !audit::holds(&flow, &scope, head).await?
            {
                anyhow::bail!(
                    "the log holds no entry with the hash {head}: its end was cut off or written anew, or that entry was older than entries are kept"
                );
            }
            let verdict = audit::verify(&flow, &scope).await?;
            if let Some((entry, reason)) = verdict.broken {
                anyhow::bail!("the chain is broken at entry {entry}: {reason}; the {} entries before it hold", verdict.entries);
            }
            say::talk(&format!(
                "The chain holds: {} entries are as they were written, none is missing between them.",
                verdict.entries
            ));
            verdict.head.map_or(Ok(()), |(seq, hash)| say::data(&format!("{seq} {hash}")))
        }
        Audit::Forget { before } => {
            let before: Day = before.parse()?;
            let n = audit::forget(&flow, &scope, before).await?;
            say::talk(&format!("{n} entries from before {before} are removed; the chain goes on from the last of them."));
            Ok(())
        }
    }
}
