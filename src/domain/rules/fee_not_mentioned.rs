//! Where a request lapsed for an unpaid fee, 其他需要报告的事项 must speak of the fee.

use super::{Explainable, Findings, Judging, Needs, Rule};
use crate::domain::simplified::simplify;

pub static RULE: Rule = Rule::warning(
    "other_matters.fee_not_mentioned",
    "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）",
    check,
)
.explainable(Explainable::ByEditor)
.needing(Needs::Cell("requests.other_fee_overdue.total"));

const WORDS: [&str; 4] = ["信息处理费", "处理费", "收费", "费用"];

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let form = judged.content.form();
    let lapsed = form
        .find("requests", "other_fee_overdue", "total")
        .filter(|cell| judged.content.figures.get(*cell).is_some_and(|count| count > 0));
    let Some(cell) = lapsed else { return };
    let spoken = judged
        .text("other_matters")
        .map(simplify)
        .is_some_and(|text| WORDS.iter().any(|word| text.contains(word)));
    if !spoken {
        let mut finding = RULE.finding("other_matters", "/sections/other_matters/text".to_owned());
        finding.related = form.cells.get(cell).map(|cell| cell.pointer()).into_iter().collect();
        findings.push(finding);
    }
}
