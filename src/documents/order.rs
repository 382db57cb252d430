//! In which order the columns of a table stand, by the labels found above them.

use std::collections::HashSet;

/// A label found in a table's head, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// The column (or row) of this key.
    Item(String),
    /// A heading over several columns.
    Group(String),
    /// A column that is not the form's: no order can be had.
    Foreign,
}

/// A column (or row) of the form, with the key of the heading above it.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub key: &'a str,
    pub group: Option<String>,
}

/// The order found: for each value, the place of its column in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub places: Vec<usize>,
    /// Every label was found; otherwise those found only do not contradict the form's order.
    pub complete: bool,
}

impl Order {
    /// Whether the columns stand as the form prints them.
    pub(super) fn is_forms_own(&self) -> bool {
        is_ascending(&self.places)
    }
}

/// Follows the labels where all are found, keeps to the form's order where those found agree with it.
///
/// `None` where they contradict it and some are missing, or where a two-storey head cannot be put
/// together: then no value may be assigned.
pub(super) fn order(items: &[Item<'_>], seen: &[Mark]) -> Option<Order> {
    if seen.contains(&Mark::Foreign) {
        return None;
    }
    let flat = places(items, seen);
    if flat.iter().collect::<HashSet<_>>().len() != flat.len() {
        return None;
    }
    let groups: HashSet<&str> = seen
        .iter()
        .filter_map(|mark| match mark {
            Mark::Group(group) => Some(group.as_str()),
            _ => None,
        })
        .collect();
    let expanded = expand(items, seen, &flat, &groups);
    let complete = expanded.len() == items.len();
    if is_ascending(&expanded) || flat == two_storeys(items) {
        return Some(Order { places: (0..items.len()).collect(), complete });
    }
    let whole_head =
        items.iter().filter_map(|item| item.group.as_deref()).all(|group| groups.contains(group));
    (complete && whole_head).then_some(Order { places: expanded, complete })
}

/// The places of the items seen, as they stood.
fn places(items: &[Item<'_>], seen: &[Mark]) -> Vec<usize> {
    seen.iter()
        .filter_map(|mark| match mark {
            Mark::Item(key) => items.iter().position(|item| item.key == key.as_str()),
            _ => None,
        })
        .collect()
}

/// Puts the lower storey of the head where its heading stands in the upper one.
fn expand(items: &[Item<'_>], seen: &[Mark], flat: &[usize], groups: &HashSet<&str>) -> Vec<usize> {
    let group_of = |place: usize| items.get(place).and_then(|item| item.group.as_deref());
    let mut placed = Vec::with_capacity(items.len());
    let mut done: HashSet<&str> = HashSet::new();
    for mark in seen {
        match mark {
            Mark::Group(group) if done.insert(group.as_str()) => {
                placed.extend(flat.iter().copied().filter(|place| group_of(*place) == Some(group.as_str())));
            }
            Mark::Item(key) => {
                let place = items.iter().position(|item| item.key == key.as_str());
                placed.extend(
                    place.filter(|place| group_of(*place).is_none_or(|group| !groups.contains(group))),
                );
            }
            _ => {}
        }
    }
    placed
}

/// The form's own head read line by line: first what stands alone, then what stands under a heading.
fn two_storeys(items: &[Item<'_>]) -> Vec<usize> {
    let part = |grouped: bool| {
        items
            .iter()
            .enumerate()
            .filter(move |(_, item)| item.group.is_some() == grouped)
            .map(|(place, _)| place)
    };
    part(false).chain(part(true)).collect()
}

fn is_ascending(places: &[usize]) -> bool {
    places.windows(2).all(|pair| matches!(pair, [left, right] if left < right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<Item<'static>> {
        let item = |key, group: Option<&str>| Item { key, group: group.map(str::to_owned) };
        vec![item("person", None), item("firm", Some("G")), item("school", Some("G")), item("total", None)]
    }

    fn found(text: &str) -> Option<Vec<usize>> {
        let marks: Vec<Mark> = text
            .split_whitespace()
            .map(|word| match word {
                "G" => Mark::Group("G".to_owned()),
                "?" => Mark::Foreign,
                word => Mark::Item(word.to_owned()),
            })
            .collect();
        order(&items(), &marks).map(|order| order.places)
    }

    #[test]
    fn a_head_of_two_storeys_is_put_together() {
        assert_eq!(found("person G total firm school"), Some(vec![0, 1, 2, 3]));
        assert_eq!(found("person total firm school"), Some(vec![0, 1, 2, 3]));
        assert_eq!(found("total person G school firm"), Some(vec![3, 0, 2, 1]));
    }

    #[test]
    fn missing_labels_leave_the_forms_order_only_where_the_others_agree_with_it() {
        assert_eq!(found(""), Some(vec![0, 1, 2, 3]));
        assert_eq!(found("person total"), Some(vec![0, 1, 2, 3]));
        assert_eq!(found("total person"), None);
        assert_eq!(found("total person school firm"), None);
    }

    #[test]
    fn a_foreign_or_doubled_label_gives_no_order() {
        assert_eq!(found("person ? firm"), None);
        assert_eq!(found("person firm school total total"), None);
    }
}
