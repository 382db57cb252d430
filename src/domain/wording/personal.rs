//! Personal data in a text: numbers of identity cards, mobiles, bank cards, and car plates.

use super::characters::{half, is_digit, is_private, joiner, set_off_digit};
use super::plates::plates;
use chrono::NaiveDate;

/// What kind of personal data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    IdNumber,
    Mobile,
    BankCard,
    Plate,
}

/// Finds one kind in a text: ranges of bytes, in order.
pub fn find(kind: Personal, text: &str) -> Vec<(usize, usize)> {
    match kind {
        Personal::Plate => plates(text),
        numbers => {
            let mut found = find_numbers(numbers, text, plainly);
            if text.chars().any(is_doubtful) {
                found.extend(find_numbers(numbers, text, doubtfully));
                found.sort_unstable();
                found.dedup_by(|later, first| later.0 < first.1);
            }
            found
        }
    }
}

fn find_numbers(kind: Personal, text: &str, read: fn(char) -> Read) -> Vec<(usize, usize)> {
    let numbers = numerals(text, read).into_iter();
    let found = numbers.filter(|run| is(kind, &run.text) && !is_amount(text, run.end));
    found.map(|run| (run.start, run.end)).collect()
}

/// What a character is to a number.
enum Read {
    Letter(char),
    /// It is passed over.
    Nothing,
    Between,
}

fn plainly(c: char) -> Read {
    let plain = half(c);
    if plain.is_ascii_alphanumeric() { Read::Letter(plain) } else { Read::Between }
}

/// The same where characters that mostly stand for something else are taken for parts of a number.
fn doubtfully(c: char) -> Read {
    match set_off_digit(c) {
        Some(digit) => Read::Letter(digit),
        None if is_doubtful(c) => Read::Nothing,
        None => plainly(c),
    }
}

fn is_doubtful(c: char) -> bool {
    // Nearly everything: nothing to look up.
    if matches!(c, ' '..='~' | '\u{3000}'..='\u{d7ff}') {
        return false;
    }
    set_off_digit(c).is_some() || is_private(c) || c == '\u{fffd}'
}

/// Letters and digits that stand together, in their plain forms.
#[derive(Debug, Clone)]
struct Run {
    text: String,
    /// In bytes.
    start: usize,
    end: usize,
}

/// Most groups of one number.
const MOST_GROUPS: usize = 8;
/// Longest number, in digits.
const LONGEST: usize = 19;

/// Runs that may be numbers of persons; such as are written in groups, `138-0355-0001`, are one.
fn numerals(text: &str, read: fn(char) -> Read) -> Vec<Run> {
    let runs = runs(text, read);
    let mut found = Vec::new();
    let mut rest = runs.as_slice();
    while !rest.is_empty() {
        let of = |pair: &[Run]| joint(text, pair);
        let joint = rest.get(..2).and_then(of);
        let joined = rest.windows(2).take_while(|pair| joint.is_some() && of(pair) == joint).count();
        let whole = |more: usize| Some((numbers(rest.get(..=more).filter(|chain| chain.len() > 1)?)?, more));
        let mixed = || rest.windows(2).take(MOST_GROUPS).take_while(|pair| of(pair).is_some()).count();
        let taken = match whole(joined).or_else(|| whole(joint.map_or(0, |_| mixed()))) {
            Some((numbers, more)) => {
                found.extend(numbers);
                more
            }
            None => {
                // Codes of several parts are nobody's number.
                if joint != Some([Some('-'), None, None]) {
                    found.extend_from_slice(rest.get(..=joined).unwrap_or(rest));
                }
                joined
            }
        };
        rest = rest.get(taken + 1..).unwrap_or_default();
    }
    found
}

/// What joins two runs, if nothing but a few such marks stands between them.
fn joint(text: &str, pair: &[Run]) -> Option<[Option<char>; 3]> {
    let [one, next] = pair else { return None };
    let mut marks = [None; 3];
    let mut places = marks.iter_mut();
    for c in text.get(one.end..next.start)?.chars() {
        *places.next()? = Some(joiner(c)?);
    }
    Some(marks)
}

/// The numbers that the groups of a chain make, if they make numbers and nothing else.
fn numbers(chain: &[Run]) -> Option<Vec<Run>> {
    let mut found = Vec::new();
    let mut rest = chain;
    while !rest.is_empty() {
        let (number, groups) = (1..=rest.len().min(MOST_GROUPS)).find_map(|groups| {
            let number = grouped(rest.get(..groups)?)?;
            Some((number, groups))
        })?;
        found.push(number);
        rest = rest.get(groups..).unwrap_or_default();
    }
    Some(found)
}

