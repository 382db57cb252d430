//! A sentence that tells another number than the table.

mod all_of_them;
mod amounts;
mod applicants;
mod labelled;
mod lists;
mod nothing;
mod outcomes;
mod results;
mod slips;
mod subjects;

use super::apart::Reporter;
use super::finding::Argument;
use super::judging;
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::figures::Figures;
use crate::domain::wording::{Told, is_han, numbers, sentences, years};
use lists::{LISTS, WORDS};
use std::collections::BTreeSet;
pub(super) use subjects::Subject;
use subjects::{CARRIED_FORWARD, CARRIED_OVER, NEW, is_made_of};

pub static RULE: Rule =
    Rule::warning("text.contradicts_table", "国办公开办函〔2021〕30号（文字与表格数据一致）", check)
        .explainable(Explainable::ByEditor);

/// Units in which applications, cases and documents are counted.
const UNITS: [&str; 7] = ["件次", "件", "宗", "份", "例", "起", "项"];
/// What is said of decisions that are published somewhere, which need not be all that were taken.
const PUBLISHING: [&str; 12] =
    ["公示", "公布", "归集", "推送", "录入", "报送", "上传", "发布", "公开", "清单", "信息", "事项"];
/// From one of these on, a sentence speaks of a part of the year or of the work.
const APART: [&str; 9] = ["季度", "半年", "月份", "去年", "领域", "以来", "上一年", "上年，", "上年度，"];
/// What agencies also receive and answer.
const OTHERS: [&str; 18] = [
    "建议", "提案", "信访", "来信", "来访", "诉求", "留言", "热线", "工单", "投诉", "举报", "咨询", "许可",
    "信件", "电话", "网站", "微信", "微博",
];
/// Wrong numbers of a text after which no more are looked for.
const MOST: usize = 200;
/// Longest clause looked at behind a number, in bytes.
const LONGEST: usize = 60;
/// Numbers of a sentence looked at beside one.
const NEAR: usize = 40;
/// The section of what no table tells.
const ELSEWHERE: &str = "";

/// What is wrong, and the cells it was compared with, by their indicators.
type Wrong = (judging::Told, Vec<String>);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let reporter = Reporter::of(judged);
    for said in &judged.texts {
        let text = said.text();
        let mut wrong: Vec<Wrong> = Vec::new();
        for (from, sentence) in sentences(text) {
            let here = contradictions(judged, sentence).into_iter().map(|(told, values, cells)| {
                ((told.start, told.end, arguments(told.clause, &values)), cells)
            });
            let here = here.chain(nothing::contradicted(judged, sentence));
            let here = here.chain(all_of_them::contradicted(judged, sentence));
            let here = here.chain(outcomes::contradicted(judged, sentence));
            let here = here.chain(amounts::contradicted(judged, sentence));
            let here = here.chain(results::contradicted(judged, sentence));
            let here = here.chain(applicants::contradicted(judged, sentence));
            let here = here.chain(labelled::contradicted(judged, sentence));
            let here = here.chain(slips::contradicted(judged, sentence));
            wrong.extend(here.map(|((start, end, said), cells)| ((from + start, from + end, said), cells)));
            if wrong.len() > MOST {
                break;
            }
        }
        if !wrong.is_empty() {
            let apart = reporter.apart(text);
            wrong.retain(|((start, ..), _)| !apart.iter().any(|range| range.contains(start)));
        }
        wrong.sort_by_key(|((start, end, _), _)| (*start, *end));
        wrong.dedup_by(|later, first| later.0.0 < first.0.1);
        let form = judged.content.form();
        let pointer = |name: &String| Some(form.cells.get(form.by_indicator(name)?)?.pointer());
        let about = wrong.into_iter().map(|(told, cells)| (told, cells.iter().filter_map(pointer).collect()));
        said.tell_about(&RULE, about, findings);
    }
}

/// Whether a sentence speaks of a part of the year or of the work, or of another year.
fn is_of_another(judged: &Judging<'_>, sentence: &str) -> bool {
    APART.iter().any(|word| sentence.contains(word))
        || years(sentence).into_iter().any(|(_, _, named)| named != judged.year)
}

/// What a message says of a clause that fits none of some values.
fn arguments(clause: &str, values: &[i64]) -> Vec<(&'static str, Argument)> {
    let values: Vec<String> = values.iter().map(i64::to_string).collect();
    vec![
        ("clause", Argument::Plain(clause.trim().chars().take(60).collect())),
        ("values", Argument::Plain(values.join("、"))),
    ]
}

