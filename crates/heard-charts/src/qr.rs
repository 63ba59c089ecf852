//! A QR code: an address that a phone can read from paper.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

use crate::chart::{Svg, escape};

/// The quiet zone round the code, in modules: less is not read by every phone.
const MARGIN: usize = 4;

/// Draws an address as a QR code, dark on light in every theme, for phones do not read it otherwise. Level M: up to 15 per
/// cent of it may be torn or dirty. `None`: the address is too long for any QR code (about 2,300 bytes).
pub fn qr(address: &str) -> Option<Svg> {
    let code = QrCode::with_error_correction_level(address.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let colours = code.to_colors();
    let mut path = String::new();
    for (y, row) in colours.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                // A little higher than a module, so that no hairlines show between rows on paper.
                let _ = write!(path, "M{} {}h{}v1.02h-{}z", x + MARGIN, y + MARGIN, run.len(), run.len());
            }
            x += run.len();
        }
    }
    let side = width + 2 * MARGIN;
    Some(Svg::made(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"QR code of {}\" xmlns=\"http://www.w3.org/2000/svg\">\
         <rect fill=\"#ffffff\" width=\"{side}\" height=\"{side}\"/><path fill=\"#000000\" d=\"{path}\"/></svg>",
        escape(address)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules of the picture, read back from its path.
    fn modules(svg: &str, width: usize) -> Vec<Vec<bool>> {
        let path = svg.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut grid = vec![vec![false; width]; width];
        for run in path.split('M').skip(1) {
            let (at, rest) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            for cell in &mut grid[y - MARGIN][x - MARGIN..x - MARGIN + length] {
                *cell = true;
            }
        }
        grid
    }

    #[test]
    fn the_picture_holds_exactly_the_modules_of_the_code() {
        let address = "https://heard.example.com/f/k7m2p9x4qd";
        let code = QrCode::with_error_correction_level(address, EcLevel::M).unwrap();
        let svg = qr(address).unwrap();
        let wanted: Vec<Vec<bool>> =
            code.to_colors().chunks(code.width()).map(|row| row.iter().map(|c| *c == Color::Dark).collect()).collect();
        assert_eq!(modules(svg.as_str(), code.width()), wanted);
        // The three finder patterns stand in their corners.
        assert!(wanted[0][..7].iter().all(|dark| *dark) && !wanted[0][7]);
    }

    #[test]
    fn hostile_and_endless_addresses_do_no_harm() {
        let svg = qr("https://x/\"><script>alert(1)</script>").unwrap();
        assert!(!svg.as_str().contains("<script>"));
        assert!(qr(&"a".repeat(5_000)).is_none());
        assert!(qr("").is_some());
    }
}
