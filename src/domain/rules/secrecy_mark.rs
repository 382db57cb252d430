//! Marks of secrecy left in a text: 机密★10年, 内部资料. Speaking of state secrets is lawful.

use super::{Explainable, Findings, Judging, Rule};
use crate::domain::wording::{Folded, is_digit, is_han, is_private, joiner};

pub static RULE: Rule = Rule::error(
    "secrecy.mark",
    "《中华人民共和国保守国家秘密法》；《中华人民共和国政府信息公开条例》第十四条",
    check,
)
.explainable(Explainable::BySupervisor);

const LEVELS: [&str; 3] = ["绝密", "机密", "秘密"];
/// What stands before 密 in a level, in traditional characters too.
const OF_LEVELS: [char; 6] = ['绝', '机', '秘', '絕', '機', '祕'];
/// Most characters between the two of a level, which printers set wide apart.
const MOST_BETWEEN: usize = 8;
const STARS: [char; 13] = ['★', '☆', '⭐', '✩', '✪', '✫', '✬', '✭', '✮', '✯', '✰', '⋆', '🟊'];
/// What may end before the star: “机密”★10年.
const CLOSING: [char; 12] = ['”', '"', '’', '\'', '）', ')', '】', ']', '》', '」', '』', '〉'];
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
    let closed = Folded::closed_up(text);
    let looked_for = [lines, properties, asked_to_keep].into_iter();
    let elsewhere = looked_for.flat_map(|find| find(closed.as_str()));
    found.extend(elsewhere.map(|(start, end)| closed.original(start, end)));
    found.sort_unstable();
    found.dedup_by(|later, first| later.0 < first.1);
    found
}

/// 机密★, 秘密 5年: a level with a star, or one that no word holds (国家秘密) with a term.
fn levels(text: &str) -> Vec<(usize, usize)> {
    let places = text.match_indices('密').filter_map(|(at, last)| {
        let start = level_start(text.get(..at)?)?;
        Some((start, marked_end(text, start, at + last.len())?))
    });
    places.collect()
}

/// Where the level begins whose last character stands behind this.
fn level_start(before: &str) -> Option<usize> {
    let last = before.char_indices().rev().take(MOST_BETWEEN + 1).find(|(_, c)| !is_between(*c));
    last.filter(|(_, c)| OF_LEVELS.contains(c)).map(|(at, _)| at)
}

/// What parts the characters of a mark and is no part of it.
fn is_between(c: char) -> bool {
    joiner(c).is_some() || is_private(c) || c == '\u{fffd}'
}

/// Where the mark ends whose level stands here.
fn marked_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let behind = text.get(end..)?;
    let rest = behind.trim_start_matches(|c| is_between(c) || CLOSING.contains(&c));
    if let Some(star) = rest.chars().next().filter(|c| STARS.contains(c)) {
        return Some(text.len() - rest.len() + star.len_utf8());
    }
    let rest = behind.trim_start_matches(is_between);
    let rest = rest.strip_prefix(['*', '＊']).map_or(rest, |rest| rest.trim_start_matches(is_between));
    let from = text.len() - rest.len();
    let before = text.get(..start)?.chars().next_back();
    let in_word = before.is_some_and(|c| is_han(c) && !['为', '级', '為', '級'].contains(&c));
    let length = term(rest)?;
    let goes_on = rest.get(length..)?.chars().next().is_some_and(is_han);
    (!in_word && !goes_on).then_some(from + length)
}

/// How long the term is with which a text begins: 长期, 10年, 6个月.
fn term(text: &str) -> Option<usize> {
    if let Some(long) = ["长期", "長期"].into_iter().find(|long| text.starts_with(*long)) {
        return Some(long.len());
    }
    let rest = text.trim_start_matches(is_digit);
    let digits = text.get(..text.len() - rest.len())?;
    let rest = rest.trim_start_matches(is_between);
    let behind = ["年", "个月", "個月"].into_iter().find_map(|unit| rest.strip_prefix(unit))?;
    matches!(digits.chars().count(), 1 | 2).then_some(text.len() - behind.len())
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
            "机　密★10年",
            "秘\u{a0}密 5 年",
            "機密★10年",
            "絕　密★長期",
            "本件“机·密”★10年",
            "機\u{e000}密*20年",
            "秘　　密",
            "內部資料，嚴禁外傳",
            "密級：機 密",
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
            "更换计算机 密码5年一换",
            "手机，密切联系群众10年",
            "国家 秘密法10年宣传",
        ] {
            assert!(marks(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_place_told_is_the_mark() {
        let found = |text: &str| marks(text).first().map(|(start, end)| text[*start..*end].to_owned());
        assert_eq!(found("密级：机密 20年").as_deref(), Some("密级：机密"));
        assert_eq!(found("编号1 机　密 ★ 10年").as_deref(), Some("机　密 ★"));
        assert_eq!(found("好。\n內 部 資 料\n").as_deref(), Some("內 部 資 料"));
        assert_eq!(found("好。\n 关于规划的请示（不予公开）\n").as_deref(), Some("（不予公开）"));
        assert_eq!(found("公开属性：不予公开，").as_deref(), Some("公开属性：不予公开"));
    }
}
