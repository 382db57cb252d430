//! What a template says to whoever fills it in.

use super::{Explainable, Rule, words};
use crate::domain::wording::Words;

pub static RULE: Rule = Rule::warning(
    "text.template_left",
    "国办公开办函〔2021〕30号（模板说明不是报告内容）",
    |judged, findings| words::of_lexicon(&RULE, Words::Template, judged, findings),
)
.explainable(Explainable::ByEditor);
