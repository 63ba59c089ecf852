//! The fishbone (Ishikawa 1968): causes by department, the effect at the head. A twig is the thicker, the more comments name its cause;
//! the vital few, which together hold half of the mentions, stand out.

use std::fmt::Write;

use crate::chart::{Px, Svg, escape, fit, href, linked, palette, width, wrap};
use crate::number::whole;
use crate::twin::{Twin, TwinRow};

/// A cause.
#[derive(Debug, Clone, Copy)]
pub struct Twig<'a> {
    /// The cause.
    pub name: &'a str,
    /// Why it is so, in a few words; may be empty.
    pub why: &'a str,
    /// Comments that name it.
    pub mentions: u64,
    /// Where they are.
    pub link: &'a str,
}

/// A department with its causes.
#[derive(Debug, Clone, Copy)]
pub struct Rib<'a> {
    /// The department.
    pub name: &'a str,
    /// Its causes, the first nearest to the head of the rib.
    pub twigs: &'a [Twig<'a>],
}

/// What the fishbone shows.
#[derive(Debug, Clone, Copy)]
pub struct Fishbone<'a> {
    /// What happens to customers.
    pub effect: &'a str,
    /// A line below it ("229 comments · −58 net").
    pub detail: &'a str,
    /// The departments.
    pub ribs: &'a [Rib<'a>],
}

/// How far a rib leans.
const LEAN: f64 = 100.0;
/// Widest name of a cause, px.
const NAME: f64 = 240.0;

/// The fewest mentions with which a cause belongs to the vital few: those that come first and together hold half of all.
fn vital(input: &Fishbone) -> u64 {
    let mut all: Vec<u64> = input.ribs.iter().flat_map(|rib| rib.twigs).map(|twig| twig.mentions).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    let half: u64 = all.iter().sum::<u64>().div_ceil(2);
    let mut sum = 0;
    let least = all.iter().copied().find(|mentions| {
        sum += mentions;
        sum >= half
    });
    least.unwrap_or(0).max(1)
}

struct Laid<'a> {
    twig: &'a Twig<'a>,
    name: String,
    why: String,
    count: String,
    wide: f64,
}

fn laid<'a>(twig: &'a Twig<'a>) -> Laid<'a> {
    let (name, why, count) = (fit(twig.name, 14.0, NAME), fit(twig.why, 12.0, NAME), whole(twig.mentions));
    let indent = width(&count, 13.0) + 8.0;
    // Names are set a little bolder than they are measured.
    let wide = indent + (1.06 * width(&name, 14.0)).max(width(&why, 12.0)) + 22.0;
    Laid { twig, name, why, count, wide: wide.max(130.0) }
}

/// From one twig to the next, px.
fn step(rib: &Rib) -> f64 {
    if rib.twigs.iter().any(|twig| !twig.why.trim().is_empty()) { 44.0 } else { 30.0 }
}

fn tall(rib: &Rib) -> f64 {
    (46.0 + step(rib) * rib.twigs.len() as f64).max(130.0)
}

/// Draws the fishbone.
pub fn fishbone(input: &Fishbone) -> Svg {
    let (above, below): (Vec<&Rib>, Vec<&Rib>) =
        (input.ribs.iter().step_by(2).collect(), input.ribs.iter().skip(1).step_by(2).collect());
    let tallest = |ribs: &[&Rib]| ribs.iter().map(|rib| tall(rib)).fold(110.0, f64::max);
    let mid = tallest(&above) + 46.0;
    let h = mid + tallest(&below) + 46.0;
    let (least, heaviest) =
        (vital(input), input.ribs.iter().flat_map(|rib| rib.twigs).map(|twig| twig.mentions).max().unwrap_or(0));
    let mut bones = String::new();
    let mut x = 34.0;
    for pair in input.ribs.chunks(2) {
        let widest = pair.iter().flat_map(|rib| rib.twigs).map(|twig| laid(twig).wide).fold(130.0, f64::max);
        let foot = x + 18.0 + widest + LEAN;
        for (i, rib) in pair.iter().enumerate() {
            draw_rib(&mut bones, rib, (foot, mid, if i == 0 { -1.0 } else { 1.0 }), (least, heaviest));
        }
        x = foot;
    }
    let head = x + 46.0;
    let w = head + 212.0;
    let mut inside = format!(
        "<path class=\"f-spine\" fill=\"none\" stroke=\"{0}\" stroke-width=\"5\" d=\"M28 {1}H{2}\"/>\
         <path class=\"f-tail\" fill=\"{0}\" d=\"M6 {3}L34 {1}L6 {4}Q16 {1} 6 {3}Z\"/>\
         <path class=\"f-head\" fill=\"{5}\" stroke=\"{6}\" d=\"M{2} {7}Q{8} {9} {10} {1}Q{8} {11} {2} {12}Z\"/>",
        palette::INK,
        Px(mid),
        Px(head),
        Px(mid - 24.0),
        Px(mid + 24.0),
        palette::BAD_SOFT,
        palette::BAD,
        Px(mid - 78.0),
        Px(head + 152.0),
        Px(mid - 66.0),
        Px(head + 204.0),
        Px(mid + 66.0),
        Px(mid + 78.0)
    );
    let lines = wrap(input.effect, 17.0, 140.0, 3);
    let top = mid - 10.5 * (lines.len() as f64 - 1.0) - 4.0;
    for (i, line) in lines.iter().enumerate() {
        let _ = write!(
            inside,
            "<text class=\"f-effect\" fill=\"{}\" x=\"{}\" y=\"{}\" font-size=\"17\" font-weight=\"650\">{} </text>",
            palette::INK,
            Px(head + 18.0),
            Px(top + 21.0 * i as f64),
            escape(line)
        );
    }
    let _ = write!(
        inside,
        "<text class=\"f-sub\" fill=\"{}\" x=\"{}\" y=\"{}\" font-size=\"12\">{}</text>{bones}",
        palette::GREY,
        Px(head + 18.0),
        Px(top + 21.0 * lines.len() as f64 + 3.0),
        escape(&fit(input.detail, 12.0, 150.0))
    );
    let (sentence, description) = words(input);
    linked("fish", (w, h), &sentence, &description, &inside)
}

