//! The weights of a model as they are kept in a `.safetensors` file: a header in JSON that says of each tensor its name, type,
//! shape and place, then the figures one after another. Nothing in such a file can run, unlike in a pickle.

use serde_json::{Map, Value};

/// No header is longer: that of a model of a hundred layers has some 100 kB.
const LONGEST_HEADER: usize = 16 << 20;

/// The tensors of a file.
#[derive(Debug)]
pub struct Tensors<'a> {
    header: Map<String, Value>,
    figures: &'a [u8],
}

/// Why a file or a tensor cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTensors {
    /// The bytes are no such file.
    #[error("it is no safetensors file: {0}")]
    Odd(&'static str),
    /// A tensor is not there.
    #[error("it holds no tensor “{0}”")]
    Missing(String),
    /// A tensor is not as the model needs it.
    #[error("its tensor “{name}” should be {wanted}")]
    Shape {
        /// Its name.
        name: String,
        /// What it should be.
        wanted: String,
    },
}

impl<'a> Tensors<'a> {
    /// Reads the header.
    pub fn read(bytes: &'a [u8]) -> Result<Self, BadTensors> {
        let (length, rest) = bytes.split_first_chunk().ok_or(BadTensors::Odd("it ends within its beginning"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if length > LONGEST_HEADER {
            return Err(BadTensors::Odd("its header is longer than that of any model"));
        }
        let (header, figures) = rest.split_at_checked(length).ok_or(BadTensors::Odd("it ends within its header"))?;
        let header = serde_json::from_slice(header).map_err(|_| BadTensors::Odd("its header is not JSON"))?;
        Ok(Self { header, figures })
    }

    /// Whether there is a tensor of this name.
    pub fn has(&self, name: &str) -> bool {
        self.header.contains_key(name)
    }

    /// A tensor of 32 or 16 bits (`F32`, `F16`, `BF16`) of this shape, row by row.
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, BadTensors> {
        let tensor = self.header.get(name).ok_or_else(|| BadTensors::Missing(name.to_owned()))?;
        let odd = |wanted: String| BadTensors::Shape { name: name.to_owned(), wanted };
        let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
        let list = |key: &str| -> Option<Vec<usize>> { tensor.get(key)?.as_array()?.iter().map(number).collect() };
        if list("shape").as_deref() != Some(shape) {
            return Err(odd(format!("of the shape {shape:?}")));
        }
        let bytes = list("data_offsets").and_then(|ends| match *ends {
            [start, end] => self.figures.get(start..end),
            _ => None,
        });
        let bytes = bytes.ok_or_else(|| odd("within the file".to_owned()))?;
        let found: Vec<f32> = match tensor.get("dtype").and_then(Value::as_str) {
            Some("F32") => bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect(),
            Some("F16") => bytes.as_chunks().0.iter().map(|two| half(u16::from_le_bytes(*two))).collect(),
            Some("BF16") => {
                let wide = |two: &[u8; 2]| f32::from_bits(u32::from(u16::from_le_bytes(*two)) << 16);
                bytes.as_chunks().0.iter().map(wide).collect()
            }
            _ => return Err(odd("of the type F32, F16 or BF16".to_owned())),
        };
        let fits = shape.iter().try_fold(1_usize, |all, side| all.checked_mul(*side)) == Some(found.len());
        if fits && found.iter().all(|figure| figure.is_finite()) {
            Ok(found)
        } else {
            Err(odd(format!("finite figures of the shape {shape:?}")))
        }
    }
}

/// A figure of 16 bits as IEEE 754 has it.
fn half(bits: u16) -> f32 {
    let (sign, exponent, rest) = (bits >> 15, (bits >> 10) & 31, bits & 1023);
    let size = match exponent {
        0 => f32::from(rest) * 2.0_f32.powi(-24),
        31 => return f32::NAN,
        _ => (1.0 + f32::from(rest) / 1024.0) * 2.0_f32.powi(i32::from(exponent) - 15),
    };
    if sign == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, figures: &[u8]) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), figures].concat()
    }

    #[test]
    fn figures_of_32_and_16_bits_are_read() {
        let header = r#"{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[3],"data_offsets":[8,14]},
            "c":{"dtype":"BF16","shape":[1],"data_offsets":[14,16]}}"#;
        let mut figures: Vec<u8> = [1.5_f32, -2.0].iter().flat_map(|f| f.to_le_bytes()).collect();
        figures.extend([0x3c00_u16, 0xc100, 0x0001, 0x4049].iter().flat_map(|f| f.to_le_bytes()));
        let file = file(header, &figures);
        let tensors = Tensors::read(&file).unwrap();
        assert_eq!(tensors.get("a", &[1, 2]).unwrap(), [1.5, -2.0]);
        assert_eq!(tensors.get("b", &[3]).unwrap(), [1.0, -2.5, 2.0_f32.powi(-24)]);
        assert_eq!(tensors.get("c", &[1]).unwrap(), [3.140625]);
        assert!(tensors.has("a") && !tensors.has("d"));
        assert_eq!(tensors.get("d", &[1]).unwrap_err().to_string(), "it holds no tensor “d”");
        assert!(tensors.get("a", &[2, 1]).unwrap_err().to_string().contains("[2, 1]"));
    }

    #[test]
    fn what_lies_about_its_sizes_is_refused() {
        let lies = [
            r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,800]}}"#,
            r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
            r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
            r#"{"a":{"dtype":"I64","shape":[2],"data_offsets":[0,8]}}"#,
            r#"{"a":{"shape":[2]}}"#,
        ];
        for lie in lies {
            let file = file(lie, &[0; 8]);
            assert!(Tensors::read(&file).unwrap().get("a", &[2]).is_err(), "{lie}");
        }
        assert!(Tensors::read(&[255; 20]).is_err() && Tensors::read(b"").is_err() && Tensors::read(&file("{", b"")).is_err());
        let nan = file(r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, &f32::NAN.to_le_bytes());
        assert!(Tensors::read(&nan).unwrap().get("a", &[1]).is_err());
    }
}
