//! What the company has named, so that identifiers can be shown as words: taxonomy, scales, attributes.

use axum::Json;
use axum::extract::State;
use heard_domain::attribute::{Attribute, AttributeValue};
use heard_domain::score::Scale;
use heard_domain::taxonomy::{Category, Department};
use heard_flow::seen::seen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// The one taxonomy that the whole company shares.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TaxonomyShown {
    /// Grows by one with every change.
    pub version: i64,
    /// Parents before children.
    pub categories: Vec<Category>,
    /// The departments that categories name.
    pub departments: Vec<Department>,
}

/// Shows the taxonomy.
pub async fn taxonomy(State(state): State<AppState>, _: Caller) -> Json<TaxonomyShown> {
    let directory = state.flow.directory();
    Json(TaxonomyShown {
        version: directory.taxonomy.version,
        categories: directory.taxonomy.categories.clone(),
        departments: directory.departments.clone(),
    })
}

/// Scales, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ScaleList {
    /// The scales.
    pub items: Vec<Scale>,
}

/// Lists the scales.
pub async fn scales(State(state): State<AppState>, _: Caller) -> Json<ScaleList> {
    Json(ScaleList { items: state.flow.directory().scales.clone() })
}

/// An attribute with its values.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AttributeShown {
    /// The attribute.
    #[serde(flatten)]
    pub attribute: Attribute,
    /// Its values, most used first, at most 1,000.
    pub values: Vec<AttributeValue>,
}

/// Attributes, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AttributeList {
    /// The attributes.
    pub items: Vec<AttributeShown>,
}

/// Lists the attributes.
pub async fn attributes(State(state): State<AppState>, caller: Caller) -> Result<Json<AttributeList>, Problem> {
    let directory = seen(&state.flow, &caller.scope).await?;
    let shown = |attribute: &Attribute| AttributeShown {
        attribute: attribute.clone(),
        values: directory.values.get(&attribute.id).cloned().unwrap_or_default(),
    };
    Ok(Json(AttributeList { items: directory.attributes.iter().map(shown).collect() }))
}

/// Documents [`taxonomy`].
pub fn taxonomy_doc() -> Doc {
    let category = json!({
        "id": "729382736510", "parent": null, "name": "Delay", "definition": "Departure or arrival later than promised.",
        "watch_words": ["late", "delay*"], "stage": "729382736500", "departments": ["729382736520"], "position": 0,
    });
    let departments = json!([{
        "id": "729382736520", "name": "Operations", "head": null, "contact": null, "calendar": null, "partner": false,
    }]);
    Doc::new("getTaxonomy", "Journey", "The categories and departments.").answers::<TaxonomyShown>(
        200,
        "The taxonomy",
        json!({ "version": 3, "categories": [category], "departments": departments }),
    )
}

/// Documents [`scales`].
pub fn scales_doc() -> Doc {
    let scale =
        json!({ "id": "729382736470", "name": "NPS", "formula": "nps", "min": 0.0, "max": 10.0, "higher_is_better": true });
    Doc::new("listScales", "Figures", "The scales on which ratings are given.").answers::<ScaleList>(
        200,
        "The scales",
        json!({ "items": [scale] }),
    )
}

/// Documents [`attributes`].
pub fn attributes_doc() -> Doc {
    let value = json!({ "id": "729382736481", "attribute": "729382736480", "value": "HEL-LHR" });
    let attribute = json!({ "id": "729382736480", "name": "route", "values": [value] });
    Doc::new("listAttributes", "Figures", "The declared attributes with their values.").answers::<AttributeList>(
        200,
        "The attributes",
        json!({ "items": [attribute] }),
    )
}
