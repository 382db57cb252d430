//! Ratios that supervisors ask for, each with its stated denominator; none where that is zero.

use super::Sum;

/// A ratio over cells of Table III or IV.
///
/// Label and definition stand in the catalogue of messages, in the groups `ratio` and `definition`.
pub struct Ratio {
    pub key: &'static str,
    numerator: &'static [&'static str],
    denominator: &'static [&'static str],
}

/// A ratio of a sum: both sides, and the value in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatioValue {
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    /// Rounded half to even; `None` on zero.
    pub millionths: Option<i64>,
}

/// Results by which nothing was given, whatever the reason (不予公开).
pub(in crate::domain) const REFUSED: &[&str] = &[
    "requests.refused_state_secret.total",
    "requests.refused_prohibited_by_law.total",
    "requests.refused_security_and_stability.total",
    "requests.refused_third_party_rights.total",
    "requests.refused_internal_affairs.total",
    "requests.refused_deliberative_process.total",
    "requests.refused_enforcement_file.total",
    "requests.refused_administrative_inquiry.total",
];

/// Results by which there was nothing to give (无法提供).
pub(in crate::domain) const UNAVAILABLE: &[&str] = &[
    "requests.unavailable_not_held.total",
    "requests.unavailable_requires_creation.total",
    "requests.unavailable_still_unclear.total",
];

/// All of them.
pub static RATIOS: &[Ratio] = &[
    Ratio {
        key: "completion_rate",
        numerator: &["requests.results_total.total"],
        denominator: &["requests.new_requests.total", "requests.carried_over.total"],
    },
    Ratio {
        key: "granted_rate",
        numerator: &["requests.granted.total"],
        denominator: &["requests.results_total.total"],
    },
    Ratio { key: "refused_rate", numerator: REFUSED, denominator: &["requests.results_total.total"] },
    Ratio { key: "unavailable_rate", numerator: UNAVAILABLE, denominator: &["requests.results_total.total"] },
    Ratio {
        key: "reconsideration_correction_rate",
        numerator: &["disputes.reconsideration.corrected"],
        denominator: &[
            "disputes.reconsideration.upheld",
            "disputes.reconsideration.corrected",
            "disputes.reconsideration.other",
        ],
    },
    Ratio {
        key: "litigation_correction_rate",
        numerator: &[
            "disputes.litigation_direct.corrected",
            "disputes.litigation_after_reconsideration.corrected",
        ],
        denominator: &[
            "disputes.litigation_direct.upheld",
            "disputes.litigation_direct.corrected",
            "disputes.litigation_direct.other",
            "disputes.litigation_after_reconsideration.upheld",
            "disputes.litigation_after_reconsideration.corrected",
            "disputes.litigation_after_reconsideration.other",
        ],
    },
];

impl Ratio {
    /// The ratio of a sum.
    pub fn of(&self, sum: &Sum) -> RatioValue {
        let side = |cells: &[&str]| {
            cells.iter().try_fold(0_i64, |total, name| {
                let value = sum.get(sum.form().by_indicator(name)?)?;
                total.checked_add(value)
            })
        };
        RatioValue::new(side(self.numerator), side(self.denominator))
    }
}

impl RatioValue {
    pub fn new(numerator: Option<i64>, denominator: Option<i64>) -> RatioValue {
        let millionths = numerator.zip(denominator).and_then(|(above, below)| divide(above, below));
        RatioValue { numerator, denominator, millionths }
    }
}

/// In millionths, half to even.
fn divide(above: i64, below: i64) -> Option<i64> {
    if below <= 0 || above < 0 {
        return None;
    }
    let (above, below) = (i128::from(above) * 1_000_000, i128::from(below));
    let (whole, rest) = (above / below, above % below);
    let up = rest * 2 > below || (rest * 2 == below && whole % 2 == 1);
    i64::try_from(if up { whole + 1 } else { whole }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::by_id;

    #[test]
    fn every_ratio_names_cells_of_the_present_form() {
        let form = by_id("2021").unwrap();
        for ratio in RATIOS {
            for name in ratio.numerator.iter().chain(ratio.denominator) {
                assert!(form.by_indicator(name).is_some(), "{}: {name}", ratio.key);
            }
        }
    }

    #[test]
    fn values_are_rounded_half_to_even_and_zero_has_none() {
        assert_eq!(divide(17, 414), Some(41_063));
        assert_eq!(divide(1, 2_000_000), Some(0));
        assert_eq!(divide(3, 2_000_000), Some(2));
        assert_eq!(divide(1, 1), Some(1_000_000));
        assert_eq!(divide(5, 0), None);
    }
}
