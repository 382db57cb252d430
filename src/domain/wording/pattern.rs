//! Patterns that the program brings along.

use regex::Regex;
use std::sync::LazyLock;

/// A pattern, made ready when the first text is searched for it.
pub type Pattern = LazyLock<Regex>;
/// Some that are searched for together.
pub type Patterns<const COUNT: usize> = LazyLock<[Regex; COUNT]>;

/// A pattern of the program's own; `#` in it stands for a count and `~` for a number with decimals.
#[expect(clippy::unreachable, reason = "compiled in and read by a test: there is no program without it")]
pub fn pattern(text: &str) -> Regex {
    let text = text.replace('#', "[0-9][0-9,]*").replace('~', r"[0-9][0-9,]*(?:\.[0-9]+)?");
    Regex::new(&text).unwrap_or_else(|fault| unreachable!("{text}: {fault}"))
}

/// A count as it is written, with or without commas.
pub fn count(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A number with decimals in millionths, and how many millionths its last digit is worth.
pub fn decimal(text: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= 6)?;
    let step = 10_i64.checked_pow(6 - places)?;
    let fraction = if fraction.is_empty() { 0 } else { fraction.parse::<i64>().ok()? };
    let value = count(whole)?.checked_mul(1_000_000)?.checked_add(fraction.checked_mul(step)?)?;
    Some((value, step))
}

/// Whether a percentage is `part` of `whole`, rounded or cut to the digits it is written with; `None` where nobody
/// can say.
pub fn is_percentage(percentage: &str, part: i64, whole: i64) -> Option<bool> {
    let (told, step) = decimal(percentage)?;
    let exact = i128::from(part).checked_mul(100_000_000)?.checked_div(i128::from(whole))?;
    Some((i128::from(told) - exact).abs() <= i128::from(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        assert_eq!(count("22,050"), Some(22_050));
        assert_eq!(decimal("59,237.2449"), Some((59_237_244_900, 100)));
        assert_eq!(decimal("27"), Some((27_000_000, 1_000_000)));
        assert_eq!(decimal("1.1234567"), None);
    }

    #[test]
    fn percentages_hold_within_rounding() {
        for (told, part, whole, holds) in [
            ("20.31", 3_722, 18_328, true),
            ("27.3", 3, 11, true),
            ("27.2", 3, 11, true),
            ("37.3", 3, 11, false),
            ("27", 3, 11, true),
            ("85.7", 12, 14, true),
            ("95.7", 12, 14, false),
            ("100", 14, 14, true),
        ] {
            assert_eq!(is_percentage(told, part, whole), Some(holds), "{told} {part}/{whole}");
        }
        assert_eq!(is_percentage("10", 1, 0), None);
    }
}
