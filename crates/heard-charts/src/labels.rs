//! For tests: where the labels of a picture stand, and whether two of them overlap or leave the picture.

use crate::chart::{Svg, width};

/// A label as the four corners of its box.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) words: String,
    corners: [(f64, f64); 4],
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag.get(from..)?.split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

/// All labels of a picture.
pub(crate) fn labels(svg: &Svg) -> Vec<Label> {
    let mut out = vec![];
    for part in svg.as_str().split("<text").skip(1) {
        let (tag, rest) = part.split_once('>').unwrap();
        let inner = rest.split("</text>").next().unwrap();
        let mut words = String::new();
        let mut open = false;
        for c in inner.chars() {
            match c {
                '<' => open = true,
                '>' => open = false,
                c if !open => words.push(c),
                _ => {}
            }
        }
        let words = words.trim().replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
        let (x, y, size) = (number(tag, "x"), number(tag, "y"), number(tag, "font-size"));
        assert!(size >= 11.0, "“{words}” is written in {size} px");
        let wide = width(&words, size);
        let left = match attribute(tag, "text-anchor") {
            Some("end") => x - wide,
            Some("middle") => x - wide / 2.0,
            _ => x,
        };
        let turn = attribute(tag, "transform").map_or(0.0, |text| {
            let inside = text.trim_start_matches("rotate(").split(' ').next().unwrap();
            inside.parse::<f64>().unwrap().to_radians()
        });
        let corner = |px: f64, py: f64| {
            let (dx, dy) = (px - x, py - y);
            (x + dx * turn.cos() - dy * turn.sin(), y + dx * turn.sin() + dy * turn.cos())
        };
        let (top, bottom) = (y - 0.75 * size, y + 0.2 * size);
        let corners = [corner(left, top), corner(left + wide, top), corner(left + wide, bottom), corner(left, bottom)];
        out.push(Label { words, corners });
    }
    out
}

/// Whether two boxes share an area: no line between them divides them.
fn overlap(a: &Label, b: &Label) -> bool {
    let sides = |l: &Label| {
        (0..2).map(|i| (l.corners[i + 1].0 - l.corners[i].0, l.corners[i + 1].1 - l.corners[i].1)).collect::<Vec<_>>()
    };
    sides(a).into_iter().chain(sides(b)).all(|(dx, dy)| {
        let range = |l: &Label| {
            let along = l.corners.map(|(x, y)| x * dx + y * dy);
            (along.iter().copied().fold(f64::MAX, f64::min), along.iter().copied().fold(f64::MIN, f64::max))
        };
        let ((a0, a1), (b0, b1)) = (range(a), range(b));
        a0 < b1 && b0 < a1
    })
}

/// No label overlaps another one, and none leaves the picture.
pub(crate) fn stand_apart(svg: &Svg) {
    let labels = labels(svg);
    let mut frame = attribute(svg.as_str(), "viewBox").unwrap().split(' ').map(|n| n.parse::<f64>().unwrap());
    let (_, _, w, h) = (frame.next(), frame.next(), frame.next().unwrap(), frame.next().unwrap());
    for (i, a) in labels.iter().enumerate() {
        for (x, y) in a.corners {
            assert!(x > -1.0 && y > -1.0 && x < w + 1.0 && y < h + 1.0, "“{}” leaves the picture at {x} {y}", a.words);
        }
        for b in labels.iter().skip(i + 1) {
            assert!(!overlap(a, b), "“{}” and “{}” overlap: {:?} {:?}", a.words, b.words, a.corners, b.corners);
        }
    }
}
