//! Rows of the sums and of what each report contributes to them; kept in the lane, by difference.

use super::connection::AnyConnection;
use super::error::{StorageError, stored};
use super::listing::{Bind, Sql};
use super::schema::{contributions, sums};
use crate::domain::agency::{AgencyPath, Kind, Level};
use crate::domain::figures::Figures;
use crate::domain::form::{self, Form};
use crate::domain::id::ReportId;
use crate::domain::statistics::{Sum, SumFault};
use diesel::prelude::*;

/// The node over all roots.
pub const EVERYTHING: &str = "";

/// What a published own report adds, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    pub report_id: String,
    pub year: i32,
    pub path: AgencyPath,
    pub level: Level,
    pub kind: Kind,
    pub figures: Figures,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = contributions)]
struct ContributionRow {
    report_id: String,
    year: i32,
    form: String,
    path: String,
    level: String,
    kind: String,
    cells: String,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = sums)]
struct SumRow {
    year: i32,
    node: String,
    form: String,
    level: String,
    kind: String,
    reports: i64,
    cells: String,
    present: String,
}

/// One row of an agency's sums: the reports of one level and kind below it, in one form.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSum {
    pub node: String,
    pub level: Level,
    pub kind: Kind,
    pub sum: Sum,
}

impl From<SumFault> for StorageError {
    fn from(_: SumFault) -> StorageError {
        StorageError::Malformed { what: "sum", value: String::new() }
    }
}

impl TryFrom<ContributionRow> for Contribution {
    type Error = StorageError;

    fn try_from(row: ContributionRow) -> Result<Contribution, StorageError> {
        let figures = Figures::from_flat(&row.form, &row.cells)
            .map_err(|_| StorageError::Malformed { what: "cells", value: row.form.clone() })?;
        Ok(Contribution {
            report_id: row.report_id,
            year: row.year,
            path: AgencyPath::from_stored(row.path),
            level: stored("level", &row.level)?,
            kind: stored("kind", &row.kind)?,
            figures,
        })
    }
}

impl TryFrom<SumRow> for StoredSum {
    type Error = StorageError;

    fn try_from(row: SumRow) -> Result<StoredSum, StorageError> {
        let malformed = || StorageError::Malformed { what: "sum", value: row.node.clone() };
        let form = form::by_id(&row.form).ok_or_else(malformed)?;
        let numbers = |text: &str| serde_json::from_str::<Vec<i64>>(text).map_err(|_| malformed());
        let sum = Sum::of_stored(form, row.reports, numbers(&row.cells)?, numbers(&row.present)?)?;
        Ok(StoredSum {
            level: stored("level", &row.level)?,
            kind: stored("kind", &row.kind)?,
            node: row.node,
            sum,
        })
    }
}

pub fn find_contribution(
    connection: &mut AnyConnection,
    report: &ReportId,
) -> Result<Option<Contribution>, StorageError> {
    let row: Option<ContributionRow> = contributions::table
        .filter(contributions::report_id.eq(report.as_str()))
        .select(ContributionRow::as_select())
        .first(connection)
        .optional()?;
    row.map(Contribution::try_from).transpose()
}

/// Adds what a report contributes (`None`: nothing any more) in the place of what it contributed before.
pub fn settle(
    connection: &mut AnyConnection,
    report: &ReportId,
    next: Option<&Contribution>,
) -> Result<(), StorageError> {
    if let Some(before) = find_contribution(connection, report)? {
        shift(connection, &before, -1)?;
        diesel::delete(contributions::table.filter(contributions::report_id.eq(report.as_str())))
            .execute(connection)?;
    }
    let Some(next) = next else { return Ok(()) };
    shift(connection, next, 1)?;
    let row = ContributionRow {
        report_id: next.report_id.clone(),
        year: next.year,
        form: next.figures.form().id.clone(),
        path: next.path.as_str().to_owned(),
        level: next.level.as_str().to_owned(),
        kind: next.kind.as_str().to_owned(),
        cells: next.figures.to_flat(),
    };
    on_each!(connection, |c| diesel::insert_into(contributions::table).values(&row).execute(c))?;
    Ok(())
}

