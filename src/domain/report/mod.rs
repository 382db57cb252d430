//! The report: what it says, how a document of it is read, and where it stands.

mod comment;
mod content;
mod document;
mod filter;
mod reader;
mod record;
mod scope;
mod source;
mod timeliness;

pub use comment::{Comment, CommentReply, CommentState};
pub use content::{Content, SectionState};
pub use document::ReportDocument;
pub use filter::{ReportFilter, ReportOrder, SearchFilter};
pub use reader::{
    MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS, Shape, ShapeFault, pointer, read_cell, read_section,
    read_sections,
};
pub use record::{Heading, Report, ReportHead, Revision, SectionMark};
pub use scope::Scope;
pub use source::{SourceFile, Suppression};
pub use timeliness::{Timeliness, judge_timeliness};
