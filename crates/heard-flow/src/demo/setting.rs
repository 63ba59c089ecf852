//! The setting: what the invented company Larkfield calls its stages, contacts, categories, departments and posts.

use heard_domain::channel::Channel;
use heard_domain::id::{CategoryId, DepartmentId, PostId, StageId, TouchpointId};
use heard_domain::journey::{Journey, Stage, Touchpoint};
use heard_domain::post::Post;
use heard_domain::taxonomy::{Category, Department, Taxonomy};

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

/// Name, definition, watch words, usual stage, departments (places in [`DEPARTMENTS`]).
type CategoryRow = (&'static str, &'static str, &'static [&'static str], Option<StageName>, &'static [usize]);

/// A parent and its children.
type BranchRow = (&'static str, &'static str, &'static [CategoryRow]);

const CATEGORIES: [BranchRow; 7] = [
    (
        "Reliability",
        "Whether it works when it is needed",
        &[
            (
                "Login code",
                "The code for signing in: whether it arrives, in time, and is accepted",
                &["login code", "code", "code by text", "locked out", "text message", "expired", "sign-in"],
                Some(StageName::Onboard),
                &[0, 2, 9],
            ),
            (
                "Outages and crashes",
                "The app, the web or payments being down, slow or crashing; or running without a fault",
                &["down", "crash*", "freez*", "outage", "white screen", "rock solid", "status page", "logs me out"],
                Some(StageName::Use),
                &[0],
            ),
            (
                "Card payments",
                "Paying and being paid by card: declined, blocked, terminal, contactless, refunds to a card",
                &["card", "declined", "contactless", "terminal", "cash machine", "chip"],
                Some(StageName::Use),
                &[0, 6],
            ),
        ],
    ),
    (
        "Speed",
        "How long things take",
        &[
            (
                "Instant payments",
                "Transfers that arrive at once, and how long transfers take",
                &["instant", "instant payment*", "transfer*", "in seconds", "limbo"],
                Some(StageName::Use),
                &[1, 0],
            ),
            (
                "Waiting time on the phone",
                "How long it takes to reach a person by phone",
                &["queue", "waited", "on hold", "picked up", "picks up", "waiting", "get through", "music"],
                Some(StageName::GetHelp),
                &[2],
            ),
            (
                "Account opening time",
                "From application until account, cards and terminals can be used",
                &["account number", "iban", "cards took", "application", "up and running", "opening", "activation"],
                Some(StageName::Buy),
                &[6, 1],
            ),
        ],
    ),
    (
        "Ease of use",
        "How easily people find their way and get done what they came for",
        &[
            (
                "Navigation and design",
                "Finding one's way in app, web and demo; layout, letters, taps",
                &["menu", "button*", "screen", "clicks", "taps", "design", "website", "find", "dark mode", "clear"],
                Some(StageName::Use),
                &[1],
            ),
            (
                "Device change",
                "New, second or lost phones and tablets",
                &["new phone", "old phone", "changed phones", "tablet", "second device", "device", "watch"],
                Some(StageName::Onboard),
                &[1, 4],
            ),
            (
                "Statements and export",
                "Statements, receipts and files to take out",
                &["statement*", "export*", "csv", "pdf", "receipt*", "camt"],
                Some(StageName::Use),
                &[1, 3],
            ),
            (
                "Help articles",
                "Guides, videos and the search in the help pages",
                &["help article*", "help page*", "guide*", "video*", "faq", "manual"],
                Some(StageName::GetHelp),
                &[4],
            ),
        ],
    ),
    (
        "People",
        "How our people treat customers and what they know",
        &[
            (
                "Friendly service",
                "Kindness, patience, tone and respect of our people",
                &["friendly", "kind", "patient", "rude", "lovely", "polite", "tone", "sighed", "interrupted"],
                None,
                &[2, 8],
            ),
            (
                "Answer quality",
                "Whether the answer was right, complete and understood",
                &["answer*", "explained", "solved", "reply", "explain", "bot", "copy-paste"],
                Some(StageName::GetHelp),
                &[2, 4],
            ),
            (
                "Advisers know my business",
                "Advisers who know the customer's trade, season and plans",
                &["adviser*", "season", "review", "know our business", "credit line"],
                Some(StageName::Renew),
                &[5],
            ),
        ],
    ),
    (
        "Price and billing",
        "What it costs and how it is billed",
        &[
            (
                "Fees and price",
                "Plans, fees, discounts and changes of price",
                &["fee*", "price*", "expensive", "cheaper", "dearer", "quote", "discount", "per cent", "charged"],
                None,
                &[3, 7],
            ),
            (
                "Invoice layout",
                "Whether our invoice can be read, checked and booked",
                &["invoice*", "vat", "total"],
                Some(StageName::Buy),
                &[3, 1],
            ),
            (
                "Exchange rates",
                "Rates and mark-ups for other currencies",
                &["exchange rate*", "dollar*", "currency", "mark-up", "rate"],
                Some(StageName::Use),
                &[3],
            ),
        ],
    ),
    (
        "Integrations",
        "How it works together with the customer's other programs",
        &[
            (
                "Accounting connection",
                "The link to accounting programs: bookings, attachments, duplicates",
                &["accounting", "ledgerwise", "tallio", "bookbird", "duplicate*", "feed", "sync", "connector", "api"],
                Some(StageName::Use),
                &[1, 0],
            ),
            (
                "Online shop checkout",
                "Being paid in the customer's web shop",
                &["checkout", "web shop", "plug-in", "payout*", "payment page", "online shop"],
                Some(StageName::Use),
                &[1, 0],
            ),
        ],
    ),
    (
        "Trust",
        "Whether people feel safe and are dealt with honestly",
        &[
            (
                "Security",
                "Fraud, phishing, access and the safety of money and data",
                &["fraud", "scam", "stolen", "safe", "phishing", "licence", "hacked", "password", "former employee"],
                None,
                &[6, 0],
            ),
            (
                "Promises kept",
                "Call backs, dates and words that are kept or broken",
                &["promised", "promise*", "call back", "called back", "said they would", "within 48 hours"],
                None,
                &[2, 8, 7],
            ),
            (
                "Account checks",
                "Identity checks, questions about the origin of money, blocked accounts",
                &["frozen", "blocked", "identity check", "document*", "passport", "under review", "origin of"],
                None,
                &[6],
            ),
        ],
    ),
];

/// Name, channel, touchpoint, objective, promised hours.
type PostRow = (&'static str, Channel, Option<&'static str>, &'static str, Option<i32>);

/// The listening posts, in the order of [`PostName`].
const POSTS: [PostRow; 12] = [
    ("Relationship survey", Channel::Survey, None, "Decide each quarter what to mend first", None),
    ("After-contact survey", Channel::Survey, Some("Help line"), "Decide how the help line is staffed and trained", Some(48)),
    ("First-weeks survey", Channel::Survey, Some("Setting up"), "Decide what the next release does for newcomers", Some(48)),
    ("In-app feedback", Channel::Widget, Some("App and web"), "Decide the order of small repairs in the app", None),
    ("App stores", Channel::AppReview, Some("App and web"), "Decide whether a release is rolled out further", Some(72)),
    ("Support e-mail", Channel::Email, None, "Answer, and decide which help pages are missing", Some(24)),
    ("Help line notes", Channel::Call, Some("Help line"), "Decide what causes calls that nobody should need", Some(24)),
    ("Chat", Channel::Chat, Some("Chat and e-mail"), "Decide what the chat may solve by itself", Some(1)),
    ("Account visits", Channel::Visit, None, "Decide what key accounts need before they renew", Some(120)),
    ("Review sites", Channel::Review, None, "Decide what the public has to hear from us", Some(72)),
    ("Social media", Channel::Social, None, "Hear of trouble within minutes", Some(4)),
    ("Community forum", Channel::Community, None, "Decide which ideas are worked out", None),
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

/// The identifier of a category within the simulated company.
pub(crate) fn category_id(name: &str) -> Option<CategoryId> {
    CATEGORIES.iter().enumerate().find_map(|(at, branch)| {
        branch.2.iter().position(|row| row.0 == name).map(|place| CategoryId(10 * (at as i64 + 1) + place as i64 + 1))
    })
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
    named.map(|(at, name)| Department { id: DepartmentId(at as i64 + 1), name: (*name).to_owned() }).collect()
}

/// The taxonomy.
pub(crate) fn taxonomy() -> Taxonomy {
    let mut categories = Vec::new();
    for (at, (name, definition, children)) in CATEGORIES.iter().enumerate() {
        let parent = CategoryId(10 * (at as i64 + 1));
        categories.push(Category {
            id: parent,
            parent: None,
            name: (*name).to_owned(),
            definition: (*definition).to_owned(),
            watch_words: Vec::new(),
            stage: None,
            departments: Vec::new(),
            position: at as i32,
        });
        for (place, (name, definition, watch_words, stage, departments)) in children.iter().enumerate() {
            categories.push(Category {
                id: CategoryId(parent.0 + place as i64 + 1),
                parent: Some(parent),
                name: (*name).to_owned(),
                definition: (*definition).to_owned(),
                watch_words: words(watch_words),
                stage: stage.map(StageName::id),
                departments: departments.iter().map(|at| DepartmentId(*at as i64 + 1)).collect(),
                position: place as i32,
            });
        }
    }
    Taxonomy { version: 1, categories }
}

/// The listening posts.
pub(crate) fn posts() -> Vec<Post> {
    let rows = POSTS.iter().enumerate();
    rows.map(|(at, (name, channel, touchpoint, objective, promise_hours))| Post {
        id: PostId(at as i64 + 1),
        name: (*name).to_owned(),
        channel: *channel,
        touchpoint: touchpoint.and_then(touchpoint_named),
        objective: Some((*objective).to_owned()),
        owner: None,
        promise_hours: *promise_hours,
    })
    .collect()
}
