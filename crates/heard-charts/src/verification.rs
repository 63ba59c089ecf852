//! The verification of a fix: the rate of each week, the days of the fix, both rates with their intervals, and the verdict in one
//! sentence.

use std::fmt::Write;

use heard_domain::time::Day;
use heard_domain::verification::{Fix, LISTENED, Rate, Verdict, Verification};

use crate::chart::{Axis, Px, Svg, escape, href, linked, palette, width};
use crate::date::{long, short};
use crate::number::{decimal, whole};
use crate::twin::{Twin, TwinRow};

/// One week.
#[derive(Debug, Clone, Copy)]
pub struct Week<'a> {
    /// Its first day.
    pub from: Day,
    /// Persons with a mention.
    pub persons: u64,
    /// How often it could have happened.
    pub exposures: f64,
    /// Where their comments are.
    pub link: &'a str,
}

/// What the picture shows.
#[derive(Debug, Clone, Copy)]
pub struct Chart<'a> {
    /// The issue.
    pub name: &'a str,
    /// What an exposure is ("orders", "comments of this stage").
    pub unit: &'a str,
    /// When it was mended.
    pub fix: &'a Fix,
    /// What was found.
    pub found: &'a Verification,
    /// The weeks, in order.
    pub weeks: &'a [Week<'a>],
}

/// Rates are given per so many exposures: the power of ten at which the rate before has a digit before the point.
fn per(found: &Verification, weeks: &[Week]) -> f64 {
    let before = found.before.map(|rate| rate.rate.value).filter(|value| *value > 0.0);
    let all = weeks.iter().fold((0.0, 0.0), |sum, week| (sum.0 + week.persons as f64, sum.1 + week.exposures));
    let rate = before.unwrap_or(if all.1 > 0.0 { all.0 / all.1 } else { 0.0 });
    if rate <= 0.0 { 100.0 } else { 10.0_f64.powf((-rate.log10()).ceil().clamp(0.0, 6.0)).max(100.0) }
}

fn said(rate: f64) -> String {
    if rate >= 10.0 { decimal(rate, 0) } else { decimal(rate, 1) }
}

/// “12 of 8 400”.
fn of(rate: &Rate, unit: &str) -> String {
    format!("{} in {} {unit}", whole(rate.persons), whole(rate.exposures.round() as u64))
}

fn sure(probability: f64) -> String {
    if probability >= 0.995 { "more than 99 %".to_owned() } else { format!("{} %", decimal(100.0 * probability, 0)) }
}

/// The verdict in one sentence, with its evidence.
pub fn sentence(chart: &Chart) -> String {
    let (found, unit) = (chart.found, chart.unit);
    let (Some(before), Some(after)) = (found.before, found.after) else {
        return match found.verdict {
            Verdict::TooRare => "Too rare to verify by count: the next affected customers are asked instead.".to_owned(),
            _ => format!("{}: nothing was counted after the fix yet.", found.verdict.label()),
        };
    };
    let change = if before.rate.value > 0.0 { 100.0 * (after.rate.value / before.rate.value - 1.0) } else { 0.0 };
    let (now, then) = (of(&after, unit), of(&before, unit));
    let moved = match change.round() {
        c if c < 0.0 => format!("fell by {} %", decimal(-c, 0)),
        c if c > 0.0 => format!("rose by {} %", decimal(c, 0)),
        _ => "did not change".to_owned(),
    };
    match found.verdict {
        Verdict::Verified => format!(
            "Verified fixed{}: the rate {moved}, {now} since the fix against {then} before; that it fell by a quarter at least is {} sure.",
            found.verified.map(|day| format!(" on {}", long(day))).unwrap_or_default(),
            sure(found.surely)
        ),
        Verdict::Improved => format!(
            "Improved, but not fixed: the rate {moved}, {now} since the fix against {then} before; a fix is verified when it falls by half."
        ),
        Verdict::NotFixed => format!("Not fixed: the rate {moved}, {now} since the fix against {then} before."),
        Verdict::Watching if found.mix_changed => format!(
            "Watching: the rate {moved}, {now} since the fix against {then} before, but customers are asked otherwise than before, so these counts verify nothing."
        ),
        Verdict::Watching if let Some(still) = found.still_heard.filter(|still| *still < LISTENED) => format!(
            "Watching: the rate {moved}, {now} since the fix against {then} before, but only {} % of what else was heard there is still heard for as many {unit}, so this may be silence and no fix.",
            decimal(100.0 * still, 0)
        ),
        Verdict::Watching => {
            let more =
                found.more.filter(|more| *more >= 1.0).map(|more| format!("; about {} more are needed", whole(rounded(more))));
            format!("Watching: {now} since the fix against {then} before{}.", more.unwrap_or_default())
        }
        Verdict::TooRare => format!(
            "Too rare to verify by count: {now} since the fix against {then} before; the next affected customers are asked instead."
        ),
        Verdict::Reopened => format!(
            "Came back{}: it was verified as fixed{}, and the rate has risen since.",
            found.reopened.map(|day| format!(" on {}", long(day))).unwrap_or_default(),
            found.verified.map(|day| format!(" on {}", long(day))).unwrap_or_default()
        ),
    }
}

