//! Small pictures without words as PNG, for mails, which show no SVG: bars, and a line. What they say stands in words beside them.

use crate::chart::Tone;

/// Points of a picture, in width and height: twice as many as it is shown with.
const WIDTH: usize = 480;
const HEIGHT: usize = 96;
/// How often each point is looked at in each direction, so that edges are smooth.
const FINE: usize = 4;
/// Shades from the background to a colour.
const SHADES: usize = FINE * FINE;
/// The background, and what is not meant to stand out: the colours of the paper and of quiet lines.
const PAPER: [u8; 3] = [0xff, 0xff, 0xff];
const QUIET: [u8; 3] = [0xc9, 0xc2, 0xb4];

/// A picture as PNG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Png {
    /// The file.
    pub bytes: Vec<u8>,
    /// With how many points it is to be shown.
    pub shown: (usize, usize),
}

fn colour(tone: Tone) -> [u8; 3] {
    let hex = tone.colour().trim_start_matches('#');
    let part = |at: usize| hex.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok()).unwrap_or(0);
    [part(0), part(2), part(4)]
}

/// Bars from the left, the oldest first; the last one stands out in the colour of the tone. What is no number is no bar.
pub fn bars(values: &[f64], tone: Tone) -> Png {
    let values: Vec<f64> = values.iter().map(|value| if value.is_finite() { value.max(0.0) } else { 0.0 }).collect();
    let most = values.iter().copied().fold(0.0, f64::max);
    let step = WIDTH as f64 / values.len().max(1) as f64;
    let inside = |x: f64, y: f64| {
        let at = (x / step).floor() as usize;
        let value = *values.get(at)?;
        let within = x - at as f64 * step;
        let gap = (step * 0.15).min(6.0);
        let top = HEIGHT as f64 - if most > 0.0 { value / most * (HEIGHT as f64 - 4.0) } else { 0.0 };
        let hit = within >= gap && within < step - gap && y >= top;
        hit.then_some(at + 1 == values.len())
    };
    drawn(tone, inside)
}

