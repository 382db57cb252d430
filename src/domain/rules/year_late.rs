//! A report after its due day is late. A late report is never refused.

use super::{Explainable, Fact, Findings, Judging, Rule};

pub static RULE: Rule = Rule::warning("year.late", "《中华人民共和国政府信息公开条例》第四十九条", check)
    .explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let (Some(day), Some(due_on)) = (judged.day, judged.due_on) else {
        return;
    };
    if day > due_on {
        findings.push(
            RULE.finding("year", "/year".to_owned())
                .comparing(Fact::Text(due_on.to_string()), Fact::Text(day.to_string()))
                .with("due", due_on)
                .with("day", day),
        );
    }
}
