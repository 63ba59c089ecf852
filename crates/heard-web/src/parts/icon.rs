//! Icons of the sprite: decoration beside words, never instead of them.

use maud::{Markup, html};

use crate::render::url;

/// An icon by its name in the sprite.
pub fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={ (url("icons.svg")) "#" (name) } {} } }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_icon_that_is_used_is_in_the_sprite() {
        let sprite = include_str!("../../assets/icons.svg");
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let (mut folders, mut seen) = (vec![root], 0);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for (_, rest) in text.match_indices("icon(\"").map(|(at, m)| text.split_at(at + m.len())) {
                    let name = rest.split('"').next().unwrap_or_default();
                    assert!(sprite.contains(&format!("id=\"{name}\"")), "{} uses icon {name}", path.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 5);
    }
}
