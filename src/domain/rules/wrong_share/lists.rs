//! Shares that are told in a list: 分别占66.7%、25.2%和18.2%; 自然人占80.3%，法人和其他组织占29.7%.

use super::{Wholes, percentage};
use crate::domain::wording::{Pattern, count, decimal, is_percentage, numbers, pattern};

static RESPECTIVELY: Pattern = Pattern::new(|| {
    pattern(
        "[，,]分别占(?:比|总数|总量|申请总数|申请总量|全部申请|办结总数)?的?(?:比例)?(?:为)?(?P<rates>~%(?:[、，,]?[和及与]?~%)+)",
    )
});
static RATE: Pattern = Pattern::new(|| pattern("(?P<rate>~)%"));
/// Who applied: the one kind and all the others.
static APPLICANTS: Pattern = Pattern::new(|| {
    pattern(
        "自然人[^0-9，。；%]{0,6}占比?(?P<rate>~)%[，,、]法人[^0-9，。；%]{0,4}其他组织[^0-9，。；%]{0,4}占比?(?P<rest>~)%",
    )
});
/// How requests ended.
static RESULTS: Pattern = Pattern::new(|| {
    pattern(
        "(?P<name>予以公开|部分公开|不予公开|无法提供|不予处理|其他处理)(?:率|类)?(?:占比?)(?:为|达)?(?P<rate>~)%",
    )
});
const NAMES: usize = 6;
/// Most lists looked at in a sentence.
const MOST: usize = 20;
/// A hundred per cent.
const ALL: i64 = 100_000_000;

/// Shares that do not follow, each with what would.
pub(super) fn wrong(sentence: &str, wholes: &Wholes) -> Vec<(usize, usize, String)> {
    let mut found = respectively(sentence, wholes);
    found.extend(APPLICANTS.captures_iter(sentence).filter_map(|captures| {
        let (one, rest) = (captures.name("rate")?, captures.name("rest")?);
        let ((value, step), (other, other_step)) = (decimal(one.as_str())?, decimal(rest.as_str())?);
        let unfit = value.checked_add(other)?.abs_diff(ALL) > step.max(other_step).unsigned_abs() * 2;
        unfit.then(|| (rest.start(), rest.end(), percentage(ALL - value, ALL)))
    }));
    let results: Vec<_> = RESULTS.captures_iter(sentence).collect();
    let mut names: Vec<&str> =
        results.iter().filter_map(|one| one.name("name")).map(|name| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if results.len() == NAMES && names.len() == NAMES {
        let rates: Vec<_> = results.iter().filter_map(|captures| captures.name("rate")).collect();
        let values: Vec<(i64, i64)> = rates.iter().filter_map(|rate| decimal(rate.as_str())).collect();
        let sum = values.iter().try_fold(0_i64, |sum, (value, _)| sum.checked_add(*value));
        let step: i64 = values.iter().map(|(_, step)| *step).sum();
        if let (NAMES, Some(sum), Some(last)) = (values.len(), sum, rates.last())
            && sum.abs_diff(ALL) > step.unsigned_abs()
            && let Some(right) = decimal(last.as_str()).map(|(value, _)| value - (sum - ALL))
        {
            found.push((last.start(), last.end(), percentage(right.max(0), ALL)));
        }
    }
    found
}

/// As many parts as rates, each with its own.
fn respectively(sentence: &str, wholes: &Wholes) -> Vec<(usize, usize, String)> {
    let mut found = Vec::new();
    for captures in RESPECTIVELY.captures_iter(sentence).take(MOST) {
        let (Some(all), Some(list)) = (captures.get(0), captures.name("rates")) else { continue };
        let rates: Vec<_> =
            RATE.captures_iter(list.as_str()).filter_map(|captures| captures.name("rate")).collect();
        let told = numbers(sentence.get(..all.start()).unwrap_or_default());
        let Some(at) = told.len().checked_sub(rates.len()) else { continue };
        let (before, parts) = (told.get(..at).unwrap_or_default(), told.get(at..).unwrap_or_default());
        let Some(unit) = parts.first().map(|part| part.unit) else { continue };
        if parts.iter().any(|part| part.unit != unit) {
            continue;
        }
        let sum = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.number));
        let said = before.iter().filter(|whole| whole.unit == unit).map(|whole| whole.number);
        let tables = [wholes.new, wholes.with_carried, wholes.results];
        let of = said.chain(sum).chain(tables.into_iter().flatten()).filter(|whole| *whole > 0);
        let fits = |whole: i64| {
            let pairs = parts.iter().zip(&rates);
            pairs
                .map(|(part, rate)| is_percentage(rate.as_str(), part.number, whole) != Some(false))
                .collect()
        };
        let judged = of.map(|whole| (whole, fits(whole)));
        let count_of = |fits: &Vec<bool>| fits.iter().filter(|fit| **fit).count();
        let Some((whole, fits)) = judged.max_by_key(|(_, fits)| count_of(fits)) else { continue };
        // All but one must follow, or another whole is meant.
        if count_of(&fits) + 1 != fits.len() || fits.len() < 2 {
            continue;
        }
        for ((part, rate), _) in parts.iter().zip(&rates).zip(&fits).filter(|(_, fit)| !**fit) {
            let (start, end) = (list.start() + rate.start(), list.start() + rate.end());
            found.push((start, end, percentage(part.number, whole)));
        }
    }
    found
}

