//! What else the invented company Larkfield has arranged: when its departments work, how they are reached, and whom it
//! looks at most.

use heard_domain::calendar::{Calendar, Holiday, Hours};
use heard_domain::id::{CalendarId, SegmentId};
use heard_domain::segment::{PersonFilter, Segment};
use heard_domain::taxonomy::Department;
use heard_domain::time::{Day, Zone};

const OFFICE: CalendarId = CalendarId(1);
const SERVICE: CalendarId = CalendarId(2);

/// Month, day and name of the holidays that come back every year.
const HOLIDAYS: [(i8, i8, &str); 5] = [
    (1, 1, "New Year’s Day"),
    (5, 1, "May Day"),
    (12, 6, "Independence Day"),
    (12, 25, "Christmas Day"),
    (12, 26, "Second day of Christmas"),
];

fn hours(from: u16, to: u16) -> Vec<Hours> {
    Hours::new(from * 60, to * 60).into_iter().collect()
}

/// The calendars.
pub(crate) fn calendars(zone: &Zone) -> Vec<Calendar> {
    let holiday = |(month, day, name): &(i8, i8, &str)| {
        let day = Day::new(2000, *month, *day).unwrap_or_default();
        Holiday { day, name: (*name).to_owned(), yearly: true }
    };
    let calendar = |id, name: &str, weekday: Vec<Hours>, saturday: Vec<Hours>| Calendar {
        id,
        name: name.to_owned(),
        zone: zone.clone(),
        week: std::iter::repeat_n(weekday, 5).chain([saturday, vec![]]).collect(),
        holidays: HOLIDAYS.iter().map(holiday).collect(),
    };
    vec![calendar(OFFICE, "Office hours", hours(8, 16), vec![]), calendar(SERVICE, "Service hours", hours(8, 20), hours(9, 15))]
}

/// A department with its calendar and the address at which it is reached.
pub(crate) fn department(department: Department) -> Department {
    let partner = department.name.contains("outside");
    let word: String = department.name.to_lowercase().chars().take_while(char::is_ascii_lowercase).collect();
    let host = if partner { "partner.example" } else { "larkfield.example" };
    let calendar = if department.name == "Support" { SERVICE } else { OFFICE };
    Department { partner, contact: Some(format!("{word}@{host}")), calendar: Some(calendar), ..department }
}

/// The segments.
pub(crate) fn segments() -> Vec<Segment> {
    let segment = |id, name: &str, filter| Segment { id: SegmentId(id), name: name.to_owned(), filter };
    vec![
        segment(1, "Key accounts", PersonFilter { key_account: Some(true), ..PersonFilter::default() }),
        segment(2, "Renewal within 90 days", PersonFilter { renews_within: Some(90), ..PersonFilter::default() }),
    ]
}
