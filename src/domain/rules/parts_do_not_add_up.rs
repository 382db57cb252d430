//! Parts that are more than their whole: 共5件，其中甲3件、乙4件.

use super::finding::Argument;
use super::words::{tell, texts};
use super::{Explainable, Finding, Judged, Rule, Severity};
use crate::domain::wording::{Told, numbers};

pub static RULE: Rule = Rule {
    id: "text.parts_do_not_add_up",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "文字中的分项与合计一致",
    forms: &[],
    check,
};

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for (section, pointer, text) in texts(judged) {
        let wrong = wrong(text)
            .into_iter()
            .map(|(whole, sum)| (whole.start, whole.end, vec![("sum", Argument::Plain(sum.to_string()))]));
        tell(&RULE, section, &pointer, text, wrong, findings);
    }
}

/// Wholes whose parts, told behind 其中 in the same sentence and each in a unit of its own, are more.
fn wrong(text: &str) -> Vec<(Told<'_>, i64)> {
    let told = numbers(text);
    let mut found = Vec::new();
    for (at, _) in text.match_indices("其中") {
        let end =
            text.get(at..).and_then(|rest| rest.find(['。', '；', '\n'])).map_or(text.len(), |to| at + to);
        let sentence = text.get(at..end).unwrap_or_default();
        let start =
            text.get(..at).and_then(|before| before.rfind(['。', '；', '\n'])).map_or(0, |from| from + 1);
        let whole = told.iter().rev().find(|told| told.end <= at && told.start >= start);
        let Some(whole) = whole
            .filter(|whole| ["共", "合计", "总计", "累计"].iter().any(|word| whole.before.contains(word)))
        else {
            continue;
        };
        if ["同比", "较", "增", "减", "上年", "各类", "包括"].iter().any(|word| sentence.contains(word))
        {
            continue;
        }
        // Largest alone: parts of parts follow each other, so only one that exceeds the whole is sure.
        let parts: Vec<i64> =
            told.iter().filter(|told| told.start >= at && told.end <= end).map(|told| told.number).collect();
        let largest = parts.iter().copied().max().unwrap_or(0);
        let sum: i64 = parts.iter().sum();
        if largest > whole.number || (parts.len() == 2 && sum > whole.number) {
            found.push((whole.clone(), sum));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parts_that_exceed_their_whole_are_told() {
        assert_eq!(wrong("共受理5件，其中自然人3件、企业4件。").len(), 1);
        assert_eq!(wrong("全年共公开10条，其中网站12条。").len(), 1);
        for text in [
            "共受理5件，其中自然人3件。",
            "共公开5条，其中文件2条、动态3条。",
            "受理3件，其中4件",
            "共5件，较上年其中增加9件",
        ] {
            assert!(wrong(text).is_empty(), "{text}");
        }
    }
}
