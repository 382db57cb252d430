//! A share that does not follow from the numbers beside it: 收到14件，其中网络申请12件，占95.7%.

mod lists;
mod of_cells;

use super::apart::Reporter;
use super::finding::telling;
use super::judging::Told;
use super::wrong_change::percentage;
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::wording::{Pattern, count, decimal, is_percentage, pattern, sentences};
use regex::Captures;

pub static RULE: Rule = Rule::warning("text.wrong_share", "文字中的占比、比率与所列数字一致", check)
    .explainable(Explainable::ByEditor);

const UNIT: &str = "(?:件次|件|宗|份|例|起|项|条|篇|次|人次|家次|批次)";
/// What a part behind 其中 may be counted in: persons and households too.
const PARTED: &str = "(?:件次|件|宗|份|例|起|项|条|篇|次|人次|人|户|家次|家|个|批次)";

static WHOLE: Pattern = Pattern::new(|| pattern(&format!("(?P<whole>#)(?P<unit>{PARTED})[，,：:（(]")));
/// A part with its share of the whole.
static PART: Pattern = Pattern::new(|| {
    pattern(&format!(
        "(?P<part>#)(?P<unit>{PARTED})[，,（(]?(?:占比|占总数|占总量|占全部(?:申请|信息)?|占申请总数|占(?:申请)?总量|占)\
         (?:的)?(?:比例)?(?:的|为|达|约为)?(?P<about>约|近|超过|超)?(?P<rate>~)%"
    ))
});
/// 收到14件，答复12件，答复率95.7%.
static RATE: Pattern = Pattern::new(|| {
    pattern(&format!(
        "(?:收到|受理|新收)[^0-9，。；]{{0,20}}(?P<whole>#)(?P<unit>{UNIT})[，,](?:已|均|已全部|当年|年内)?(?:办结|答复|办理|办复)\
         (?P<part>#){UNIT}[，,](?:办结率|答复率|办理率|办复率)(?:为|达|达到|约为)?(?P<rate>~)%"
    ))
});

