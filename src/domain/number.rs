//! Exact numbers: counts, signed changes, and 万元 kept in millionths. No floating point anywhere.

use super::figures::exact_number;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// How a cell's integer is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// A whole number from 0 to 10^12.
    Count,
    /// A whole number from −10^12 to 10^12 (本年增/减 of the 2019 form).
    Signed,
    /// 万元 from 0 to below 10^9 with at most six places, held in millionths.
    Millionths,
}

/// Why a number cannot stand in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NumberFault {
    /// It is none.
    NotANumber,
    /// It is below zero.
    Negative,
    /// It has a fraction, where counts are whole.
    NotWhole,
    /// It is beyond what a cell takes.
    TooLarge,
    /// It has more places than a cell keeps.
    TooManyPlaces,
    /// It stands in a row or column whose label nobody knows; what was found is the label.
    UnknownLabel,
    /// Which of several numbers is the cell's own cannot be told.
    NotToldApart,
    /// Its table is in another unit.
    OtherUnit,
}

/// Largest count: 10^12.
pub const MAX_COUNT: i64 = 1_000_000_000_000;
/// Largest amount in millionths: below 10^9 万元.
pub const MAX_MILLIONTHS: i64 = 1_000_000_000 * MILLION - 1;
const MILLION: i64 = 1_000_000;

impl Precision {
    /// What one stands for inside: a millionth of 万元 is one.
    pub fn one(self) -> i64 {
        10_i64.pow(self.decimals())
    }

    pub fn decimals(self) -> u32 {
        match self {
            Precision::Count | Precision::Signed => 0,
            Precision::Millionths => 6,
        }
    }

    /// Reads a decimal numeral (`12`, `3.0`, `5.9e4`, `+1036`) exactly.
    pub fn parse(self, text: &str) -> Result<i64, NumberFault> {
        let value = scaled(text, self.decimals()).map_err(|fault| match (fault, self) {
            (NumberFault::TooManyPlaces, Precision::Count | Precision::Signed) => NumberFault::NotWhole,
            (fault, _) => fault,
        })?;
        let (least, most) = match self {
            Precision::Count => (0, MAX_COUNT),
            Precision::Signed => (-MAX_COUNT, MAX_COUNT),
            Precision::Millionths => (0, MAX_MILLIONTHS),
        };
        if value < least && least == 0 {
            Err(NumberFault::Negative)
        } else if value < least || value > most {
            Err(NumberFault::TooLarge)
        } else {
            Ok(value)
        }
    }

    /// The value as an exact JSON number.
    pub fn json(self, value: i64) -> Value {
        if self.decimals() == 0 { Value::from(value) } else { exact_number(&self.format(value)) }
    }

    /// Writes the shortest exact numeral: `59237.2449`, `13`.
    pub fn format(self, value: i64) -> String {
        if self.decimals() == 0 {
            return value.to_string();
        }
        let sign = if value < 0 { "-" } else { "" };
        let magnitude = value.unsigned_abs();
        let (whole, rest) = (magnitude / MILLION.unsigned_abs(), magnitude % MILLION.unsigned_abs());
        if rest == 0 {
            return format!("{sign}{whole}");
        }
        let places = format!("{rest:06}");
        format!("{sign}{whole}.{}", places.trim_end_matches('0'))
    }
}

/// The numeral times 10^decimals, if that is a whole number of at most 18 digits.
fn scaled(text: &str, decimals: u32) -> Result<i64, NumberFault> {
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, text.get(1..).unwrap_or_default()),
        Some(b'+') => (false, text.get(1..).unwrap_or_default()),
        _ => (false, text),
    };
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NumberFault::TooLarge)?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || digits.len() > 64 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberFault::NotANumber);
    }
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let shift = i64::from(exponent) - places + i64::from(decimals);
    let kept = if shift >= 0 {
        if shift > 18 {
            return Err(NumberFault::TooLarge);
        }
        format!("{significant}{}", "0".repeat(usize::try_from(shift).unwrap_or(0)))
    } else {
        let cut = usize::try_from(-shift).unwrap_or(usize::MAX);
        let (head, tail) =
            significant.split_at_checked(significant.len().saturating_sub(cut)).unwrap_or(("", significant));
        if cut > significant.len() || tail.bytes().any(|byte| byte != b'0') {
            return Err(NumberFault::TooManyPlaces);
        }
        head.to_owned()
    };
    let kept = if kept.is_empty() { "0" } else { &kept };
    let value: i64 = kept.parse().map_err(|_| NumberFault::TooLarge)?;
    Ok(if negative { -value } else { value })
}

impl fmt::Display for NumberFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            NumberFault::NotANumber => "not_a_number",
            NumberFault::Negative => "negative",
            NumberFault::NotWhole => "not_whole",
            NumberFault::TooLarge => "too_large",
            NumberFault::TooManyPlaces => "too_many_places",
            NumberFault::UnknownLabel => "unknown_label",
            NumberFault::NotToldApart => "not_told_apart",
            NumberFault::OtherUnit => "other_unit",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_read_exactly() {
        assert_eq!(Precision::Count.parse("3.0"), Ok(3));
        assert_eq!(Precision::Count.parse("1e3"), Ok(1000));
        assert_eq!(Precision::Count.parse("1000000000000"), Ok(MAX_COUNT));
        assert_eq!(Precision::Millionths.parse("59237.2449"), Ok(59_237_244_900));
        assert_eq!(Precision::Millionths.parse("0.000001"), Ok(1));
        assert_eq!(Precision::Millionths.parse("999999999.999999"), Ok(MAX_MILLIONTHS));
        assert_eq!(Precision::Signed.parse("-1036"), Ok(-1036));
    }

    #[test]
    fn what_cannot_stand_in_a_cell_is_refused_with_its_reason() {
        assert_eq!(Precision::Count.parse("1.5"), Err(NumberFault::NotWhole));
        assert_eq!(Precision::Count.parse("-1"), Err(NumberFault::Negative));
        assert_eq!(Precision::Count.parse("1000000000001"), Err(NumberFault::TooLarge));
        assert_eq!(Precision::Count.parse("1e400"), Err(NumberFault::TooLarge));
        assert_eq!(Precision::Count.parse("1e-400"), Err(NumberFault::NotWhole));
        assert_eq!(Precision::Count.parse(""), Err(NumberFault::NotANumber));
        assert_eq!(Precision::Millionths.parse("0.0000001"), Err(NumberFault::TooManyPlaces));
        assert_eq!(Precision::Millionths.parse("1000000000"), Err(NumberFault::TooLarge));
    }

    #[test]
    fn amounts_are_written_as_short_as_they_are_exact() {
        assert_eq!(Precision::Millionths.format(59_237_244_900), "59237.2449");
        assert_eq!(Precision::Millionths.format(1), "0.000001");
        assert_eq!(Precision::Millionths.format(0), "0");
        assert_eq!(Precision::Count.format(13), "13");
    }
}
