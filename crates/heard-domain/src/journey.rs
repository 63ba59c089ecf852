//! The customer's whole way: stages, and the touchpoints within them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{StageId, TouchpointId};

/// A stage of the journey, in the customer's words ("Get help", not "Support").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    /// Its identifier.
    pub id: StageId,
    /// Its name, unique, 1-60 characters.
    pub name: String,
    /// What the customer wants to get done in this stage.
    pub aim: String,
    /// Its place from the left, from 0.
    pub position: i32,
    /// Words by which a comment shows that it belongs here; lower case.
    pub cues: Vec<String>,
}

/// A contact between customer and company.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Touchpoint {
    /// Its identifier.
    pub id: TouchpointId,
    /// The stage it belongs to.
    pub stage: StageId,
    /// Its name, unique, 1-60 characters.
    pub name: String,
    /// Its place within the stage, from 0.
    pub position: i32,
    /// A moment of truth decides loyalty.
    pub moment_of_truth: bool,
}

/// The journey: stages from left to right, touchpoints in each.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Journey {
    /// By position.
    pub stages: Vec<Stage>,
    /// By stage and position.
    pub touchpoints: Vec<Touchpoint>,
}

impl Journey {
    /// A stage by identifier.
    pub fn stage(&self, id: StageId) -> Option<&Stage> {
        self.stages.iter().find(|s| s.id == id)
    }

    /// A touchpoint by identifier.
    pub fn touchpoint(&self, id: TouchpointId) -> Option<&Touchpoint> {
        self.touchpoints.iter().find(|t| t.id == id)
    }

    /// The touchpoints of a stage, in order.
    pub fn touchpoints_of(&self, stage: StageId) -> impl Iterator<Item = &Touchpoint> {
        self.touchpoints.iter().filter(move |t| t.stage == stage)
    }
}
