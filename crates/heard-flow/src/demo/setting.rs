//! The setting: what the invented company Larkfield calls its stages, contacts, categories, departments and posts.

use heard_domain::channel::Channel;
use heard_domain::id::{CategoryId, DepartmentId, PostId, StageId, TouchpointId};
use heard_domain::journey::{Journey, Stage, Touchpoint};
use heard_domain::post::Post;
use heard_domain::starter::plan::{StarterCategory, listed};
use heard_domain::taxonomy::{Category, Department, Taxonomy};

use crate::demo::category::CATEGORIES;

/// The company's name.
pub const NAME: &str = "Larkfield";

/// The company's time zone.
pub const ZONE: &str = "Europe/Helsinki";

/// The stages, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum StageName {
    /// Hears of the company.
    Discover,
    /// Compares and tries.
    Evaluate,
    /// Signs and pays.
    Buy,
    /// The first weeks.
    Onboard,
    /// Every day.
    Use,
    /// Something is unclear or broken.
    GetHelp,
    /// Stays, grows or leaves.
    Renew,
}

impl StageName {
    /// All, in order.
    pub(crate) const ALL: [Self; 7] =
        [Self::Discover, Self::Evaluate, Self::Buy, Self::Onboard, Self::Use, Self::GetHelp, Self::Renew];

    /// The identifier within the simulated company.
    pub(crate) fn id(self) -> StageId {
        StageId(self as i64 + 1)
    }

    /// As the customer calls it.
    pub(crate) fn name(self) -> &'static str {
        STAGES[self as usize].0
    }
}

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Businesses and households.
    Anyone,
    /// Businesses only.
    Business,
    /// Households only.
    Household,
}

/// Name, aim, cues, touchpoints (name, moment of truth).
type StageRow = (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, bool)]);

const STAGES: [StageRow; 7] = [
    (
        "Discover",
        "Find out whether this could be the right bank for me",
        &["website", "advert", "ad", "fair", "stand", "leaflet", "heard of you", "webinar"],
        &[("Search and adverts", false), ("Word of mouth", false), ("Fairs and events", false)],
    ),
    (
        "Evaluate",
        "Compare, try it and get my questions answered",
        &["demo", "trial", "quote", "compare", "compared", "offer", "before signing"],
        &[("Demo account", false), ("Talk with sales", true), ("Quote", false)],
    ),
    (
        "Buy",
        "Sign without surprises and have an account",
        &["contract", "signed", "invoice", "application", "identity check", "passport"],
        &[("Contract", false), ("Identity check", true), ("First invoice", false)],
    ),
    (
        "Onboard",
        "Be up and running in the first weeks",
        &["set up", "setting up", "first day", "login code", "onboarding", "activate", "welcome call", "new phone"],
        &[("First sign-in", true), ("Setting up", false), ("Cards and terminals arrive", false), ("Welcome call", false)],
    ),
    (
        "Use",
        "Pay, get paid and know where I stand, every day",
        &["payment", "transfer", "app", "card", "statement", "export", "balance", "checkout"],
        &[
            ("Payments", true),
            ("Cards", false),
            ("App and web", false),
            ("Statements and export", false),
            ("Online checkout", false),
        ],
    ),
    (
        "Get help",
        "Get an answer that solves it, from somebody who cares",
        &["help", "queue", "called", "phone line", "support", "ticket", "call back", "chat", "blocked", "frozen"],
        &[("Help pages", false), ("Help line", true), ("Chat and e-mail", false), ("Fraud and blocks", true)],
    ),
    (
        "Renew",
        "Decide whether to stay, and on which terms",
        &["renew", "renewal", "adviser", "yearly review", "cancel", "leaving", "loyalty"],
        &[("Yearly review", true), ("Renewal offer", false), ("Leaving", false)],
    ),
];

/// The departments.
const DEPARTMENTS: [&str; 10] = [
    "Platform",
    "Product",
    "Support",
    "Finance",
    "Content",
    "Advisers",
    "Risk",
    "Marketing",
    "Sales",
    "Texting partner (outside)",
];

/// Name, channel, touchpoint, objective, what happens with what is heard, promised hours.
type PostRow = (&'static str, Channel, Option<&'static str>, Option<&'static str>, Option<&'static str>, Option<i32>);

/// The listening posts, in the order of [`PostName`]. Two are left as noise, as in every company.
const POSTS: [PostRow; 12] = [
    (
        "Relationship survey",
        Channel::Survey,
        None,
        Some("Decide each quarter what to mend first"),
        Some("Read in the first week of each quarter by all heads of departments"),
        None,
    ),
    (
        "After-contact survey",
        Channel::Survey,
        Some("Help line"),
        Some("Decide how the help line is staffed and trained"),
        Some("Unhappy customers are called back the next day"),
        Some(48),
    ),
    (
        "First-weeks survey",
        Channel::Survey,
        Some("Setting up"),
        Some("Decide what the next release does for newcomers"),
        None,
        Some(48),
    ),
    (
        "In-app feedback",
        Channel::Widget,
        Some("App and web"),
        Some("Decide the order of small repairs in the app"),
        Some("Sorted every Monday by the team of the app"),
        None,
    ),
    (
        "App stores",
        Channel::AppReview,
        Some("App and web"),
        Some("Decide whether a release is rolled out further"),
        Some("Read before every step of a roll-out; answered in public"),
        Some(72),
    ),
    ("Support e-mail", Channel::Email, None, Some("Answer, and decide which help pages are missing"), None, Some(24)),
    (
        "Help line notes",
        Channel::Call,
        Some("Help line"),
        Some("Decide what causes calls that nobody should need"),
        None,
        Some(24),
    ),
    ("Chat", Channel::Chat, Some("Chat and e-mail"), Some("Decide what the chat may solve by itself"), None, Some(1)),
    ("Account visits", Channel::Visit, None, Some("Decide what key accounts need before they renew"), None, Some(120)),
    ("Review sites", Channel::Review, None, Some("Decide what the public has to hear from us"), None, Some(72)),
    ("Social media", Channel::Social, None, None, None, Some(4)),
    ("Community forum", Channel::Community, None, Some("Decide which ideas are worked out"), None, None),
];

