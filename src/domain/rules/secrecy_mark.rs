//! Marks of secrecy left in a text: 机密★10年, 内部资料. Speaking of state secrets is lawful.

use super::{Explainable, Findings, Judging, Needs, Rule, Severity};
use crate::domain::wording::{is_digit, is_han};

pub static RULE: Rule = Rule {
    id: "secrecy.mark",
    severity: Severity::Error,
    explainable: Explainable::BySupervisor,
    basis: "《中华人民共和国保守国家秘密法》；《中华人民共和国政府信息公开条例》第十四条",
    needs: Needs::Nothing,
    check,
};

const LEVELS: [&str; 3] = ["绝密", "机密", "秘密"];
const STARS: [char; 2] = ['★', '☆'];
/// Marks that stand alone on a line.
const ALONE: [&str; 6] = ["绝密", "机密", "秘密", "内部资料", "内部文件", "不予公开"];
/// Marks that stand in brackets behind a title.
const BEHIND_TITLES: [&str; 6] =
    ["（内部资料）", "(内部资料)", "（内部文件）", "(内部文件)", "（不予公开）", "(不予公开)"];
const INTERNAL: [&str; 2] = ["内部资料", "内部文件"];
/// What is asked of whoever holds internal papers.
const KEEP: [&str; 8] =
    ["注意保存", "妥善保管", "妥善保存", "严禁外传", "请勿外传", "不得外传", "禁止外传", "注意保密"];
/// What a document says of how it is published.
const PROPERTIES: [&str; 4] = ["公开属性", "公开类型", "公开类别", "公开方式"];
const BRACKETS: [char; 9] = ['（', '）', '(', ')', '【', '】', '[', ']', ' '];
const STOPS: [char; 8] = ['，', ',', '、', '。', '！', '!', ' ', '\u{3000}'];

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for said in judged.everything() {
        let text = said.text();
        let ranges = marks(text).into_iter().map(|(start, end)| (start, end, Vec::new()));
        said.tell(&RULE, ranges, findings);
    }
}

fn marks(text: &str) -> Vec<(usize, usize)> {
    let mut found = levels(text);
    found.extend(lines(text));
    found.extend(properties(text));
    found.extend(asked_to_keep(text));
    found.sort_unstable();
    found.dedup_by(|later, first| later.0 < first.1);
    found
}

/// 机密★, 秘密 5年: a level with a star, or one that no word holds (国家秘密) with a term.
fn levels(text: &str) -> Vec<(usize, usize)> {
    let places = LEVELS.iter().flat_map(|level| text.match_indices(*level));
    places.filter_map(|(start, level)| Some((start, marked_end(text, start, start + level.len())?))).collect()
}

/// Where the mark ends whose level stands here.
fn marked_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let rest = text.get(end..)?.trim_start();
    let from = text.len() - rest.len();
    if let Some(star) = rest.chars().next().filter(|c| STARS.contains(c)) {
        return Some(from + star.len_utf8());
    }
    let before = text.get(..start)?.chars().next_back();
    let in_word = before.is_some_and(|c| is_han(c) && !['为', '级'].contains(&c));
    let length = term(rest)?;
    let goes_on = rest.get(length..)?.chars().next().is_some_and(is_han);
    (!in_word && !goes_on).then_some(from + length)
}

/// How long the term is with which a text begins: 长期, 10年, 6个月.
fn term(text: &str) -> Option<usize> {
    const LONG: &str = "长期";
    if text.starts_with(LONG) {
        return Some(LONG.len());
    }
    let rest = text.trim_start_matches(is_digit);
    let digits = text.get(..text.len() - rest.len())?;
    let unit = ["年", "个月"].into_iter().find(|unit| rest.starts_with(*unit))?;
    matches!(digits.chars().count(), 1 | 2).then_some(digits.len() + unit.len())
}

