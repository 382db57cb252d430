//! The words of narratives: lexicons, marks, personal data, numbers in sentences, likeness.

mod clauses;
mod lexicon;
mod personal;
mod search;
mod similarity;

pub use clauses::{Told, numbers};
pub use lexicon::{Hit, Lexicon, RESIDUE, SUPERSEDED, TEMPLATE, TYPOS, span};
pub use personal::{Personal, find as find_personal};
pub use search::{fold, snippet, tokens, wanted};
pub use similarity::{Likeness, bands, likeness};
