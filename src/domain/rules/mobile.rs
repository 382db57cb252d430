//! Mobile numbers; office landlines are lawful.

use super::{Explainable, Rule, Severity, words};
use crate::domain::wording::Personal;

pub static RULE: Rule = Rule {
    id: "privacy.mobile",
    severity: Severity::Error,
    explainable: Explainable::BySupervisor,
    basis: "《中华人民共和国个人信息保护法》；《中华人民共和国政府信息公开条例》第十五条",
    forms: &[],
    check: |judged, findings| words::of_personal(&RULE, Personal::Mobile, judged, findings),
};
