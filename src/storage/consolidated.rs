//! Consolidated reports where they count.

use super::dsl::{below, text_or};
use super::prepared::Prepare;
use super::roster;
use super::schema::{agencies, reports, roster as lines, years};
use super::{AnyConnection, Stored};
use crate::domain::agency::{Agency, AgencyPath};
use crate::domain::report::{Report, Scope};
use crate::domain::roster::RosterEntry;
use crate::domain::year::ReportingYear;
use diesel::prelude::*;

// The line of an agency's own report, beside that of its consolidated one.
diesel::alias!(lines as own: Own);

/// The published consolidated reports of a year at and below a place, by path: who holds one stands before it.
pub fn published(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
) -> Stored<Vec<(RosterEntry, Report)>> {
    type Row = (Report, Agency, ReportingYear, Option<RosterEntry>, Option<RosterEntry>);
    let its_own = (own.field(lines::agency_id).eq(reports::agency_id))
        .and(own.field(lines::year).eq(reports::year))
        .and(own.field(lines::scope).eq(Scope::Own));
    let its_line = (lines::agency_id.eq(reports::agency_id))
        .and(lines::year.eq(reports::year))
        .and(lines::scope.eq(Scope::Consolidated));
    // Whose consolidated report is not due by the roster counts where its own line does.
    let path = text_or(lines::path.nullable(), text_or(own.field(lines::path).nullable(), agencies::path));
    let found: Vec<Row> = on_each!(connection, |c| {
        let mut query = reports::table
            .inner_join(agencies::table)
            .inner_join(years::table.on(years::year.eq(reports::year)))
            .left_join(lines::table.on(its_line))
            .left_join(own.on(its_own))
            .filter(reports::year.eq(year).and(reports::scope.eq(Scope::Consolidated)))
            .filter(reports::published_revision.is_not_null().and(reports::withdrawn_at.is_null()))
            .select((
                Report::as_select(),
                Agency::as_select(),
                ReportingYear::as_select(),
                Option::<RosterEntry>::as_select(),
                own.fields(roster::COLUMNS).nullable(),
            ))
            .order(path)
            .into_boxed();
        if let Some(place) = within {
            query = query.filter(below(path, [place]));
        }
        query.prepared().load(c)
    })?;
    let counted = |(report, agency, year, line, beside): Row| {
        let line = match line.or(beside) {
            Some(line) => line,
            None => {
                let place = roster::place_of(connection, year.plan.year, &agency.path)?;
                RosterEntry::of(&agency, &year.plan, Scope::Consolidated, place)
            }
        };
        Ok((line, report))
    };
    found.into_iter().map(counted).collect()
}