/// The phrase before a number, as subjects know it.
pub(super) fn own_phrase(told: &Told<'_>, year: i32) -> Option<String> {
    let phrase = cleaned(told.phrase, year);
    (!phrase.contains("其中")).then_some(phrase)
}

/// The subject of a phrase that names it in full.
pub(super) fn subject_of_phrase(phrase: &str, unit: &str) -> Option<&'static Subject> {
    let named = Subject::of(phrase).filter(|(_, named)| *named && UNITS.contains(&unit));
    named.map(|(subject, _)| subject)
}

/// The subject of a number that its phrase names in full, or of which the number is the table's own.
pub(super) fn subject_of_number(phrase: &str, told: &Told<'_>, now: &Figures) -> Option<&'static Subject> {
    subject_of_phrase(phrase, told.unit).or_else(|| {
        // 申请量 is no word for anything but here, where its number is the table's.
        let amount = phrase.strip_suffix("申请量").or_else(|| phrase.strip_suffix("申请总量"));
        let named = amount.filter(|lead| is_made_of(lead, &[&LISTS.whole]));
        let phrase = if named.is_some() { "政府信息公开申请数量" } else { phrase };
        let (subject, _) = Subject::of(phrase).filter(|_| UNITS.contains(&told.unit))?;
        values_in(now, subject)?.contains(&told.number).then_some(subject)
    })
}

/// Numbers of a sentence that fit none of the cells they may mean, with what the table says instead.
fn contradictions<'t>(judged: &Judging<'_>, sentence: &'t str) -> Vec<(Told<'t>, Vec<i64>, Vec<String>)> {
    let mut found = Vec::new();
    // 按时答复140件，延期答复2件: what was late is answered too.
    let late = ["延期", "逾期", "超期"].iter().any(|word| sentence.contains(word));
    // The numbers that one may make a whole with stand near.
    let all: Vec<i64> = numbers(sentence).iter().take(NEAR).map(|told| told.number).collect();
    for (told, subject) in understood(sentence, judged.year) {
        let in_time = ["按时", "按期", "及时"].iter().any(|word| told.phrase.contains(word));
        let values = values(judged, subject).filter(|_| !(late && in_time)).unwrap_or_default();
        let is_part = subject.words.contains(&"办结") && is_a_part(judged, &all, told.number);
        if !(values.is_empty() || values.contains(&told.number) || is_part) {
            let cells = subject.may_be.iter().flat_map(|cells| cells.iter());
            let cells: BTreeSet<String> = cells.map(|cell| (*cell).to_owned()).collect();
            found.push((told, values, cells.into_iter().collect()));
        }
    }
    found
}

/// 收到147件，已办结137件，10件正在办理: whether what is handled and another number of the sentence make what came, or that came
/// and the number is all but what is carried forward.
fn is_a_part(judged: &Judging<'_>, all: &[i64], told: i64) -> bool {
    let value = |cells: &[&str]| sum_of(&judged.content.figures, cells);
    let (new, came, left) = (value(&[NEW]), value(&[NEW, CARRIED_OVER]), value(&[CARRIED_FORWARD]));
    let rest = new.zip(left).and_then(|(new, left)| new.checked_sub(left)) == Some(told);
    all.iter().any(|other| {
        let both = other.checked_add(told).filter(|_| *other != told);
        both.is_some_and(|both| new == Some(both) || came == Some(both)) || (rest && new == Some(*other))
    })
}

/// Numbers of a sentence with what they are of, as far as that is sure.
fn understood(sentence: &str, year: i32) -> Vec<(Told<'_>, &'static Subject)> {
    let told = numbers(sentence);
    if told.is_empty() {
        return Vec::new();
    }
    let (apart, spoken_of) = (apart(sentence, year), spoken_of(sentence));
    let mut found = Vec::new();
    let mut section: Option<&str> = None;
    let mut parts = None;
    for told in told.into_iter().take_while(|told| told.clause_end() <= apart) {
        // Behind 其中 the clause tells parts.
        if told.phrase.contains("其中") {
            parts = Some(told.clause_start());
        }
        if parts == Some(told.clause_start()) {
            continue;
        }
        // A phrase that does not name its subject in full goes on with that of the number before it.
        let subject = subject_of(&told, year).filter(|_| !is_published(sentence, &told));
        let subject = subject.filter(|(subject, named)| {
            let goes_on = section.is_none_or(|section| section == subject.section);
            *named || (goes_on && spoken_of.iter().any(|one| std::ptr::eq(*one, *subject)))
        });
        section = Some(subject.map_or(ELSEWHERE, |(subject, _)| subject.section));
        if let Some((subject, _)) = subject {
            found.push((told, subject));
        }
    }
    found
}

