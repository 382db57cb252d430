//! A word written twice: 遵循遵循.

use super::{Findings, Judging, Rule};
use crate::domain::wording::{is_han, is_word};

pub static RULE: Rule = Rule::info("wording.repeated", "文字重复", check);

/// Longest word looked at, in characters.
const LONGEST: usize = 12;
/// Doubled on purpose.
const LAWFUL: [&str; 5] = ["研究", "讨论", "学习", "商量", "考虑"];
/// Before 对并对 where 对 is a word of its own.
const BEFORE_TO: [char; 6] = ['，', '、', '。', '；', '已', '局'];
/// Never written twice in a row.
const STUTTERED: [char; 6] = ['，', '。', '、', '；', '：', '的'];
/// What ends one name and begins the next: 人民政府政府公报, 人大代表代表作用.
const ADJOINING: [&str; 8] = ["政府", "年度", "代表", "中心", "服务", "规范", "机关", "单位"];

/// What an agency calls itself by, behind 我, 本 or 全.
const AGENCIES: [char; 12] = ['局', '委', '办', '厅', '镇', '乡', '县', '市', '区', '院', '州', '省'];
/// What begins behind an agency's name and is no part of one: 我局局党组 is right, and so is 我市市级.
const BEGINNINGS: [&str; 34] = [
    "高度", "认真", "严格", "积极", "扎实", "坚持", "始终", "全面", "持续", "深入", "切实", "及时", "主动",
    "不断", "按照", "结合", "根据", "围绕", "没有", "通过", "收到", "受理", "制定", "成立", "组织", "召开",
    "加强", "严肃", "充分", "进一", "依法", "共收", "未收", "已按",
];

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let titles = judged.beside.iter().filter(|said| said.place == "title");
    for said in judged.texts.iter().chain(titles) {
        let text = said.text();
        let ranges = doubled(text).into_iter().map(|(start, end)| (start, end, Vec::new()));
        said.tell(&RULE, ranges, findings);
    }
}

/// Where a word of two characters or more stands twice in a row.
fn doubled(text: &str) -> Vec<(usize, usize)> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let rest = chars.get(at..).unwrap_or_default();
        if let Some(length) = stuttered(rest, at.checked_sub(1).and_then(|before| chars.get(before))) {
            let start = rest.first().map_or(0, |(start, _)| *start);
            found.push((start, rest.get(length).map_or(text.len(), |(end, _)| *end)));
            at += length;
            continue;
        }
        if let Some(length) = joined(rest, at.checked_sub(1).and_then(|before| chars.get(before))) {
            let start = rest.first().map_or(0, |(start, _)| *start);
            found.push((start, rest.get(length).map_or(text.len(), |(end, _)| *end)));
            at += length;
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let is_word_twice = |length: &usize| is_twice(rest, *length) && !straddles(before, rest, *length);
        let Some(length) = (2..=LONGEST).rev().find(is_word_twice) else {
            at += 1;
            continue;
        };
        let start = rest.first().map_or(0, |(start, _)| *start);
        let end = rest.get(2 * length).map_or(text.len(), |(end, _)| *end);
        let word: String = rest.iter().take(length).map(|(_, c)| *c).collect();
        if !is_lawful(&word) {
            found.push((start, end));
        }
        at += 2 * length;
    }
    found
}

/// Marks of which the second belongs to no sentence: ，。.
const CLASHING: [(char, char); 8] = [
    ('，', '。'),
    ('。', '，'),
    ('、', '。'),
    ('、', '，'),
    ('，', '、'),
    ('；', '。'),
    ('。', '；'),
    ('，', '；'),
];

/// How long a mark or a particle stands that is written twice: 的的, ，，.
fn stuttered(rest: &[(usize, char)], before: Option<&(usize, char)>) -> Option<usize> {
    let char_at = |at: usize| rest.get(at).map(|(_, c)| *c);
    if char_at(0).zip(char_at(1)).is_some_and(|pair| CLASHING.contains(&pair)) {
        return Some(2);
    }
    // 成立了了, but not 不了了之.
    if (char_at(0), char_at(1)) == (Some('了'), Some('了')) {
        let word = before.is_some_and(|(_, c)| "不一明".contains(*c)) || char_at(2) == Some('之');
        return (!word && char_at(2) != Some('了')).then_some(2);
    }
    // 我局局高度重视.
    let agency = char_at(0).filter(|c| AGENCIES.contains(c) && char_at(1) == Some(*c));
    if agency.is_some() && before.is_some_and(|(_, c)| "我本全".contains(*c)) {
        let begins = |word: &&str| word.chars().eq(rest.iter().skip(2).take(2).map(|(_, c)| *c));
        return BEGINNINGS.iter().any(begins).then_some(2);
    }
    // 在在门户网站公开, but not 现在在.
    let begins = before.is_none_or(|(_, c)| !is_han(*c));
    if (char_at(0), char_at(1)) == (Some('在'), Some('在')) && begins {
        return Some(2);
    }
    let c = char_at(0).filter(|c| STUTTERED.contains(c))?;
    let twice = char_at(1) == Some(c) && char_at(2) != Some(c) && before.map(|(_, c)| *c) != Some(c);
    // 目的的确.
    let words = c == '的' && (before.is_some_and(|(_, c)| *c == '目') || char_at(2) == Some('确'));
    (twice && !words).then_some(2)
}

