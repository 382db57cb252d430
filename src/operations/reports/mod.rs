//! Reports: create, read, edit, discard, judge, and take through review.

mod create;
mod delete;
mod edit;
mod judge;
mod read;
mod revisions;
mod transition;

pub use create::{NewReport, create};
pub use delete::discard;
pub use edit::{Edit, require_edit_right, save};
pub use judge::{find_judgement, judge_document, judge_view};
pub use read::{ReportQuery, ReportView, count, find, find_by_key, find_raw, list};
pub use revisions::{Difference, diff, find_revision, list_revisions};
pub use transition::{
    TransitionOrder, allowed_actions, list_transitions, require_transition_right, transition,
};