/// One rib with its twigs; `up` is −1 above the spine, 1 below.
fn draw_rib(out: &mut String, rib: &Rib, (foot, mid, up): (f64, f64, f64), (least, heaviest): (u64, u64)) {
    let high = tall(rib);
    let (top, lean) = (mid + up * high, foot - LEAN);
    let total: u64 = rib.twigs.iter().map(|twig| twig.mentions).sum();
    let (name, count) = (fit(rib.name, 13.0, 130.0), whole(total));
    let wide = 1.06 * width(&name, 13.0) + width(&count, 12.0) + 42.0;
    let pill = if up < 0.0 { top - 36.0 } else { top + 6.0 };
    let _ = write!(
        out,
        "<g><path class=\"f-rib\" fill=\"none\" stroke=\"{0}\" stroke-width=\"2.5\" d=\"M{1} {2}L{3} {4}\"/>\
         <rect class=\"f-cat\" fill=\"{5}\" x=\"{6}\" y=\"{7}\" width=\"{8}\" height=\"30\" rx=\"15\"/>\
         <text class=\"f-catt\" fill=\"{9}\" x=\"{10}\" y=\"{11}\" font-size=\"13\" font-weight=\"600\">{12} </text>\
         <text class=\"f-catn\" fill=\"{13}\" x=\"{14}\" y=\"{11}\" font-size=\"12\" text-anchor=\"end\">{15} </text>",
        palette::GREY,
        Px(lean),
        Px(top),
        Px(foot),
        Px(mid),
        palette::INK,
        Px(lean - wide / 2.0),
        Px(pill),
        Px(wide),
        palette::CARD,
        Px(lean - wide / 2.0 + 14.0),
        Px(pill + 19.5),
        escape(&name),
        palette::LINE,
        Px(lean + wide / 2.0 - 13.0),
        count
    );
    for (i, twig) in rib.twigs.iter().enumerate() {
        let down = 32.0 + step(rib) * i as f64 + if up < 0.0 { 0.0 } else { 2.0 };
        let y = top - up * down;
        let x = lean + LEAN * down / high;
        let laid = laid(twig);
        let (from, vital) = (x - laid.wide, twig.mentions >= least);
        let name = from + width(&laid.count, 13.0) + 8.0;
        // Thickness by the square root: twice as thick is four times as often.
        let thick = 1.2 + 4.0 * (laid.twig.mentions as f64 / heaviest.max(1) as f64).sqrt();
        let _ = write!(
            out,
            "<a class=\"f-cause{0}\" href=\"{1}\"><rect class=\"f-hit\" fill=\"none\" x=\"{2}\" y=\"{3}\" width=\"{4}\" height=\"{5}\" rx=\"6\"/>\
             <path class=\"f-twig\" fill=\"none\" stroke=\"{6}\" stroke-width=\"{7}\" d=\"M{8} {9}H{10}\"/>\
             <text class=\"f-n\" fill=\"{11}\" font-size=\"13\" font-weight=\"650\" x=\"{8}\" y=\"{12}\">{13} </text>\
             <text class=\"f-t\" fill=\"{14}\" font-size=\"14\"{15} x=\"{16}\" y=\"{12}\">{17} </text>",
            if vital { " vital" } else { "" },
            href(twig.link),
            Px(from - 4.0),
            Px(y - 20.0),
            Px(laid.wide),
            Px(step(rib) - 6.0),
            if vital { palette::BAD } else { palette::MUTE },
            Px(thick),
            Px(from),
            Px(y),
            Px(x),
            if vital { palette::BAD } else { palette::INK },
            Px(y - 6.0),
            laid.count,
            palette::INK,
            if vital { " font-weight=\"600\"" } else { "" },
            Px(name),
            escape(&laid.name)
        );
        if !laid.why.trim().is_empty() {
            let _ = write!(
                out,
                "<text class=\"f-why\" fill=\"{}\" font-size=\"12\" x=\"{}\" y=\"{}\">{} </text>",
                palette::GREY,
                Px(name),
                Px(y + 16.0),
                escape(&laid.why)
            );
        }
        out.push_str("</a>");
    }
    out.push_str("</g>");
}

