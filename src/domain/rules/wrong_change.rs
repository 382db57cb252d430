//! A change against last year that does not follow from the numbers beside it: 14件，较上年11件增长37.3%.

mod amounts;
mod products;

use super::finding::telling;
use super::judging::Told;
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::wording::{Patterns, count, decimal, is_percentage, pattern, sentences};
use regex::{Captures, Regex};

pub static RULE: Rule = Rule::warning("text.wrong_change", "文字中的增减数、增减幅与所列数字一致", check)
    .explainable(Explainable::ByEditor);

/// What tells that something rose or fell, and by how much.
const MOVED: &str =
    "(?P<way>增加|增长|上升|提高|多|增幅|涨幅|增|减少|下降|降低|少|减幅|降幅|减)(?:了|为|达|达到)?";
const UNIT: &str = "(?:件次|件|宗|份|例|起|项|条|篇|人次|次|期|场|人|个)";
pub(super) const UP: [&str; 8] = ["增加", "增长", "上升", "提高", "多", "增", "增幅", "涨幅"];

/// In order: now beside the change; from then to now; then and now in two clauses.
pub(super) static PATTERNS: Patterns<10> = Patterns::new(|| {
    let than = "(?:同比|(?:较|比|与)(?:上一?年|去年|[0-9]{4}年)(?:度)?(?:同期)?(?:相比)?(?:的)?)";
    let amount = format!("(?:(?P<by>#){UNIT}|(?P<rate>~)%)");
    let rate = "(?:[，,、（(](?:同比|增幅|降幅|增长率|涨幅)?(?:增长|下降|上升|降低|提高|增加|减少)?(?:了|为|达|约为)?(?P<rate2>~)%)?";
    [
        pattern(&format!(
            "(?P<now>#){UNIT}[，,（(]?{than}(?:[（(]?(?P<then>#){UNIT}[）)]?)?[，,]?{MOVED}{amount}{rate}"
        )),
        pattern(&format!(
            "(?:从|由)(?:上一?年|去年|[0-9]{{4}}年)(?:度)?(?:同期)?(?:的)?(?P<then>#){UNIT}{MOVED}(?:到|至|为)\
             (?:今年|本年|本年度|[0-9]{{4}}年)?(?:度)?(?:的)?(?P<now>#){UNIT}[，,]?(?:同比)?\
             (?:增加|增长|上升|提高|增|减少|下降|降低|减)?(?:了)?{amount}{rate}"
        )),
        pattern(&format!(
            "(?P<now>#){UNIT}[，,](?:去年|上一?年)(?:度)?(?:同期)?(?:为|是)?(?P<then>#){UNIT}[，,](?:同比)?{MOVED}{amount}{rate}"
        )),
        pattern(&format!(
            "(?P<now>#){UNIT}[，,（(]?同比{MOVED}{amount}[（(，,](?:去年|上一?年)(?:度)?(?:同期)?(?:为|是)?(?P<then>#){UNIT}"
        )),
        pattern(&format!(
            "(?:上一?年|去年|(?P<year>[0-9]{{4}})年)(?:度)?[^0-9，。；]{{0,20}}?(?P<then>#){UNIT}[，,]\
             (?:今年|本年|[0-9]{{4}}年)(?:度)?[^0-9，。；]{{0,20}}?(?P<now>#){UNIT}[，,](?:同比)?{MOVED}{amount}{rate}"
        )),
        // 由11件增至14件，增长27.3%.
        pattern(&format!(
            "(?:由|从)(?P<then>#){UNIT}(?:增加|增长|上升|提高|增|减少|下降|降低|降)(?:到|至|为)(?P<now>#){UNIT}[，,](?:同比)?\
             {MOVED}{amount}{rate}"
        )),
        // 14件（去年11件），增长27.3%.
        pattern(&format!(
            "(?P<now>#){UNIT}[（(](?:上一?年|去年|[0-9]{{4}}年)(?:度)?(?:同期)?(?:为)?(?P<then>#){UNIT}[）)][，,](?:同比)?\
             {MOVED}{amount}{rate}"
        )),
        // 480条，同比上升20%，增加80条.
        pattern(&format!(
            "(?P<now>#){UNIT}[，,（(]?{than}[，,]?{MOVED}(?P<rate>~)%[，,](?:净)?(?:增加|减少)(?:了)?(?P<by>#){UNIT}"
        )),
        // 与2024年的113件相比，2025年申请147件，增加34件.
        pattern(&format!(
            "与(?:上一?年|去年|[0-9]{{4}}年)(?:度)?(?:同期)?的(?P<then>#){UNIT}相比[，,](?:今年|本年|[0-9]{{4}}年)?(?:度)?[^0-9，。；]{{0,20}}?\
             (?P<now>#){UNIT}[，,](?:同比)?{MOVED}{amount}{rate}"
        )),
        // 增长500条，由4800条增至5300条.
        pattern(&format!(
            "(?P<way>增加|增长|减少|下降)了?(?P<by>#){UNIT}[，,](?:由|从)(?P<then>#){UNIT}(?:增加|增长|增|上升|减少|减|下降|降)(?:到|至|为)(?P<now>#){UNIT}"
        )),
    ]
});

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for said in &judged.texts {
        said.tell(&RULE, wrong(said.text()), findings);
    }
}