/// Groups of digits as mobiles, bank cards and identity numbers are written, as one run.
fn grouped(groups: &[Run]) -> Option<Run> {
    let lengths: Vec<usize> = groups.iter().map(|run| run.text.len()).collect();
    let length: usize = lengths.iter().sum();
    if !(11..=LONGEST).contains(&length) {
        return None;
    }
    let text: String = groups.iter().map(|run| run.text.as_str()).collect();
    // Not a number and a day, nor a number and a year.
    let dated =
        || groups.last().is_some_and(|last| last.text.starts_with("19") || last.text.starts_with("20"));
    let fits = match lengths.as_slice() {
        [_] | [3, 4, 4] => is(Personal::Mobile, &text),
        [3, 8] | [7, 4] => is(Personal::Mobile, &text) && !dated(),
        [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3] => is_bank_card(&text),
        _ => false,
    };
    let (first, last) = (groups.first()?, groups.last()?);
    (fits || is_id_number(&text)).then_some(Run { text, start: first.start, end: last.end })
}

/// What is written for the X at the end of an identity number.
const CROSSES: [char; 6] = ['×', '✕', '✖', '✗', '╳', '⨯'];

/// Runs that stand alone: no letter or digit on either side.
fn runs(text: &str, read: fn(char) -> Read) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let last = runs.last_mut().filter(|run| run.end == at);
        match (read(c), last) {
            (Read::Letter(letter), Some(run)) => {
                run.text.push(letter);
                run.end = end;
            }
            (Read::Letter(letter), None) => {
                runs.push(Run { text: letter.to_string(), start: at, end });
            }
            (Read::Nothing, Some(run)) => run.end = end,
            (Read::Between, Some(run)) if run.text.len() == 17 && CROSSES.contains(&c) => {
                run.text.push('X');
                run.end = end;
            }
            _ => {}
        }
    }
    runs.into_iter().filter_map(|run| without_country(text, run)).collect()
}

/// A run without the country's code, `+86`; `None` if nothing else stands there.
fn without_country(text: &str, run: Run) -> Option<Run> {
    let before = text.get(..run.start).and_then(|before| before.chars().next_back());
    if before.map(half) != Some('+') || !run.text.starts_with("86") {
        return Some(run);
    }
    let code: usize = text.get(run.start..)?.chars().take(2).map(char::len_utf8).sum();
    let number = run.text.get(2..)?.to_owned();
    (!number.is_empty()).then_some(Run { text: number, start: run.start + code, end: run.end })
}

/// Whether money is told: `13560000000元`, `13560000000.50`.
fn is_amount(text: &str, end: usize) -> bool {
    const UNITS: [&str; 8] = ["元", "万元", "亿元", "余元", "多元", "次", "人次", "余次"];
    let behind = text.get(end..).unwrap_or_default();
    let decimals = behind.strip_prefix('.').is_some_and(|decimals| decimals.starts_with(is_digit));
    decimals || UNITS.iter().any(|unit| behind.trim_start().starts_with(*unit))
}

fn digits(run: &str) -> Option<Vec<u32>> {
    run.chars().map(|c| c.to_digit(10)).collect()
}

fn is(kind: Personal, run: &str) -> bool {
    match kind {
        Personal::IdNumber => is_id_number(run),
        Personal::Mobile => {
            let abroad = ["0086", "86"].iter().filter_map(|code| run.strip_prefix(*code));
            abroad.chain([run]).any(is_mobile)
        }
        Personal::BankCard => is_bank_card(run),
        Personal::Plate => false,
    }
}

fn is_mobile(run: &str) -> bool {
    run.len() == 11 && digits(run).is_some_and(|d| matches!(d.as_slice(), [1, 3..=9, ..]))
}

/// GB 11643: 17 digits with a date, and a check character.
fn is_id_number(run: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let (Some(head), Some(last)) = (run.get(..17), run.get(17..)) else { return false };
    let Some(head_digits) = digits(head).filter(|_| last.len() == 1) else { return false };
    let sum: u32 = head_digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = usize::try_from(sum % 11).ok().and_then(|at| CHECKS.get(at));
    is_dated(head) && check.is_some_and(|check| last.eq_ignore_ascii_case(&check.to_string()))
}

