//! `heard export`: everything that fits, to a file or to standard output, in a form that can be imported again.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, bail};
use heard_domain::import::FileFormat;
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period};
use heard_flow::tell::export::{Export as Leaving, Wanted};

use crate::cli::Export;
use crate::commands::query::named;
use crate::config::root::Config;
use crate::say;
use crate::wiring;

/// Exports.
pub async fn run(config: &Config, wanted: Export) -> anyhow::Result<()> {
    let format = match wanted.format.as_str() {
        "csv" => FileFormat::Csv,
        "jsonl" => FileFormat::Jsonl,
        other => bail!("--format: “{other}” is neither csv nor jsonl"),
    };
    let flow = wiring::flow(&config.data)?;
    let directory = flow.directory();
    let post = wanted.post.iter().map(|name| named(&directory.posts, name, "listening post", |post| (&post.name, post.id)));
    let filter = Filter {
        post: post.collect::<anyhow::Result<_>>()?,
        words: wanted.words.clone().unwrap_or_default(),
        ..Filter::default()
    };
    if !filter.is_empty() {
        flow.store.caught_up()?;
    }
    let asked = Wanted { filter, period: period(&wanted)?, format, raw: wanted.raw };
    let mut export = Leaving::begin(&flow, &Scope::system(), asked).await?;
    if wanted.hash {
        while export.next().await?.is_some() {}
        return say::json(&export.hash().content());
    }
    let mut out: Box<dyn Write + Send> = match &wanted.out {
        // Never over a file that is there: it may be the last copy.
        Some(path) => Box::new(BufWriter::new(File::create_new(path).with_context(|| format!("{}", path.display()))?)),
        None => Box::new(std::io::stdout()),
    };
    while let Some(part) = export.next().await? {
        match out.write_all(&part) {
            // A reader that has gone away (`| head`) is no failure.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            other => other.context("the export cannot be written")?,
        }
    }
    out.flush().context("the export cannot be written")?;
    let content = export.hash().content();
    say::talk(&format!("{} comments, content hash {}", content.count, content.hash));
    Ok(())
}

fn period(wanted: &Export) -> anyhow::Result<Option<Period>> {
    let day = |text: &Option<String>| text.as_deref().map(str::parse::<Day>).transpose();
    let (first, last) = (day(&wanted.from).context("in --from")?, day(&wanted.to).context("in --to")?);
    if first.is_none() && last.is_none() {
        return Ok(None);
    }
    let first = first.unwrap_or_default();
    let last = last.or(Day::new(9998, 12, 31)).unwrap_or(first);
    anyhow::ensure!(first <= last, "--from lies after --to");
    Ok(Some(Period { first, last }))
}
