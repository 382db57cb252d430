//! How far a year is: what is due, how far it has come, and who is still missing.

use super::read::Place;
use crate::domain::agency::AgencyPath;
use crate::domain::rights::Right;
use crate::domain::roster::RosterEntry;
use crate::domain::statistics::Progress;
use crate::operations::{Answer, Asking, years};
use crate::storage::roster;
use crate::storage::{AnyConnection, progress};
use std::collections::HashMap;

/// A child (or the whole) with how far its reports are.
#[derive(Debug, Clone)]
pub struct CompletenessGroup {
    /// `None`: the whole place.
    pub agency: Option<RosterEntry>,
    pub progress: Progress,
    /// Whether the caller may see how far its unpublished reports are.
    pub sees_drafts: bool,
}

/// The whole place, and each of its children where asked.
pub fn completeness(
    connection: &mut AnyConnection,
    asking: &Asking,
    year: i32,
    place: &Place,
    by_child: bool,
) -> Answer<(CompletenessGroup, Vec<CompletenessGroup>)> {
    years::find(connection, year)?;
    let children = match by_child {
        true => roster::children(connection, year, place.path.as_ref())?,
        false => Vec::new(),
    };
    let here = place.node();
    let mut nodes: Vec<String> = children.iter().map(|child| child.agency_id.to_string()).collect();
    nodes.push(here.clone());
    let mut found: HashMap<String, Progress> = HashMap::new();
    for nodes in nodes.chunks(5_000) {
        for (node, counters) in progress::of_nodes(connection, year, nodes)? {
            found.entry(node).or_default().merge(&counters, 1);
        }
    }
    let progress = |node: &str| found.get(node).copied().unwrap_or_default();
    let whole = CompletenessGroup {
        agency: None,
        progress: progress(&here),
        sees_drafts: sees_drafts(asking, year, place.path.as_ref()),
    };
    let groups = children.into_iter().map(|child| CompletenessGroup {
        progress: progress(&child.agency_id.to_string()),
        sees_drafts: sees_drafts(asking, year, Some(&child.path)),
        agency: Some(child),
    });
    Ok((whole, groups.collect()))
}

/// Whether the caller may see how far unpublished reports are, of a place with all below it.
fn sees_drafts(asking: &Asking, year: i32, path: Option<&AgencyPath>) -> bool {
    asking.rights.may_below(Right::SeeDrafts, path, year)
}

/// Who is missing: for whoever has a grant those who have not begun, for the public all that is not published.
pub fn missing(
    connection: &mut AnyConnection,
    asking: &Asking,
    year: i32,
    place: &Place,
    after: Option<&(String, String)>,
    limit: i64,
) -> Answer<Vec<RosterEntry>> {
    years::find(connection, year)?;
    let unfiled = sees_drafts(asking, year, place.path.as_ref());
    Ok(roster::unpublished(connection, year, place.path.as_ref(), unfiled, after, limit)?)
}
