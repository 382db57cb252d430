//! Changes of amounts and rates: 35万元比上年30万元增加6万元, 由94.7%提升到96.5%，提高2.8个百分点.

use super::percentage;
use crate::domain::number::Precision;
use crate::domain::wording::{Patterns, decimal, pattern};
use regex::Captures;

static PATTERNS: Patterns<2> = Patterns::new(|| {
    let unit = "(?:万人次|万次|万条|万元|亿元|元|分)";
    [
        pattern(&format!(
            "(?P<now>~)(?P<unit>{unit})[，,]?(?:较|比)(?:上一?年|去年|[0-9]{{4}}年)(?:度)?(?:同期)?的?(?P<then>~)(?P<second>{unit})\
             (?P<way>增加|增长|上升|提高|减少|下降|降低)了?(?:(?P<rate>~)%|(?P<by>~)(?P<third>{unit}))"
        )),
        pattern(
            "(?:由|从)(?:上一?年|去年)?的?(?P<then>~)%(?:提升|提高|上升|增长|下降|降低|降)(?:到|至|为)(?P<now>~)%[，,]\
             (?P<way>提升|提高|上升|增长|下降|降低)了?(?P<by>~)个百分点",
        ),
    ]
});
const DOWN: [&str; 3] = ["减少", "下降", "降低"];

/// Changes that do not follow, each with what would.
pub(super) fn wrong(sentence: &str) -> Vec<(usize, usize, String)> {
    let all = PATTERNS.iter().flat_map(|pattern| pattern.captures_iter(sentence).collect::<Vec<_>>());
    all.filter_map(|captures| contradicted(&captures)).collect()
}

fn contradicted(captures: &Captures<'_>) -> Option<(usize, usize, String)> {
    let unit = captures.name("unit").map(|unit| unit.as_str());
    if captures.name("second").map(|unit| unit.as_str()) != unit {
        return None;
    }
    let number = |name: &str| captures.name(name).and_then(|found| decimal(found.as_str()));
    let ((now, step), (then, other_step)) = (number("now")?, number("then")?);
    let way = captures.name("way")?;
    if (DOWN.contains(&way.as_str()) && now > then) || (!DOWN.contains(&way.as_str()) && now < then) {
        let right = if now > then { "增加" } else { "减少" };
        return Some((way.start(), way.end(), right.to_owned()));
    }
    let change = (now - then).abs();
    if let (Some((by, by_step)), Some(told)) = (number("by"), captures.name("by")) {
        if captures.name("third").map(|unit| unit.as_str()) != unit {
            return None;
        }
        // Whole numbers are meant exactly; of decimals each may be rounded.
        let whole = [step, other_step, by_step].iter().all(|step| *step == 1_000_000);
        let tolerance = if whole { 0 } else { step.max(other_step).max(by_step) };
        return ((change - by).abs() > tolerance)
            .then(|| (told.start(), told.end(), Precision::Millionths.format(change)));
    }
    let (rate, told) = (number("rate")?, captures.name("rate")?);
    // The least and the most that what is rounded may have been.
    let of =
        |change: i64, then: i64| i128::from(change).checked_mul(100_000_000)?.checked_div(i128::from(then));
    let (near, far) = (step / 2, other_step / 2);
    let least = of((change - near - far).max(0), then.checked_add(far)?)?;
    let most = of(change.checked_add(near)?.checked_add(far)?, then - far)?;
    let (value, step) = (i128::from(rate.0), i128::from(rate.1));
    (value + step < least || value - step > most)
        .then(|| (told.start(), told.end(), percentage(change, then)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_amounts_and_rates_are_recomputed() {
        for (text, right) in [
            ("总访问量126万次，比上年的105万次增长25%。", "20.00%"),
            ("累计投入资金35万元，比上年30万元增加6万元。", "5"),
            ("得分92.6分，较上年的89.4分提高4.2分。", "3.2"),
            ("由94.7%提升到96.5%，提高2.8个百分点。", "1.8"),
            ("由94.7%下降到92.5%，提高2.2个百分点。", "减少"),
        ] {
            assert_eq!(wrong(text).first().map(|(_, _, right)| right.as_str()), Some(right), "{text}");
        }
        for text in [
            "总访问量126万次，比上年的105万次增长20%。",
            "投入35万元，比上年30万元增加5万元。",
            "由94.7%提升到96.5%，提高1.9个百分点。",
            "得分92.6分，较上年的89.4万元提高4.2分。",
        ] {
            assert!(wrong(text).is_empty(), "{text}");
        }
    }
}
