//! Rows of the sums and of what each report contributes to them; kept in the lane, by difference.

use super::dsl::{among, below, moved};
use super::error::stored;
use super::prepared::Prepare;
use super::progress;
use super::schema::{contributions, sums};
use super::tally::{self, Difference};
use super::types::grouped;
use super::{AnyConnection, StorageError, Stored};
use crate::domain::agency::{AgencyPath, Kind, Level};
use crate::domain::figures::Figures;
use crate::domain::flat::read_numbers;
use crate::domain::form::{self, Form};
use crate::domain::statistics::{Sum, SumFault, convert};
use diesel::prelude::*;
use std::collections::{BTreeMap, HashMap};

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
#[diesel(table_name = contributions, treat_none_as_default_value = false)]
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
#[diesel(table_name = sums, treat_none_as_default_value = false)]
pub(super) struct SumRow {
    pub year: i32,
    pub node: String,
    pub form: String,
    pub level: String,
    pub kind: String,
    pub reports: i64,
    pub cells: String,
    pub present: String,
}

impl SumRow {
    pub fn of(year: i32, row: &StoredSum) -> SumRow {
        let numbers = |numbers: &[i64]| serde_json::to_string(numbers).unwrap_or_default();
        let is_empty = row.sum.reports == 0;
        let whole = row.sum.present().iter().all(|count| *count == row.sum.reports);
        SumRow {
            year,
            node: row.node.clone(),
            form: row.sum.form().id.clone(),
            level: row.level.as_str().to_owned(),
            kind: row.kind.as_str().to_owned(),
            reports: row.sum.reports,
            cells: if is_empty { String::new() } else { numbers(row.sum.cells()) },
            present: if is_empty || whole { String::new() } else { numbers(row.sum.present()) },
        }
    }
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

