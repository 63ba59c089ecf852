//! The planted problems and successes, with their dates counted back from the last day.

use heard_domain::id::CategoryId;
use heard_domain::reading::Polarity;
use heard_domain::time::{Day, Period};

use crate::demo::setting::{StageName, category_id};
use crate::demo::truth::{Event, Fix, Problem, ProblemId, Spell};

/// How many days the company is simulated: 14 months.
pub const DAYS: i32 = 425;

fn spell(first: Day, last: Day, height: f64, rise: f64) -> Spell {
    Spell { period: Period { first, last }, height, rise, halves: 0.0 }
}

fn fading(first: Day, last: Day, height: f64, halves: f64) -> Spell {
    Spell { period: Period { first, last }, height, rise: 0.0, halves }
}

struct Plant {
    id: ProblemId,
    name: &'static str,
    at: (StageName, &'static str),
    polarity: Polarity,
    cause: &'static str,
    departments: &'static [&'static str],
    spells: Vec<Spell>,
    fixes: Vec<Fix>,
}

impl Plant {
    fn grown(self) -> Problem {
        Problem {
            id: self.id,
            name: self.name,
            stage: self.at.0.id(),
            category: category_id(self.at.1).unwrap_or(CategoryId(0)),
            polarity: self.polarity,
            cause: self.cause,
            departments: self.departments,
            spells: self.spells,
            fixes: self.fixes,
        }
    }
}

/// The days of the period whose month and day of the month lie within these.
fn yearly(period: Period, (from_month, from_day): (i8, i8), days: i32) -> Vec<Period> {
    let years = period.first.parts().0..=period.last.parts().0;
    let firsts = years.filter_map(|year| Day::new(year, from_month, from_day));
    firsts
        .map(|first| Period { first: first.max(period.first), last: (first + (days - 1)).min(period.last) })
        .filter(|spell| spell.first <= spell.last)
        .collect()
}

