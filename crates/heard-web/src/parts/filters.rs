//! What is looked at, as chips that can be taken away, and a form that adds one more. All of it lives in the address.

use heard_charts::date;
use heard_domain::channel::Channel;
use heard_domain::directory::Directory;
use heard_domain::question::Dimension;
use heard_domain::reading::{Emotion, Intent, Polarity};
use heard_domain::taxonomy::Category;
use heard_domain::time::Period;
use maud::{Markup, html};

use crate::address::{Look, When};
use crate::parts::form::{Options, choice, hidden};
use crate::parts::icon::icon;

/// One thing that is asked for, and the view without it.
struct Chip {
    kind: &'static str,
    words: String,
    without: Look,
}

fn chips(look: &Look, directory: &Directory) -> Vec<Chip> {
    let f = &look.filter;
    let mut chips = vec![];
    let mut put = |kind, words: String, without: Look| chips.push(Chip { kind, words, without });
    let gone = |what: &str| format!("a {what} that is gone");
    for id in &f.stage {
        let name = directory.journey.stage(*id).map_or_else(|| gone("stage"), |s| s.name.clone());
        put("Stage", name, look.with(|f| f.stage.retain(|other| other != id)));
    }
    for id in &f.category {
        let name = directory.taxonomy.category(*id).map_or_else(|| gone("category"), |c| c.name.clone());
        put("Category", name, look.with(|f| f.category.retain(|other| other != id)));
    }
    for polarity in &f.polarity {
        put("Sentiment", polarity.label().to_owned(), look.with(|f| f.polarity.retain(|other| other != polarity)));
    }
    for emotion in &f.emotion {
        put("Emotion", emotion.label().to_owned(), look.with(|f| f.emotion.retain(|other| other != emotion)));
    }
    for intent in &f.intent {
        put("Intent", intent.label().to_owned(), look.with(|f| f.intent.retain(|other| other != intent)));
    }
    for id in &f.touchpoint {
        let name = directory.journey.touchpoint(*id).map_or_else(|| gone("touchpoint"), |t| t.name.clone());
        put("Touchpoint", name, look.with(|f| f.touchpoint.retain(|other| other != id)));
    }
    for id in &f.post {
        let name = directory.posts.iter().find(|p| p.id == *id).map_or_else(|| gone("post"), |p| p.name.clone());
        put("Post", name, look.with(|f| f.post.retain(|other| other != id)));
    }
    for channel in &f.channel {
        put("Channel", channel.label().to_owned(), look.with(|f| f.channel.retain(|other| other != channel)));
    }
    for code in &f.language {
        put("Language", code.clone(), look.with(|f| f.language.retain(|other| other != code)));
    }
    for (attribute, value) in &f.attribute {
        let name = directory.attributes.iter().find(|a| a.id == *attribute).map_or_else(|| gone("fact"), |a| a.name.clone());
        let words = format!("{name}: {}", directory.value(*attribute, *value).unwrap_or("?"));
        put("", words, look.with(|f| f.attribute.retain(|other| other != &(*attribute, *value))));
    }
    for id in &f.account {
        put("Account", format!("no. {id}"), look.with(|f| f.account.retain(|other| other != id)));
    }
    for id in &f.person {
        put("", "one person".to_owned(), look.with(|f| f.person.retain(|other| other != id)));
    }
    for id in &f.segment {
        let name = directory.segment(*id).map_or_else(|| gone("segment"), |s| s.name.clone());
        put("Segment", name, look.with(|f| f.segment.retain(|other| other != id)));
    }
    for id in &f.import {
        put("", "one import".to_owned(), look.with(|f| f.import.retain(|other| other != id)));
    }
    if let Some(id) = f.rated {
        let name = directory.scale(id).map_or_else(|| gone("scale"), |s| s.name.clone());
        put("Rated", name, look.with(|f| f.rated = None));
    }
    for dimension in &f.none {
        put("", format!("no {}", called(*dimension, directory)), look.with(|f| f.none.retain(|other| other != dimension)));
    }
    if !f.words.is_empty() {
        put("Words", f.words.clone(), look.with(|f| f.words.clear()));
    }
    chips
}

/// What a dimension is called on pages, in the middle of a sentence.
fn called(dimension: Dimension, directory: &Directory) -> String {
    match dimension {
        Dimension::Attribute(id) => {
            let name = directory.attributes.iter().find(|attribute| attribute.id == id).map(|attribute| attribute.name.clone());
            name.unwrap_or_else(|| "fact that is gone".to_owned())
        }
        Dimension::Polarity => "sentiment".to_owned(),
        other => other.to_string(),
    }
}

/// What can be missing from a comment. Accounts are not among them: not everybody may look for those.
fn missing_options(directory: &Directory) -> Options {
    let of_all = [
        Dimension::Stage,
        Dimension::Category,
        Dimension::Polarity,
        Dimension::Emotion,
        Dimension::Intent,
        Dimension::Touchpoint,
        Dimension::Language,
        Dimension::Segment,
    ];
    let facts = directory.attributes.iter().take(40).map(|attribute| Dimension::Attribute(attribute.id));
    of_all.into_iter().chain(facts).map(|one| (one.to_string(), format!("no {}", called(one, directory)))).collect()
}

/// What is looked at, in words for the line above the title.
pub fn in_words(look: &Look, directory: &Directory) -> Option<String> {
    let words: Vec<String> = chips(look, directory).into_iter().map(|chip| chip.words).collect();
    (!words.is_empty()).then(|| words.join(" · "))
}

