//! Parameters: what may matter for an overall score, as a customer rates it or speaks of it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{BadId, CategoryId, ScaleId};

/// One thing that may matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// Rated beside the overall score.
    Scale(ScaleId),
    /// Spoken of: the sentiment of the passages in this category and all below it, −1..1; 0 where nobody speaks of it.
    Category(CategoryId),
}

crate::words! {
    /// What the parameters are taken from.
    Source {
        /// Ratings that were given beside the overall score.
        Ratings = "ratings", "Ratings";
        /// What was said, by category.
        Categories = "categories", "What was said";
    }
}

impl Parameter {
    /// What it is taken from.
    pub fn source(self) -> Source {
        match self {
            Self::Scale(_) => Source::Ratings,
            Self::Category(_) => Source::Categories,
        }
    }
}

impl fmt::Display for Parameter {
    /// As addresses say it: `scale:12`, `category:34`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scale(id) => write!(f, "scale:{id}"),
            Self::Category(id) => write!(f, "category:{id}"),
        }
    }
}

/// A parameter that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadParameter {
    /// Neither a scale nor a category.
    #[error("must be “scale:<id>” or “category:<id>”")]
    Kind,
    /// Not an identifier.
    #[error(transparent)]
    Id(#[from] BadId),
}

impl FromStr for Parameter {
    type Err = BadParameter;
    fn from_str(text: &str) -> Result<Self, BadParameter> {
        match text.split_once(':') {
            Some(("scale", id)) => Ok(Self::Scale(id.parse()?)),
            Some(("category", id)) => Ok(Self::Category(id.parse()?)),
            _ => Err(BadParameter::Kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_survives_its_address() {
        for parameter in [Parameter::Scale(ScaleId(12)), Parameter::Category(CategoryId(34))] {
            assert_eq!(parameter.to_string().parse(), Ok(parameter));
        }
        assert_eq!("12".parse::<Parameter>(), Err(BadParameter::Kind));
        assert!(matches!("scale:-1".parse::<Parameter>(), Err(BadParameter::Id(_))));
    }
}
