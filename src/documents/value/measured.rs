//! A number with its unit, or with what clerks put around one: 12件, 共12件。, 十二.

use super::{LONGEST, fold, numeral};
use std::borrow::Cow;

/// A numeral that stands with its unit, as a number of the cell's own unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    pub numeral: String,
    /// It was written in another unit than the cell's.
    pub converted: bool,
}

/// Reads a number with its unit behind it; `None` if the unit is none in which the cell can be given.
pub fn measured(stood: &str, unit: &str) -> Option<Measured> {
    let stood = unbroken(stood);
    if stood.len() > LONGEST || stood.contains(['\n', '\r']) {
        return None;
    }
    let folded = fold(&stood);
    let plain = bare(&folded);
    if let Some(numeral) = han_number(&plain) {
        return Some(Measured { numeral, converted: false });
    }
    let end = plain.find(|c: char| !(c.is_ascii_digit() || " ,.+-".contains(c))).unwrap_or(plain.len());
    let (number, written) = plain.split_at_checked(end)?;
    let numeral = numeral(number.trim())?;
    let places = match (unit, written.trim()) {
        ("万元", "元") => -4,
        ("万元", "千元") => -1,
        ("万元", "亿元" | "亿") => 4,
        // What stands around a number and says no unit: 12。
        (_, "") if plain != folded => 0,
        ("万元", "万元" | "万" | "万元整")
        | (
            "件" | "项",
            "件" | "份" | "宗" | "项" | "起" | "例" | "件次" | "条" | "次" | "个" | "家" | "部",
        ) => 0,
        _ => return None,
    };
    Some(Measured { numeral: shifted(&numeral, places), converted: places != 0 })
}

/// A number and its unit on two lines as one.
pub(super) fn unbroken(stood: &str) -> Cow<'_, str> {
    let is_number = |line: &str| line.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match stood.split_once('\n') {
        Some((number, unit)) if is_number(number.trim()) && UNITS.contains(&unit.trim()) => {
            Cow::Owned(format!("{}{}", number.trim(), unit.trim()))
        }
        _ => Cow::Borrowed(stood),
    }
}

/// Units that may stand on a line of their own, or between brackets.
const UNITS: [&str; 3] = ["件", "项", "万元"];

/// Without what a clerk puts around a number: 共12件, 12（件）, 12件。, 0（零）.
pub(super) fn bare(folded: &str) -> String {
    let plain = folded.strip_prefix('共').unwrap_or(folded).trim_start();
    let plain = plain.strip_suffix(['。', ';']).unwrap_or(plain);
    let bracketed = plain.strip_suffix(')').and_then(|plain| plain.split_once('('));
    match bracketed {
        Some(("0", "零" | "〇")) => "0".to_owned(),
        Some((number, unit)) if UNITS.contains(&unit) => format!("{number}{unit}"),
        _ => plain.to_owned(),
    }
}

/// 零, 十二, 一百零三; none below ten but 零, which numbers lines too.
pub(super) fn han_number(text: &str) -> Option<String> {
    if matches!(text, "零" | "〇") {
        return Some("0".to_owned());
    }
    let few = (2..=9).contains(&text.chars().count());
    let (mut sum, mut digit, mut unit) = (0_u32, None, 10_000);
    for c in text.chars().take_while(|_| few) {
        match c {
            '十' | '百' | '千' => {
                let of: u32 =
                    [('十', 10), ('百', 100), ('千', 1_000)].iter().find(|(known, _)| *known == c)?.1;
                // 十二 begins with ten itself.
                let many = digit.take().or((c == '十' && sum == 0).then_some(1)).filter(|_| of < unit)?;
                (sum, unit) = (sum + many * of, of);
            }
            '零' if digit.is_none() && sum > 0 => {}
            _ => {
                let value = (1..).zip("一二三四五六七八九".chars()).find(|(_, known)| *known == c)?.0;
                digit = digit.is_none().then_some(Some(value))?;
            }
        }
    }
    let is_number = few && sum > 0;
    is_number.then(|| (sum + digit.unwrap_or(0)).to_string())
}

/// The numeral with its point moved: exact, whatever its length.
fn shifted(numeral: &str, places: i32) -> String {
    let (sign, body) = match numeral.strip_prefix(['-', '+']) {
        Some(body) if numeral.starts_with('-') => ("-", body),
        Some(body) => ("", body),
        None => ("", numeral),
    };
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let wanted = usize::try_from(places.unsigned_abs()).unwrap_or(0);
    let zeros = "0".repeat(wanted);
    let (whole, fraction) = if places >= 0 {
        let padded = format!("{fraction}{zeros}");
        let (moved, rest) = padded.split_at_checked(wanted).unwrap_or((&padded, ""));
        (format!("{whole}{moved}"), rest.to_owned())
    } else {
        let padded = format!("{zeros}{whole}");
        let (kept, moved) = padded.split_at_checked(padded.len() - wanted).unwrap_or((&padded, ""));
        (kept.to_owned(), format!("{moved}{fraction}"))
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    match fraction {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super as value;
    use super::*;

    #[test]
    fn a_number_with_its_unit_is_given_in_the_cells_own_and_exactly() {
        let read =
            |text: &str, unit: &str| measured(text, unit).map(|found| (found.numeral, found.converted));
        let of = |numeral: &str, converted| Some((numeral.to_owned(), converted));
        for (text, numeral) in [
            ("251000元", "25.1"),
            ("1 元", "0.0001"),
            ("0元", "0"),
            ("12,345.67元", "1.234567"),
            ("1.5亿元", "15000"),
            ("3千元", "0.3"),
        ] {
            assert_eq!(read(text, "万元"), of(numeral, true), "{text}");
        }
        assert_eq!(read("２５．１万元", "万元"), of("25.1", false));
        assert_eq!((read("5件", "件"), read("5 份", "项")), (of("5", false), of("5", false)));
        for (text, unit) in [
            ("5元", "件"),
            ("5件", "万元"),
            ("约5件", "件"),
            ("5", "件"),
            ("5件6件", "件"),
            ("5%", "件"),
            ("2万件", "件"),
            ("12（元）", "件"),
            ("12、", "件"),
            ("12.", "件"),
            ("1件。2件。", "件"),
            ("12\n3", "件"),
            ("二三", "件"),
            ("三", "件"),
            ("十百", "件"),
        ] {
            assert_eq!(read(text, unit), None, "{text}");
        }
    }

    #[test]
    fn what_clerks_put_around_a_number_does_not_hide_it() {
        for text in ["12（件）", "12件。", "12。", "12；", "共12件", "12条", "12\n件", "十二", "共 12 件"]
        {
            let found = measured(text, "件").map(|found| (found.numeral, found.converted));
            assert_eq!(found, Some(("12".to_owned(), false)), "{text}");
            assert!(value::read(text).looks_like_value(), "{text}");
        }
        for (text, numeral) in [
            ("零", "0"),
            ("〇", "0"),
            ("0（零）", "0"),
            ("一百零三", "103"),
            ("二十", "20"),
            ("一千二百", "1200"),
        ] {
            assert_eq!(measured(text, "件").map(|found| found.numeral).as_deref(), Some(numeral), "{text}");
        }
        for text in ["12.3万元整", "12.3（万元）", "12.3\n万元"] {
            assert_eq!(measured(text, "万元").map(|found| found.numeral).as_deref(), Some("12.3"), "{text}");
        }
    }
}