/// 在60项任务中，已完成36项，完成率64%; 办结的14件中，予以公开8件，占67.1%.
static WITHIN: Pattern = Pattern::new(|| {
    pattern(&format!(
        "(?P<whole>#)(?P<unit>{UNIT})[^0-9，。；]{{0,8}}中[，,]?[^0-9，。；]{{0,16}}(?P<part>#){UNIT}[，,]\
         (?:占比?|[^0-9，。；]{{2,4}}率)(?:为|达|达到)?(?P<rate>~)%"
    ))
});
/// 收到留言14条，公开答复12条，占95.7%.
static PAIR: Pattern = Pattern::new(|| {
    pattern(&format!(
        "^[^0-9，。；]{{0,20}}(?P<whole>#)(?P<unit>{UNIT})[，,][^0-9，。；]{{0,12}}(?P<part>#)(?P<second>{UNIT})[，,](?:占比?)(?:为|达)?(?P<rate>~)%"
    ))
});
/// 予以公开6件，占办结总数的24.9%: the whole stands in the table.
static OF_TABLE: Pattern = Pattern::new(|| {
    pattern(&format!(
        "(?P<part>#)(?:{UNIT})[，,（(]?占(?P<of>办结总数|办结总量|办理结果总数|办理总数|答复总数|申请总数|申请总量|新收申请总数|收到申请总数)的?(?:比例为)?(?P<rate>~)%"
    ))
});
/// 自然人申请3450件，占59.8%.
static APPLICANT: Pattern = Pattern::new(|| {
    pattern(&format!("自然人(?:提出)?申请(?P<part>#)(?:{UNIT})[，,]占比?(?:为|达)?(?P<rate>~)%"))
});
/// 收到留言200条，已回复190条，回复率98%; 检查栏目50个，合格45个，合格率95%: the rate of what the part says.
static NAMED: Pattern = Pattern::new(|| {
    pattern(
        "(?P<whole>#)(?P<unit>件|条|份|个|项|篇|批次|户|家次|家|人次|人)[，,](?:其中)?(?:已|均已|公开)?(?P<part_name>回复|合格|通过|满意|达标|收回|回收|采纳)\
         (?P<part>#)(?P<second>件|条|份|个|项|篇|批次|户|家次|家|人次|人)[，,](?P<rate_name>回复|合格|通过|满意|达标|收回|回收|采纳)率(?:为|达|达到|约为)?(?P<rate>~)%",
    )
});
/// 满意487人，占500人的87.4%: a part beside the whole that it is of.
static OF_WHOLE: Pattern = Pattern::new(|| {
    pattern(&format!(
        "(?P<part>#)(?P<unit>{PARTED})[，,（(]?占(?P<whole>#)(?P<second>{PARTED})的(?P<rate>~)%"
    ))
});
/// 占112.5%, 办结率达到120%: more than all there is.
static BEYOND: Pattern = Pattern::new(|| {
    pattern(
        "(?:占比?|(?:办结|答复|回复|满意|合格|公开|及时|覆盖|按时办结)率)(?:为|达|达到|约为|均为|均达)?(?P<rate>~)%",
    )
});
const NEW: &str = "requests.new_requests.total";
const CARRIED_OVER: &str = "requests.carried_over.total";
const RESULTS: &str = "requests.results_total.total";

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let figures = &judged.content.figures;
    let cell = |name: &str| figures.get(figures.form().by_indicator(name)?);
    let wholes = Wholes {
        results: cell(RESULTS),
        new: cell(NEW),
        with_carried: cell(NEW).zip(cell(CARRIED_OVER)).map(|(new, carried)| new + carried),
    };
    let reporter = Reporter::of(judged);
    for said in &judged.texts {
        let text = said.text();
        let mut told = wrong(text, &wholes);
        let apart = if text.contains('占') { reporter.apart(text) } else { Vec::new() };
        for (from, sentence) in sentences(text).filter(|(_, sentence)| sentence.contains('%')) {
            let more = of_cells::wrong(sentence, figures, &wholes).into_iter();
            let more = more.map(|(start, end, right)| (from + start, from + end, right));
            let own = more.filter(|(start, ..)| !apart.iter().any(|range| range.contains(start)));
            told.extend(own.map(|(start, end, right)| (start, end, telling("right", right))));
        }
        told.sort_by_key(|(start, end, _)| (*start, *end));
        told.dedup_by(|later, first| later.0 < first.1);
        said.tell(&RULE, told, findings);
    }
}

/// What of the table a share may be of.
#[derive(Default)]
struct Wholes {
    results: Option<i64>,
    new: Option<i64>,
    with_carried: Option<i64>,
}

fn wrong(text: &str, wholes: &Wholes) -> Vec<Told> {
    let mut found = Vec::new();
    for (from, sentence) in sentences(text).filter(|(_, sentence)| sentence.contains('%')) {
        let mut told = shares(sentence);
        told.extend(rates(sentence));
        told.extend(pairs(sentence));
        told.extend(of_table(sentence, wholes));
        told.extend(named(sentence));
        told.extend(beyond(sentence));
        told.extend(lists::wrong(sentence, wholes));
        told.extend(lists::rates_before(sentence));
        told.sort();
        told.dedup_by(|later, first| later.0 < first.1);
        found.extend(
            told.into_iter().map(|(start, end, right)| (from + start, from + end, telling("right", right))),
        );
    }
    found
}

