//! What the deep reader adds, if there is one: Banking77 by a few examples of each category, wholly by it and as it is used (only
//! where the fast reader is unsure). The settings of its head were chosen on a third of the train part.

use heard_domain::id::CategoryId;

use crate::deep::again::is_unsure;
use crate::deep::head::DeepHead;
use crate::deep::reader::Deep;
use crate::judge::banking::{Split, drawn};
use crate::judge::measure::accuracy;
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};
use crate::learn::example::Example;
use crate::learn::head::CategoryHead;

/// The task; without a deep reader it says nothing.
pub const TASK: Task = Task { name: "deep", run };

/// How often a few examples are drawn; a quick look draws once.
const DRAWS: u64 = 5;
/// Below this a category is not shown.
const LEAST: f32 = 0.36;

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let Some(deep) = bench.deep else { return Ok(Vec::new()) };
    let split = Split::read(bench)?;
    let texts: Vec<&str> = split.test.iter().map(|(text, _)| text.as_str()).collect();
    let meanings = deep.vectors(&texts);
    let draws = if split.test.len() > 1000 { DRAWS } else { 1 };
    let mut rows = Vec::new();
    for (k, figures, bars) in [
        (5, ["5-shot accuracy", "5-shot accuracy as used", "5-shot share asked"], [None, None]),
        (10, ["10-shot accuracy", "10-shot accuracy as used", "10-shot share asked"], [Some(Bar::new(0.79, 0.88)), None]),
    ] {
        let of = |seed| {
            few(
                deep,
                &split,
                &meanings,
                &drawn(&split.train, k, seed).into_iter().map(|row| split.example(row)).collect::<Vec<_>>(),
            )
        };
        let all: Vec<[f64; 3]> = (1..=draws).map(of).collect();
        let mean = |at: usize| all.iter().filter_map(|one| one.get(at)).sum::<f64>() / draws as f64;
        for ((at, figure), bar) in figures.into_iter().enumerate().zip([bars[0], bars[1], None]) {
            let task = "Banking77, the taxonomy's learner, deep reader".to_owned();
            rows.push(Row { task, figure, value: mean(at), n: split.test.len(), bar });
        }
    }
    Ok(rows)
}

/// How often the deep head is right, how often both together as they are used, and which share is then asked.
fn few(deep: &Deep, split: &Split, meanings: &[Vec<f32>], examples: &[Example]) -> [f64; 3] {
    let fast = CategoryHead::learn(&split.taxonomy, examples);
    let head = DeepHead::learn(deep, &split.taxonomy, examples, None);
    let (mut wholly, mut used, mut asked) = (Vec::new(), Vec::new(), 0_usize);
    for ((text, name), meaning) in split.test.iter().zip(meanings) {
        let truth = split.id(name);
        let said = head.of(text, meaning).first().map_or(CategoryId(0), |best| best.0);
        let scored = fast.of_text(text);
        let shown: Vec<f32> = scored.iter().map(|scored| scored.confidence).take_while(|c| *c >= LEAST).collect();
        let unsure = is_unsure(&shown);
        asked += usize::from(unsure);
        wholly.push((truth, said));
        used.push((truth, if unsure { said } else { scored.first().map_or(CategoryId(0), |best| best.category) }));
    }
    [accuracy(&wholly), accuracy(&used), asked as f64 / split.test.len().max(1) as f64]
}
