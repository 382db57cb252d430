//! Personal data in a text: numbers of identity cards, mobiles, bank cards, and car plates.

use super::characters::{half, is_digit};
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
        numbers => numerals(text)
            .into_iter()
            .filter(|run| is(numbers, &run.text) && !is_amount(text, run.end))
            .map(|run| (run.start, run.end))
            .collect(),
    }
}

/// Letters and digits that stand together, in their plain forms.
#[derive(Debug, Clone)]
struct Run {
    text: String,
    /// In bytes.
    start: usize,
    end: usize,
}

/// Runs that may be numbers of persons; such as are written in groups, `138-0355-0001`, are one.
fn numerals(text: &str) -> Vec<Run> {
    let runs = runs(text);
    let mut found = Vec::new();
    let mut rest = runs.as_slice();
    while !rest.is_empty() {
        let joint = rest.get(..2).and_then(|pair| gap(text, pair)).filter(|gap| matches!(*gap, " " | "-"));
        let joined = rest.windows(2).take_while(|pair| joint.is_some() && gap(text, pair) == joint).count();
        let chain = rest.get(..=joined).unwrap_or(rest);
        match grouped(chain) {
            Some(number) => found.push(number),
            // Codes of several parts are nobody's number.
            None if joint == Some("-") => {}
            None => found.extend_from_slice(chain),
        }
        rest = rest.get(joined + 1..).unwrap_or_default();
    }
    found
}

/// What stands between two runs.
fn gap<'t>(text: &'t str, pair: &[Run]) -> Option<&'t str> {
    match pair {
        [one, next] => text.get(one.end..next.start),
        _ => None,
    }
}

/// Groups of digits as mobiles, bank cards and identity numbers are written, as one run.
fn grouped(chain: &[Run]) -> Option<Run> {
    let lengths: Vec<usize> = chain.iter().map(|run| run.text.len()).collect();
    let fits = matches!(lengths.as_slice(), [3, 4, 4] | [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3] | [6, 8, 4]);
    let (first, last) = (chain.first()?, chain.last()?);
    let text: String = chain.iter().map(|run| run.text.as_str()).collect();
    fits.then_some(Run { text, start: first.start, end: last.end })
}

/// Runs that stand alone: no letter or digit on either side.
fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, c) in text.char_indices() {
        let (plain, end) = (half(c), at + c.len_utf8());
        if !plain.is_ascii_alphanumeric() {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == at => {
                run.text.push(plain);
                run.end = end;
            }
            _ => runs.push(Run { text: plain.to_string(), start: at, end }),
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
    const MONEY: [&str; 5] = ["元", "万元", "亿元", "余元", "多元"];
    let behind = text.get(end..).unwrap_or_default();
    let decimals = behind.strip_prefix('.').is_some_and(|decimals| decimals.starts_with(is_digit));
    decimals || MONEY.iter().any(|money| behind.trim_start().starts_with(*money))
}

fn digits(run: &str) -> Option<Vec<u32>> {
    run.chars().map(|c| c.to_digit(10)).collect()
}

fn is(kind: Personal, run: &str) -> bool {
    match kind {
        Personal::IdNumber => is_id_number(run),
        Personal::Mobile => {
            run.len() == 11 && digits(run).is_some_and(|d| matches!(d.as_slice(), [1, 3..=9, ..]))
        }
        Personal::BankCard => is_bank_card(run),
        Personal::Plate => false,
    }
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

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// What makes 新 a part of another word: 更新, 创新.
const RENEWING: &str = "更最创全刷翻换革";
const DOTS: &str = "·•・‧∙";
const DOTS_OR_BLANK: &str = "·•・‧∙ ";
/// What ends the plates of learners, trailers, the police and those from Hong Kong and Macao.
const ENDINGS: &str = "学挂警港澳";

/// 苏A12345, 沪AD12345, 晋D1234挂: a province, a letter, and what a plate may have behind them.
fn plates(text: &str) -> Vec<(usize, usize)> {
    let chars: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, half(c))).collect();
    let mut found = Vec::new();
    let mut before = ' ';
    for (place, (start, c)) in chars.iter().enumerate() {
        let in_word = *c == '新' && RENEWING.contains(before);
        let province = PROVINCES.contains(*c) && !in_word;
        before = *c;
        let behind = chars.get(place + 1..).unwrap_or_default();
        if province && let Some(length) = plate_behind(behind) {
            found.push((*start, behind.get(length).map_or(text.len(), |(end, _)| *end)));
        }
    }
    found
}

/// How many characters behind a province make a plate with it.
fn plate_behind(behind: &[(usize, char)]) -> Option<usize> {
    let char_at = |at: usize| behind.get(at).map(|(_, c)| *c);
    let mark = |at: usize, marks: &str| usize::from(char_at(at).is_some_and(|c| marks.contains(c)));
    let letter_at = mark(0, DOTS);
    let letter = char_at(letter_at).filter(|c| c.is_ascii_uppercase())?;
    let from = letter_at + 1 + mark(letter_at + 1, DOTS_OR_BLANK);
    let number: String = behind
        .iter()
        .skip(from)
        .map(|(_, c)| *c)
        .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        .take(7)
        .collect();
    let digits = number.chars().filter(|c| c.is_ascii_digit()).count();
    // GB and digits name a standard.
    if digits < 3 || (letter == 'G' && number.starts_with('B')) {
        return None;
    }
    let to = from + number.len();
    let lettered = |c: char| c.is_ascii_uppercase();
    match number.len() {
        4 if char_at(to).is_some_and(|c| ENDINGS.contains(c)) => Some(to + 1),
        5 => Some(to),
        // New energy: six, with a letter at one end.
        6 if number.starts_with(lettered) || number.ends_with(lettered) => Some(to),
        _ => None,
    }
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
    fn bank_cards_pass_their_check_and_plates_have_their_shape() {
        assert_eq!(found(Personal::BankCard, "账号6222020200000000004"), Vec::<&str>::new());
        assert_eq!(found(Personal::BankCard, "卡号4111111111111111。"), ["4111111111111111"]);
        assert_eq!(found(Personal::BankCard, "卡号6222 0211 1600 0123 458。").len(), 1);
        assert_eq!(found(Personal::BankCard, "旧卡9558821116000123454").len(), 1);
        assert!(found(Personal::BankCard, "2023123120231231").is_empty());
        assert_eq!(found(Personal::Plate, "车牌苏A12345和沪AD12345"), ["苏A12345", "沪AD12345"]);
        for plate in ["苏N•12345", "苏N 12345", "苏N1234学", "晋D1234挂", "晋D·A1234"] {
            assert_eq!(found(Personal::Plate, &format!("查扣{plate}，")), [plate]);
        }
        for text in ["苏AABCDE，京津冀A级，GB32100-2015", "新GB19517标准", "更新B20315号", "宁S2023001标段"]
        {
            assert!(found(Personal::Plate, text).is_empty(), "{text}");
        }
    }
}
