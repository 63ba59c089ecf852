//! The interrelationship digraph: arrows from cause to effect. The ring keeps its shape when an arrow is added; of many things each is a
//! point on the ring with its name outside. Beside it belongs the list “Start here”: most arrows out minus in.

use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::fmt::Write;

use heard_domain::cause::{Arrows, Part, start_here};

use crate::chart::{Px, Svg, escape, fit, href, linked, palette, width, wrap};
use crate::twin::{Twin, TwinRow};

/// An issue or a cause.
#[derive(Debug, Clone, Copy)]
pub struct Knot<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is shown.
    pub link: &'a str,
}

/// An arrow from a cause to its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrow {
    /// The place of the cause.
    pub from: usize,
    /// The place of the effect.
    pub to: usize,
    /// 1 weak, 2 usual, 3 strong.
    pub strength: u8,
}

/// What the digraph shows.
#[derive(Debug, Clone, Copy)]
pub struct Digraph<'a> {
    /// Unique on the page.
    pub id: &'a str,
    /// What it is about.
    pub name: &'a str,
    /// Issues and causes.
    pub knots: &'a [Knot<'a>],
    /// What leads to what.
    pub arrows: &'a [Arrow],
}

/// Up to so many things are boxes.
const BOXES: usize = 14;
const BOX: (f64, f64) = (148.0, 62.0);
/// Widest name outside the ring, px.
const NAME: f64 = 200.0;

/// All, the one to begin with first.
fn ranked(input: &Digraph) -> Vec<Arrows> {
    let pairs: Vec<(usize, usize)> = input.arrows.iter().map(|arrow| (arrow.from, arrow.to)).collect();
    start_here(input.knots.len(), &pairs)
}

fn counts(arrows: Arrows) -> String {
    format!("{} out · {} in", arrows.out, arrows.into)
}

/// The arrow heads: a mark of its own for those that lead from a driver.
pub(crate) fn heads(id: &str) -> String {
    let head = |name: &str, class: &str, colour: &str, size: u32| {
        format!(
            "<marker id=\"{0}-{name}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"{size}\" markerHeight=\"{size}\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"{class}\" fill=\"{colour}\" d=\"M0 1L9 5L0 9Z\"/></marker>",
            escape(id)
        )
    };
    format!("<defs>{}{}</defs>", head("arrow", "m-arr", palette::GREY, 9), head("lead", "m-arr lead", palette::BAD, 11))
}

/// Draws the digraph.
pub fn digraph(input: &Digraph) -> Svg {
    let n = input.knots.len();
    let ranked = ranked(input);
    let mut parts = vec![Arrows { at: 0, out: 0, into: 0 }; n];
    for arrows in &ranked {
        if let Some(part) = parts.get_mut(arrows.at) {
            *part = *arrows;
        }
    }
    let (size, inside) = if n <= BOXES { ring_of_boxes(input, &parts) } else { ring_of_points(input, &parts) };
    let first: Vec<&str> =
        ranked.iter().filter(|a| a.part() == Part::Driver).take(3).filter_map(|a| Some(input.knots.get(a.at)?.name)).collect();
    let sentence = match first.as_slice() {
        [] => format!("What drives what, {}: nothing has more arrows out than in.", input.name),
        names => format!("What drives what, {}: start with {}.", input.name, names.join(", ")),
    };
    let description = format!("{n} issues and causes, {} arrows from cause to effect.", input.arrows.len());
    linked("graph", size, &sentence, &description, &format!("{}{inside}", heads(input.id)))
}

fn edge(out: &mut String, input: &Digraph, arrow: &Arrow, part: Part, path: &str) {
    let lead = part == Part::Driver;
    let _ = write!(
        out,
        "<path class=\"g-edge {}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" marker-end=\"url(#{}-{})\" d=\"{path}\"/>",
        part.code(),
        if lead { palette::BAD } else { palette::GREY },
        Px(0.6 + 0.7 * f64::from(arrow.strength.clamp(1, 3))),
        escape(input.id),
        if lead { "lead" } else { "arrow" }
    );
}