/// All that was planted in the period.
pub(crate) fn planted(period: Period) -> Vec<Problem> {
    use Polarity::{Negative, Positive};
    use StageName::{Buy, GetHelp, Onboard, Renew, Use};
    let end = period.last;
    let ago = |days: i32| end + -days;
    let january = yearly(period, (1, 2), 33);
    let quarters = [(1, 8), (4, 8), (7, 8), (10, 8)];
    let mut reviews: Vec<Period> = quarters.iter().flat_map(|from| yearly(period, *from, 12)).collect();
    reviews.sort_by_key(|review| review.first);
    let plants = [
        Plant {
            id: ProblemId::LoginCode,
            name: "Login code never arrives",
            at: (Onboard, "Login code"),
            polarity: Negative,
            cause: "Release 8.2 moved the texts to a new route on which one carrier drops one in six, and shortened the code's life from 300 to 60 seconds; the voice call as a way out was switched off",
            departments: &["Platform", "Support", "Texting partner (outside)"],
            spells: vec![spell(ago(36), end, 150.0, 4.0)],
            fixes: vec![],
        },
        Plant {
            id: ProblemId::JanuaryQueue,
            name: "Waiting time on the phone in January",
            at: (GetHelp, "Waiting time on the phone"),
            polarity: Negative,
            cause: "Year-end certificates are no longer sent by themselves, so everybody calls for them in the same five weeks",
            departments: &["Support", "Finance"],
            spells: january.iter().map(|p| spell(p.first, p.last, 110.0, 4.0)).collect(),
            fixes: vec![],
        },
        Plant {
            id: ProblemId::LockedOutQueue,
            name: "Locked-out customers fill the queue",
            at: (GetHelp, "Waiting time on the phone"),
            polarity: Negative,
            cause: "Login code never arrives: the help line is the only way left",
            departments: &["Support", "Platform"],
            spells: vec![spell(ago(31), end, 48.0, 7.0)],
            fixes: vec![],
        },
        Plant {
            id: ProblemId::InvoiceLayout,
            name: "Invoice hard to read",
            at: (Buy, "Invoice layout"),
            polarity: Negative,
            cause: "A new template lists every service by its internal number and puts the VAT on the last page",
            departments: &["Finance", "Product"],
            spells: vec![spell(ago(310), ago(171), 32.0, 20.0)],
            fixes: vec![Fix { announced: ago(170), what: "One line per plan, VAT and total on the first page", real: true }],
        },
        Plant {
            id: ProblemId::DoubledBookings,
            name: "Doubled bookings in the accounting program",
            at: (Use, "Accounting connection"),
            polarity: Negative,
            cause: "A payment is sent when pending and again when booked, with another number",
            departments: &["Platform", "Product"],
            spells: vec![spell(ago(250), end, 17.0, 14.0)],
            fixes: vec![Fix { announced: ago(150), what: "Release 7.9 compares numbers, which differ by design", real: false }],
        },
        Plant {
            id: ProblemId::CardAbroad,
            name: "Card declined abroad",
            at: (Use, "Card payments"),
            polarity: Negative,
            cause: "The fraud rule for travel takes the terminal's country from a table that is out of date",
            departments: &["Risk", "Platform"],
            spells: vec![spell(ago(340), ago(288), 26.0, 6.0), spell(ago(78), ago(48), 26.0, 4.0)],
            fixes: vec![
                Fix { announced: ago(287), what: "The table was brought up to date by hand", real: true },
                Fix { announced: ago(47), what: "The table is fetched every night", real: true },
            ],
        },
        Plant {
            id: ProblemId::PriceRise,
            name: "Price rise",
            at: (Use, "Fees and price"),
            polarity: Negative,
            cause: "Plans went up by a fifth; told in the middle of a newsletter",
            departments: &["Finance", "Marketing"],
            spells: vec![fading(ago(190), end, 60.0, 20.0)],
            fixes: vec![Fix {
                announced: ago(165),
                what: "A page that explains the prices; the anger was fading anyway",
                real: false,
            }],
        },
        Plant {
            id: ProblemId::Outage,
            name: "App down for most of a day",
            at: (Use, "Outages and crashes"),
            polarity: Negative,
            cause: "A certificate ran out; the reminder went to somebody who had left",
            departments: &["Platform"],
            spells: vec![fading(ago(236), ago(231), 620.0, 0.7), fading(ago(99), ago(95), 480.0, 0.7)],
            fixes: vec![Fix { announced: ago(230), what: "The certificate was renewed", real: true }],
        },
        Plant {
            id: ProblemId::QuarterlyReview,
            name: "Accounts blocked by the quarterly review",
            at: (GetHelp, "Account checks"),
            polarity: Negative,
            cause: "The review runs for all accounts in the same two weeks and blocks before it asks",
            departments: &["Risk", "Support"],
            spells: reviews.iter().map(|p| spell(p.first, p.last, 40.0, 2.0)).collect(),
            fixes: vec![],
        },
        Plant {
            id: ProblemId::InstantPayments,
            name: "Instant payments",
            at: (Use, "Instant payments"),
            polarity: Positive,
            cause: "Instant payments came with release 8.0",
            departments: &["Product", "Platform"],
            spells: vec![spell(ago(122), end, 60.0, 90.0)],
            fixes: vec![],
        },
        Plant {
            id: ProblemId::HelpVideos,
            name: "Help articles with video",
            at: (GetHelp, "Help articles"),
            polarity: Positive,
            cause: "The twelve most read help articles were filmed with the real app",
            departments: &["Content"],
            spells: vec![spell(ago(64), end, 32.0, 20.0)],
            fixes: vec![],
        },
        Plant {
            id: ProblemId::Advisers,
            name: "Advisers know my business",
            at: (Renew, "Advisers know my business"),
            polarity: Positive,
            cause: "Advisers were given trades of their own",
            departments: &["Advisers"],
            spells: vec![spell(ago(200), end, 10.0, 150.0)],
            fixes: vec![],
        },
    ];
    plants.into_iter().map(Plant::grown).collect()
}

/// The releases of the app: days before the end, and number.
const RELEASES: [(i32, &str); 8] =
    [(380, "7.5"), (318, "7.6"), (262, "7.7"), (205, "7.8"), (150, "7.9"), (122, "8.0"), (80, "8.1"), (36, "8.2")];

/// The number of the app on a day.
pub(crate) fn release(end: Day, day: Day) -> &'static str {
    RELEASES.iter().rev().find(|(ago, _)| end - day <= *ago).map_or("7.4", |(_, number)| number)
}

/// What the company did and what befell it, by day.
pub(crate) fn events(period: Period, problems: &[Problem]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    events.extend(RELEASES.iter().map(|(ago, number)| Event { day: period.last + -*ago, name: format!("Release {number}") }));
    for problem in problems {
        let fixes = problem.fixes.iter();
        events.extend(fixes.map(|fix| Event { day: fix.announced, name: format!("{}: {}", problem.name, fix.what) }));
        if problem.id == ProblemId::Outage {
            let days = problem.spells.iter().map(|spell| spell.period.first);
            events.extend(days.map(|day| Event { day, name: "Outage, seven hours".to_owned() }));
        }
    }
    events.push(Event { day: period.last + -190, name: "Price rise announced".to_owned() });
    events.push(Event { day: period.last + -64, name: "Help articles with video".to_owned() });
    events.retain(|event| period.contains(event.day));
    events.sort_by(|a, b| (a.day, &a.name).cmp(&(b.day, &b.name)));
    events
}
