//! Feedback: one contribution by one person at one time; its words, never altered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::Identity;
use crate::id::{AccountId, AttributeId, FeedbackId, ImportId, PersonId, PostId, TouchpointId, ValueId};
use crate::score::{Formula, Rating};
use crate::time::{Day, Time};

/// The longest verbatim that is taken, in bytes.
pub const LONGEST_TEXT: usize = 1 << 20;

/// The most ratings, attributes and handles of one feedback: more are a mistake of the source.
pub const MOST_FACTS: usize = 200;

/// The longest name of a scale or attribute, in bytes.
pub const LONGEST_NAME: usize = 200;

/// The longest name, role or account of who speaks, in bytes: what is found again by its name must fit an index.
pub const LONGEST_AUTHOR: usize = 1000;

/// A feedback as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Feedback {
    /// Its identifier.
    pub id: FeedbackId,
    /// Grows when the source sends the same key with other words; the old ones are kept.
    pub revision: i32,
    /// Where it was heard.
    pub post: PostId,
    /// What makes it the same feedback when it comes twice: unique within the post.
    pub key: String,
    /// When the customer said it.
    pub at: Time,
    /// The day of `at` in the company's time zone.
    pub day: Day,
    /// When Heard took it in.
    pub heard: Time,
    /// Who said it, if known.
    pub person: Option<PersonId>,
    /// For which account, if known.
    pub account: Option<AccountId>,
    /// At which contact, if known.
    pub touchpoint: Option<TouchpointId>,
    /// The verbatim; empty for ratings without words.
    pub text: String,
    /// The address of the original, if it can be visited.
    pub link: Option<String>,
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// Structured values.
    pub ratings: Vec<Rating>,
    /// Declared attributes, each with its value.
    pub attributes: Vec<(AttributeId, ValueId)>,
}

/// A rating as a source gives it: the scale is found or declared by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRating {
    /// What was asked ("NPS").
    pub scale: String,
    /// How it becomes a figure.
    pub formula: Formula,
    /// The value as given.
    pub value: f64,
    /// Lowest possible value; needed only where the formula fixes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Highest possible value; needed only where the formula fixes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

/// Who speaks, as a source names them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewAuthor {
    /// As they call themselves.
    pub name: Option<String>,
    /// Their part in the account.
    pub role: Option<String>,
    /// Handles by which they are known again.
    pub identities: Vec<Identity>,
    /// The account's name.
    pub account: Option<String>,
}

/// A feedback as a listening post hands it over: names where the kept form has identifiers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeedback {
    /// Unique within the post: the same key again is the same feedback. 1-200 bytes.
    pub key: String,
    /// When the customer said it.
    pub at: Time,
    /// The verbatim; may be empty.
    #[serde(default)]
    pub text: String,
    /// Who said it.
    #[serde(default)]
    pub author: NewAuthor,
    /// The name of the contact at which it was said.
    #[serde(default)]
    pub touchpoint: Option<String>,
    /// Structured values.
    #[serde(default)]
    pub ratings: Vec<NewRating>,
    /// Name and value of attributes; a name is declared the first time it is seen.
    #[serde(default)]
    pub attributes: Vec<(String, String)>,
    /// The address of the original (http or https).
    #[serde(default)]
    pub link: Option<String>,
}

/// What is wrong with a feedback that was offered: the field and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct BadFeedback {
    /// The field as the source knows it.
    pub field: String,
    /// What is wrong and what is expected.
    pub reason: String,
}