/// The chips, the period, and the form that adds a filter.
pub fn filters(look: &Look, directory: &Directory, path: &str, period: Option<Period>) -> Markup {
    let chips = chips(look, directory);
    html! {
        @for chip in &chips {
            a.chip.on href=(chip.without.on(path)) {
                span.vh { "Remove " }
                span.cut { @if !chip.kind.is_empty() { (chip.kind) ": " } (chip.words) }
                span.x { (icon("x")) }
            }
        }
        @if chips.len() > 1 { a.ghost href=(look.with(|f| *f = heard_domain::question::Filter::default()).on(path)) { "Clear all" } }
        (period_menu(look, path, period))
        (add(look, directory, path))
    }
}

fn period_menu(look: &Look, path: &str, period: Option<Period>) -> Markup {
    let now = match (look.when, period) {
        (When::Usual, Some(period)) => format!("Last {}", date::length(period)),
        (When::Weeks(1), _) => "Last week".to_owned(),
        (When::Weeks(weeks), _) => format!("Last {weeks} weeks"),
        (When::Days(days), _) => format!("{} to {}", date::short(days.first), date::short(days.last)),
        (When::Usual, None) | (When::Ever, _) => "All time".to_owned(),
    };
    let (first, last) = period.map_or_else(Default::default, |p| (p.first.to_string(), p.last.to_string()));
    let keep: Vec<(String, String)> = look.during(When::Usual).pairs();
    html! {
        details.menu {
            summary.chip { (icon("cal")) (now) }
            div.sheet {
                ul {
                    @for (weeks, words) in [(4, "4 weeks"), (12, "12 weeks"), (26, "26 weeks"), (52, "52 weeks")] {
                        @let here = look.when == When::Weeks(weeks) || (weeks == 12 && look.when == When::Usual && period.is_some());
                        li { a href=(look.during(When::Weeks(weeks)).on(path)) aria-current=[here.then_some("true")] { (words) } }
                    }
                    li { a href=(look.during(When::Ever).on(path)) aria-current=[(look.when == When::Ever).then_some("true")] { "All time" } }
                }
                form.form.twin action=(path) {
                    (hidden(&keep))
                    div.fields {
                        div.field { label for="from" { "From" } input.input.small id="from" type="date" name="from" value=(first); }
                        div.field { label for="to" { "To" } input.input.small id="to" type="date" name="to" value=(last); }
                    }
                    button.secondary type="submit" { "Show these days" }
                }
            }
        }
    }
}

/// Categories, children after their parents and moved in.
pub fn category_options(directory: &Directory) -> Options {
    fn below(all: &[Category], parent: Option<heard_domain::id::CategoryId>, depth: usize, out: &mut Options) {
        for category in all.iter().filter(|c| c.parent == parent) {
            out.push((category.id.to_string(), format!("{}{}", "\u{2003}".repeat(depth), category.name)));
            if depth < 6 {
                below(all, Some(category.id), depth + 1, out);
            }
        }
    }
    let mut out = vec![];
    below(&directory.taxonomy.categories, None, 0, &mut out);
    out
}

/// Stages, left to right.
pub fn stage_options(directory: &Directory) -> Options {
    directory.journey.stages.iter().map(|stage| (stage.id.to_string(), stage.name.clone())).collect()
}

/// A list of options that begins with "any".
pub fn any(words: &str, options: Options) -> Options {
    std::iter::once((String::new(), words.to_owned())).chain(options).collect()
}

fn add(look: &Look, directory: &Directory, path: &str) -> Markup {
    let words = |all: Vec<(&str, &str)>| all.into_iter().map(|(code, label)| (code.to_owned(), label.to_owned())).collect();
    let heard: Vec<Channel> = Channel::ALL.iter().copied().filter(|c| directory.posts.iter().any(|p| p.channel == *c)).collect();
    let posts = directory.posts.iter().map(|post| (post.id.to_string(), post.name.clone())).collect();
    let segments = directory.segments.iter().map(|segment| (segment.id.to_string(), segment.name.clone())).collect();
    let choices: [(&str, &str, Options); 8] = [
        ("stage", "Stage", stage_options(directory)),
        ("category", "Category", category_options(directory)),
        ("polarity", "Sentiment", words(Polarity::ALL.iter().map(|w| (w.code(), w.label())).collect())),
        ("emotion", "Emotion", words(Emotion::ALL.iter().map(|w| (w.code(), w.label())).collect())),
        ("intent", "Intent", words(Intent::ALL.iter().map(|w| (w.code(), w.label())).collect())),
        ("channel", "Channel", words(heard.iter().map(|w| (w.code(), w.label())).collect())),
        ("post", "Listening post", posts),
        ("segment", "Segment", segments),
    ];
    let attributes: Options = directory
        .attributes
        .iter()
        .flat_map(|attribute| {
            let values = directory.values.get(&attribute.id).map_or(&[][..], Vec::as_slice);
            values
                .iter()
                .take(40)
                .map(|value| (format!("{}:{}", attribute.id, value.id), format!("{}: {}", attribute.name, value.value)))
        })
        .take(96)
        .collect();
    html! {
        details.menu {
            summary.chip { (icon("filter")) "Add filter" }
            div.sheet {
                form.form action=(path) {
                    (hidden(&look.pairs()))
                    div.fields {
                        @for (name, label, options) in choices {
                            @if !options.is_empty() { (choice(&format!("add-{name}"), name, label, &any("Any", options), "")) }
                        }
                        @if !attributes.is_empty() { (choice("add-attribute", "attribute", "Fact", &any("Any", attributes), "")) }
                        (choice("add-none", "none", "Without", &any("Anything", missing_options(directory)), ""))
                    }
                    button.primary type="submit" { "Apply" }
                }
            }
        }
    }
}
