//! What was charged, told in 元 or 万元, against the table's 万元.

use super::lists::LISTS;
use super::subjects::is_made_of;
use super::{Wrong, arguments, is_of_another};
use crate::domain::rules::finding::Argument;
use crate::domain::rules::judging::Judging;
use crate::domain::wording::{Pattern, decimal, pattern};

const AMOUNT: &str = "proactive_disclosure.fees.amount";

static CHARGED: Pattern = Pattern::new(|| {
    pattern(
        "(?P<lead>[^，。；：0-9]{0,20}?)行政事业性收费(?:项目)?(?:收入|总金额|金额|总额)?(?:共计|合计|共|为|：)?(?P<about>约|近)?(?P<amount>~)(?P<unit>万元|亿元|元)",
    )
});

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    if !sentence.contains("行政事业性收费") {
        return Vec::new();
    }
    let figures = &judged.content.figures;
    let Some(told) = figures.form().by_indicator(AMOUNT).and_then(|cell| figures.get(cell)) else {
        return Vec::new();
    };
    if is_of_another(judged, sentence) {
        return Vec::new();
    }
    let wrong = CHARGED.captures_iter(sentence).filter_map(|captures| {
        let (lead, amount, unit) = (captures.name("lead")?, captures.name("amount")?, captures.name("unit")?);
        let lead = lead.as_str().replace(&format!("{}年", judged.year), "");
        let own = is_made_of(&lead, &[&LISTS.whole, &["收取", "征收", "实收", "收缴", "的", "各类", "各项"]]);
        let about = captures.name("about").is_some();
        if !own || fits(amount.as_str(), unit.as_str(), told, about)? {
            return None;
        }
        let mut said = arguments(captures.get(0)?.as_str(), &[]);
        let right = figures.form().by_indicator(AMOUNT).and_then(|cell| figures.form().cells.get(cell))?;
        said.retain(|(name, _)| *name != "values");
        said.push(("values", Argument::Plain(format!("{}万元", right.precision.format(told)))));
        Some(((amount.start(), unit.end(), said), vec![AMOUNT.to_owned()]))
    });
    wrong.chain(in_another_unit(sentence, told)).collect()
}

/// 收费326.4518元，全部为行政事业性收费, where the table has as many 万元.
fn in_another_unit(sentence: &str, told: i64) -> Vec<Wrong> {
    // Fractions of a 分 are nobody's money.
    let decimals = |amount: &str| amount.split_once('.').is_some_and(|(_, digits)| digits.len() > 2);
    let found = YUAN.captures_iter(sentence).filter_map(|captures| {
        let (all, amount, unit) = (captures.get(0)?, captures.name("amount")?, captures.name("unit")?);
        let same = decimal(amount.as_str()).is_some_and(|(value, _)| value == told);
        if !same || !decimals(amount.as_str()) || sentence.get(..all.start())?.ends_with("行政事业性") {
            return None;
        }
        let mut said = arguments(all.as_str(), &[]);
        said.retain(|(name, _)| *name != "values");
        said.push(("values", Argument::Plain(format!("{}万元", amount.as_str()))));
        Some(((amount.start(), unit.end(), said), vec![AMOUNT.to_owned()]))
    });
    found.collect()
}

static YUAN: Pattern =
    Pattern::new(|| pattern("收费(?:收入|总金额|金额|总额)?(?:共计|合计|共|为)?(?P<amount>~)(?P<unit>元)"));

/// Whether an amount is the table's, in millionths of 万元, to the digits it is written with.
fn fits(amount: &str, unit: &str, table: i64, about: bool) -> Option<bool> {
    let (value, step) = decimal(amount)?;
    let scaled = |value: i64| match unit {
        "元" => Some(i128::from(value) / 10_000),
        "亿元" => Some(i128::from(value) * 10_000),
        _ => Some(i128::from(value)),
    };
    let (value, step) = (scaled(value)?, scaled(step)?.max(1));
    // What is told about is off by a tenth at most.
    let step = if about { step.max(i128::from(table) / 10) } else { step };
    Some((value - i128::from(table)).abs() <= step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_fit_to_the_digits_they_are_written_with() {
        let table = 59_237_244_900;
        for (amount, unit, holds) in [
            ("59237.2449", "万元", true),
            ("59,237.24", "万元", true),
            ("5.92", "亿元", true),
            ("592372449", "元", true),
            ("592372449", "万元", false),
            ("59273.24", "万元", false),
        ] {
            assert_eq!(fits(amount, unit, table, false), Some(holds), "{amount}{unit}");
        }
    }
}
