//! `heard eval`: how well the reader reads, on the labelled sets in a folder, held against its bars.

use std::fs;
use std::path::Path;

use anyhow::Context;
use heard_text::deep::reader::Deep;
use heard_text::judge::split::Part;
use heard_text::judge::task::{Bench, Row};
use heard_text::judge::tasks::TASKS;
use heard_text::model::Model;
use serde_json::{Value, json};

use crate::cli::Eval;
use crate::say;

/// Judges and prints.
pub fn run(folder: Option<&str>, wanted: &Eval) -> anyhow::Result<()> {
    let folder = Path::new(folder.context("say where the labelled sets are: heard eval --data FOLDER")?);
    let known = || TASKS.iter().map(|task| task.name).collect::<Vec<_>>().join(", ");
    if let Some(odd) = wanted.task.iter().find(|name| !TASKS.iter().any(|task| task.name == **name)) {
        anyhow::bail!("--task: “{odd}” is not a task; known are: {}", known());
    }
    let open = |file: &str| fs::read(folder.join(file));
    let deep = wanted.deep.as_ref().map(|folder| {
        let opened = Deep::open(&|file| fs::read(folder.join(file)));
        opened.with_context(|| format!("--deep: {} holds no reader", folder.display()))
    });
    let deep = deep.transpose()?;
    let bench = Bench::new(&open, Model::shipped(), Part::Test, wanted.every).with_deep(deep.as_ref());
    let mut rows = Vec::new();
    for task in TASKS.iter().filter(|task| wanted.task.is_empty() || wanted.task.iter().any(|name| name == task.name)) {
        if say::watched() {
            say::talk(&format!("{} …", task.name));
        }
        rows.extend((task.run)(&bench)?);
    }
    if wanted.json { say::json(&rows.iter().map(object).collect::<Vec<_>>()) } else { markdown(&rows) }
}

fn object(row: &Row) -> Value {
    json!({
        "task": row.task,
        "figure": row.figure,
        "value": row.value,
        "n": row.n,
        "floor": row.bar.map(|bar| bar.floor),
        "moonshot": row.bar.map(|bar| bar.moonshot),
        "reached": row.bar.map(|bar| verdict(bar.reached(row.value))),
    })
}

fn verdict((floor, moonshot): (bool, bool)) -> &'static str {
    match (floor, moonshot) {
        (_, true) => "moonshot",
        (true, false) => "floor",
        (false, false) => "no",
    }
}

fn markdown(rows: &[Row]) -> anyhow::Result<()> {
    say::data("| task | figure | value | n | floor | moonshot | reached |")?;
    say::data("|---|---|---:|---:|---:|---:|---|")?;
    for Row { task, figure, value, n, bar } in rows {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value}"));
        let reached = bar.map_or("", |bar| verdict(bar.reached(*value)));
        let (floor, moonshot) = (number(bar.map(|bar| bar.floor)), number(bar.map(|bar| bar.moonshot)));
        say::data(&format!("| {task} | {figure} | {value:.3} | {n} | {floor} | {moonshot} | {reached} |"))?;
    }
    Ok(())
}
