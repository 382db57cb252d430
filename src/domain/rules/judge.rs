//! Judging a report: every rule is asked, every fault is told at once.

use super::elsewhere::{Previous, SourceReport, Subordinates, Twin};
use super::{Explainable, Finding, RULES, Rule};
use crate::domain::agency::{Kind, Level};
use crate::domain::report::{Content, ShapeFault};
use chrono::NaiveDate;

/// What is judged, and all that may be known about it.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    pub content: &'a Content,
    /// What stood there and did not fit the form.
    pub faults: &'a [ShapeFault],
    /// What stood in cells that were read as blank (`/`, `—`, 无), by cell.
    pub blanks: &'a [(usize, String)],
    pub year: i32,
    pub period_end: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub agency: Option<AgencyFacts>,
    /// The day it is (to be) published; `None` for a document about which that is not known.
    pub day: Option<NaiveDate>,
    pub moment: Moment,
    pub previous: &'a Previous,
    /// Reports this one rests on that were corrected since.
    pub upstream: &'a [SourceReport],
    /// What a consolidated report should add up to; `None` for any other.
    pub subordinates: Option<&'a Subordinates>,
    /// Narratives of other agencies that are nearly the same.
    pub twins: &'a [Twin],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgencyFacts {
    pub kind: Kind,
    pub level: Level,
}

/// When it is judged: some rules weigh more at publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Draft,
    Publish,
}

impl Judged<'_> {
    pub fn form_id(&self) -> &'static str {
        &self.content.form().id
    }

    /// The text of a section that is there and not blank.
    pub fn text(&self, section: &str) -> Option<&str> {
        self.content.text(section).filter(|text| !text.trim().is_empty())
    }
}

/// All findings, rule by rule in the order of the registry.
pub fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    judge_by(judged, |_| true)
}

/// The findings that only a supervisor can answer: their rules look at nothing but the report's own texts.
pub fn judge_for_supervisor(judged: &Judged<'_>) -> Vec<Finding> {
    judge_by(judged, |rule| rule.explainable == Explainable::BySupervisor)
}

fn judge_by(judged: &Judged<'_>, asked: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| asked(rule)) {
        if rule.forms.is_empty() || rule.forms.contains(&judged.form_id()) {
            (rule.check)(judged, &mut findings);
        }
    }
    findings
}

impl Rule {
    /// A finding of this rule, to be filled in further.
    pub fn finding(&self, place: &str, pointer: String) -> Finding {
        Finding {
            key: format!("{}:{place}", self.id),
            rule: self.id,
            severity: self.severity_in_force(),
            pointer,
            span: None,
            around: None,
            message: self.id,
            arguments: Vec::new(),
            expected: None,
            actual: None,
            related: Vec::new(),
            basis: self.basis,
            explanation: None,
        }
    }

    pub fn is_explainable(&self) -> bool {
        self.explainable != Explainable::No
    }
}