/// Whether a number is of decisions only as far as they are published: 公示行政许可20件、行政处罚5件.
pub(super) fn is_published(sentence: &str, told: &Told<'_>) -> bool {
    let decision = ["行政许可", "行政处罚", "行政强制"].iter().any(|word| told.phrase.contains(word));
    let taken = ["决定", "作出", "做出", "实施"].iter().any(|word| told.phrase.contains(word));
    let before = sentence.get(..told.start).unwrap_or_default();
    let apart = before.contains("其中") || before.contains(['（', '(']);
    let published = apart || PUBLISHING.iter().any(|word| before.contains(word));
    decision && !taken && (published || ["项", "份"].contains(&told.unit))
}

/// Where a sentence begins to speak of another year or of a part.
fn apart(sentence: &str, year: i32) -> usize {
    let words = APART.iter().filter_map(|word| sentence.find(*word));
    let others = years(sentence).into_iter().filter(|(start, end, named)| {
        let before = sentence.get(..*start).unwrap_or_default();
        let behind = sentence.get(*end..).unwrap_or_default();
        // 2024年结转 and 结转至2026年 are what this year began and ended with.
        let over = *named == year - 1 && ["年结转", "年度结转"].iter().any(|word| behind.starts_with(word));
        let forward = *named == year + 1
            && ["结转至", "结转到", "转入", "转至"].iter().any(|word| before.ends_with(word));
        *named != year && !over && !forward
    });
    words.chain(others.map(|(at, _, _)| at)).min().unwrap_or(sentence.len())
}

/// Subjects that a sentence may tell without naming them in full beside each number.
fn spoken_of(sentence: &str) -> Vec<&'static Subject> {
    let others = OTHERS.iter().any(|word| sentence.contains(*word));
    let disputed = ["复议", "诉讼", "审理"].iter().any(|word| sentence.contains(*word));
    let fits = |subject: &&Subject| {
        if disputed && subject.words.contains(&"正在办理") {
            return false;
        }
        let said = || subject.instead.iter().any(|word| sentence.contains(*word));
        subject.instead.is_empty() || (!others && said())
    };
    WORDS.subjects.iter().filter(fits).collect()
}

/// What a number is of: by the phrase before it, or by 申请予以公开 behind it.
fn subject_of(told: &Told<'_>, year: i32) -> Option<(&'static Subject, bool)> {
    // Documents are counted one by one too: 规范性文件16个.
    let each = told.unit == "个" && told.phrase.contains("规范性文件");
    if !UNITS.contains(&told.unit) && !each {
        return None;
    }
    let phrase = cleaned(told.phrase, year);
    // 2025年政府信息公开申请157件: the year's own, with no verb.
    let all_year = told.phrase.trim_start().starts_with(&year.to_string()) && phrase == "政府信息公开申请";
    let phrase = if all_year { format!("收到{phrase}") } else { phrase };
    // A clause may go on for as long as the text: its beginning tells.
    let next: String = told.behind.chars().take(NEAR).collect();
    if let Some(left) = left_over(&phrase, &cleaned(&next, year)) {
        return Subject::of(left);
    }
    let behind = told.behind.trim_end_matches(|c: char| !is_han(c));
    let asked = behind.starts_with("申请") || behind.starts_with("政府信息公开申请");
    let granted = asked && behind.len() <= LONGEST && behind.ends_with("予以公开");
    let around = granted.then(|| format!("{phrase}{behind}"));
    Subject::of(&phrase).or_else(|| Subject::of(&around?))
}

/// 有15件结转至2026年办理, 尚有15件正在办理中: what a number is of by what follows it.
fn left_over(phrase: &str, behind: &str) -> Option<&'static str> {
    const SOME: &[&str] = &["尚有", "仍有", "还有", "剩余", "其余", "截至", "底", "，"];
    let behind = behind.strip_prefix("申请").unwrap_or(behind);
    let says = |words: &[&str]| words.iter().any(|word| behind.starts_with(word));
    let left = match () {
        () if says(&["正在办理", "正在按程序办理", "尚未办结", "未办结"]) => "未办结",
        () if says(&["结转至下年度", "结转到下年度", "结转下年度", "结转至下一年度"]) => {
            "结转下年度"
        }
        () => return None,
    };
    is_made_of(phrase, &[&LISTS.whole, SOME]).then_some(left)
}