fn ring_of_boxes(input: &Digraph, parts: &[Arrows]) -> ((f64, f64), String) {
    let n = input.knots.len();
    let grow = (n as f64 / 9.0).max(1.0);
    let (w, h) = (760.0 * grow, 500.0 * grow);
    let at = |i: usize| {
        let angle = i as f64 * TAU / n.max(1) as f64 - FRAC_PI_2;
        (w / 2.0 + angle.cos() * (w / 2.0 - BOX.0 / 2.0 - 6.0), h / 2.0 + angle.sin() * (h / 2.0 - BOX.1 / 2.0 - 6.0))
    };
    // Where the way from the middle of a box to a point leaves it.
    let leave = |from: (f64, f64), to: (f64, f64), margin: f64| {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let t = ((BOX.0 / 2.0 + margin) / dx.abs().max(1e-6)).min((BOX.1 / 2.0 + margin) / dy.abs().max(1e-6));
        (from.0 + dx * t, from.1 + dy * t)
    };
    let mut out = String::new();
    for arrow in input.arrows {
        let Some(part) = parts.get(arrow.from).filter(|_| arrow.to < n && arrow.from != arrow.to) else { continue };
        let (a, b) = (at(arrow.from), at(arrow.to));
        let apart = arrow.from.abs_diff(arrow.to);
        let apart = apart.min(n - apart) as f64;
        let pull = if apart < 1.5 { 0.12 } else { 0.26 + 0.05 * apart };
        let (mx, my) = (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
        let bend = (mx + (w / 2.0 - mx) * pull, my + (h / 2.0 - my) * pull);
        let (s, e) = (leave(a, bend, 0.0), leave(b, bend, 3.0));
        let path = format!("M{} {}Q{} {} {} {}", Px(s.0), Px(s.1), Px(bend.0), Px(bend.1), Px(e.0), Px(e.1));
        edge(&mut out, input, arrow, part.part(), &path);
    }
    for (i, (knot, arrows)) in input.knots.iter().zip(parts).enumerate() {
        let ((x, y), part) = (at(i), arrows.part());
        let (left, top) = (x - BOX.0 / 2.0, y - BOX.1 / 2.0);
        let fill = if part == Part::Driver { palette::BAD_SOFT } else { palette::CARD };
        let _ = write!(
            out,
            "<a class=\"g-node {}\" href=\"{}\"><rect fill=\"{fill}\" stroke=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\"/>",
            part.code(),
            href(knot.link),
            if part == Part::Driver { palette::BAD } else { palette::MUTE },
            Px(left),
            Px(top),
            BOX.0,
            BOX.1
        );
        let lines = wrap(knot.name, 13.5, BOX.0 - 22.0, 2);
        for (k, line) in lines.iter().enumerate() {
            let _ = write!(
                out,
                "<text class=\"g-t\" fill=\"{}\" font-size=\"13\" font-weight=\"600\" x=\"{}\" y=\"{}\">{} </text>",
                palette::INK,
                Px(left + 12.0),
                Px(top + if lines.len() == 1 { 27.0 } else { 20.0 } + 16.0 * k as f64),
                escape(line)
            );
        }
        let _ = write!(
            out,
            "<text class=\"g-s\" fill=\"{}\" font-size=\"12\" x=\"{}\" y=\"{}\">{} </text></a>",
            palette::GREY,
            Px(left + 12.0),
            Px(top + BOX.1 - 8.0),
            counts(*arrows)
        );
    }
    ((w, h), out)
}

fn ring_of_points(input: &Digraph, parts: &[Arrows]) -> ((f64, f64), String) {
    let n = input.knots.len();
    // Names stand like spokes: seventeen pixels apart where they begin.
    let radius = (n as f64 * 17.0 / TAU).max(190.0);
    let room = NAME + 110.0;
    let middle = radius + room;
    let angle = |i: usize| i as f64 * TAU / n as f64 - FRAC_PI_2 + 1e-3;
    let on = |i: usize, radius: f64| (middle + angle(i).cos() * radius, middle + angle(i).sin() * radius);
    let mut out = String::new();
    for arrow in input.arrows {
        let Some(part) = parts.get(arrow.from).filter(|_| arrow.to < n && arrow.from != arrow.to) else { continue };
        let (a, b) = (on(arrow.from, radius - 6.0), on(arrow.to, radius - 8.0));
        let (mx, my) = (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
        let bend = (mx + (middle - mx) * 0.6, my + (middle - my) * 0.6);
        let path = format!("M{} {}Q{} {} {} {}", Px(a.0), Px(a.1), Px(bend.0), Px(bend.1), Px(b.0), Px(b.1));
        edge(&mut out, input, arrow, part.part(), &path);
    }
    for (i, (knot, arrows)) in input.knots.iter().zip(parts).enumerate() {
        let ((x, y), (tx, ty), part) = (on(i, radius), on(i, radius + 10.0), arrows.part());
        let turned = angle(i).rem_euclid(TAU);
        let left = (FRAC_PI_2..PI + FRAC_PI_2).contains(&turned);
        let turn = if left { turned - PI } else { turned };
        // Letters stand on their line: moved down by a third of their height they lie across the spoke on both sides of the ring.
        let (tx, ty, degrees) = (tx - turn.sin() * 3.6, ty + turn.cos() * 3.6, turn.to_degrees());
        let name = fit(knot.name, 12.5, NAME);
        debug_assert!(width(&name, 12.0) <= NAME + 1.0);
        let _ = write!(
            out,
            "<a class=\"g-node {}\" href=\"{}\"><circle class=\"g-dot\" fill=\"{}\" cx=\"{}\" cy=\"{}\" r=\"5\"/>\
             <text class=\"g-t\" fill=\"{}\" font-size=\"12\" x=\"{}\" y=\"{}\" text-anchor=\"{}\" transform=\"rotate({:.2} {} {})\">{} \
             <tspan class=\"g-s\" fill=\"{}\">{} </tspan></text></a>",
            part.code(),
            href(knot.link),
            if part == Part::Driver { palette::BAD } else { palette::MUTE },
            Px(x),
            Px(y),
            palette::INK,
            Px(tx),
            Px(ty),
            if left { "end" } else { "start" },
            degrees,
            Px(tx),
            Px(ty),
            escape(&name),
            palette::GREY,
            counts(*arrows)
        );
    }
    ((2.0 * middle, 2.0 * middle), out)
}

/// The same as rows: where to start first.
pub fn twin(input: &Digraph) -> Twin {
    let row = |arrows: Arrows| {
        let knot = input.knots.get(arrows.at)?;
        let effects: Vec<&str> = input
            .arrows
            .iter()
            .filter(|arrow| arrow.from == arrows.at)
            .filter_map(|arrow| Some(input.knots.get(arrow.to)?.name))
            .collect();
        let cells = vec![
            knot.name.to_owned(),
            arrows.part().label().to_owned(),
            arrows.out.to_string(),
            arrows.into.to_string(),
            effects.join(", "),
        ];
        Some(TwinRow { cells, link: knot.link.to_owned() })
    };
    let rows = ranked(input).into_iter().filter_map(row).collect();
    Twin { head: vec!["Start here", "Part", "Arrows out", "Arrows in", "Leads to"], rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::stand_apart;

    fn arrow(from: usize, to: usize, strength: u8) -> Arrow {
        Arrow { from, to, strength }
    }

    #[test]
    fn the_ring_keeps_its_shape_and_drivers_stand_out() {
        let names = ["Delivery not measured", "Single text route", "Code lives 60 s", "Codes arrive <late>", "Lock-outs"];
        let knots = names.map(|name| Knot { name, link: "/issues/1" });
        let arrows =
            [arrow(0, 1, 2), arrow(0, 2, 1), arrow(1, 3, 3), arrow(3, 4, 3), arrow(2, 4, 2), arrow(4, 4, 1), arrow(9, 1, 1)];
        let input = Digraph { id: "drives", name: "sign-in", knots: &knots, arrows: &arrows };
        let svg = digraph(&input);
        stand_apart(&svg);
        insta::assert_snapshot!(svg);
        let twin = twin(&input);
        assert_eq!(twin.rows[0].cells, ["Delivery not measured", "Driver", "2", "0", "Single text route, Code lives 60 s"]);
        assert_eq!(twin.rows.last().unwrap().cells[1], "Outcome");
    }

    #[test]
    fn nothing_is_still_a_picture() {
        stand_apart(&digraph(&Digraph { id: "d", name: "nothing", knots: &[], arrows: &[] }));
    }

    #[test]
    fn labels_stand_apart_however_many_there_are() {
        for n in [5, 9, 14, 15, 50, 200] {
            let names: Vec<String> = (0..n).map(|i| format!("Cause {i} {}", "and so forth ".repeat(i % 5))).collect();
            let knots: Vec<Knot> = names.iter().map(|name| Knot { name, link: "/" }).collect();
            let arrows: Vec<Arrow> = (0..2 * n).map(|i| arrow(i % n, (i * 7 + 3) % n, (i % 3) as u8)).collect();
            let input = Digraph { id: "d", name: "many", knots: &knots, arrows: &arrows };
            let svg = digraph(&input);
            stand_apart(&svg);
            assert_eq!(svg, digraph(&input));
        }
    }
}
