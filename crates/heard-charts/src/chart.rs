//! What all charts share: escaping, text width, wrapping, the frame, scales, the monotone curve, and the palette.
//!
//! Every mark carries a class, by which the page gives it its theme, *and* a literal attribute in the light palette,
//! which e-mail and print use where no style sheet reaches.

use std::fmt::{self, Write};

use crate::number::signed;

/// The light palette, in hexadecimal, for every place without a style sheet.
pub mod palette {
    /// Text and lines.
    pub const INK: &str = "#2c2a26";
    /// Second text.
    pub const GREY: &str = "#57534a";
    /// Marks that stand back.
    pub const MUTE: &str = "#8b8577";
    /// Hairlines.
    pub const LINE: &str = "#e2dccf";
    /// Good for the customer.
    pub const GOOD: &str = "#1f6f6b";
    /// Good, as an area.
    pub const GOOD_SOFT: &str = "#cfe5e1";
    /// Bad for the customer.
    pub const BAD: &str = "#b4441f";
    /// Neither good nor bad: under way.
    pub const WARN: &str = "#a47a1e";
    /// Bad, as an area.
    pub const BAD_SOFT: &str = "#f6d3c3";
    /// The surface that charts stand on.
    pub const CARD: &str = "#fffdf8";
}

/// A finished picture: well-formed SVG with everything from outside escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    /// A picture from its text.
    pub(crate) fn made(text: String) -> Self {
        Self(text)
    }

    /// The text of the picture.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a mark says about the customer's lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Better for the customer.
    Good,
    /// Neither.
    Even,
    /// Worse for the customer.
    Bad,
}

impl Tone {
    /// The tone of a change or a signed figure: within `band` of zero it is even.
    pub fn of(value: f64, band: f64) -> Self {
        if value > band {
            Self::Good
        } else if value < -band {
            Self::Bad
        } else {
            Self::Even
        }
    }

    /// The class that the page styles.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "pos",
            Self::Even => "even",
            Self::Bad => "neg",
        }
    }

    /// The colour without a style sheet.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Good => palette::GOOD,
            Self::Even => palette::MUTE,
            Self::Bad => palette::BAD,
        }
    }
}

/// Text for an SVG attribute or text node: markup escaped, characters that XML forbids replaced, and the marks that
/// turn the writing direction of what follows taken out.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The rough width of a text at a size in pixels: good to a few per cent for the usual sans faces.
pub fn width(text: &str, size: f64) -> f64 {
    let units: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'l' | 'j' | '\'' | '.' | ',' | ':' | '|' | ' ' | 'I' => 0.29,
            'f' | 't' | 'r' | '-' | '(' | ')' => 0.37,
            'm' | 'w' | 'M' | 'W' | '%' => 0.86,
            'A'..='Z' | '&' => 0.68,
            '0'..='9' => 0.62,
            c if c >= '\u{2e80}' => 1.0,
            _ => 0.56,
        })
        .sum();
    units * size
}

/// The text cut with an ellipsis so that it fits.
pub fn fit(text: &str, size: f64, room: f64) -> String {
    // No label needs more characters than this; a verbatim of a megabyte must not be measured.
    let head: String = text.chars().take(200).collect();
    if head.len() == text.len() && width(&head, size) <= room {
        return head;
    }
    let mut out = String::new();
    for c in head.chars() {
        if width(&out, size) + width(&c.to_string(), size) + size > room {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// The text broken at spaces into at most `lines` lines; the last is cut where there is more.
pub fn wrap(text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
    let head: String = text.chars().take(400).collect();
    let mut out: Vec<String> = vec![];
    for word in head.split_whitespace() {
        let full = out.len() >= lines;
        match out.last_mut() {
            Some(line) if full || width(line, size) + width(word, size) + 0.3 * size <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    out.iter().map(|line| fit(line, size, room)).collect()
}

/// A pixel with at most one decimal.
pub(crate) struct Px(pub(crate) f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = if self.0.is_finite() { (self.0 * 10.0).round() } else { 0.0 };
        if tenths % 10.0 == 0.0 { write!(f, "{}", (tenths / 10.0) as i64) } else { write!(f, "{:.1}", tenths / 10.0) }
    }
}

/// Where a place between `from` and `to` lies between two pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Axis {
    pub(crate) fn new((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if (to - from).abs() < 1e-9 { from + 1.0 } else { to };
        Self { from, to, start, end }
    }

    pub(crate) fn at(self, value: f64) -> f64 {
        let share = ((value - self.from) / (self.to - self.from)).clamp(-0.5, 1.5);
        self.start + share * (self.end - self.start)
    }
}

/// Only what can be drawn: no infinities, no “not a number”.
pub(crate) fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite())
}

/// The lowest and highest drawable value; `None` where there is nothing to draw.
pub(crate) fn range(values: impl IntoIterator<Item = Option<f64>>) -> Option<(f64, f64)> {
    values.into_iter().filter_map(finite).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((low.min(v), high.max(v))),
    })
}