/// Changes that do not follow.
fn wrong(text: &str) -> Vec<Told> {
    let mut found = Vec::new();
    for (from, sentence) in sentences(text) {
        let changes: &[Regex] = if speaks_of_change(sentence) { &*PATTERNS } else { &[] };
        let mut told: Vec<(usize, usize, String)> = changes
            .iter()
            .flat_map(|pattern| pattern.captures_iter(sentence).collect::<Vec<_>>())
            .filter_map(|captures| contradicted(&captures))
            .chain(times(sentence))
            .chain(if sentence.contains(['较', '比', '由', '从']) {
                amounts::wrong(sentence)
            } else {
                Vec::new()
            })
            .chain(if sentence.contains(['均', '每']) { products::wrong(sentence) } else { Vec::new() })
            .collect();
        told.sort();
        told.dedup_by(|later, first| later.0 < first.1);
        found.extend(
            told.into_iter().map(|(start, end, right)| (from + start, from + end, telling("right", right))),
        );
    }
    found
}

/// 36篇，是上年18篇的2倍; 18次，较上年6次增长2倍: how many times as much.
static TIMES: Patterns<3> = Patterns::new(|| {
    let year = "(?:上一?年|去年|[0-9]{4}年)(?:度)?(?:同期)?(?:的)?";
    [
        pattern(&format!("(?P<now>#){UNIT}[，,](?:是|为){year}(?P<then>#){UNIT}的(?P<times>~)倍")),
        pattern(&format!(
            "(?P<now>#){UNIT}[，,]?(?:较|比){year}(?P<then>#){UNIT}(?P<more>增长|增加)(?:了)?(?P<times>~)倍"
        )),
        pattern(&format!(
            "(?P<now>#){UNIT}[，,](?:[^，。；]{{1,12}}[，,])?(?:较|比){year}(?P<then>#){UNIT}(?P<twice>翻了?一?番)"
        )),
    ]
});

fn times(sentence: &str) -> Vec<(usize, usize, String)> {
    if !sentence.contains(['倍', '翻']) {
        return Vec::new();
    }
    let all = TIMES.iter().flat_map(|pattern| pattern.captures_iter(sentence).collect::<Vec<_>>());
    let wrong = all.filter_map(|captures| {
        let number = |name: &str| captures.name(name).and_then(|found| count(found.as_str()));
        let (now, then) = (number("now")?, number("then")?);
        if let Some(twice) = captures.name("twice") {
            // 翻番 may be nearly twice as many.
            let fits = now.saturating_mul(20) >= then.saturating_mul(37);
            return (!fits).then(|| (twice.start(), twice.end(), percentage(now, then)));
        }
        let told = captures.name("times")?;
        let part = if captures.name("more").is_some() { now - then } else { now };
        // A share of a hundred is a hundredth of as many times.
        let (millionths, step) = decimal(told.as_str())?;
        let exact = i128::from(part).checked_mul(1_000_000)?.checked_div(i128::from(then))?;
        let (told_by, step) = (exact - i128::from(millionths), i128::from(step));
        let fits = told_by.abs() * 2 <= step || (0..step).contains(&told_by);
        let hundredths = exact / 10_000;
        (!fits).then(|| {
            (told.start(), told.end(), format!("{}.{:02}", hundredths / 100, (hundredths % 100).abs()))
        })
    });
    wrong.collect()
}

