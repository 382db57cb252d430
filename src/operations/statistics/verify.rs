//! Adding everything up anew and comparing: the proof that sums kept by difference are right.

use super::keep::contribution_of;
use crate::domain::statistics::Sum;
use crate::operations::Refusal;
use crate::storage::reports::ReportFilter;
use crate::storage::sums::{self, Contribution, EVERYTHING, StoredSum};
use crate::storage::{AnyConnection, Page, StorageError, agencies, reports};
use std::collections::BTreeMap;

/// Reports read at once.
const PAGE: i64 = 500;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discrepancy {
    /// A report counts otherwise than it is published.
    Report(String),
    /// A node's sum of one form, level and kind is another.
    Node { node: String, form: String, level: String, kind: String },
}

type Key = (String, String, &'static str, &'static str);

/// What every published own report of a year contributes.
fn contributions(connection: &mut AnyConnection, year: i32) -> Result<Vec<Contribution>, Refusal> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let filter = ReportFilter { year: Some(year), published_only: true, ..ReportFilter::default() };
        let page = Page { keys: Vec::new(), after_id: after.clone(), limit: PAGE };
        let rights = crate::domain::rights::Rights::default();
        let page = reports::list(connection, &rights, &filter, &page)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.id.to_string());
        for report in &page {
            let Some(agency) = agencies::find(connection, &report.agency_id)? else { continue };
            found.extend(contribution_of(connection, report, &agency)?);
        }
    }
}

fn add_up(contributions: &[Contribution]) -> Result<BTreeMap<Key, Sum>, Refusal> {
    let mut sums: BTreeMap<Key, Sum> = BTreeMap::new();
    for one in contributions {
        let form = one.figures.form();
        for node in std::iter::once(EVERYTHING).chain(one.path.ids()) {
            let key = (node.to_owned(), form.id.clone(), one.level.as_str(), one.kind.as_str());
            let sum = sums.entry(key).or_insert_with(|| Sum::empty(form));
            sum.count(&one.figures, 1).map_err(StorageError::from)?;
        }
    }
    Ok(sums)
}

/// Everything that differs from what it should be; with `repair`, to be run in the lane, it is made right.
pub fn verify_year(
    connection: &mut AnyConnection,
    year: i32,
    repair: bool,
) -> Result<Vec<Discrepancy>, Refusal> {
    let right = contributions(connection, year)?;
    let mut wrong = Vec::new();
    let mut kept: BTreeMap<String, Contribution> = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = sums::contributions_of(connection, year, &after, PAGE)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.report_id);
        kept.extend(page.into_iter().map(|one| (one.report_id.clone(), one)));
    }
    for one in &right {
        if kept.remove(&one.report_id).as_ref() != Some(one) {
            wrong.push(Discrepancy::Report(one.report_id.clone()));
        }
    }
    wrong.extend(kept.into_keys().map(Discrepancy::Report));
    let mut expected = add_up(&right)?;
    let discrepancy = |(node, form, level, kind): Key| Discrepancy::Node {
        node,
        form,
        level: level.to_owned(),
        kind: kind.to_owned(),
    };
    for StoredSum { node, level, kind, sum } in sums::of_year(connection, year)? {
        let key = (node, sum.form().id.clone(), level.as_str(), kind.as_str());
        if expected.remove(&key).as_ref() != Some(&sum) {
            wrong.push(discrepancy(key));
        }
    }
    wrong.extend(expected.into_keys().map(discrepancy));
    if repair && !wrong.is_empty() {
        sums::delete_year(connection, year)?;
        for one in &right {
            let id = crate::domain::id::ReportId::from_stored(one.report_id.clone());
            sums::settle(connection, &id, Some(one))?;
        }
    }
    Ok(wrong)
}
