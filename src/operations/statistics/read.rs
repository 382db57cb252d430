//! Reading the sums: a handful of rows, whatever the size of the province.

use crate::domain::agency::{AgencyPath, Kind, Level};
use crate::domain::form::{self, Form};
use crate::domain::id::AgencyId;
use crate::domain::report::{Report, Scope};
use crate::domain::roster::RosterEntry;
use crate::domain::statistics::Sum;
use crate::operations::agencies::resolve;
use crate::operations::{AgencyRef, Answer, Refusal, years};
use crate::storage::consolidated as consolidated_reports;
use crate::storage::roster;
use crate::storage::sums::{self, EVERYTHING, StoredSum};
use crate::storage::{AnyConnection, StorageError, audit, reports, revisions};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

/// A place of a year's roster: an agency with all below it, or everything.
#[derive(Debug, Clone)]
pub struct Place {
    /// Id and name; `None`: everything.
    pub agency: Option<(AgencyId, String)>,
    pub path: Option<AgencyPath>,
}

impl Place {
    pub(super) fn node(&self) -> String {
        self.agency.as_ref().map_or_else(|| EVERYTHING.to_owned(), |(id, _)| id.to_string())
    }
}

/// Which state of things the figures show.
#[derive(Debug, Clone)]
pub struct AsOf {
    pub seq: i64,
    pub epoch: String,
    /// When the last public change was made; `None`: none was.
    pub at: Option<NaiveDateTime>,
}

#[derive(Debug, Clone)]
pub struct Totals {
    pub sum: Sum,
    /// How many reports of which form.
    pub forms: Vec<(String, i64)>,
}

pub fn as_of(connection: &mut AnyConnection) -> Answer<AsOf> {
    let ledger = audit::ledger(connection)?;
    let last = audit::changes_after(connection, ledger.change_seq - 1, 1)?;
    Ok(AsOf { seq: ledger.change_seq, epoch: ledger.epoch, at: last.first().map(|change| change.at) })
}

/// Finds a place: where the roster of the year has the agency, else where the registry has it.
pub fn place(connection: &mut AnyConnection, year: i32, within: Option<&AgencyRef>) -> Answer<Place> {
    let Some(within) = within else { return Ok(Place { agency: None, path: None }) };
    let agency = resolve(connection, within)?.ok_or(Refusal::NotFound)?;
    let (place, name) = roster::named_place_of(connection, year, &agency.path)?;
    Ok(Place { agency: Some((agency.id, name.unwrap_or(agency.name))), path: Some(place.path) })
}

/// The form that a year's figures are shown in.
pub(super) fn form_of(connection: &mut AnyConnection, year: i32) -> Answer<&'static Form> {
    let plan = years::find(connection, year)?.plan;
    Ok(form::by_id(&plan.format).unwrap_or_else(|| form::for_year(year)))
}

fn total(rows: &[StoredSum], form: &'static Form) -> Answer<Sum> {
    sums::in_form(rows, form).map_err(|fault| Refusal::Storage(StorageError::from(fault)))
}

/// The sum of all own reports at and below a place, in the year's form.
pub fn totals(connection: &mut AnyConnection, year: i32, place: &Place) -> Answer<Totals> {
    let form = form_of(connection, year)?;
    let rows = sums::of_nodes(connection, year, &[place.node()])?;
    let mut forms: BTreeMap<String, i64> = BTreeMap::new();
    for row in &rows {
        *forms.entry(row.sum.form().id.clone()).or_default() += row.sum.reports;
    }
    Ok(Totals { sum: total(&rows, form)?, forms: forms.into_iter().collect() })
}

/// What a breakdown is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakdownBy {
    /// By the agencies right below the place.
    Child,
    /// By administrative level.
    Level,
    /// By kind of body.
    Kind,
}

/// One part of a breakdown.
#[derive(Debug, Clone)]
pub struct BreakdownItem {
    pub key: BreakdownKey,
    pub sum: Sum,
}

#[derive(Debug, Clone)]
pub enum BreakdownKey {
    Child(Box<RosterEntry>),
    Level(Level),
    Kind(Kind),
}

/// A place's parts, and its own report's figures where it is broken down by child.
pub fn breakdown(
    connection: &mut AnyConnection,
    year: i32,
    place: &Place,
    by: BreakdownBy,
) -> Answer<(Vec<BreakdownItem>, Option<Sum>)> {
    let form = form_of(connection, year)?;
    if by == BreakdownBy::Child {
        return by_child(connection, year, place, form);
    }
    let rows = sums::of_nodes(connection, year, &[place.node()])?;
    let mut items: Vec<BreakdownItem> = Vec::new();
    for row in rows {
        let sum = total(std::slice::from_ref(&row), form)?;
        let same = |item: &&mut BreakdownItem| match item.key {
            BreakdownKey::Level(level) => level == row.level,
            BreakdownKey::Kind(kind) => kind == row.kind,
            BreakdownKey::Child(_) => false,
        };
        match items.iter_mut().find(same) {
            Some(item) => item.sum.merge(&sum, 1).map_err(StorageError::from)?,
            None => {
                let key = match by {
                    BreakdownBy::Level => BreakdownKey::Level(row.level),
                    _ => BreakdownKey::Kind(row.kind),
                };
                items.push(BreakdownItem { key, sum });
            }
        }
    }
    Ok((items, None))
}

