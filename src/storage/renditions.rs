//! What the public reads of a report, rendered. What moves with every publication is compared when a rendition is read;
//! whoever writes anything else that it was rendered from empties it (`empty_stale`), and it is rendered anew.

use super::dsl::bytes;
use super::prepared::Prepare;
use super::quick::Quick;
use super::schema::{agencies, ledger, renditions, reports, roster, years};
use super::{AnyConnection, Stored};
use crate::domain::agency::{AgencyStatus, Level, Uscc};
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::report::Scope;
use crate::domain::year::due_on;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// A published report as it is answered, and all that it was rendered from.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = renditions, treat_none_as_default_value = false)]
pub struct Rendition {
    #[diesel(column_name = report_id)]
    pub report: ReportId,
    pub revision: i32,
    /// The version readers see.
    pub version: i64,
    pub due_on: NaiveDate,
    /// Empty: the agency has none.
    pub uscc: String,
    /// What of the tag tells apart what stands around.
    pub around: String,
    pub modified: NaiveDateTime,
    pub body: String,
}

/// A rendition that is still right.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub report: ReportId,
    pub version: i64,
    pub around: String,
    pub modified: NaiveDateTime,
    /// As bytes: it is sent as it is, and need not be read as text.
    pub body: Vec<u8>,
    /// Up to which entry the audit stands in this snapshot.
    pub seq: i64,
}

/// Puts a rendition in the place of the one that is there, unless the registry or the roster has moved since it was made.
pub fn put(connection: &mut AnyConnection, rendition: &Rendition, program: &str) -> Stored<()> {
    delete_of(connection, &rendition.report)?;
    insert!(connection, renditions::table, (rendition, renditions::program.eq(program)))?;
    empty_stale(connection, Around::Report(&rendition.report))
}

pub fn delete_of(connection: &mut AnyConnection, report: &ReportId) -> Stored<()> {
    diesel::delete(renditions::table.find(report)).execute(connection)?;
    Ok(())
}

