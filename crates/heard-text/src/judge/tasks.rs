//! All tasks, in the order of the table.

use crate::judge::task::Task;
use crate::judge::{
    airline, banking, calibration, deep, emotions, languages, learnt, restaurants, size, suggestions, themes, vader,
};

/// Every task.
pub const TASKS: &[Task] = &[
    airline::TASK,
    vader::TASK,
    emotions::TASK,
    learnt::TASK,
    banking::TASK,
    calibration::TASK,
    deep::TASK,
    restaurants::TASK,
    suggestions::TASK,
    themes::TASK,
    languages::TASK,
    size::TASK,
];
