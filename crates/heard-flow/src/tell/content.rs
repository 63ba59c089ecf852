//! The content hash: whether two installations hold the same feedback, whatever identifiers they gave it and in whatever order
//! it came in.
//!
//! Of every feedback the post's name, key, moment, verbatim, author (name, role, account, handles), touchpoint, ratings,
//! attributes and link are written as one JSON array and hashed with SHA-256; the sum of all hashes, as numbers of 256 bits, is
//! the hash of the whole. A touchpoint that the journey does not know is kept as an attribute of that name: for the hash both are
//! the same. Ratings count with twelve digits, as far as every reader of decimal numbers agrees.

use std::fmt;

use heard_domain::feedback::NewFeedback;
use heard_domain::hex::hex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The attribute that holds touchpoints which the journey does not know.
const TOUCHPOINT: &str = "touchpoint";

/// A hash of any number of feedbacks, in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContentHash {
    /// Four parts of 64 bits, the lowest first.
    sum: [u64; 4],
    /// How many feedbacks.
    pub count: u64,
}

/// How many feedbacks, and the hash of their content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Content {
    /// How many feedbacks.
    pub count: u64,
    /// The hash of their content: 64 hexadecimal digits.
    pub hash: String,
}

impl ContentHash {
    /// Adds a feedback that was heard at a post.
    pub fn add(&mut self, post: &str, feedback: &NewFeedback) {
        let digest = Sha256::digest(canonical(post, feedback).as_bytes());
        let mut carry = false;
        for (own, part) in self.sum.iter_mut().zip(digest.chunks_exact(8)) {
            let other = part.iter().rev().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
            let (sum, one) = own.overflowing_add(other);
            let (sum, two) = sum.overflowing_add(u64::from(carry));
            (*own, carry) = (sum, one || two);
        }
        self.count += 1;
    }

    /// As it is shown.
    pub fn content(&self) -> Content {
        Content { count: self.count, hash: self.to_string() }
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> = self.sum.iter().rev().flat_map(|part| part.to_be_bytes()).collect();
        f.write_str(&hex(&bytes))
    }
}

fn canonical(post: &str, feedback: &NewFeedback) -> String {
    let author = &feedback.author;
    let mut handles: Vec<(&str, &str)> = author.identities.iter().map(|one| (one.kind.code(), one.handle.as_str())).collect();
    handles.sort_unstable();
    handles.dedup();
    let mut ratings: Vec<(&str, &str, String)> =
        feedback.ratings.iter().map(|one| (one.scale.trim(), one.formula.code(), format!("{:.11e}", one.value + 0.0))).collect();
    ratings.sort_unstable();
    let named = feedback.attributes.iter().find(|(name, _)| name == TOUCHPOINT).map(|(_, value)| value.as_str());
    let touchpoint = named.or(feedback.touchpoint.as_deref());
    let mut attributes: Vec<(&str, &str)> = feedback
        .attributes
        .iter()
        .filter(|(name, _)| name != TOUCHPOINT)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    attributes.sort_unstable();
    json!([
        post,
        feedback.key,
        feedback.at.0,
        feedback.text,
        author.name,
        author.role,
        author.account,
        handles,
        touchpoint,
        ratings,
        attributes,
        feedback.link,
    ])
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::feedback::{NewAuthor, NewRating};
    use heard_domain::score::Formula;
    use heard_domain::time::Time;

    fn said(key: &str) -> NewFeedback {
        let rating = NewRating { scale: "NPS".into(), formula: Formula::Nps, value: 3.0, min: None, max: None };
        NewFeedback {
            key: key.into(),
            at: Time(5),
            text: "late".into(),
            author: NewAuthor { name: Some("Mia".into()), ..NewAuthor::default() },
            touchpoint: None,
            ratings: vec![rating],
            attributes: vec![("route".into(), "HEL".into())],
            link: None,
        }
    }

    fn of(all: &[(&str, NewFeedback)]) -> ContentHash {
        let mut hash = ContentHash::default();
        for (post, feedback) in all {
            hash.add(post, feedback);
        }
        hash
    }

    #[test]
    fn the_order_does_not_count_and_everything_else_does() {
        let (a, b) = (("Desk", said("a")), ("Desk", said("b")));
        let whole = of(&[a.clone(), b.clone()]);
        assert_eq!(whole, of(&[b.clone(), a.clone()]));
        assert_eq!(whole.to_string().len(), 64);
        let others = [
            NewFeedback { text: "late.".into(), ..said("b") },
            NewFeedback { at: Time(6), ..said("b") },
            NewFeedback { author: NewAuthor::default(), ..said("b") },
            NewFeedback { ratings: vec![], ..said("b") },
            NewFeedback { attributes: vec![], ..said("b") },
            NewFeedback { touchpoint: Some("Boarding".into()), ..said("b") },
            NewFeedback { link: Some("https://x.example".into()), ..said("b") },
            said("c"),
        ];
        for other in others {
            assert_ne!(whole, of(&[a.clone(), ("Desk", other.clone())]), "{other:?}");
        }
        assert_ne!(whole, of(&[a.clone(), ("Other", said("b"))]));
        assert_ne!(of(std::slice::from_ref(&a)), of(&[a.clone(), a]));
    }

    #[test]
    fn a_touchpoint_is_the_same_by_name_and_as_an_attribute() {
        let known = NewFeedback { touchpoint: Some("Boarding".into()), ..said("a") };
        let mut kept = said("a");
        kept.attributes.push((TOUCHPOINT.into(), "Boarding".into()));
        assert_eq!(of(&[("Desk", known)]), of(&[("Desk", kept)]));
    }
}
