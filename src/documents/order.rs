//! In which order the columns of a table stand, by the labels found above them and nothing else.

/// A label found in a table's head, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// The column (or row) of this key.
    Item(String),
    /// A heading over several columns.
    Group(String),
    /// A column that is not the form's: no order can be had.
    Foreign,
    /// Words that nobody knows.
    Stranger(String),
}

/// A column (or row) of the form, with the key of the heading above it.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub key: &'a str,
    pub group: Option<String>,
}

/// For each value in a line, the place of its column in the form; `None` where the labels do not prove one.
///
/// Every label must have been found once. A head of two storeys that was written in one line (first what
/// stands alone, then what stands under a heading) is known by where the heading stands: it is the form's own,
/// or the heading stands right before its columns. Any other may mean two things, and then means none.
pub(super) fn order(items: &[Item<'_>], seen: &[Mark]) -> Option<Vec<usize>> {
    if seen.contains(&Mark::Foreign) {
        return None;
    }
    let flat = places(items, seen);
    let each_once = flat.len() == items.len() && (0..items.len()).all(|place| flat.contains(&place));
    if !each_once || !are_together(items, &flat) {
        return None;
    }
    let is_grouped = |place: &usize| items.get(*place).is_some_and(|item| item.group.is_some());
    let first_below = flat.iter().position(is_grouped);
    let last_alone = flat.iter().rposition(|place| !is_grouped(place));
    // What stands alone behind what stands under a heading: the head was written column by column.
    if first_below.zip(last_alone).is_none_or(|(below, alone)| below < alone)
        || leads_its_columns(items, seen)
    {
        return Some(flat);
    }
    (storeys(seen, items) == storeys_of_form(items)).then(|| (0..items.len()).collect())
}

/// The places of the items that words stand for which nobody knows: as many as items are missing, where with them all
/// stand in the form's own order. `None` where they do not.
pub(super) fn stand_ins(items: &[Item<'_>], seen: &[Mark]) -> Option<Vec<usize>> {
    let is_missing = |place: &usize| !seen.iter().any(|mark| place_of(items, mark) == Some(*place));
    let missing: Vec<usize> = (0..items.len()).filter(is_missing).collect();
    let mut left = missing.iter();
    let mut known = Vec::with_capacity(seen.len());
    for mark in seen {
        known.push(match mark {
            Mark::Stranger(_) => Mark::Item(items.get(*left.next()?)?.key.to_owned()),
            mark => mark.clone(),
        });
    }
    let is_official = left.next().is_none() && order(items, &known)?.into_iter().eq(0..items.len());
    (is_official && missing.len() < items.len()).then_some(missing)
}

/// The places of the items seen, as they stood.
fn places(items: &[Item<'_>], seen: &[Mark]) -> Vec<usize> {
    seen.iter().filter_map(|mark| place_of(items, mark)).collect()
}

fn place_of(items: &[Item<'_>], mark: &Mark) -> Option<usize> {
    match mark {
        Mark::Item(key) => items.iter().position(|item| item.key == key.as_str()),
        Mark::Group(_) | Mark::Foreign | Mark::Stranger(_) => None,
    }
}

fn group_of<'i>(items: &'i [Item<'_>], place: usize) -> Option<&'i str> {
    items.get(place).and_then(|item| item.group.as_deref())
}

/// Whether the columns of each heading stand side by side.
fn are_together(items: &[Item<'_>], flat: &[usize]) -> bool {
    let mut groups: Vec<&str> = flat.iter().filter_map(|place| group_of(items, *place)).collect();
    let mut runs: Vec<Option<&str>> = flat.iter().map(|place| group_of(items, *place)).collect();
    runs.dedup();
    groups.sort_unstable();
    groups.dedup();
    runs.iter().flatten().count() == groups.len()
}

/// Whether every heading stands once, right before the first of its columns.
fn leads_its_columns(items: &[Item<'_>], seen: &[Mark]) -> bool {
    let mut groups: Vec<&str> = items.iter().filter_map(|item| item.group.as_deref()).collect();
    groups.dedup();
    groups.iter().all(|group| {
        let mut stands = seen.iter().enumerate().filter(|(_, mark)| is_group(mark, group)).map(|(at, _)| at);
        let at = stands.next();
        let next = at.and_then(|at| seen.get(at + 1)).and_then(|mark| place_of(items, mark));
        stands.next().is_none() && next.is_some_and(|place| group_of(items, place) == Some(group))
    })
}

fn is_group(mark: &Mark, group: &str) -> bool {
    matches!(mark, Mark::Group(known) if known == group)
}

/// A head as it was seen: headings and columns by their names.
fn storeys(seen: &[Mark], items: &[Item<'_>]) -> Vec<String> {
    let ours = |mark: &&Mark| match mark {
        Mark::Group(group) => items.iter().any(|item| item.group.as_deref() == Some(group)),
        mark => place_of(items, mark).is_some(),
    };
    let name = |mark: &Mark| match mark {
        Mark::Item(name) | Mark::Group(name) => name.clone(),
        Mark::Foreign | Mark::Stranger(_) => String::new(),
    };
    seen.iter().filter(ours).map(name).collect()
}

/// The form's own head line by line: what stands alone with the headings, then what stands under them.
fn storeys_of_form(items: &[Item<'_>]) -> Vec<String> {
    let mut upper: Vec<String> = Vec::new();
    for item in items {
        let name = item.group.as_deref().unwrap_or(item.key);
        if upper.last().map(String::as_str) != Some(name) {
            upper.push(name.to_owned());
        }
    }
    let lower = items.iter().filter(|item| item.group.is_some()).map(|item| item.key.to_owned());
    upper.into_iter().chain(lower).collect()
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
        order(&items(), &marks)
    }

    #[test]
    fn a_head_of_two_storeys_is_put_together() {
        assert_eq!(found("person G total firm school"), Some(vec![0, 1, 2, 3]));
        assert_eq!(found("person G firm school total"), Some(vec![0, 1, 2, 3]));
        assert_eq!(found("total person G school firm"), Some(vec![3, 0, 2, 1]));
        assert_eq!(found("G school firm total person"), Some(vec![2, 1, 3, 0]));
    }

    #[test]
    fn a_heading_at_another_place_than_the_forms_own_gives_no_order() {
        for head in ["G person total firm school", "person total firm school", "total G person firm school"] {
            assert_eq!(found(head), None, "{head}");
        }
        assert_eq!(found("G person firm school total"), Some(vec![0, 1, 2, 3]), "column by column");
    }

    #[test]
    fn missing_labels_give_no_order() {
        for head in ["", "person total", "total person", "total person school firm", "person G total firm"] {
            assert_eq!(found(head), None, "{head}");
        }
    }

    #[test]
    fn a_foreign_or_doubled_label_gives_no_order() {
        assert_eq!(found("person ? firm"), None);
        assert_eq!(found("person firm school total total"), None);
        assert_eq!(found("firm person school total"), None, "a heading's columns apart");
    }

    #[test]
    fn words_nobody_knows_stand_for_what_is_missing_in_the_forms_own_order_alone() {
        let found = |text: &str| {
            let mark = |word: &str| match word {
                "G" => Mark::Group("G".to_owned()),
                "x" | "y" => Mark::Stranger(word.to_owned()),
                word => Mark::Item(word.to_owned()),
            };
            stand_ins(&items(), &text.split_whitespace().map(mark).collect::<Vec<_>>())
        };
        assert_eq!(found("person G total x school"), Some(vec![1]));
        assert_eq!(found("x G firm school total"), Some(vec![0]));
        for head in ["person G total x firm school", "total G x school person", "x G y firm"] {
            assert_eq!(found(head), None, "{head}");
        }
    }

    #[test]
    fn columns_without_headings_are_followed_in_any_order() {
        let items = [Item { key: "a", group: None }, Item { key: "b", group: None }];
        let marks = ["b", "a"].map(|key| Mark::Item(key.to_owned()));
        assert_eq!(order(&items, &marks), Some(vec![1, 0]));
    }
}
