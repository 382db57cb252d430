//! What a template says to whoever fills it in.

use super::{Explainable, Needs, Rule, Severity, words};
use crate::domain::wording::Words;

pub static RULE: Rule = Rule {
    id: "text.template_left",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "国办公开办函〔2021〕30号（模板说明不是报告内容）",
    needs: Needs::Nothing,
    check: |judged, findings| words::of_lexicon(&RULE, Words::Template, judged, findings),
};
