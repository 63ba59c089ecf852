//! How much of the program the model and its heads take.

use crate::embedding::TABLE;
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};
use crate::model::ASSET;

/// The task.
pub const TASK: Task = Task { name: "size", run };

/// The assets in the program.
const ASSETS: [&[u8]; 2] = [TABLE, ASSET];

#[expect(clippy::unnecessary_wraps, reason = "every task may find that its data is not there")]
fn run(_: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let bytes: usize = ASSETS.iter().map(|asset| asset.len()).sum();
    let bar = Some(Bar { floor: 25.0, moonshot: 12.0, less_is_better: true });
    let row =
        Row { task: "model and heads in the program".to_owned(), figure: "MB", value: bytes as f64 / 1e6, n: ASSETS.len(), bar };
    Ok(vec![row])
}
