//! 总体情况 speaks of five heads; a government's of three more.

use super::finding::Argument;
use super::{Explainable, FORMAT_2021, Finding, Judged, Rule, Severity};
use crate::domain::agency::Kind;

pub static RULE: Rule = Rule {
    id: "overview.head_missing",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: FORMAT_2021,
    forms: &[],
    check,
};

/// Key, heading, and the words any of which shows that the head is spoken of.
type Head = (&'static str, &'static str, &'static [&'static str]);

const HEADS: [Head; 5] = [
    ("proactive", "主动公开", &["主动公开"]),
    ("on_request", "依申请公开", &["依申请公开", "申请公开"]),
    ("management", "政府信息管理", &["信息管理", "公文管理", "文件管理", "动态调整"]),
    ("platform", "政府信息公开平台建设", &["平台", "网站", "政务新媒体"]),
    ("supervision", "监督保障", &["监督保障", "监督", "保障", "培训", "考核"]),
];
const GOVERNMENT_HEADS: [Head; 3] = [
    ("assessment", "工作考核", &["考核"]),
    ("social_review", "社会评议", &["社会评议", "评议"]),
    ("accountability", "责任追究", &["责任追究", "追责", "问责"]),
];

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    let Some(text) = judged.text("overview") else {
        return;
    };
    let government = judged.agency.is_some_and(|agency| agency.kind == Kind::Government);
    let more: &[Head] = if government { &GOVERNMENT_HEADS } else { &[] };
    for (key, heading, words) in HEADS.iter().chain(more) {
        if !words.iter().any(|word| text.contains(word)) {
            let mut finding = RULE.finding(key, "/sections/overview/text".to_owned());
            finding.arguments = vec![("head", Argument::Plain((*heading).to_owned()))];
            findings.push(finding);
        }
    }
}
