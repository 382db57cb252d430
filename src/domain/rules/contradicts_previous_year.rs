//! A figure of last year, or a change since, told otherwise than last year's report has it.

use super::apart::Reporter;
use super::contradicts_table::{
    Subject, is_published, own_phrase, subject_of_number, subject_of_phrase, values_in,
};
use super::finding::Argument;
use super::judging::Told;
use super::wrong_change::{PATTERNS, UP};
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::figures::Figures;
use crate::domain::wording::{Pattern, count, decimal, is_percentage, numbers, pattern, sentences, years};
use regex::{Captures, Regex};

pub static RULE: Rule =
    Rule::warning("text.contradicts_previous_year", "文字中的上年数字、增减与上一年度报告一致", check)
        .explainable(Explainable::ByEditor);

/// What was charged, and its change since last year.
static CHARGED: Pattern = Pattern::new(|| {
    pattern(
        "行政事业性收费(?:收入|金额|总额)?(?:共计|合计|共|为)?(?P<now>~)万元[，,](?:同比|(?:较|比)(?:上年|去年)(?:度)?)(?P<way>增长|增加|下降|减少)(?P<rate>~)%",
    )
});
static FLAT: Pattern = Pattern::new(|| {
    pattern(
        "(?P<now>#)(?:件次|件|宗|份|例|起|项)[，,]?(?P<said>(?:与|同|和)(?:上一?年|去年)(?:度)?(?:同期)?(?:相比)?持平)",
    )
});
static THAN: Pattern = Pattern::new(|| {
    pattern(
        "(?P<now>#)(?:件次|件|宗|份|例|起|项)[，,](?:高于|低于|多于|少于|超过)(?P<year>上一?年|去年|[0-9]{4})(?:年|年度|度)?(?:同期)?的?(?P<then>#)(?:件次|件|宗|份|例|起|项)",
    )
});
static TWICE: Pattern = Pattern::new(|| {
    pattern(
        "(?P<now>#)(?:件次|件|宗|份|例|起|项)[，,](?:较|比)(?P<year>上年|去年)(?:度)?(?P<twice>翻了?一?番)",
    )
});
/// Most comparisons looked at in a sentence.
const MOST: usize = 40;
const FEES: &str = "proactive_disclosure.fees.amount";

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let Some(previous) = judged.previous.known() else { return };
    // After a merger no single report is "last year's".
    let [before] = previous.contents.as_slice() else { return };
    let reporter = Reporter::of(judged);
    for said in &judged.texts {
        let text = said.text();
        let mut wrong = figures_of_last_year(text, previous.year, &before.figures, &judged.content.figures);
        for (from, sentence) in sentences(text) {
            let at = |(start, end, values): (usize, usize, String)| (from + start, from + end, values);
            wrong.extend(changes(judged, sentence, &before.figures).into_iter().map(at));
            wrong.extend(compared(judged, sentence, &before.figures).into_iter().map(at));
            wrong.extend(unchanged(judged, sentence, &before.figures).into_iter().map(at));
            wrong.extend(charges(judged, sentence, &before.figures).into_iter().map(at));
        }
        if !wrong.is_empty() {
            let apart = reporter.apart(text);
            wrong.retain(|(start, ..)| !apart.iter().any(|range| range.contains(start)));
        }
        wrong.sort();
        wrong.dedup_by(|later, first| later.0 < first.1);
        let told = wrong.into_iter().map(|(start, end, values)| -> Told {
            let year = ("year", Argument::Plain(previous.year.to_string()));
            (start, end, vec![year, ("values", Argument::Plain(values))])
        });
        said.tell(&RULE, told, findings);
    }
}

fn joined(values: &[i64]) -> String {
    values.iter().map(i64::to_string).collect::<Vec<_>>().join("、")
}

