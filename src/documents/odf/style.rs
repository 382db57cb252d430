//! What styles do to a text that a reader sees: hidden, struck out, raised, white on white.

use super::Space;
use crate::documents::value::UNCLEAR;
use crate::documents::xml::Attributes;
use std::collections::HashMap;

/// Most styles that are kept.
const MOST_STYLES: usize = 20_000;
const WHITE: [&str; 2] = ["#ffffff", "#FFFFFF"];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub hidden: bool,
    pub struck: bool,
    pub raised: bool,
    white: bool,
    /// Something that is not white lies behind it.
    filled: bool,
}

impl Look {
    /// What holds for a text in a text.
    pub fn within(self, outer: Look) -> Look {
        Look {
            hidden: self.hidden || outer.hidden,
            struck: self.struck || outer.struck,
            raised: self.raised || outer.raised,
            white: self.white || outer.white,
            filled: self.filled || outer.filled,
        }
    }

    /// Whether it has the colour of the paper.
    pub fn is_white(self) -> bool {
        self.white && !self.filled
    }
}

impl Look {
    /// Writes what has begun since the last text: that it is struck out or raised.
    pub fn mark(self, last: &mut Look, text: &mut String) {
        if self.hidden {
            return;
        }
        if self.struck && !last.struck {
            text.push_str("~~");
        }
        if self.raised && !last.raised {
            text.push('^');
        }
        if self.is_white() != last.is_white() && text.ends_with(char::is_numeric) {
            text.push_str(UNCLEAR);
        }
        *last = self;
    }
}

/// The styles of a document by their names.
#[derive(Default)]
pub(super) struct Styles {
    known: HashMap<String, Look>,
    open: Option<String>,
}

impl Styles {
    /// Takes in an element of the styles.
    pub fn start(&mut self, space: Space, name: &str, attributes: &Attributes<'_>) {
        if space != Space::Style {
            return;
        }
        match name {
            "style" => self.open = attributes.get("name"),
            "text-properties" | "table-properties" | "table-cell-properties" => {
                let Some(style) = self.open.clone() else { return };
                let is = |name: &str, wanted: &[&str]| {
                    attributes.get(name).is_some_and(|value| wanted.contains(&value.as_str()))
                };
                let has = |name: &str| attributes.get(name).is_some_and(|value| value != "none");
                let position = attributes.get("text-position").unwrap_or_default();
                let look = Look {
                    hidden: is("display", &["none", "false"]),
                    struck: has("text-line-through-style") || has("text-line-through-type"),
                    raised: position.starts_with("super")
                        || position.starts_with("sub")
                        || position
                            .split('%')
                            .next()
                            .is_some_and(|by| by.parse().is_ok_and(|by: f64| by != 0.0)),
                    white: is("color", &WHITE),
                    filled: attributes
                        .get("background-color")
                        .is_some_and(|value| value != "transparent" && !WHITE.contains(&value.as_str())),
                };
                if self.known.len() < MOST_STYLES && look != Look::default() {
                    let known = self.known.entry(style).or_default();
                    *known = look.within(*known);
                }
            }
            _ => {}
        }
    }

    pub fn look(&self, attributes: &Attributes<'_>) -> Look {
        attributes.get("style-name").and_then(|name| self.known.get(&name)).copied().unwrap_or_default()
    }
}
