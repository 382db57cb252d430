//! Statutes and documents one character off their titles, with another number, or of another day.

use super::super::judging::Told;
use super::documents::DOCUMENTS;
use crate::domain::rules::finding::telling;
use crate::domain::wording::{Pattern, pattern};

/// Most told of one text.
const MOST: usize = 200;
/// Longest title looked at, in characters.
const LONGEST: usize = 40;

static CITED: Pattern = Pattern::new(|| {
    pattern(
        "《(?P<title>[^《》\\n]{4,60})》(?:[（(](?:中华人民共和国)?(?P<number>(?:国务院令|国办发|国办函)[^（()）\\n]{3,14}号)[)）])?",
    )
});
/// The day on which the regulation came into force, or the revised one did.
static IN_FORCE: Pattern = Pattern::new(|| {
    pattern(
        "《(?:中华人民共和国)?(?:政府信息公开)?条例》[^，。；0-9]{0,4}自(?P<day>20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日)起(?:正式)?施行\
         |(?P<first>20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日)起(?:正式)?施行的(?:新修订的?)?《(?:中华人民共和国)?(?:政府信息公开)?条例》",
    )
});
/// The article on annual reports.
static ARTICLE: Pattern = Pattern::new(|| {
    pattern(
        "(?:政府信息公开|《)条例》第(?P<article>[一二三四五六七八九十0-9]{1,4})条(?:关于|有关)(?:发布|公布|编制)[^，。；]{0,12}年度报告",
    )
});

/// What is miscited, with what is right.
pub(super) fn miscited(text: &str) -> Vec<(usize, usize, &'static str)> {
    let mut found = Vec::new();
    for captures in CITED.captures_iter(text) {
        let Some(title) = captures.name("title") else { continue };
        match DOCUMENTS.titles.iter().find(|(known, _)| *known == title.as_str()) {
            Some((_, numbers)) => {
                let told = captures.name("number");
                let wrong = told.filter(|told| {
                    !numbers.is_empty() && !numbers.iter().any(|one| is_number(told.as_str(), one))
                });
                let right = numbers.last().copied().unwrap_or_default();
                found.extend(wrong.map(|told| (told.start(), told.end(), right)));
            }
            None if DOCUMENTS.real.contains(&title.as_str()) => {}
            None => {
                let near = DOCUMENTS.titles.iter().find(|(known, _)| is_one_off(title.as_str(), known));
                found.extend(near.map(|(known, _)| (title.start(), title.end(), *known)));
            }
        }
    }
    for captures in IN_FORCE.captures_iter(text) {
        let day = captures.name("day").or(captures.name("first"));
        let wrong = day.filter(|day| ![DOCUMENTS.revised, DOCUMENTS.in_force].contains(&day.as_str()));
        found.extend(wrong.map(|day| {
            (
                day.start(),
                day.end(),
                if day.as_str() < "2019" && !day.as_str().ends_with("5月15日") {
                    DOCUMENTS.in_force
                } else {
                    DOCUMENTS.revised
                },
            )
        }));
    }
    let articles = ARTICLE.captures_iter(text).filter_map(|captures| captures.name("article"));
    let wrong = articles.filter(|article| !DOCUMENTS.articles.contains(&article.as_str()));
    found.extend(wrong.map(|article| (article.start(), article.end(), DOCUMENTS.on_reports)));
    found
}

/// Whether a number is written as another is, however it is bracketed: `国办发[2019]54号`.
fn is_number(told: &str, right: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric() && *c != '第').collect::<String>();
    bare(told) == bare(right)
}

/// Whether a text is a title with one character changed, lost or added.
fn is_one_off(text: &str, title: &str) -> bool {
    let (text, title): (Vec<char>, Vec<char>) =
        (text.chars().take(LONGEST + 1).collect(), title.chars().collect());
    if text.len().abs_diff(title.len()) > 1 || title.len() < 6 {
        return false;
    }
    let front = text.iter().zip(&title).take_while(|(one, other)| one == other).count();
    let back = text.iter().rev().zip(title.iter().rev()).take_while(|(one, other)| one == other).count();
    front + back + 1 >= text.len().max(title.len())
}

/// The same as rules tell it.
pub(super) fn told(text: &str) -> Vec<Told> {
    let advised = |(start, end, right): (usize, usize, &str)| (start, end, telling("advice", right));
    miscited(text).into_iter().take(MOST).map(advised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_numbers_and_days_that_are_not_so_are_told() {
        for (text, right) in [
            ("《中华人民共和国保守国家机密法》", "中华人民共和国保守国家秘密法"),
            ("《中华人民共和国行政许可证法》", "中华人民共和国行政许可法"),
            ("《中华人民共和国政府信息公开条理》", "中华人民共和国政府信息公开条例"),
            (
                "《国务院办公厅关于全面推进基层政务公开标准化规范化工作的指导意见》（国办发〔2019〕45号）",
                "国办发〔2019〕54号",
            ),
            ("《条例》自2018年5月15日起施行以来", "2019年5月15日"),
            ("2019年5月1日起施行的新修订《中华人民共和国政府信息公开条例》", "2019年5月15日"),
            ("根据《条例》第五十一条关于发布年度报告的规定", "五十"),
        ] {
            assert_eq!(miscited(text).first().map(|(_, _, right)| *right), Some(right), "{text}");
        }
        for text in [
            "《中华人民共和国森林法》《中华人民共和国行政处罚法》《信访工作条例》",
            "《优化营商环境条例》（国务院令第722号），《政府网站发展指引》（国办发[2017]47号）",
            "《保障中小企业款项支付条例》（国务院令第802号）自2025年6月1日起施行",
            "《条例》自2019年5月15日起施行，《河北省优化营商环境条例》",
            "根据《条例》第五十条关于发布年度报告的规定，依据《条例》第三十六条答复",
        ] {
            assert!(miscited(text).is_empty(), "{text}: {:?}", miscited(text));
        }
    }
}
