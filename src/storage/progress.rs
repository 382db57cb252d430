//! Counters of completeness, in the rows of the sums; kept in the lane, by difference.
//!
//! A line of a roster remembers what it is counted as. Whatever changes the line or its report has the
//! line looked at again, and the difference is added at each agency of its path.

use super::connection::AnyConnection;
use super::error::{StorageError, stored};
use super::listing::Sql;
use super::prepared::Prepare;
use super::schema::sums;
use super::sums::EVERYTHING;
use super::tally::{self, Difference};
use super::types::row;
use crate::domain::agency::{AgencyPath, Kind, Level};
use crate::domain::form;
use crate::domain::id::AgencyId;
use crate::domain::page::PageValue as Bind;
use crate::domain::report::Scope;
use crate::domain::statistics::{Progress, Standing};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

/// Where a line `s` with its report `r` and that one's working revision `v` stands; null: it is not due.
const STANDING: &str = "CASE WHEN s.exempt THEN NULL \
    WHEN r.published_revision IS NOT NULL AND r.withdrawn_at IS NULL \
    THEN COALESCE(r.timeliness, CASE WHEN r.first_published_on <= s.due_on THEN 'on_time' ELSE 'late' END) \
    WHEN v.state = 'draft' THEN 'draft' \
    WHEN v.state IN ('first_review', 'second_review', 'final_review') THEN 'in_review' \
    WHEN v.state = 'approved' THEN 'approved' ELSE 'missing' END";

const REPORT_OF_LINE: &str = "LEFT JOIN reports r ON r.agency_id = s.agency_id AND r.year = s.year AND r.scope = s.scope \
    LEFT JOIN revisions v ON v.report_id = r.id AND v.number = r.working_revision";

const STEP: usize = AgencyPath::STEP;

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    path: AgencyPath,
    #[diesel(sql_type = Text)]
    level: Level,
    #[diesel(sql_type = Text)]
    kind: Kind,
    #[diesel(sql_type = Nullable<Text>)]
    counted: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    standing: Option<String>,
}

/// A line as it is counted and as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub path: AgencyPath,
    pub level: Level,
    pub kind: Kind,
    pub counted: Option<Standing>,
    pub standing: Option<Standing>,
}

impl TryFrom<LineRow> for Line {
    type Error = StorageError;

    fn try_from(row: LineRow) -> Result<Line, StorageError> {
        let read = |text: Option<String>| text.map(|text| stored("standing", &text)).transpose();
        Ok(Line {
            path: row.path,
            level: row.level,
            kind: row.kind,
            counted: read(row.counted)?,
            standing: read(row.standing)?,
        })
    }
}

fn select_lines(year: i32) -> Sql {
    let mut sql = Sql::new(&format!(
        "SELECT s.path, s.level, s.kind, s.counted, {STANDING} AS standing FROM roster s {REPORT_OF_LINE} \
         WHERE s.year = "
    ));
    sql.bind(Bind::Integer(year));
    sql
}

fn lines(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
    scope: Option<Scope>,
) -> Result<Vec<Line>, StorageError> {
    let mut sql = select_lines(year);
    sql.push(" AND s.agency_id = ").bind_text(agency.as_str());
    if let Some(scope) = scope {
        sql.push(" AND s.scope = ").bind_text(scope.as_str());
    }
    sql.load::<LineRow>(connection)?.into_iter().map(Line::try_from).collect()
}

/// All lines of a year.
pub fn lines_of_year(connection: &mut AnyConnection, year: i32) -> Result<Vec<Line>, StorageError> {
    select_lines(year).load::<LineRow>(connection)?.into_iter().map(Line::try_from).collect()
}