/// Two digits are as much as can be known.
fn rounded(count: f64) -> u64 {
    let unit = 10.0_f64.powf((count.max(1.0).log10() - 1.0).floor().max(0.0));
    ((count / unit).ceil() * unit) as u64
}

const SIZE: (f64, f64) = (760.0, 280.0);
const PLOT: (f64, f64, f64, f64) = (52.0, 34.0, 664.0, 236.0);

/// Draws the picture.
pub fn verification(chart: &Chart) -> Svg {
    let (left, top, right, bottom) = PLOT;
    let per = per(chart.found, chart.weeks);
    let (first, last) = (
        chart.weeks.first().map_or(chart.fix.first, |week| week.from),
        chart.weeks.last().map_or(chart.fix.last, |week| week.from + 6).max(chart.fix.last),
    );
    let x = Axis::new((f64::from(first.0), f64::from(last.0) + 1.0), (left, right));
    let at = |day: Day| x.at(f64::from(day.0)).clamp(left, right);
    let rate = |week: &Week| if week.exposures > 0.0 { Some(week.persons as f64 / week.exposures * per) } else { None };
    let highest = chart
        .weeks
        .iter()
        .filter_map(rate)
        .chain([chart.found.before, chart.found.after].into_iter().flatten().map(|r| r.rate.high * per));
    let most = nice(highest.filter(|v| v.is_finite()).fold(0.0, f64::max));
    let y = Axis::new((0.0, most), (bottom, top));
    let mut inside = String::new();
    for tick in [0.0, most / 2.0, most] {
        let _ = write!(
            inside,
            "<path class=\"c-grid\" stroke=\"{}\" d=\"M{left} {}H{right}\"/><text class=\"c-ax\" fill=\"{}\" font-size=\"12\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            palette::LINE,
            Px(y.at(tick)),
            palette::GREY,
            Px(left - 8.0),
            Px(y.at(tick) + 4.0),
            said(tick)
        );
    }
    let _ = write!(
        inside,
        "<text class=\"c-ax\" fill=\"{0}\" font-size=\"12\" x=\"{left}\" y=\"{1}\">{2}</text>\
         <text class=\"c-ax\" fill=\"{0}\" font-size=\"12\" x=\"{3}\" y=\"{1}\" text-anchor=\"end\">{4}</text>",
        palette::GREY,
        Px(bottom + 20.0),
        long(first),
        Px(right),
        long(last)
    );
    let _ = write!(
        inside,
        "<text class=\"c-ax\" fill=\"{}\" font-size=\"12\" x=\"{left}\" y=\"{}\">persons per {} {}</text>",
        palette::GREY,
        Px(bottom + 38.0),
        whole(per as u64),
        escape(&crate::chart::fit(chart.unit, 12.0, 300.0))
    );
    band(&mut inside, chart.found.before, "before", (left, at(chart.fix.first)), y, per);
    band(&mut inside, chart.found.after, "after", (at(chart.fix.last), right), y, per);
    values(&mut inside, chart, y, per);
    marks(&mut inside, chart, at);
    let wide = (7.0 / f64::from(last.0 - first.0 + 1) * (right - left)).max(2.0);
    for week in chart.weeks {
        let Some(value) = rate(week) else { continue };
        let px = at(week.from) + wide / 2.0;
        let _ = write!(
            inside,
            "<a class=\"v-week\" href=\"{}\"><title>Week of {}: {} in {}</title><rect class=\"f-hit\" fill=\"none\" pointer-events=\"all\" x=\"{}\" y=\"{top}\" width=\"{}\" height=\"{}\"/>\
             <circle class=\"v-dot\" fill=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/></a>",
            href(week.link),
            short(week.from),
            whole(week.persons),
            whole(week.exposures.round() as u64),
            Px(px - wide / 2.0),
            Px(wide),
            Px(bottom - top),
            palette::INK,
            Px(px.min(right - 2.0)),
            Px(y.at(value)),
            Px((wide / 3.0).clamp(1.8, 3.5))
        );
    }
    let description = "Each point is a week. Lines are the rates before and after the fix, bands their 95 % intervals.";
    linked("verification", SIZE, &format!("{}. {}", chart.name, sentence(chart)), description, &inside)
}