/// 上年收到申请9999件.
fn figures_of_last_year(
    text: &str,
    year: i32,
    before: &Figures,
    now: &Figures,
) -> Vec<(usize, usize, String)> {
    let told = numbers(text);
    let own = |at: usize, subject: &Subject| {
        // 2024年全县行政复议案件12件，今年13件: this year's number beside it is the table's.
        let next = told.get(at + 1)?;
        let beside = ["今年", "本年", "本年度"].contains(&next.phrase.trim_matches('，'));
        Some(beside && values_in(now, subject)?.contains(&next.number))
    };
    let wrong = told.iter().enumerate().filter_map(|(at, told)| {
        let phrase: String = told.phrase.chars().filter(|c| !c.is_whitespace()).collect();
        let rest = of_last_year(&phrase, year)?;
        let subject = subject_of_phrase(rest, told.unit).or_else(|| {
            let (subject, _) = Subject::of(rest)?;
            own(at, subject).unwrap_or_default().then_some(subject)
        })?;
        let values = values_in(before, subject)?;
        let unfit = !values.is_empty() && !values.contains(&told.number);
        unfit.then(|| (told.start, told.end, joined(&values)))
    });
    wrong.collect()
}

/// What a phrase says of last year: 上年收到申请, 2022年收到申请.
fn of_last_year(phrase: &str, year: i32) -> Option<&str> {
    let named = [format!("{year}年度"), format!("{year}年")];
    let words = ["上一年度", "上年度", "上一年", "上年", "去年"].into_iter();
    let rest = words.chain(named.iter().map(String::as_str)).find_map(|word| phrase.strip_prefix(word))?;
    // 上年结转 is a figure of this year's table.
    (!rest.starts_with("结转")).then(|| rest.trim_start_matches(['，', ',']))
}

/// 新收申请14件，较上年增加4件, where last year's report has eleven.
fn changes(judged: &Judging<'_>, sentence: &str, before: &Figures) -> Vec<(usize, usize, String)> {
    let years = years(sentence);
    let told = numbers(sentence);
    let first: &Regex = match PATTERNS.first() {
        Some(first) => first,
        None => return Vec::new(),
    };
    let wrong = first.captures_iter(sentence).filter_map(|captures| {
        // With last year's number beside it, the sentence is judged by itself.
        let now = captures.name("now").filter(|_| captures.name("then").is_none())?;
        let other = years.iter().any(|(_, _, named)| *named != judged.year && *named != judged.year - 1);
        let number = told.iter().find(|told| told.start == now.start() && !is_published(sentence, told))?;
        let phrase = own_phrase(number, judged.year).filter(|_| !other)?;
        let subject = subject_of_number(&phrase, number, &judged.content.figures)?;
        changed(&captures, number.number, subject, before)
    });
    wrong.collect()
}

/// 2025年申请量147件，高于2024年的131件, where last year's report has another number.
fn compared(judged: &Judging<'_>, sentence: &str, before: &Figures) -> Vec<(usize, usize, String)> {
    if !["于", "翻"].iter().any(|word| sentence.contains(word)) {
        return Vec::new();
    }
    let told = numbers(sentence);
    let mut found = Vec::new();
    for captures in THAN.captures_iter(sentence).chain(TWICE.captures_iter(sentence)).take(MOST) {
        let (Some(now), Some(year)) = (captures.name("now"), captures.name("year")) else { continue };
        let last = year.as_str().parse::<i32>().map_or(true, |named| named == judged.year - 1);
        let Some(number) = told.iter().find(|told| told.start == now.start()).filter(|_| last) else {
            continue;
        };
        let phrase = own_phrase(number, judged.year);
        let values = phrase.and_then(|phrase| {
            let subject = subject_of_number(&phrase, number, &judged.content.figures)?;
            values_in(before, subject).filter(|values| !values.is_empty())
        });
        let Some(values) = values else { continue };
        if let Some(then) = captures.name("then") {
            let unfit = count(then.as_str()).is_some_and(|then| !values.contains(&then));
            found.extend(unfit.then(|| (then.start(), then.end(), joined(&values))));
        } else if let Some(twice) = captures.name("twice") {
            let fits = values.iter().any(|then| number.number.saturating_mul(20) >= then.saturating_mul(37));
            found.extend((!fits).then(|| (twice.start(), twice.end(), joined(&values))));
        }
    }
    found
}

