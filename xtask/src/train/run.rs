//! `cargo xtask train`: reads the sets, trains, measures, writes the asset and the model card.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use heard_text::judge::split::Part;
use heard_text::judge::task::Bench;
use heard_text::judge::tasks::TASKS;

use crate::train::card::card;
use crate::train::cut::{calibrate, cut};
use crate::train::learn::{Seen, learn, see};
use crate::train::own::sentences;
use crate::train::sets::{Example, read};

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
    let model: &'static _ = Box::leak(Box::new(cut(&head, NAME, calibration)));
    let open = |file: &str| fs::read(data.join(file));
    let bench = Bench::new(&open, model, if try_out { Part::Dev } else { Part::Test }, 1);
    let mut rows = Vec::new();
    // While trying out, what has no tuning part of its own stays unseen: it must not choose anything.
    for task in TASKS.iter().filter(|task| LEARNT.contains(&task.name) && !(try_out && task.name == "airline")) {
        rows.extend((task.run)(&bench)?);
    }
    for row in &rows {
        println!("{:<48} {:<40} {:>6.3}  n = {}", row.task, row.figure, row.value, row.n);
    }
    if !try_out {
        let asset = root.join("crates/heard-text/assets/reader.bin");
        let bytes = model.write();
        fs::write(&asset, &bytes).with_context(|| format!("{} cannot be written", asset.display()))?;
        fs::write(root.join("docs/MODEL.md"), card(&examples, &rows, model, bytes.len()))?;
        println!("wrote {} bytes and docs/MODEL.md", bytes.len());
    }
    Ok(())
}

/// Name and version, as it stands in readings.
const NAME: &str = "heard-2";
/// The tasks that rest on this head.
const LEARNT: [&str; 3] = ["airline", "vader", "emotions"];

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
