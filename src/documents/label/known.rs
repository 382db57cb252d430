//! What a text may be in the tables of any form, whatever section it stands in.

use super::{Keys, synonyms};
use crate::domain::form::all;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Everything a text may be in the tables of any form, by its keys.
struct Known {
    rows: HashSet<String>,
    columns: HashSet<String>,
    /// Headings over rows or columns, and captions.
    others: HashSet<String>,
    /// Every key, in order.
    starts: Vec<String>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let (mut rows, mut columns, mut others) = (HashSet::new(), HashSet::new(), HashSet::new());
    let enter = |set: &mut HashSet<String>, label: &str| {
        let keys = Keys::of_label(label);
        set.extend([keys.full, keys.bare].into_iter().filter(|key| !key.is_empty()));
    };
    let sections = all().iter().flat_map(|form| &form.sections);
    let lines = sections.flat_map(|section| {
        section.table.iter().flat_map(|table| &table.rows).map(move |row| (section.key.as_str(), row))
    });
    for (section, row) in lines {
        let labels = std::iter::once(&row.label).chain(&row.aliases);
        let labels = labels.chain(synonyms::of_row(section, &row.key));
        labels.for_each(|label| enter(&mut rows, label));
        row.group.iter().flat_map(|group| group.split('/')).for_each(|part| enter(&mut others, part));
        for column in &row.columns {
            let labels = std::iter::once(&column.label).chain(&column.aliases);
            let labels = labels.chain(synonyms::of_column(section, &column.key));
            labels.for_each(|label| enter(&mut columns, label));
            let groups = column.group.iter().flat_map(|group| group.split('/'));
            groups.for_each(|part| enter(&mut others, part));
        }
    }
    others.extend(synonyms::captions());
    let mut starts: Vec<String> = rows.iter().chain(&columns).chain(&others).cloned().collect();
    starts.sort_unstable();
    Known { rows, columns, others, starts }
});

/// Whether a text is the label of a row in any form, whatever section it stands in.
pub(in crate::documents) fn is_row_label(text: &str) -> bool {
    let keys = Keys::of_label(text);
    KNOWN.rows.contains(&keys.full) || KNOWN.rows.contains(&keys.bare)
}

/// Whether a text is the label of a column in any form.
pub(in crate::documents) fn is_column_label(text: &str) -> bool {
    KNOWN.columns.contains(&Keys::of_label(text).full)
}

/// Whether a text is any label of a table in any form.
pub(in crate::documents) fn is_label(text: &str) -> bool {
    let key = Keys::of_label(text).full;
    is_row_label(text) || KNOWN.columns.contains(&key) || KNOWN.others.contains(&key)
}

/// Whether any label begins with a text.
pub(in crate::documents) fn begins_label(text: &str) -> bool {
    let keys = Keys::of_label(text);
    let begins = |key: &str| {
        let at = KNOWN.starts.partition_point(|known| known.as_str() < key);
        KNOWN.starts.get(at).is_some_and(|known| known.starts_with(key))
    };
    !keys.full.is_empty() && (keys.is_ordinal_alone() || begins(&keys.full) || begins(&keys.bare))
}
