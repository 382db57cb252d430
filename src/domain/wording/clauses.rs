//! Numbers as sentences tell them: each with the clause it stands in.

/// A number of things in a clause, `收到申请12件`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<'t> {
    pub clause: &'t str,
    /// The clause before the number.
    pub before: &'t str,
    pub number: i64,
    /// In bytes of the whole text.
    pub start: usize,
    pub end: usize,
}

const UNITS: [&str; 8] = ["件次", "件", "宗", "份", "例", "起", "项", "条"];
const ENDS: [char; 8] = ['。', '；', ';', '\n', '，', ',', '！', '：'];

/// Every number that is followed by a unit of counting, in order.
pub fn numbers(text: &str) -> Vec<Told<'_>> {
    let mut told = Vec::new();
    let mut from = 0;
    for clause in text.split_inclusive(ENDS) {
        for (start, end, number) in numerals(clause) {
            let behind = clause.get(end..).unwrap_or_default().trim_start();
            if UNITS.iter().any(|unit| behind.starts_with(unit)) {
                let before = clause.get(..start).unwrap_or_default();
                told.push(Told { clause, before, number, start: from + start, end: from + end });
            }
        }
        from += clause.len();
    }
    told
}

/// Whole numbers in Arabic digits; parts of decimals, dates and longer names are none.
fn numerals(clause: &str) -> Vec<(usize, usize, i64)> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(offset) = clause.get(rest..).and_then(|text| text.find(|c: char| c.is_ascii_digit())) {
        let start = rest + offset;
        let tail = clause.get(start..).unwrap_or_default();
        let length = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let end = start + length;
        let before = clause.get(..start).and_then(|text| text.chars().next_back());
        let after = clause.get(end..).and_then(|text| text.chars().next());
        let whole = !matches!(before, Some('.' | '-' | '〔' | '第') | Some('a'..='z' | 'A'..='Z'))
            && !matches!(after, Some('.' | '%' | '号'));
        if let Some(number) = clause.get(start..end).and_then(|digits| digits.parse().ok()).filter(|_| whole)
        {
            found.push((start, end, number));
        }
        rest = end;
    }
    found
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
    }
}
