//! The deep reader: a folder with a sentence transformer of the BERT family, and what texts mean by it.
//!
//! ```text
//! let deep = Deep::open(&|file| std::fs::read(folder.join(file)))?;   // config.json, vocab.txt, model.safetensors …
//! deep.vectors(&["my bag is lost", "where is my luggage?"])           // figures of length 1, near where the meaning is
//! ```
//!
//! Some hundred short texts a second on one core: it is asked where the fast reader is unsure, never for everything.

use std::io;

use heard_domain::hex::hex;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::deep::encoder::{Encoder, Shape};
use crate::deep::tensors::Tensors;
use crate::deep::vocabulary::Vocabulary;

/// Texts are taken together up to so many pieces: as many as fill the processor and fit into its second cache.
const TOGETHER: usize = 320;
/// More pieces of a text are never read, whatever the model could: a passage is rarely longer, and the time that it takes
/// grows with them.
const MOST_PIECES: usize = 256;
/// No model is larger, in figures a vector and in blocks.
const WIDEST: usize = 2048;
const DEEPEST: usize = 48;

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadFolder {
    /// A file is not there or cannot be read.
    #[error("{file} cannot be read{hint}")]
    Unread {
        /// Its name within the folder.
        file: &'static str,
        /// What can be done about it, behind a colon or nothing.
        hint: &'static str,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// A file is not as expected.
    #[error("{file} cannot be used: {why}")]
    Odd {
        /// Its name within the folder.
        file: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// A sentence transformer.
#[derive(Debug)]
pub struct Deep {
    name: String,
    vocabulary: Vocabulary,
    encoder: Encoder,
    longest: usize,
}

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const VOCABULARY: &str = "vocab.txt";
const POOLING: &str = "1_Pooling/config.json";

impl Deep {
    /// Reads a folder; `read` opens a file by its place within it. Only figures, text and JSON are read: pickles
    /// (`pytorch_model.bin`) can run programs and are never opened.
    pub fn open(read: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self, BadFolder> {
        let bytes = |file: &'static str| {
            let hint = if file == WEIGHTS { " (weights are taken from this format only)" } else { "" };
            read(file).map_err(|why| BadFolder::Unread { file, hint, why })
        };
        let odd = |file: &'static str, why: String| BadFolder::Odd { file, why };
        let json = |file: &'static str, bytes: &[u8]| -> Result<Value, BadFolder> {
            serde_json::from_slice(bytes).map_err(|error| odd(file, error.to_string()))
        };
        let config = json(CONFIG, &bytes(CONFIG)?)?;
        let known = [("model_type", "bert"), ("hidden_act", "gelu"), ("position_embedding_type", "absolute")];
        for (key, wanted) in known {
            let said = config.get(key).and_then(Value::as_str);
            if said.is_some_and(|said| said != wanted) || (said.is_none() && key == "model_type") {
                return Err(odd(CONFIG, format!("“{key}” is {}; only “{wanted}” can be read", said.unwrap_or("not there"))));
            }
        }
        // Further files say how the vectors of words become one; where they are not there, it is the mean.
        if let Ok(pooling) = read(POOLING)
            && json(POOLING, &pooling)?.get("pooling_mode_mean_tokens").and_then(Value::as_bool) != Some(true)
        {
            return Err(odd(POOLING, "only the mean over words (pooling_mode_mean_tokens) is known".to_owned()));
        }
        let setting = |file: &'static str, key: &str| -> Result<Option<Value>, BadFolder> {
            read(file).ok().map_or(Ok(None), |bytes| Ok(json(file, &bytes)?.get(key).cloned()))
        };
        let text = String::from_utf8(bytes(VOCABULARY)?).map_err(|_| odd(VOCABULARY, "it is no UTF-8".to_owned()))?;
        let lower = setting("tokenizer_config.json", "do_lower_case")?.and_then(|lower| lower.as_bool()).unwrap_or(true);
        let vocabulary =
            Vocabulary::new(&text, lower).map_err(|piece| odd(VOCABULARY, format!("the piece {piece} is not there")))?;
        let shape = shape(&config).map_err(|why| odd(CONFIG, why))?;
        if vocabulary.len() > shape.pieces {
            let why = format!("it has {} pieces, the model {}", vocabulary.len(), shape.pieces);
            return Err(odd(VOCABULARY, why));
        }
        let weights = bytes(WEIGHTS)?;
        let bad = |error: &dyn std::fmt::Display| odd(WEIGHTS, error.to_string());
        let tensors = Tensors::read(&weights).map_err(|error| bad(&error))?;
        let encoder = Encoder::new(&tensors, shape).map_err(|error| bad(&error))?;
        let said = setting("sentence_bert_config.json", "max_seq_length")?.and_then(|longest| longest.as_u64());
        let longest = said.map_or(MOST_PIECES, |longest| longest as usize).clamp(8, MOST_PIECES).min(shape.places);
        let print = hex(Sha256::digest(&weights).get(..4).unwrap_or_default());
        Ok(Self { name: format!("bert-{}x{} {print}", shape.blocks, shape.width), vocabulary, encoder, longest })
    }

    /// Its size and the beginning of the hash of its weights: another model has another name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many figures a vector has.
    pub fn width(&self) -> usize {
        self.encoder.width()
    }

    /// What texts mean, in their order: each of length 1.
    pub fn vectors(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let mut vectors = Vec::with_capacity(texts.len());
        let mut batch: Vec<Vec<u32>> = Vec::new();
        let mut pieces = 0;
        for text in texts {
            let text = self.vocabulary.pieces(text, self.longest);
            if pieces + text.len() > TOGETHER && !batch.is_empty() {
                vectors.extend(self.encoder.vectors(&batch));
                batch.clear();
                pieces = 0;
            }
            pieces += text.len();
            batch.push(text);
        }
        if !batch.is_empty() {
            vectors.extend(self.encoder.vectors(&batch));
        }
        vectors
    }
}

fn shape(config: &Value) -> Result<Shape, String> {
    let number = |key: &str, most: usize| {
        let found = config.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        found.filter(|n| (1..=most).contains(n)).ok_or_else(|| format!("“{key}” is not a number from 1 to {most}"))
    };
    let shape = Shape {
        width: number("hidden_size", WIDEST)?,
        inner: number("intermediate_size", 4 * WIDEST)?,
        blocks: number("num_hidden_layers", DEEPEST)?,
        heads: number("num_attention_heads", WIDEST)?,
        pieces: number("vocab_size", 1 << 20)?,
        places: number("max_position_embeddings", 1 << 14)?,
        epsilon: config.get("layer_norm_eps").and_then(Value::as_f64).unwrap_or(1e-12) as f32,
    };
    if shape.width.is_multiple_of(shape.heads) {
        Ok(shape)
    } else {
        Err("“hidden_size” cannot be shared by “num_attention_heads”".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::deep::sample;

    fn open(change: impl Fn(&str, Vec<u8>) -> io::Result<Vec<u8>>) -> Result<Deep, BadFolder> {
        Deep::open(&|file| change(file, sample::file(file)?))
    }

    #[test]
    fn a_small_model_gives_the_vectors_that_were_worked_out_elsewhere() {
        let deep = open(|_, bytes| Ok(bytes)).unwrap();
        assert_eq!((deep.width(), deep.name().starts_with("bert-2x8 ")), (8, true));
        for (text, known) in sample::KNOWN {
            let found = &deep.vectors(&[text])[0];
            assert!(found.iter().zip(known).all(|(a, b)| (a - b).abs() < 1e-4), "{text}: {found:?}");
        }
        let many: Vec<&str> = std::iter::repeat_n(["late luggages!", "", "s late"], 60).flatten().collect();
        let found = deep.vectors(&many);
        assert!(
            found.len() == 180 && found.chunks(3).all(|three| three[0].iter().zip(&found[0]).all(|(a, b)| (a - b).abs() < 1e-5))
        );
    }

    #[test]
    fn a_folder_that_cannot_be_used_says_which_file_and_why() {
        let replaced = |name: &'static str, from: &'static str, to: &'static str| {
            open(move |file, bytes| {
                let text = String::from_utf8_lossy(&bytes).replace(from, to);
                Ok(if file == name { text.into_bytes() } else { bytes })
            })
        };
        let cases = [
            (replaced(CONFIG, "\"bert\"", "\"roberta\""), "config.json cannot be used: “model_type” is roberta"),
            (
                replaced(CONFIG, "\"hidden_size\":8", "\"hidden_size\":7"),
                "config.json cannot be used: “hidden_size” cannot be shared",
            ),
            (replaced(CONFIG, "\"hidden_size\":8", "\"hidden_size\":16"), "model.safetensors cannot be used: its tensor"),
            (replaced(VOCABULARY, "[UNK]", "x"), "vocab.txt cannot be used: the piece [UNK]"),
            (replaced(VOCABULARY, "late", "late\nlater\nlatest\nlatter\nlast\nlots"), "vocab.txt cannot be used: it has"),
            (replaced(CONFIG, "{", ""), "config.json cannot be used"),
        ];
        for (opened, message) in cases {
            let error = opened.unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
        let gone = open(|file, bytes| if file == WEIGHTS { Err(io::ErrorKind::NotFound.into()) } else { Ok(bytes) });
        assert!(gone.unwrap_err().to_string().starts_with("model.safetensors cannot be read (weights"));
    }

    /// With `HEARD_DEEP_READER_FOLDER`: the folder of all-MiniLM-L6-v2. The figures are the first four that the transformer gives in
    /// Python.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the folder of a model is named by whoever runs the tests")]
    fn the_model_in_the_folder_gives_the_vectors_of_python() {
        let Some(folder) = std::env::var_os("HEARD_DEEP_READER_FOLDER") else { return };
        let deep = Deep::open(&|file| std::fs::read(Path::new(&folder).join(file))).unwrap();
        for (text, known) in sample::KNOWN_OF_MINI_LM {
            let found = &deep.vectors(&[text])[0];
            assert!(
                found.len() == 384 && found.iter().zip(known).all(|(a, b)| (a - b).abs() < 1e-3),
                "{text}: {:?}",
                &found[..4]
            );
        }
    }
}
