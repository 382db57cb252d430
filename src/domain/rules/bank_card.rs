//! Numbers of bank cards.

use super::{Explainable, Rule, words};
use crate::domain::wording::Personal;

pub static RULE: Rule = Rule::error(
    "privacy.bank_card",
    "《中华人民共和国个人信息保护法》；《中华人民共和国政府信息公开条例》第十五条",
    |judged, findings| words::of_personal(&RULE, Personal::BankCard, judged, findings),
)
.explainable(Explainable::BySupervisor);
