//! The rules as they are in force: what an operator weighs heavier, the words, and what is asked for locally.

use super::local::Local;
use super::{RULES, Rule, Severity};
use crate::domain::digest::sha256_hex;
use crate::domain::wording::{Lexicons, Words};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Made anew when a setting or a word changes, never changed.
pub struct RuleSet {
    /// What words are looked for.
    pub lexicons: Lexicons,
    /// What is asked here and not everywhere.
    pub local: Local,
    raised: BTreeMap<&'static str, Severity>,
    name: String,
    words: String,
}

/// What an operator adds to the program's own rules.
#[derive(Default)]
pub struct Added {
    /// Texts of TOML files, by lexicon.
    pub words: Vec<(Words, String)>,
    /// What is asked here and not everywhere.
    pub local: Local,
    /// Rules that weigh more here.
    pub raised: BTreeMap<&'static str, Severity>,
}

#[expect(clippy::unreachable, reason = "compiled in and read by a test: there is no program without it")]
static OWN: LazyLock<Arc<RuleSet>> = LazyLock::new(|| {
    let own = RuleSet::with(Added::default()).unwrap_or_else(|fault| unreachable!("the lexicons: {fault}"));
    Arc::new(own)
});

impl RuleSet {
    /// The program's own, with nothing added.
    pub fn own() -> Arc<RuleSet> {
        Arc::clone(&OWN)
    }

    /// The program's own with these; the error names the text that cannot be read.
    pub fn with(added: Added) -> Result<RuleSet, String> {
        let lexicons = Lexicons::with(&added.words)?;
        let weight = |rule: &Rule| added.raised.get(rule.id).copied().unwrap_or(rule.severity).as_str();
        let rules: Vec<String> =
            RULES.iter().map(|rule| format!("{} {} {:?}", rule.id, weight(rule), rule.explainable)).collect();
        let digested = format!("{}{}{}", rules.join("\n"), lexicons.digest(), added.local.digested());
        let digest = sha256_hex(digested.as_bytes());
        let name = format!("{}+{}", env!("CARGO_PKG_VERSION"), digest.get(..12).unwrap_or_default());
        let words = sha256_hex(format!("{}{}", lexicons.digest(), added.local.digested()).as_bytes());
        Ok(RuleSet { lexicons, local: added.local, raised: added.raised, name, words })
    }

    /// Program version, and a digest over every rule, its weight and the words.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A digest over the words and the local demands alone.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// How heavy a rule's findings weigh here.
    pub fn severity_of(&self, rule: &Rule) -> Severity {
        self.raised.get(rule.id).copied().unwrap_or(rule.severity)
    }
}

impl std::fmt::Debug for RuleSet {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "RuleSet({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_set_is_named_by_all_that_is_in_it() {
        let own = RuleSet::own();
        let raised = BTreeMap::from([("wording.typo", Severity::Error)]);
        let heavier = RuleSet::with(Added { raised, ..Added::default() }).unwrap();
        let words = "entry = [{ word = \"甲\", advice = \"乙\", source = \"丙\" }]".to_owned();
        let more = RuleSet::with(Added { words: vec![(Words::Typos, words)], ..Added::default() }).unwrap();
        let wanted =
            "[[index_number]]\ndivision = \"6206\"\npattern = \"^x$\"\nexample = \"x\"\nsource = \"y\"";
        let local = RuleSet::with(Added { local: Local::read(wanted).unwrap(), ..Added::default() }).unwrap();
        let names = [own.name(), heavier.name(), more.name(), local.name()];
        for (at, name) in names.iter().enumerate() {
            assert!(!names.iter().skip(at + 1).any(|other| other == name), "{names:?}");
        }
        let typo = super::super::by_id("wording.typo").unwrap();
        assert_eq!((own.severity_of(typo), heavier.severity_of(typo)), (Severity::Warning, Severity::Error));
    }
}
