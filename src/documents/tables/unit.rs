//! A unit said over a whole table, that is none of the form's: 单位：百件, 金额单位：元.

use crate::documents::label::Keys;
use crate::domain::wording::is_han;

/// How such a line begins.
const LEADS: [&str; 6] = ["金额", "单位", "计量单位", "收费金额单位", "数量单位", "统计单位"];
/// Longest such line, in letters.
const LONGEST: usize = 16;
/// Longest sentence that is looked at for one.
const LONGEST_SENTENCE: usize = 60;
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
        match LEADS.iter().find_map(|lead| key.strip_prefix(lead)) {
            Some(said) if key.chars().count() <= LONGEST => Some(OtherUnits::in_units(said)),
            _ if is_yuan_alone(text) => Some(OtherUnits { amounts: true, ..OtherUnits::default() }),
            _ => None,
        }
    }

    /// What is said within a sentence or a line of other words: 注：收费金额单位为元, 填报单位：某局　金额单位：元. Only what
    /// names another unit than the form's says anything.
    pub fn within(text: &str) -> OtherUnits {
        let is_mark = |c: &char| c.is_whitespace() || "“”\"'：:（）()".contains(*c);
        let plain: String = text.chars().filter(|c| !is_mark(c)).collect();
        let is_short = plain.chars().count() <= LONGEST_SENTENCE;
        let mut units = OtherUnits::default();
        for (at, word) in plain.match_indices("单位").filter(|_| is_short) {
            let before = plain.get(..at).unwrap_or_default();
            let said = plain.get(at + word.len()..).unwrap_or_default();
            let said =
                ["均为", "为", "是", "系"].iter().find_map(|verb| said.strip_prefix(verb)).unwrap_or(said);
            let said = said.strip_prefix("人民币").unwrap_or(said);
            let behind = said.trim_start_matches(is_of_unit);
            let said = said.get(..said.len() - behind.len()).unwrap_or_default();
            // 本单位元旦: the word goes on.
            if !behind.starts_with(is_han) {
                units = units.and(OtherUnits::in_units(said));
            }
            units.amounts |= before.ends_with("以元为") || before.ends_with("元为");
        }
        units
    }

    /// What a cell says that holds a unit and nothing else; nothing of the form's own.
    pub fn alone(text: &str) -> Option<OtherUnits> {
        let key = Keys::of(text).full;
        let is_short = (1..=6).contains(&key.chars().count());
        (is_short && key.chars().all(is_of_unit)).then(|| OtherUnits::in_units(&key))
    }

    fn in_units(said: &str) -> OtherUnits {
        let chars: Vec<char> = said.chars().collect();
        let many = |unit: &[char]| {
            chars
                .windows(2)
                .any(|pair| matches!(pair, [many, of] if MANY.contains(many) && unit.contains(of)))
        };
        // 元氏县, 多元化: the word goes on.
        let goes_on = |next: Option<&char>| next.is_some_and(|next| is_han(*next) && !is_of_unit(*next));
        let is_yuan = |at: usize| {
            let before = at.checked_sub(1).and_then(|before| chars.get(before));
            chars.get(at) == Some(&'元') && before != Some(&'万') && !goes_on(chars.get(at + 1))
        };
        OtherUnits { counts: many(&COUNTED), amounts: (0..chars.len()).any(is_yuan) }
    }

    pub fn and(self, other: OtherUnits) -> OtherUnits {
        OtherUnits { counts: self.counts || other.counts, amounts: self.amounts || other.amounts }
    }

    /// Whether cells of a unit are meant.
    pub fn hold_for(self, unit: &str) -> bool {
        if unit.contains('元') { self.amounts } else { self.counts }
    }
}

fn is_of_unit(c: char) -> bool {
    c == '元' || MANY.contains(&c) || COUNTED.contains(&c) || "人次、/".contains(c)
}

/// （元） and no more.
fn is_yuan_alone(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !(c.is_whitespace() || "（）()".contains(*c))).collect();
    bare == "元" && text.trim().chars().count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_over_a_table_is_the_forms_own_or_another() {
        let of = |text: &str| OtherUnits::of(text).map(|units| (units.counts, units.amounts));
        for text in ["单位：件", "单位：件、万元", "（单位：万元）", "计量单位：项", "单位：元氏县教育局"]
        {
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