/// A round number at or above.
fn nice(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let unit = 10.0_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.into_iter().map(|step| step * unit).find(|step| *step >= value).unwrap_or(10.0 * unit)
}

fn band(out: &mut String, rate: Option<Rate>, class: &str, (from, to): (f64, f64), y: Axis, per: f64) {
    let Some(rate) = rate.filter(|_| to - from > 1.0) else { return };
    let (value, low, high) = (rate.rate.value * per, rate.rate.low * per, rate.rate.high * per);
    let colour = if class == "before" { palette::BAD } else { palette::GOOD };
    let _ = write!(
        out,
        "<path class=\"v-band {class}\" fill=\"{colour}\" fill-opacity=\".15\" d=\"M{0} {1}H{2}V{3}H{0}Z\"/>\
         <path class=\"v-rate {class}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" d=\"M{0} {4}H{2}\"/>",
        Px(from),
        Px(y.at(high)),
        Px(to),
        Px(y.at(low)),
        Px(y.at(value))
    );
}

/// Both rates in figures beside the plot, each at its height; the lower one gives way where they are near.
fn values(out: &mut String, chart: &Chart, y: Axis, per: f64) {
    let mut lowest = f64::NEG_INFINITY;
    let mut rates: Vec<(f64, &str, &str)> = [(chart.found.before, "before", "before"), (chart.found.after, "after", "since")]
        .into_iter()
        .filter_map(|(rate, class, words)| Some((rate?.rate.value * per, class, words)))
        .collect();
    rates.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (value, class, words) in rates {
        let at = (y.at(value) + 5.0).max(lowest + 17.0);
        lowest = at;
        let colour = if class == "before" { palette::BAD } else { palette::GOOD };
        let _ = write!(
            out,
            "<text class=\"v-value {class}\" fill=\"{colour}\" font-size=\"14\" font-weight=\"650\" x=\"{}\" y=\"{}\">{} {words}</text>",
            Px(PLOT.2 + 8.0),
            Px(at),
            said(value)
        );
    }
}

/// The days of the fix, and those of the verdict.
fn marks(out: &mut String, chart: &Chart, at: impl Fn(Day) -> f64) {
    let (left, top, right, bottom) = PLOT;
    let (first, last) = (at(chart.fix.first), at(chart.fix.last));
    if last - first > 1.0 {
        let _ = write!(
            out,
            "<rect class=\"v-between\" fill=\"{}\" fill-opacity=\".5\" x=\"{}\" y=\"{top}\" width=\"{}\" height=\"{}\"/>",
            palette::LINE,
            Px(first),
            Px(last - first),
            Px(bottom - top)
        );
    }
    let mut events: Vec<(f64, String)> = vec![(last, format!("fixed {}", short(chart.fix.last)))];
    events.extend(chart.found.verified.map(|day| (at(day), format!("verified {}", short(day)))));
    events.extend(chart.found.reopened.map(|day| (at(day), format!("came back {}", short(day)))));
    // Each label stands to the left of its line if there is room and right of it otherwise; a second line of labels keeps close days apart.
    let mut rows = [f64::NEG_INFINITY; 2];
    for (x, words) in events {
        let wide = width(&words, 12.0);
        let (from, anchor, px) =
            if x - wide - 6.0 < left { (x + 5.0, "start", x + 5.0) } else { (x - 5.0 - wide, "end", x - 5.0) };
        let row = rows.iter().position(|taken| *taken < from);
        let _ = write!(
            out,
            "<path class=\"c-event\" stroke=\"{}\" stroke-dasharray=\"2 3\" d=\"M{} {}V{bottom}\"/>",
            palette::GREY,
            Px(x.min(right)),
            Px(top - 4.0)
        );
        if let Some(row) = row {
            if let Some(taken) = rows.get_mut(row) {
                *taken = from + wide + 6.0;
            }
            let _ = write!(
                out,
                "<text class=\"c-evt\" fill=\"{}\" font-size=\"12\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{words}</text>",
                palette::GREY,
                Px(px),
                Px(12.0 + 14.0 * row as f64)
            );
        }
    }
}

