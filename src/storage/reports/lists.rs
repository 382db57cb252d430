//! Who may find which reports in a list, and which way through the tables a list is made.

use super::super::deadline::still_wanted;
use super::super::dsl::{after, below, containing, counted, covered, in_order, lower, text_or, unindexed};
use super::super::prepared::Prepare;
use super::super::quick::Quick;
use super::super::revisions::RevisionRow;
use super::super::schema::{agencies, reports, revisions, roster, years};
use super::super::whole::Whole;
use super::super::{AnyConnection, Stored};
use super::order::{Column, Way};
use crate::domain::agency::{Agency, AgencyPath, Level, Uscc};
use crate::domain::page::{COUNTED, Page};
use crate::domain::report::{Heading, Report, ReportFilter, ReportHead, ReportOrder};
use crate::domain::rights::{Extent, Right, Rights};
use crate::domain::roster::RosterEntry;
use crate::domain::workflow::State;
use crate::domain::year::{ReportingYear, due_on};
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

    fn is_public(&self) -> bool {
        matches!(self, Sees::Published)
    }
}

/// The reports a caller may see, each with the revision they see of it, narrowed by a filter.
macro_rules! visible {
    ($sees:expr, $filter:expr, $way:expr, $select:expr) => {{
        let line = roster::year
            .eq(reports::year)
            .and(roster::agency_id.eq(reports::agency_id))
            .and(roster::scope.eq(reports::scope));
        // From the revisions to the reports, never back.
        let of_report = unindexed(revisions::report_id, $way.by_shown).eq(reports::id);
        let mut query = reports::table
            .inner_join(revisions::table.on(of_report))
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
            match &$sees {
                Sees::Published => query.filter(published),
                Sees::Everything => query.filter(working),
                Sees::Covered(extents) => query.filter(
                    covered(agencies::path, reports::year, extents)
                        .and(working)
                        .or(diesel::dsl::not(covered(agencies::path, reports::year, extents)).and(published)),
                ),
            };
        if $way.by_shown {
            query = query.filter(revisions::published_at.is_not_null());
        }
        if let Some(year) = $filter.year {
            query = if $way.by_shown {
                query.filter(revisions::year.eq(year))
            } else {
                query.filter(unindexed(reports::year, $way.few || $way.is_by(Column::Created)).eq(year))
            };
        }
        if let Some(agency) = &$filter.agency_id {
            query = query.filter(reports::agency_id.eq(agency.as_str()));
        }
        if let Some(path) = &$filter.within {
            query = query.filter(below(unindexed(agencies::path, !$way.few), [path]));
        }
        if let Some(scope) = $filter.scope {
            query = query.filter(reports::scope.eq(scope));
        }
        if let Some(status) = $filter.status {
            // What everybody sees is in one state.
            query = query.filter(unindexed(revisions::state, $sees.is_public()).eq(status));
        }
        if let Some(from) = $filter.published_from {
            let published_at = unindexed(revisions::published_at, !$way.is_from(Column::Shown, false));
            query = query.filter(published_at.ge(from));
        }
        if let Some(before) = $filter.published_before {
            let published_at = unindexed(revisions::published_at, !$way.is_from(Column::Shown, true));
            query = query.filter(published_at.lt(before));
        }
        if let Some(since) = $filter.updated_since {
            let updated_at = unindexed(revisions::updated_at, !$way.is_from(Column::Updated, false));
            query = query.filter(updated_at.ge(since));
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

/// A page of the reports a caller may see, whole.
pub fn list(
    connection: &mut AnyConnection,
    rights: &Rights,
    filter: &ReportFilter,
    page: &Page<ReportOrder>,
) -> Stored<Vec<Whole>> {
    type Row = (Report, RevisionRow, Agency, ReportingYear, Option<RosterEntry>);
    still_wanted()?;
    let sees = Sees::by(rights, filter.published_only);
    let way = Way::to(connection, filter, page, sees.is_public())?;
    let rows: Vec<Row> = on_each!(connection, |c| {
        let select = (
            Report::as_select(),
            RevisionRow::as_select(),
            Agency::as_select(),
            ReportingYear::as_select(),
            Option::<RosterEntry>::as_select(),
        );
        let query = visible!(sees, filter, way, select)
            .filter(after(c, &way.page, way.id, way.few))
            .order(in_order(c, &way.page, way.id, way.few));
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
) -> Stored<Vec<ReportHead>> {
    type Due = (Quick<Option<NaiveDate>>, Quick<NaiveDate>, Quick<NaiveDate>);
    type Row = (Report, HeadRow, (Option<Uscc>, AgencyPath, Level), Due);
    still_wanted()?;
    let sees = Sees::by(rights, filter.published_only);
    let way = Way::to(connection, filter, page, sees.is_public())?;
    let rows: Vec<Row> = on_each!(connection, |c| {
        let select = (
            Report::as_select(),
            HeadRow::as_select(),
            (agencies::uscc, agencies::path, agencies::level),
            (roster::due_on.nullable(), years::department_due_on, years::government_due_on),
        );
        let query = visible!(sees, filter, way, select)
            .filter(after(c, &way.page, way.id, way.few))
            .order(in_order(c, &way.page, way.id, way.few));
        query.limit(page.limit).prepared().load(c)
    })?;
    let head = |(report, row, (uscc, path, level), (line, department, government)): Row| ReportHead {
        due_on: line.0.unwrap_or_else(|| due_on(level, report.scope, department.0, government.0)),
        working: !filter.published_only && rights.may_see(&path, report.year),
        report,
        number: row.number,
        state: row.state,
        form: row.form,
        heading: row.heading,
        agency_name: row.agency_name,
        reason: row.reason,
        submitted_at: row.submitted_at,
        published_at: row.published_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
        uscc,
    };
    Ok(rows.into_iter().map(head).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = revisions)]
struct HeadRow {
    number: i32,
    state: State,
    form: String,
    #[diesel(embed)]
    heading: Heading,
    agency_name: String,
    reason: Option<String>,
    #[diesel(deserialize_as = Quick<Option<NaiveDateTime>>)]
    submitted_at: Option<NaiveDateTime>,
    #[diesel(deserialize_as = Quick<Option<NaiveDateTime>>)]
    published_at: Option<NaiveDateTime>,
    #[diesel(deserialize_as = Quick<NaiveDateTime>)]
    created_at: NaiveDateTime,
    #[diesel(deserialize_as = Quick<NaiveDateTime>)]
    updated_at: NaiveDateTime,
}

/// How many there are, up to [`COUNTED`] and one.
pub fn count(connection: &mut AnyConnection, rights: &Rights, filter: &ReportFilter) -> Stored<i64> {
    still_wanted()?;
    let (sees, way) = (Sees::by(rights, filter.published_only), Way::to_all(filter));
    Ok(on_each!(connection, |c| {
        counted(visible!(sees, filter, way, reports::id).limit(COUNTED + 1)).prepared().get_result(c)
    })?)
}

/// How many there are of all, for work that goes through them.
pub fn count_all(connection: &mut AnyConnection, rights: &Rights, filter: &ReportFilter) -> Stored<i64> {
    let (sees, way) = (Sees::by(rights, filter.published_only), Way::to_all(filter));
    Ok(on_each!(connection, |c| visible!(sees, filter, way, count_star()).prepared().get_result(c))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agency::AgencyPath;
    use crate::domain::page::{PageValue, SortKey};
    use crate::domain::report::{Scope, Timeliness};
    use crate::storage::migrate;
    use diesel::connection::SimpleConnection;
    use diesel::sql_types::Text;
    use diesel::sqlite::Sqlite;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    /// A database with a small place `a.s.` and a great one, `a.g.`.
    fn database() -> AnyConnection {
        let mut connection =
            AnyConnection::Sqlite(SqliteConnection::establish(":memory:").expect("a database"));
        migrate::run(&mut connection, &mut |_| {}).expect("migrated");
        let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001) \
            INSERT INTO agencies (id, name, level, kind, path, status, version, created_at, updated_at) \
            SELECT i, '', 'county', 'department', 'a.g.' || i || '.', 'active', 1, '', '' FROM n";
        connection.batch_execute(many).expect("agencies");
        connection
    }

    fn place(path: &str) -> ReportFilter {
        ReportFilter { within: Some(AgencyPath::from_stored(path.to_owned())), ..ReportFilter::default() }
    }

    fn keys(orders: &[(ReportOrder, bool)], begun: bool) -> Page<ReportOrder> {
        let key = |(order, descending): &(ReportOrder, bool)| {
            let after = begun.then(|| PageValue::Text(String::new()));
            SortKey { order: *order, descending: *descending, after }
        };
        let after_id = begun.then(|| "r".to_owned());
        Page { keys: orders.iter().map(key).collect(), after_id, limit: 50 }
    }

    /// How SQLite would make a page of what everybody sees, first tables first.
    fn plan(connection: &mut AnyConnection, filter: &ReportFilter, page: &Page<ReportOrder>) -> Vec<String> {
        let way = Way::to(connection, filter, page, true).expect("a way");
        let AnyConnection::Sqlite(sqlite) = connection else { panic!("it is SQLite") };
        let query = visible!(Sees::Published, filter, way, reports::id)
            .filter(after(sqlite, &way.page, way.id, way.few))
            .order(in_order(sqlite, &way.page, way.id, way.few))
            .limit(page.limit);
        let told = diesel::debug_query::<Sqlite, _>(&query).to_string();
        let (statement, _) = told.split_once(" -- binds").expect("what is bound stands behind");
        let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load::<Step>(sqlite);
        steps.expect("a plan").into_iter().map(|step| step.detail).collect()
    }

    #[test]
    fn a_small_place_is_read_agency_by_agency() {
        let mut connection = database();
        let orders = ReportOrder::ALL.iter().map(|order| keys(&[(*order, true)], true));
        for page in orders.chain([keys(&[], true)]) {
            for filter in [place("a.s."), ReportFilter { year: Some(2023), ..place("a.s.") }] {
                let plan = plan(&mut connection, &filter, &page);
                assert!(
                    plan.first().is_some_and(|step| step.contains("agencies_path (path>? AND path<?)")),
                    "{page:?}: {plan:#?}"
                );
            }
        }
    }

    #[test]
    fn what_everybody_sees_comes_in_every_order_out_of_an_index() {
        let mut connection = database();
        let filters = [
            ReportFilter::default(),
            ReportFilter { year: Some(2023), ..ReportFilter::default() },
            ReportFilter { year: Some(2023), ..place("a.g.") },
            ReportFilter {
                status: Some(State::Published),
                scope: Some(Scope::Own),
                timeliness: Some(Timeliness::Late),
                q: Some("局".to_owned()),
                ..ReportFilter::default()
            },
            ReportFilter {
                published_from: Some(NaiveDateTime::default()),
                published_before: Some(NaiveDateTime::default()),
                updated_since: Some(NaiveDateTime::default()),
                ..ReportFilter::default()
            },
        ];
        for filter in &filters {
            for (order, descending, begun) in ReportOrder::ALL.iter().flat_map(|order| {
                [(false, false), (false, true), (true, false), (true, true)]
                    .map(|(descending, begun)| (*order, descending, begun))
            }) {
                let index = match order {
                    // The names of a place stand together: it is sorted.
                    ReportOrder::AgencyName if filter.within.is_some() => continue,
                    ReportOrder::AgencyName => "revisions_shown_by_name",
                    ReportOrder::PublishedAt => "revisions_shown_by_day",
                    ReportOrder::UpdatedAt => "revisions_shown_by_update",
                    ReportOrder::CreatedAt => "reports_created",
                    ReportOrder::Status if filter.year.is_none() => "sqlite_autoindex_reports_1",
                    ReportOrder::Status | ReportOrder::Year => "reports_year",
                };
                let plan = plan(&mut connection, filter, &keys(&[(order, descending)], begun));
                let told = format!("{order:?} {descending} {filter:?}: {plan:#?}");
                let step = plan.iter().find(|step| step.contains(index)).expect(&told);
                assert!(!plan.iter().any(|step| step.contains("ORDER BY")), "{told}");
                let begins = ["(?,?)", "id>?"].iter().any(|range| step.contains(range));
                assert!(begins == begun, "a page begins where the last one ended: {told}");
            }
        }
    }
}
