//! The calendar: how much is said on which day and at which hour, and how often customers met the company.

use heard_domain::time::{Day, Period};

use crate::demo::dice::Dice;
use crate::demo::problem::DAYS;
use crate::demo::setting::{PostName, StageName};
use crate::demo::truth::Exposure;

const WEEK: [f64; 7] = [1.14, 1.09, 1.05, 1.03, 1.0, 0.60, 0.50];
const YEAR: [f64; 12] = [1.08, 1.0, 1.02, 1.0, 0.99, 0.95, 0.84, 0.93, 1.04, 1.03, 1.02, 1.04];

/// How busy a day is beside the mean day: weekday, month, turn of the month, and the growth of the company.
pub(crate) fn busy(end: Day, day: Day) -> f64 {
    let (_, month, of_month) = day.parts();
    let grown = 1.14 - 0.30 * f64::from(end - day) / f64::from(DAYS);
    let turn = if of_month <= 3 || of_month >= 28 { 1.08 } else { 1.0 };
    let holidays = if month == 12 && (24..=26).contains(&of_month) { 0.4 } else { 1.0 };
    let week = WEEK[day.weekday() as usize % 7];
    let year = YEAR[(month - 1).clamp(0, 11) as usize];
    grown * turn * holidays * week * year
}

/// How willing people are to speak at a post on this day of the week.
pub(crate) fn open(post: PostName, day: Day) -> f64 {
    let weekend = day.weekday() >= 5;
    match post {
        PostName::Visit if weekend => 0.0,
        PostName::Call if weekend => 0.12,
        PostName::Email | PostName::Chat if weekend => 0.55,
        PostName::App | PostName::Review | PostName::Social | PostName::Community if weekend => 1.5,
        // The relationship survey goes out in the second and third week of each quarter's middle month.
        PostName::Relationship => {
            let (_, month, of_month) = day.parts();
            if month % 3 == 2 && (8..=22).contains(&of_month) { 2.6 } else { 0.85 }
        }
        _ => 1.0,
    }
}

/// Hour, minute and second at which something is said at a post.
pub(crate) fn hour(post: PostName, dice: &mut Dice) -> (i8, i8, i8) {
    let (middle, spread, from, to) = match post {
        PostName::Call => (12.0, 3.0, 8.0, 17.9),
        PostName::Visit => (13.0, 2.0, 9.0, 16.9),
        PostName::Email | PostName::Chat => (13.0, 4.0, 7.0, 21.9),
        PostName::Social | PostName::Community | PostName::Review | PostName::App => (18.0, 4.5, 0.0, 23.9),
        _ => (14.5, 4.5, 6.0, 23.5),
    };
    let mut at: f64 = middle + spread * dice.normal();
    if at < from || at > to {
        at = from + (to - from) * dice.unit();
    }
    (at as i8, dice.between(0, 59) as i8, dice.between(0, 59) as i8)
}

/// What is counted in each stage, and how many on a mean day.
const COUNTED: [(StageName, &str, f64); 7] = [
    (StageName::Discover, "visits of the website", 9_400.0),
    (StageName::Evaluate, "demo accounts and quotes", 410.0),
    (StageName::Buy, "applications", 190.0),
    (StageName::Onboard, "first sign-ins", 165.0),
    (StageName::Use, "active customers", 31_000.0),
    (StageName::GetHelp, "contacts", 620.0),
    (StageName::Renew, "renewals due", 74.0),
];

/// How often customers met the company, per stage and day.
pub(crate) fn exposures(period: Period, dice: &mut Dice) -> Vec<Exposure> {
    let mut all = Vec::new();
    for offset in 0..period.days() {
        let day = period.first + offset;
        for (stage, what, mean) in COUNTED {
            let level = mean * busy(period.last, day);
            let count = (level + level.sqrt() * 1.6 * dice.normal()).round().max(1.0) as u32;
            all.push(Exposure { stage: stage.id(), day, what, count });
        }
    }
    all
}
