//! The pages as markup: no tag has two class attributes, every class is in the style sheet, identifiers are unique, nothing
//! carries a style of its own, and hostile words stay words. No browser is needed for that.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what a test builds itself is there, or the test fails")]

use std::collections::{BTreeMap, BTreeSet};

use heard_charts::date;
use heard_domain::account::{Account, Person};
use heard_domain::channel::Channel;
use heard_domain::directory::{Company, Directory};
use heard_domain::feedback::Feedback;
use heard_domain::id::{
    AccountId, CategoryId, CorrectionId, FeedbackId, PersonId, PostId, ScaleId, StageId, TouchpointId, UserId,
};
use heard_domain::journey::{Journey, Stage, Touchpoint};
use heard_domain::post::Post;
use heard_domain::question::{Filter, Moved, Value};
use heard_domain::reading::{Change, Correction, Emotion, Intent, Label, Passage, Polarity, Reading, Sentiment, Span};
use heard_domain::score::{Formula, Rating, Scale};
use heard_domain::statistics::Certainty;
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::{Day, Period, Time, Zone};
use heard_domain::user::{Role, User};
use heard_flow::measure::finding::{Finding, Mood};
use heard_flow::measure::heat::{Cell, Heat};
use heard_flow::measure::journey::StageFigure;
use heard_flow::measure::kpi::{Better, KeyFigure, Written};
use heard_flow::measure::map::{Ears, JourneyMap, StageOnMap, TouchpointFigure};
use heard_flow::measure::mixes::Part;
use heard_flow::measure::movers::Mover;
use heard_flow::measure::overview::Overview;
use heard_flow::measure::quotes::{Arrived, Heard, Listed, Opened};
use heard_flow::measure::sentence::{Factors, Piece, Told};
use heard_flow::measure::steps::{Course, Steps};
use heard_web::address::Look;
use heard_web::pages::feedback::Listing;
use heard_web::pages::journey::Seen;
use heard_web::pages::{feedback, journey, journey_edit, overview};
use heard_web::parts::layout::{Place, page};
use heard_web::viewer::Viewer;

const NOW: Time = Time(1_774_190_000_000);
const HOSTILE: &str = "<script>alert(1)</script> \"quoted' & =1+1 \u{202e}turned \u{0} end";

fn period() -> Period {
    Period::ending(Day::new(2026, 3, 22).unwrap(), 84)
}

fn viewer() -> Viewer {
    let user = User {
        id: UserId(1),
        email: "rosa@example.com".into(),
        name: HOSTILE.into(),
        role: Role::Admin,
        posts: None,
        since: NOW,
        active: true,
    };
    Viewer::new(user, None, "token".into(), "session".into())
}

fn directory() -> Directory {
    let names = ["Discover", HOSTILE, "Buy", "Onboard", "Use"];
    let ids = || (1_i64..).zip(names);
    let stage = |(id, name): (i64, &str)| Stage {
        id: StageId(id),
        name: name.into(),
        aim: HOSTILE.into(),
        position: id as i32,
        cues: vec![HOSTILE.into()],
    };
    let touchpoint = |(id, name): (i64, &str)| Touchpoint {
        id: TouchpointId(id),
        stage: StageId(id),
        name: format!("{name} desk"),
        position: 0,
        moment_of_truth: id == 2,
    };
    let category = |(id, name): (i64, &str)| Category {
        id: CategoryId(id),
        parent: (id == 5).then_some(CategoryId(1)),
        name: format!("{name} topic"),
        definition: String::new(),
        watch_words: vec![],
        stage: Some(StageId(id)),
        departments: vec![],
        position: id as i32,
    };
    let post = Post { touchpoint: Some(TouchpointId(2)), ..Post::new(PostId(1), HOSTILE, Channel::Survey) };
    let scale =
        Scale { id: ScaleId(1), name: HOSTILE.into(), formula: Formula::Nps, min: 0.0, max: 10.0, higher_is_better: true };
    Directory {
        company: Company { name: HOSTILE.into(), zone: Zone::UTC },
        journey: Journey { stages: ids().map(stage).collect(), touchpoints: ids().map(touchpoint).collect() },
        taxonomy: Taxonomy { version: 1, categories: ids().map(category).collect() },
        calendars: vec![],
        places: vec![],
        segments: vec![],
        departments: vec![],
        posts: vec![post],
        scales: vec![scale],
        attributes: vec![],
        values: BTreeMap::new(),
    }
}

fn value(v: f64, n: u64) -> Value {
    Value { value: Some(v), n, low: Some(v - 4.0), high: Some(v + 4.0) }
}

