//! A report and its revisions as they are kept.

use super::{Content, ReportDocument, Scope, Timeliness, judge_timeliness};
use crate::domain::access::Doer;
use crate::domain::agency::Uscc;
use crate::domain::algorithm::Algorithm;
use crate::domain::digest::{Around, Beside, Covered, content_digest};
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
    /// As it was settled then.
    pub timeliness: Option<Timeliness>,
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

    /// Settles whether the first publication was on time; later ones change nothing about it.
    pub fn first_shown(&mut self, day: NaiveDate, due_on: NaiveDate, archived: bool) {
        let judged = if archived { Timeliness::Archived } else { judge_timeliness(day, due_on) };
        self.timeliness = self.timeliness.or(Some(judged));
        self.first_published_on = self.first_published_on.or(Some(day));
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
    pub authors: Vec<Doer>,
    /// What its digest covers beside it; `None`: an old digest, of heading, figures and texts alone.
    pub beside: Option<Beside>,
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
    /// 标题.
    pub title: Option<String>,
    /// 落款.
    pub signed_by: Option<String>,
    /// The day below it.
    pub signed_on: Option<NaiveDate>,
    /// 索引号.
    pub index_number: Option<String>,
}

/// When a section last changed: the report's version then is the section's own tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionMark {
    pub version: i64,
    pub updated_at: NaiveDateTime,
}

impl Revision {
    /// The digest that reviewers approve and publication checks, computed anew by the algorithm it was made by.
    pub fn compute_digest(&self) -> String {
        self.digest_by(self.algorithm())
    }

    /// By which algorithm its digest is made.
    pub fn algorithm(&self) -> Algorithm {
        Algorithm::of(&self.digest)
    }

    /// Makes its digest by this algorithm from now on.
    pub fn begin_digest(&mut self, algorithm: Algorithm) {
        self.digest = self.digest_by(algorithm);
    }

    fn digest_by(&self, algorithm: Algorithm) -> String {
        let beside = self.beside.as_ref();
        let around = beside.map(|beside| Around { agency_name: Some(&self.agency_name), beside });
        digest_of(algorithm, &self.heading, around, &self.content)
    }

    /// The digest of this and of what stands beside it now.
    pub fn settle_digest(&mut self, beside: Beside) {
        self.beside = Some(beside);
        self.digest = self.compute_digest();
    }

    pub fn add_author(&mut self, author: &Doer) {
        if !self.authors.contains(author) {
            self.authors.push(author.clone());
        }
    }

    /// Takes new content in, marking each section that differs with the report's new version.
    pub fn write(
        &mut self,
        heading: Heading,
        content: Content,
        version: i64,
        at: NaiveDateTime,
        author: &Doer,
    ) {
        for (place, mark) in self.marks.iter_mut().enumerate() {
            if !self.content.same_section(place, &content) {
                *mark = SectionMark { version, updated_at: at };
            }
        }
        self.heading = heading;
        self.content = content;
        self.updated_at = at;
        self.digest = self.compute_digest();
        self.add_author(author);
    }
}

impl ReportDocument {
    /// The digest of the report that the document would become.
    pub fn compute_digest(&self, algorithm: Algorithm) -> String {
        let beside = Beside { source_url: self.source_url.clone(), ..Beside::default() };
        let around = Around { agency_name: self.agency_name.as_deref(), beside: &beside };
        let heading = Heading {
            title: self.title.clone(),
            signed_by: self.signed_by.clone(),
            signed_on: self.signed_on,
            index_number: self.index_number.clone(),
        };
        digest_of(algorithm, &heading, Some(around), &self.content)
    }
}

