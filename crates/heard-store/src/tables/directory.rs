//! The directory: all that the company has named, in one snapshot.

use heard_domain::directory::Directory;

use crate::error::StoreError;
use crate::tables::{attribute, calendar, company, department, journey, place, post, scale, segment, taxonomy};
use crate::view::View;

/// How many values of an attribute the directory holds at most.
pub const VALUES: usize = 1000;

/// All that the company has named. Posts that are not in sight are left out.
pub fn load(view: &View) -> Result<Directory, StoreError> {
    Ok(Directory {
        company: company::get(view)?,
        journey: journey::get(view)?,
        taxonomy: taxonomy::get(view)?,
        departments: department::list(view)?,
        calendars: calendar::list(view)?,
        places: place::list(view)?,
        segments: segment::list(view)?,
        posts: post::list(view)?,
        scales: scale::list(view)?,
        attributes: attribute::list(view)?,
        values: attribute::values(view, VALUES)?,
    })
}