/// A phrase without blanks, without what joins it to the one before, and without the year reported on.
fn cleaned(phrase: &str, year: i32) -> String {
    let phrase: String = phrase.chars().filter(|c| !c.is_whitespace() && !"“”\"‘’".contains(*c)).collect();
    let named = [
        (format!("{year}年度"), ""),
        (format!("{year}年"), ""),
        (format!("{}年度结转", year - 1), "上年结转"),
        (format!("{}年结转", year - 1), "上年结转"),
        (format!("{}年度", year + 1), "下年度"),
        (format!("{}年", year + 1), "下年度"),
    ];
    let phrase = named.iter().fold(phrase, |phrase, (name, called)| phrase.replace(name, called));
    // 行政许可1.28万件、行政处罚: what stands behind a number that counts nothing here leads on by itself.
    let since = phrase.rfind(|c: char| c.is_ascii_digit()).and_then(|at| phrase.get(at + 1..));
    let alone = since.and_then(|since| since.split_once("件、")).map_or(phrase.as_str(), |(_, alone)| alone);
    alone.trim_start_matches(['、', '和', '及', '与', '以']).to_owned()
}

/// What the table says of a subject; `None` if a cell is not filled in.
fn values(judged: &Judging<'_>, subject: &Subject) -> Option<Vec<i64>> {
    values_in(&judged.content.figures, subject)
}

/// The same in any figures.
pub(super) fn values_in(figures: &Figures, subject: &Subject) -> Option<Vec<i64>> {
    subject.may_be.iter().map(|cells| sum_of(figures, cells)).collect()
}

/// A sum of cells, by their indicators.
fn sum_of(figures: &Figures, cells: &[&str]) -> Option<i64> {
    let form = figures.form();
    cells.iter().try_fold(0_i64, |sum, name| sum.checked_add(figures.get(form.by_indicator(name)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of a text that are understood, each with its subject's first word.
    fn told(text: &str) -> Vec<(&'static str, i64)> {
        let all = sentences(text).flat_map(|(_, sentence)| understood(sentence, 2023));
        all.filter_map(|(told, subject)| subject.words.first().map(|word| (*word, told.number))).collect()
    }

    #[test]
    fn numbers_of_the_whole_are_understood() {
        for (text, expected) in [
            ("2023年，全市新收政府信息公开申请3412件，较上年增长。", vec![("新收到", 3412)]),
            ("全年收到公民、法人和其他组织提出的政府信息公开申请3,811件。", vec![("收到", 3811)]),
            ("全市共收到申请3311件，其中自然人3000件。", vec![("收到", 3311)]),
            ("截至年底办结3468件，其余结转下年度继续办理。", vec![("办结", 3468)]),
            ("上年结转98件，结转下年度继续办理96件。", vec![("上年结转", 98), ("结转下年度", 96)]),
            ("对符合公开条件的1911件申请予以公开。", vec![("予以公开", 1911)]),
            ("涉政府信息公开行政复议474项、行政诉讼131项。", vec![("行政复议", 474), ("行政诉讼", 131)]),
            ("复议后提起行政诉讼98件。", vec![("复议后提起行政诉讼", 98)]),
            ("制发行政规范性文件109件，废止498件。", vec![("制发", 109), ("废止", 498)]),
            ("行政许可318件、行政处罚1085件。", vec![("行政许可决定", 318), ("行政处罚决定", 1085)]),
            ("政府信息公开申请数量为15件。", vec![("政府信息公开申请数量", 15)]),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_of_parts_of_others_and_of_other_years_are_not() {
        for text in [
            "沭阳县收到政府信息公开申请1120件，予以公开300件。",
            "上年收到政府信息公开申请3298件，本年收到3511件。",
            "第四季度，收到政府信息公开申请886件。",
            "与2022年相比，多受理政府信息公开申请213件。",
            "2022年收到政府信息公开申请3298件。",
            "收到企业提出的政府信息公开申请30件。",
            "全市受理行政许可申请1300件，办结1290件。",
            "群众来信来访办结1230件。",
            "依法予以公开文件85份，上年结转项目15项。",
            "全市受理行政复议申请1402件，涉及政府信息公开的440件。",
            "检察机关提起公益诉讼19件，出庭应诉行政诉讼案件352件。",
            "备案审查县区规范性文件68件，解读规范性文件98件。",
            "公示行政许可20件、行政处罚5件。",
            "归集信用信息50条（含行政许可20件、行政处罚5件）。",
            "行政权力100项，行政许可5项。",
            "自然人政府信息公开申请数量为15件。",
        ] {
            assert!(told(text).is_empty(), "{text}");
        }
    }
}
