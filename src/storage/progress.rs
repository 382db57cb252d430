//! Counters of completeness, in the rows of the sums; kept in the lane, by difference.
//!
//! A line of a roster remembers what it is counted as. Whatever changes the line or its report has the
//! line looked at again, and the difference is added at each agency of its path.

use super::dsl::among;
use super::prepared::Prepare;
use super::recounts::Place;
use super::schema::{reports, revisions, roster, sums};
use super::sql::yearly;
use super::sums::EVERYTHING;
use super::tally::{self, Difference};
use super::types::row;
use super::{AnyConnection, Stored};
use crate::domain::agency::{AgencyPath, Kind, Level};
use crate::domain::form;
use crate::domain::id::AgencyId;
use crate::domain::report::{Scope, Timeliness, judge_timeliness};
use crate::domain::statistics::{Progress, Standing};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A line as it is counted and as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    agency_id: AgencyId,
    scope: Scope,
    pub path: AgencyPath,
    pub level: Level,
    pub kind: Kind,
    pub counted: Option<Standing>,
    pub standing: Option<Standing>,
}

/// What was filed about a line.
type FiledRow = (Option<i32>, Option<NaiveDateTime>, Option<Timeliness>, Option<NaiveDate>, Option<String>);

#[derive(Queryable, Selectable)]
#[diesel(table_name = roster)]
struct LineRow {
    agency_id: AgencyId,
    scope: Scope,
    path: AgencyPath,
    level: Level,
    kind: Kind,
    due_on: NaiveDate,
    exempt: bool,
    counted: Option<Standing>,
}

impl From<(LineRow, FiledRow)> for Line {
    fn from((line, filed): (LineRow, FiledRow)) -> Line {
        let (published, withdrawn_at, timeliness, first_published_on, state) = filed;
        let shown = published.is_some() && withdrawn_at.is_none();
        // A program that did not know of the column has published it.
        let judged = first_published_on.map(|day| judge_timeliness(day, line.due_on));
        let shown = shown.then(|| timeliness.or(judged).unwrap_or(Timeliness::Late));
        Line {
            // A state that nobody knows is told by whoever reads the revision.
            standing: Standing::of(line.exempt, shown, state.and_then(|state| state.parse().ok())),
            agency_id: line.agency_id,
            scope: line.scope,
            path: line.path,
            level: line.level,
            kind: line.kind,
            counted: line.counted,
        }
    }
}

/// The lines of a year, each with what was filed about it.
macro_rules! lines {
    ($year:expr) => {
        roster::table
            .left_join(
                reports::table.on(reports::agency_id
                    .eq(roster::agency_id)
                    .and(reports::year.eq(roster::year))
                    .and(reports::scope.eq(roster::scope))),
            )
            .left_join(revisions::table.on(
                revisions::report_id.eq(reports::id).and(revisions::number.eq(reports::working_revision)),
            ))
            .filter(roster::year.eq($year))
            .select((
                LineRow::as_select(),
                (
                    reports::published_revision.nullable(),
                    reports::withdrawn_at.nullable(),
                    reports::timeliness.nullable(),
                    reports::first_published_on.nullable(),
                    revisions::state.nullable(),
                ),
            ))
    };
}

