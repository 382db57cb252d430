//! Who may find which reports in a list, and which way through the tables a list is made.

use super::super::agencies::AgencyRow;
use super::super::connection::AnyConnection;
use super::super::deadline::still_wanted;
use super::super::dsl::{after, below, covered, in_order, lower, text_or, unindexed};
use super::super::error::StorageError;
use super::super::prepared::Prepare;
use super::super::revisions::RevisionRow;
use super::super::roster::RosterRow;
use super::super::schema::{agencies, reports, revisions, roster, years};
use super::super::whole::Whole;
use super::super::years::YearRow;
use super::ReportRow;
use crate::domain::agency::{AgencyPath, Level, Uscc};
use crate::domain::id::ReportId;
use crate::domain::page::{COUNTED, Page};
use crate::domain::report::{Heading, Report, ReportFilter, ReportHead, ReportOrder};
use crate::domain::rights::{Extent, Right, Rights};
use crate::domain::workflow::State;
use crate::domain::year::ReportingYear;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;

/// Which revision of which report a caller sees: the working one where a grant covers it, else what is published.
enum Sees {
    Published,
    Everything,
    Covered(Vec<Extent>),
}

impl Sees {
    fn by(rights: &Rights, published_only: bool) -> Sees {
        let extents = rights.extents(Right::SeeDrafts);
        if published_only || extents.is_empty() {
            return Sees::Published;
        }
        if extents.contains(&Extent::EVERYTHING) { Sees::Everything } else { Sees::Covered(extents) }
    }
}

/// A place with more agencies than this is passed through in the order of the list: the page is full before many
/// reports of other places were passed over.
const SMALL: i64 = 1_000;

/// Whether a list is made from the agencies of its place rather than in its order. SQLite is told, since it does not
/// know how much of a year a place is; PostgreSQL has counted, and chooses for itself.
fn by_place(
    connection: &mut AnyConnection,
    filter: &ReportFilter,
    page: &Page<ReportOrder>,
) -> Result<bool, StorageError> {
    let (AnyConnection::Sqlite(sqlite), Some(place)) = (connection, &filter.within) else { return Ok(false) };
    // In any other order than that of the ids all of it is sorted anyway: only a root is better found by its year.
    if !page.keys.is_empty() {
        return Ok(place.depth() > 1);
    }
    let within = agencies::table.filter(below(agencies::path, [place])).select(agencies::path);
    let one_more: Option<AgencyPath> =
        within.offset(SMALL).limit(1).prepared().get_result(sqlite).optional()?;
    Ok(one_more.is_none())
}

/// The reports a caller may see, each with the revision they see of it, narrowed by a filter.
macro_rules! visible {
    ($rights:expr, $filter:expr, $by_place:expr, $select:expr) => {{
        let line = roster::year
            .eq(reports::year)
            .and(roster::agency_id.eq(reports::agency_id))
            .and(roster::scope.eq(reports::scope));
        let mut query = reports::table
            .inner_join(revisions::table.on(revisions::report_id.eq(reports::id)))
            .inner_join(agencies::table.on(agencies::id.eq(reports::agency_id)))
            .inner_join(years::table.on(years::year.eq(reports::year)))
            .left_join(roster::table.on(line))
            .filter(reports::hidden_at.is_null())
            .select($select)
            .into_boxed();
        let working = revisions::number.eq(reports::working_revision);
        let published =
            revisions::number.nullable().eq(reports::published_revision).and(reports::withdrawn_at.is_null());
        query =
            match Sees::by($rights, $filter.published_only) {
                Sees::Published => query.filter(published),
                Sees::Everything => query.filter(working),
                Sees::Covered(extents) => {
                    query.filter(covered(agencies::path, reports::year, &extents).and(working).or(
                        diesel::dsl::not(covered(agencies::path, reports::year, &extents)).and(published),
                    ))
                }
            };
        if let Some(year) = $filter.year {
            query = query.filter(unindexed(reports::year, $by_place).eq(year));
        }
        if let Some(agency) = &$filter.agency_id {
            query = query.filter(reports::agency_id.eq(agency.as_str()));
        }
        if let Some(path) = &$filter.within {
            query = query.filter(below(unindexed(agencies::path, !$by_place), [path]));
        }
        if let Some(scope) = $filter.scope {
            query = query.filter(reports::scope.eq(scope));
        }
        if let Some(status) = $filter.status {
            query = query.filter(revisions::state.eq(status));
        }
        if let Some(from) = $filter.published_from {
            query = query.filter(revisions::published_at.ge(from));
        }
        if let Some(before) = $filter.published_before {
            query = query.filter(revisions::published_at.lt(before));
        }
        if let Some(since) = $filter.updated_since {
            query = query.filter(revisions::updated_at.ge(since));
        }
        if let Some(timeliness) = $filter.timeliness {
            query = query.filter(reports::timeliness.eq(timeliness));
        }
        if let Some(q) = &$filter.q {
            let named = text_or(revisions::title, "")
                .concat(" ")
                .concat(revisions::agency_name)
                .concat(" ")
                .concat(agencies::name);
            query = query.filter(lower(named).like(lower(containing(q))).escape('\\'));
        }
        query
    }};
}

