//! A cell holds something that is no count (or no exact amount of 万元).

use super::finding::Argument;
use super::{FORMAT_2021, Fact, Findings, Judging, Rule};
use crate::domain::report::Shape;

pub static RULE: Rule = Rule::error("cell.not_a_count", FORMAT_2021, check);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for fault in judged.faults {
        let reason = match fault.shape {
            Shape::Number(number) => number.to_string(),
            Shape::WrongType if fault.pointer.contains("/table/") => "wrong_type".to_owned(),
            _ => continue,
        };
        let cell = fault.cell.and_then(|cell| judged.content.form().cells.get(cell));
        let place = cell.map_or_else(|| fault.pointer.replace('/', "."), |cell| cell.indicator());
        let name = cell.map_or_else(|| place.clone(), |cell| cell.name());
        let mut finding = RULE.finding(&place, fault.pointer.clone());
        finding.actual = Some(Fact::Found(fault.found.clone()));
        finding.arguments = vec![
            ("cell", Argument::Plain(name)),
            ("said", Argument::Term(if reads_none(&reason) { "table_has" } else { "cell_holds" })),
            ("found", Argument::Plain(shorten(&fault.found.to_string()))),
            ("reason", Argument::Term(term_of(&reason))),
        ];
        findings.push(finding);
    }
}

/// Whether nothing was read as the cell's own: what was found stands somewhere in the table.
fn reads_none(reason: &str) -> bool {
    matches!(reason, "unknown_label" | "not_told_apart")
}

fn term_of(reason: &str) -> &'static str {
    match reason {
        "negative" => "negative",
        "not_whole" => "not_whole",
        "too_large" => "too_large",
        "too_many_places" => "too_many_places",
        "unknown_label" => "unknown_label",
        "not_told_apart" => "not_told_apart",
        "other_unit" => "other_unit",
        _ => "not_a_number",
    }
}

/// At most forty characters of what stood there.
fn shorten(text: &str) -> String {
    if text.chars().count() > 40 {
        format!("{}…", text.chars().take(40).collect::<String>())
    } else {
        text.to_owned()
    }
}
