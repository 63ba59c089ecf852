//! Until the parts arrive: the plainest page.

use maud::{DOCTYPE, Markup, html};

use crate::viewer::{Theme, Viewer};

/// A page with navigation.
pub fn page(viewer: &Viewer, title: &str, body: &Markup) -> Markup {
    whole(title, viewer.theme, body)
}

/// A page without navigation.
pub fn bare(title: &str, theme: Option<Theme>, body: &Markup) -> Markup {
    whole(title, theme, body)
}

fn whole(title: &str, theme: Option<Theme>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme.map(Theme::code)] {
            head { meta charset="utf-8"; meta name="viewport" content="width=device-width, initial-scale=1"; title { (title) " · Heard" } }
            body { main { (body) } }
        }
    }
}
