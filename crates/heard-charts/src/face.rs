//! Faces for ratings: drawn in lines of one colour, the same weight for each, so that none of them is pushed on anybody.

use crate::chart::Svg;

/// The mouths, from very dissatisfied to very satisfied.
const MOUTHS: [&str; 5] = ["M10 24q6-8 12 0", "M10 23q6-4 12 0", "M10 22h12", "M10 20q6 5 12 0", "M9 19q7 10 14 0"];

/// The face of a value from 1 to 5; others have none. Decoration beside a number: it says nothing alone.
pub fn face(value: i32) -> Option<Svg> {
    let mouth = MOUTHS.get(usize::try_from(value.checked_sub(1)?).ok()?)?;
    Some(Svg::made(format!(
        "<svg class=\"face\" viewBox=\"0 0 32 32\" aria-hidden=\"true\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
         stroke-linecap=\"round\" xmlns=\"http://www.w3.org/2000/svg\"><circle cx=\"16\" cy=\"16\" r=\"13\"/>\
         <path d=\"M11.5 12.5v1M20.5 12.5v1\"/><path d=\"{mouth}\"/></svg>"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_five_faces() {
        assert_eq!((-1..8).filter(|value| face(*value).is_some()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert!(face(i32::MIN).is_none());
    }
}
