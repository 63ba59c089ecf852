//! How long questions take over many feedbacks, by columns and search index alone:
//! `cargo run --release -p heard-store --example million -- 1000000`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it measures and prints, and stops where it cannot go on")]

use std::collections::BTreeSet;
use std::time::Instant;

use heard_domain::id::{CategoryId, ScaleId, StageId};
use heard_domain::question::Dimension::{Account, Category, Stage, Week};
use heard_domain::question::{Dimension, Filter};
use heard_domain::reading::Polarity;
use heard_domain::scope::Scope;
use heard_domain::score::{Formula, Scale};
use heard_domain::time::{Day, Period};
use heard_store::figures::ask::{Ask, Lookup, Sight};
use heard_store::figures::columns::{Columns, Item, Piece};
use heard_store::figures::kernel;
use heard_store::figures::tally::{Gauge, Window};
use heard_store::search::index::{IndexPen, SearchIndex, Verbatim};
use heard_store::search::words::Words;

const DAYS: u64 = 104 * 7;
const FIRST: i64 = 19_000;
const DAY_MS: u64 = 86_400_000;

/// Numbers that look random and are the same every time (Steele, Lea and Flood 2014).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

fn item(id: u64, of: u64, numbers: &mut Numbers) -> Item {
    let at = FIRST as u64 * DAY_MS + id * DAYS * DAY_MS / of;
    let piece = |numbers: &mut Numbers| Piece {
        polarity: Some(numbers.below(3) as u8),
        emotion: (numbers.below(2) == 0).then(|| numbers.below(8) as u8),
        stage: (numbers.below(10) > 0).then(|| 1 + numbers.below(8) as i64),
        intents: 1 << numbers.below(5),
        categories: (0..=numbers.below(2)).map(|_| 1 + (numbers.below(200) * numbers.below(200) / 200) as i64).collect(),
    };
    Item {
        id: id as i64 + 1,
        at: at as i64,
        day: (at / DAY_MS) as i32,
        post: 1 + numbers.below(10) as i64,
        person: (numbers.below(2) == 0).then(|| 1 + numbers.below(of / 4 + 1) as i64),
        account: (numbers.below(4) == 0).then(|| 1 + numbers.below(5_000) as i64),
        ratings: if numbers.below(3) == 0 { vec![(1, numbers.below(11) as f64)] } else { vec![] },
        passages: (0..=numbers.below(3)).map(|_| piece(numbers)).collect(),
        ..Item::default()
    }
}

/// Words with the frequencies of real language: word n occurs about 1/n as often as the first.
fn text(numbers: &mut Numbers) -> String {
    let word =
        |numbers: &mut Numbers| format!("w{}", (60_000_f64.powf(numbers.below(1 << 20) as f64 / f64::from(1 << 20))) as u64);
    (0..22).map(|_| word(numbers)).collect::<Vec<_>>().join(" ")
}

/// Time of the processors that this program has used, in milliseconds; 0 where it cannot be told.
fn used() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: f64 = after_name.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks * 10.0
}

