//! A report after its due day is late. A late report is never refused.

use super::finding::Argument;
use super::{Explainable, Fact, Findings, Judging, Needs, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "year.late",
    severity: Severity::Warning,
    explainable: Explainable::ByEditor,
    basis: "《中华人民共和国政府信息公开条例》第四十九条",
    needs: Needs::Nothing,
    check,
};

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let (Some(day), Some(due_on)) = (judged.day, judged.due_on) else {
        return;
    };
    if day > due_on {
        let mut finding = RULE.finding("year", "/year".to_owned());
        finding.expected = Some(Fact::Text(due_on.to_string()));
        finding.actual = Some(Fact::Text(day.to_string()));
        finding.arguments =
            vec![("due", Argument::Plain(due_on.to_string())), ("day", Argument::Plain(day.to_string()))];
        findings.push(finding);
    }
}
