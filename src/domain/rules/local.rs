//! What one deployment asks for beyond the form: counts in the overview, patterns of index numbers.

use crate::domain::agency::Level;
use regex::Regex;
use serde::Deserialize;

/// Read from `local.toml` beside an operator's words; by default nothing.
#[derive(Debug, Default)]
pub struct Local {
    /// Numbers that the overview must give.
    pub required_counts: Vec<RequiredCount>,
    /// How index numbers are made, by division.
    pub index_numbers: Vec<IndexNumber>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    required_count: Vec<RequiredCount>,
    #[serde(default)]
    index_number: Vec<IndexNumberSource>,
}

/// A number that the overview must tell.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredCount {
    /// What it is called, 政策解读.
    pub subject: String,
    /// One of these stands before the number.
    pub words: Vec<String>,
    /// One of these stands behind it; none: any unit.
    #[serde(default)]
    pub units: Vec<String>,
    /// Whom it is asked of: the beginning of division codes; empty: everybody.
    #[serde(default)]
    pub division: String,
    /// Levels it is asked of, `county`; none: all.
    #[serde(default)]
    pub levels: Vec<String>,
    /// The document that asks for it.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexNumberSource {
    division: String,
    pattern: String,
    example: String,
    source: String,
}

/// How index numbers look in a division.
#[derive(Debug)]
pub struct IndexNumber {
    pub division: String,
    pub pattern: Regex,
    pub example: String,
    pub source: String,
}

impl Local {
    /// Reads the text of a `local.toml`; the error says what is wrong in it.
    pub fn read(text: &str) -> Result<Local, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        for count in &file.required_count {
            if count.words.iter().all(String::is_empty) || count.subject.is_empty() {
                return Err("required_count: subject and words must say something".to_owned());
            }
            if let Some(level) = count.levels.iter().find(|level| level.parse::<Level>().is_err()) {
                return Err(format!("required_count: no level “{level}”"));
            }
        }
        let index_numbers: Result<Vec<IndexNumber>, String> =
            file.index_number.into_iter().map(IndexNumber::of).collect();
        Ok(Local {
            required_counts: file.required_count,
            index_numbers: index_numbers?,
            text: text.to_owned(),
        })
    }

    /// What a rule set's digest takes in.
    pub(super) fn digested(&self) -> &str {
        &self.text
    }
}

impl IndexNumber {
    fn of(source: IndexNumberSource) -> Result<IndexNumber, String> {
        let pattern = Regex::new(&source.pattern).map_err(|error| format!("index_number: {error}"))?;
        if !pattern.is_match(&source.example) {
            return Err(format!("index_number: “{}” is not like its own pattern", source.example));
        }
        Ok(IndexNumber { division: source.division, pattern, example: source.example, source: source.source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_locally_is_read_and_faults_are_told() {
        let local = Local::read(
            "[[required_count]]\nsubject = \"政策解读\"\nwords = [\"解读\"]\nsource = \"武政办发〔2025〕54号\"\n\
             [[index_number]]\ndivision = \"6206\"\npattern = '^\\d{9}/\\d{4}-\\d{5}$'\n\
             example = \"013936222/2026-00012\"\nsource = \"目录编制规范\"",
        )
        .unwrap();
        assert_eq!((local.required_counts.len(), local.index_numbers.len()), (1, 1));
        for wrong in [
            "[[required_count]]\nsubject = \"\"\nwords = [\"x\"]\nsource = \"\"",
            "[[required_count]]\nsubject = \"x\"\nwords = []\nsource = \"\"",
            "[[required_count]]\nsubject = \"x\"\nwords = [\"x\"]\nlevels = [\"moon\"]\nsource = \"\"",
            "[[index_number]]\ndivision = \"\"\npattern = \"(\"\nexample = \"\"\nsource = \"\"",
            "[[index_number]]\ndivision = \"\"\npattern = \"^x$\"\nexample = \"y\"\nsource = \"\"",
            "other = 1",
        ] {
            assert!(Local::read(wrong).is_err(), "{wrong}");
        }
    }
}