/// Unbroken runs of drawable points: a week without a figure leaves a gap, never a zero.
pub(crate) fn runs(values: &[Option<f64>], point: impl Fn(usize, f64) -> (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![];
    let mut open = false;
    for (i, value) in values.iter().enumerate() {
        match (finite(*value), runs.last_mut()) {
            (Some(v), Some(run)) if open => run.push(point(i, v)),
            (Some(v), _) => runs.push(vec![point(i, v)]),
            _ => {}
        }
        open = finite(*value).is_some();
    }
    runs
}

/// A monotone cubic through the points (Fritsch and Carlson 1980): it never overshoots what was measured. The points
/// may run in either direction.
pub(crate) fn curve(points: &[(f64, f64)]) -> String {
    let Some(first) = points.first() else { return String::new() };
    let mut path = format!("M{} {}", Px(first.0), Px(first.1));
    let slopes: Vec<f64> = points.windows(2).map(|w| slope(w[0], w[1])).collect();
    let tangent = |i: usize| match (i.checked_sub(1).and_then(|j| slopes.get(j)), slopes.get(i)) {
        (Some(a), Some(b)) if a * b > 0.0 => 2.0 * a * b / (a + b),
        (Some(_), Some(_)) | (None, None) => 0.0,
        (Some(a), None) | (None, Some(a)) => *a,
    };
    for (i, w) in points.windows(2).enumerate() {
        let third = (w[1].0 - w[0].0) / 3.0;
        let (a, b) = (w[0].1 + tangent(i) * third, w[1].1 - tangent(i + 1) * third);
        let (x1, x2) = (w[0].0 + third, w[1].0 - third);
        let _ = write!(path, "C{} {} {} {} {} {}", Px(x1), Px(a), Px(x2), Px(b), Px(w[1].0), Px(w[1].1));
    }
    path
}

fn slope(a: (f64, f64), b: (f64, f64)) -> f64 {
    let across = b.0 - a.0;
    if across == 0.0 { 0.0 } else { (b.1 - a.1) / across }
}

/// The frame of a picture. `role="img"`: nothing inside is a link, so that one sentence stands for all of it.
pub(crate) fn frame(class: &str, (w, h): (f64, f64), sentence: &str, inside: &str) -> Svg {
    Svg(format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\" \
         font-family=\"Inter, sans-serif\">{inside}</svg>",
        Px(w),
        Px(h),
        escape(sentence)
    ))
}

/// The frame of a picture with links inside: a group with a sentence for its name, and a longer description. No `<title>` at the root:
/// browsers show it as a tooltip over the whole picture. It has a width of its own, at which its text can be read; what is wider than
/// the page belongs in a box that scrolls.
pub(crate) fn linked(class: &str, (w, h): (f64, f64), sentence: &str, description: &str, inside: &str) -> Svg {
    Svg(format!(
        "<svg class=\"diagram {class}\" width=\"{0}\" viewBox=\"0 0 {0} {1}\" role=\"group\" aria-label=\"{2}\" xmlns=\"http://www.w3.org/2000/svg\" \
         font-family=\"Inter, sans-serif\"><desc>{3}</desc>{inside}</svg>",
        Px(w),
        Px(h),
        escape(sentence),
        escape(description)
    ))
}

