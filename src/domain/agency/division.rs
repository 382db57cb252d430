//! Administrative division codes (GB/T 2260 six digits, GB/T 10114 nine, with the village twelve).

use std::fmt;
use std::str::FromStr;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DivisionCode(String);

impl DivisionCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the codes of counties in it begin with: two digits for a province, four for a city, none for the nation.
    pub fn region(&self) -> &str {
        region(self.0.get(..6).unwrap_or_default())
    }
}

/// A county's code without what only fills it up.
pub(super) fn region(code: &str) -> &str {
    match code.strip_suffix("00").map(|code| code.strip_suffix("00").unwrap_or(code)) {
        Some("10") => "",
        Some(region) => region,
        None => code,
    }
}

impl FromStr for DivisionCode {
    type Err = ();

    fn from_str(text: &str) -> Result<DivisionCode, ()> {
        let fits = matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(DivisionCode(text.to_owned())) } else { Err(()) }
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_what_the_codes_in_it_begin_with() {
        let township: DivisionCode = "341702001".parse().expect("a code");
        assert_eq!(township.region(), "341702");
        assert_eq!(region("341700"), "3417");
        assert_eq!((region("340000"), region("100000"), region("341702")), ("34", "", "341702"));
    }
}