fn digest_of(
    algorithm: Algorithm,
    heading: &Heading,
    around: Option<Around<'_>>,
    content: &Content,
) -> String {
    let signed_on = heading.signed_on.map(|day| day.to_string());
    let heading = [
        heading.title.as_deref(),
        heading.signed_by.as_deref(),
        signed_on.as_deref(),
        heading.index_number.as_deref(),
    ];
    content_digest(algorithm, &Covered { heading, around }, content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::explanations_digest;
    use crate::domain::form;

    fn revision() -> Revision {
        let at = NaiveDateTime::default();
        let content = Content::empty(form::for_year(2023));
        Revision {
            report_id: ReportId::from_stored("r".to_owned()),
            number: 1,
            state: State::Draft,
            round: 1,
            heading: Heading::default(),
            marks: vec![SectionMark { version: 1, updated_at: at }; content.sections.len()],
            content,
            agency_name: "某局".to_owned(),
            digest: String::new(),
            reason: None,
            authors: Vec::new(),
            beside: None,
            submitted_by: None,
            submitted_at: None,
            published_at: None,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn everything_that_is_published_or_answered_is_in_the_digest() {
        let day = NaiveDate::from_ymd_opt(2024, 1, 2);
        let told =
            |given: &[[&'static str; 3]]| explanations_digest(Algorithm::Sha256, given.iter().copied());
        let mut plain = revision();
        plain.settle_digest(Beside::default());
        type Change<'a> = &'a dyn Fn(&mut Revision, &mut Beside);
        let changes: [Change<'_>; 12] = [
            &|revision, _| revision.heading.title = Some("题".to_owned()),
            &|revision, _| revision.heading.signed_by = Some("题".to_owned()),
            &|revision, _| revision.heading.signed_on = day,
            &|revision, _| revision.heading.index_number = Some("题".to_owned()),
            &|revision, _| revision.content.figures.set(0, Some(1)),
            &|revision, _| revision.content.sections[0].text = Some("题".to_owned()),
            &|revision, _| revision.content.sections[0].found_title = Some("题".to_owned()),
            &|revision, _| revision.content.sections[1].declared_zero = true,
            &|revision, _| revision.agency_name = "他局".to_owned(),
            &|_, beside| beside.source_url = Some("题".to_owned()),
            &|_, beside| beside.source_published_on = day,
            &|_, beside| beside.explanations = told(&[["finding", "inputs", "题"]]),
        ];
        let mut digests = vec![plain.digest.clone(), revision().compute_digest()];
        for change in changes {
            let (mut changed, mut beside) = (plain.clone(), Beside::default());
            change(&mut changed, &mut beside);
            changed.settle_digest(beside);
            digests.push(changed.digest);
        }
        let count = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), count, "each of them makes another digest");
        let (one, other) = (["a", "1", "因"], ["b", "1", "果"]);
        assert_eq!(told(&[one, other]), told(&[other, one]), "in any order");
        assert_ne!(told(&[one]), told(&[["a", "2", "因"]]));
    }

    #[test]
    fn a_revision_goes_on_by_the_algorithm_its_digest_was_made_by() {
        let mut revision = revision();
        revision.settle_digest(Beside::default());
        let usual = revision.digest.clone();
        revision.begin_digest(Algorithm::Sm3);
        let begun = revision.digest.clone();
        assert!(usual.starts_with("sha256:") && begun.starts_with("sm3:"), "{usual}, {begun}");
        assert_eq!(revision.compute_digest(), begun);
        revision.heading.title = Some("题".to_owned());
        revision.settle_digest(Beside::default());
        assert!(revision.digest.starts_with("sm3:") && revision.digest != begun, "{}", revision.digest);
    }

    #[test]
    fn what_was_approved_before_keeps_its_digest() {
        let mut old = revision();
        old.heading.title = Some("某局政府信息公开工作年度报告".to_owned());
        old.content.sections[0].text = Some("总体情况".to_owned());
        let digest = "sha256:026d4cbd5a4e1362f8918916a23012d1a29ed2416c07426c953d67736b198a3b";
        assert_eq!(old.compute_digest(), digest);
    }
}