/// 办结率为98.4%（应办152件，办结142件）: a rate before what it is of.
static BEFORE: Pattern = Pattern::new(|| {
    pattern(
        "(?P<name>办结|答复|合格|回复|满意|完成|纠错)率(?:为|达到|达)?(?P<rate>~)%[（(][^0-9）)]{0,4}(?P<whole>#)(?:件|条|份|个|项|人|家)[，,](?:其中)?已?\
         (?P<part_name>办结|答复|合格|回复|满意|完成|纠正)(?P<part>#)",
    )
});

/// Rates with their numbers in brackets behind them.
pub(super) fn rates_before(sentence: &str) -> Vec<(usize, usize, String)> {
    let wrong = BEFORE.captures_iter(sentence).filter_map(|captures| {
        let (name, part_name) = (captures.name("name")?.as_str(), captures.name("part_name")?.as_str());
        let same = name == part_name || (name == "纠错" && part_name == "纠正");
        let number = |name: &str| captures.name(name).and_then(|found| count(found.as_str()));
        let (rate, whole, part) = (captures.name("rate")?, number("whole")?, number("part")?);
        let unfit = same && part <= whole && is_percentage(rate.as_str(), part, whole) == Some(false);
        unfit.then(|| (rate.start(), rate.end(), percentage(part, whole)))
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_in_a_list_are_recomputed_one_by_one() {
        let table = Wholes { new: Some(147), with_carried: Some(152), results: Some(142) };
        for (text, right) in [
            ("网络申请98件、信函申请37件、当面申请12件，分别占66.7%、25.2%和18.2%。", "8.16%"),
            ("自然人申请118件，法人或其他组织申请29件，分别占总量的80.3%和29.7%。", "19.73%"),
            ("自然人占80.3%，法人和其他组织占29.7%。", "19.70%"),
            (
                "予以公开率占43.7%，部分公开占11.3%，不予公开占9.2%，无法提供占28.2%，不予处理占3.5%，其他处理占9.2%。",
                "4.10%",
            ),
        ] {
            let found = wrong(text, &table);
            assert_eq!(found.first().map(|(_, _, right)| right.as_str()), Some(right), "{text}");
        }
        for text in [
            "公开46项，其中税费类23项、融资类14项、人才类9项，分别占50%、30.4%和19.6%。",
            "甲3件、乙4件，分别占全市的12%和15%。",
            "自然人占80.3%，法人和其他组织占19.7%。",
            "自然人占80.3%，法人占14.3%，其他占5.4%。",
        ] {
            assert!(wrong(text, &table).is_empty(), "{text}");
        }
        assert_eq!(rates_before("办结率为98.4%（应办152件，办结142件）。").len(), 1);
        assert!(rates_before("测试合格率为97.8%（应考182人，合格178人）。").is_empty());
    }
}
