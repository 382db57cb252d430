//! Numbers of identity cards.

use super::{Explainable, Needs, Rule, Severity, words};
use crate::domain::wording::Personal;

pub static RULE: Rule = Rule {
    id: "privacy.id_number",
    severity: Severity::Error,
    explainable: Explainable::BySupervisor,
    basis: "《中华人民共和国个人信息保护法》；《中华人民共和国政府信息公开条例》第十五条",
    needs: Needs::Nothing,
    check: |judged, findings| words::of_personal(&RULE, Personal::IdNumber, judged, findings),
};