/// The posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum PostName {
    Relationship,
    AfterContact,
    FirstWeeks,
    Widget,
    App,
    Email,
    Call,
    Chat,
    Visit,
    Review,
    Social,
    Community,
}

impl PostName {
    /// All, in the order of the table of posts.
    pub(crate) const ALL: [Self; 12] = [
        Self::Relationship,
        Self::AfterContact,
        Self::FirstWeeks,
        Self::Widget,
        Self::App,
        Self::Email,
        Self::Call,
        Self::Chat,
        Self::Visit,
        Self::Review,
        Self::Social,
        Self::Community,
    ];

    /// The post's name.
    pub(crate) fn name(self) -> &'static str {
        POSTS[self as usize].0
    }

    /// How customers speak there.
    pub(crate) fn channel(self) -> Channel {
        POSTS[self as usize].1
    }
}

fn touchpoint_id(stage: usize, place: usize) -> TouchpointId {
    TouchpointId(10 * (stage as i64 + 1) + place as i64)
}

fn touchpoint_named(name: &str) -> Option<TouchpointId> {
    STAGES.iter().enumerate().find_map(|(stage, row)| {
        row.3.iter().position(|touchpoint| touchpoint.0 == name).map(|place| touchpoint_id(stage, place))
    })
}

/// The identifier of a category below another, within the simulated company.
pub(crate) fn category_id(name: &str) -> Option<CategoryId> {
    CATEGORIES.iter().enumerate().find_map(|(at, branch)| {
        branch.children.iter().position(|leaf| leaf.name == name).map(|place| child(branch_id(at), place))
    })
}

fn branch_id(at: usize) -> CategoryId {
    CategoryId(10 * (at as i64 + 1))
}

fn child(branch: CategoryId, place: usize) -> CategoryId {
    CategoryId(branch.0 + place as i64 + 1)
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// The journey.
pub(crate) fn journey() -> Journey {
    let stages = StageName::ALL.iter().zip(&STAGES).enumerate().map(|(at, (stage, row))| Stage {
        id: stage.id(),
        name: row.0.to_owned(),
        aim: row.1.to_owned(),
        position: at as i32,
        cues: words(row.2),
    });
    let touchpoints = STAGES.iter().enumerate().flat_map(|(at, row)| {
        row.3.iter().enumerate().map(move |(place, (name, moment_of_truth))| Touchpoint {
            id: touchpoint_id(at, place),
            stage: StageName::ALL[at].id(),
            name: (*name).to_owned(),
            position: place as i32,
            moment_of_truth: *moment_of_truth,
        })
    });
    Journey { stages: stages.collect(), touchpoints: touchpoints.collect() }
}

/// The departments.
pub(crate) fn departments() -> Vec<Department> {
    let named = DEPARTMENTS.iter().enumerate();
    named.map(|(at, name)| Department::named(DepartmentId(at as i64 + 1), name)).collect()
}

/// The taxonomy.
pub(crate) fn taxonomy() -> Taxonomy {
    let mut categories = Vec::new();
    for (at, branch) in CATEGORIES.iter().enumerate() {
        categories.push(category(branch_id(at), None, at, branch));
        let leaves = branch.children.iter().enumerate();
        categories.extend(leaves.map(|(place, leaf)| category(child(branch_id(at), place), Some(branch_id(at)), place, leaf)));
    }
    Taxonomy { version: 1, categories }
}

fn category(id: CategoryId, parent: Option<CategoryId>, place: usize, given: &StarterCategory) -> Category {
    let department = |name: &str| DEPARTMENTS.iter().position(|known| *known == name).map(|at| DepartmentId(at as i64 + 1));
    Category {
        id,
        parent,
        name: given.name.to_owned(),
        definition: given.definition.to_owned(),
        watch_words: listed(given.watch_words).map(str::to_owned).collect(),
        stage: StageName::ALL.into_iter().find(|stage| stage.name() == given.stage).map(StageName::id),
        departments: listed(given.departments).filter_map(department).collect(),
        position: place as i32,
    }
}

/// The listening posts.
pub(crate) fn posts() -> Vec<Post> {
    let rows = POSTS.iter().enumerate();
    rows.map(|(at, (name, channel, touchpoint, objective, process, promise_hours))| Post {
        touchpoint: touchpoint.and_then(touchpoint_named),
        objective: objective.map(str::to_owned),
        process: process.map(str::to_owned),
        promise_hours: *promise_hours,
        ..Post::new(PostId(at as i64 + 1), *name, *channel)
    })
    .collect()
}