/// Adds or takes away one vector at each agency of its path.
fn shift(connection: &mut AnyConnection, what: &Contribution, sign: i64) -> Result<(), StorageError> {
    let mut one = Sum::empty(what.figures.form());
    one.count(&what.figures, 1)?;
    let nodes: Vec<String> = std::iter::once(EVERYTHING).chain(what.path.ids()).map(str::to_owned).collect();
    let part = StoredSum { node: String::new(), level: what.level, kind: what.kind, sum: one };
    add(connection, what.year, &nodes, &[part], sign)
}

/// Adds sums (whatever node they are of) to those of some agencies.
fn add(
    connection: &mut AnyConnection,
    year: i32,
    nodes: &[String],
    parts: &[StoredSum],
    sign: i64,
) -> Result<(), StorageError> {
    let mut rows = of_nodes(connection, year, nodes)?;
    for node in nodes {
        for part in parts {
            let same = |row: &&mut StoredSum| {
                row.node == *node
                    && (row.level, row.kind) == (part.level, part.kind)
                    && *row.sum.form() == *part.sum.form()
            };
            if let Some(row) = rows.iter_mut().find(same) {
                row.sum.merge(&part.sum, sign)?;
                continue;
            }
            let mut sum = Sum::empty(part.sum.form());
            sum.merge(&part.sum, sign)?;
            rows.push(StoredSum { node: node.clone(), level: part.level, kind: part.kind, sum });
        }
    }
    diesel::delete(sums::table.filter(sums::year.eq(year).and(sums::node.eq_any(nodes))))
        .execute(connection)?;
    let kept: Vec<SumRow> =
        rows.iter().filter(|row| row.sum.reports != 0).map(|row| row_of(year, row)).collect();
    match connection {
        AnyConnection::Postgres(inner) => {
            diesel::insert_into(sums::table).values(&kept).execute(inner)?;
        }
        AnyConnection::Sqlite(inner) => {
            for row in &kept {
                diesel::insert_into(sums::table).values(row).execute(inner)?;
            }
        }
    }
    Ok(())
}

fn row_of(year: i32, row: &StoredSum) -> SumRow {
    let numbers = |numbers: &[i64]| serde_json::to_string(numbers).unwrap_or_default();
    SumRow {
        year,
        node: row.node.clone(),
        form: row.sum.form().id.clone(),
        level: row.level.as_str().to_owned(),
        kind: row.kind.as_str().to_owned(),
        reports: row.sum.reports,
        cells: numbers(row.sum.cells()),
        present: numbers(row.sum.present()),
    }
}

/// The sums of some agencies in a year.
pub fn of_nodes(
    connection: &mut AnyConnection,
    year: i32,
    nodes: &[String],
) -> Result<Vec<StoredSum>, StorageError> {
    let rows: Vec<SumRow> = sums::table
        .filter(sums::year.eq(year).and(sums::node.eq_any(nodes)))
        .select(SumRow::as_select())
        .order((sums::node, sums::form, sums::level, sums::kind))
        .load(connection)?;
    rows.into_iter().map(StoredSum::try_from).collect()
}

/// Moves a subtree's own sums from the agencies above its old place to those above its new one.
pub fn move_subtree(
    connection: &mut AnyConnection,
    year: i32,
    from: &AgencyPath,
    to: &AgencyPath,
) -> Result<(), StorageError> {
    let above = |path: &AgencyPath| {
        let mut ids: Vec<String> = path.ids().map(str::to_owned).collect();
        let own = ids.pop();
        (ids, own)
    };
    let ((old, own), (new, _)) = (above(from), above(to));
    let parts = of_nodes(connection, year, &own.into_iter().collect::<Vec<String>>())?;
    if !parts.is_empty() {
        add(connection, year, &old, &parts, -1)?;
        add(connection, year, &new, &parts, 1)?;
    }
    let mut sql = Sql::new("UPDATE contributions SET path = ");
    sql.bind_text(to.as_str());
    sql.push(&format!(" || substr(path, {}) WHERE year = ", from.as_str().len() + 1))
        .bind(Bind::Integer(year));
    sql.within("path", from);
    Ok(sql.execute(connection).map(|_| ())?)
}

