//! Marks of secrecy left in a text: 机密★10年, 内部资料. Speaking of state secrets is lawful.

use super::words::{tell, texts};
use super::{Explainable, Finding, Judged, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "secrecy.mark",
    severity: Severity::Error,
    explainable: Explainable::BySupervisor,
    basis: "《中华人民共和国保守国家秘密法》；《中华人民共和国政府信息公开条例》第十四条",
    forms: &[],
    check,
};

const LEVELS: [&str; 3] = ["绝密", "机密", "秘密"];
const TERMS: [&str; 8] = ["★", "☆", "10年", "20年", "30年", "５年", "5年", "长期"];
/// Marks that stand alone on a line.
const ALONE: [&str; 8] =
    ["绝密", "机密", "秘密", "内部资料", "内部文件", "内部资料 注意保存", "内部资料，注意保存", "不予公开"];

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for (section, pointer, text) in texts(judged) {
        let ranges = marks(text).into_iter().map(|(start, end)| (start, end, Vec::new()));
        tell(&RULE, section, &pointer, text, ranges, findings);
    }
}

fn marks(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for level in LEVELS {
        for (start, _) in text.match_indices(level) {
            let end = start + level.len();
            let behind = text.get(end..).unwrap_or_default();
            let spaces = behind.len() - behind.trim_start().len();
            if let Some(term) = TERMS.iter().find(|term| behind.trim_start().starts_with(**term)) {
                found.push((start, end + spaces + term.len()));
            }
        }
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mark = line.trim();
        if ALONE.contains(&mark) {
            let start = at + line.len() - line.trim_start().len();
            found.push((start, start + mark.len()));
        }
        at += line.len();
    }
    found.sort_unstable();
    found.dedup_by(|later, first| later.0 < first.1);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_and_words_about_secrets_are_not() {
        assert_eq!(marks("机密★10年").len(), 1);
        assert_eq!(marks("总体情况。\n内部资料\n正文").len(), 1);
        assert_eq!(marks("秘密 5年").len(), 1);
        for text in [
            "1.属于国家秘密",
            "涉密信息不上网",
            "严守商业秘密和国家秘密",
            "对涉及秘密的不予公开。",
            "做好保密审查",
        ] {
            assert!(marks(text).is_empty(), "{text}");
        }
    }
}
