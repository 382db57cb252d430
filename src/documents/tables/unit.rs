//! A unit said over a whole table, that is none of the form's: 单位：百件, 金额单位：元.

use crate::documents::label::Keys;

/// How such a line begins.
const LEADS: [&str; 6] = ["单位", "计量单位", "金额单位", "收费金额单位", "数量单位", "统计单位"];
/// Longest such line, in letters.
const LONGEST: usize = 16;
/// Counts by more than one.
const MANY: [char; 5] = ['十', '百', '千', '万', '亿'];
const COUNTED: [char; 6] = ['件', '项', '宗', '份', '条', '起'];

/// What of a table cannot be read in the form's own units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OtherUnits {
    pub counts: bool,
    pub amounts: bool,
}

impl OtherUnits {
    /// What a line says, if it says a unit.
    pub fn of(text: &str) -> Option<OtherUnits> {
        let key = Keys::of(text).full;
        let said = LEADS.iter().find_map(|lead| key.strip_prefix(lead))?;
        if key.chars().count() > LONGEST {
            return None;
        }
        let chars: Vec<char> = said.chars().collect();
        let many = |unit: &[char]| {
            chars
                .windows(2)
                .any(|pair| matches!(pair, [many, of] if MANY.contains(many) && unit.contains(of)))
        };
        Some(OtherUnits { counts: many(&COUNTED), amounts: said.replace("万元", "").contains('元') })
    }

    pub fn and(self, other: OtherUnits) -> OtherUnits {
        OtherUnits { counts: self.counts || other.counts, amounts: self.amounts || other.amounts }
    }

    /// Whether cells of a unit are meant.
    pub fn hold_for(self, unit: &str) -> bool {
        if unit.contains('元') { self.amounts } else { self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_over_a_table_is_the_forms_own_or_another() {
        let of = |text: &str| OtherUnits::of(text).map(|units| (units.counts, units.amounts));
        for text in ["单位：件", "单位：件、万元", "（单位：万元）", "计量单位：项"] {
            assert_eq!(of(text), Some((false, false)), "{text}");
        }
        assert_eq!(of("单位：百件"), Some((true, false)));
        assert_eq!(of("（计量单位：万件，万元）"), Some((true, false)));
        for text in ["金额单位：元", "单位：件/元", "单位：千元", "单位：亿元"] {
            assert_eq!(of(text), Some((false, true)), "{text}");
        }
        for text in ["规章", "单位公开情况说明如下：本单位共有下属单位三个", "本年收费金额（单位：元）"]
        {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
