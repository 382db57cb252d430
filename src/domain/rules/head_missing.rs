//! 总体情况 speaks of five heads; a government's of three more.

use super::{Explainable, FORMAT_2021, Findings, Judging, Rule};
use crate::domain::agency::Kind;
use crate::domain::simplified::simplify;

pub static RULE: Rule =
    Rule::warning("overview.head_missing", FORMAT_2021, check).explainable(Explainable::ByEditor);

/// Key, heading, and the words any of which shows that the head is spoken of.
type Head = (&'static str, &'static str, &'static [&'static str]);

// Each in simplified and in traditional characters, as mirrors of sites write them.
const HEADS: [Head; 5] = [
    ("proactive", "主动公开", &["主动公开", "主動公開"]),
    ("on_request", "依申请公开", &["申请公开", "申請公開"]),
    ("management", "政府信息管理", &["信息管理", "公文管理", "文件管理", "动态调整", "動態調整"]),
    ("platform", "政府信息公开平台建设", &["平台", "平臺", "网站", "網站", "政务新媒体", "政務新媒體"]),
    ("supervision", "监督保障", &["监督", "監督", "保障", "培训", "培訓", "考核"]),
];
const GOVERNMENT_HEADS: [Head; 3] = [
    ("assessment", "工作考核", &["考核"]),
    ("social_review", "社会评议", &["评议", "評議"]),
    ("accountability", "责任追究", &["责任追究", "責任追究", "追责", "追責", "问责", "問責"]),
];

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(text) = judged.text("overview") else {
        return;
    };
    // A mirror's page in traditional characters speaks of the same heads.
    let text = simplify(text);
    let government = judged.agency.is_some_and(|agency| agency.kind == Kind::Government);
    let more: &[Head] = if government { &GOVERNMENT_HEADS } else { &[] };
    for (key, heading, words) in HEADS.iter().chain(more) {
        if !words.iter().any(|word| text.contains(word)) {
            findings.push(RULE.finding(key, "/sections/overview/text".to_owned()).with("head", heading));
        }
    }
}
