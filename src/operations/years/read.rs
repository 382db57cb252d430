//! Reading years and rosters.

use crate::domain::rights::Right;
use crate::domain::roster::RosterEntry;
use crate::domain::year::ReportingYear;
use crate::operations::agencies::path_of;
use crate::operations::{AgencyRef, Answer, Asking, Refusal, permit};
use crate::storage::AnyConnection;
use crate::storage::roster;
use crate::storage::years;

/// The right to announce, change and delete years.
pub fn require_year_right(asking: &Asking) -> Answer<()> {
    permit(asking.rights.may_below(Right::KeepYears, None, None))
}

/// The reporting year.
pub fn find(connection: &mut AnyConnection, year: i32) -> Answer<ReportingYear> {
    years::find(connection, year)?.ok_or(Refusal::NotFound)
}

/// Years after a given one, and how many there are if asked.
pub fn list(
    connection: &mut AnyConnection,
    after: i32,
    limit: i64,
    count: bool,
) -> Answer<(Vec<ReportingYear>, Option<i64>)> {
    let total = count.then(|| years::count(connection)).transpose()?;
    Ok((years::list(connection, after, limit)?, total))
}

/// A page of a year's roster.
pub fn roster_page(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyRef>,
    after: Option<(String, String)>,
    limit: i64,
    count: bool,
) -> Answer<(Vec<RosterEntry>, Option<i64>)> {
    find(connection, year)?;
    let path = match within {
        Some(within) => match path_of(connection, within)? {
            Some(path) => Some(path),
            None => return Ok((Vec::new(), count.then_some(0))),
        },
        None => None,
    };
    let total = count.then(|| roster::count(connection, year, path.as_ref())).transpose()?;
    Ok((roster::list(connection, year, path.as_ref(), after, limit)?, total))
}