/// Whether digits 7 to 14 are a day on which somebody may have been born.
fn is_dated(head: &str) -> bool {
    let number = |from: usize, to: usize| head.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (number(6, 10), number(10, 12), number(12, 14)) else {
        return false;
    };
    let born = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    (1900..=2030).contains(&year) && born.is_some()
}

/// 16–19 digits of a known kind that pass Luhn's check; an identity number is none.
fn is_bank_card(run: &str) -> bool {
    let Some(digits) = digits(run).filter(|digits| (16..=19).contains(&digits.len())) else { return false };
    let known =
        run.starts_with("62") || run.starts_with("9558") || (run.len() == 16 && run.starts_with(['4', '5']));
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => *digit,
            _ if digit * 2 > 9 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    known && sum.is_multiple_of(10) && !is_id_number(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: Personal, text: &str) -> Vec<&str> {
        find(kind, text).into_iter().map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn identity_numbers_are_those_with_a_date_and_the_right_check() {
        assert_eq!(found(Personal::IdNumber, "张某，身份证号11010519491231002X。"), ["11010519491231002X"]);
        assert_eq!(found(Personal::IdNumber, "３２１３１１１９８８１２２００９１１。").len(), 1);
        for text in [
            "110105194912310021",
            "1101051949123100",
            "索引号11341702486344515H",
            "号11010519491331002X",
            "批次321302199002300011",
        ] {
            assert!(found(Personal::IdNumber, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn mobiles_are_found_and_landlines_and_longer_numbers_are_lawful() {
        assert_eq!(found(Personal::Mobile, "联系人手机：13803550001，"), ["13803550001"]);
        for (text, number) in [
            ("电话138-0355-0001。", "138-0355-0001"),
            ("手机186 0000 0004。", "186 0000 0004"),
            ("电话+8619900000003。", "19900000003"),
            ("电话＋86 199 0000 0003。", "199 0000 0003"),
            ("（手机）：１６６００００００５５。", "１６６００００００５５"),
            ("手机139·1234·5678。", "139·1234·5678"),
            ("手机139\u{3000}1234\u{a0}5678。", "139\u{3000}1234\u{a0}5678"),
            ("手机139\n12345678。", "139\n12345678"),
            ("手机139/1234_5678。", "139/1234_5678"),
            ("手机139－1234 5678", "139－1234 5678"),
            ("手机①③⑨①②③④⑤⑥⑦⑧", "①③⑨①②③④⑤⑥⑦⑧"),
            ("手机139\u{e000}1234\u{e001}5678", "139\u{e000}1234\u{e001}5678"),
            ("①13912345678", "13912345678"),
            ("手机8613912345678", "8613912345678"),
        ] {
            assert_eq!(found(Personal::Mobile, text), [number]);
        }
        for text in [
            "0355-7832000",
            "12803550001",
            "索引号138035500012",
            "统计11位数",
            "资金13560000000元",
            "2307-13803550001-04",
        ] {
            assert!(found(Personal::Mobile, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn numbers_that_stand_together_are_each_found() {
        let text = "139 1234 5678 186 0000 0004\n138 0355 0001";
        assert_eq!(found(Personal::Mobile, text), ["139 1234 5678", "186 0000 0004", "138 0355 0001"]);
        for text in
            ["110105 19491231 002X", "110105 1949 1231 002X", "11010519491231002×", "1101 0519 4912 3100 2X"]
        {
            assert_eq!(found(Personal::IdNumber, text), [text]);
        }
        for list in
            ["150 20231231", "1500000 2023年", "15 120 3000 20", "3 150 2000 3000 4000", "12-139-1234-5678-9"]
        {
            assert!(found(Personal::Mobile, list).is_empty(), "{list}");
        }
    }

    #[test]
    fn bank_cards_pass_their_check() {
        assert_eq!(found(Personal::BankCard, "账号6222020200000000004"), Vec::<&str>::new());
        assert_eq!(found(Personal::BankCard, "卡号4111111111111111。"), ["4111111111111111"]);
        assert_eq!(found(Personal::BankCard, "卡号6222 0211 1600 0123 458。").len(), 1);
        assert_eq!(found(Personal::BankCard, "旧卡9558821116000123454").len(), 1);
        assert!(found(Personal::BankCard, "2023123120231231").is_empty());
    }
}