fn by_child(
    connection: &mut AnyConnection,
    year: i32,
    place: &Place,
    form: &'static Form,
) -> Answer<(Vec<BreakdownItem>, Option<Sum>)> {
    let children = roster::children(connection, year, place.path.as_ref())?;
    let nodes: Vec<String> = children.iter().map(|child| child.agency_id.to_string()).collect();
    let mut rows: BTreeMap<String, Vec<StoredSum>> = BTreeMap::new();
    for nodes in nodes.chunks(5_000) {
        for row in sums::of_nodes(connection, year, nodes)? {
            rows.entry(row.node.clone()).or_default().push(row);
        }
    }
    let mut items = Vec::with_capacity(children.len());
    for child in children {
        let sum = total(rows.get(child.agency_id.as_str()).map(Vec::as_slice).unwrap_or_default(), form)?;
        items.push(BreakdownItem { key: BreakdownKey::Child(Box::new(child)), sum });
    }
    let own = place.agency.as_ref().map(|(id, _)| own_sum(connection, year, id, form)).transpose()?;
    Ok((items, own))
}

/// What an agency's own report says, as a sum of one.
fn own_sum(connection: &mut AnyConnection, year: i32, agency: &AgencyId, form: &'static Form) -> Answer<Sum> {
    let report = reports::find_by_key(connection, agency, year, Scope::Own)?;
    let found = match report {
        Some(report) => sums::find_contributions(connection, &[report.id.as_str()])?.pop(),
        None => None,
    };
    let Some(found) = found else { return Ok(Sum::empty(form)) };
    let mut one = Sum::empty(found.figures.form());
    one.count(&found.figures, 1).map_err(StorageError::from)?;
    Ok(crate::domain::statistics::convert(&one, form))
}

/// A place's totals over several years, each in the last year's form; years that are not there are left out.
pub fn trend(connection: &mut AnyConnection, place: &Place, from: i32, to: i32) -> Answer<Vec<(i32, Sum)>> {
    let (years, _) = years::list(connection, 0, 200, false)?;
    let known = years.iter().filter(|year| (from..=to).contains(&year.plan.year));
    let Some(last) = known.clone().next_back() else { return Ok(Vec::new()) };
    let form = form::by_id(&last.plan.format).unwrap_or_else(|| form::for_year(last.plan.year));
    let known: Vec<i32> = known.map(|year| year.plan.year).collect();
    // An agency's sums stand under its id in every year, wherever it counts.
    let mut rows = sums::of_node_in(connection, &known, &place.node())?;
    let mut of_year = |year: i32| Ok((year, total(&rows.remove(&year).unwrap_or_default(), form)?));
    known.iter().map(|year| of_year(*year)).collect()
}

/// Consolidated reports that hold each other are never added.
#[derive(Debug, Clone)]
pub struct Consolidated {
    pub totals: Totals,
    /// Whose reports it is made of, each with its revision.
    pub made_of: Vec<(RosterEntry, String, i32)>,
}

/// The place's own consolidated report, or the sum of the topmost ones below it.
pub fn consolidated(connection: &mut AnyConnection, year: i32, place: &Place) -> Answer<Consolidated> {
    let form = form_of(connection, year)?;
    let mut published: Vec<(RosterEntry, Report)> = Vec::new();
    for (line, report) in consolidated_reports::published(connection, year, place.path.as_ref())? {
        // By path: whoever holds one stands before it.
        let held = published.iter().any(|(above, _)| above.path.contains(&line.path));
        if !held {
            published.push((line, report));
        }
    }
    let mut sum = Sum::empty(form);
    let (mut forms, mut made_of): (BTreeMap<String, i64>, _) = (BTreeMap::new(), Vec::new());
    for (line, report) in published {
        let number = report.published_revision.unwrap_or_default();
        let Some(revision) = revisions::find(connection, &report.id, number)? else { continue };
        let mut one = Sum::empty(revision.content.form());
        one.count(&revision.content.figures, 1).map_err(StorageError::from)?;
        *forms.entry(revision.content.form().id.clone()).or_default() += 1;
        sum.merge(&crate::domain::statistics::convert(&one, form), 1).map_err(StorageError::from)?;
        made_of.push((line, report.id.to_string(), number));
    }
    Ok(Consolidated { totals: Totals { sum, forms: forms.into_iter().collect() }, made_of })
}