fn moved(by: f64, certainty: Certainty) -> Moved {
    Moved { before: value(0.0, 90), change: Some(by), low: Some(by - 3.0), high: Some(by + 3.0), certainty }
}

fn course() -> Course {
    Course { values: (0..12).map(|i| (i != 3).then(|| f64::from(30 - 5 * i))).collect(), counts: vec![40; 12] }
}

fn heard(id: i64) -> Heard {
    let text = format!("{HOSTILE}. The code never arrives. Mira rang back.");
    let label = |v| Label { value: v, confidence: 0.7, evidence: vec![Span::new(0, 20)] };
    let passage = |start: usize, end: usize, polarity: Polarity| Passage {
        span: Span::new(start, end),
        weight: 0.5,
        sentiment: Some(Sentiment {
            value: polarity.sign() as f32,
            polarity,
            confidence: 0.5,
            evidence: vec![Span::new(start, end)],
        }),
        emotion: Some(Label { value: Emotion::Anger, confidence: 0.4, evidence: vec![] }),
        feelings: vec![],
        stage: Some(Label { value: StageId(2), confidence: 1.0, evidence: vec![] }),
        categories: vec![label(CategoryId(1)), label(CategoryId(2))],
        intents: vec![Label { value: Intent::Churn, confidence: 0.9, evidence: vec![Span::new(4, 12)] }],
    };
    let feedback = Feedback {
        id: FeedbackId(id),
        revision: 1,
        post: PostId(1),
        key: "k".into(),
        at: NOW.plus_ms(-id * 3_600_000),
        day: period().last,
        heard: NOW,
        person: Some(PersonId(1)),
        account: Some(AccountId(1)),
        touchpoint: Some(TouchpointId(1)),
        text: text.clone(),
        link: Some("https://example.com/\"><script>".into()),
        import: None,
        ratings: vec![Rating { scale: ScaleId(1), raw: 3.0 }],
        attributes: vec![],
    };
    let reading = Reading {
        feedback: feedback.id,
        revision: 1,
        model: HOSTILE.into(),
        language: Some(("en".into(), 0.9)),
        passages: vec![passage(0, 26, Polarity::Negative), passage(26, text.len(), Polarity::Positive)],
        entities: vec![],
        notes: vec![],
    };
    let person = Person { id: PersonId(1), name: HOSTILE.into(), role: Some(HOSTILE.into()), account: None };
    let account = Account { id: AccountId(1), name: HOSTILE.into(), yearly_value: None, key_account: true, renewal: None };
    Heard { feedback, reading: Some(reading), person: Some(person), account: Some(account) }
}

/// What arrived: read, and not yet read.
fn arrived() -> Arrived {
    let unread = Heard { reading: None, ..heard(92) };
    Arrived { heard: vec![heard(91), unread], new: 2, within_hour: 1_000 }
}

fn stage_figure(id: i64) -> StageFigure {
    let by = -9.0 * id as f64;
    StageFigure {
        stage: StageId(id),
        value: value(10.0 * (3 - id) as f64, 60),
        moved: Some(moved(by, Certainty::VeryLikelyReal)),
        course: course(),
        comments: 60,
        filter: Filter { stage: vec![StageId(id)], ..Filter::default() },
    }
}

fn part<T>(what: T) -> Part<T> {
    Part { what, share: 12.5, n: 30, before: Some(10.0), filter: Filter::default() }
}

