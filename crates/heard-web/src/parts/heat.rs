//! The heat map: a table, so that it is read as one; colour repeats the number in nine steps.

use heard_charts::number::{signed, whole};
use heard_domain::directory::Directory;
use heard_domain::id::{CategoryId, StageId};
use heard_flow::measure::heat::Heat;
use maud::{Markup, html};

/// The class of a net sentiment: nine steps.
pub fn step(value: f64) -> &'static str {
    match value.round() as i64 {
        i64::MIN..=-45 => "h-4",
        -44..=-30 => "h-3",
        -29..=-15 => "h-2",
        -14..=-5 => "h-1",
        -4..=4 => "h0",
        5..=14 => "h1",
        15..=29 => "h2",
        30..=44 => "h3",
        _ => "h4",
    }
}

/// The steps from worst to best.
const STEPS: [&str; 9] = ["h-4", "h-3", "h-2", "h-1", "h0", "h1", "h2", "h3", "h4"];

/// The map with its legend.
pub fn heat(heat: &Heat, stages: &[StageId], directory: &Directory, href: &dyn Fn(StageId, CategoryId) -> String) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Heat map, scrolls sideways" {
            table.heat {
                thead {
                    tr {
                        th scope="col" { span.vh { "Stage" } }
                        @for category in &heat.categories {
                            th scope="col" { (directory.taxonomy.category(*category).map_or("", |c| c.name.as_str())) }
                        }
                    }
                }
                tbody {
                    @for stage in stages {
                        @let name = directory.journey.stage(*stage).map_or("", |s| s.name.as_str());
                        tr {
                            th scope="row" title=(name) { (name) }
                            @for category in &heat.categories {
                                @let cell = heat.cell(*stage, *category).value;
                                @if let Some(value) = cell.value {
                                    td class={ (step(value)) @if cell.weak() { " few" } } {
                                        a href=(href(*stage, *category)) title={ (whole(cell.n)) " passages" } {
                                            span { (signed(value)) span.vh { ", " (whole(cell.n)) " passages" } }
                                        }
                                    }
                                } @else { td.none { span aria-hidden="true" { "·" } span.vh { "nothing heard" } } }
                            }
                        }
                    }
                }
            }
        }
        p.legend { span { "Worse" } @for step in STEPS { i.(step) {} } span { "Better" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_symmetric() {
        for value in [0.0, 4.4, 5.0, 14.0, 15.0, 29.0, 30.0, 44.0, 45.0, 100.0] {
            let place = |v| STEPS.iter().position(|s| *s == step(v)).unwrap() as i32 - 4;
            assert_eq!(place(value), -place(-value), "{value}");
        }
        assert_eq!([step(-58.0), step(-2.0), step(52.0)], ["h-4", "h0", "h4"]);
    }
}
