//! Attributes: further facts about a feedback, declared once, a filter and a column from then on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AttributeId, ValueId};

/// A declared attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attribute {
    /// Its identifier.
    pub id: AttributeId,
    /// Its name, unique, as the source calls it ("airline").
    pub name: String,
}

/// One value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AttributeValue {
    /// Its identifier.
    pub id: ValueId,
    /// The attribute.
    pub attribute: AttributeId,
    /// The value, at most 200 bytes.
    pub value: String,
}