fn facts() -> Overview {
    let figure = |name: &str, written, better, by| KeyFigure {
        name: name.into(),
        written,
        better,
        value: value(31.0, 12),
        moved: Some(moved(by, Certainty::Likely)),
        course: course(),
        of: "passages",
        filter: Filter::default(),
        explained: HOSTILE.into(),
    };
    let mover = |id, by| Mover {
        category: CategoryId(id),
        value: value(by, 40),
        moved: moved(by, Certainty::CouldBeNoise),
        comments: 40,
        counts: (0..24).collect(),
        now: 12,
        filter: Filter::default(),
    };
    let cells = [(1, 1, -58.0, 60), (2, 2, 30.0, 5), (3, 1, 0.0, 60)];
    let cell = |(s, c, v, n): (i64, i64, f64, u64)| ((StageId(s), CategoryId(c)), Cell { value: value(v, n), moved: None });
    Overview {
        period: period(),
        steps: Steps::of(period()),
        comments: 2_484,
        finding: Finding {
            mood: Mood::Worse,
            sentence: vec![Piece::Say(HOSTILE.into()), Piece::Strong("31 points".into()), Piece::Voice(HOSTILE.into())],
            evidence: HOSTILE.into(),
            factors: Some(Factors { reach: 0.2, severity: 0.6, trend: -31.0, weight: 1.5, told: Told::Sentiment }),
            stage: Some(StageId(2)),
            filter: Filter::default(),
            comments: 407,
            category: None,
            issue: Some((heard_domain::id::IssueId(3), "I-3".into())),
        },
        behind: heard_flow::measure::behind::Behind {
            persons: 88,
            accounts: 12,
            key_accounts: 3,
            quote: Some(heard(4)),
            ..Default::default()
        },
        figures: vec![
            figure("Net sentiment", Written::Signed, Better::Up, -6.0),
            figure("Stars", Written::OutOf(5), Better::Up, 0.4),
            figure("Complaints", Written::PerCent, Better::Down, 3.0),
            figure("Heard", Written::Count, Better::Neither, 4.0),
            figure(HOSTILE, Written::PerCent, Better::Down, 0.0),
        ],
        journey: (1..=5).map(stage_figure).collect(),
        heat: Heat { categories: vec![CategoryId(1), CategoryId(2)], cells: cells.into_iter().map(cell).collect() },
        movers: vec![mover(1, -9.0), mover(2, 9.0)],
        emotions: Emotion::ALL.iter().copied().map(part).collect(),
        channels: vec![part(Channel::Survey), part(Channel::Email)],
        quotes: (1..=3).map(heard).collect(),
    }
}

