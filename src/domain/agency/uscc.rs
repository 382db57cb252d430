//! 统一社会信用代码 (GB 32100-2015), with the organisation code's own check (GB 11714) inside it.

use std::fmt;
use std::str::FromStr;

/// A code whose both check characters are right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Uscc(String);

/// Why a text is no credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsccFault {
    /// Not 18 characters.
    Length,
    /// A character outside the standard's alphabet (I, O, S, V, Z and lower case are not in it).
    Alphabet,
    /// The eighteenth character does not fit the first seventeen.
    Check,
    /// The organisation code in characters 9–17 does not fit its own check character.
    OrganizationCheck,
}

const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of GB 11714 for characters 9–16.
const ORGANIZATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

impl Uscc {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The division (GB/T 2260) of the registration authority: characters 3–8.
    pub fn division(&self) -> &str {
        self.0.get(2..8).unwrap_or_default()
    }

    /// What the divisions below that one begin with.
    pub fn region(&self) -> &str {
        super::division::region(self.division())
    }
}

impl FromStr for Uscc {
    type Err = UsccFault;

    fn from_str(text: &str) -> Result<Uscc, UsccFault> {
        if text.chars().count() != 18 {
            return Err(UsccFault::Length);
        }
        let values: Vec<u32> =
            text.bytes().map(value_of).collect::<Option<_>>().ok_or(UsccFault::Alphabet)?;
        let organization = text.as_bytes().get(8..17).ok_or(UsccFault::Length)?;
        let (head, check) = values.split_at_checked(17).ok_or(UsccFault::Length)?;
        let mut weight = 1u32;
        let mut sum = 0u32;
        for value in head {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        if check.first() != Some(&((31 - sum % 31) % 31)) {
            return Err(UsccFault::Check);
        }
        if organization_fits(organization) {
            Ok(Uscc(text.to_owned()))
        } else {
            Err(UsccFault::OrganizationCheck)
        }
    }
}

/// The value of a character in GB 32100's alphabet.
fn value_of(byte: u8) -> Option<u32> {
    ALPHABET.iter().position(|known| *known == byte).and_then(|at| u32::try_from(at).ok())
}

/// GB 11714: letters count from A = 10, and the check is 0–9 or X.
fn organization_fits(code: &[u8]) -> bool {
    let Some((check, body)) = code.split_last() else {
        return false;
    };
    let sum: u32 = body
        .iter()
        .zip(ORGANIZATION_WEIGHTS)
        .map(|(byte, weight)| char::from(*byte).to_digit(36).unwrap_or(0) * weight)
        .sum();
    let expected = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    *check == expected
}

impl fmt::Display for Uscc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: [&str; 5] = [
        "11341702486344515H",
        "1133102400268125XW",
        "12620600MB0523338C",
        "11371000004359010J",
        "11370900MB2535551R",
    ];

    #[test]
    fn real_codes_are_accepted() {
        for code in REAL {
            assert_eq!(code.parse::<Uscc>().map(|uscc| uscc.to_string()), Ok(code.to_owned()));
        }
    }

    #[test]
    fn any_single_wrong_character_is_refused() {
        for code in REAL {
            for at in 0..18 {
                for other in ALPHABET {
                    let mut wrong = code.as_bytes().to_vec();
                    if wrong[at] != *other {
                        wrong[at] = *other;
                        let wrong = String::from_utf8(wrong).unwrap();
                        assert!(wrong.parse::<Uscc>().is_err(), "{wrong}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_right_outer_check_does_not_excuse_a_wrong_organization_code() {
        // Two changes that cancel out modulo 31 outside still break the inner check.
        let found = ALPHABET.iter().any(|last| {
            let mut code = b"113417024863445140".to_vec();
            code[17] = *last;
            String::from_utf8(code).unwrap().parse::<Uscc>() == Err(UsccFault::OrganizationCheck)
        });
        assert!(found);
    }

    #[test]
    fn letters_the_standard_leaves_out_are_refused() {
        assert_eq!("1134170248634451IH".parse::<Uscc>(), Err(UsccFault::Alphabet));
        assert_eq!("11341702486344515h".parse::<Uscc>(), Err(UsccFault::Alphabet));
        assert_eq!("11341702".parse::<Uscc>(), Err(UsccFault::Length));
    }
}
