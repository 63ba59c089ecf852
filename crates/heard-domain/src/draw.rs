//! Draws from a seed: resampling and imputation draw the same numbers for the same seed, so that a figure that rests on
//! chance is the same every time it is asked for.

/// A stream of draws (`SplitMix64`: Steele, Lea and Flood 2014). Not for secrets.
#[derive(Debug, Clone)]
pub struct Draws {
    state: u64,
    /// The second of a pair of normal draws, kept for the next call.
    spare: Option<f64>,
}

impl Draws {
    /// The stream `part` of a seed; parts differ from each other.
    pub fn new(seed: u64, part: u64) -> Self {
        let mut draws = Self { state: seed, spare: None };
        draws.state = draws.bits() ^ part.wrapping_mul(0xD134_2543_DE82_EF95);
        draws
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 up to, without, 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A place in a list of `len`; 0 for an empty one.
    pub fn place(&mut self, len: usize) -> usize {
        ((u128::from(self.bits()) * len as u128) >> 64) as usize
    }

    /// A standard normal value (polar method: Marsaglia and Bray 1964).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let scale = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(v * scale);
                return u * scale;
            }
        }
    }

    /// `some` different places in a list of `len`, in ascending order; all of them where there are no more.
    pub fn sample(&mut self, len: usize, some: usize) -> Vec<usize> {
        let mut left = some.min(len);
        let mut chosen = Vec::with_capacity(left);
        for at in 0..len {
            // Each of those that remain is as likely as any other (selection sampling: Knuth, vol. 2, 3.4.2).
            if self.place(len - at) < left {
                chosen.push(at);
                left -= 1;
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_part_differs() {
        let first = |seed, part| Draws::new(seed, part).bits();
        assert_eq!(first(7, 1), first(7, 1));
        assert_ne!(first(7, 1), first(7, 2));
        assert_ne!(first(7, 1), first(8, 1));
    }

    #[test]
    fn normal_values_have_the_moments_of_a_normal() {
        let mut draws = Draws::new(3, 0);
        let (mut sum, mut squares, mut fourth) = (0.0, 0.0, 0.0);
        let n = 40_000;
        for _ in 0..n {
            let z = draws.normal();
            sum += z;
            squares += z * z;
            fourth += z * z * z * z;
        }
        let n = f64::from(n);
        assert!((sum / n).abs() < 0.02 && (squares / n - 1.0).abs() < 0.03 && (fourth / n - 3.0).abs() < 0.2);
    }

    #[test]
    fn a_sample_holds_each_place_once_and_is_even() {
        let mut hits = [0_u32; 20];
        let mut draws = Draws::new(5, 0);
        for _ in 0..4_000 {
            let chosen = draws.sample(20, 5);
            assert!(chosen.len() == 5 && chosen.is_sorted_by(|a, b| a < b));
            for at in &chosen {
                hits[*at] += 1;
            }
        }
        assert!(hits.iter().all(|n| (900..1_100).contains(n)), "{hits:?}");
        assert_eq!(draws.sample(3, 9), [0, 1, 2]);
    }
}
