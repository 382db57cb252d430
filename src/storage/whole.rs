//! A report with all that stands around it, in one statement: what every act on it begins with.

use super::revisions::RevisionRow;
use super::schema::{agencies, reports, revisions, roster, years};
use super::{AnyConnection, StorageError, Stored};
use crate::domain::agency::Agency;
use crate::domain::id::ReportId;
use crate::domain::report::{Report, Revision};
use crate::domain::roster::RosterEntry;
use crate::domain::year::ReportingYear;
use diesel::prelude::*;

/// A report, its working revision, whose it is, and when it is due.
#[derive(Debug, Clone)]
pub struct Whole {
    pub report: Report,
    pub revision: Revision,
    pub agency: Agency,
    pub year: ReportingYear,
    /// `None`: the year's roster does not have it.
    pub line: Option<RosterEntry>,
}

type Row = (Report, RevisionRow, Agency, ReportingYear, Option<RosterEntry>);

pub fn find_working(connection: &mut AnyConnection, id: &ReportId) -> Stored<Option<Whole>> {
    let working = revisions::report_id.eq(reports::id).and(revisions::number.eq(reports::working_revision));
    let line = roster::year
        .eq(reports::year)
        .and(roster::agency_id.eq(reports::agency_id))
        .and(roster::scope.eq(reports::scope));
    let row: Option<Row> = on_each!(connection, |c| reports::table
        .inner_join(revisions::table.on(working))
        .inner_join(agencies::table.on(agencies::id.eq(reports::agency_id)))
        .inner_join(years::table.on(years::year.eq(reports::year)))
        .left_join(roster::table.on(line))
        .filter(reports::id.eq(id.as_str()).and(reports::hidden_at.is_null()))
        .select((
            Report::as_select(),
            RevisionRow::as_select(),
            Agency::as_select(),
            ReportingYear::as_select(),
            Option::<RosterEntry>::as_select(),
        ))
        .first(c))
    .optional()?;
    row.map(Whole::try_from).transpose()
}

impl TryFrom<Row> for Whole {
    type Error = StorageError;

    fn try_from((report, revision, agency, year, line): Row) -> Stored<Whole> {
        Ok(Whole { revision: revision.try_into()?, report, agency, year, line })
    }
}
