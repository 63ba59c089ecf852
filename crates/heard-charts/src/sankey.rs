//! The Sankey diagram: persons from stage to issue, department and outcome. The width of a stream is how many there are; its colour is
//! how it ended.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::chart::{Px, Svg, escape, fit, href, linked, palette, width};
use crate::number::whole;
use crate::twin::{Twin, TwinRow};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Good for the customer.
    Good,
    /// It goes on.
    Going,
    /// Nothing comes of it.
    Nothing,
    /// Bad for the customer.
    Bad,
}

impl End {
    fn colour(self) -> &'static str {
        match self {
            Self::Good => palette::GOOD,
            Self::Going => palette::WARN,
            Self::Nothing => palette::MUTE,
            Self::Bad => palette::BAD,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Good => "o-good",
            Self::Going => "o-going",
            Self::Nothing => "o-nothing",
            Self::Bad => "o-bad",
        }
    }
}

/// Persons who went the same way.
#[derive(Debug, Clone, Copy)]
pub struct Stream<'a> {
    /// The stage.
    pub stage: &'a str,
    /// The issue.
    pub issue: &'a str,
    /// The department.
    pub department: &'a str,
    /// The place of the outcome.
    pub outcome: usize,
    /// How many.
    pub count: u64,
}

/// An outcome.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// In a word.
    pub name: &'a str,
    /// What it means for the customer.
    pub end: End,
}

/// What the diagram shows.
#[derive(Clone, Copy)]
pub struct Sankey<'a> {
    /// What is counted ("comments").
    pub unit: &'a str,
    /// The ways.
    pub streams: &'a [Stream<'a>],
    /// The outcomes, from the top.
    pub outcomes: &'a [Outcome<'a>],
    /// Where the comments of a node are: by its column (0 stage, 1 issue, 2 department, 3 outcome) and name.
    pub link: &'a dyn Fn(usize, &str) -> String,
}

const COLUMNS: [&str; 4] = ["Stage", "Issue", "Department", "Outcome"];
const PITCH: f64 = 388.0;
const THICK: f64 = 12.0;
const TOP: f64 = 34.0;
/// All together, px.
const TALL: f64 = 380.0;
/// The least room of a node: its label is that high.
const ROOM: f64 = 18.0;
const GAP: f64 = 8.0;

/// One stream with its nodes as places in their columns.
struct Way {
    at: [usize; 4],
    count: f64,
}

struct Node<'a> {
    name: &'a str,
    count: f64,
    /// The upper end.
    y: f64,
}

struct Laid<'a> {
    nodes: [Vec<Node<'a>>; 4],
    ways: Vec<Way>,
    scale: f64,
    height: f64,
}

fn name<'a>(input: &Sankey<'a>, stream: &Stream<'a>, column: usize) -> &'a str {
    match column {
        0 => stream.stage,
        1 => stream.issue,
        2 => stream.department,
        _ => input.outcomes.get(stream.outcome).map_or("", |outcome| outcome.name),
    }
}

fn lay<'a>(input: &Sankey<'a>) -> Laid<'a> {
    let streams: Vec<&Stream> = input.streams.iter().filter(|s| s.count > 0 && s.outcome < input.outcomes.len()).collect();
    let mut nodes: [Vec<Node>; 4] = [vec![], vec![], vec![], vec![]];
    let mut known: [BTreeMap<&str, usize>; 4] = Default::default();
    // Stages keep the order in which they come, outcomes theirs.
    let mut ways: Vec<Way> = streams.iter().map(|s| Way { at: [0, 0, 0, s.outcome], count: s.count as f64 }).collect();
    let [.., ends] = &mut nodes;
    ends.extend(input.outcomes.iter().map(|outcome| Node { name: outcome.name, count: 0.0, y: 0.0 }));
    for (way, stream) in ways.iter_mut().zip(&streams) {
        for ((column, (list, known)), at) in nodes.iter_mut().zip(&mut known).enumerate().zip(&mut way.at) {
            if column < 3 {
                let name = name(input, stream, column);
                *at = *known.entry(name).or_insert_with(|| {
                    list.push(Node { name, count: 0.0, y: 0.0 });
                    list.len() - 1
                });
            }
            if let Some(node) = list.get_mut(*at) {
                node.count += stream.count as f64;
            }
        }
    }
    let total: f64 = ways.iter().map(|way| way.count).sum();
    let mut laid = Laid { scale: TALL / total.max(1.0), nodes, ways, height: 0.0 };
    laid.height = laid.nodes.iter().map(|list| list.iter().map(|node| laid.room(node) + GAP).sum()).fold(ROOM, f64::max);
    for column in 0..4 {
        laid.stack(column);
    }
    // The inner columns by the mean height of what is beside them.
    for _ in 0..4 {
        for column in 1..3 {
            laid.sort(column);
        }
    }
    laid
}

