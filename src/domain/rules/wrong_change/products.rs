//! Averages and products: 全年发布5300条，月均542条; 4期，每期50人，共培训250人次.

use crate::domain::wording::{Pattern, Patterns, count, pattern};

const UNIT: &str = "(?:条|件|篇|次|期|场|个|人次|人)";
/// What by the month makes a year.
static MONTHS: Patterns<2> = Patterns::new(|| {
    [
        pattern(&format!(
            "(?:全年|共)[^0-9，。；]{{0,12}}(?P<whole>#)(?P<unit>{UNIT})[，,](?:月均|平均每月)[^0-9，。；约近]{{0,8}}(?P<each>#)(?P<second>{UNIT})"
        )),
        pattern(&format!(
            "(?:月均|平均每月)[^0-9，。；约近]{{0,8}}(?P<each>#)(?P<second>{UNIT})[，,](?:全年|共)[^0-9，。；]{{0,12}}(?P<whole>#)(?P<unit>{UNIT})"
        )),
    ]
});
/// So many times so many each.
static EACH: Pattern = Pattern::new(|| {
    pattern(
        "(?P<times>#)(?P<unit>期|场|次|批)[，,]每(?P<second>期|场|次|批)(?P<each>#)(?P<of>人|册|份|条)[，,]共计?(?:培训|印发|发放|发布|印制)?(?P<whole>#)(?P<last>人次|人|册|份|条)",
    )
});
static MEAN: Pattern = Pattern::new(|| pattern("(?P<times>#)场(?P<whole>#)人次[，,]场均(?P<each>#)人次"));

/// Averages and products that do not follow, each with what would.
pub(super) fn wrong(sentence: &str) -> Vec<(usize, usize, String)> {
    let mut found = Vec::new();
    // What began within the year has fewer months.
    let begun =
        ["上线", "开通", "开设", "以来", "季度", "半年", "启用"].iter().any(|word| sentence.contains(word));
    if sentence.contains("全年") && !begun && (sentence.contains("月均") || sentence.contains("平均每月"))
    {
        for captures in MONTHS.iter().flat_map(|pattern| pattern.captures_iter(sentence).collect::<Vec<_>>())
        {
            let part = |name: &str| captures.name(name);
            let number = |name: &str| part(name).and_then(|found| count(found.as_str()));
            let same = part("unit").map(|unit| unit.as_str()) == part("second").map(|unit| unit.as_str());
            if let (true, Some(whole), Some(each), Some(told)) =
                (same, number("whole"), number("each"), part("each"))
            {
                // An average is seldom told to the last one.
                let off = each.saturating_mul(12).abs_diff(whole).saturating_mul(20);
                if off > whole.unsigned_abs().max(240) {
                    found.push((told.start(), told.end(), ((whole + 6) / 12).to_string()));
                }
            }
        }
    }
    for captures in EACH.captures_iter(sentence) {
        let part = |name: &str| captures.name(name);
        let text = |name: &str| part(name).map_or("", |found| found.as_str());
        let number = |name: &str| count(text(name));
        let same = text("unit") == text("second") && text("last").starts_with(text("of"));
        if let (true, Some(times), Some(each), Some(whole), Some(told)) =
            (same, number("times"), number("each"), number("whole"), part("whole"))
            && let Some(right) = times.checked_mul(each).filter(|right| *right != whole)
        {
            found.push((told.start(), told.end(), right.to_string()));
        }
    }
    for captures in MEAN.captures_iter(sentence) {
        let number = |name: &str| captures.name(name).and_then(|found| count(found.as_str()));
        if let (Some(times), Some(each), Some(whole), Some(told)) =
            (number("times"), number("each"), number("whole"), captures.name("each"))
            && let Some(right) = whole.checked_div(times).filter(|right| right.abs_diff(each) > 1)
        {
            found.push((told.start(), told.end(), right.to_string()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_and_products_are_recomputed() {
        for (text, right) in [
            ("全年发布5300条，月均542条。", "442"),
            ("平均每月发布信息450条，全年共发布4800条。", "400"),
            ("开展培训4期，每期50人，共培训250人次。", "200"),
            ("培训8场480人次，场均80人次。", "60"),
        ] {
            assert_eq!(wrong(text).first().map(|(_, _, right)| right.as_str()), Some(right), "{text}");
        }
        for text in [
            "全年发布5300条，月均约540条。",
            "全年发布5300条，月均440条。",
            "开展培训4期，每期70人，共培训280人次。",
            "播出24期，每期15分钟，共计6小时。",
            "培训0场0人次，场均5人次。",
        ] {
            assert!(wrong(text).is_empty(), "{text}");
        }
    }
}
