//! The statute as software: pure functions over pure values.
//!
//! Architecture invariant: nothing here knows the web, a database, a clock, a file or a setting.
//! What the domain needs to know of the day or of the caller is passed in.

/// A type that reads itself from a text does so in JSON too.
macro_rules! read_from_text {
    ($($name:ty),+ $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(|_| serde::de::Error::custom(format_args!("{text:?} cannot be read")))
            }
        }
    )+};
}
pub(crate) use read_from_text;

/// Reads a data file of the program's own.
#[expect(clippy::unreachable, reason = "compiled in and read by a test: there is no program without it")]
fn compiled_in<T: serde::Deserialize<'static>>(text: &'static str) -> T {
    serde_json::from_str(text).unwrap_or_else(|fault| unreachable!("a data file: {fault}"))
}

pub mod access;
pub mod agency;
pub mod algorithm;
pub mod audit;
pub mod calendar;
pub mod digest;
pub mod figures;
pub mod flat;
pub mod form;
pub mod id;
pub mod instance;
pub mod job;
pub mod language;
pub mod number;
pub mod onward;
pub mod page;
pub mod pending;
pub mod people;
pub mod report;
pub mod rights;
pub mod roster;
pub mod rules;
pub mod sealed;
pub mod simplified;
pub mod statistics;
pub mod text;
pub mod wording;
pub mod workflow;
pub mod year;