/// 收到申请14件，与上年持平, where last year's report has eleven.
fn unchanged(judged: &Judging<'_>, sentence: &str, before: &Figures) -> Vec<(usize, usize, String)> {
    if !sentence.contains("持平") {
        return Vec::new();
    }
    let told = numbers(sentence);
    let wrong = FLAT.captures_iter(sentence).filter_map(|captures| {
        let (now, said) = (captures.name("now")?, captures.name("said")?);
        let number = told.iter().find(|told| told.start == now.start())?;
        let phrase = own_phrase(number, judged.year)?;
        let values = values_in(before, subject_of_number(&phrase, number, &judged.content.figures)?)?;
        let unfit = !values.is_empty() && !values.contains(&number.number);
        unfit.then(|| (said.start(), said.end(), joined(&values)))
    });
    wrong.collect()
}

/// The change that fits none of the values last year's report may mean.
fn changed(
    captures: &Captures<'_>,
    now: i64,
    subject: &Subject,
    before: &Figures,
) -> Option<(usize, usize, String)> {
    let values = values_in(before, subject).filter(|values| !values.is_empty())?;
    let up = captures.name("way").is_some_and(|way| UP.contains(&way.as_str()));
    let (told, fits): (_, Box<dyn Fn(i64) -> bool>) = match (captures.name("by"), captures.name("rate")) {
        (Some(by), _) => {
            let by_how_many = count(by.as_str())?;
            (by, Box::new(move |then| if up { now - then == by_how_many } else { then - now == by_how_many }))
        }
        (None, Some(rate)) => {
            let text = rate.as_str().to_owned();
            let way = move |then: i64| if up { now >= then } else { now <= then };
            let fits =
                move |then: i64| way(then) && is_percentage(&text, (now - then).abs(), then) != Some(false);
            (rate, Box::new(fits))
        }
        (None, None) => return None,
    };
    let unfit = !values.iter().any(|then| fits(*then));
    unfit.then(|| (told.start(), told.end(), joined(&values)))
}

/// 行政事业性收费12.5万元，较上年增长8%.
fn charges(judged: &Judging<'_>, sentence: &str, before: &Figures) -> Vec<(usize, usize, String)> {
    if !sentence.contains("行政事业性收费") || !sentence.contains('%') {
        return Vec::new();
    }
    let amount = |figures: &Figures| figures.get(figures.form().by_indicator(FEES)?);
    let (Some(now), Some(then)) = (amount(&judged.content.figures), amount(before)) else {
        return Vec::new();
    };
    let wrong = CHARGED.captures_iter(sentence).filter_map(|captures| {
        let (told, step) = decimal(captures.name("now")?.as_str())?;
        let rate = captures.name("rate")?;
        let up = matches!(captures.name("way")?.as_str(), "增长" | "增加");
        let own = (told - now).abs() <= step;
        let way = if up { now >= then } else { now <= then };
        let fits = way && is_percentage(rate.as_str(), (now - then).abs(), then) != Some(false);
        let value = crate::domain::number::Precision::Millionths.format(then);
        (own && !fits).then(|| (rate.start(), rate.end(), format!("{value}万元")))
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_last_year_is_last_years() {
        assert_eq!(of_last_year("上年收到申请", 2022), Some("收到申请"));
        assert_eq!(of_last_year("2022年度收到申请", 2022), Some("收到申请"));
        for other in ["上年结转申请", "收到申请", "2021年收到申请", "较上年增加"] {
            assert_eq!(of_last_year(other, 2022), None, "{other}");
        }
    }
}
