//! One fault, named at its place.

use crate::domain::agency::wire_names;
use crate::domain::figures::exact_number;
use crate::domain::language::{self, Language};
use crate::domain::number::Precision;
use serde_json::Value;

wire_names!(
    /// How much a finding weighs.
    Severity {
        /// Blocks.
        Error = "error",
        Warning = "warning",
        Info = "info",
    }
);

/// A value in a finding.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    Number(i64, Precision),
    Text(String),
    /// What stood there, as the filer wrote it.
    Found(Value),
}

impl Fact {
    pub fn json(&self) -> Value {
        match self {
            Fact::Number(value, precision) => exact_number(&precision.format(*value)),
            Fact::Text(text) => Value::String(text.clone()),
            Fact::Found(value) => value.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Rule, place and, where a place can have several, which one: stable between runs.
    pub key: String,
    pub rule: &'static str,
    pub severity: Severity,
    /// JSON pointer into the report document.
    pub pointer: String,
    /// Half-open range of code points in the text at `pointer`.
    pub span: Option<(usize, usize)>,
    /// Digest of the paragraph that holds the span: whoever explains the words explains what is said there.
    pub around: Option<String>,
    /// Key of the message under `rule` in the catalogue.
    pub message: &'static str,
    pub arguments: Vec<(&'static str, Argument)>,
    pub expected: Option<Fact>,
    pub actual: Option<Fact>,
    pub related: Vec<String>,
    pub basis: &'static str,
    /// Why it may stand; it then neither counts nor blocks.
    pub explanation: Option<String>,
}

/// What is put into a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    Plain(String),
    /// A text of the catalogue's group `term`.
    Term(&'static str),
    /// A text of the catalogue's group `fault`.
    Fault(&'static str),
}

impl Finding {
    /// The message as a person reads it.
    pub fn say(&self, language: Language) -> String {
        let filled: Vec<(&str, String)> = self
            .arguments
            .iter()
            .map(|(name, argument)| {
                let value = match argument {
                    Argument::Plain(text) => text.clone(),
                    Argument::Term(key) => language::say("term", key, language, &[]),
                    Argument::Fault(key) => language::say("fault", key, language, &[]),
                };
                (*name, value)
            })
            .collect();
        let borrowed: Vec<(&str, &str)> =
            filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        language::say("rule", self.message, language, &borrowed)
    }
}

/// How many findings of each weight; an explained one counts as explained alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub error: usize,
    pub warning: usize,
    pub info: usize,
    pub explained: usize,
}

impl Counts {
    pub fn of(findings: &[Finding]) -> Counts {
        let mut counts = Counts::default();
        for finding in findings {
            if finding.explanation.is_some() {
                counts.explained += 1;
                continue;
            }
            match finding.severity {
                Severity::Error => counts.error += 1,
                Severity::Warning => counts.warning += 1,
                Severity::Info => counts.info += 1,
            }
        }
        counts
    }
}
