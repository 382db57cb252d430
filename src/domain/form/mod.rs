//! The statutory forms as data: which cells a report has, what they are called, and how they add up.
//!
//! A form is one JSON file beside this one. Everything else that speaks of rows and columns (JSON
//! bodies, the OpenAPI schema, import, export, indicators, checks) walks over a [`Form`]; no second
//! list of rows or columns exists anywhere in the code.

mod cell;
mod continuation;
pub mod guide;
mod identity;
mod registry;
mod source;

pub use cell::{Cell, Column, Row, Section, Table};
pub use continuation::Continuation;
pub use guide::GuideEntry;
pub use identity::{ForEach, Identity};
pub use registry::{Form, all, by_id, for_year};
pub use source::ContinuationSource;
