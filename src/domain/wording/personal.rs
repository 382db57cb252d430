//! Personal data in a text: numbers of identity cards, mobiles, bank cards, and car plates.

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
        numbers => runs(text)
            .into_iter()
            .filter(|(start, end)| text.get(*start..*end).is_some_and(|run| is(numbers, run)))
            .collect(),
    }
}

/// Runs of digits (with a closing X) that stand alone: no letter or digit on either side.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let mut runs = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_part(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                runs.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    runs
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
    let number = |from: usize, to: usize| head.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let dated = number(6, 10).is_some_and(|year| (1900..=2030).contains(&year))
        && number(10, 12).is_some_and(|month| (1..=12).contains(&month))
        && number(12, 14).is_some_and(|day| (1..=31).contains(&day));
    let sum: u32 = head_digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = usize::try_from(sum % 11).ok().and_then(|at| CHECKS.get(at));
    dated && check.is_some_and(|check| last.eq_ignore_ascii_case(&check.to_string()))
}

/// 16–19 digits of a known kind that pass Luhn's check; an identity number is none.
fn is_bank_card(run: &str) -> bool {
    let Some(digits) = digits(run).filter(|digits| (16..=19).contains(&digits.len())) else { return false };
    let known = run.starts_with("62") || (run.len() == 16 && run.starts_with(['4', '5']));
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

/// 苏A12345, 沪AD12345: a province, a letter, five or six letters and digits of which some are digits.
fn plates(text: &str) -> Vec<(usize, usize)> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found = Vec::new();
    for (place, (start, c)) in chars.iter().enumerate() {
        if !PROVINCES.contains(*c) {
            continue;
        }
        let tail: Vec<(usize, char)> = chars
            .iter()
            .skip(place + 1)
            .filter(|(_, c)| *c != '·')
            .take_while(|(_, c)| c.is_ascii_uppercase() || c.is_ascii_digit())
            .take(8)
            .copied()
            .collect();
        let led = tail.first().is_some_and(|(_, c)| c.is_ascii_uppercase());
        let digits = tail.iter().skip(1).filter(|(_, c)| c.is_ascii_digit()).count();
        if led && matches!(tail.len(), 6 | 7) && digits >= 3 {
            let end = tail.last().map_or(*start, |(at, _)| at + 1);
            found.push((*start, end));
        }
    }
    found
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
        for text in
            ["110105194912310021", "1101051949123100", "索引号11341702486344515H", "号11010519491331002X"]
        {
            assert!(found(Personal::IdNumber, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn mobiles_are_found_and_landlines_and_longer_numbers_are_lawful() {
        assert_eq!(found(Personal::Mobile, "联系人手机：13803550001，"), ["13803550001"]);
        for text in ["0355-7832000", "12803550001", "索引号138035500012", "统计11位数"] {
            assert!(found(Personal::Mobile, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn bank_cards_pass_their_check_and_plates_have_their_shape() {
        assert_eq!(found(Personal::BankCard, "账号6222020200000000004"), Vec::<&str>::new());
        assert_eq!(found(Personal::BankCard, "卡号4111111111111111。"), ["4111111111111111"]);
        assert!(found(Personal::BankCard, "2023123120231231").is_empty());
        assert_eq!(found(Personal::Plate, "车牌苏A12345和沪AD12345"), ["苏A12345", "沪AD12345"]);
        assert!(found(Personal::Plate, "苏AABCDE，京津冀A级，GB32100-2015").is_empty());
    }
}