impl Laid<'_> {
    fn room(&self, node: &Node) -> f64 {
        (node.count * self.scale).max(ROOM)
    }

    fn stack(&mut self, column: usize) {
        let (scale, height) = (self.scale, self.height);
        let Some(list) = self.nodes.get_mut(column) else { return };
        let room = |node: &Node| (node.count * scale).max(ROOM);
        let used: f64 = list.iter().map(|node| room(node) + GAP).sum();
        let mut y = TOP + (height - used) / 2.0;
        for node in list.iter_mut() {
            node.y = y + (room(node) - node.count * scale) / 2.0;
            y += room(node) + GAP;
        }
    }

    fn middle(&self, column: usize, at: usize) -> f64 {
        self.nodes.get(column).and_then(|list| list.get(at)).map_or(0.0, |node| node.y + node.count * self.scale / 2.0)
    }

    fn sort(&mut self, column: usize) {
        let n = self.nodes.get(column).map_or(0, Vec::len);
        let mut sums = vec![(0.0, 0.0); n];
        for way in &self.ways {
            if let [Some(left), Some(at), Some(right)] = [column - 1, column, column + 1].map(|c| way.at.get(c).copied())
                && let Some((sum, weight)) = sums.get_mut(at)
            {
                *sum += way.count * (self.middle(column - 1, left) + 0.5 * self.middle(column + 1, right));
                *weight += 1.5 * way.count;
            }
        }
        let key = |at: usize| sums.get(at).map_or(0.0, |(sum, weight)| if *weight > 0.0 { sum / weight } else { 0.0 });
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| key(*a).total_cmp(&key(*b)).then(a.cmp(b)));
        let mut new = vec![0; n];
        for (place, old) in order.iter().enumerate() {
            if let Some(new) = new.get_mut(*old) {
                *new = place;
            }
        }
        let of = |at: usize| new.get(at).copied().unwrap_or(at);
        if let Some(list) = self.nodes.get_mut(column) {
            let mut placed: Vec<(usize, Node)> = list.drain(..).enumerate().map(|(at, node)| (of(at), node)).collect();
            placed.sort_by_key(|(place, _)| *place);
            list.extend(placed.into_iter().map(|(_, node)| node));
        }
        for way in &mut self.ways {
            if let Some(at) = way.at.get_mut(column) {
                *at = of(*at);
            }
        }
        self.stack(column);
    }
}

fn left(column: usize) -> f64 {
    2.0 + column as f64 * PITCH
}

/// Draws the diagram.
pub fn sankey(input: &Sankey) -> Svg {
    let laid = lay(input);
    let (w, h) = (left(3) + THICK + 2.0, TOP + laid.height + 10.0);
    let mut inside = String::new();
    for (column, words) in COLUMNS.iter().enumerate() {
        let (x, anchor) = if column == 3 { (left(3) + THICK, "end") } else { (left(column), "start") };
        let _ = write!(
            inside,
            "<text class=\"s-col\" fill=\"{}\" font-size=\"12\" x=\"{}\" y=\"14\" text-anchor=\"{anchor}\">{words}</text>",
            palette::GREY,
            Px(x)
        );
    }
    for column in 0..3 {
        draw_streams(&mut inside, input, &laid, column);
    }
    for (column, list) in laid.nodes.iter().enumerate() {
        for (at, node) in list.iter().enumerate() {
            draw_node(&mut inside, input, &laid, (column, at), node);
        }
    }
    let (sentence, description) = words(input, &laid);
    linked("sankey", (w, h), &sentence, &description, &inside)
}

