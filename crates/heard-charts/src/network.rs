//! The activity network of a plan: each action a box with its earliest and latest days, its length and its slack; the critical path
//! stands out (Kelley and Walker 1959).

use std::fmt::Write;

use heard_domain::plan::{Schedule, Timing};

use crate::chart::{Px, Svg, escape, href, linked, palette, wrap};
use crate::digraph::heads;
use crate::layers::layers;
use crate::number::whole;
use crate::twin::{Twin, TwinRow};

/// One action.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// What is done.
    pub name: &'a str,
    /// Who does it; may be empty.
    pub owner: &'a str,
    /// The places of those it waits for.
    pub after: &'a [usize],
    /// Whether it is done.
    pub done: bool,
    /// Where it is shown.
    pub link: &'a str,
}

/// What the network shows.
#[derive(Debug, Clone, Copy)]
pub struct Network<'a> {
    /// Unique on the page.
    pub id: &'a str,
    /// What the plan is about.
    pub name: &'a str,
    /// The actions.
    pub tasks: &'a [Task<'a>],
    /// What follows from them, in the same order.
    pub schedule: &'a Schedule,
}

const BOX: (f64, f64) = (156.0, 92.0);
/// Between two columns.
const BETWEEN: f64 = 48.0;

/// The letters of an action: A to Z, then AA, AB…
pub fn letters(at: usize) -> String {
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    match at {
        0..26 => letter(at).to_string(),
        _ => format!("{}{}", letters(at / 26 - 1), letter(at)),
    }
}

fn timing(input: &Network, at: usize) -> Timing {
    let none = Timing { earliest_start: 0, earliest_end: 0, latest_start: 0, latest_end: 0 };
    input.schedule.timings.get(at).copied().unwrap_or(none)
}

fn days(n: u32) -> String {
    format!("{} working day{}", whole(u64::from(n)), if n == 1 { "" } else { "s" })
}

/// Draws the network.
pub fn network(input: &Network) -> Svg {
    let n = input.tasks.len();
    let arrows: Vec<(usize, usize)> = input
        .tasks
        .iter()
        .enumerate()
        .flat_map(|(to, task)| task.after.iter().filter(move |from| **from < n).map(move |from| (*from, to)))
        .collect();
    let laid = layers(n, &input.schedule.order, &arrows, BOX.1, 20.0);
    let (left, top) = (|column: usize| 6.0 + column as f64 * (BOX.0 + BETWEEN), 8.0);
    let w = (left(laid.columns) - BETWEEN + 6.0).max(BOX.0);
    let h = laid.height + 2.0 * top;
    let place = |at: usize| laid.boxes.get(at).map_or((0.0, 0.0), |(column, y)| (left(*column), y + top));
    let critical = |from: usize, to: usize| {
        let (a, b) = (timing(input, from), timing(input, to));
        a.critical() && b.critical() && a.earliest_end == b.earliest_start
    };
    let mut inside = heads(input.id);
    // What decides is drawn last, on top.
    for wanted in [false, true] {
        for ((from, to), passes) in arrows.iter().zip(&laid.passes) {
            if critical(*from, *to) != wanted {
                continue;
            }
            let ((x0, y0), (x1, y1)) = (place(*from), place(*to));
            let mut path = format!("M{} {}", Px(x0 + BOX.0), Px(y0));
            let mut last = (x0 + BOX.0, y0);
            let mut to_point = |x: f64, y: f64| {
                let mid = f64::midpoint(last.0, x);
                let _ = write!(path, "C{} {} {} {} {} {}", Px(mid), Px(last.1), Px(mid), Px(y), Px(x), Px(y));
                last = (x, y);
                (x, y)
            };
            for (column, y) in passes {
                to_point(left(*column), y + top);
                to_point(left(*column) + BOX.0, y + top);
            }
            to_point(x1 - 1.0, y1);
            let _ = write!(
                inside,
                "<path class=\"g-edge{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" marker-end=\"url(#{}-{})\" d=\"{path}\"/>",
                if wanted { " crit" } else { "" },
                if wanted { palette::BAD } else { palette::MUTE },
                if wanted { 3 } else { 2 },
                escape(input.id),
                if wanted { "lead" } else { "arrow" }
            );
        }
    }
    for (at, task) in input.tasks.iter().enumerate() {
        task_box(&mut inside, input, (at, task), place(at));
    }
    let (sentence, description) = words(input);
    linked("graph", (w, h), &sentence, &description, &inside)
}

