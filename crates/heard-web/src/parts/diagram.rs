//! A diagram: the picture in a box that scrolls by keys and finger, the same as a table below it, and the file to take along.

use heard_charts::chart::Svg;
use heard_charts::twin::Twin;
use maud::{Markup, PreEscaped, html};

use crate::parts::icon::icon;
use crate::parts::twin::twin;

/// The files of the picture in the same section: for its head. Only a script can draw it as the page shows it; who has none takes the SVG.
pub fn take(name: &str, svg: Option<&str>) -> Markup {
    html! {
        div.tools {
            @if let Some(href) = svg { a.secondary href=(href) download { (icon("export")) "SVG" } }
            button.secondary type="button" data-png=(name) hidden { (icon("export")) "PNG" span.vh { " of " (name) } }
        }
    }
}

/// Shows a picture; `name` says of what. Every part of it that leads somewhere is a link, there and in the table.
pub fn diagram(name: &str, svg: &Svg, rows: &Twin) -> Markup {
    let head = html! { @for title in &rows.head { th scope="col" { (title) } } };
    let body = html! {
        @for row in &rows.rows {
            tr {
                @for (n, cell) in row.cells.iter().enumerate() {
                    @if n == 0 && !row.link.is_empty() { th scope="row" { a.more href=(row.link) dir="auto" { (cell) } } }
                    @else if n == 0 { th scope="row" dir="auto" { (cell) } }
                    @else { td dir="auto" { (cell) } }
                }
            }
        }
    };
    html! {
        div.scroll.picture tabindex="0" role="group" aria-label={ (name) ", scrolls sideways" } { (PreEscaped(svg.as_str())) }
        @if !rows.rows.is_empty() { (twin(name, &head, &body)) }
    }
}