/// The lines of some agencies in a year.
fn lines(
    connection: &mut AnyConnection,
    year: i32,
    agencies: &[&AgencyId],
    scopes: &[Scope],
) -> Stored<Vec<Line>> {
    let rows: Vec<(LineRow, FiledRow)> = on_each!(connection, |c| lines!(year)
        .filter(among!(roster::agency_id, agencies.iter().copied()).and(among!(roster::scope, scopes)))
        .prepared_for(agencies.len())
        .load(c))?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// All lines of a year.
pub fn lines_of_year(connection: &mut AnyConnection, year: i32) -> Stored<Vec<Line>> {
    let rows: Vec<(LineRow, FiledRow)> = lines!(year).load(connection)?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// What names a line of a roster.
pub(super) type LineKey = (i32, Scope, AgencyId);

/// Counts lines as they stand now, and no longer as they stood before; tells where each counts.
pub(super) fn settle(connection: &mut AnyConnection, keys: &[LineKey]) -> Stored<HashMap<LineKey, Place>> {
    let mut agencies: BTreeMap<(i32, Scope), BTreeSet<&AgencyId>> = BTreeMap::new();
    for (year, scope, agency) in keys {
        agencies.entry((*year, *scope)).or_default().insert(agency);
    }
    let mut places = HashMap::new();
    for ((year, scope), agencies) in agencies {
        let agencies: Vec<&AgencyId> = agencies.into_iter().collect();
        for some in agencies.chunks(connection.keys_at_once()) {
            let lines = lines(connection, year, some, &[scope])?;
            for line in lines.iter().filter(|line| line.counted != line.standing) {
                shift(connection, year, line, line.counted, line.standing)?;
            }
            count_as_they_stand(connection, year, &lines)?;
            places.extend(
                lines
                    .into_iter()
                    .map(|line| ((year, scope, line.agency_id), (line.path, line.level, line.kind))),
            );
        }
    }
    Ok(places)
}

/// Counts an agency's lines (or the one of a scope) no more; they are about to go.
pub fn leave(
    connection: &mut AnyConnection,
    year: i32,
    agency: &AgencyId,
    scope: Option<Scope>,
) -> Stored<()> {
    let scopes = scope.as_ref().map_or(Scope::ALL, std::slice::from_ref);
    for line in lines(connection, year, &[agency], scopes)? {
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
) -> Stored<()> {
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
) -> Stored<()> {
    let mut difference = Progress::default();
    difference.merge(&part.progress, sign);
    if difference == Progress::default() {
        return Ok(());
    }
    let of = (part.form.as_str(), part.level.as_str(), part.kind.as_str());
    tally::add(connection, year, nodes, of, &Difference { progress: difference, ..Difference::default() })
}

/// Counts a whole year anew.
pub fn recount(connection: &mut AnyConnection, year: i32) -> Stored<()> {
    let lines = lines_of_year(connection, year)?;
    count_as_they_stand(connection, year, &lines)?;
    yearly::count_nodes(connection, year)
}

/// The same where only lines about which something was filed can count otherwise than they did.
pub fn recount_filed(connection: &mut AnyConnection, year: i32) -> Stored<()> {
    let rows: Vec<(LineRow, FiledRow)> = lines!(year).filter(reports::id.is_not_null()).load(connection)?;
    let lines: Vec<Line> = rows.into_iter().map(Line::from).collect();
    count_as_they_stand(connection, year, &lines)?;
    yearly::count_nodes(connection, year)
}

/// Lines that are counted by one statement.
const TOGETHER: usize = 5_000;

/// Has lines remember that they are counted as they stand.
fn count_as_they_stand(connection: &mut AnyConnection, year: i32, lines: &[Line]) -> QueryResult<()> {
    let mut moved: BTreeMap<(Scope, Option<Standing>), Vec<&AgencyId>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.counted != line.standing) {
        moved.entry((line.scope, line.standing)).or_default().push(&line.agency_id);
    }
    for ((scope, standing), agencies) in moved {
        for some in agencies.chunks(TOGETHER) {
            let here = roster::year
                .eq(year)
                .and(roster::scope.eq(scope))
                .and(among!(roster::agency_id, some.iter().copied()));
            on_each!(connection, |c| diesel::update(roster::table.filter(here))
                .set(roster::counted.eq(standing))
                .prepared_for(some.len())
                .execute(c))?;
        }
    }
    Ok(())
}

row!(
    #[derive(Insertable, Queryable, Selectable)]
    #[diesel(table_name = sums, treat_none_as_default_value = false)]
    ProgressRow of Progress {
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
) -> Stored<Vec<(String, Progress)>> {
    tally::settle(connection)?;
    Ok(on_each!(connection, |c| sums::table
        .filter(sums::year.eq(year).and(sums::node.eq_any(nodes)))
        .select((sums::node, Progress::as_select()))
        .prepared_for(nodes.len())
        .load(c))?)
}

/// The counters of one node (`None`: of every node) in a year, by form, level and kind.
pub fn parts(connection: &mut AnyConnection, year: i32, node: Option<&str>) -> Stored<Vec<(String, Part)>> {
    tally::settle(connection)?;
    type Row = (String, String, String, String, Progress);
    let rows: Vec<Row> = on_each!(connection, |c| {
        let mut query = sums::table
            .filter(sums::year.eq(year))
            .select((sums::node, sums::form, sums::level, sums::kind, Progress::as_select()))
            .into_boxed();
        if let Some(node) = node {
            query = query.filter(sums::node.eq(node));
        }
        query.load(c)
    })?;
    let parts = rows
        .into_iter()
        .map(|(node, form, level, kind, progress)| (node, Part { form, level, kind, progress }));
    Ok(parts.filter(|(_, part)| part.progress != Progress::default()).collect())
}
