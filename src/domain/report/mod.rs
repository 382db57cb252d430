//! The report: what it says, how a document of it is read, and where it stands.

mod content;
mod document;
mod reader;
mod record;
mod scope;
mod timeliness;

pub use content::{Content, SectionState};
pub use document::ReportDocument;
pub use reader::{
    MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS, Shape, ShapeFault, pointer, read_cell, read_section,
    read_sections,
};
pub use record::{Heading, Report, Revision, SectionMark};
pub use scope::Scope;
pub use timeliness::{Timeliness, judge_timeliness};