fn timed<T>(what: &str, times: usize, mut run: impl FnMut() -> T) -> T {
    let mut taken: Vec<f64> = Vec::new();
    let mut result = None;
    let before = used();
    for _ in 0..times {
        let begun = Instant::now();
        result = Some(run());
        taken.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    taken.sort_by(f64::total_cmp);
    println!("{what:<58} {:>9.1} ms, {:>8.1} ms of processor", taken[times / 2], (used() - before) / times as f64);
    result.unwrap()
}

fn main() {
    let of: u64 = std::env::args().nth(1).map_or(1_000_000, |count| count.parse().unwrap());
    let mut numbers = Numbers(7);
    let items: Vec<Item> = (0..of).map(|id| item(id, of, &mut numbers)).collect();
    let mut columns = Columns::default();
    timed("put into the columns", 1, || items.iter().for_each(|item| columns.put(item).unwrap()));
    let folder = tempfile::tempdir().unwrap();
    let index = SearchIndex::create(folder.path(), "one").unwrap();
    timed("put into the index", 1, || {
        let mut pen = IndexPen::take(&index).unwrap();
        for item in &items {
            let (id, at, post, text) = (item.id, item.at, item.post, text(&mut numbers));
            pen.put(&Verbatim { id, revision: 1, at, post, touchpoint: None, import: None, text }).unwrap();
        }
        pen.commit(1).unwrap();
    });
    timed("merge all columns anew", 1, || drop(columns.merged()));

    let last = Day((FIRST + DAYS as i64 - 1) as i32);
    let lookup = Lookup { parents: (1..=200).map(|id| (CategoryId(id), None)).collect(), ..Lookup::default() };
    let scale = Scale { id: ScaleId(1), name: "NPS".into(), formula: Formula::Nps, min: 0.0, max: 10.0, higher_is_better: true };
    let ask = |gauge: &Gauge, by: &[Dimension], filter: Filter| Ask {
        gauge: gauge.clone(),
        by: by.to_vec(),
        sight: Sight::new(&Scope::system(), &filter, &lookup),
        lookup: lookup.clone(),
    };
    let (volume, net) = (Gauge::Volume, Gauge::Net { clustered: false });
    let clustered = Gauge::Net { clustered: true };
    let all = Window { period: None, shift: 0 };
    let year = Window { period: Some(Period::ending(last, 364)), shift: 0 };
    let month = Window { period: Some(Period::ending(last, 28)), shift: 0 };
    let before = Window { period: Some(Period::ending(last, 28).before()), shift: 28 };
    let run = |what: &str, ask: &Ask, windows: &[Window]| {
        timed(what, 15, || {
            windows.iter().map(|window| kernel::answer(&columns, ask, *window, None).unwrap().len()).sum::<usize>()
        });
    };
    run("volume, week, all", &ask(&volume, &[Week], Filter::default()), &[all]);
    run("volume, week × stage, 52 weeks", &ask(&volume, &[Week, Stage], Filter::default()), &[year]);
    run("volume, week × stage, 104 weeks", &ask(&volume, &[Week, Stage], Filter::default()), &[all]);
    run("net sentiment, week × stage, 104 weeks", &ask(&net, &[Week, Stage], Filter::default()), &[all]);
    run("net sentiment by person, week × stage, 104 weeks", &ask(&clustered, &[Week, Stage], Filter::default()), &[all]);
    run("net sentiment by person, one figure, 104 weeks", &ask(&clustered, &[], Filter::default()), &[all]);
    run("movers: volume by category, 28 days and before", &ask(&volume, &[Category], Filter::default()), &[month, before]);
    run(
        "movers: net by person and category, 28 days and before",
        &ask(&clustered, &[Category], Filter::default()),
        &[month, before],
    );
    run("heat map: stage × category, 52 weeks", &ask(&volume, &[Stage, Category], Filter::default()), &[year]);
    run("NPS by stage, all", &ask(&Gauge::Rating(scale), &[Stage], Filter::default()), &[all]);
    run("volume by account, all", &ask(&volume, &[Account], Filter::default()), &[all]);
    let narrow = Filter { stage: vec![StageId(3)], polarity: vec![Polarity::Negative], ..Filter::default() };
    run("negative about one stage, by category, all", &ask(&volume, &[Category], narrow), &[all]);

    for search in ["w3", "w40", "w3000", "\"w3 w5\"", "w3 -w40"] {
        let words = Words::read(search).unwrap().unwrap();
        let by_week = ask(&volume, &[Week], Filter::default());
        let found = timed(&format!("search {search}: postings, rows, series by week"), 15, || {
            let hits = index.hits(&words, None).unwrap();
            let mut rows: Vec<u32> = hits.into_iter().filter_map(|id| columns.row(id).map(|row| row as u32)).collect();
            rows.sort_unstable();
            kernel::answer(&columns, &by_week, all, Some(&rows)).unwrap();
            rows.len()
        });
        println!("{:<58} {found:>9} found", "");
    }
    let stages: BTreeSet<u16> = columns.stage.iter().copied().collect();
    println!("{} feedbacks, {} passages, {} stages", columns.feedbacks(), columns.polarity.len(), stages.len());
}
