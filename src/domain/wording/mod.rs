//! The words of narratives: lexicons, marks, personal data, numbers in sentences, likeness.

mod characters;
mod clauses;
mod lexicon;
mod personal;
mod search;
mod similarity;
mod years;

pub use characters::{is_digit, is_han};
pub use clauses::{Told, numbers, sentences};
pub use lexicon::{Hit, Lexicons, Words, lexicons, span};
pub use personal::{Personal, find as find_personal};
pub use search::{fold, snippet, tokens, wanted};
pub use similarity::{Likeness, bands, likeness};
pub use years::years;
