//! Where a report says whom to ask, and the address or the number is missing: 联系电话：，地址：。

use super::finding::telling;
use super::judging::Told;
use super::{Explainable, FORMAT_2021, Findings, Judging, Rule};
use crate::domain::wording::{Pattern, pattern};

pub static RULE: Rule =
    Rule::warning("text.contact_incomplete", FORMAT_2021, check).explainable(Explainable::ByEditor);

/// A label with nothing behind it.
static EMPTY: Pattern = Pattern::new(|| {
    pattern(
        "(?P<label>联系电话|咨询电话|电话号码|办公电话|电话|联系地址|通信地址|通讯地址|办公地址|地址|邮政编码|邮编|电子邮箱|传真)[ \u{3000}]*[：:][ \u{3000}]*(?:[，,；;。、）)\n]|$)",
    )
});
/// A number too short to be one: 0355-783.
static SHORT: Pattern = Pattern::new(|| {
    pattern(
        "(?P<label>联系电话|咨询电话|办公电话|电话)[ \u{3000}]*[：:][ \u{3000}]*(?P<number>[0-9（(][0-9（）() —－-]*)(?:[，,；;。、\n]|$)",
    )
});
/// A postcode of other than six digits.
static POSTCODE: Pattern =
    Pattern::new(|| pattern("(?:邮政编码|邮编)[ \u{3000}]*[：:]?[ \u{3000}]*(?P<number>[0-9]+)"));
/// An address of mail that has lost its sign.
static MAIL: Pattern = Pattern::new(|| {
    pattern(
        "(?:电子邮箱|电子邮件|邮箱)[ \u{3000}]*[：:][ \u{3000}]*(?P<mail>[A-Za-z0-9][A-Za-z0-9._-]*\\.(?:com|cn|net|org)[A-Za-z.]*)(?:[^A-Za-z0-9@._-]|$)",
    )
});
/// An address of the site that has lost its colon.
static SITE: Pattern = Pattern::new(|| pattern("https?//[A-Za-z0-9]"));
/// 如有疑问，请与…联系 with no number in its paragraph.
static ASKED: Pattern = Pattern::new(|| {
    pattern("如(?:对本(?:年度)?报告)?有(?:任何)?(?:疑问|意见|建议|问题)[^。\n]{0,12}请[^。\n]{0,60}?联系")
});

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for said in &judged.texts {
        said.tell(&RULE, wrong(said.text()), findings);
    }
}

fn wrong(text: &str) -> Vec<Told> {
    if !["电话", "地址", "邮", "联系", "传真", "http"].iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let told = |start: usize, end: usize, what: &str| (start, end, telling("what", what));
    let empty = EMPTY.captures_iter(text).filter_map(|captures| captures.name("label"));
    let mut found: Vec<Told> = empty.map(|label| told(label.start(), label.end(), label.as_str())).collect();
    for captures in SHORT.captures_iter(text) {
        let (Some(label), Some(number)) = (captures.name("label"), captures.name("number")) else { continue };
        let digits: String = number.as_str().chars().filter(char::is_ascii_digit).collect();
        // With an area code a number has ten digits at least; 110, 12345 and 114 are whole.
        let whole = if digits.starts_with('0') { 10 } else { 7 };
        // Two numbers, and one with its extension, have something between them.
        let long = digits.len() > 12 && number.as_str().chars().filter(|c| !c.is_ascii_digit()).count() <= 1;
        if (digits.len() < whole && !matches!(digits.len(), 3 | 5)) || long {
            found.push(told(number.start(), number.end(), label.as_str()));
        }
    }
    for number in POSTCODE.captures_iter(text).filter_map(|captures| captures.name("number")) {
        if number.as_str().len() != 6 {
            found.push(told(number.start(), number.end(), "邮政编码"));
        }
    }
    let mails = MAIL.captures_iter(text).filter_map(|captures| captures.name("mail"));
    found.extend(mails.map(|mail| told(mail.start(), mail.end(), "电子邮箱")));
    found.extend(SITE.find_iter(text).map(|site| told(site.start(), site.end(), "网址")));
    for asked in ASKED.find_iter(text) {
        let behind = text.get(asked.end()..).unwrap_or_default();
        let rest: String = asked.as_str().chars().chain(behind.chars().take_while(|c| *c != '\n')).collect();
        let reachable = ["@", "电话", "邮箱", "www.", "http"].iter().any(|word| rest.contains(word));
        if !reachable && rest.chars().filter(char::is_ascii_digit).count() < 7 {
            found.push(told(asked.start(), asked.end(), "联系电话"));
        }
    }
    found.sort_by_key(|(start, _, _)| *start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_without_anything_behind_them_are_told() {
        for (text, count) in [
            ("联系地址：，联系电话：。", 2),
            ("（地址：沁源县胜利路1号；电话：；邮编：046500）", 1),
            ("联系电话：0355-783。", 1),
            ("如对本报告有疑问，请与沁源县信访局办公室联系。", 1),
            ("邮编：\n", 1),
            ("邮编：05480，电话：0319-8161000", 1),
            ("电话：0319-81610000000。", 1),
            ("邮箱：qhxzfb163.com，电话：0319-8161000。", 1),
            ("门户网站（http//www.qinghe.gov.cn）查阅", 1),
        ] {
            assert_eq!(wrong(text).len(), count, "{text}: {:?}", wrong(text));
        }
        for text in [
            "联系地址：沁源县胜利路1号，联系电话：0355-7832000，邮编：046500。",
            "电话：（0355）7832000",
            "举报电话：12345。",
            "如对本报告有疑问，请与沁源县信访局办公室联系（电话：0355-7832000）。",
            "公开内容：机构职能、办公地址、联系电话、负责人姓名。",
            "电话：7832000转8001",
            "电话：0319-8161000、8161001，邮箱：qhxzfb@163.com，网址：http://www.qinghe.gov.cn",
        ] {
            assert!(wrong(text).is_empty(), "{text}: {:?}", wrong(text));
        }
    }
}
