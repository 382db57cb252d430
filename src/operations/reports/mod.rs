//! Reports: create, read, edit, discard, judge, and take through review.

mod advance;
mod allowed;
mod beside;
mod comments;
mod create;
mod delete;
mod edit;
mod elsewhere;
mod explain;
mod judge;
mod kept;
mod read;
pub mod renditions;
mod revisions;
mod round;
mod similarity;
mod suppress;
mod transition;
mod verdict;

pub use allowed::allowed_actions;
pub use comments::{
    CommentOrder, NewComment, add_comment, change_comment, find_comment, find_settleable, list_comments,
    open_comments, require_remark_right,
};
pub use create::{
    NewReport, Origin, Prefill, create, enter_create, load, prepare_create, require_filing_right,
    require_some_filing_right,
};
pub use delete::discard;
pub use edit::{Edit, ReadySave, enter_save, prepare_save, require_edit_right, save};
pub use explain::{explain, require_explainable, withdraw_explanation};
pub use judge::{Judgement, find_judgement, judge_document, judge_one, judged_so_far};
pub use kept::{
    Looked, MOST_JUDGED, judge_to_keep, keep, moved_since, supervisor_awaited, verdicts_of, without_verdict,
};
pub use read::{
    ReportQuery, ReportView, count, count_all, count_by_state, find, find_by_key, find_raw, heads, list,
};
pub use revisions::{Difference, diff, find_revision, find_source, list_revisions, list_suppressed};
pub use similarity::{CompareWith, SectionLikeness, Similarity, similarity};
pub use suppress::{SuppressionOrder, require_suppressible, require_suppression_right, suppress};
pub use transition::{
    Transited, TransitionOrder, enter_transition, list_transitions, prepare_transition, require_action_right,
    require_transition_right, transition,
};
