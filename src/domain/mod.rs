//! The statute as software: pure functions over pure values.
//!
//! Architecture invariant: nothing here knows the web, a database, a clock, a file or a setting.
//! What the domain needs to know of the day or of the caller is passed in.

pub mod agency;
pub mod audit;
pub mod digest;
pub mod figures;
pub mod flat;
pub mod form;
pub mod id;
pub mod language;
pub mod number;
pub mod report;
pub mod rights;
pub mod rules;
pub mod statistics;
pub mod wording;
pub mod workflow;
pub mod year;
