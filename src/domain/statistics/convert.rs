//! What of one form's sums means the same in another: 处理决定数量, Table III, Table IV; nothing else.

use super::Sum;
use crate::domain::form::Form;

/// The column of Table II that both forms have with one meaning.
const DECISIONS: &str = "decisions";
/// The trial form's single row for what the present form splits in three.
const OTHER: &str = "other";
const PARTS_OF_OTHER: [&str; 3] = ["other_correction_overdue", "other_fee_overdue", "other_other"];

/// A sum in another form; cells that do not convert are null there.
pub fn convert(sum: &Sum, to: &'static Form) -> Sum {
    if *sum.form() == *to {
        return sum.clone();
    }
    let from = sum.form();
    let mut converted = Sum::empty(to);
    converted.reports = sum.reports;
    for cell in &to.cells {
        let same = match cell.section_key.as_str() {
            "requests" | "disputes" => true,
            _ => cell.column_key == DECISIONS,
        };
        if !same {
            continue;
        }
        let place = |row: &str| from.find(&cell.section_key, row, &cell.column_key);
        let sources: Vec<usize> = match place(&cell.row_key) {
            Some(at) => vec![at],
            None if cell.row_key == OTHER => PARTS_OF_OTHER.iter().filter_map(|row| place(row)).collect(),
            None => Vec::new(),
        };
        let values: Option<Vec<i64>> = sources.iter().map(|at| sum.get(*at)).collect();
        let total = values.filter(|values| !values.is_empty());
        let total = total.and_then(|values| values.into_iter().try_fold(0_i64, i64::checked_add));
        if let Some(total) = total {
            let present = sources.iter().map(|at| sum.present_at(*at)).min().unwrap_or(0);
            converted.set(cell.index, total, present);
        }
    }
    converted
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