/// Where a link of a picture leads: only to places of the product itself, whatever was given.
pub(crate) fn href(to: &str) -> String {
    let own = to.starts_with('#') || (to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\"));
    if own { escape(to) } else { "#".to_owned() }
}

/// A frame that fills whatever room it is given: for bars, which have no shape to lose.
pub(crate) fn stretched(class: &str, size: (f64, f64), sentence: &str, inside: &str) -> Svg {
    let Svg(text) = frame(class, size, sentence, inside);
    Svg(text.replacen("<svg ", "<svg preserveAspectRatio=\"none\" ", 1))
}

/// “from +12 to −22, lowest −26, highest +14”, or that there is nothing.
pub(crate) fn course(values: &[Option<f64>], write: impl Fn(f64) -> String) -> String {
    let known: Vec<f64> = values.iter().copied().filter_map(finite).collect();
    match (known.first(), known.last(), range(values.iter().copied())) {
        (Some(first), Some(last), Some((low, high))) if known.len() > 1 => {
            format!("from {} to {}, lowest {}, highest {}", write(*first), write(*last), write(low), write(high))
        }
        (Some(only), ..) => format!("{} at one point, nothing else known", write(*only)),
        _ => "no figures".to_owned(),
    }
}

/// The common scale of several series of signed figures: zero is always in it, the ends are tens, and it is at least
/// forty wide, so that noise does not look like a mountain.
pub fn common_scale<'a>(series: impl IntoIterator<Item = &'a [Option<f64>]>) -> (f64, f64) {
    let (low, high) = range(series.into_iter().flatten().copied()).unwrap_or((0.0, 0.0));
    let (low, high) = ((low.min(0.0) / 10.0).floor() * 10.0, (high.max(0.0) / 10.0).ceil() * 10.0);
    let missing = (40.0 - (high - low)).max(0.0) / 2.0;
    ((low - missing).max(-100.0), (high + missing).min(100.0))
}

/// The sign and number of a tick.
pub(crate) fn tick(value: f64) -> String {
    signed(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hostile_gets_through() {
        let text = escape("<script>\"x\"</script>\0\u{202e}evil & 'more'\n");
        assert_eq!(text, "&lt;script&gt;&quot;x&quot;&lt;/script&gt;\u{fffd}evil &amp; &#39;more&#39; ");
    }

    #[test]
    fn links_stay_in_the_product() {
        for bad in ["javascript:alert(1)", "//evil.example", "https://evil.example", "/\\evil.example", ""] {
            assert_eq!(href(bad), "#", "{bad}");
        }
        assert_eq!(href("/feedback?q=\"a\"&b"), "/feedback?q=&quot;a&quot;&amp;b");
    }

    #[test]
    fn the_curve_never_overshoots() {
        let points = [(0.0, 10.0), (10.0, 10.0), (20.0, 0.0), (30.0, 0.0)];
        // Flat pieces stay flat: their control points keep the height of their ends.
        assert_eq!(curve(&points), "M0 10C3.3 10 6.7 10 10 10C13.3 10 16.7 0 20 0C23.3 0 26.7 0 30 0");
        assert_eq!(curve(&[]), "");
    }

    #[test]
    fn long_text_is_cut_and_wrapped() {
        let endless = "a".repeat(1 << 20);
        assert!(width(&fit(&endless, 12.0, 100.0), 12.0) <= 100.0);
        let lines = wrap("Price and billing of the yearly plan", 12.0, 90.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, 12.0) <= 90.0), "{lines:?}");
    }

    #[test]
    fn gaps_stay_gaps() {
        let values = [Some(1.0), None, Some(f64::NAN), Some(2.0), Some(3.0)];
        let runs = runs(&values, |i, v| (i as f64, v));
        assert_eq!(runs, vec![vec![(0.0, 1.0)], vec![(3.0, 2.0), (4.0, 3.0)]]);
    }

    #[test]
    fn the_common_scale_holds_zero_and_is_not_too_narrow() {
        assert_eq!(common_scale([&[Some(34.0), Some(12.0)][..], &[Some(-22.0)][..]]), (-30.0, 40.0));
        assert_eq!(common_scale([&[Some(3.0)][..]]), (-15.0, 25.0));
        assert_eq!(common_scale([&[None, Some(f64::NAN)][..]]), (-20.0, 20.0));
    }
}
