//! Words seen wrong in real reports.

use super::{Explainable, Rule, words};
use crate::domain::wording::Words;

pub static RULE: Rule = Rule::warning(
    "wording.typo",
    "常见错别字（词表 data/lexicon/typos.toml）",
    |judged, findings| {
        words::corrected(findings, |told| words::of_lexicon(&RULE, Words::Typos, judged, told));
    },
)
.explainable(Explainable::ByEditor);
