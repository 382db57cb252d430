//! What stands in a paragraph besides its letters, in texts and workbooks alike.

use super::Space;
use super::style::{Family, Look, Styles};
use crate::documents::xml::Attributes;

/// Most spaces that one element stands for.
const MOST_SPACES: usize = 100;

/// What an element is to the text around it.
pub(super) enum Inline {
    /// Neither it nor what it holds is seen.
    Skipped,
    /// It stands for characters.
    Piece(String),
    /// A text with a look of its own.
    Styled(Look),
    /// Nothing that is known here.
    Other,
}

impl Inline {
    pub fn of(space: Space, name: &str, attributes: &Attributes<'_>, styles: &Styles) -> Inline {
        match (space, name) {
            (Space::Office, "annotation" | "forms" | "scripts")
            | (
                Space::Text,
                "tracked-changes"
                | "note"
                | "hidden-text"
                | "hidden-paragraph"
                | "ruby-text"
                | "table-of-content-source",
            )
            | (Space::Other, "title" | "desc") => Inline::Skipped,
            (Space::Text, _) if is_hidden(attributes) => Inline::Skipped,
            (Space::Text, "s") => {
                let count = attributes.get("c").and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                Inline::Piece(" ".repeat(count.clamp(1, MOST_SPACES)))
            }
            (Space::Text, "tab") => Inline::Piece("\t".to_owned()),
            (Space::Text, "line-break") => Inline::Piece("\n".to_owned()),
            (Space::Text, "span" | "a") => Inline::Styled(styles.look(Family::Text, attributes)),
            _ => Inline::Other,
        }
    }
}

/// Whether a section, paragraph or field says that it is not shown.
pub(super) fn is_hidden(attributes: &Attributes<'_>) -> bool {
    let is_hidden = attributes.get("is-hidden");
    match attributes.get("display").as_deref() {
        Some("none") => true,
        // Whether it holds nobody works out.
        Some("condition") => is_hidden.as_deref() != Some("false"),
        _ => is_hidden.as_deref() == Some("true"),
    }
}
