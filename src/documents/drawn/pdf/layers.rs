//! Layers of a document (ISO 32000-1, 8.11): which of them nobody sees.

use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::HashSet;

/// Most layers that are kept.
const MOST: usize = 10_000;

/// The layers that are off as the document is opened.
#[derive(Default)]
pub(super) struct Layers(HashSet<ObjectId>);

impl Layers {
    pub fn of(document: &Document) -> Layers {
        Layers(read(document).unwrap_or_default())
    }

    /// Whether what belongs to a layer, or to several of which one must be on, is off.
    pub fn is_off(&self, document: &Document, layer: Option<&Object>) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let Some(Ok((id, Object::Dictionary(group)))) = layer.map(|layer| document.dereference(layer)) else {
            return false;
        };
        match group.get(b"OCGs").ok() {
            Some(groups) => {
                let groups = document.dereference(groups).ok().map(|(_, groups)| groups.as_array());
                let ids = match groups {
                    Some(Ok(groups)) => references(groups),
                    _ => group.get(b"OCGs").and_then(Object::as_reference).into_iter().collect(),
                };
                !ids.is_empty() && ids.iter().all(|id| self.0.contains(id))
            }
            None => id.is_some_and(|id| self.0.contains(&id)),
        }
    }
}

fn read(document: &Document) -> Option<HashSet<ObjectId>> {
    let properties = document.catalog().ok()?.get_deref(b"OCProperties", document).ok()?.as_dict().ok()?;
    let usual = properties.get_deref(b"D", document).ok()?.as_dict().ok()?;
    let listed = |of: &Dictionary, key: &[u8]| match of.get_deref(key, document) {
        Ok(Object::Array(ids)) => references(ids),
        _ => Vec::new(),
    };
    let mut off = HashSet::new();
    if usual.get(b"BaseState").and_then(Object::as_name).ok() == Some(b"OFF".as_slice()) {
        off.extend(listed(properties, b"OCGs"));
        let on: HashSet<ObjectId> = listed(usual, b"ON").into_iter().collect();
        off.retain(|id| !on.contains(id));
    }
    off.extend(listed(usual, b"OFF"));
    Some(off)
}

fn references(listed: &[Object]) -> Vec<ObjectId> {
    listed.iter().take(MOST).filter_map(|one| one.as_reference().ok()).collect()
}