/// Parts behind 其中 whose share of the one number before it is another.
fn shares(sentence: &str) -> Vec<(usize, usize, String)> {
    let Some(among) = sentence.find("其中") else { return Vec::new() };
    let before = sentence.get(..among).unwrap_or_default();
    let Some(whole) = WHOLE.captures_iter(before).last() else { return Vec::new() };
    // Nothing else may be told between the whole and its parts.
    let unit = whole.name("unit").map(|unit| unit.as_str());
    let clause = before.get(whole.get(0).map_or(0, |all| all.end())..).unwrap_or_default();
    let Some(total) = whole.name("whole").and_then(|whole| count(whole.as_str())) else { return Vec::new() };
    if clause.chars().count() > 2 || total == 0 {
        return Vec::new();
    }
    let parts = PART.captures_iter(sentence.get(among..).unwrap_or_default());
    let wrong = parts.filter(|part| part.name("unit").map(|unit| unit.as_str()) == unit).filter_map(|part| {
        let (start, end, right) = unfit(&part, total)?;
        // 约40% of 23 in 46 is no rounding; 约30% of 12 in 41 is.
        let far = || far_off(part.name("rate")?.as_str(), count(part.name("part")?.as_str())?, total);
        if part.name("about").is_some() && far() != Some(true) {
            return None;
        }
        Some((among + start, among + end, right))
    });
    wrong.collect()
}

/// Whether a share is off by more than a seventh of what it is.
fn far_off(rate: &str, part: i64, whole: i64) -> Option<bool> {
    let exact = i128::from(part).checked_mul(100_000_000)?.checked_div(i128::from(whole))?;
    Some((i128::from(decimal(rate)?.0) - exact).abs() * 7 > exact)
}

/// The share of a part in a whole, if it is another than is told.
fn unfit(captures: &Captures<'_>, whole: i64) -> Option<(usize, usize, String)> {
    let (rate, part) = (captures.name("rate")?, count(captures.name("part")?.as_str())?);
    let wrong = part <= whole && is_percentage(rate.as_str(), part, whole) == Some(false);
    wrong.then(|| (rate.start(), rate.end(), percentage(part, whole)))
}

/// Rates of handling; all that fell due may be 100 % of less than what came.
fn rates(sentence: &str) -> Vec<(usize, usize, String)> {
    let wrong = RATE.captures_iter(sentence).filter_map(|captures| {
        let all = captures.name("rate")?.as_str().starts_with("100");
        unfit(&captures, count(captures.name("whole")?.as_str())?).filter(|_| !all)
    });
    wrong.collect()
}

/// A part beside its whole, with nothing between that it could be a part of.
fn pairs(sentence: &str) -> Vec<(usize, usize, String)> {
    let pair = PAIR.captures_iter(sentence).filter(|captures| {
        let unit = |name: &str| captures.name(name).map(|unit| unit.as_str());
        unit("unit") == unit("second")
    });
    let within = WITHIN.captures_iter(sentence);
    let of_whole = OF_WHOLE.captures_iter(sentence).filter(|captures| {
        captures.name("unit").map(|unit| unit.as_str()) == captures.name("second").map(|unit| unit.as_str())
    });
    let wrong = pair
        .chain(within)
        .chain(of_whole)
        .filter_map(|captures| unfit(&captures, count(captures.name("whole")?.as_str())?));
    wrong.collect()
}

/// Rates that are called as their part is.
fn named(sentence: &str) -> Vec<(usize, usize, String)> {
    let all = NAMED.captures_iter(sentence).filter(|captures| {
        let same = |one: &str, two: &str| {
            captures.name(one).map(|found| found.as_str()) == captures.name(two).map(|found| found.as_str())
        };
        let name = |name: &str| captures.name(name).map(|found| found.as_str());
        // 收回480份，回收率.
        let turned = name("part_name")
            .zip(name("rate_name"))
            .is_some_and(|(one, two)| one.chars().rev().eq(two.chars()));
        same("unit", "second") && (same("part_name", "rate_name") || turned)
    });
    all.filter_map(|captures| unfit(&captures, count(captures.name("whole")?.as_str())?)).collect()
}

/// Shares of more than a hundred.
fn beyond(sentence: &str) -> Vec<(usize, usize, String)> {
    const ALL: i64 = 100_000_000;
    let rates = BEYOND.captures_iter(sentence).filter_map(|captures| captures.name("rate"));
    let wrong = rates.filter(|rate| decimal(rate.as_str()).is_some_and(|(value, _)| value > ALL));
    wrong.map(|rate| (rate.start(), rate.end(), "≤100%".to_owned())).collect()
}

