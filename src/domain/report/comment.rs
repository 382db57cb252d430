//! Remarks at places of a report, and what was answered.

use crate::domain::agency::wire_names;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

wire_names!(
    /// How far a remark is.
    CommentState {
        Open = "open",
        Answered = "answered",
        Settled = "settled",
    }
);

/// A remark at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    pub id: String,
    pub report_id: String,
    pub revision: i32,
    /// JSON pointer into the report document.
    pub pointer: String,
    pub state: CommentState,
    pub text: String,
    pub person_id: String,
    pub person_name: String,
    pub replies: Vec<CommentReply>,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommentReply {
    pub text: String,
    pub person_id: String,
    pub person_name: String,
    pub at: NaiveDateTime,
}