/// How long 通过可以通过 or 对并对 is, if it stands here: the same word on either side of one that joins nothing.
fn joined(rest: &[(usize, char)], before: Option<&(usize, char)>) -> Option<usize> {
    let char_at = |at: usize| rest.get(at).map(|(_, c)| *c);
    if char_at(0) == Some('对') && char_at(1) == Some('并') && char_at(2) == Some('对') {
        // 核对并对外公布.
        let verb = before.is_some_and(|(_, c)| is_han(*c) && !BEFORE_TO.contains(c));
        return (!verb).then_some(3);
    }
    let length = 2;
    for joint in ["可以", "可"] {
        let width = joint.chars().count();
        let stands = (0..).zip(joint.chars()).all(|(at, c)| char_at(length + at) == Some(c));
        let again = (0..length).all(|at| {
            let c = char_at(at);
            c.is_some_and(is_han) && c == char_at(length + width + at)
        });
        if stands && again && char_at(0) != char_at(1) {
            return Some(2 * length + width);
        }
    }
    None
}

/// Whether a word of this length stands here twice; 人人人人 is no word.
fn is_twice(rest: &[(usize, char)], length: usize) -> bool {
    let (Some(first), Some(second)) = (rest.get(..length), rest.get(length..2 * length)) else {
        return false;
    };
    let same = first.iter().zip(second).all(|((_, one), (_, other))| one == other && is_han(*one));
    let leading = first.first().map(|(_, c)| *c);
    same && first.iter().any(|(_, c)| Some(*c) != leading)
}

/// Whether what stands twice is the end of a word and the beginning of the next: 企业|创业|创新.
fn straddles(before: Option<&(usize, char)>, rest: &[(usize, char)], length: usize) -> bool {
    let char_at = |at: usize| rest.get(at).map(|(_, c)| *c);
    let word =
        |one: Option<char>, next: Option<char>| one.zip(next).is_some_and(|(one, next)| is_word(one, next));
    length == 2
        && !word(char_at(0), char_at(1))
        && word(before.map(|(_, c)| *c), char_at(0))
        && word(char_at(3), char_at(4))
}

/// 研究研究, 一条一条, and what only meets where two names do.
fn is_lawful(word: &str) -> bool {
    let one_by_one = word.chars().count() == 2 && word.contains('一');
    one_by_one || LAWFUL.contains(&word) || ADJOINING.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_twice_in_a_row_is_told_and_lawful_doubling_is_not() {
        let found =
            |text: &str| doubled(text).into_iter().map(|(a, b)| text[a..b].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("应当遵循遵循公开原则"), ["遵循遵循"]);
        assert_eq!(found("公民可通过可以通过网站查询"), ["通过可以通过"]);
        assert_eq!(found("群众关心的的问题，，及时回应。。"), ["的的", "，，", "。。"]);
        assert_eq!(found("扎实推进，。成立了了专班。"), ["，。", "了了"]);
        assert_eq!(found("全年，在在网站公开。存在在线问题"), ["在在"]);
        assert_eq!(found("我局局高度重视，本镇镇严格落实"), ["局局", "镇镇"]);
        assert_eq!(found("，对并对公开内容进行审核"), ["对并对"]);
        assert_eq!(found("做好政府信息公开政府信息公开工作"), ["政府信息公开政府信息公开"]);
        assert_eq!(found("调整政务公开工作领导小组政务公开工作领导小组").len(), 1);
        for text in [
            "人人参与，时时刻刻",
            "不能不了了之",
            "再研究研究",
            "2023202320",
            "常常往往",
            "沁源县人民政府政府信息公开专栏",
            "人大代表代表作用，公共服务服务指南",
            "进一步规范规范性文件",
            "支持企业创业创新，中小企业创业创新基地",
            "对公开事项一项一项梳理、一条一条核对",
            "核对并对外公布，能公开的可公开",
            "我局局党组高度重视，我市市级部门，全区区直单位，本县县委、县政府",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
