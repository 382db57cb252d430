//! The words that rules look for in reports, where there are many: data beside the code.

use crate::domain::compiled_in;
use serde::Deserialize;
use std::sync::LazyLock;

type List = Vec<&'static str>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vocabulary {
    /// Who reports, in its own words.
    #[serde(borrow)]
    pub ours: Vec<&'static str>,
    /// The same, with the area, where a sentence begins.
    pub bodies: List,
    /// How a sentence goes on behind them.
    pub begins: List,
    /// What a report counts.
    pub counted: List,
    /// Any of these says that more than one body is spoken of.
    pub several: List,
    /// What a report is made of: three of these in a sentence show that it speaks of itself.
    pub parts: List,
}

pub(super) static VOCABULARY: LazyLock<Vocabulary> =
    LazyLock::new(|| compiled_in(include_str!("vocabulary.json")));
