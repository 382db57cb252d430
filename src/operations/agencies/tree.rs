//! An agency with all that stands below it, now or on a day; what is too much to show is cut at a whole level.

use super::{find, find_at};
use crate::domain::agency::Agency;
use crate::domain::id::AgencyId;
use crate::operations::{AgencyRef, Answer};
use crate::storage::{AnyConnection, agencies, history};
use chrono::NaiveDate;
use std::collections::HashMap;

/// Most agencies a tree shows below its root.
const MOST: usize = 5_000;
/// Rows read for it: the root, and one more than may be shown.
const ROWS: i64 = 5_002;

/// An agency with what stands below it.
#[derive(Debug, Clone)]
pub struct AgencyTree {
    pub agency: Agency,
    pub children: Vec<AgencyTree>,
    /// There is more than a tree shows: the levels that would not be whole were left out.
    pub truncated: bool,
}

impl AgencyTree {
    fn leaf(agency: Agency) -> AgencyTree {
        AgencyTree { agency, children: Vec::new(), truncated: false }
    }
}

/// An agency with its subtree to a depth (0 = itself alone).
pub fn tree(connection: &mut AnyConnection, agency: &AgencyRef, depth: usize) -> Answer<AgencyTree> {
    let root = find(connection, agency)?;
    let rows = agencies::subtree(connection, &root.path, depth, ROWS)?;
    Ok(grow(root, rows.into_iter().map(|agency| (agency, true))))
}

/// An agency with its subtree as of a day, to a depth; one that had ended is shown only where others that had
/// not stand below it.
pub fn tree_at(
    connection: &mut AnyConnection,
    agency: &AgencyRef,
    depth: usize,
    day: NaiveDate,
) -> Answer<AgencyTree> {
    let root = find_at(connection, agency, day)?;
    let deepest = i64::try_from(depth).unwrap_or(i64::MAX);
    let rows = history::subtree_at(connection, day, &root.id, deepest, ROWS)?;
    Ok(grow(root, rows.into_iter().map(|found| (found.agency, found.there))))
}

/// A row below the root: how deep it stands, and whether it is shown for its own sake.
struct Node {
    agency: Agency,
    depth: usize,
    there: bool,
}

/// Puts under a root what was found below it, each row after the one it stands under.
fn grow(root: Agency, found: impl Iterator<Item = (Agency, bool)>) -> AgencyTree {
    let mut nodes = below(&root.id, found);
    let truncated = nodes.len() > MOST;
    let cut = nodes.last().filter(|_| truncated).map(|last| last.depth);
    nodes.retain(|node| cut.is_none_or(|cut| node.depth < cut));
    let mut tree = AgencyTree { truncated, ..AgencyTree::leaf(root) };
    // Deepest first, so that each is complete before it is put under its parent.
    let mut waiting: HashMap<String, Vec<AgencyTree>> = HashMap::new();
    while let Some(node) = nodes.pop() {
        let children = children_of(&node.agency.id, &mut waiting);
        if node.there || !children.is_empty() {
            let parent = node.agency.parent_id.as_ref().map(ToString::to_string).unwrap_or_default();
            waiting.entry(parent).or_default().push(AgencyTree { children, ..AgencyTree::leaf(node.agency) });
        }
    }
    tree.children = children_of(&tree.agency.id, &mut waiting);
    tree
}

/// The last was put there first.
fn children_of(agency: &AgencyId, waiting: &mut HashMap<String, Vec<AgencyTree>>) -> Vec<AgencyTree> {
    let mut children = waiting.remove(agency.as_str()).unwrap_or_default();
    children.reverse();
    children
}

/// The rows below a root with their depths, each once.
fn below(root: &AgencyId, found: impl Iterator<Item = (Agency, bool)>) -> Vec<Node> {
    let mut depths: HashMap<String, usize> = HashMap::from([(root.to_string(), 0)]);
    let mut nodes = Vec::new();
    for (agency, there) in found {
        let above = agency.parent_id.as_ref().and_then(|parent| depths.get(parent.as_str()).copied());
        let Some(above) = above.filter(|_| !depths.contains_key(agency.id.as_str())) else { continue };
        depths.insert(agency.id.to_string(), above + 1);
        nodes.push(Node { agency, depth: above + 1, there });
    }
    nodes
}
