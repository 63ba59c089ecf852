//! Draws every diagram of 200 parts a hundred times and prints the median in milliseconds: `cargo run --release -p heard-charts --example
//! diagrams`. With a folder as argument it also writes the pictures there, small and large, in a page with the product's styles.

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use heard_charts::chart::Svg;
use heard_charts::digraph::{Arrow, Digraph, Knot, digraph};
use heard_charts::fishbone::{Fishbone, Rib, Twig, fishbone};
use heard_charts::network::{Network, Task, network};
use heard_charts::sankey::{End, Outcome, Sankey, Stream, sankey};
use heard_charts::verification::{Chart, Week, verification};
use heard_domain::draw::Draws;
use heard_domain::id::ActionId;
use heard_domain::plan::{Action, schedule};
use heard_domain::tally::Tally;
use heard_domain::time::Day;
use heard_domain::verification::{Fix, Rules, verify};

const STAGES: [&str; 5] = ["Buy", "Onboard", "Use", "Get help", "Renew"];
const DEPARTMENTS: [&str; 6] = ["Technology", "Process", "Information", "People", "Partners", "Measures"];
const CAUSES: [&str; 10] = [
    "New text-message route",
    "Code lives 60 s",
    "Clock drift on old phones",
    "No fallback channel",
    "Change went out to all at once",
    "Help page assumes old phone",
    "Front line cannot resend",
    "Status page not watched",
    "Carrier filters short links",
    "Delivery rate not measured",
];
const WHY: [&str; 4] = ["one carrier drops 1 in 6", "", "was switched off in March", ""];

/// A name for the nth thing.
fn name(n: usize) -> String {
    let cause = CAUSES.get(n % CAUSES.len()).copied().unwrap_or_default();
    if n < CAUSES.len() { cause.to_owned() } else { format!("{cause} {}", n / CAUSES.len() + 1) }
}

fn draw_fishbone(n: usize) -> Svg {
    let names: Vec<String> = (0..n).map(name).collect();
    let twigs: Vec<Twig> = names
        .iter()
        .enumerate()
        .map(|(i, name)| Twig {
            name,
            why: WHY.get(i % 4).copied().unwrap_or_default(),
            mentions: 900 / (i as u64 + 3),
            link: "/feedback",
        })
        .collect();
    let chunks = twigs.chunks(n.div_ceil(DEPARTMENTS.len()).max(1));
    let ribs: Vec<Rib> = chunks.zip(DEPARTMENTS).map(|(twigs, name)| Rib { name, twigs }).collect();
    fishbone(&Fishbone { effect: "Locked out at first sign-in", detail: "229 comments · −58 net", ribs: &ribs })
}

fn draw_digraph(n: usize) -> Svg {
    let names: Vec<String> = (0..n).map(name).collect();
    let knots: Vec<Knot> = names.iter().map(|name| Knot { name, link: "/issues" }).collect();
    let mut draws = Draws::new(7, 0);
    let arrow = |_| Arrow { from: draws.place(n), to: draws.place(n), strength: 1 + draws.place(3) as u8 };
    let arrows: Vec<Arrow> = (0..n * 3 / 2).map(arrow).collect();
    digraph(&Digraph { id: &format!("drives-{n}"), name: "sign-in", knots: &knots, arrows: &arrows })
}

fn draw_network(n: usize) -> Svg {
    let mut draws = Draws::new(5, 0);
    let after: Vec<Vec<usize>> = (0..n)
        .map(|i| {
            let mut after: Vec<usize> =
                (0..if i == 0 { 0 } else { 1 + draws.place(2) }).map(|_| i - 1 - draws.place(i.min(6))).collect();
            after.sort_unstable();
            after.dedup();
            after
        })
        .collect();
    let id = |at: usize| ActionId(at as i64 + 1);
    let actions: Vec<Action> = (0..n)
        .map(|at| Action {
            id: id(at),
            name: format!("{} {at}", name(at)),
            department: None,
            owner: None,
            days: 1 + draws.place(6) as u32,
            after: after.get(at).into_iter().flatten().map(|at| id(*at)).collect(),
            done: at == 0,
        })
        .collect();
    let Ok(schedule) = schedule(&actions) else { return draw_fishbone(0) };
    let names: Vec<String> = (0..n).map(name).collect();
    let tasks: Vec<Task> =
        names.iter().zip(&after).map(|(name, after)| Task { name, owner: "", after, done: false, link: "/plans" }).collect();
    network(&Network { id: &format!("plan-{n}"), name: "lock-outs", tasks: &tasks, schedule: &schedule })
}