/// What was written that stands around reports.
#[derive(Debug, Clone, Copy)]
pub enum Around<'a> {
    Report(&'a ReportId),
    /// An agency, or its lines in rosters.
    Agency(&'a AgencyId),
    /// The plan or the lines of a year.
    Year(i32),
}

/// Renditions emptied by one statement.
const TOGETHER: usize = 500;

/// What an emptied one was made by: older than any program.
const STALE: &str = "";

/// Empties what was rendered with another code of the agency, or another day that the report is due by.
pub fn empty_stale(connection: &mut AnyConnection, around: Around<'_>) -> Stored<()> {
    type Plan = (Level, Scope, NaiveDate, NaiveDate);
    type Row = (ReportId, (String, NaiveDate), Option<String>, Option<NaiveDate>, Plan);
    macro_rules! rendered {
        ($those:expr) => {{
            let line = roster::year
                .eq(reports::year)
                .and(roster::agency_id.eq(reports::agency_id))
                .and(roster::scope.eq(reports::scope));
            on_each!(connection, |c| renditions::table
                .inner_join(reports::table.on(reports::id.eq(renditions::report_id)))
                .inner_join(agencies::table.on(agencies::id.eq(reports::agency_id)))
                .inner_join(years::table.on(years::year.eq(reports::year)))
                .left_join(roster::table.on(line))
                .filter($those)
                .select((
                    renditions::report_id,
                    (renditions::uscc, renditions::due_on),
                    agencies::uscc,
                    roster::due_on.nullable(),
                    (agencies::level, reports::scope, years::department_due_on, years::government_due_on),
                ))
                .load(c))
        }};
    }
    let rows: Vec<Row> = match around {
        Around::Report(id) => rendered!(renditions::report_id.eq(id))?,
        Around::Agency(id) => rendered!(reports::agency_id.eq(id))?,
        Around::Year(year) => rendered!(reports::year.eq(year))?,
    };
    let is_stale = |(_, made, uscc, line, (level, scope, department, government)): &Row| {
        let due_on = line.unwrap_or_else(|| due_on(*level, *scope, *department, *government));
        (made.0.as_str(), made.1) != (uscc.as_deref().unwrap_or_default(), due_on)
    };
    let stale: Vec<ReportId> = rows.into_iter().filter(is_stale).map(|(report, ..)| report).collect();
    for some in stale.chunks(TOGETHER) {
        diesel::update(renditions::table.filter(renditions::report_id.eq_any(some)))
            .set((renditions::program.eq(STALE), renditions::body.eq("")))
            .execute(connection)?;
    }
    Ok(())
}

/// Which report is asked for: by its id, or by whose it is and for which year.
#[derive(Debug, Clone)]
pub enum Wanted {
    Report(ReportId),
    Agency(AgencyId, i32, Scope),
    /// Of the one active agency with this code.
    Uscc(Uscc, i32, Scope),
}

type Row = (ReportId, i64, String, Quick<NaiveDateTime>, Vec<u8>, Option<i64>);

/// What this program has rendered of a report, if all that it was rendered from is as it was.
pub fn find(connection: &mut AnyConnection, wanted: &Wanted, program: &str) -> Stored<Option<Rendered>> {
    macro_rules! found {
        ($those:expr) => {
            on_each!(connection, |c| renditions::table
                .inner_join(reports::table.on(reports::id.eq(renditions::report_id)))
                .filter(reports::withdrawn_at.is_null())
                .filter(reports::published_revision.eq(renditions::revision.nullable()))
                .filter(reports::public_version.eq(renditions::version.nullable()))
                .filter($those)
                .filter(renditions::program.eq(program))
                .select((
                    renditions::report_id,
                    renditions::version,
                    renditions::around,
                    renditions::modified,
                    bytes(renditions::body),
                    ledger::table.select(ledger::audit_seq).single_value(),
                ))
                .prepared()
                .get_result(c)
                .optional())
        };
    }
    let row: Option<Row> = match wanted {
        Wanted::Report(id) => found!(renditions::report_id.eq(id))?,
        Wanted::Agency(agency, year, scope) => {
            found!(reports::agency_id.eq(agency).and(reports::year.eq(year)).and(reports::scope.eq(scope)))?
        }
        Wanted::Uscc(code, year, scope) => {
            let of_code = agencies::status.eq(AgencyStatus::Active).and(agencies::uscc.eq(code));
            let agency = agencies::table.filter(of_code).select(agencies::id).single_value();
            found!(
                (reports::agency_id.nullable().eq(agency))
                    .and(reports::year.eq(year).and(reports::scope.eq(scope)))
            )?
        }
    };
    Ok(row.map(|(report, version, around, Quick(modified), body, seq)| Rendered {
        report,
        version,
        around,
        modified,
        body,
        seq: seq.unwrap_or_default(),
    }))
}

/// What this program has rendered of some reports, right or not.
pub fn of_reports(
    connection: &mut AnyConnection,
    reports: &[String],
    program: &str,
) -> Stored<Vec<Rendition>> {
    Ok(renditions::table
        .filter(renditions::program.eq(program).and(renditions::report_id.eq_any(reports)))
        .select(Rendition::as_select())
        .load(connection)?)
}

/// Reports whose renditions were emptied or made by an older program, at most so many.
pub fn outdated(connection: &mut AnyConnection, program: &str, most: i64) -> Stored<Vec<ReportId>> {
    let mut maker = Some(STALE.to_owned());
    // From program to program by their index: there are few.
    while let Some(name) = maker {
        if generation(&name) < generation(program) {
            let by_it = renditions::table.filter(renditions::program.eq(&name)).select(renditions::report_id);
            let found: Vec<ReportId> = by_it.limit(most).load(connection)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let later = renditions::table.filter(renditions::program.gt(&name)).select(renditions::program);
        maker = later.order(renditions::program).first(connection).optional()?;
    }
    Ok(Vec::new())
}

/// The numbers in a program's name, by which the older of two is told.
fn generation(program: &str) -> Vec<u32> {
    program.split(['.', '/']).map_while(|number| number.parse().ok()).collect()
}
