//! What converters and copying leave behind.

use super::{Explainable, Rule, Severity, words};
use crate::domain::wording::RESIDUE;

pub static RULE: Rule = Rule {
    id: "wording.conversion_residue",
    severity: Severity::Info,
    explainable: Explainable::No,
    basis: "文件转换、复制留下的痕迹",
    forms: &[],
    check: |judged, findings| words::of_lexicon(&RULE, &RESIDUE, judged, findings),
};
