//! Which form a document's tables are: asked of the tables, because agencies file old tables in new years.

use super::grid::Piece;
use super::label::Keys;
use crate::domain::form::{Form, all};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Longest text looked at, in bytes: labels are short.
const LONGEST: usize = 200;

/// For each key that not every form has, the places of those that do.
static DISTINCTIVE: LazyLock<HashMap<String, Vec<usize>>> = LazyLock::new(|| {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, form) in all().iter().enumerate() {
        for key in keys_of(form).into_iter().filter(|key| !key.is_empty()) {
            places.entry(key).or_default().push(at);
        }
    }
    places.retain(|_, known| known.len() < all().len());
    places
});

/// The form most of whose own labels stand in the document, `None` if none or two stand level.
pub(super) fn form_of_tables(pieces: &[Piece<'_>]) -> Option<&'static Form> {
    let mut hits = vec![0_usize; all().len()];
    for piece in pieces.iter().filter(|piece| !piece.text.is_empty() && piece.text.len() <= LONGEST) {
        for place in DISTINCTIVE.get(&Keys::of(piece.text).full).into_iter().flatten() {
            if let Some(hits) = hits.get_mut(*place) {
                *hits += 1;
            }
        }
    }
    let most = hits.iter().copied().max().filter(|most| *most > 0)?;
    let mut leading = hits.iter().zip(all()).filter(|(hits, _)| **hits == most);
    let (_, form) = leading.next()?;
    leading.next().is_none().then_some(form)
}

/// Every label, alias and heading of a form's tables.
fn keys_of(form: &Form) -> HashSet<String> {
    let mut keys = HashSet::new();
    for row in form.sections.iter().filter_map(|section| section.table.as_ref()).flat_map(|table| &table.rows)
    {
        let lines =
            row.columns.iter().flat_map(|column| std::iter::once(&column.label).chain(&column.aliases));
        for label in std::iter::once(&row.label).chain(&row.aliases).chain(lines).chain([&row.block]) {
            keys.insert(Keys::of(label).full);
        }
        for part in row.group.iter().flat_map(|group| group.split('/')) {
            let Keys { full, bare } = Keys::of(part);
            keys.extend([full, bare]);
        }
        keys.insert(Keys::of(&row.label).bare);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(labels: &[&str]) -> Option<String> {
        let pieces: Vec<Piece<'_>> = labels.iter().map(|&text| Piece::loose(text, 1)).collect();
        form_of_tables(&pieces).map(|form| form.id.clone())
    }

    #[test]
    fn the_columns_tell_the_form() {
        assert_eq!(found(&["规章", "本年新制作数量", "对外公开总数量"]).as_deref(), Some("2019"));
        // The library's tests know a later form of the same columns, which has two rows for this one.
        let present = ["规章", "本年制发件数", "现行有效件数", "保护第三方合法权益"];
        assert_eq!(found(&present).as_deref(), Some("2021"));
        assert_eq!(found(&present[..3]), None);
        assert_eq!(found(&["规章", "本年制发件数", "涉及商业秘密"]).as_deref(), Some("2090"));
    }

    #[test]
    fn labels_both_forms_have_tell_nothing() {
        assert_eq!(found(&["规章", "行政处罚", "自然人", "其他处理"]), None);
        assert_eq!(found(&[]), None);
    }
}
