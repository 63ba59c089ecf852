//! Fields with their label, hint and what is wrong with them; the sentence above a form that was refused or saved.

use maud::{Markup, html};

use crate::parts::flash::{Kind, flash};
use crate::problem::Problem;

/// A field with one line of text. `wrong`: what the last try was refused for.
pub struct Field<'a> {
    /// Its name in the form; also its id.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// What kind of input (`text`, `email`, `password`).
    pub kind: &'a str,
    /// What stands in it.
    pub value: &'a str,
    /// What browsers may fill in (`email`, `current-password` …).
    pub autocomplete: &'a str,
    /// A hint under the label.
    pub hint: &'a str,
}

impl Field<'_> {
    /// The field as markup.
    pub fn show(&self, problem: Option<&Problem>) -> Markup {
        let wrong = reason(problem, self.name);
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = wrong.map(|_| format!("{}-wrong", self.name));
        let described = [hint.clone(), error.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                @if let Some(id) = hint { span.hint id=(id) { (self.hint) } }
                input.input id=(self.name) name=(self.name) type=(self.kind) value=[Some(self.value).filter(|_| self.kind != "password")]
                    autocomplete=(self.autocomplete) required aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[Some(described).filter(|ids| !ids.is_empty())];
                @if let (Some(reason), Some(id)) = (wrong, error) { span.wrong id=(id) { (self.label) " " (reason) } }
            }
        }
    }
}

/// A line of text that may stay empty.
pub fn line(name: &str, label: &str, value: &str, hint: &str, problem: Option<&Problem>) -> Markup {
    let wrong = reason(problem, name);
    html! {
        div.field {
            label for=(name) { (label) }
            @if !hint.is_empty() { span.hint id={ (name) "-hint" } { (hint) } }
            input.input id=(name) name=(name) value=(value) autocomplete="off" aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[(!hint.is_empty()).then(|| format!("{name}-hint"))];
            @if let Some(wrong) = wrong { span.wrong { (label) " " (wrong) } }
        }
    }
}

/// Several lines of text that may stay empty.
pub fn lines(name: &str, label: &str, value: &str, hint: &str, rows: u8, problem: Option<&Problem>) -> Markup {
    let wrong = reason(problem, name);
    html! {
        div.field {
            label for=(name) { (label) }
            @if !hint.is_empty() { span.hint id={ (name) "-hint" } { (hint) } }
            textarea.input id=(name) name=(name) rows=(rows) aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[(!hint.is_empty()).then(|| format!("{name}-hint"))] { (value) }
            @if let Some(wrong) = wrong { span.wrong { (label) " " (wrong) } }
        }
    }
}

/// Boxes to tick, each with its value and words.
pub fn boxes(name: &str, legend: &str, options: &[(String, String)], chosen: &[String], problem: Option<&Problem>) -> Markup {
    html! {
        fieldset.field {
            legend { (legend) }
            div.checks {
                @for (value, words) in options {
                    label.check { input type="checkbox" name=(name) value=(value) checked[chosen.contains(value)]; (words.trim()) }
                }
                @if options.is_empty() { span.soft { "There are none yet." } }
            }
            @if let Some(wrong) = reason(problem, name) { span.wrong { (legend) " " (wrong) } }
        }
    }
}

/// What is wrong with a field.
pub fn reason<'a>(problem: Option<&'a Problem>, name: &str) -> Option<&'a str> {
    problem?.invalid.iter().find(|field| field.name == name).map(|field| field.reason.as_str())
}

/// The sentence above a form that was refused; `fields` are those that say it themselves.
pub fn refused(problem: Option<&Problem>, fields: &[&str]) -> Markup {
    let elsewhere =
        problem.filter(|p| p.invalid.is_empty() || p.invalid.iter().any(|field| !fields.contains(&field.name.as_str())));
    html! {
        @if let Some(problem) = elsewhere { (flash(Kind::Wrong, &html! { (problem.sentence()) })) }
        @else if problem.is_some() { (flash(Kind::Wrong, &html! { "Nothing was saved yet: see below." })) }
    }
}

/// The sentence above a form that was saved.
pub fn done(words: Option<&str>) -> Markup {
    html! { @if let Some(words) = words { (flash(Kind::Done, &html! { (words) })) } }
}
