//! Which form a document's tables are: asked of the tables, because agencies file old tables in new years.

use super::grid::Piece;
use super::label::Keys;
use crate::domain::form::{Form, all};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Longest text looked at, in bytes: labels are short.
const LONGEST: usize = 200;

/// For each key that not every form has, the places of those that do.
fn distinctive(forms: &[&Form]) -> HashMap<String, Vec<usize>> {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, form) in forms.iter().enumerate() {
        for key in keys_of(form).into_iter().filter(|key| !key.is_empty()) {
            places.entry(key).or_default().push(at);
        }
    }
    places.retain(|_, known| known.len() < forms.len());
    places
}

static DISTINCTIVE: LazyLock<HashMap<String, Vec<usize>>> =
    LazyLock::new(|| distinctive(&all().iter().collect::<Vec<_>>()));

/// The form most of whose own labels stand in the document, `None` if none or two stand level.
pub(super) fn form_of_tables(pieces: &[Piece<'_>]) -> Option<&'static Form> {
    leading(&DISTINCTIVE, all().len(), pieces).and_then(|place| all().get(place))
}

/// The place of the form whose keys stand there most often.
fn leading(distinctive: &HashMap<String, Vec<usize>>, forms: usize, pieces: &[Piece<'_>]) -> Option<usize> {
    let mut hits = vec![0_usize; forms];
    for piece in pieces.iter().filter(|piece| !piece.text.is_empty() && piece.text.len() <= LONGEST) {
        for place in distinctive.get(&Keys::of_label(piece.text).full).into_iter().flatten() {
            if let Some(hits) = hits.get_mut(*place) {
                *hits += 1;
            }
        }
    }
    let most = hits.iter().copied().max().filter(|most| *most > 0)?;
    let mut leading = hits.iter().enumerate().filter(|(_, hits)| **hits == most);
    let (place, _) = leading.next()?;
    leading.next().is_none().then_some(place)
}

/// Every label, alias and heading of a form's tables.
fn keys_of(form: &Form) -> HashSet<String> {
    let mut keys = HashSet::new();
    for row in form.sections.iter().filter_map(|section| section.table.as_ref()).flat_map(|table| &table.rows)
    {
        let lines =
            row.columns.iter().flat_map(|column| std::iter::once(&column.label).chain(&column.aliases));
        for label in std::iter::once(&row.label).chain(&row.aliases).chain(lines).chain([&row.block]) {
            keys.insert(Keys::of_label(label).full);
        }
        for part in row.group.iter().flat_map(|group| group.split('/')) {
            let Keys { full, bare } = Keys::of_label(part);
            keys.extend([full, bare]);
        }
        keys.insert(Keys::of_label(&row.label).bare);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces<'t>(labels: &[&'t str]) -> Vec<Piece<'t>> {
        labels.iter().map(|&text| Piece::loose(text, 1)).collect()
    }

    const PRESENT: [&str; 4] = ["规章", "本年制发件数", "现行有效件数", "保护第三方合法权益"];

    #[test]
    fn the_columns_tell_the_form() {
        let forms: Vec<&Form> = all().iter().take(2).collect();
        let found = |labels: &[&str]| {
            let place = leading(&distinctive(&forms), forms.len(), &pieces(labels));
            place.map(|place| forms[place].id.as_str())
        };
        assert_eq!(found(&["规章", "本年新制作数量", "对外公开总数量"]), Some("2019"));
        assert_eq!(found(&PRESENT[..3]), Some("2021"));
        assert_eq!(found(&PRESENT[..1]), None);
    }

    #[test]
    fn of_forms_with_the_same_columns_a_row_tells() {
        // The library's tests know a later form of the same columns, which has two rows for the last of these.
        let found = |labels: &[&str]| form_of_tables(&pieces(labels)).map(|form| form.id.as_str());
        assert_eq!(found(&PRESENT), Some("2021"));
        assert_eq!(found(&PRESENT[..3]), None);
        assert_eq!(found(&["规章", "本年制发件数", "涉及商业秘密"]), Some("2090"));
    }
}
