//! By when: the working hours of departments, and what becomes of due moments when hours change.

use heard_domain::calendar::Calendar;
use heard_domain::case::Case;
use heard_domain::directory::Directory;
use heard_domain::id::{CalendarId, CaseId, DepartmentId, IdMaker, JobId};
use heard_domain::job::Job;
use heard_domain::kept_case::KeptCase;
use heard_domain::taxonomy::Department;
use heard_domain::time::{Time, Zone};
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};

/// When departments work.
#[derive(Debug, Clone)]
pub struct Hours {
    departments: Vec<Department>,
    calendars: Vec<Calendar>,
    usual: Calendar,
}

impl Hours {
    /// As the directory says it.
    pub fn of(directory: &Directory) -> Self {
        Self::new(directory.departments.clone(), directory.calendars.clone(), directory.company.zone.clone())
    }

    /// As it stands within a write: what was changed a moment ago holds already.
    pub(crate) fn load(view: &View) -> Result<Self, StoreError> {
        let zone = tables::company::get(view)?.zone;
        Ok(Self::new(tables::department::list(view)?, tables::calendar::list(view)?, zone))
    }

    fn new(departments: Vec<Department>, calendars: Vec<Calendar>, zone: Zone) -> Self {
        let usual =
            Calendar { id: CalendarId(0), name: "Usual week".into(), zone, week: Calendar::usual_week(), holidays: vec![] };
        Self { departments, calendars, usual }
    }

    /// The calendar of a department; one that has none works the usual week on the company's clock.
    pub fn calendar(&self, department: DepartmentId) -> &Calendar {
        let own = self.departments.iter().find(|d| d.id == department).and_then(|d| d.calendar);
        own.and_then(|id| self.calendars.iter().find(|c| c.id == id)).unwrap_or(&self.usual)
    }

    /// Whether somebody of a department is at work: always, where nobody said when it works.
    pub fn on_duty(&self, department: DepartmentId, at: Time) -> bool {
        let said = self.departments.iter().any(|d| d.id == department && d.calendar.is_some());
        !said || self.calendar(department).works(at)
    }

    /// The time that is left for a case, in words.
    pub fn clock(&self, kept: &KeptCase, now: Time) -> String {
        kept.clock(kept.case.countdown.left(self.calendar(kept.case.department), now))
    }

    /// When a case is due as it stands.
    pub(crate) fn due(&self, case: &Case) -> Option<Time> {
        case.countdown.due(self.calendar(case.department))
    }
}

/// A case is looked at when it is due.
pub(crate) fn watch(tx: &mut Tx, ids: &IdMaker, case: CaseId, at: Option<Time>, now: Time) -> Result<(), StoreError> {
    match at {
        Some(at) => tables::job::add(tx, JobId(ids.next(now)), &Job::Watch { case }, at),
        None => Ok(()),
    }
}

/// Reckons anew when cases are due, within the write that changed working hours.
pub(crate) fn reckon(tx: &mut Tx, ids: &IdMaker, now: Time) -> Result<(), StoreError> {
    let hours = Hours::load(tx)?;
    for (case, department, countdown, before) in tables::case::running(tx)? {
        let due = countdown.due(hours.calendar(department));
        if due != before {
            tables::case::set_due(tx, case, due)?;
            watch(tx, ids, case, due, now)?;
        }
    }
    Ok(())
}