/// A pattern for what holds a text, letter by letter.
fn containing(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// A page of the reports a caller may see, whole.
pub fn list(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
    page: &Page<ReportOrder>,
) -> Result<Vec<Whole>, StorageError> {
    type Row = (ReportRow, RevisionRow, AgencyRow, YearRow, Option<RosterRow>);
    still_wanted()?;
    let by_place = by_place(connection, filter, page)?;
    let rows: Vec<Row> = on_each!(connection, |c| {
        let select = (
            ReportRow::as_select(),
            RevisionRow::as_select(),
            AgencyRow::as_select(),
            YearRow::as_select(),
            Option::<RosterRow>::as_select(),
        );
        let query = visible!(rights, filter, by_place, select)
            .filter(after(c, page, by_place))
            .order(in_order(c, page, by_place));
        query.limit(page.limit).prepared().load(c)
    })?;
    rows.into_iter().map(Whole::try_from).collect()
}

/// The same, without what stands in the sections.
pub fn heads(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
    page: &Page<ReportOrder>,
) -> Result<Vec<ReportHead>, StorageError> {
    type Row = (ReportRow, HeadRow, (Option<Uscc>, AgencyPath, Level), YearRow, Option<NaiveDate>);
    still_wanted()?;
    let by_place = by_place(connection, filter, page)?;
    let rows: Vec<Row> = on_each!(connection, |c| {
        let select = (
            ReportRow::as_select(),
            HeadRow::as_select(),
            (agencies::uscc, agencies::path, agencies::level),
            YearRow::as_select(),
            roster::due_on.nullable(),
        );
        let query = visible!(rights, filter, by_place, select)
            .filter(after(c, page, by_place))
            .order(in_order(c, page, by_place));
        query.limit(page.limit).prepared().load(c)
    })?;
    let head = |(report, row, (uscc, path, level), year, due_on): Row| {
        let (report, year) = (Report::from(report), ReportingYear::from(year));
        ReportHead {
            due_on: due_on.unwrap_or_else(|| year.plan.due_on(level, report.scope)),
            working: !filter.published_only && rights.may_see(&path, report.year),
            report,
            number: row.number,
            state: row.state,
            form: row.form,
            heading: Heading {
                title: row.title,
                signed_by: row.signed_by,
                signed_on: row.signed_on,
                index_number: row.index_number,
            },
            agency_name: row.agency_name,
            reason: row.reason,
            submitted_at: row.submitted_at,
            published_at: row.published_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            uscc,
        }
    };
    Ok(rows.into_iter().map(head).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = revisions)]
struct HeadRow {
    number: i32,
    state: State,
    form: String,
    title: Option<String>,
    signed_by: Option<String>,
    signed_on: Option<NaiveDate>,
    index_number: Option<String>,
    agency_name: String,
    reason: Option<String>,
    submitted_at: Option<NaiveDateTime>,
    published_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// How many there are, up to [`COUNTED`] and one.
pub fn count(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
) -> Result<i64, StorageError> {
    still_wanted()?;
    let some: Vec<ReportId> = on_each!(connection, |c| {
        visible!(rights, filter, filter.within.is_some(), reports::id).limit(COUNTED + 1).prepared().load(c)
    })?;
    Ok(i64::try_from(some.len()).unwrap_or(i64::MAX))
}

/// How many there are of all, for work that goes through them.
pub fn count_all(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
) -> Result<i64, StorageError> {
    Ok(on_each!(connection, |c| visible!(rights, filter, filter.within.is_some(), count_star())
        .prepared()
        .get_result(c))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::migrate;
    use diesel::sql_types::Text;
    use diesel::sqlite::Sqlite;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    /// How SQLite would go through the reports of a place and a year, first tables first.
    fn plan(by_place: bool) -> Vec<String> {
        let mut connection =
            AnyConnection::Sqlite(SqliteConnection::establish(":memory:").expect("a database"));
        migrate::run(&mut connection, &mut |_| {}).expect("migrated");
        let AnyConnection::Sqlite(sqlite) = &mut connection else { panic!("it is SQLite") };
        let within = Some(AgencyPath::from_stored("a.b.".to_owned()));
        let filter = ReportFilter { year: Some(2023), within, ..ReportFilter::default() };
        let page: Page<ReportOrder> = Page { keys: Vec::new(), after_id: Some("r".to_owned()), limit: 50 };
        let query = visible!(&Rights::default(), filter, by_place, reports::id);
        let query = query
            .filter(after(sqlite, &page, by_place))
            .order(in_order(sqlite, &page, by_place))
            .limit(page.limit);
        let told = diesel::debug_query::<Sqlite, _>(&query).to_string();
        let (statement, _) = told.split_once(" -- binds").expect("what is bound stands behind");
        let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load::<Step>(sqlite);
        steps.expect("a plan").into_iter().map(|step| step.detail).collect()
    }

    #[test]
    fn a_small_place_is_read_agency_by_agency() {
        let plan = plan(true);
        assert!(
            plan.first().is_some_and(|step| step.contains("agencies_path (path>? AND path<?)")),
            "{plan:#?}"
        );
    }

    #[test]
    fn a_great_place_is_passed_through_in_order_and_never_sorted() {
        let plan = plan(false);
        assert!(plan.iter().any(|step| step.contains("reports_year (year=?")), "{plan:#?}");
        assert!(
            !plan.iter().any(|step| step.contains("agencies_path") || step.contains("ORDER BY")),
            "{plan:#?}"
        );
    }
}