/// A line through the figures of a course, the oldest first; it breaks where there is none.
pub fn line(values: &[Option<f64>], tone: Tone) -> Png {
    let known: Vec<f64> = values.iter().flatten().copied().filter(|value| value.is_finite()).collect();
    let (low, high) = known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let (width, height) = (WIDTH as f64, HEIGHT as f64);
    let spot = |at: usize, value: f64| {
        let x = 8.0 + at as f64 * (width - 16.0) / (values.len().saturating_sub(1)).max(1) as f64;
        let y = if high > low { height - 10.0 - (value - low) / (high - low) * (height - 20.0) } else { height / 2.0 };
        (x, y)
    };
    let spots: Vec<Option<(f64, f64)>> = values
        .iter()
        .enumerate()
        .map(|(at, value)| value.filter(|value| value.is_finite()).map(|value| spot(at, value)))
        .collect();
    let pieces: Vec<((f64, f64), (f64, f64))> =
        spots.iter().zip(spots.iter().skip(1)).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
    let last = spots.iter().rev().copied().flatten().next();
    let inside = |x: f64, y: f64| {
        let dot = last.is_some_and(|(a, b)| (x - a).hypot(y - b) <= 6.0);
        let near = |((x0, y0), (x1, y1)): &((f64, f64), (f64, f64))| {
            let (dx, dy) = (x1 - x0, y1 - y0);
            let along = (((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
            (x - x0 - along * dx).hypot(y - y0 - along * dy) <= 2.5
        };
        (dot || pieces.iter().any(near)).then_some(true)
    };
    drawn(tone, inside)
}

/// Draws what `inside` says of a spot: nothing, something quiet (false), or something in colour.
fn drawn(tone: Tone, inside: impl Fn(f64, f64) -> Option<bool>) -> Png {
    let mut points = Vec::with_capacity((WIDTH + 1) * HEIGHT);
    for y in 0..HEIGHT {
        // No filter of the row.
        points.push(0);
        for x in 0..WIDTH {
            let (mut quiet, mut loud) = (0, 0);
            for n in 0..SHADES {
                let part = |at: usize| (at as f64 + 0.5) / FINE as f64;
                match inside(x as f64 + part(n % FINE), y as f64 + part(n / FINE)) {
                    Some(true) => loud += 1,
                    Some(false) => quiet += 1,
                    None => {}
                }
            }
            // Where both meet, the louder one counts.
            points.push(if loud > 0 { (SHADES + 1 + loud) as u8 } else { quiet as u8 });
        }
    }
    let mut palette = Vec::with_capacity(6 * (SHADES + 1));
    for to in [QUIET, colour(tone)] {
        for shade in 0..=SHADES {
            let mix = |from: u8, to: u8| ((usize::from(from) * (SHADES - shade) + usize::from(to) * shade) / SHADES) as u8;
            palette.extend(PAPER.iter().zip(to).map(|(from, to)| mix(*from, to)));
        }
    }
    Png { bytes: file(&palette, &points), shown: (WIDTH / 2, HEIGHT / 2) }
}

/// The file: a palette, and points that are not packed, for they are few.
fn file(palette: &[u8], points: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend((WIDTH as u32).to_be_bytes());
    head.extend((HEIGHT as u32).to_be_bytes());
    head.extend([8, 3, 0, 0, 0]);
    chunk(&mut out, *b"IHDR", &head);
    chunk(&mut out, *b"PLTE", palette);
    let mut stream = vec![0x78, 0x01];
    let mut parts = points.chunks(0xffff).peekable();
    while let Some(part) = parts.next() {
        stream.push(u8::from(parts.peek().is_none()));
        let length = part.len() as u16;
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(part);
    }
    stream.extend(adler(points).to_be_bytes());
    chunk(&mut out, *b"IDAT", &stream);
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    out.extend((body.len() as u32).to_be_bytes());
    out.extend(name);
    out.extend(body);
    let sum = name.iter().chain(body).fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    });
    out.extend((!sum).to_be_bytes());
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The points of a file, row by row, read as a decoder would.
    fn points(png: &Png) -> Vec<Vec<u8>> {
        let at = png.bytes.windows(4).position(|four| four == b"IDAT").unwrap();
        let length = u32::from_be_bytes(png.bytes[at - 4..at].try_into().unwrap()) as usize;
        let stream = &png.bytes[at + 4..at + 4 + length];
        let (mut rest, mut raw) = (&stream[2..], Vec::new());
        loop {
            let (last, size) = (rest[0], u16::from_le_bytes([rest[1], rest[2]]) as usize);
            raw.extend(&rest[5..5 + size]);
            rest = &rest[5 + size..];
            if last == 1 {
                break;
            }
        }
        assert_eq!(rest, adler(&raw).to_be_bytes());
        raw.chunks(WIDTH + 1).map(|row| row[1..].to_vec()).collect()
    }

    #[test]
    fn bars_stand_on_the_ground_and_the_last_one_is_in_colour() {
        let rows = points(&bars(&[1.0, 2.0, f64::NAN, 4.0], Tone::Bad));
        assert_eq!(rows.len(), HEIGHT);
        let ground = &rows[HEIGHT - 1];
        assert_eq!((ground[60], ground[300], ground[420]), (SHADES as u8, 0, (2 * SHADES + 1) as u8));
        let half = &rows[HEIGHT / 2 + 4];
        assert_eq!((half[60], half[180]), (0, SHADES as u8), "half as high as the highest");
        assert_eq!(points(&bars(&[], Tone::Good)).concat().iter().max(), Some(&0), "nothing is drawn as nothing");
    }

    #[test]
    fn a_line_breaks_where_nothing_is_known() {
        let rows = points(&line(&[Some(0.0), Some(1.0), None, Some(1.0), Some(0.0)], Tone::Good));
        let column = |x: usize| rows.iter().filter(|row| row[x] > 0).count();
        assert!(column(60) > 0 && column(400) > 0, "the line is there");
        assert_eq!(column(240), 0, "and not where nothing is known");
    }

    #[test]
    fn sums_are_those_of_the_format() {
        let mut out = Vec::new();
        chunk(&mut out, *b"IEND", &[]);
        assert_eq!(out, b"\0\0\0\0IEND\xae\x42\x60\x82");
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }
}
