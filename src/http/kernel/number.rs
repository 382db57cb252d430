//! Whole numbers as they are sent: `3`, `3.0` and `3e0` are one number.

use crate::domain::number::Precision;
use serde::de::{Deserialize, Deserializer, Error};

/// A whole number; its bounds stand in the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole(pub i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Whole, D::Error> {
        let number = serde_json::Number::deserialize(from)?;
        let whole = Precision::Signed.parse(&number.to_string());
        whole.map(Whole).map_err(|_| Error::custom("no whole number"))
    }
}

impl Whole {
    /// A whole number that is a year.
    pub fn year(self) -> Option<i32> {
        i32::try_from(self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_written_with_places() {
        let read = |text: &str| serde_json::from_str::<Whole>(text).ok().map(|whole| whole.0);
        assert_eq!((read("2023"), read("2023.0"), read("2.023e3")), (Some(2023), Some(2023), Some(2023)));
        assert_eq!((read("2023.5"), read("\"2023\""), read("null")), (None, None, None));
    }
}