fn draw_sankey(n: usize) -> Svg {
    let outcomes = [
        Outcome { name: "Verified fixed", end: End::Good },
        Outcome { name: "Under way", end: End::Going },
        Outcome { name: "Nothing yet", end: End::Nothing },
        Outcome { name: "Customer left", end: End::Bad },
    ];
    let issues: Vec<String> = (0..n).map(name).collect();
    let mut draws = Draws::new(9, 0);
    let mut streams = vec![];
    for (i, issue) in issues.iter().enumerate() {
        for _ in 0..3 {
            let (stage, department) = (STAGES.get(i % 5), DEPARTMENTS.get(draws.place(6)));
            let (Some(stage), Some(department)) = (stage, department) else { continue };
            streams.push(Stream { stage, issue, department, outcome: draws.place(4), count: 1 + draws.place(60) as u64 });
        }
    }
    sankey(&Sankey { unit: "comments", streams: &streams, outcomes: &outcomes, link: &|_, _| "/feedback".to_owned() })
}

fn draw_verification() -> Svg {
    let mut draws = Draws::new(11, 0);
    let fixed = 20_480;
    let tallies: Vec<Tally> = (fixed - 365..=fixed + 90)
        .map(|day| {
            let rate = if day > fixed { 0.12 } else { 0.6 };
            let persons = (0..3).filter(|_| draws.unit() < rate / 3.0).count() as u64;
            Tally { day: Day(day), stratum: None, persons, exposures: 120.0 }
        })
        .collect();
    let fix = Fix { since: None, opened: Day(fixed - 60), first: Day(fixed - 18), last: Day(fixed + 1), signed: None };
    let found = verify(&fix, &tallies, fix.last + 89, &Rules::default());
    let week = |days: &[Tally]| Week {
        from: days.first().map_or(Day(0), |t| t.day),
        persons: days.iter().map(|t| t.persons).sum(),
        exposures: days.iter().map(|t| t.exposures).sum(),
        link: "/feedback",
    };
    let weeks: Vec<Week> = tallies.chunks(7).map(week).collect();
    verification(&Chart { name: "Locked out at first sign-in", unit: "sign-ins", fix: &fix, found: &found, weeks: &weeks })
}

fn median(draw: &dyn Fn() -> Svg) -> (f64, usize) {
    let mut times = vec![];
    let mut size = 0;
    for _ in 0..100 {
        let begin = Instant::now();
        size = draw().as_str().len();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    (times.get(50).copied().unwrap_or(0.0), size)
}

#[expect(clippy::print_stdout, reason = "its purpose is to print")]
fn main() -> std::io::Result<()> {
    type Diagram = (&'static str, fn(usize) -> Svg);
    let diagrams: [Diagram; 5] = [
        ("fishbone", draw_fishbone),
        ("digraph", draw_digraph),
        ("network", draw_network),
        ("sankey", draw_sankey),
        ("verification", |_| draw_verification()),
    ];
    for (name, draw) in diagrams {
        let (ms, bytes) = median(&|| draw(200));
        println!("{name:13} 200 parts: {ms:6.2} ms, {} KB", bytes / 1024);
    }
    if let Some(folder) = std::env::args().nth(1) {
        for theme in ["light", "dark"] {
            for (name, draw) in diagrams {
                for n in [10, 50, 200] {
                    let mut page =
                        format!("<!doctype html><html data-theme={theme}><link rel=stylesheet href=app.css><body class=bare>");
                    let _ = write!(page, "<section class=card>{}</section>", draw(n));
                    std::fs::write(Path::new(&folder).join(format!("{name}-{n}-{theme}.html")), page)?;
                }
            }
        }
    }
    Ok(())
}
