//! Drivers as they are shown: the list of parameters with their bars, the comparison, the matrix, and how all of it is computed.

use heard_charts::importance::{Bar, Matrix, Spot, bar, matrix, most, quarter};
use heard_charts::number::{decimal, signed_decimal, whole};
use heard_domain::parameter::{Parameter, Source};
use heard_domain::statistics::Certainty;
use heard_flow::measure::drivers::{Carried, Driver, Figure, Matters};
use maud::{Markup, PreEscaped, html};

use crate::parts::twin::twin;

/// Where the comments of a driver are read.
pub type Way<'a> = &'a dyn Fn(&Driver) -> String;

fn between(figure: Figure) -> String {
    format!("{} to {}", decimal(figure.low, 0), decimal(figure.high, 0))
}

/// Under how many answers one parameter says little by itself.
const FEW: u64 = 20;

/// The mean in the words of its kind.
fn mean(driver: &Driver) -> String {
    match driver.parameter {
        Parameter::Scale(_) => format!("mean {}", decimal(driver.mean, 1)),
        Parameter::Category(_) => format!("sentiment {}", signed_decimal(100.0 * driver.mean, 0)),
    }
}

fn answers(driver: &Driver) -> String {
    match driver.parameter {
        Parameter::Scale(_) => format!("{} rated it", whole(driver.n)),
        Parameter::Category(_) => format!("{} speak of it", whole(driver.n)),
    }
}

/// The parameters, the weightiest first, each with its bar; its name opens its comments.
pub fn list(matters: &Matters, read: Way) -> Markup {
    let drivers = &matters.here.drivers;
    let others = drivers.iter().filter_map(|driver| Some(driver.shift?.other));
    let most = most(drivers.iter().map(|driver| driver.importance.high).chain(others));
    html! {
        ol.drivers {
            @for driver in drivers {
                @let share = driver.importance;
                li.weak[driver.n < FEW] {
                    a.name href=(read(driver)) { (driver.name) }
                    div.pic { (PreEscaped(bar(&Bar {
                        name: &driver.name,
                        value: share.value,
                        low: share.low,
                        high: share.high,
                        other: driver.shift.map(|shift| shift.other),
                        most,
                    }).as_str())) }
                    p.v { b { (decimal(share.value, 0)) " %" } span.u { (between(share)) } }
                    p.soft {
                        (answers(driver)) " · " (mean(driver))
                        @if driver.correlation < 0.0 { " · " b { "a better rating goes with a worse score" } }
                        @if driver.alike { " · says almost the same as others: they share their weight" }
                    }
                }
            }
        }
        p.soft { "Bars end at " (decimal(most, 0)) " %. The thin line is the 95 % interval." @if drivers.iter().any(|d| d.shift.is_some()) { " The upright mark is what it is compared with." } }
    }
}

/// The same as a table.
pub fn table(matters: &Matters, read: Way) -> Markup {
    let head = html! {
        th scope="col" { "Parameter" }
        th.num scope="col" { "Importance, %" }
        th.num scope="col" { "95 % interval" }
        th.num scope="col" { "Of all variance, %" }
        th.num scope="col" { "Correlation" }
        th.num scope="col" { "n" }
        th.num scope="col" { "Mean" }
        th.num scope="col" { "Of 100" }
        th.num scope="col" { "Filled in, %" }
    };
    let rows = html! {
        @for driver in &matters.here.drivers {
            tr {
                th scope="row" { a href=(read(driver)) { (driver.name) } }
                td.num { (decimal(driver.importance.value, 1)) }
                td.num { (between(driver.importance)) }
                td.num { (decimal(driver.of_variance.value, 1)) }
                td.num { (signed_decimal(driver.correlation, 2)) }
                td.num { (whole(driver.n)) }
                td.num { (decimal(driver.mean, 2)) }
                td.num { (decimal(driver.performance, 0)) }
                td.num { (decimal(driver.filled_in, 1)) }
            }
        }
    };
    twin("Drivers", &head, &rows)
}

/// What the figures rest on, in one line.
pub fn rests(carried: &Carried, overall: &str) -> Markup {
    html! {
        p {
            (whole(carried.n)) " answers"
            @if let Some(explained) = carried.explained {
                " · together they explain " b { (decimal(explained.value, 0)) " %" } " of " (overall) " (" (between(explained)) ")"
            }
            @if carried.filled_in > 0.0 { " · " (decimal(carried.filled_in, 1)) " % of the ratings were missing and filled in" }
            @if let Some(drawn) = carried.drawn { " · " (whole(drawn)) " drawn by chance of " (whole(carried.scored)) }
        }
    }
}

