//! 全年办理行政许可12864件, where the table has 12846: a number that is a slip of the very cell its words name, whatever
//! else they say.

use super::subjects::is_of_decisions;
use super::{OTHERS, Subject, UNITS, Wrong, apart, arguments, cleaned, values};
use crate::domain::rules::judging::Judging;
use crate::domain::wording::numbers;

/// What is done with decisions that are taken.
const PUBLISHED: [&str; 10] =
    ["公示", "公布", "归集", "推送", "录入", "报送", "上传", "发布", "公开行政", "清单"];

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    let others = OTHERS.iter().filter(|word| **word != "许可").any(|word| sentence.contains(word));
    if others || sentence.contains("其中") {
        return Vec::new();
    }
    let apart = apart(sentence, judged.year);
    // What is published or inspected of decisions is another number.
    let published = PUBLISHED.iter().any(|word| sentence.contains(word));
    let told = numbers(sentence);
    let wrong = told
        .iter()
        .filter(|told| UNITS.contains(&told.unit) && told.unit != "件次" && told.clause_end() <= apart);
    let wrong = wrong.filter_map(|told| {
        let phrase = cleaned(told.phrase, judged.year);
        let subject = Subject::last_in(&phrase)?;
        let other = published && is_of_decisions(subject);
        let values = values(judged, subject).filter(|values| !other && !values.contains(&told.number))?;
        let right = values.iter().copied().find(|right| is_slip(told.number, *right))?;
        let cells = subject.may_be.iter().flat_map(|cells| cells.iter()).map(|cell| (*cell).to_owned());
        Some(((told.start, told.end, arguments(told.clause, &[right])), cells.collect()))
    });
    wrong.collect()
}

/// Whether a number of three digits or more has two neighbours exchanged; what is near in its last digits may be another
/// number of the same work.
fn is_slip(number: i64, right: i64) -> bool {
    let (number, right) = (number.to_string(), right.to_string());
    let (one, other) = (number.as_bytes(), right.as_bytes());
    let places: Vec<usize> = one
        .iter()
        .zip(other)
        .enumerate()
        .filter(|(_, (one, other))| one != other)
        .map(|(at, _)| at)
        .collect();
    let [first, second] = places.as_slice() else { return false };
    one.len() == other.len()
        && one.len() > 2
        && *second == first + 1
        && one.get(*first) == other.get(*second)
        && one.get(*second) == other.get(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_two_digits_exchanged() {
        for (number, right, slip) in [
            (12_864, 12_846, true),
            (1_058, 1_085, true),
            (1_185, 1_085, false),
            (174, 147, true),
            (157, 147, false),
            (714, 147, false),
            (41, 14, false),
            (12_000, 12_846, false),
        ] {
            assert_eq!(is_slip(number, right), slip, "{number} {right}");
        }
    }
}
