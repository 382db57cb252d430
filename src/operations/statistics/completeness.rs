//! How far a year is: what is due, how far it has come, and who is still missing.

use super::read::Place;
use crate::operations::{Asking, Refusal, years};
use crate::storage::AnyConnection;
use crate::storage::roster::{self, RosterEntry};
use crate::storage::sums::{self, Progress};

/// A child (or the whole) with how far its reports are.
#[derive(Debug, Clone)]
pub struct CompletenessGroup {
    /// `None`: the whole place.
    pub agency: Option<RosterEntry>,
    pub progress: Progress,
}

/// Length of an id with its dot.
const STEP: usize = 37;

/// The whole place, and each of its children where asked.
pub fn completeness(
    connection: &mut AnyConnection,
    year: i32,
    place: &Place,
    by_child: bool,
) -> Result<(CompletenessGroup, Vec<CompletenessGroup>), Refusal> {
    years::find(connection, year)?;
    let root = place.path.as_ref().map_or(0, |path| path.as_str().len());
    let rows = sums::progress(connection, year, place.path.as_ref(), root + STEP)?;
    let mut whole = Progress::default();
    for row in &rows {
        whole.expected += row.expected;
        whole.draft += row.draft;
        whole.in_review += row.in_review;
        whole.approved += row.approved;
        whole.published += row.published;
        whole.on_time += row.on_time;
    }
    let mut groups = Vec::new();
    if by_child {
        for child in roster::children(connection, year, place.path.as_ref())? {
            let found = rows.iter().find(|row| row.place == child.path.as_str()).cloned();
            groups.push(CompletenessGroup { agency: Some(child), progress: found.unwrap_or_default() });
        }
    }
    Ok((CompletenessGroup { agency: None, progress: whole }, groups))
}

/// Whether the caller may see how far unpublished reports are.
pub fn sees_drafts(asking: &Asking, place: &Place) -> bool {
    match &place.path {
        Some(path) => asking.rights.may_see(path),
        None => asking.rights.grants.iter().any(|grant| grant.at.is_none()),
    }
}

/// Who is missing: for whoever has a grant those who have not begun, for the public all that is not published.
pub fn missing(
    connection: &mut AnyConnection,
    asking: &Asking,
    year: i32,
    place: &Place,
    after: Option<&(String, String)>,
    limit: i64,
) -> Result<Vec<RosterEntry>, Refusal> {
    years::find(connection, year)?;
    let unfiled = sees_drafts(asking, place);
    Ok(roster::unpublished(connection, year, place.path.as_ref(), Some(unfiled), after, limit)?)
}
