//! Banking77 through the product's taxonomy learner: 77 categories known by their names, and 0, 5, 10 or all examples of
//! each. Draws of examples come from the train part; the test part only measures. The settings of the learner were
//! chosen on CLINC150 without its banking domains and on a third of the train part.

use heard_domain::id::CategoryId;
use heard_domain::taxonomy::{Category, Taxonomy};

use crate::judge::measure::accuracy;
use crate::judge::split::Part;
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};
use crate::learn::chance::Chance;
use crate::learn::example::Example;
use crate::learn::head::CategoryHead;

/// The task.
pub const TASK: Task = Task { name: "banking", run };

/// How often a few examples are drawn; a quick look draws once.
const DRAWS: u64 = 5;

/// The set, split.
pub struct Split {
    /// What examples are drawn from: text and name.
    pub train: Vec<(String, String)>,
    /// What is judged.
    pub test: Vec<(String, String)>,
    /// The categories, known by their names.
    pub taxonomy: Taxonomy,
    names: Vec<String>,
}

impl Split {
    /// Reads it.
    pub fn read(bench: &Bench<'_>) -> Result<Self, NotJudged> {
        let mut train = read(bench, "banking77/train.csv")?;
        let test = if bench.part == Part::Test {
            read(bench, "banking77/test.csv")?
        } else {
            // While trying out a third of the train part measures, and the test part stays shut.
            let mut chance = Chance::new(9);
            chance.shuffle(&mut train);
            train.split_off(train.len() * 2 / 3)
        };
        let test = bench.some(test).collect();
        let mut names: Vec<String> = train.iter().map(|(_, name)| name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let taxonomy = Taxonomy { version: 1, categories: (1..).zip(&names).map(|(id, name)| category(id, name)).collect() };
        Ok(Self { train, test, taxonomy, names })
    }

    /// The category of a name.
    pub fn id(&self, name: &str) -> CategoryId {
        CategoryId(self.names.binary_search_by(|known| known.as_str().cmp(name)).map_or(0, |at| at as i64 + 1))
    }

    /// A row as an example.
    pub fn example(&self, (text, name): &(String, String)) -> Example {
        Example { text: text.clone(), category: self.id(name), belongs: true }
    }
}

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let split = Split::read(bench)?;
    let Split { train, test, taxonomy, .. } = &split;
    let id = |name: &str| split.id(name);
    let example = |row: &(String, String)| split.example(row);
    let right = |head: &CategoryHead| {
        let said = |text: &str| head.of_text(text).first().map_or(CategoryId(0), |scored| scored.category);
        accuracy(&test.iter().map(|(text, name)| (id(name), said(text))).collect::<Vec<_>>())
    };
    let row =
        |figure, value, bar| Row { task: "Banking77, the taxonomy's learner".to_owned(), figure, value, n: test.len(), bar };
    let thorough = test.len() > 1000;
    let few = |k: usize| {
        let draws = if thorough { DRAWS } else { 1 };
        let of =
            |seed| right(&CategoryHead::learn(taxonomy, &drawn(train, k, seed).into_iter().map(example).collect::<Vec<_>>()));
        (1..=draws).map(of).sum::<f64>() / draws as f64
    };
    let mut rows = vec![
        row("accuracy by the names alone", right(&CategoryHead::learn(taxonomy, &[])), None),
        row("5-shot accuracy", few(5), Some(Bar::new(0.71, 0.75))),
        row("10-shot accuracy", few(10), Some(Bar::new(0.79, 0.82))),
    ];
    if thorough {
        let all: Vec<Example> = train.iter().map(example).collect();
        rows.push(row("full accuracy", right(&CategoryHead::learn(taxonomy, &all)), Some(Bar::new(0.92, 0.93))));
    }
    Ok(rows)
}

fn read(bench: &Bench<'_>, file: &str) -> Result<Vec<(String, String)>, NotJudged> {
    let field = |row: &csv::StringRecord, at| row.get(at).unwrap_or("").to_owned();
    Ok(bench.csv(file, true)?.iter().map(|row| (field(row, 0), field(row, 1))).collect())
}

fn category(id: i64, name: &str) -> Category {
    Category {
        id: CategoryId(id),
        parent: None,
        name: name.replace('_', " "),
        definition: String::new(),
        watch_words: Vec::new(),
        stage: None,
        departments: Vec::new(),
        position: 0,
    }
}

/// `k` rows of each category.
pub fn drawn(rows: &[(String, String)], k: usize, seed: u64) -> Vec<&(String, String)> {
    let mut order: Vec<&(String, String)> = rows.iter().collect();
    Chance::new(seed).shuffle(&mut order);
    order.sort_by(|a, b| a.1.cmp(&b.1));
    order.chunk_by(|a, b| a.1 == b.1).flat_map(|group| group.iter().take(k).copied()).collect()
}