/// Counts a line as it stands now, and no longer as it stood before; tells where it counts.
pub fn settle(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
    scope: Scope,
) -> Result<Option<(AgencyPath, Level, Kind)>, StorageError> {
    let mut place = None;
    for line in lines(connection, year, agency, Some(scope))? {
        place = Some((line.path.clone(), line.level, line.kind));
        if line.counted == line.standing {
            continue;
        }
        shift(connection, year, &line, line.counted, line.standing)?;
        let mut sql = Sql::new("UPDATE roster SET counted = ");
        match line.standing {
            Some(standing) => sql.bind_text(standing.as_str()),
            None => sql.push("NULL"),
        };
        sql.push(" WHERE year = ").bind(Bind::Integer(year));
        sql.push(" AND agency_id = ").bind_text(agency.as_str());
        sql.push(" AND scope = ").bind_text(scope.as_str());
        sql.execute(connection)?;
    }
    Ok(place)
}

/// Counts an agency's lines (or the one of a scope) no more; they are about to go.
pub fn leave(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
    scope: Option<Scope>,
) -> Result<(), StorageError> {
    for line in lines(connection, year, agency, scope)? {
        shift(connection, year, &line, line.counted, None)?;
    }
    Ok(())
}

/// Adds the difference between two standings of a line at each agency of its path.
fn shift(
    connection: &mut AnyConnection,
    year: i32,
    line: &Line,
    before: Option<Standing>,
    after: Option<Standing>,
) -> Result<(), StorageError> {
    let mut difference = Progress::default();
    difference.merge(&after.map(Progress::of).unwrap_or_default(), 1);
    difference.merge(&before.map(Progress::of).unwrap_or_default(), -1);
    let nodes: Vec<String> = std::iter::once(EVERYTHING).chain(line.path.ids()).map(str::to_owned).collect();
    let part = Part {
        form: form::for_year(year).id.clone(),
        level: line.level.as_str().to_owned(),
        kind: line.kind.as_str().to_owned(),
        progress: difference,
    };
    add(connection, year, &nodes, &part, 1)
}

/// Counters of one form, level and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub form: String,
    pub level: String,
    pub kind: String,
    pub progress: Progress,
}

/// Adds counters to those of some agencies, or takes them away.
pub(super) fn add(
    connection: &mut AnyConnection,
    year: i32,
    nodes: &[String],
    part: &Part,
    sign: i64,
) -> Result<(), StorageError> {
    let mut difference = Progress::default();
    difference.merge(&part.progress, sign);
    if difference == Progress::default() {
        return Ok(());
    }
    let of = (part.form.as_str(), part.level.as_str(), part.kind.as_str());
    tally::add(connection, year, nodes, of, &Difference { progress: difference, ..Difference::default() })
}

/// Counts a whole year anew, in a handful of statements.
pub fn recount(connection: &mut AnyConnection, year: i32) -> Result<(), StorageError> {
    count_lines(connection, year, "")?;
    count_nodes(connection, year)
}

/// The same where only lines about which something was filed can count otherwise than they did.
pub fn recount_filed(connection: &mut AnyConnection, year: i32) -> Result<(), StorageError> {
    let filed = " AND EXISTS (SELECT 1 FROM reports f WHERE f.agency_id = roster.agency_id \
         AND f.year = roster.year AND f.scope = roster.scope)";
    count_lines(connection, year, filed)?;
    count_nodes(connection, year)
}

fn count_lines(connection: &mut AnyConnection, year: i32, those: &str) -> Result<(), StorageError> {
    let mut sql = Sql::new(&format!(
        "UPDATE roster SET counted = (SELECT {STANDING} FROM roster s {REPORT_OF_LINE} \
         WHERE s.year = roster.year AND s.agency_id = roster.agency_id AND s.scope = roster.scope) WHERE year = "
    ));
    sql.bind(Bind::Integer(year));
    sql.push(those);
    sql.execute(connection)?;
    Ok(())
}

