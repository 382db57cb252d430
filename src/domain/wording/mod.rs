//! The words of narratives: lexicons, marks, personal data, numbers in sentences, likeness.

mod alike;
mod characters;
mod clauses;
mod folded;
mod han;
mod lexicon;
mod pattern;
mod personal;
mod phrases;
mod plates;
mod ranges;
mod search;
mod similarity;
mod traces;
mod years;

pub use alike::is_word;
pub use characters::{is_digit, is_han, is_private, joiner};
pub use clauses::{Told, numbers, sentences};
pub use folded::{Folded, is_hidden};
pub use lexicon::{Lexicons, Words};
pub use pattern::{Pattern, Patterns, count, decimal, is_percentage, pattern};
pub use personal::{Personal, find as find_personal};
pub use search::{fold, snippet, tokens, wanted};
pub use similarity::{Likeness, bands, likeness};
pub use years::years;
