//! One rule: what it is called, how much it weighs, what it rests on, and how it is checked.

use super::finding::{Finding, Findings, Severity};
use super::judging::Judging;

/// Who can take a finding's force by explaining it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explainable {
    No,
    ByEditor,
    /// As `ByEditor`, and the report is not submitted before it has been explained.
    MustByEditor,
    BySupervisor,
}

/// How a rule is checked: it tells what it finds.
type Check = fn(&Judging<'_>, &mut Findings);

/// One rule of the statute or of practice.
pub struct Rule {
    /// Stable name, `requests.balance`.
    pub id: &'static str,
    pub severity: Severity,
    pub explainable: Explainable,
    /// Article, document or practice the rule rests on.
    pub basis: &'static str,
    /// What a form must have for the rule to apply to it.
    pub needs: Needs,
    pub check: Check,
}

/// What of a form a rule speaks of: a new form that has it is judged by the rule without being named anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the rule applies to every form.
    Nothing,
    /// A cell, by its indicator.
    Cell(&'static str),
    /// An identity of this rule's name among those the form states.
    Identity,
    /// A continuation of this rule's name among those the form states.
    Continuation,
}

impl Rule {
    /// A rule for every form whose findings nobody can explain away, unless it is said otherwise.
    const fn new(severity: Severity, id: &'static str, basis: &'static str, check: Check) -> Rule {
        Rule { id, severity, explainable: Explainable::No, basis, needs: Needs::Nothing, check }
    }

    pub const fn error(id: &'static str, basis: &'static str, check: Check) -> Rule {
        Rule::new(Severity::Error, id, basis, check)
    }

    pub const fn warning(id: &'static str, basis: &'static str, check: Check) -> Rule {
        Rule::new(Severity::Warning, id, basis, check)
    }

    pub const fn info(id: &'static str, basis: &'static str, check: Check) -> Rule {
        Rule::new(Severity::Info, id, basis, check)
    }

    pub const fn explainable(self, explainable: Explainable) -> Rule {
        Rule { explainable, ..self }
    }

    pub const fn needing(self, needs: Needs) -> Rule {
        Rule { needs, ..self }
    }

    /// A finding of this rule, to be filled in further.
    pub fn finding(&self, place: &str, pointer: String) -> Finding {
        Finding {
            key: format!("{}:{place}", self.id),
            rule: self.id,
            severity: self.severity,
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

    /// Whether it speaks of what a form has.
    pub fn applies_to(&self, form: &crate::domain::form::Form) -> bool {
        match self.needs {
            Needs::Nothing => true,
            Needs::Cell(name) => form.by_indicator(name).is_some(),
            Needs::Identity => form.identities.iter().any(|identity| identity.rule == self.id),
            Needs::Continuation => form.continuations.iter().any(|one| one.rule == self.id),
        }
    }
}
