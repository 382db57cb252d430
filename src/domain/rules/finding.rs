//! One fault, named at its place.

use crate::domain::agency::wire_names;
use crate::domain::figures::exact_number;
use crate::domain::language::{self, Language};
use crate::domain::number::Precision;
use serde_json::Value;
use std::sync::Arc;

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

/// One thing that is wrong, or may be, at its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Rule, place and, where a place can have several, which one: stable between runs.
    pub key: String,
    /// Which rule says so.
    pub rule: &'static str,
    /// Whether it blocks.
    pub severity: Severity,
    /// JSON pointer into the report document.
    pub pointer: String,
    /// Half-open range of code points in the text at `pointer`.
    pub span: Option<(usize, usize)>,
    /// The paragraph that holds the span: whoever explains the words explains what is said there.
    pub around: Option<Arc<str>>,
    /// Key of the message under `rule` in the catalogue.
    pub message: &'static str,
    /// What the message names.
    pub arguments: Vec<(&'static str, Argument)>,
    /// What should stand there.
    pub expected: Option<Fact>,
    /// What stands there.
    pub actual: Option<Fact>,
    /// Pointers to other places that it rests on.
    pub related: Vec<String>,
    /// Article or standard the rule comes from.
    pub basis: &'static str,
    /// Why it may stand; it then neither counts nor blocks.
    pub explanation: Option<String>,
}

/// Findings as a rule tells them: bounded, however many there would be.
#[derive(Debug, Default)]
pub struct Findings {
    told: Vec<Finding>,
    left_out: bool,
}

impl Findings {
    /// Most findings of one rule.
    const MOST: usize = 1_000;

    pub fn push(&mut self, finding: Finding) {
        if self.told.len() < Findings::MOST {
            self.told.push(finding);
        } else {
            self.left_out = true;
        }
    }

    /// All that were told, and whether any was left out.
    pub fn into_parts(self) -> (Vec<Finding>, bool) {
        (self.told, self.left_out)
    }
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

/// What is put into a message, each under its name.
pub(super) type Arguments = Vec<(&'static str, Argument)>;

/// One thing that a message says, under its name.
pub(super) fn telling(name: &'static str, what: impl ToString) -> Arguments {
    vec![(name, Argument::Plain(what.to_string()))]
}

/// Longest quotation, in characters.
const QUOTED: usize = 60;
/// Longest key and pointer: they name what stands in a document, and a document may name anything.
const NAMED: usize = 300;

impl Finding {
    /// The same with what should stand there, and what does.
    pub(super) fn comparing(self, expected: Fact, actual: Fact) -> Finding {
        Finding { expected: Some(expected), actual: Some(actual), ..self }
    }

    /// The same with one thing more that its message names.
    pub(super) fn with(mut self, name: &'static str, what: impl ToString) -> Finding {
        self.arguments.extend(telling(name, what));
        self
    }

    /// Cuts what it quotes: a finding says where the words stand, it does not repeat them.
    pub(super) fn cut(&mut self) {
        for (_, argument) in &mut self.arguments {
            if let Argument::Plain(text) = argument {
                shorten(text, QUOTED);
            }
        }
        for fact in [&mut self.expected, &mut self.actual].into_iter().flatten() {
            match fact {
                Fact::Text(text) | Fact::Found(Value::String(text)) => shorten(text, QUOTED),
                Fact::Found(found @ (Value::Array(_) | Value::Object(_) | Value::Number(_))) => {
                    let mut text = found.to_string();
                    if text.chars().nth(QUOTED).is_some() {
                        shorten(&mut text, QUOTED);
                        *found = Value::String(text);
                    }
                }
                Fact::Number(..) | Fact::Found(_) => {}
            }
        }
        shorten(&mut self.key, NAMED);
        shorten(&mut self.pointer, NAMED);
    }

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

/// Cuts a text to so many characters, the last of them `…`.
fn shorten(text: &mut String, most: usize) {
    if text.char_indices().nth(most).is_some()
        && let Some((end, _)) = text.char_indices().nth(most.saturating_sub(1))
    {
        text.truncate(end);
        text.push('…');
    }
}

/// How many findings of each weight; an explained one counts as explained alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// They block.
    pub error: usize,
    /// To be looked at before it is submitted.
    pub warning: usize,
    /// To be known.
    pub info: usize,
    /// Explained, and so counted nowhere else.
    pub explained: usize,
}

impl Counts {
    /// Counts them by severity.
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
