//! References to what is no longer in force.

use super::{Explainable, Rule, Severity, words};
use crate::domain::wording::Words;

pub static RULE: Rule = Rule {
    id: "wording.superseded_reference",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "《中华人民共和国政府信息公开条例》（国务院令第711号）；国办公开办函〔2021〕30号",
    forms: &[],
    check: |judged, findings| words::of_lexicon(&RULE, Words::Superseded, judged, findings),
};
