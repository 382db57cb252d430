//! The documents that reports cite, with their numbers and days: data beside the code.

use crate::domain::compiled_in;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Documents {
    /// What these reports cite, with its numbers where they are cited with them. Every title here is exact; one that is
    /// one character off is none of the others.
    pub titles: Vec<(&'static str, Vec<&'static str>)>,
    /// Real titles one character off another.
    pub real: Vec<&'static str>,
    /// The day on which the regulation came into force, and the one on which the revised one did.
    pub in_force: &'static str,
    pub revised: &'static str,
    /// The article on annual reports, and all that are rightly named for them.
    pub on_reports: &'static str,
    pub articles: Vec<&'static str>,
    /// Letters of the office that prescribes the form, as reports rightly name them, by year and number; 〔2019〕60号 is
    /// the lexicon's.
    pub letters: Vec<(&'static str, &'static str)>,
    /// The decrees of 2007 (the lexicon's) and of 2019.
    pub decrees: Vec<&'static str>,
    /// The letter that prescribes the form, and the decree that is in force.
    pub form: &'static str,
    pub decree: &'static str,
}

pub(super) static DOCUMENTS: LazyLock<Documents> =
    LazyLock::new(|| compiled_in(include_str!("documents.json")));