fn draw_streams(out: &mut String, input: &Sankey, laid: &Laid, column: usize) {
    let mut links: BTreeMap<(usize, usize, usize), f64> = BTreeMap::new();
    for way in &laid.ways {
        if let (Some(a), Some(b)) = (way.at.get(column), way.at.get(column + 1)) {
            *links.entry((*a, *b, way.at.last().copied().unwrap_or(0))).or_default() += way.count;
        }
    }
    let tops = |column: usize| -> Vec<f64> { laid.nodes.get(column).into_iter().flatten().map(|node| node.y).collect() };
    let take = |tops: &mut Vec<f64>, at: usize, thick: f64| {
        tops.get_mut(at).map_or(0.0, |y| {
            let top = *y;
            *y += thick;
            top
        })
    };
    // Streams leave in the order of where they go and arrive in the order of where they come from: none crosses another needlessly.
    let (mut leave, mut arrive) = (tops(column), tops(column + 1));
    let mut ends: Vec<((usize, usize, usize), f64, f64)> =
        links.iter().map(|(key, count)| (*key, *count, take(&mut leave, key.0, count * laid.scale))).collect();
    ends.sort_by_key(|((a, b, end), ..)| (*b, *a, *end));
    for ((a, b, end), count, y0) in ends {
        let thick = count * laid.scale;
        let y1 = take(&mut arrive, b, thick);
        let (x0, x1) = (left(column) + THICK, left(column + 1));
        let mid = f64::midpoint(x0, x1);
        let outcome = input.outcomes.get(end);
        let tone = outcome.map_or(End::Nothing, |outcome| outcome.end);
        let named = |column: usize, at: usize| laid.nodes.get(column).and_then(|list| list.get(at)).map_or("", |node| node.name);
        let _ = write!(
            out,
            "<path class=\"s-link {}\" fill=\"{}\" fill-opacity=\".3\" d=\"M{} {}C{} {} {} {} {} {}V{}C{4} {} {4} {} {2} {12}Z\"><title>{} → {}, {}: {}</title></path>",
            tone.class(),
            tone.colour(),
            Px(x0),
            Px(y0),
            Px(mid),
            Px(y0),
            Px(mid),
            Px(y1),
            Px(x1),
            Px(y1),
            Px(y1 + thick),
            Px(y1 + thick),
            Px(y0 + thick),
            escape(named(column, a)),
            escape(named(column + 1, b)),
            escape(outcome.map_or("", |outcome| outcome.name)),
            whole(count as u64)
        );
    }
}

fn draw_node(out: &mut String, input: &Sankey, laid: &Laid, (column, at): (usize, usize), node: &Node) {
    if node.count <= 0.0 {
        return;
    }
    let tall = (node.count * laid.scale).max(1.5);
    let count = whole(node.count as u64);
    let tone = input.outcomes.get(at).filter(|_| column == 3).map(|outcome| outcome.end);
    let (x, anchor) = if column == 3 { (left(3) - 9.0, "end") } else { (left(column) + THICK + 9.0, "start") };
    let room = if column < 2 { 300.0 } else { 165.0 } - width(&count, 13.0);
    let _ = write!(
        out,
        "<a class=\"s-node {}\" href=\"{}\"><rect fill=\"{}\" x=\"{}\" y=\"{}\" width=\"{THICK}\" height=\"{}\" rx=\"3\"/>\
         <text class=\"s-t\" fill=\"{}\" font-size=\"13\" font-weight=\"600\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{} \
         <tspan class=\"s-n\" font-weight=\"400\">{count} </tspan></text></a>",
        tone.map_or("", End::class),
        href(&(input.link)(column, node.name)),
        tone.map_or(palette::INK, End::colour),
        Px(left(column)),
        Px(node.y),
        Px(tall),
        palette::INK,
        Px(x),
        Px(node.y + node.count * laid.scale / 2.0 + 4.5),
        escape(&fit(node.name, 13.5, room)),
    );
}

