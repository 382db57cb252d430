//! What of one form's sums means the same in another.
//!
//! A cell of the same name means the same in both forms. A row that says under which row of the form before it was
//! counted is a part of that one: parts add up to the older row; the older row is none of its parts.

use super::Sum;
use crate::domain::form::{self, Form};

/// A sum in another form; cells that do not convert are null there.
pub fn convert(sum: &Sum, to: &'static Form) -> Sum {
    let place = |form: &Form| form::all().iter().position(|known| known.id == form.id);
    let (Some(mut at), Some(end)) = (place(sum.form()), place(to)) else { return Sum::empty(to) };
    let mut converted = sum.clone();
    while at != end {
        let next = if at < end { at + 1 } else { at - 1 };
        let Some(form) = form::all().get(next) else { return Sum::empty(to) };
        converted = step(&converted, form, next < at);
        at = next;
    }
    converted
}

/// A sum in the form just before or just behind its own.
fn step(sum: &Sum, to: &'static Form, back: bool) -> Sum {
    let from = sum.form();
    let mut converted = Sum::empty(to);
    converted.reports = sum.reports;
    for cell in &to.cells {
        let rows = if back {
            parts(from, &cell.section_key, &cell.row_key)
        } else {
            whole(to, &cell.section_key, &cell.row_key)
        };
        let places: Option<Vec<usize>> =
            rows.iter().map(|row| from.find(&cell.section_key, row, &cell.column_key)).collect();
        let Some(places) = places.filter(|places| !places.is_empty()) else { continue };
        let total = places.iter().try_fold(0_i64, |total, at| sum.get(*at)?.checked_add(total));
        if let Some(total) = total {
            let present = places.iter().map(|at| sum.present_at(*at)).min().unwrap_or(0);
            converted.set(cell.index, total, present);
        }
    }
    converted
}

/// The rows of a form with the keys under which they were counted before.
fn rows<'f>(form: &'f Form, section: &str) -> impl Iterator<Item = (&'f str, Option<&'f str>)> + 'f {
    let table = form.section(section).and_then(|section| section.table.as_ref());
    let rows = table.map(|table| table.rows.as_slice()).unwrap_or_default();
    rows.iter().map(|row| (row.key.as_str(), row.same_as.as_deref()))
}

/// The rows of the newer form that a row of the older one is made of.
fn parts<'f>(newer: &'f Form, section: &str, row: &str) -> Vec<&'f str> {
    let parts = rows(newer, section)
        .filter(|(key, same_as)| *same_as == Some(row) || (*key == row && same_as.is_none()));
    parts.map(|(key, _)| key).collect()
}

/// The row of the older form that a row of the newer one is; none where it is a part, or has lost one.
fn whole<'f>(newer: &'f Form, section: &str, row: &str) -> Vec<&'f str> {
    let own = rows(newer, section).find(|(key, _)| *key == row);
    let older = own.map(|(key, same_as)| same_as.unwrap_or(key));
    let alone = older.is_some_and(|older| parts(newer, section, older) == [row]);
    older.filter(|_| alone).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figures::Figures;
    use crate::domain::form::by_id;

    fn filled(form: &'static Form) -> Sum {
        let mut figures = Figures::empty(form);
        (0..form.cells.len()).for_each(|at| figures.set(at, Some(at as i64 + 1)));
        let mut sum = Sum::empty(form);
        sum.count(&figures, 1).unwrap();
        sum
    }

    #[test]
    fn tables_three_and_four_and_decisions_convert_and_nothing_else() {
        let (trial, present) = (by_id("2019").unwrap(), by_id("2021").unwrap());
        let converted = convert(&filled(present), trial);
        let at = |form: &Form, name: &str| form.by_indicator(name).unwrap();
        let of = |name: &str| filled(present).get(at(present, name)).unwrap();
        assert_eq!(converted.get(at(trial, "requests.granted.total")), Some(of("requests.granted.total")));
        let parts = ["other_correction_overdue", "other_fee_overdue", "other_other"];
        let other: i64 = parts.iter().map(|row| of(&format!("requests.{row}.total"))).sum();
        assert_eq!(converted.get(at(trial, "requests.other.total")), Some(other));
        assert_eq!(
            converted.get(at(trial, "proactive_disclosure.penalties.decisions")),
            Some(of("proactive_disclosure.penalties.decisions"))
        );
        assert_eq!(converted.get(at(trial, "proactive_disclosure.regulations.made")), None);
        let back = convert(&filled(trial), present);
        assert_eq!(back.get(at(present, "requests.other_other.total")), None, "one number is not three");
        assert_eq!(back.get(at(present, "proactive_disclosure.fees.amount")), None);
    }
}
