//! Grave slips: the state's, the party's and the leaders' names one character off, territories beside countries.
//! One of them fails a whole site's inspection.

use super::{Explainable, Findings, Judging, Needs, Rule, Severity, words};
use crate::domain::wording::Words;

pub static RULE: Rule = Rule {
    id: "wording.grave",
    severity: Severity::Error,
    explainable: Explainable::BySupervisor,
    basis: "国办秘函〔2019〕19号《政府网站与政务新媒体检查指标》：严重表述错误单项否决（词表 data/lexicon/grave.toml）",
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for said in judged.everything() {
        words::of_words(&RULE, Words::Grave, judged, said, findings);
    }
}
