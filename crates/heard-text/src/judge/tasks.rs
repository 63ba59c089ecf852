//! All tasks, in the order of the table.

use crate::judge::task::Task;
use crate::judge::{airline, emotions, languages, size, suggestions, vader};

/// Every task.
pub const TASKS: &[Task] = &[airline::TASK, vader::TASK, emotions::TASK, suggestions::TASK, languages::TASK, size::TASK];
