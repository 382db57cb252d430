//! Words seen wrong in real reports.

use super::{Explainable, Needs, Rule, Severity, words};
use crate::domain::wording::Words;

pub static RULE: Rule = Rule {
    id: "wording.typo",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "常见错别字（词表 data/lexicon/typos.toml）",
    needs: Needs::Nothing,
    check: |judged, findings| {
        words::corrected(findings, |told| words::of_lexicon(&RULE, Words::Typos, judged, told));
    },
};
