//! What an operator weighs heavier than the rules do themselves; lighter, nothing.

use super::{RULES, Severity};
use std::collections::BTreeMap;

/// Why a severity can't be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RaiseFault {
    #[error("“{0}”应如 wording.typo=error")]
    Unreadable(String),
    #[error("没有规则“{0}”；全部规则见 GET /rules")]
    UnknownRule(String),
    #[error("“{0}”只能调高，不能调低")]
    Lowered(String),
}

/// Reads `wording.typo=error`.
pub fn read_raised(texts: &[String]) -> Result<BTreeMap<&'static str, Severity>, RaiseFault> {
    texts.iter().map(|text| read_one(text)).collect()
}

fn read_one(text: &str) -> Result<(&'static str, Severity), RaiseFault> {
    let unreadable = || RaiseFault::Unreadable(text.to_owned());
    let (id, severity) = text.split_once('=').ok_or_else(unreadable)?;
    let severity = match severity.trim() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => return Err(unreadable()),
    };
    let rule = RULES.iter().find(|rule| rule.id == id.trim());
    let rule = rule.ok_or_else(|| RaiseFault::UnknownRule(id.trim().to_owned()))?;
    if weight(severity) < weight(rule.severity) {
        return Err(RaiseFault::Lowered(rule.id.to_owned()));
    }
    Ok((rule.id, severity))
}

fn weight(severity: Severity) -> u8 {
    match severity {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Error => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_raised_and_never_lowered() {
        let read = |text: &str| read_raised(&[text.to_owned()]);
        assert_eq!(read("wording.typo=error"), Ok(BTreeMap::from([("wording.typo", Severity::Error)])));
        assert_eq!(read("wording.repeated = warning").map(|raised| raised.len()), Ok(1));
        assert_eq!(read("cell.missing=warning"), Err(RaiseFault::Lowered("cell.missing".to_owned())));
        assert_eq!(read("cell.lost=error"), Err(RaiseFault::UnknownRule("cell.lost".to_owned())));
        for text in ["wording.typo", "wording.typo=fatal", "=error"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