/// The same as rows: both rates, then the weeks.
pub fn twin(chart: &Chart) -> Twin {
    let per = per(chart.found, chart.weeks);
    let rate = |name: &str, rate: Option<Rate>| {
        let rate = rate?;
        let cells = vec![
            name.to_owned(),
            whole(rate.persons),
            whole(rate.exposures.round() as u64),
            said(rate.rate.value * per),
            format!("{} to {}", said(rate.rate.low * per), said(rate.rate.high * per)),
        ];
        Some(TwinRow { cells, link: String::new() })
    };
    let week = |week: &Week| {
        let value = if week.exposures > 0.0 { said(week.persons as f64 / week.exposures * per) } else { "–".to_owned() };
        let cells = vec![
            format!("Week of {}", long(week.from)),
            whole(week.persons),
            whole(week.exposures.round() as u64),
            value,
            String::new(),
        ];
        TwinRow { cells, link: week.link.to_owned() }
    };
    let both = [rate("Before the fix", chart.found.before), rate("Since the fix", chart.found.after)];
    let rows = both.into_iter().flatten().chain(chart.weeks.iter().map(week)).collect();
    Twin { head: vec!["When", "Persons", "Exposures", "Rate", "95 % interval"], rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::stand_apart;
    use heard_domain::tally::Tally;
    use heard_domain::verification::{Rules, verify};

    /// Ten orders a day; a person every second day up to the fix on day 20 400, then every `after` days.
    fn course(after: i32, days: i32) -> (Fix, Vec<Tally>) {
        let fixed = 20_400;
        let one = |day: i32| {
            let every = if day <= fixed { 2 } else { after };
            Tally { day: Day(day), stratum: None, persons: u64::from(day % every == 0), exposures: 100.0 }
        };
        let fix = Fix { since: None, opened: Day(fixed - 40), first: Day(fixed - 12), last: Day(fixed + 1), signed: None };
        (fix, (fixed - 400..=fixed + days).map(one).collect())
    }

    fn weeks(tallies: &[Tally]) -> Vec<Week<'static>> {
        let week = |days: &[Tally]| Week {
            from: days[0].day,
            persons: days.iter().map(|t| t.persons).sum(),
            exposures: days.iter().map(|t| t.exposures).sum(),
            link: "/feedback?week=1",
        };
        tallies.chunks(7).map(week).collect()
    }

    #[test]
    fn both_rates_stand_beside_the_day_of_the_fix() {
        for (after, days, words) in [
            (12, 60, "Verified fixed on "),
            (4, 120, "Improved, but not fixed: the rate fell by 50 %"),
            (2, 90, "Not fixed: the rate did not change"),
            (12, 5, "Watching: 0 in 500 <orders> since the fix"),
            (2, 0, "Watching: nothing was counted after the fix yet."),
        ] {
            let (fix, tallies) = course(after, days);
            let found = verify(&fix, &tallies, fix.last + (days - 1), &Rules::default());
            let weeks = weeks(&tallies);
            let chart = Chart { name: "Late & lost", unit: "<orders>", fix: &fix, found: &found, weeks: &weeks };
            assert!(sentence(&chart).starts_with(words), "{}", sentence(&chart));
            let svg = verification(&chart);
            stand_apart(&svg);
            if days == 60 {
                insta::assert_snapshot!(svg);
                insta::assert_snapshot!(sentence(&chart));
                assert_eq!(twin(&chart).rows.len(), 2 + weeks.len());
            }
        }
    }

    #[test]
    fn nothing_is_still_a_picture() {
        let (fix, _) = course(2, 0);
        let found = verify(&fix, &[], fix.last, &Rules::default());
        let chart = Chart { name: "", unit: "orders", fix: &fix, found: &found, weeks: &[] };
        stand_apart(&verification(&chart));
        assert!(sentence(&chart).starts_with("Too rare"));
    }

    #[test]
    fn scales_are_round() {
        assert_eq!([0.0, 0.7, 1.0, 4.2, 61.0, 99.0, f64::NAN].map(nice), [1.0, 0.8, 1.0, 5.0, 80.0, 100.0, 1.0]);
        assert_eq!([1.0, 99.0, 101.0, 1_234.0].map(rounded), [1, 99, 110, 1_300]);
    }
}
