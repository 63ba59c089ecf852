//! The fields of a category's form, and what they hold: the same where one is added and where it is changed.

use heard_domain::directory::Directory;
use heard_domain::id::CategoryId;
use heard_flow::arrange::category::CategoryDraft;
use maud::{Markup, html};

use crate::extract::Form;
use crate::parts::field::{Field, boxes, line, lines};
use crate::parts::filters::{category_options, stage_options};
use crate::parts::form::{Options, choice};
use crate::problem::Problem;

/// Where the page is.
pub const PATH: &str = "/categories";

/// Where a category can stand: at the top, or under any other but those below it.
pub fn parents(directory: &Directory, of: Option<CategoryId>) -> Options {
    let barred = |value: &str| {
        let id = value.parse::<CategoryId>().ok();
        id.is_some_and(|id| Some(id) == of || of.is_some_and(|of| directory.taxonomy.above(id).contains(&of)))
    };
    let others = category_options(directory).into_iter().filter(|(value, _)| !barred(value));
    std::iter::once((String::new(), "the top".to_owned())).chain(others).collect()
}

/// What a form says of a category.
pub fn draft(form: &Form) -> CategoryDraft {
    CategoryDraft {
        name: form.get("name").to_owned(),
        definition: form.get("definition").to_owned(),
        watch_words: form.get("watch_words").split([',', '\n']).map(|word| word.trim().to_owned()).collect(),
        stage: form.get("stage").parse().ok(),
        departments: form.all("departments").filter_map(|id| id.parse().ok()).collect(),
    }
}

/// The fields of a category.
pub fn fields(directory: &Directory, draft: &CategoryDraft, problem: Option<&Problem>) -> Markup {
    let stages: Options = std::iter::once((String::new(), "anywhere".to_owned())).chain(stage_options(directory)).collect();
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let chosen: Vec<String> = draft.departments.iter().map(ToString::to_string).collect();
    let stage = draft.stage.map(|id| id.to_string()).unwrap_or_default();
    html! {
        (Field { name: "name", label: "Name", kind: "text", value: &draft.name, autocomplete: "off", hint: "" }.show(problem))
        (line("definition", "What belongs here", &draft.definition, "One sentence.", problem))
        (lines("watch_words", "Watch words", &draft.watch_words.join(", "), "With commas. late* finds every ending, =late only the word itself.", 4, problem))
        (choice("stage", "stage", "Usual stage", &stages, &stage))
        (boxes("departments", "Usual departments", &departments, &chosen, problem))
    }
}
