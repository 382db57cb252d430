//! Consolidated reports where they count.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::Sql;
use super::{agencies, reports, roster, years};
use crate::domain::agency::AgencyPath;
use crate::domain::id::ReportId;
use crate::domain::page::PageValue as Bind;
use crate::domain::report::{Report, Scope};
use crate::domain::roster::RosterEntry;

/// The published consolidated reports of a year at and below a place, by path: who holds one stands before it.
pub fn published(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
) -> Result<Vec<(RosterEntry, Report)>, StorageError> {
    let mut sql = Sql::new(
        "SELECT r.id AS id FROM reports r JOIN agencies a ON a.id = r.agency_id \
         LEFT JOIN roster s ON s.agency_id = r.agency_id AND s.year = r.year AND s.scope = 'consolidated' \
         LEFT JOIN roster o ON o.agency_id = r.agency_id AND o.year = r.year AND o.scope = 'own' \
         WHERE r.scope = 'consolidated' AND r.published_revision IS NOT NULL \
         AND r.withdrawn_at IS NULL AND r.year = ",
    );
    sql.bind(Bind::Integer(year));
    // Whose consolidated report is not due by the roster counts where its own line does.
    if let Some(path) = within {
        sql.within("COALESCE(s.path, o.path, a.path)", path);
    }
    sql.push(" ORDER BY COALESCE(s.path, o.path, a.path)");
    let mut found = Vec::new();
    for id in sql.ids(connection)? {
        let Some(report) = reports::find(connection, &ReportId::from_stored(id))? else { continue };
        let mut lines = roster::of_agency(connection, year, &report.agency_id)?;
        let line = match lines.is_empty() {
            false => Some(lines.swap_remove(0)),
            true => {
                match agencies::find(connection, &report.agency_id)?.zip(years::find(connection, year)?) {
                    Some((agency, plan)) => {
                        let place = roster::place_of(connection, year, &agency.path)?;
                        Some(RosterEntry::of(&agency, &plan.plan, Scope::Consolidated, place))
                    }
                    None => None,
                }
            }
        };
        found.extend(line.map(|line| (line, report)));
    }
    Ok(found)
}
