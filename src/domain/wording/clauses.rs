//! Numbers as sentences tell them: each with the clause it stands in.

use super::characters::{half, is_digit};
use super::han;

/// A number of things in a clause, `收到申请12件`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<'t> {
    pub clause: &'t str,
    /// The clause before the number.
    pub before: &'t str,
    /// What leads to the number: the clause since the number before it.
    pub phrase: &'t str,
    /// The clause behind the unit.
    pub behind: &'t str,
    pub number: i64,
    pub unit: &'static str,
    /// In bytes of the whole text.
    pub start: usize,
    pub end: usize,
    /// Where the unit ends.
    pub unit_end: usize,
}

impl Told<'_> {
    /// Where its clause begins, in bytes of the whole text.
    pub fn clause_start(&self) -> usize {
        self.start.saturating_sub(self.before.len())
    }

    pub fn clause_end(&self) -> usize {
        self.clause_start() + self.clause.len()
    }
}

const UNITS: [&str; 18] = [
    "人次", "家次", "批次", "件次", "件", "宗", "份", "例", "起", "项", "条", "场", "篇", "个", "期", "次",
    "家", "户",
];
/// What begins like a unit and counts nothing of interest.
const NO_UNITS: [&str; 7] = ["个月", "个工作日", "个百分点", "条例", "次年", "家长", "期间"];
const ENDS: [char; 8] = ['。', '；', ';', '\n', '，', ',', '！', '：'];

/// Sentences, each with the byte at which it begins.
pub fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive(['。', '；', ';', '！', '\n']).scan(0_usize, |from, sentence| {
        let start = *from;
        *from += sentence.len();
        Some((start, sentence))
    })
}

/// Every number that is followed by a unit of counting, in order.
///
/// A clause with none in digits is read for one in words: 十五件.
pub fn numbers(text: &str) -> Vec<Told<'_>> {
    let mut told = Vec::new();
    let mut from = 0;
    for clause in clauses(text) {
        let before = told.len();
        add_numbers(clause, from, &numerals(clause), value, &mut told);
        if told.len() == before {
            add_numbers(clause, from, &han::numerals(clause), han::value, &mut told);
        }
        from += clause.len();
    }
    told
}

/// Adds the numbers of a clause that begins at a byte of the text.
fn add_numbers<'t>(
    clause: &'t str,
    from: usize,
    numerals: &[(usize, usize)],
    value: fn(&str) -> Option<i64>,
    told: &mut Vec<Told<'t>>,
) {
    let mut since = 0;
    for &(start, end) in numerals {
        let part = |from: usize, to: usize| clause.get(from..to).unwrap_or_default();
        let (Some((unit, unit_end)), Some(number)) = (unit_at(clause, end), value(part(start, end))) else {
            continue;
        };
        told.push(Told {
            clause,
            before: part(0, start),
            phrase: part(since, start),
            behind: part(unit_end, clause.len()),
            number,
            unit,
            start: from + start,
            end: from + end,
            unit_end: from + unit_end,
        });
        since = unit_end;
    }
}

/// Cuts a text at its marks; a comma between the thousands of a number cuts nothing.
fn clauses(text: &str) -> Vec<&str> {
    let mut clauses = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(c) = char_at(text, at) {
        at = if is_digit(c) { numeral_end(text, at) } else { at + c.len_utf8() };
        if ENDS.contains(&c) {
            clauses.push(text.get(from..at).unwrap_or_default());
            from = at;
        }
    }
    clauses.extend(text.get(from..).filter(|rest| !rest.is_empty()));
    clauses
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..).and_then(|rest| rest.chars().next())
}

/// Whole numbers in Arabic digits; parts of decimals, dates and longer names are none.
fn numerals(clause: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut before, mut at) = (None, 0);
    while let Some(c) = char_at(clause, at) {
        if !is_digit(c) {
            before = Some(half(c));
            at += c.len_utf8();
            continue;
        }
        let end = numeral_end(clause, at);
        let after = char_at(clause, end).map(half);
        let whole = !matches!(before, Some('.' | '-' | '〔' | '第') | Some('a'..='z' | 'A'..='Z'))
            && !matches!(after, Some('.' | '%' | '号'));
        if whole {
            found.push((at, end));
        }
        (before, at) = (None, end);
    }
    found
}

