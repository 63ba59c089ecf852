//! `cargo xtask train`: reads the sets, trains, measures, writes the asset and the model card.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::train::card::card;
use crate::train::judge::Judge;
use crate::train::learn::{Seen, calibrate, cut, learn, see};
use crate::train::own::sentences;
use crate::train::sets::{Example, Part, read};

/// Trains and writes; with `try_out` it only prints figures on the tuning part.
pub fn run(root: &Path, data: &Path, try_out: bool) -> Result<()> {
    let mut examples = read(data)?;
    examples.extend(sentences());
    balance(&mut examples);
    let training: Vec<&Example> = examples.iter().filter(|e| e.part == Part::Train).collect();
    println!("{} texts train", training.len());
    let seen: Vec<Seen> = training.iter().map(|e| see(&e.text)).collect();
    let head = learn(&training, &seen);
    let dev: Vec<(&Example, Seen)> = examples.iter().filter(|e| e.part == Part::Dev).map(|e| (e, see(&e.text))).collect();
    let calibration = calibrate(&head, &dev);
    println!("{calibration:?}");
    let model: &'static _ = Box::leak(Box::new(cut(&head, "heard-1", calibration)));
    let part = if try_out { Part::Dev } else { Part::Test };
    let figures = Judge::new(model).figures(&examples, data, part)?;
    for figure in &figures {
        println!("{:<62} {:>6.3}  n = {}", figure.what, figure.value, figure.n);
    }
    if !try_out {
        let asset = root.join("crates/heard-text/assets/reader.bin");
        let bytes = model.write();
        fs::write(&asset, &bytes).with_context(|| format!("{} cannot be written", asset.display()))?;
        fs::write(root.join("docs/MODEL.md"), card(&examples, &figures, model, bytes.len()))?;
        println!("wrote {} bytes and docs/MODEL.md", bytes.len());
    }
    Ok(())
}

/// Shares of negative, neutral and positive among what customers say by themselves: a judgement, not a fit.
const PRIOR: [f32; 3] = [0.45, 0.25, 0.3];

/// Gives each class of sentiment its share: sets of small talk are mostly neutral, customers are not.
fn balance(examples: &mut [Example]) {
    let mut sums = [0.0_f32; 3];
    for example in examples.iter().filter(|e| e.part == Part::Train) {
        for (sum, share) in sums.iter_mut().zip(example.polarity.unwrap_or_default()) {
            *sum += share * example.weight;
        }
    }
    let total: f32 = sums.iter().sum();
    for example in examples.iter_mut() {
        let Some(polarity) = example.polarity else { continue };
        let factor: f32 =
            polarity.iter().zip(sums).zip(PRIOR).map(|((share, sum), prior)| share * prior * total / sum.max(1.0)).sum();
        example.weight *= factor;
    }
}
