//! Judging a report: every rule is asked, every fault is told at once.

use super::elsewhere::{FormerName, Previous, SourceReport, Subordinates, Twin};
use super::finding::Findings;
use super::judging::{Judging, Said};
use super::rule_set::RuleSet;
use super::{Explainable, FORMAT_2021, Finding, RULES, Rule, Severity, by_id};
use crate::domain::agency::{Kind, Level};
use crate::domain::form;
use crate::domain::report::{Content, Scope, ShapeFault};
use chrono::NaiveDate;
use std::collections::HashSet;

/// What is judged, and all that may be known about it.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// Numbers and narratives.
    pub content: &'a Content,
    /// The rules as they are in force.
    pub rules: &'a RuleSet,
    /// What is published beside the sections.
    pub around: Around<'a>,
    /// What stood there and did not fit the form.
    pub faults: &'a [ShapeFault],
    /// What stood in cells that were read as blank (`/`, `—`, 无), by cell.
    pub blanks: &'a [(usize, String)],
    /// The reporting year.
    pub year: i32,
    /// The last day it reports on.
    pub period_end: NaiveDate,
    /// The last day to publish it in time, where that is known.
    pub due_on: Option<NaiveDate>,
    /// For the agency itself, or for all below it too.
    pub scope: Option<Scope>,
    /// What is known of its agency.
    pub agency: Option<AgencyFacts>,
    /// The agency's division code.
    pub division: Option<&'a str>,
    /// What the agency and those it has taken over were called before.
    pub former_names: &'a [FormerName],
    /// The day it is (to be) published; `None` for a document about which that is not known.
    pub day: Option<NaiveDate>,
    /// What it is judged for.
    pub moment: Moment,
    /// What is published of the year before.
    pub previous: &'a Previous,
    /// Reports this one rests on that were corrected since.
    pub upstream: &'a [SourceReport],
    /// What a consolidated report should add up to; `None` for any other.
    pub subordinates: Option<&'a Subordinates>,
    /// Narratives of other agencies that are nearly the same.
    pub twins: &'a [Twin],
}

/// The strings that are published beside the sections, by the names of the document's members.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// 标题.
    pub title: Option<&'a str>,
    /// The agency's name as it stands in the paper.
    pub agency_name: Option<&'a str>,
    /// 落款.
    pub signed_by: Option<&'a str>,
    /// 索引号.
    pub index_number: Option<&'a str>,
    /// Where it stands on the agency's own site.
    pub source_url: Option<&'a str>,
    /// Why it corrects the revision before.
    pub reason: Option<&'a str>,
}

impl<'a> Around<'a> {
    pub(super) fn strings(&self) -> [(&'static str, Option<&'a str>); 6] {
        [
            ("title", self.title),
            ("agency_name", self.agency_name),
            ("signed_by", self.signed_by),
            ("index_number", self.index_number),
            ("source_url", self.source_url),
            ("correction/reason", self.reason),
        ]
    }
}

/// What rules ask of an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgencyFacts {
    /// What kind of body it is.
    pub kind: Kind,
    /// Its administrative level.
    pub level: Level,
}

/// When it is judged: some rules weigh more at publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// As it is being written.
    Draft,
    /// To be published.
    Publish,
}

impl<'a> Judged<'a> {
    /// A content about which nothing else is known.
    pub fn alone(content: &'a Content, rules: &'a RuleSet) -> Judged<'a> {
        let year = content.form().from;
        Judged {
            content,
            rules,
            around: Around::default(),
            faults: &[],
            blanks: &[],
            year,
            period_end: NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or_default(),
            due_on: None,
            scope: None,
            agency: None,
            division: None,
            former_names: &[],
            day: None,
            moment: Moment::Draft,
            previous: &Previous::NotAsked,
            upstream: &[],
            subordinates: None,
            twins: &[],
        }
    }

    /// The text of a section that is there and not blank.
    pub fn text(&self, section: &str) -> Option<&str> {
        self.content.text(section).filter(|text| !text.trim().is_empty())
    }
}

/// What the rules say of a report.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Rule by rule in the order of the registry.
    pub findings: Vec<Finding>,
    /// There would be more: those that weigh least were left out.
    pub truncated: bool,
}

/// Most findings of a report.
pub const MOST_FINDINGS: usize = 1_000;

/// All findings.
pub fn judge(judged: &Judged<'_>) -> Verdict {
    judge_by(judged, |_| true)
}

/// The findings that only a supervisor can answer: their rules look at nothing but the report's own texts.
pub fn judge_for_supervisor(judged: &Judged<'_>) -> Verdict {
    judge_by(judged, |rule| rule.explainable == Explainable::BySupervisor)
}

/// The marks of secrecy and the personal data of one text that is published by itself: a reason, a name.
pub fn judge_text(rules: &RuleSet, name: &str, text: &str) -> Verdict {
    let content = Content::empty(form::for_year(i32::MAX));
    let judged = Judged::alone(&content, rules);
    let mut judging = Judging::of(&judged);
    judging.beside.push(Said::new(name, format!("/{name}"), text));
    tell(&judging, |rule| rule.explainable == Explainable::BySupervisor)
}

fn judge_by(judged: &Judged<'_>, asked: impl Fn(&Rule) -> bool) -> Verdict {
    tell(&Judging::of(judged), asked)
}

fn tell(judged: &Judging<'_>, asked: impl Fn(&Rule) -> bool) -> Verdict {
    let form = judged.content.form();
    // What is said of "the form" rests on the one prescribed for the year.
    let prescribed = form::for_year(judged.year);
    let mut verdict = Verdict::default();
    for rule in RULES.iter().filter(|rule| asked(rule) && rule.applies_to(form)) {
        let mut told = Findings::default();
        (rule.check)(judged, &mut told);
        let (mut told, left_out) = told.into_parts();
        let severity = judged.rules.severity_of(rule);
        for finding in &mut told {
            // A rule that weighs a finding itself knows why.
            if finding.severity == rule.severity {
                finding.severity = severity;
            }
            if rule.basis == FORMAT_2021 {
                finding.basis = &prescribed.source.basis;
            }
            finding.cut();
        }
        verdict.findings.append(&mut told);
        verdict.truncated |= left_out;
    }
    bound(verdict)
}

/// Leaves out what weighs least where there are too many.
fn bound(mut verdict: Verdict) -> Verdict {
    if verdict.findings.len() <= MOST_FINDINGS {
        return verdict;
    }
    let weight = |finding: &Finding| match (finding.severity, by_id(finding.rule)) {
        // Secrets and personal data keep a report from being published: they are told whatever else is wrong.
        (_, Some(rule)) if rule.explainable == Explainable::BySupervisor => 0,
        (Severity::Error, _) => 1,
        (_, Some(rule)) if rule.explainable == Explainable::MustByEditor => 2,
        (Severity::Warning, _) => 3,
        (Severity::Info, _) => 4,
    };
    let mut places: Vec<usize> = (0..verdict.findings.len()).collect();
    places.sort_by_key(|at| verdict.findings.get(*at).map(weight));
    places.truncate(MOST_FINDINGS);
    let kept: HashSet<usize> = places.into_iter().collect();
    let mut at = 0;
    verdict.findings.retain(|_| {
        at += 1;
        kept.contains(&(at - 1))
    });
    verdict.truncated = true;
    verdict
}