fn speaks_of_change(sentence: &str) -> bool {
    ["同比", "上年", "上一年", "去年", "年", "由", "从"].iter().any(|word| sentence.contains(word))
        && ["增", "升", "提高", "多", "减", "降", "少", "倍", "翻"].iter().any(|word| sentence.contains(word))
}

/// The number that does not follow, with what would.
fn contradicted(captures: &Captures<'_>) -> Option<(usize, usize, String)> {
    let number = |name: &str| captures.name(name).and_then(|found| count(found.as_str()));
    let now = number("now")?;
    let (then, by) = (number("then"), number("by"));
    let up = captures.name("way").is_some_and(|way| UP.contains(&way.as_str()));
    let whole = |name: &str, right: String| captures.name(name).map(|at| (at.start(), at.end(), right));
    if let (Some(then), Some(by)) = (then, by)
        && (now - then).abs() != by
    {
        return whole("by", (now - then).abs().to_string());
    }
    let then = match (then, by) {
        (Some(then), _) => then,
        (None, Some(by)) if up => now.checked_sub(by)?,
        (None, Some(by)) => now.checked_add(by)?,
        (None, None) => return None,
    };
    for name in ["rate", "rate2"] {
        let Some(told) = captures.name(name) else { continue };
        if is_percentage(told.as_str(), (now - then).abs(), then) == Some(false) {
            return whole(name, percentage((now - then).abs(), then));
        }
    }
    let wrong_way = (up && now < then) || (!up && now > then);
    if wrong_way { whole("way", if up { "减少" } else { "增加" }.to_owned()) } else { None }
}

/// A percentage with two decimals.
pub(super) fn percentage(part: i64, whole: i64) -> String {
    let hundredths = i128::from(part) * 10_000 + i128::from(whole) / 2;
    let hundredths = hundredths.checked_div(i128::from(whole)).unwrap_or(0);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_do_not_follow_are_told() {
        for (text, told) in [
            ("全年收到申请14件，较上年11件增长37.3%。", "37.3"),
            ("收到申请36件，较上年增加8件，增长33.3%。", "33.3"),
            ("由上年的27件增加到36件，增加8件。", "8"),
            ("2022年收到申请27件，2023年收到申请36件，增加8件。", "8"),
            ("收到申请14件，比2022年的11件减少3件。", "减少"),
            ("办结120条，同比增加20条，增幅10%。", "10"),
            ("公开信息45条，去年同期36条，增长35%。", "35"),
            ("接待群众90人次，同比下降30%（上年为120人次）。", "30"),
            ("受理量由11件增至14件，增长37.3%。", "37.3"),
            ("新收申请14件（去年11件），增长37.3%。", "37.3"),
            ("新收申请14件，较2023年（11件）增长37.3%。", "37.3"),
            ("发布信息480条，同比上升20%，增加100条。", "20"),
            ("全年发布480条，上年为400条，增幅达25%。", "25"),
            ("发布材料36篇，是上年18篇的3倍。", "3"),
            ("开展培训12次，较上年6次增长2倍。", "2"),
            ("与2024年的113件相比，2025年申请147件，增加44件。", "44"),
            ("公开信息较去年增长530条，由4800条增至5300条。", "530"),
            ("申请量从113件上升至147件，同比下降30.1%。", "下降"),
            ("申请147件，日均约2件，较去年的113件翻了一番。", "翻了一番"),
        ] {
            let found = wrong(text);
            assert_eq!(found.first().map(|(start, end, _)| &text[*start..*end]), Some(told), "{text}");
        }
    }

    #[test]
    fn changes_that_follow_and_those_of_other_things_are_not() {
        for text in [
            "主动公开信息22,050条，较上年增加3,722条，增长20.31%。",
            "收到申请14件，较上年11件增长27.3%。",
            "收到申请14件，较上年11件增长27%。",
            "由上年的27件增加到36件，增加9件，增长33.33%。",
            "收到申请14件，同比增长27.3%。",
            "收到申请14件，较上年增加约3件，增长近三成。",
            "2021年27件，2022年36件，2023年增加8件。",
            "收到申请11件，较上年14件下降21.4%。",
            "受理量由11件增至14件，增长27.3%。",
            "发布信息480条，同比上升20%，增加80条。",
            "发布材料36篇，是上年18篇的2倍。",
            "发布材料36篇，约为上年18篇的2.1倍。",
            "开展培训18次，较上年6次增长2倍。",
        ] {
            assert!(wrong(text).is_empty(), "{text}: {:?}", wrong(text));
        }
    }
}
