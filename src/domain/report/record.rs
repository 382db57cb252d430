//! A report and its revisions as they are kept.

use super::{Content, Scope};
use crate::domain::agency::Uscc;
use crate::domain::digest::content_digest;
use crate::domain::id::{AgencyId, PersonId, ReportId};
use crate::domain::workflow::State;
use chrono::{NaiveDate, NaiveDateTime};

/// One agency's report of one year and scope: which revision is worked on and which is published.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub id: ReportId,
    pub agency_id: AgencyId,
    pub year: i32,
    pub scope: Scope,
    /// Counts changes of content and state.
    pub version: i64,
    /// The version at which what the public sees last changed.
    pub public_version: Option<i64>,
    pub working_revision: i32,
    pub published_revision: Option<i32>,
    pub first_published_on: Option<NaiveDate>,
    pub source_url: Option<String>,
    pub source_published_on: Option<NaiveDate>,
    pub withdrawn_at: Option<NaiveDateTime>,
    pub withdrawn_reason: Option<String>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Report {
    /// The revision everybody reads; `None`: none was published, or what was is withdrawn.
    pub fn shown_revision(&self) -> Option<i32> {
        self.published_revision.filter(|_| self.withdrawn_at.is_none())
    }
}

/// One revision. Published, it is never changed again.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    pub report_id: ReportId,
    pub number: i32,
    pub state: State,
    /// Rounds of review; a return starts a new one.
    pub round: i32,
    pub heading: Heading,
    pub content: Content,
    /// In form order, beside [`Content::sections`].
    pub marks: Vec<SectionMark>,
    /// The agency's name when it was filed.
    pub agency_name: String,
    pub digest: String,
    /// Why it corrects the one before.
    pub reason: Option<String>,
    pub authors: Vec<PersonId>,
    pub submitted_by: Option<PersonId>,
    pub submitted_at: Option<NaiveDateTime>,
    pub published_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// A report as it stands in a list: all that is said around the sections of one of its revisions.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportHead {
    pub report: Report,
    pub number: i32,
    pub state: State,
    /// Id of the revision's form.
    pub form: String,
    pub heading: Heading,
    pub agency_name: String,
    pub reason: Option<String>,
    pub submitted_at: Option<NaiveDateTime>,
    pub published_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub uscc: Option<Uscc>,
    pub due_on: NaiveDate,
    /// Seen under a grant.
    pub working: bool,
}

/// What stands around the sections.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heading {
    pub title: Option<String>,
    pub signed_by: Option<String>,
    pub signed_on: Option<NaiveDate>,
    pub index_number: Option<String>,
}

/// When a section last changed: the report's version then is the section's own tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionMark {
    pub version: i64,
    pub updated_at: NaiveDateTime,
}

impl Revision {
    /// The digest that reviewers approve and publication checks.
    pub fn compute_digest(heading: &Heading, content: &Content) -> String {
        let signed_on = heading.signed_on.map(|day| day.to_string());
        content_digest(
            &[
                heading.title.as_deref(),
                heading.signed_by.as_deref(),
                signed_on.as_deref(),
                heading.index_number.as_deref(),
            ],
            content,
        )
    }

    /// Takes new content in, marking each section that differs with the report's new version.
    pub fn write(
        &mut self,
        heading: Heading,
        content: Content,
        version: i64,
        at: NaiveDateTime,
        author: &PersonId,
    ) {
        for (place, mark) in self.marks.iter_mut().enumerate() {
            if !self.content.same_section(place, &content) {
                *mark = SectionMark { version, updated_at: at };
            }
        }
        self.digest = Revision::compute_digest(&heading, &content);
        self.heading = heading;
        self.content = content;
        self.updated_at = at;
        if !self.authors.contains(author) {
            self.authors.push(author.clone());
        }
    }
}
