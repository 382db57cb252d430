//! A government's consolidated report says of whom it speaks.

use super::vocabulary::VOCABULARY;
use super::{Explainable, FORMAT_2021, Findings, Judging, Rule};
use crate::domain::agency::Kind;
use crate::domain::report::Scope;

pub static RULE: Rule =
    Rule::info("consolidated.scope_not_said", FORMAT_2021, check).explainable(Explainable::ByEditor);

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let government = judged.agency.is_some_and(|agency| agency.kind == Kind::Government);
    let said =
        judged.texts.iter().any(|said| VOCABULARY.several.iter().any(|word| said.text().contains(word)));
    if judged.scope == Some(Scope::Consolidated) && government && !said && judged.said("overview").is_some() {
        findings.push(RULE.finding("overview", "/sections/overview/text".to_owned()));
    }
}
