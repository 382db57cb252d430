//! A government's consolidated report says of whom it speaks.

use super::{Explainable, FORMAT_2021, Findings, Judging, Needs, Rule, Severity};
use crate::domain::agency::Kind;
use crate::domain::report::Scope;

pub static RULE: Rule = Rule {
    id: "consolidated.scope_not_said",
    severity: Severity::Info,
    explainable: Explainable::ByEditor,
    basis: FORMAT_2021,
    needs: Needs::Nothing,
    check,
};

/// Any of these says that more than one body is spoken of.
const SAID: [&str; 22] = [
    "全省",
    "全市",
    "全县",
    "全区",
    "全州",
    "全盟",
    "全旗",
    "全镇",
    "全乡",
    "各级",
    "各部门",
    "各乡镇",
    "各镇",
    "各街道",
    "所属部门",
    "各县",
    "各区",
    "各单位",
    "下级",
    "本级及",
    "汇总",
    "行政机关",
];

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let government = judged.agency.is_some_and(|agency| agency.kind == Kind::Government);
    let said = judged.texts.iter().any(|said| SAID.iter().any(|word| said.text().contains(word)));
    if judged.scope == Some(Scope::Consolidated) && government && !said && judged.said("overview").is_some() {
        findings.push(RULE.finding("overview", "/sections/overview/text".to_owned()));
    }
}