impl NewFeedback {
    /// All text in it, with the field it stands in.
    fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let NewAuthor { name, role, identities, account } = &self.author;
        let single = [
            ("key", Some(&self.key)),
            ("text", Some(&self.text)),
            ("author.name", name.as_ref()),
            ("author.role", role.as_ref()),
            ("author.account", account.as_ref()),
            ("touchpoint", self.touchpoint.as_ref()),
            ("link", self.link.as_ref()),
        ];
        let single = single.into_iter().filter_map(|(field, text)| Some((field, text?.as_str())));
        let identities = identities.iter().map(|identity| ("author.identities", identity.handle.as_str()));
        let ratings = self.ratings.iter().map(|rating| ("ratings", rating.scale.as_str()));
        let attributes = self.attributes.iter().flat_map(|(name, value)| [("attributes", name.as_str()), ("attributes", value)]);
        single.chain(identities).chain(ratings).chain(attributes)
    }

    /// Checks the rules that hold for every source.
    pub fn check(&self) -> Result<(), BadFeedback> {
        let bad = |field: &str, reason: String| Err(BadFeedback { field: field.to_owned(), reason });
        if let Some(field) = self.texts().find_map(|(field, text)| text.contains('\0').then_some(field)) {
            return bad(field, "holds a NUL character, which cannot be kept: remove it".to_owned());
        }
        if self.key.is_empty() || self.key.len() > 200 {
            return bad("key", format!("has {} bytes; 1 to 200 are allowed", self.key.len()));
        }
        if self.text.len() > LONGEST_TEXT {
            return bad("text", format!("has {} bytes; at most {LONGEST_TEXT} are taken", self.text.len()));
        }
        if self.text.trim().is_empty() && self.ratings.is_empty() && self.attributes.is_empty() {
            return bad("text", "neither words nor ratings nor attributes: there is nothing to hear".to_owned());
        }
        for (field, count) in [
            ("ratings", self.ratings.len()),
            ("attributes", self.attributes.len()),
            ("author.identities", self.author.identities.len()),
        ] {
            if count > MOST_FACTS {
                return bad(field, format!("has {count} entries; at most {MOST_FACTS} are taken"));
            }
        }
        let author =
            [("author.name", &self.author.name), ("author.role", &self.author.role), ("author.account", &self.author.account)];
        for (field, text) in author {
            if let Some(bytes) = text.as_ref().map(String::len).filter(|bytes| *bytes > LONGEST_AUTHOR) {
                return bad(field, format!("has {bytes} bytes; at most {LONGEST_AUTHOR} are taken"));
            }
        }
        if self.attributes.iter().any(|(name, _)| name.len() > LONGEST_NAME) {
            return bad("attributes", format!("have a name of more than {LONGEST_NAME} bytes"));
        }
        for rating in &self.ratings {
            if rating.scale.len() > LONGEST_NAME {
                return bad("rating", format!("has a name of more than {LONGEST_NAME} bytes"));
            }
            let field = format!("rating “{}”", rating.scale);
            let range = rating.formula.range().or(rating.min.zip(rating.max));
            if rating.scale.trim().is_empty() {
                return bad("rating", "has no name of its scale".to_owned());
            }
            match range {
                _ if !rating.value.is_finite() => return bad(&field, "is not a number".to_owned()),
                Some((low, high)) if rating.value < low || rating.value > high => {
                    return bad(&field, format!("{} lies outside {low} to {high}", rating.value));
                }
                _ => {}
            }
        }
        if let Some(link) = &self.link
            && !(link.starts_with("https://") || link.starts_with("http://"))
        {
            return bad("link", "must begin with https:// or http://".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::IdentityKind;

    fn new() -> NewFeedback {
        NewFeedback {
            key: "1".to_owned(),
            at: Time(1),
            text: "late".to_owned(),
            author: NewAuthor::default(),
            touchpoint: None,
            ratings: vec![],
            attributes: vec![],
            link: None,
        }
    }

    #[test]
    fn nul_is_refused_wherever_it_stands() {
        assert_eq!(new().check(), Ok(()));
        let nul = || "a\0b".to_owned();
        let handle = || Identity { kind: IdentityKind::Email, handle: nul() };
        let rating = || NewRating { scale: nul(), formula: Formula::Nps, value: 1.0, min: None, max: None };
        for (field, bad) in [
            ("key", NewFeedback { key: nul(), ..new() }),
            ("text", NewFeedback { text: nul(), ..new() }),
            ("touchpoint", NewFeedback { touchpoint: Some(nul()), ..new() }),
            ("link", NewFeedback { link: Some(nul()), ..new() }),
            ("author.name", NewFeedback { author: NewAuthor { name: Some(nul()), ..NewAuthor::default() }, ..new() }),
            ("author.role", NewFeedback { author: NewAuthor { role: Some(nul()), ..NewAuthor::default() }, ..new() }),
            ("author.account", NewFeedback { author: NewAuthor { account: Some(nul()), ..NewAuthor::default() }, ..new() }),
            (
                "author.identities",
                NewFeedback { author: NewAuthor { identities: vec![handle()], ..NewAuthor::default() }, ..new() },
            ),
            ("ratings", NewFeedback { ratings: vec![rating()], ..new() }),
            ("attributes", NewFeedback { attributes: vec![("a".to_owned(), nul())], ..new() }),
            ("attributes", NewFeedback { attributes: vec![(nul(), "a".to_owned())], ..new() }),
        ] {
            let refused = bad.check().unwrap_err();
            assert!(refused.field == field && refused.reason.contains("NUL"), "{field}: {refused}");
        }
    }

    #[test]
    fn a_name_that_fits_no_index_is_refused() {
        let author = NewAuthor { account: Some("x".repeat(LONGEST_AUTHOR + 1)), ..NewAuthor::default() };
        assert_eq!(NewFeedback { author, ..new() }.check().unwrap_err().field, "author.account");
    }
}
