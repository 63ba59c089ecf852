//! The form of a promise.

use heard_domain::directory::Directory;
use heard_domain::id::{AttributeId, ValueId};
use heard_flow::arrange::promise::PromiseDraft;
use maud::{Markup, html};

use crate::extract::Form;
use crate::parts::field::{Field, boxes, line, refused};
use crate::parts::filters::{any, category_options};
use crate::parts::form::{Options, choice, csrf};
use crate::problem::Problem;
use crate::viewer::Viewer;

const FIELDS: [&str; 5] = ["words", "categories", "measure", "breaks", "target"];
/// An attribute with more values than this tells comments apart, not brands.
const FEW: usize = 40;

/// What a form says.
pub fn draft(form: &Form) -> Result<PromiseDraft, Problem> {
    let some = |name: &str| Some(form.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    let target = match form.get("target").trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::field("target", "must be a whole number from 1 to 100"))?),
    };
    let attribute = form
        .get("attribute")
        .split_once(':')
        .and_then(|(attribute, value)| Some((attribute.parse::<AttributeId>().ok()?, value.parse::<ValueId>().ok()?)));
    Ok(PromiseDraft {
        words: form.get("words").to_owned(),
        touchpoint: form.get("touchpoint").parse().map_err(|_| Problem::field("touchpoint", "must be chosen"))?,
        categories: form.all("categories").filter_map(|id| id.parse().ok()).collect(),
        measure: some("measure"),
        breaks: some("breaks"),
        target,
        attribute,
    })
}

/// The form; `words` stands on its button.
pub fn form(
    action: &str,
    viewer: &Viewer,
    wanted: Option<&PromiseDraft>,
    directory: &Directory,
    words: &str,
    problem: Option<&Problem>,
) -> Markup {
    let touchpoints: Options = directory
        .journey
        .stages
        .iter()
        .flat_map(|stage| {
            directory.journey.touchpoints_of(stage.id).map(|t| (t.id.to_string(), format!("{}: {}", stage.name, t.name)))
        })
        .collect();
    let mut facts: Options = Vec::new();
    for attribute in &directory.attributes {
        let values = directory.values.get(&attribute.id).map_or(&[][..], Vec::as_slice);
        if values.len() <= FEW {
            facts.extend(
                values
                    .iter()
                    .map(|value| (format!("{}:{}", attribute.id, value.id), format!("{}: {}", attribute.name, value.value))),
            );
        }
    }
    let said = |of: &dyn Fn(&PromiseDraft) -> Option<String>| wanted.and_then(of).unwrap_or_default();
    let chosen: Vec<String> = wanted.map(|draft| draft.categories.iter().map(ToString::to_string).collect()).unwrap_or_default();
    html! {
        (refused(problem, &FIELDS))
        form.form method="post" action=(action) {
            (csrf(&viewer.csrf))
            (Field { name: "words", label: "What is promised", kind: "text", value: &said(&|d| Some(d.words.clone())), autocomplete: "off", hint: "In the brand’s own words: “Your order is with you within two days”." }.show(problem))
            div.fields {
                (choice("touchpoint", "touchpoint", "Of which contact", &any("Choose", touchpoints), &said(&|d| Some(d.touchpoint.to_string()))))
                @if !facts.is_empty() {
                    (choice("attribute", "attribute", "For whom", &any("Everybody", facts), &said(&|d| d.attribute.map(|(a, v)| format!("{a}:{v}")))))
                }
            }
            (boxes("categories", "Comments that speak of it", &category_options(directory), &chosen, problem))
            div.fields {
                (line("measure", "Counted by operations", &said(&|d| d.measure.clone()), "How often it could be kept: “deliveries”.", problem))
                (line("breaks", "Broken by this event", &said(&|d| d.breaks.clone()), "The kind of event: “delivery late”.", problem))
                (line("target", "Target, per cent", &said(&|d| d.target.as_ref().map(ToString::to_string)), "How often it is to be kept, by operations.", problem))
            }
            button.primary name="do" value="save" { (words) }
        }
    }
}