/// One box; `y` is the middle of its height.
fn task_box(out: &mut String, input: &Network, (at, task): (usize, &Task), (x, y): (f64, f64)) {
    let timing = timing(input, at);
    let (y, critical, third) = (y - BOX.1 / 2.0, timing.critical(), BOX.0 / 3.0);
    let bottom = y + BOX.1 - 22.0;
    let columns = format!("M{} {}v22M{} {1}v22", Px(x + third), Px(y), Px(x + 2.0 * third));
    let below = format!("M{} {}v22M{} {1}v22", Px(x + third), Px(bottom), Px(x + 2.0 * third));
    let _ = write!(
        out,
        "<a class=\"t-node{}{}\" href=\"{}\"><rect class=\"t-box\" fill=\"{}\" stroke=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"9\"/>\
         <path class=\"t-rule\" fill=\"none\" stroke=\"{}\" d=\"M{5} {}h{7}M{5} {}h{7}{columns}{below}\"/>",
        if critical { " crit" } else { "" },
        if task.done { " done" } else { "" },
        href(task.link),
        palette::CARD,
        if critical { palette::BAD } else { palette::MUTE },
        Px(x),
        Px(y),
        BOX.0,
        BOX.1,
        palette::LINE,
        Px(y + 22.0),
        Px(bottom),
    );
    let lines = wrap(task.name, 13.0, BOX.0 - 48.0, 2);
    let line = y + if lines.len() > 1 { 42.0 } else { 50.0 };
    let _ = write!(
        out,
        "<text class=\"t-id\" fill=\"{}\" font-size=\"13\" font-weight=\"700\" x=\"{}\" y=\"{}\">{} </text>",
        if critical { palette::BAD } else { palette::GREY },
        Px(x + 10.0),
        Px(line),
        letters(at)
    );
    for (k, words) in lines.iter().enumerate() {
        let _ = write!(
            out,
            "<text class=\"g-t\" fill=\"{}\" font-size=\"12.5\" font-weight=\"600\" x=\"{}\" y=\"{}\">{} </text>",
            palette::INK,
            Px(x + 40.0),
            Px(line + 16.0 * k as f64),
            escape(words)
        );
    }
    let length = timing.earliest_end - timing.earliest_start;
    let above = [timing.earliest_start.to_string(), format!("{length} d"), timing.earliest_end.to_string()];
    let slack = match (task.done, critical) {
        (true, _) => "done".to_owned(),
        (false, true) => "critical".to_owned(),
        (false, false) => format!("+{}", timing.slack()),
    };
    let below = [timing.latest_start.to_string(), slack, timing.latest_end.to_string()];
    // The name is read first, and the numbers stand in the table as well.
    out.push_str("<g aria-hidden=\"true\">");
    for (row, y) in [(above, y + 15.5), (below, y + BOX.1 - 6.5)] {
        for (k, words) in row.iter().enumerate() {
            let lead = critical && words == "critical";
            let _ = write!(
                out,
                "<text class=\"t-num{}\" fill=\"{}\" font-size=\"11\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{words}</text>",
                if lead { " lead" } else { "" },
                if lead { palette::BAD } else { palette::GREY },
                Px(x + third * (k as f64 + 0.5)),
                Px(y)
            );
        }
    }
    out.push_str("</g></a>");
}

fn words(input: &Network) -> (String, String) {
    let name = |at: &usize| input.tasks.get(*at).map(|task| task.name);
    let path: Vec<&str> = input.schedule.path.iter().filter_map(name).collect();
    let sentence = if path.is_empty() {
        format!("Plan for {}: no actions yet.", input.name)
    } else {
        format!(
            "Plan for {}: {} actions, {}. Critical path: {}.",
            input.name,
            input.tasks.len(),
            days(input.schedule.days),
            path.join(", ")
        )
    };
    (
        sentence,
        "In each box: earliest start, length and earliest end above; latest start, slack and latest end below, in working days."
            .to_owned(),
    )
}