/// Every page in every state that has markup of its own.
fn pages() -> Vec<(&'static str, String)> {
    let (directory, viewer, look) = (directory(), viewer(), Look::read([]));
    let narrow = Look::read(
        [
            ("stage", "2"),
            ("category", "99"),
            ("polarity", "negative"),
            ("words", HOSTILE),
            ("weeks", "4"),
            ("channel", "no"),
            ("open", "1"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let whole = |place, body| page(&viewer, Some(place), HOSTILE, &body).into_string();
    let correction =
        |id, change| Correction { id: CorrectionId(id), feedback: FeedbackId(1), span: None, change, by: UserId(1), at: NOW };
    let opened = Opened {
        heard: heard(1),
        corrections: vec![
            (correction(1, Change::Stage { to: Some(StageId(2)) }), HOSTILE.into()),
            (correction(2, Change::RemoveCategory { category: CategoryId(2) }), "Rosa".into()),
        ],
        timeline: (1..=3).map(heard).collect(),
    };
    let listed = |n| Listed { heard: (1..=n).map(heard).collect(), total: 12_480, more: Some((NOW, FeedbackId(n))) };
    let listing = Listing { listed: listed(3), opened: Some(opened), chosen: true, period: Some(period()) };
    let empty = Listing { listed: Listed { heard: vec![], total: 0, more: None }, opened: None, chosen: false, period: None };
    let on_map = |id| StageOnMap {
        figure: if id == 5 { StageFigure::unheard(StageId(5)) } else { stage_figure(id) },
        emotions: Emotion::ALL.iter().copied().map(part).collect(),
        ears: match id {
            2 => Ears::Posts(vec![PostId(1)]),
            5 => Ears::Nobody,
            _ => Ears::ByTheWay,
        },
    };
    let map = JourneyMap {
        stages: (1..=5).map(on_map).collect(),
        touchpoints: BTreeMap::from([(TouchpointId(2), TouchpointFigure { comments: 40, value: value(-12.0, 44) })]),
        feel: Emotion::ALL.iter().copied().map(part).collect(),
        trend: (0..12).map(|i| (period().first + 7 * i, value(10.0 - f64::from(i), 40))).collect(),
    };
    let seen = |look, open| Seen { map: &map, directory: &directory, look, viewer: &viewer, period: Some(period()), open };
    vec![
        ("overview", whole(Place::Overview, overview::content(&facts(), Some(&arrived()), &directory, &look, &viewer, NOW))),
        (
            "overview, filtered",
            whole(Place::Overview, overview::content(&facts(), Some(&Arrived::default()), &directory, &narrow, &viewer, NOW)),
        ),
        ("feedback", whole(Place::Feedback, feedback::content(&listing, &directory, &narrow, &viewer, NOW))),
        ("feedback, empty", whole(Place::Feedback, feedback::content(&empty, &directory, &look, &viewer, NOW))),
        ("journey", whole(Place::Journey, journey::content(&seen(&look, None)))),
        ("journey, one stage", whole(Place::Journey, journey::content(&seen(&narrow, Some(StageId(2)))))),
        ("journey, edited", whole(Place::Journey, journey_edit::content(&directory, &viewer, None))),
    ]
}

/// The start tags of a page: name and attributes, comments and text left out.
fn tags(html: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let mut tags = vec![];
    for piece in html.split('<').skip(1) {
        if !piece.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (inside, _) = piece.split_once('>').expect("a tag that ends");
        let (name, mut rest) = inside.split_once([' ', '\n']).unwrap_or((inside, ""));
        let mut attributes = vec![];
        while let Some((key, after)) = rest.split_once('=') {
            let key = key.trim().rsplit(' ').next().unwrap_or_default();
            let (value, more) = after.strip_prefix('"').and_then(|v| v.split_once('"')).expect("a quoted value");
            attributes.push((key, value));
            rest = more;
        }
        tags.push((name, attributes));
    }
    tags
}

#[test]
fn no_tag_has_an_attribute_twice_and_nothing_has_a_style_or_a_script_of_its_own() {
    for (page, html) in pages() {
        for (tag, attributes) in tags(&html) {
            let keys: Vec<&str> = attributes.iter().map(|(key, _)| *key).collect();
            let once: BTreeSet<&str> = keys.iter().copied().collect();
            assert_eq!(keys.len(), once.len(), "{page}: <{tag} {attributes:?}>");
            assert!(!keys.iter().any(|key| *key == "style" || key.starts_with("on")), "{page}: <{tag} {attributes:?}>");
            assert!(tag != "script" || keys.contains(&"src"), "{page}: a script inside the page");
            assert_ne!(tag, "style", "{page}");
        }
        assert!(!html.contains("<script>alert") && !html.contains('\0'), "{page}: hostile words became markup");
    }
}

#[test]
fn every_class_is_in_the_style_sheet() {
    let css = include_str!("../assets/app.css");
    let mut missing = BTreeSet::new();
    for (page, html) in pages() {
        for (tag, attributes) in tags(&html) {
            for class in attributes.iter().filter(|(key, _)| *key == "class").flat_map(|(_, v)| v.split_whitespace()) {
                let dot = format!(".{class}");
                let whole = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
                let used = css.split(&dot).skip(1).any(whole);
                if !used {
                    missing.insert(format!("{page}: <{tag} class=\"{class}\">"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn identifiers_are_unique_and_what_refers_to_them_finds_them() {
    for (page, html) in pages() {
        let tags = tags(&html);
        let all = |wanted: &str| -> Vec<&str> {
            tags.iter().flat_map(|(_, a)| a.iter().filter(|(k, _)| *k == wanted).map(|(_, v)| *v)).collect()
        };
        let ids = all("id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        let twice: Vec<&&str> = ids.iter().filter(|id| ids.iter().filter(|other| other == id).count() > 1).collect();
        assert_eq!(ids.len(), unique.len(), "{page}: {twice:?}");
        for reference in ["for", "aria-labelledby", "aria-describedby", "data-open", "data-choice"] {
            for id in all(reference).iter().flat_map(|v| v.split_whitespace()) {
                assert!(unique.contains(id), "{page}: {reference}=\"{id}\" leads nowhere");
            }
        }
    }
}

#[test]
fn every_picture_has_a_name_and_every_field_a_label() {
    for (page, html) in pages() {
        let tags = tags(&html);
        let labels: BTreeSet<&str> = tags
            .iter()
            .filter(|(tag, _)| *tag == "label")
            .flat_map(|(_, a)| a.iter().filter(|(k, _)| *k == "for").map(|(_, v)| *v))
            .collect();
        for (tag, attributes) in &tags {
            let get = |key: &str| attributes.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
            if *tag == "svg" {
                assert!(
                    get("aria-hidden") == Some("true") || get("aria-label").is_some_and(|l| !l.is_empty()),
                    "{page}: {attributes:?}"
                );
            }
            if ["input", "select"].contains(tag) && !matches!(get("type"), Some("hidden" | "checkbox")) {
                let named = get("aria-label").is_some() || get("id").is_some_and(|id| labels.contains(id));
                assert!(named, "{page}: <{tag} {attributes:?}>");
            }
        }
    }
}

#[test]
fn every_figure_of_the_overview_leads_to_its_comments_in_the_same_days() {
    let (directory, viewer, look) = (directory(), viewer(), Look::read([]));
    let html = overview::content(&facts(), Some(&arrived()), &directory, &look, &viewer, NOW).into_string();
    let days = format!("from={}&amp;to={}", period().first, period().last);
    for way in [
        format!("/feedback?stage=4&amp;{days}"),
        format!("/feedback?stage=1&amp;category=1&amp;{days}"),
        format!("/feedback?category=1&amp;{days}"),
    ] {
        assert!(html.contains(&way) || html.contains(&way.replace("category=1&amp;", "")), "{way}");
    }
    assert!(html.contains(&date::long(period().last)));
}