/// A page of all contributions of a year, by report.
pub fn contributions_of(
    connection: &mut AnyConnection,
    year: i32,
    after: &str,
    limit: i64,
) -> Result<Vec<Contribution>, StorageError> {
    let rows: Vec<ContributionRow> = contributions::table
        .filter(contributions::year.eq(year).and(contributions::report_id.gt(after)))
        .select(ContributionRow::as_select())
        .order(contributions::report_id)
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(Contribution::try_from).collect()
}

/// All sums of a year.
pub fn of_year(connection: &mut AnyConnection, year: i32) -> Result<Vec<StoredSum>, StorageError> {
    let rows: Vec<SumRow> = sums::table
        .filter(sums::year.eq(year))
        .select(SumRow::as_select())
        .order((sums::node, sums::form, sums::level, sums::kind))
        .load(connection)?;
    rows.into_iter().map(StoredSum::try_from).collect()
}

/// Throws a year's contributions and sums away, to be made anew.
pub fn delete_year(connection: &mut AnyConnection, year: i32) -> QueryResult<()> {
    diesel::delete(sums::table.filter(sums::year.eq(year))).execute(connection)?;
    diesel::delete(contributions::table.filter(contributions::year.eq(year))).execute(connection).map(|_| ())
}

/// The sum of several rows, each converted to one form.
pub fn in_form(rows: &[StoredSum], form: &'static Form) -> Result<Sum, SumFault> {
    let mut total = Sum::empty(form);
    for row in rows {
        total.merge(&crate::domain::statistics::convert(&row.sum, form), 1)?;
    }
    Ok(total)
}

/// One group of a year's roster: how many reports are due and how far they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct Progress {
    /// The path of the child, or of the whole place.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub place: String,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub expected: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub draft: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub in_review: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub approved: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub published: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub on_time: i64,
}

/// How far the reports of a year are below a place (`None`: everywhere), grouped by what paths begin with.
pub fn progress(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
    length: usize,
) -> Result<Vec<Progress>, StorageError> {
    let published = "r.published_revision IS NOT NULL AND r.withdrawn_at IS NULL";
    let counted = |condition: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
    };
    let open =
        |states: &str| counted(&format!("NOT ({published}) AND r.id IS NOT NULL AND v.state IN ({states})"));
    let mut sql = Sql::new(&format!(
        "SELECT substr(s.path, 1, {length}) AS place, CAST(COUNT(*) AS BIGINT) AS expected, {} AS draft, \
         {} AS in_review, {} AS approved, {} AS published, {} AS on_time FROM roster s \
         LEFT JOIN reports r ON r.agency_id = s.agency_id AND r.year = s.year AND r.scope = s.scope \
         LEFT JOIN revisions v ON v.report_id = r.id AND v.number = r.working_revision \
         WHERE s.exempt = FALSE AND s.year = ",
        open("'draft'"),
        open("'first_review', 'second_review', 'final_review'"),
        open("'approved'"),
        counted(published),
        counted(&format!("{published} AND r.first_published_on <= s.due_on")),
    ));
    sql.bind(Bind::Integer(year));
    if let Some(path) = within {
        sql.within("s.path", path);
    }
    sql.push(" GROUP BY place ORDER BY place");
    Ok(sql.load(connection)?)
}

/// The reports (with their published revisions) that are in a place's sums, as far as a limit.
pub fn contributing(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
    limit: i64,
) -> Result<Vec<(String, i32)>, StorageError> {
    use super::schema::reports;
    let rows: Vec<(String, Option<i32>)> = on_each!(connection, |c| {
        let mut query = contributions::table
            .inner_join(reports::table.on(reports::id.eq(contributions::report_id)))
            .filter(contributions::year.eq(year))
            .select((contributions::report_id, reports::published_revision))
            .into_boxed();
        if let Some(path) = within {
            let here = contributions::path.ge(path.as_str()).and(contributions::path.lt(path.range_end()));
            query = query.filter(here);
        }
        query.order(contributions::report_id).limit(limit).load(c)
    })?;
    Ok(rows.into_iter().map(|(report, revision)| (report, revision.unwrap_or_default())).collect())
}