fn words(input: &Sankey, laid: &Laid) -> (String, String) {
    let total: f64 = laid.ways.iter().map(|way| way.count).sum();
    let widest = input.streams.iter().filter(|s| s.outcome < input.outcomes.len()).max_by_key(|stream| stream.count);
    let Some(widest) = widest.filter(|_| total > 0.0) else {
        return ("From stage to issue, department and outcome: nothing to show.".to_owned(), String::new());
    };
    let ends: Vec<String> = laid
        .nodes
        .last()
        .into_iter()
        .flatten()
        .filter(|node| node.count > 0.0)
        .map(|node| format!("{} {}", node.name, whole(node.count as u64)))
        .collect();
    let sentence = format!(
        "From stage to issue, department and outcome: {} {}. The widest stream ({}) runs from {} through {} to {} and is: {}.",
        whole(total as u64),
        input.unit,
        whole(widest.count),
        widest.stage,
        widest.issue,
        widest.department,
        name(input, widest, 3)
    );
    (sentence, format!("Outcomes: {}.", ends.join(", ")))
}

/// The same as rows: the widest first.
pub fn twin(input: &Sankey) -> Twin {
    let mut streams: Vec<&Stream> = input.streams.iter().filter(|s| s.count > 0 && s.outcome < input.outcomes.len()).collect();
    streams.sort_by_key(|stream| std::cmp::Reverse(stream.count));
    let row = |stream: &Stream| {
        let mut cells: Vec<String> = (0..4).map(|column| name(input, stream, column).to_owned()).collect();
        cells.push(whole(stream.count));
        TwinRow { cells, link: (input.link)(1, stream.issue) }
    };
    let [stage, issue, department, outcome] = COLUMNS;
    Twin { head: vec![stage, issue, department, outcome, "How many"], rows: streams.into_iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::stand_apart;

    const OUTCOMES: [Outcome; 4] = [
        Outcome { name: "Verified fixed", end: End::Good },
        Outcome { name: "Under way", end: End::Going },
        Outcome { name: "Nothing yet", end: End::Nothing },
        Outcome { name: "Customer left", end: End::Bad },
    ];

    fn link(column: usize, name: &str) -> String {
        format!("/feedback?{column}={}", name.replace(' ', "+"))
    }

    fn stream<'a>(stage: &'a str, issue: &'a str, department: &'a str, outcome: usize, count: u64) -> Stream<'a> {
        Stream { stage, issue, department, outcome, count }
    }

    #[test]
    fn streams_run_from_stage_to_outcome() {
        let streams = [
            stream("Onboard", "Login <code>", "Platform", 1, 141),
            stream("Onboard", "Device change", "Platform", 0, 62),
            stream("Get help", "Waiting time", "Support", 0, 90),
            stream("Get help", "Waiting time", "Support", 3, 12),
            stream("Buy", "Price", "Finance", 2, 41),
            stream("Buy", "Price", "Finance", 9, 1_000),
        ];
        let input = Sankey { unit: "comments", streams: &streams, outcomes: &OUTCOMES, link: &link };
        let svg = sankey(&input);
        stand_apart(&svg);
        insta::assert_snapshot!(svg);
        assert_eq!(twin(&input).rows[0].cells, ["Onboard", "Login <code>", "Platform", "Under way", "141"]);
    }

    #[test]
    fn nothing_is_still_a_picture() {
        let input = Sankey { unit: "comments", streams: &[], outcomes: &[], link: &link };
        stand_apart(&sankey(&input));
        assert!(twin(&input).rows.is_empty());
    }

    #[test]
    fn labels_stand_apart_however_many_there_are() {
        for n in [5_usize, 50, 200] {
            let issues: Vec<String> = (0..n).map(|i| format!("Issue {i} {}", "with a longer name ".repeat(i % 3))).collect();
            let departments: Vec<String> = (0..n.div_ceil(4)).map(|i| format!("A department with number {i}")).collect();
            let streams: Vec<Stream> = issues
                .iter()
                .enumerate()
                .flat_map(|(i, issue)| {
                    let department = |k: usize| departments[(i * 3 + k) % departments.len()].as_str();
                    let stage = ["Buy", "Onboard", "Use", "Get help"][i % 4];
                    [
                        stream(stage, issue, department(0), i % 4, (i as u64 * 31) % 90),
                        stream(stage, issue, department(1), (i + 1) % 4, 3),
                    ]
                })
                .collect();
            let input = Sankey { unit: "comments", streams: &streams, outcomes: &OUTCOMES, link: &link };
            let svg = sankey(&input);
            stand_apart(&svg);
            assert_eq!(svg, sankey(&input));
        }
    }
}
