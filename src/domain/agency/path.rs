//! Where an agency stands: the chain of ids from its root, so that "within" is one range scan.

/// `root.child.grandchild.`: each id followed by a dot, so that a prefix is a whole chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyPath(String);

/// Deepest chain accepted; real government has six levels.
pub const MAX_DEPTH: usize = 24;

impl AgencyPath {
    /// Length of a step: an id with its dot.
    pub const STEP: usize = 37;

    /// The path of an agency below a parent (or of a root).
    pub fn below(parent: Option<&AgencyPath>, id: &str) -> AgencyPath {
        let head = parent.map(|path| path.0.as_str()).unwrap_or_default();
        AgencyPath(format!("{head}{id}."))
    }

    /// Takes a path as it was stored.
    pub fn from_stored(path: String) -> AgencyPath {
        AgencyPath(path)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first text that sorts after every path below this one: half-open range `[path, end)`.
    pub fn range_end(&self) -> String {
        // '/' is the character after '.'.
        format!("{}/", self.0.strip_suffix('.').unwrap_or(&self.0))
    }

    /// Whether `other` is this agency or stands below it.
    pub fn contains(&self, other: &AgencyPath) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The ids from the root down, this agency last.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split_terminator('.')
    }

    /// The path of the agency above; `None`: it is a root.
    pub fn parent(&self) -> Option<AgencyPath> {
        let bare = self.0.strip_suffix('.')?;
        let end = bare.rfind('.')?;
        bare.get(..=end).map(|above| AgencyPath(above.to_owned()))
    }

    pub fn depth(&self) -> usize {
        self.ids().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_contains_itself_and_what_stands_below_and_nothing_else() {
        let root = AgencyPath::below(None, "a");
        let child = AgencyPath::below(Some(&root), "b");
        let sibling = AgencyPath::below(None, "ab");
        assert!(root.contains(&root) && root.contains(&child));
        assert!(!root.contains(&sibling) && !child.contains(&root));
        assert_eq!((child.parent(), root.parent()), (Some(root.clone()), None));
        assert!(child.as_str() >= root.as_str() && *child.as_str() < *root.range_end());
        assert!(!(sibling.as_str() >= root.as_str() && *sibling.as_str() < *root.range_end()));
    }
}