/// What a change says, in words.
fn verdict(change: f64, sure: Certainty, than: &str) -> String {
    let sure = match sure {
        Certainty::VeryLikelyReal => "very likely real",
        Certainty::Likely => "likely real",
        Certainty::CouldBeNoise => "could be noise",
    };
    let way = match change.round() {
        0.0 => return format!("matters as much as {than}"),
        change if change > 0.0 => "more",
        _ => "less",
    };
    format!("matters {way} than {than}: {sure}")
}

/// The comparison; `here` and `there` name the two sides, `than` what follows "more than".
pub fn comparison(matters: &Matters, (here, there, than): (&str, &str, &str), read: Way) -> Markup {
    let Some(other) = &matters.there else { return html! {} };
    let compared: Vec<&Driver> = matters.here.drivers.iter().filter(|driver| driver.shift.is_some()).collect();
    html! {
        section.card aria-labelledby="compared" {
            header.ch { div {
                h2 id="compared" { "Against " (there) }
                p { (whole(matters.here.n)) " answers here, " (whole(other.n)) " there. False alarms are controlled over the whole list." }
            } }
            @if compared.is_empty() {
                p {
                    @if let Some(why) = &other.nothing { "There is nothing to compare with: " (why) "." }
                    @else if matters.here.nothing.is_some() { "There is nothing to compare." }
                    @else { "One of the two sides explains no more than chance would: a comparison would mean nothing." }
                }
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Comparison, scrolls sideways" {
                    table.plain {
                        thead { tr {
                            th scope="col" { "Parameter" } th.num scope="col" { (here) } th.num scope="col" { (there) }
                            th.num scope="col" { "Difference" } th scope="col" { "What it means" }
                        } }
                        tbody {
                            @for driver in compared {
                                @if let Some(shift) = driver.shift {
                                    tr {
                                        th scope="row" { a href=(read(driver)) { (driver.name) } }
                                        td.num { (decimal(driver.importance.value, 0)) " %" }
                                        td.num { (decimal(shift.other, 0)) " %" }
                                        td.num { (signed_decimal(shift.change, 0)) " pt" span.u { (signed_decimal(shift.low, 0)) " to " (signed_decimal(shift.high, 0)) } }
                                        td { (verdict(shift.change, shift.certainty, than)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Importance by performance: where to begin.
pub fn where_to_begin(matters: &Matters, overall: &str, read: Way) -> Markup {
    let drivers = &matters.here.drivers;
    let spots: Vec<Spot> =
        drivers.iter().map(|d| Spot { name: &d.name, performance: d.performance, importance: d.importance.value }).collect();
    html! {
        section.card aria-labelledby="begin" {
            header.ch { div { h2 id="begin" { "Where to begin" } p { "What matters much and goes badly stands at the upper left. The dotted lines are the means of all." } } }
            div.begin {
                div.scroll tabindex="0" role="group" aria-label="Matrix, scrolls sideways" {
                    (PreEscaped(matrix(&Matrix { name: overall, spots: &spots }).as_str()))
                }
                ol.numbered {
                    @for (driver, spot) in drivers.iter().zip(&spots) {
                        li { a href=(read(driver)) { (driver.name) } " " span.soft { (quarter(spot, &spots)) } }
                    }
                }
            }
        }
    }
}

/// How it is computed.
pub fn explained(source: Source) -> Markup {
    html! {
        details.twin {
            summary { "How is this computed?" }
            div.prose {
                @match source {
                    Source::Ratings => p { "From comments that rate the overall score and at least one of the parameters. A rating that is missing is filled in ten times over, from a joint normal model of all ratings, and the ten results are joined by Rubin’s rules (1987): gaps make the intervals wider. What fewer than half rated is left out." },
                    Source::Categories => p { "From comments with the overall score: for each category the mean sentiment of its passages (positive +1, neutral 0, negative −1). A comment that does not speak of it counts as 0; beside each stands how many do speak of it." },
                }
                p { "R² is the share of the variance of the overall score that least squares explain with all parameters. The importance of a parameter is what it adds to R², averaged over all orders in which the parameters can be added (Lindeman, Merenda and Gold 1980; the same as its Shapley value), as a share of R². It is exact, over all subsets of up to twelve parameters." }
                p { "Intervals: 500 resamples of persons, from a fixed seed; what one person says often counts as one voice. At least 50 answers, and ten for each parameter, are needed. Two sides are compared by the interval of the difference; the list of differences controls false discoveries (Benjamini and Hochberg 1995, q = 0.1)." }
                p { "It is association, not proof: a parameter that goes with the score need not cause it." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_says_direction_and_certainty() {
        let than = "in the 84 days before";
        assert_eq!(verdict(12.4, Certainty::VeryLikelyReal, than), "matters more than in the 84 days before: very likely real");
        assert_eq!(verdict(-3.0, Certainty::CouldBeNoise, than), "matters less than in the 84 days before: could be noise");
        assert_eq!(verdict(0.2, Certainty::CouldBeNoise, than), "matters as much as in the 84 days before");
    }
}
