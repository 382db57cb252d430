//! A report that says of how many parts it is, and has another number of them: 五项内容 of six.

use super::finding::telling;
use super::judging::Told;
use super::vocabulary::VOCABULARY;
use super::{Explainable, FORMAT_2021, Findings, Judging, Rule};
use crate::domain::wording::{Pattern, pattern, sentences};

pub static RULE: Rule =
    Rule::warning("section.declared_count", FORMAT_2021, check).explainable(Explainable::ByEditor);

static COUNT: Pattern = Pattern::new(|| {
    pattern(
        "(?P<count>[一二三四五六七八九十]|[0-9])(?:个|大)?(?:部分|方面|项)(?:内容)?(?:组成|构成|[，,。；;：:]|$)",
    )
});

const NUMBERS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let parts = judged.content.form().sections.len();
    for said in &judged.texts {
        said.tell(&RULE, wrong(said.text(), parts), findings);
    }
}

fn wrong(text: &str, parts: usize) -> Vec<Told> {
    let of_itself = |sentence: &str| {
        let named = VOCABULARY.parts.iter().filter(|part| sentence.contains(**part)).count();
        let made = ["组成", "构成", "分为", "共分", "分成"].iter().any(|word| sentence.contains(word));
        (sentence.contains("报告") || sentence.contains("全文")) && (named >= 3 || made)
    };
    let told = sentences(text).filter(|(_, sentence)| of_itself(sentence)).filter_map(|(from, sentence)| {
        let found = COUNT.captures_iter(sentence).last()?.name("count")?;
        let word = NUMBERS.iter().position(|word| *word == found.as_str()).map(|at| at + 1);
        let declared = word.or_else(|| found.as_str().parse().ok())?;
        let arguments = telling("parts", parts);
        (declared != parts).then_some((from + found.start(), from + found.end(), arguments))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_of_parts_than_the_form_has_is_told() {
        for text in [
            "本报告由总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、行政复议行政诉讼情况、存在的主要问题等五部分组成。",
            "本年度报告包括总体情况、主动公开、依申请公开、行政复议等五项内容。",
            "报告全文由7个部分组成。",
            "全文分为七个部分。",
            "报告共分五个部分：总体情况、主动公开政府信息情况、存在问题。",
        ] {
            assert_eq!(wrong(text, 6).len(), 1, "{text}");
        }
        for text in [
            "本报告由总体情况、主动公开政府信息情况、行政复议、行政诉讼情况等六部分组成。",
            "主动公开、依申请公开、监督保障等五个方面工作有序推进。",
            "全年编制调研报告三项，由五个部分的专家完成。",
            "领导小组由三个部门组成，报告工作。",
        ] {
            assert!(wrong(text, 6).is_empty(), "{text}");
        }
    }
}