/// Lines that are a mark, and titles that end with one.
fn lines(text: &str) -> Vec<(usize, usize)> {
    let (mut found, mut at) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        let start = at + line.len() - line.trim_start().len();
        let end = start + said.len();
        if is_alone(said.trim_matches(|c: char| BRACKETS.contains(&c))) {
            found.push((start, end));
        } else if let Some(mark) = BEHIND_TITLES.iter().find(|mark| said.ends_with(**mark))
            && !said.contains(['。', '；', '，'])
        {
            found.push((end - mark.len(), end));
        }
        at += line.len();
    }
    found
}

/// 内部资料; 内部资料，严禁外传.
fn is_alone(line: &str) -> bool {
    let internal = INTERNAL.iter().filter_map(|word| line.strip_prefix(*word));
    let mut asked = internal.map(|rest| rest.trim_matches(|c: char| STOPS.contains(&c)));
    ALONE.contains(&line) || asked.any(|rest| KEEP.contains(&rest))
}

/// 本件为内部资料，注意保存: what is asked of a holder, in the same sentence as the mark.
fn asked_to_keep(text: &str) -> Vec<(usize, usize)> {
    let places = INTERNAL.iter().flat_map(|word| text.match_indices(*word));
    let marks = places.filter_map(|(start, word)| {
        let behind = text.get(start + word.len()..)?;
        let rest = behind.trim_start_matches(|c: char| STOPS.contains(&c) && c != '。');
        let asked = KEEP.iter().find(|asked| rest.starts_with(**asked))?;
        Some((start, text.len() - rest.len() + asked.len()))
    });
    marks.collect()
}

/// 公开属性：不予公开; 密级：机密.
fn properties(text: &str) -> Vec<(usize, usize)> {
    let places = PROPERTIES.iter().flat_map(|property| text.match_indices(*property));
    let marks = places.filter_map(|(start, property)| {
        let behind = text.get(start + property.len()..)?.trim_start();
        let value = behind.strip_prefix(['：', ':'])?.trim_start();
        let rest = value.strip_prefix("不予公开")?;
        Some((start, text.len() - rest.len()))
    });
    let graded = text.match_indices("密级").filter_map(|(start, word)| {
        let behind = text.get(start + word.len()..)?.trim_start();
        let value = behind.strip_prefix(['：', ':'])?.trim_start();
        let rest = LEVELS.iter().find_map(|level| value.strip_prefix(*level))?;
        Some((start, text.len() - rest.len()))
    });
    marks.chain(graded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_and_words_about_secrets_are_not() {
        for text in [
            "机密★10年",
            "总体情况。\n内部资料\n正文",
            "秘密 5年",
            "秘密１年",
            "密级：机密 20年，",
            "附件一：机密 ★ 长期",
            "（内部资料，严禁外传）",
            "内部资料 注意保存",
            "公开属性：不予公开",
            "关于调整规划的请示（不予公开）",
            "本件为内部资料，注意保存。",
            "密级：机密",
        ] {
            assert_eq!(marks(text).len(), 1, "{text}");
        }
        for text in [
            "1.属于国家秘密",
            "（三）不予公开",
            "涉密信息不上网",
            "严守商业秘密和国家秘密",
            "对涉及秘密的不予公开。",
            "做好保密审查",
            "保守国家秘密10年零泄密",
            "签订商业秘密5年保密协议",
            "标注秘密长期未解密的档案",
            "对单位内部资料实行先审查后公开",
            "依法答复（不予公开），并说明理由。",
        ] {
            assert!(marks(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_place_told_is_the_mark() {
        let found = |text: &str| marks(text).first().map(|(start, end)| text[*start..*end].to_owned());
        assert_eq!(found("密级：机密 20年").as_deref(), Some("密级：机密"));
        assert_eq!(found("好。\n 关于规划的请示（不予公开）\n").as_deref(), Some("（不予公开）"));
        assert_eq!(found("公开属性：不予公开，").as_deref(), Some("公开属性：不予公开"));
    }
}