/// Shares of what the table tells.
fn of_table(sentence: &str, wholes: &Wholes) -> Vec<(usize, usize, String)> {
    let fits_none = |captures: &Captures<'_>, of: &[Option<i64>]| {
        let mut told = of.iter().flatten().filter(|whole| **whole > 0).map(|whole| unfit(captures, *whole));
        let first = told.next()??;
        told.all(|one| one.is_some()).then_some(first)
    };
    let named = OF_TABLE.captures_iter(sentence).filter_map(|captures| {
        let of = match captures.name("of")?.as_str() {
            of if of.contains('办') || of.contains('答') => vec![wholes.results],
            _ => vec![wholes.new, wholes.with_carried],
        };
        fits_none(&captures, &of)
    });
    let applicants = APPLICANT
        .captures_iter(sentence)
        .filter_map(|captures| fits_none(&captures, &[wholes.new, wholes.with_carried]));
    // Where the sentence tells a whole itself, that is meant.
    let alone = !WHOLE.captures_iter(sentence.split("自然人").next().unwrap_or_default()).any(|_| true);
    named.chain(applicants.filter(|_| alone)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Wholes {
        Wholes { results: Some(14), new: Some(14), with_carried: Some(16) }
    }

    #[test]
    fn shares_that_do_not_follow_are_told() {
        for text in [
            "全年收到申请14件，其中网络申请12件，占95.7%。",
            "全年收到申请14件，其中网络申请12件，占比95.7%，信函申请2件，占14.3%。",
            "收到政府信息公开申请14件，答复12件，答复率95.7%。",
            "共公开信息200条（其中网站150条，占总数的65%）。",
            "收到留言14条，公开答复12条，占95.7%。",
            "在60项任务中，已完成36项，完成率64%。",
            "办结的14件中，予以公开和部分公开8件，占67.1%。",
            "共收到留言200条，已回复190条，回复率98%。",
            "检查栏目50个，合格45个，合格率95%。",
            "当面申请4件，占112.5%。",
            "满意487人，占500人的87.4%。",
            "参加培训120人，其中女性30人，占35%。",
            "全年办结14件，办结率达到120%。",
            "公开46项，其中税费类23项，占比约40%。",
            "抽查网站50家次，合格46家次，合格率96%。",
            "共发放问卷500份，收回480份，回收率98%。",
        ] {
            assert_eq!(wrong(text, &Wholes::default()).len(), 1, "{text}");
        }
    }

    #[test]
    fn shares_of_what_the_table_tells_are_recomputed() {
        for text in ["予以公开6件，占办结总数的24.9%。", "自然人申请10件，占59.8%。"] {
            assert_eq!(wrong(text, &table()).len(), 1, "{text}");
        }
        for text in
            ["予以公开6件，占办结总数的42.9%。", "自然人申请10件，占62.5%。", "自然人申请10件，占71.4%。"]
        {
            assert!(wrong(text, &table()).is_empty(), "{text}");
        }
    }

    #[test]
    fn shares_that_follow_and_those_of_other_wholes_are_not() {
        for text in [
            "全年收到申请14件，其中网络申请12件，占85.7%，信函申请2件，占14.3%。",
            "收到政府信息公开申请14件，答复12件，答复率100%。",
            "收到申请14件，答复12件，其中予以公开8件，占66.7%。",
            "办理建议30件，占全市总数的12.5%。",
            "答复12件，其中按时答复12件，占100%。",
            "检查栏目50个，合格45个，合格率90%。",
            "任务完成率达112%，公开率100%，占地120%。",
            "满意487人，占500人的97.4%。",
            "参加培训120人，其中女性30人，占25%。",
            "参加培训120人，收到意见30条，占35%。",
            "办理30件，占120人的35%。",
            "公开5300条，其中重点领域2680条，占比约50%。",
        ] {
            assert!(wrong(text, &table()).is_empty(), "{text}");
        }
    }
}
