//! Administrative division codes (GB/T 2260 six digits, GB/T 10114 nine, with the village twelve).

use std::fmt;
use std::str::FromStr;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DivisionCode(String);

impl DivisionCode {
    pub fn as_str(&self) -> &str {
        &self.0
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