/// Where the number ends that begins here: its digits, and its thousands if commas part them.
fn numeral_end(text: &str, start: usize) -> usize {
    let wide = char_at(text, start).is_some_and(|c| !c.is_ascii());
    let (mut end, first) = digits_end(text, start);
    while first <= 3
        && let Some(comma) = char_at(text, end).filter(|c| *c == ',' || (wide && *c == '，'))
        && let (next, 3) = digits_end(text, end + comma.len_utf8())
    {
        end = next;
    }
    end
}

/// Where the digits end that begin here, and how many they are.
fn digits_end(text: &str, start: usize) -> (usize, usize) {
    let digits = text.get(start..).unwrap_or_default().chars().take_while(|c| is_digit(*c));
    digits.fold((start, 0), |(end, count), c| (end + c.len_utf8(), count + 1))
}

fn value(numeral: &str) -> Option<i64> {
    let digits: String = numeral.chars().map(half).filter(|c| c.is_ascii_digit()).collect();
    digits.parse().ok()
}

/// The unit of counting that follows, and where it ends.
fn unit_at(clause: &str, end: usize) -> Option<(&'static str, usize)> {
    let behind = clause.get(end..)?.trim_start();
    let unit = UNITS.into_iter().find(|unit| behind.starts_with(*unit))?;
    let counts = !NO_UNITS.iter().any(|other| behind.starts_with(*other));
    counts.then_some((unit, clause.len() - behind.len() + unit.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_unit_are_told_with_their_clause() {
        let text = "2023年收到申请12件，其中3.5%为网络申请；依据第711号令，诉讼 2 起。";
        let told: Vec<(&str, i64)> = numbers(text).iter().map(|told| (told.before, told.number)).collect();
        assert_eq!(told, [("2023年收到申请", 12), ("诉讼 ", 2)]);
        let first = &numbers(text)[0];
        assert_eq!(&text[first.start..first.end], "12");
        assert_eq!(&text[first.clause_start()..first.clause_end()], "2023年收到申请12件，");
    }

    #[test]
    fn thousands_and_full_width_digits_are_one_number() {
        let text = "新收3,511件、结转１，０９６件次，为期3个月，２件，345件";
        let told: Vec<(&str, i64, &str)> =
            numbers(text).iter().map(|told| (told.phrase, told.number, told.unit)).collect();
        assert_eq!(told, [("新收", 3511, "件"), ("、结转", 1096, "件次"), ("", 2, "件"), ("", 345, "件")]);
        let first = &numbers(text)[0];
        assert_eq!((&text[first.start..first.end], &text[first.end..first.unit_end]), ("3,511", "件"));
        assert_eq!(first.behind, "、结转１，０９６件次，");
    }

    #[test]
    fn numbers_in_words_are_told_where_a_clause_has_none_in_digits() {
        let told = |text: &str| -> Vec<(i64, String)> {
            numbers(text)
                .iter()
                .map(|told| (told.number, text[told.start..told.unit_end].to_owned()))
                .collect()
        };
        assert_eq!(
            told("收到申请十五件，办结十四件"),
            [(15, "十五件".to_owned()), (14, "十四件".to_owned())]
        );
        assert_eq!(told("收到申请一百二十件"), [(120, "一百二十件".to_owned())]);
        assert!(told("第三件，每一件，一件不漏，统一项目，万件").is_empty());
        assert_eq!(told("收到12件和三份"), [(12, "12件".to_owned())]);
    }

    #[test]
    fn sentences_are_told_with_their_place() {
        let text = "甲。\n乙；丙";
        let found: Vec<(usize, &str)> = sentences(text).collect();
        assert_eq!(found, [(0, "甲。"), (6, "\n"), (7, "乙；"), (13, "丙")]);
    }
}
