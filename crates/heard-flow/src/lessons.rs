//! Lessons: examples with their words, as the reader takes them.

use heard_domain::example::Taught;
use heard_domain::id::{CategoryId, ExampleId};
use heard_domain::reading::Reading;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;
use heard_text::learn::example::Example;

/// Examples with their words; those whose words are gone are left out.
pub(crate) fn of(view: &View, examples: &[Taught]) -> Result<Vec<Example>, StoreError> {
    let ids: Vec<ExampleId> = examples.iter().map(|example| example.id).collect();
    let mut words = tables::example::words(view, &ids)?;
    let worded = examples.iter().filter_map(|taught| {
        let text = words.remove(&taught.id)?.text;
        Some(Example { text, category: taught.category, belongs: taught.belongs })
    });
    Ok(worded.collect())
}

/// What the present version of the categories has learnt from.
pub(crate) fn present(view: &View) -> Result<Vec<Taught>, StoreError> {
    let version = tables::taxonomy::version(view)?;
    let examples = tables::taxonomy_version::examples(view, version)?;
    tables::example::as_now(view, &examples)
}

/// The categories that a comment is filed under, each once.
pub(crate) fn filed(reading: &Reading) -> Vec<CategoryId> {
    let mut all: Vec<CategoryId> = reading.passages.iter().flat_map(|p| p.categories.iter().map(|c| c.value)).collect();
    all.sort_unstable();
    all.dedup();
    all
}