fn count_nodes(connection: &mut AnyConnection, year: i32) -> Result<(), StorageError> {
    tally::settle(connection)?;
    let mut sql = Sql::new(
        "UPDATE sums SET expected = 0, draft = 0, in_review = 0, approved = 0, published = 0, on_time = 0, \
         archived = 0 WHERE year = ",
    );
    sql.bind(Bind::Integer(year));
    sql.execute(connection)?;
    let mut sql =
        Sql::new("SELECT CAST(COALESCE(MAX(length(path)), 0) AS BIGINT) AS total FROM roster WHERE year = ");
    sql.bind(Bind::Integer(year));
    let deepest = sql.total(connection)? / i64::try_from(STEP).unwrap_or(i64::MAX);
    let counted =
        |those: &str| format!("CAST(SUM(CASE WHEN s.counted IN ({those}) THEN 1 ELSE 0 END) AS BIGINT)");
    let mut sql = Sql::new(&format!(
        "INSERT INTO sums (year, node, form, level, kind, reports, cells, present, \
         expected, draft, in_review, approved, published, on_time, archived) \
         WITH RECURSIVE depths (depth) AS (SELECT 0 UNION ALL SELECT depth + 1 FROM depths WHERE depth < {deepest}) \
         SELECT s.year, CASE WHEN d.depth = 0 THEN '{EVERYTHING}' ELSE substr(s.path, {STEP} * d.depth - {STEP} + 1, {STEP} - 1) END \
         AS place, "
    ));
    sql.push("CAST(").bind_text(form::for_year(year).id.as_str()).push(" AS TEXT)");
    sql.push(&format!(
        ", s.level, s.kind, 0, '', '', COUNT(*), {}, {}, {}, {}, {}, {} FROM roster s \
         JOIN depths d ON length(s.path) >= {STEP} * d.depth WHERE s.counted IS NOT NULL AND s.year = ",
        counted("'draft'"),
        counted("'in_review'"),
        counted("'approved'"),
        counted("'on_time', 'late', 'archived'"),
        counted("'on_time'"),
        counted("'archived'"),
    ));
    sql.bind(Bind::Integer(year));
    sql.push(
        " GROUP BY s.year, place, s.level, s.kind ON CONFLICT (year, node, form, level, kind) DO UPDATE SET \
         expected = excluded.expected, draft = excluded.draft, in_review = excluded.in_review, \
         approved = excluded.approved, published = excluded.published, on_time = excluded.on_time, \
         archived = excluded.archived",
    );
    sql.execute(connection)?;
    let empty = sums::year.eq(year).and(sums::reports.eq(0)).and(sums::expected.eq(0));
    diesel::delete(sums::table.filter(empty)).execute(connection)?;
    Ok(())
}

row!(
    #[derive(Insertable, Queryable, Selectable)]
    #[diesel(table_name = sums)]
    pub(super) ProgressRow of Progress {
        expected: i64,
        draft: i64,
        in_review: i64,
        approved: i64,
        published: i64,
        on_time: i64,
        archived: i64,
    }
);

/// How far the reports at and below some agencies are; a node may come several times.
pub fn of_nodes(
    connection: &mut AnyConnection,
    year: i32,
    nodes: &[String],
) -> Result<Vec<(String, Progress)>, StorageError> {
    tally::settle(connection)?;
    let rows: Vec<(String, ProgressRow)> = on_each!(connection, |c| sums::table
        .filter(sums::year.eq(year).and(sums::node.eq_any(nodes)))
        .select((sums::node, ProgressRow::as_select()))
        .prepared_for(nodes.len())
        .load(c))?;
    Ok(rows.into_iter().map(|(node, counters)| (node, Progress::from(counters))).collect())
}

/// The counters of one node (`None`: of every node) in a year, by form, level and kind.
pub fn parts(
    connection: &mut AnyConnection,
    year: i32,
    node: Option<&str>,
) -> Result<Vec<(String, Part)>, StorageError> {
    tally::settle(connection)?;
    type Row = (String, String, String, String, ProgressRow);
    let rows: Vec<Row> = on_each!(connection, |c| {
        let mut query = sums::table
            .filter(sums::year.eq(year))
            .select((sums::node, sums::form, sums::level, sums::kind, ProgressRow::as_select()))
            .into_boxed();
        if let Some(node) = node {
            query = query.filter(sums::node.eq(node));
        }
        query.load(c)
    })?;
    let parts = rows.into_iter().map(|(node, form, level, kind, counters)| {
        (node, Part { form, level, kind, progress: Progress::from(counters) })
    });
    Ok(parts.filter(|(_, part)| part.progress != Progress::default()).collect())
}
