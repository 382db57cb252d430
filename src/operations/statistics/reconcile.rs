//! A consolidated report beside the sum of the reports it should hold.

use crate::domain::agency::Agency;
use crate::domain::form::Form;
use crate::domain::id::ReportId;
use crate::domain::report::Scope;
use crate::domain::rights::Right;
use crate::domain::roster::RosterEntry;
use crate::domain::statistics::Sum;
use crate::operations::reports::{self, ReportView};
use crate::operations::{Answer, Asking, Refusal, permit};
use crate::storage::roster;
use crate::storage::{AnyConnection, StorageError, sums};

/// Most agencies and revisions that are named.
const MOST: i64 = 5_000;

#[derive(Debug, Clone)]
pub struct Reconciliation {
    pub view: ReportView,
    /// In the report's own form.
    pub sum: Sum,
    /// Agencies that are due and have published nothing.
    pub missing: Vec<RosterEntry>,
    /// Report and revision of each that is in the sum, as far as they are named.
    pub contributing: Vec<(String, i32)>,
}

/// The sum of all own reports at and below an agency, in a form.
pub fn sum_below(
    connection: &mut AnyConnection,
    agency: &Agency,
    year: i32,
    form: &'static Form,
) -> Answer<Sum> {
    let rows = sums::of_nodes(connection, year, &[agency.id.to_string()])?;
    sums::in_form(&rows, form).map_err(|fault| Refusal::Storage(StorageError::from(fault)))
}

/// For whoever's grant covers the agency; only a consolidated report holds others.
pub fn reconcile(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &ReportId,
    published_only: bool,
) -> Answer<Reconciliation> {
    let view = reports::find(connection, asking, id, published_only)?;
    permit(view.allows(asking, Right::SeeDrafts))?;
    if view.report.scope != Scope::Consolidated {
        return Err(Refusal::NotFound);
    }
    let year = view.report.year;
    let sum = sum_below(connection, &view.agency, year, view.revision.content.form())?;
    let path = roster::place_of(connection, year, &view.agency.path)?.path;
    let mut missing = roster::unpublished(connection, year, Some(&path), false, None, MOST)?;
    missing.retain(|line| line.agency_id != view.agency.id);
    let contributing = sums::contributing(connection, year, Some(&path), MOST)?;
    Ok(Reconciliation { view, sum, missing, contributing })
}
