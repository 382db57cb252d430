//! Explanations: words of the agency (or its supervisor) by which a finding may stand.

use super::Finding;
use super::finding::Argument;
use crate::domain::algorithm::Algorithm;
use serde_json::{Value, json};

/// An explanation as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The finding's key.
    pub finding: String,
    /// Digest of what the finding rested on; see [`Finding::inputs`].
    pub inputs: String,
    /// Why it may stand.
    pub text: String,
}

impl Finding {
    /// Digest of what the finding rests on: the values it compares and names, and the paragraph its words stand in.
    ///
    /// It is the same when rules run again, and another as soon as a value changes, or what is said around a word:
    /// the same number in another sentence is another matter. Other paragraphs do not count.
    pub fn inputs(&self, algorithm: Algorithm) -> String {
        let fact = |fact: &Option<super::Fact>| fact.as_ref().map_or(Value::Null, super::Fact::json);
        let arguments: Vec<Value> = self
            .arguments
            .iter()
            .map(|(name, argument)| match argument {
                Argument::Plain(text) => json!([name, text]),
                Argument::Term(key) | Argument::Fault(key) => json!([name, key]),
            })
            .collect();
        let mut inputs =
            vec![json!(self.key), fact(&self.expected), fact(&self.actual), Value::Array(arguments)];
        inputs.extend(self.around.iter().map(|said| json!(algorithm.digest_named_if_new(said.as_bytes()))));
        algorithm.digest_named_if_new(Value::Array(inputs).to_string())
    }
}

/// Lays explanations beside the findings they were given for; one whose inputs have changed falls away.
pub fn apply_explanations(findings: &mut [Finding], explanations: &[Explanation]) {
    for explanation in explanations {
        let explained = findings.iter_mut().find(|finding| finding.key == explanation.finding);
        let holds =
            |finding: &&mut Finding| finding.inputs(Algorithm::of(&explanation.inputs)) == explanation.inputs;
        if let Some(finding) = explained.filter(holds) {
            finding.explanation = Some(explanation.text.clone());
        }
    }
}
