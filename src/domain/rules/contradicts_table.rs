//! A sentence that tells another number than the table.

use super::finding::Argument;
use super::words::{tell, texts};
use super::{Explainable, Finding, Judged, Rule, Severity};
use crate::domain::wording::{Told, numbers};

pub static RULE: Rule = Rule {
    id: "text.contradicts_table",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "国办公开办函〔2021〕30号（文字与表格数据一致）",
    forms: &[],
    check,
};

/// What sentences speak of, and the sums of cells any of which they may mean.
struct Subject {
    words: &'static [&'static str],
    /// A clause with one of these speaks of something else or of a part.
    except: &'static [&'static str],
    may_be: &'static [&'static [&'static str]],
}

const SUBJECTS: &[Subject] = &[
    Subject {
        words: &["行政复议"],
        except: &["维持", "纠正", "其他结果", "审结", "尚未", "诉讼", "撤销"],
        may_be: &[&["disputes.reconsideration.total"]],
    },
    Subject {
        words: &["行政诉讼", "诉讼"],
        except: &["维持", "纠正", "其他结果", "审结", "尚未", "复议", "撤销", "胜诉", "败诉"],
        may_be: &[
            &["disputes.litigation_direct.total"],
            &["disputes.litigation_after_reconsideration.total"],
            &["disputes.litigation_direct.total", "disputes.litigation_after_reconsideration.total"],
        ],
    },
    Subject {
        words: &["结转"],
        except: &[],
        may_be: &[&["requests.carried_over.total"], &["requests.carried_forward.total"]],
    },
    Subject {
        words: &["予以公开"],
        except: &["部分", "不予"],
        may_be: &[
            &["requests.granted.total"],
            &["requests.partially_granted.total"],
            &["requests.granted.total", "requests.partially_granted.total"],
        ],
    },
    Subject {
        words: &[
            "收到政府信息公开申请",
            "收到依申请公开",
            "新收政府信息公开申请",
            "新收依申请",
            "受理政府信息公开申请",
            "受理依申请公开",
        ],
        except: &["办结", "答复"],
        may_be: &[
            &["requests.new_requests.total"],
            &["requests.new_requests.total", "requests.carried_over.total"],
        ],
    },
];

/// Clauses about other years, other bodies or other things.
const ELSEWHERE: [&str; 18] = [
    "上年度收到",
    "去年",
    "同比",
    "较上年",
    "下属",
    "各部门",
    "网站",
    "微信",
    "微博",
    "信件",
    "咨询",
    "电话",
    "留言",
    "热线",
    "增加",
    "减少",
    "其中",
    "网络申请",
];

fn check(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    for (section, pointer, text) in texts(judged) {
        let told = numbers(text);
        let wrong = told.iter().filter_map(|told| {
            let values = contradicted(judged, told)?;
            let values: Vec<String> = values.iter().map(i64::to_string).collect();
            Some((
                told.start,
                told.end,
                vec![
                    ("clause", Argument::Plain(told.clause.trim().to_owned())),
                    ("values", Argument::Plain(values.join("、"))),
                ],
            ))
        });
        tell(&RULE, section, &pointer, text, wrong, findings);
    }
}

/// What the table says instead, where a number fits none of the cells its clause may mean.
fn contradicted(judged: &Judged<'_>, told: &Told<'_>) -> Option<Vec<i64>> {
    if ELSEWHERE.iter().any(|word| told.clause.contains(word)) || speaks_of_another_year(told, judged.year) {
        return None;
    }
    // The number belongs to the word nearest before it.
    let nearest = SUBJECTS.iter().filter_map(|subject| {
        let at = subject
            .words
            .iter()
            .filter_map(|word| told.before.rfind(word).map(|at| at + word.len()))
            .max()?;
        Some((at, subject))
    });
    let (at, subject) = nearest.max_by_key(|(at, _)| *at)?;
    let between = told.before.get(at..)?;
    let parted = between.chars().any(|c| c.is_ascii_digit()) || between.chars().count() > 8;
    if parted || subject.except.iter().any(|word| told.clause.contains(word)) {
        return None;
    }
    let form = judged.content.form();
    let sum = |cells: &&[&str]| {
        cells.iter().try_fold(0_i64, |sum, name| {
            sum.checked_add(judged.content.figures.get(form.by_indicator(name)?)?)
        })
    };
    let values: Option<Vec<i64>> = subject.may_be.iter().map(sum).collect();
    values.filter(|values| !values.contains(&told.number))
}

fn speaks_of_another_year(told: &Told<'_>, year: i32) -> bool {
    let clause = told.clause;
    clause.match_indices('年').any(|(at, _)| {
        let digits = at.checked_sub(4).and_then(|start| clause.get(start..at));
        digits.and_then(|digits| digits.parse::<i32>().ok()).is_some_and(|named| named != year)
    })
}