    fn try_from(row: ContributionRow) -> Stored<Contribution> {
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

impl From<&Contribution> for ContributionRow {
    fn from(one: &Contribution) -> ContributionRow {
        ContributionRow {
            report_id: one.report_id.clone(),
            year: one.year,
            form: one.figures.form().id.clone(),
            path: one.path.as_str().to_owned(),
            level: one.level.as_str().to_owned(),
            kind: one.kind.as_str().to_owned(),
            cells: one.figures.to_flat(),
        }
    }
}

impl TryFrom<SumRow> for StoredSum {
    type Error = StorageError;

    fn try_from(row: SumRow) -> Stored<StoredSum> {
        let malformed = || StorageError::Malformed { what: "sum", value: row.node.clone() };
        let form = form::by_id(&row.form).ok_or_else(malformed)?;
        let numbers = |text: &str, each: i64| match text {
            "" => Ok(vec![each; form.cells.len()]),
            text => read_numbers(text, form.cells.len()).ok_or_else(malformed),
        };
        // No cells: a row that only counts what is due. No counts: all reports filled in every cell.
        let (cells, present) = (numbers(&row.cells, 0)?, numbers(&row.present, row.reports)?);
        let sum = Sum::of_stored(form, row.reports, cells, present)?;
        Ok(StoredSum {
            level: stored("level", &row.level)?,
            kind: stored("kind", &row.kind)?,
            node: row.node,
            sum,
        })
    }
}

/// What some reports contribute.
pub fn find_contributions(connection: &mut AnyConnection, reports: &[&str]) -> Stored<Vec<Contribution>> {
    let rows: Vec<ContributionRow> = on_each!(connection, |c| contributions::table
        .filter(among!(contributions::report_id, reports))
        .select(ContributionRow::as_select())
        .prepared_for(reports.len())
        .load(c))?;
    rows.into_iter().map(Contribution::try_from).collect()
}

/// Adds what reports contribute (`None`: nothing any more) in the place of what they contributed before.
pub fn settle(connection: &mut AnyConnection, next: &BTreeMap<String, Option<Contribution>>) -> Stored<()> {
    let reports: Vec<&str> = next.keys().map(String::as_str).collect();
    for some in reports.chunks(connection.keys_at_once()) {
        let before = find_contributions(connection, some)?;
        let mut before: HashMap<&str, &Contribution> =
            before.iter().map(|one| (one.report_id.as_str(), one)).collect();
        let (mut gone, mut rows) = (Vec::new(), Vec::new());
        for (report, next) in some.iter().filter_map(|report| next.get_key_value(*report)) {
            let before = before.remove(report.as_str());
            if before == next.as_ref() {
                continue;
            }
            if let Some(before) = before {
                shift(connection, before, -1)?;
                gone.push(report.as_str());
            }
            if let Some(next) = next {
                shift(connection, next, 1)?;
                rows.push(ContributionRow::from(next));
            }
        }
        if !gone.is_empty() {
            diesel::delete(contributions::table.filter(contributions::report_id.eq_any(gone)))
                .execute(connection)?;
        }
        insert_all!(connection, contributions::table, &rows);
    }
    Ok(())
}

/// Adds or takes away one vector at each agency of its path.
fn shift(connection: &mut AnyConnection, what: &Contribution, sign: i64) -> Stored<()> {
    let mut one = Sum::empty(what.figures.form());
    one.count(&what.figures, 1)?;
    let nodes: Vec<String> = std::iter::once(EVERYTHING).chain(what.path.ids()).map(str::to_owned).collect();
    let part = StoredSum { node: String::new(), level: what.level, kind: what.kind, sum: one };
    add(connection, what.year, &nodes, &part, sign)
}

/// Adds a sum (whatever node it is of) to those of some agencies, or takes it away.
fn add(
    connection: &mut AnyConnection,
    year: i32,
    nodes: &[String],
    part: &StoredSum,
    sign: i64,
) -> Stored<()> {
    let mut sum = Sum::empty(part.sum.form());
    sum.merge(&part.sum, sign)?;
    let of = (sum.form().id.as_str(), part.level.as_str(), part.kind.as_str());
    tally::add(connection, year, nodes, of, &Difference { sum: Some(sum), ..Difference::default() })
}

/// The sums of some agencies in a year.
pub fn of_nodes(connection: &mut AnyConnection, year: i32, nodes: &[String]) -> Stored<Vec<StoredSum>> {
    tally::settle(connection)?;
    let rows: Vec<SumRow> = on_each!(connection, |c| sums::table
        .filter(sums::year.eq(year).and(sums::node.eq_any(nodes)).and(sums::reports.ne(0)))
        .select(SumRow::as_select())
        .order((sums::node, sums::form, sums::level, sums::kind))
        .prepared_for(nodes.len())
        .load(c))?;
    rows.into_iter().map(StoredSum::try_from).collect()
}

/// The sums of an agency in some years, by year.
pub fn of_node_in(
    connection: &mut AnyConnection,
    years: &[i32],
    node: &str,
) -> Stored<HashMap<i32, Vec<StoredSum>>> {
    tally::settle(connection)?;
    let rows: Vec<SumRow> = on_each!(connection, |c| sums::table
        .filter(sums::year.eq_any(years).and(sums::node.eq(node)).and(sums::reports.ne(0)))
        .select(SumRow::as_select())
        .order((sums::year, sums::form, sums::level, sums::kind))
        .prepared_for(years.len())
        .load(c))?;
    let sums = rows.into_iter().map(|row| Ok((row.year, StoredSum::try_from(row)?)));
    Ok(grouped(sums.collect::<Stored<Vec<_>>>()?))
}

/// Moves a subtree's own sums, and the counters beside them, from the agencies above its old place to those above its new one.
pub fn move_subtree(
    connection: &mut AnyConnection,
    year: i32,
    from: &AgencyPath,
    to: &AgencyPath,
) -> Stored<()> {
    let above = |path: &AgencyPath| {
        let mut ids: Vec<String> = path.ids().map(str::to_owned).collect();
        let own = ids.pop();
        (ids, own)
    };
    let ((old, own), (new, _)) = (above(from), above(to));
    for (_, part) in progress::parts(connection, year, own.as_deref())? {
        progress::add(connection, year, &old, &part, -1)?;
        progress::add(connection, year, &new, &part, 1)?;
    }
    let parts = of_nodes(connection, year, &own.into_iter().collect::<Vec<String>>())?;
    for part in &parts {
        add(connection, year, &old, part, -1)?;
        add(connection, year, &new, part, 1)?;
    }
    let here =
        contributions::table.filter(contributions::year.eq(year)).filter(below(contributions::path, [from]));
    diesel::update(here)
        .set(contributions::path.eq(moved!(contributions::path, from, to)))
        .execute(connection)?;
    Ok(())
}

/// A page of all contributions of a year, by report.
pub fn contributions_of(
    connection: &mut AnyConnection,
    year: i32,
    after: &str,
    limit: i64,
) -> Stored<Vec<Contribution>> {
    let rows: Vec<ContributionRow> = contributions::table
        .filter(contributions::year.eq(year).and(contributions::report_id.gt(after)))
        .select(ContributionRow::as_select())
        .order(contributions::report_id)
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(Contribution::try_from).collect()
}

/// All sums of a year.
pub fn of_year(connection: &mut AnyConnection, year: i32) -> Stored<Vec<StoredSum>> {
    tally::settle(connection)?;
    let rows: Vec<SumRow> = sums::table
        .filter(sums::year.eq(year).and(sums::reports.ne(0)))
        .select(SumRow::as_select())
        .order((sums::node, sums::form, sums::level, sums::kind))
        .load(connection)?;
    rows.into_iter().map(StoredSum::try_from).collect()
}

/// Throws a year's contributions and sums away, to be made anew.
pub fn delete_year(connection: &mut AnyConnection, year: i32) -> Stored<()> {
    tally::settle(connection)?;
    diesel::delete(sums::table.filter(sums::year.eq(year))).execute(connection)?;
    diesel::delete(contributions::table.filter(contributions::year.eq(year))).execute(connection)?;
    Ok(())
}

/// The sum of several rows, each converted to one form. Rows of another form in which every report filled in every
/// cell are added first and converted once: that is the same, and they are nearly all.
pub fn in_form(rows: &[StoredSum], form: &'static Form) -> Result<Sum, SumFault> {
    let mut total = Sum::empty(form);
    let mut whole: Vec<Sum> = Vec::new();
    for StoredSum { sum, .. } in rows {
        let is_whole = sum.present().iter().all(|count| *count == sum.reports);
        match whole.iter_mut().find(|other| is_whole && *other.form() == *sum.form()) {
            _ if *sum.form() == *form => total.merge(sum, 1)?,
            Some(other) => other.merge(sum, 1)?,
            None if is_whole => whole.push(sum.clone()),
            None => total.merge(&convert(sum, form), 1)?,
        }
    }
    for sum in &whole {
        total.merge(&convert(sum, form), 1)?;
    }
    Ok(total)
}

/// The reports (with their published revisions) that are in a place's sums, as far as a limit.
pub fn contributing(
    connection: &mut AnyConnection,
    year: i32,
    within: Option<&AgencyPath>,
    limit: i64,
) -> Stored<Vec<(String, i32)>> {
    use super::schema::reports;
    let rows: Vec<(String, Option<i32>)> = on_each!(connection, |c| {
        let mut query = contributions::table
            .inner_join(reports::table.on(reports::id.eq(contributions::report_id)))
            .filter(contributions::year.eq(year))
            .select((contributions::report_id, reports::published_revision))
            .into_boxed();
        if let Some(path) = within {
            query = query.filter(below(contributions::path, [path]));
        }
        query.order(contributions::report_id).limit(limit).load(c)
    })?;
    Ok(rows.into_iter().map(|(report, revision)| (report, revision.unwrap_or_default())).collect())
}
