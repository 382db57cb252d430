//! Statistics: totals, breakdowns, trends, ratios, completeness, reconciliation; by the year's roster, over
//! published reports alone.

mod completeness;
mod keep;
mod read;
mod reconcile;
mod verify;

pub use completeness::{CompletenessGroup, completeness, missing};
pub use keep::{move_in_years, move_lines, require_place, settle_report, settle_shown};
pub use read::{
    AsOf, BreakdownBy, BreakdownItem, BreakdownKey, Consolidated, Place, as_of, breakdown, consolidated,
    place, totals, trend,
};
pub use reconcile::{reconcile, sum_below};
pub use verify::{Discrepancy, unreadable, verify_year};