/// The same as rows, in an order in which they can be done.
pub fn twin(input: &Network) -> Twin {
    let row = |at: &usize| {
        let (task, timing) = (input.tasks.get(*at)?, timing(input, *at));
        let after: Vec<String> = task.after.iter().map(|at| letters(*at)).collect();
        let length = timing.earliest_end - timing.earliest_start;
        let mut cells = vec![letters(*at), task.name.to_owned(), task.owner.to_owned(), after.join(", "), length.to_string()];
        cells.extend([timing.earliest_start, timing.earliest_end, timing.latest_start, timing.latest_end].map(|n| n.to_string()));
        cells.push(if timing.critical() { "critical".to_owned() } else { format!("+{}", timing.slack()) });
        cells.push(if task.done { "yes" } else { "" }.to_owned());
        Some(TwinRow { cells, link: task.link.to_owned() })
    };
    let head = vec![
        "Action",
        "What",
        "Owner",
        "After",
        "Working days",
        "Earliest start",
        "Earliest end",
        "Latest start",
        "Latest end",
        "Slack",
        "Done",
    ];
    Twin { head, rows: input.schedule.order.iter().filter_map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::stand_apart;
    use heard_domain::id::ActionId;
    use heard_domain::plan::{Action, schedule};

    /// Names, working days and what each waits for.
    fn plan(actions: &[(String, u32, Vec<usize>)]) -> Schedule {
        let id = |at: usize| ActionId(at as i64 + 1);
        let action = |(at, (name, days, after)): (usize, &(String, u32, Vec<usize>))| Action {
            id: id(at),
            name: name.clone(),
            department: None,
            owner: None,
            days: *days,
            after: after.iter().map(|at| id(*at)).collect(),
            done: false,
        };
        let actions: Vec<Action> = actions.iter().enumerate().map(action).collect();
        schedule(&actions).unwrap()
    }

    fn tasks(actions: &[(String, u32, Vec<usize>)]) -> Vec<Task<'_>> {
        actions
            .iter()
            .enumerate()
            .map(|(at, (name, _, after))| Task { name, owner: "", after, done: at == 0, link: "/plans/1" })
            .collect()
    }

    #[test]
    fn the_critical_path_stands_out() {
        let actions = [
            ("Confirm cause on traces".to_owned(), 2, vec![]),
            ("Restore 300 s lifetime".to_owned(), 1, vec![0]),
            ("Rewrite the <code> message".to_owned(), 2, vec![0]),
            ("Legal check of fallback".to_owned(), 4, vec![0]),
            ("Build voice fallback".to_owned(), 5, vec![1, 3]),
            ("Roll out in steps".to_owned(), 2, vec![2, 4]),
        ];
        let schedule = plan(&actions);
        let tasks = tasks(&actions);
        let input = Network { id: "plan", name: "lock-outs", tasks: &tasks, schedule: &schedule };
        let svg = network(&input);
        stand_apart(&svg);
        insta::assert_snapshot!(svg);
        let twin = twin(&input);
        assert_eq!(twin.rows.len(), 6);
        assert_eq!(twin.rows[1].cells, ["B", "Restore 300 s lifetime", "", "A", "1", "2", "3", "5", "6", "+3", ""]);
    }

    #[test]
    fn an_empty_plan_is_still_a_picture() {
        let schedule = plan(&[]);
        stand_apart(&network(&Network { id: "p", name: "nothing", tasks: &[], schedule: &schedule }));
    }

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn labels_stand_apart_however_many_there_are() {
        for n in [5_usize, 50, 200] {
            let actions: Vec<(String, u32, Vec<usize>)> = (0..n)
                .map(|i| {
                    let after = if i < 4 { vec![] } else { vec![i * 5 % i, i - 1 - i % 3] };
                    (format!("Action {i} {}", "with more to say ".repeat(i % 4)), (i % 7) as u32, after)
                })
                .collect();
            let schedule = plan(&actions);
            let tasks = tasks(&actions);
            let input = Network { id: "p", name: "many", tasks: &tasks, schedule: &schedule };
            let svg = network(&input);
            stand_apart(&svg);
            assert_eq!(svg, network(&input));
        }
    }
}
