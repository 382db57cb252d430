//! Background jobs: begun in a request, gone on with afterwards, looked at and cancelled by their id.

mod record;
mod validation;

pub use record::{cancel, find, finish, report_progress, start};
pub use validation::{Tally, page_of_reports, require_validation_right};
