//! `heard query`: one question, answered as a table or as JSON.

use anyhow::{Context, bail};
use heard_domain::directory::Directory;
use heard_domain::question::{Compare, Dimension, Figures, Filter, Key, Measure, Question, Row, Value};
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period};

use crate::cli::Query;
use crate::config::root::Config;
use crate::say;
use crate::wiring;

/// Asks and prints.
pub async fn run(config: &Config, wanted: Query) -> anyhow::Result<()> {
    let flow = wiring::flow(&config.data)?;
    flow.store.caught_up()?;
    let directory = flow.directory();
    let question = question(&directory, &wanted)?;
    let figures = flow.store.figures(&Scope::system(), &question).await?;
    if wanted.json { say::json(&figures) } else { print(&directory, &wanted, &figures) }
}

fn question(directory: &Directory, wanted: &Query) -> anyhow::Result<Question> {
    let measure = match wanted.measure.as_str() {
        "volume" => Measure::Volume,
        "net-sentiment" | "net_sentiment" => Measure::NetSentiment,
        "emotion-mix" | "emotion_mix" => Measure::EmotionMix,
        name => Measure::Rating { scale: named(&directory.scales, name, "measure", |s| (&s.name, s.id))? },
    };
    let filter = Filter {
        stage: wanted
            .stage
            .iter()
            .map(|name| named(&directory.journey.stages, name, "stage", |s| (&s.name, s.id)))
            .collect::<Result<_, _>>()?,
        category: wanted
            .category
            .iter()
            .map(|name| named(&directory.taxonomy.categories, name, "category", |c| (&c.name, c.id)))
            .collect::<Result<_, _>>()?,
        channel: wanted.channel.iter().map(|code| code.parse().context("in --channel")).collect::<Result<_, _>>()?,
        segment: wanted
            .segment
            .iter()
            .map(|name| named(&directory.segments, name, "segment", |s| (&s.name, s.id)))
            .collect::<Result<_, _>>()?,
        none: wanted.none.iter().map(|name| missing(directory, name)).collect::<Result<_, _>>()?,
        words: wanted.words.clone().unwrap_or_default(),
        ..Filter::default()
    };
    let by = wanted.by.iter().map(|name| dimension(directory, name, "--by")).collect::<anyhow::Result<_>>()?;
    let compare = if wanted.compare { Compare::Before } else { Compare::Nothing };
    Ok(Question { measure, by, filter, period: period(wanted)?, compare, interval: true })
}

fn period(wanted: &Query) -> anyhow::Result<Option<Period>> {
    let day = |text: &Option<String>| text.as_deref().map(str::parse::<Day>).transpose();
    match (day(&wanted.from).context("in --from")?, day(&wanted.to).context("in --to")?) {
        (None, None) if wanted.compare => bail!("--compare needs a period: say --from and --to"),
        (None, None) => Ok(None),
        (first, last) => {
            let first = first.unwrap_or_default();
            let last = last.or(Day::new(9998, 12, 31)).unwrap_or(first);
            anyhow::ensure!(first <= last, "--from lies after --to");
            Ok(Some(Period { first, last }))
        }
    }
}

/// What is asked to be missing.
fn missing(directory: &Directory, name: &str) -> anyhow::Result<Dimension> {
    let dimension = dimension(directory, name, "--none")?;
    anyhow::ensure!(!dimension.always(), "--none: every comment has a {dimension}");
    Ok(dimension)
}

fn dimension(directory: &Directory, name: &str, flag: &str) -> anyhow::Result<Dimension> {
    if let Ok(dimension) = name.parse() {
        return Ok(dimension);
    }
    let attribute = directory.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name));
    let known = || {
        let names: Vec<&str> = directory.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        format!(
            "{flag}: “{name}” is neither a dimension (see heard query --help) nor an attribute ({})",
            say::tame(&names.join(", "))
        )
    };
    attribute.map(|attribute| Dimension::Attribute(attribute.id)).with_context(known)
}

/// The one with this name among what the company has named.
pub fn named<T, I>(list: &[T], wanted: &str, what: &str, of: impl Fn(&T) -> (&String, I)) -> anyhow::Result<I> {
    let mut found = list.iter().map(&of).filter(|(name, _)| name.to_lowercase() == wanted.to_lowercase());
    let known = || {
        let names: Vec<&str> = list.iter().map(|one| of(one).0.as_str()).collect();
        format!("“{wanted}” is not a {what}; known are: {}", say::tame(&names.join(", ")))
    };
    found.next().map(|(_, id)| id).with_context(known)
}

fn print(directory: &Directory, wanted: &Query, figures: &Figures) -> anyhow::Result<()> {
    let mut head: Vec<&str> = wanted.by.iter().map(String::as_str).collect();
    if figures.question.measure == Measure::EmotionMix && !wanted.by.iter().any(|name| name == "emotion") {
        head.push("emotion");
    }
    head.extend(["value", "n", "low", "high"]);
    if wanted.compare {
        head.extend(["before", "change", "certainty"]);
    }
    let rows: Vec<Vec<String>> = figures.rows.iter().map(|row| line(directory, row, wanted.compare)).collect();
    say::table(&head, &rows)
}

fn line(directory: &Directory, row: &Row, compare: bool) -> Vec<String> {
    let mut cells: Vec<String> = row.keys.iter().map(|key| say::tame(&word(directory, key))).collect();
    let Value { value, n, low, high } = row.value;
    cells.extend([number(value), n.to_string(), number(low), number(high)]);
    if compare {
        let moved = row.moved.as_ref();
        cells.push(number(moved.and_then(|moved| moved.before.value)));
        cells.push(number(moved.and_then(|moved| moved.change)));
        cells.push(moved.map_or("–", |moved| moved.certainty.label()).to_owned());
    }
    cells
}

fn number(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") })
}

fn word(directory: &Directory, key: &Key) -> String {
    let gone = || "(removed)".to_owned();
    match key {
        Key::None => "(none)".to_owned(),
        Key::Day(day) => day.to_string(),
        Key::Stage(id) => directory.journey.stage(*id).map_or_else(gone, |s| s.name.clone()),
        Key::Touchpoint(id) => directory.journey.touchpoint(*id).map_or_else(gone, |t| t.name.clone()),
        Key::Post(id) => directory.posts.iter().find(|p| p.id == *id).map_or_else(gone, |p| p.name.clone()),
        Key::Channel(channel) => channel.label().to_owned(),
        Key::Category(id) => directory.taxonomy.category(*id).map_or_else(gone, |c| c.name.clone()),
        Key::Polarity(polarity) => polarity.label().to_owned(),
        Key::Emotion(emotion) => emotion.label().to_owned(),
        Key::Intent(intent) => intent.label().to_owned(),
        Key::Language(code) => code.clone(),
        Key::Account(id) => format!("account {id}"),
        Key::Segment(id) => directory.segments.iter().find(|s| s.id == *id).map_or_else(gone, |s| s.name.clone()),
        Key::Value(id) => {
            let value = directory.values.values().flatten().find(|value| value.id == *id);
            value.map_or_else(|| format!("value {id}"), |value| value.value.clone())
        }
    }
}
