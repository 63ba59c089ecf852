//! Feedback forms: the public page of a listening post, where anybody says it in their own words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{PostId, TouchpointId};
use crate::score::Formula;

/// The longest words that a form takes, in characters.
pub const LONGEST_WORDS: usize = 10_000;

crate::words! {
    /// The scale of the one rating that a form may ask for.
    Ask {
        /// 0 to 10: would you recommend us.
        Nps = "nps", "NPS, 0 to 10";
        /// 1 to 5, from very dissatisfied to very satisfied.
        Csat = "csat", "Satisfaction, 1 to 5";
        /// 1 to 5 stars.
        Stars = "stars", "Stars, 1 to 5";
        /// 1 to 7: it was easy.
        Ces = "ces", "Effort, 1 to 7";
    }
}

impl Ask {
    /// The name of the scale on which the rating is kept.
    pub fn scale(self) -> &'static str {
        match self {
            Self::Nps => "NPS",
            Self::Csat => "CSAT",
            Self::Stars => "Stars",
            Self::Ces => "CES",
        }
    }

    /// How ratings become one figure.
    pub fn formula(self) -> Formula {
        match self {
            Self::Nps => Formula::Nps,
            Self::Csat => Formula::Csat,
            Self::Stars => Formula::Stars,
            Self::Ces => Formula::CesAgree,
        }
    }

    /// The values that can be chosen, lowest first.
    pub fn values(self) -> std::ops::RangeInclusive<i32> {
        match self {
            Self::Nps => 0..=10,
            Self::Csat | Self::Stars => 1..=5,
            Self::Ces => 1..=7,
        }
    }
}

crate::words! {
    /// A language in which a form speaks.
    FormLanguage {
        /// English.
        English = "en", "English";
        /// German.
        German = "de", "Deutsch";
        /// French.
        French = "fr", "Français";
        /// Spanish.
        Spanish = "es", "Español";
        /// Finnish.
        Finnish = "fi", "Suomi";
    }
}

/// What a form asks, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormDraft {
    /// Whether it is open: a closed one takes nothing.
    pub open: bool,
    /// The language in which it speaks; also its `lang`.
    pub language: FormLanguage,
    /// What is asked; answered in the customer's own words. 1-300 characters.
    pub question: String,
    /// The rating that is asked for besides.
    #[serde(default)]
    pub rating: Option<Ask>,
    /// The question that the rating answers; empty: the usual one of the scale.
    #[serde(default)]
    pub rating_question: String,
    /// The contacts between which the customer may choose what it is about, at most 12.
    #[serde(default)]
    pub touchpoints: Vec<TouchpointId>,
    /// Whether customers may leave an e-mail address to be answered.
    #[serde(default)]
    pub contact: bool,
    /// What the customer reads afterwards; empty: the usual words. At most 500 characters.
    #[serde(default)]
    pub thanks: String,
}

/// The feedback form of a listening post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Form {
    /// The post that hears what is said in it.
    pub post: PostId,
    /// Its public name: the form stands at `/f/{code}`. It is printed on posters, so it is no secret.
    pub code: String,
    /// What it asks.
    #[serde(flatten)]
    pub draft: FormDraft,
}

impl Default for FormDraft {
    fn default() -> Self {
        Self {
            open: false,
            language: FormLanguage::English,
            question: "What should we know?".into(),
            rating: None,
            rating_question: String::new(),
            touchpoints: vec![],
            contact: true,
            thanks: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rating_lies_on_the_scale_of_its_formula() {
        for ask in Ask::ALL {
            let (low, high) = ask.formula().range().unwrap();
            assert_eq!((f64::from(*ask.values().start()), f64::from(*ask.values().end())), (low, high), "{ask}");
        }
    }
}