fn words(input: &Fishbone) -> (String, String) {
    let mut all: Vec<&Twig> = input.ribs.iter().flat_map(|rib| rib.twigs).collect();
    if all.is_empty() {
        return (format!("Cause and effect: {}. No cause is stated yet.", input.effect), input.detail.to_owned());
    }
    all.sort_by_key(|twig| std::cmp::Reverse(twig.mentions));
    let heaviest: Vec<String> = all.iter().take(3).map(|twig| format!("{} ({})", twig.name, whole(twig.mentions))).collect();
    let sum: u64 = all.iter().map(|twig| twig.mentions).sum();
    let least = vital(input);
    let (few, theirs) =
        all.iter().filter(|twig| twig.mentions >= least).fold((0, 0), |(n, sum), twig| (n + 1, sum + twig.mentions));
    let sentence = format!(
        "Cause and effect: {}. {} causes in {} branches; most mentioned: {}.",
        input.effect,
        all.len(),
        input.ribs.len(),
        heaviest.join(", ")
    );
    (sentence, format!("The vital few: {few} hold {} of {} mentions.", whole(theirs), whole(sum)))
}

/// The same as rows.
pub fn twin(input: &Fishbone) -> Twin {
    let least = vital(input);
    let row = |rib: &Rib, twig: &Twig| TwinRow {
        cells: vec![
            rib.name.to_owned(),
            twig.name.to_owned(),
            twig.why.to_owned(),
            whole(twig.mentions),
            if twig.mentions >= least { "yes" } else { "" }.to_owned(),
        ],
        link: twig.link.to_owned(),
    };
    let rows = input.ribs.iter().flat_map(|rib| rib.twigs.iter().map(move |twig| row(rib, twig))).collect();
    Twin { head: vec!["Department", "Cause", "Why", "Comments", "Vital few"], rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::stand_apart;

    const ROUTES: [Twig; 3] = [
        Twig { name: "New text-message route", why: "one carrier drops 1 in 6", mentions: 88, link: "/feedback?cause=1" },
        Twig { name: "Code lives 60 s", why: "was 300 s before 8.2", mentions: 41, link: "/feedback?cause=2" },
        Twig { name: "Clock drift <on> old phones", why: "", mentions: 7, link: "javascript:alert(1)" },
    ];

    #[test]
    fn causes_hang_on_their_departments() {
        let process =
            [Twig { name: "No fallback channel", why: "voice call was switched off", mentions: 52, link: "/feedback?cause=4" }];
        let ribs = [
            Rib { name: "Technology", twigs: &ROUTES },
            Rib { name: "Process", twigs: &process },
            Rib { name: "People & partners", twigs: &[] },
        ];
        let input = Fishbone { effect: "Locked out at first sign-in", detail: "229 comments · −58 net", ribs: &ribs };
        let svg = fishbone(&input);
        stand_apart(&svg);
        insta::assert_snapshot!(svg);
        let twin = twin(&input);
        assert_eq!(twin.rows.len(), 4);
        assert_eq!(twin.rows.iter().filter(|row| row.cells[4] == "yes").count(), 2, "88 and 52 of 188 are half");
    }

    #[test]
    fn without_causes_it_is_still_a_picture() {
        let input = Fishbone { effect: "", detail: "", ribs: &[] };
        stand_apart(&fishbone(&input));
        assert!(twin(&input).rows.is_empty());
    }

    #[test]
    fn labels_stand_apart_however_many_there_are() {
        for n in [5, 50, 200] {
            let names: Vec<String> = (0..n).map(|i| format!("Cause {i} {}", "of a longer kind ".repeat(i % 4))).collect();
            let twigs: Vec<Twig> = names
                .iter()
                .enumerate()
                .map(|(i, name)| Twig {
                    name,
                    why: if i % 3 == 0 { "because of it" } else { "" },
                    mentions: (i as u64 * 37) % 900,
                    link: "/",
                })
                .collect();
            let ribs: Vec<Rib> =
                twigs.chunks(n.div_ceil(7)).map(|twigs| Rib { name: "A department with a name", twigs }).collect();
            let input = Fishbone { effect: "Something that takes a while to say in words", detail: "n", ribs: &ribs };
            let svg = fishbone(&input);
            stand_apart(&svg);
            assert_eq!(svg, fishbone(&input));
        }
    }
}
