//! Drivers as a file for spreadsheets: one line a parameter, cells guarded against being run.

use heard_channels::export::line::line;

use crate::measure::drivers::{Driver, Matters};

/// The columns.
const HEAD: [&str; 16] = [
    "parameter",
    "name",
    "importance_per_cent",
    "importance_low",
    "importance_high",
    "share_of_variance_per_cent",
    "variance_low",
    "variance_high",
    "correlation",
    "n",
    "mean",
    "performance_of_100",
    "filled_in_per_cent",
    "importance_elsewhere",
    "difference_points",
    "how_sure",
];

/// The file as text: a header and one line a driver, the weightiest first.
pub fn csv(matters: &Matters) -> String {
    let mut text = line(&HEAD.map(str::to_owned));
    for driver in &matters.here.drivers {
        text.push_str(&line(&cells(driver)));
    }
    text
}

fn cells(driver: &Driver) -> [String; 16] {
    let number = |value: f64| format!("{value:.3}");
    let shift = driver.shift;
    [
        driver.parameter.to_string(),
        driver.name.clone(),
        number(driver.importance.value),
        number(driver.importance.low),
        number(driver.importance.high),
        number(driver.of_variance.value),
        number(driver.of_variance.low),
        number(driver.of_variance.high),
        number(driver.correlation),
        driver.n.to_string(),
        number(driver.mean),
        number(driver.performance),
        number(driver.filled_in),
        shift.map(|shift| number(shift.other)).unwrap_or_default(),
        shift.map(|shift| number(shift.change)).unwrap_or_default(),
        shift.map(|shift| shift.certainty.code().to_owned()).unwrap_or_default(),
    ]
}
