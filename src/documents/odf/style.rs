//! What styles do to a text that a reader sees: hidden, struck out, raised, lost in its paper.

use super::Space;
use crate::documents::color::{Color, Paper, is_lost, is_too_small, unseen};
use crate::documents::fault::ReadFault;
use crate::documents::xml::{Attributes, Builder, leading_number, walk};
use std::collections::HashMap;

/// Most styles that are kept.
const MOST_STYLES: usize = 20_000;
/// Most styles that one rests on, one below the other.
const DEEPEST: usize = 20;

/// What is said of a text; nothing where `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    hidden: Option<bool>,
    struck: Option<bool>,
    raised: Option<bool>,
    small: Option<bool>,
    /// Of a figure nobody knows what is seen.
    doubtful: Option<bool>,
    ink: Option<Color>,
    paper: Option<Paper>,
}

impl Look {
    /// Something stands before a figure or over it, or hides it where a condition holds.
    pub fn doubtful() -> Look {
        Look { doubtful: Some(true), ..Look::default() }
    }

    /// What holds for a text in a text.
    pub fn within(self, outer: Look) -> Look {
        Look {
            hidden: self.hidden.or(outer.hidden),
            struck: self.struck.or(outer.struck),
            raised: self.raised.or(outer.raised),
            small: self.small.or(outer.small),
            doubtful: self.doubtful.or(outer.doubtful),
            ink: self.ink.or(outer.ink),
            paper: self.paper.or(outer.paper),
        }
    }

    pub fn is_hidden(&self) -> bool {
        self.hidden == Some(true)
    }

    pub fn is_struck(&self) -> bool {
        self.struck == Some(true)
    }

    /// Writes a piece of text, and before it what has begun since the last: that it is struck out, raised, not seen.
    pub fn write(self, piece: &str, last: &mut Look, text: &mut String) {
        let begins = |now: Option<bool>, last: Option<bool>| now == Some(true) && last != Some(true);
        if self.is_hidden() {
            return;
        }
        if begins(self.struck, last.struck) {
            text.push_str("~~");
        }
        if begins(self.raised, last.raised) {
            text.push('^');
        }
        if self.small == Some(true) || self.doubtful == Some(true) || is_lost(self.ink, self.paper) {
            text.push_str(unseen(piece));
        }
        text.push_str(piece);
        *last = self;
    }

    /// What the properties of a style say.
    fn of(attributes: &Attributes<'_>) -> Look {
        let is_nothing =
            |name: &str| attributes.get(name).is_some_and(|size| leading_number(&size) == Some(0.0));
        let lines = ["text-line-through-style", "text-line-through-type"].map(|name| attributes.get(name));
        let lines: Vec<String> = lines.into_iter().flatten().collect();
        Look {
            hidden: match attributes.get("display").as_deref() {
                Some(display) => Some(matches!(display, "none" | "false" | "condition")),
                None => (is_nothing("row-height") || is_nothing("column-width")).then_some(true),
            },
            struck: (!lines.is_empty()).then(|| lines.iter().any(|line| line != "none")),
            raised: attributes.get("text-position").map(|position| {
                position.starts_with("su") || leading_number(&position).is_some_and(|by| by != 0.0)
            }),
            small: attributes
                .get("font-size")
                .filter(|size| size.ends_with("pt"))
                .and_then(|size| leading_number(&size))
                .map(is_too_small),
            doubtful: None,
            ink: attributes.get("color").map(|said| Color::of(&said).unwrap_or(Color::OTHER)),
            paper: attributes
                .get("background-color")
                .filter(|value| value != "transparent")
                .map(|value| Paper::of(Color::of(&value))),
        }
    }
}

/// What a style is for; two of different families may have one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Family {
    Text,
    Paragraph,
    Cell,
    Row,
    Column,
    Table,
}

impl Family {
    fn of(name: &str) -> Option<Family> {
        Some(match name {
            "text" => Family::Text,
            "paragraph" => Family::Paragraph,
            "table-cell" => Family::Cell,
            "table-row" => Family::Row,
            "table-column" => Family::Column,
            "table" => Family::Table,
            _ => return None,
        })
    }
}

#[derive(Default)]
struct Style {
    look: Look,
    rests_on: Option<String>,
    /// What it looks like where a condition holds.
    maps: Vec<String>,
}

/// The styles of a document by their families and names.
#[derive(Default)]
pub(super) struct Styles {
    known: HashMap<(Family, String), Style>,
    open: Option<(Family, String)>,
}

impl Styles {
    /// Reads the part with the styles that have names for the eye, up to its first fault.
    pub fn read(xml: &str) -> Styles {
        let mut reader = Common::default();
        // What is wrong in it takes nothing from the content.
        let _ = walk(xml, &mut reader);
        reader.0
    }

    /// Takes in an element of the styles.
    pub fn start(&mut self, space: Space, name: &str, attributes: &Attributes<'_>) {
        if space != Space::Style {
            return;
        }
        match name {
            "style" => {
                let family = attributes.get("family").and_then(|family| Family::of(&family));
                self.open = family.zip(attributes.get("name")).filter(|_| self.known.len() < MOST_STYLES);
                let rests_on = attributes.get("parent-style-name");
                self.known.extend(self.open.clone().map(|key| (key, Style { rests_on, ..Style::default() })));
            }
            "map" => {
                let worn = attributes.get("apply-style-name");
                let style = self.open.as_ref().and_then(|key| self.known.get_mut(key));
                if let Some(style) = style.filter(|style| style.maps.len() < DEEPEST) {
                    style.maps.extend(worn);
                }
            }
            "text-properties"
            | "table-properties"
            | "table-cell-properties"
            | "table-row-properties"
            | "table-column-properties" => {
                if let Some(style) = self.open.as_ref().and_then(|key| self.known.get_mut(key)) {
                    style.look = Look::of(attributes).within(style.look);
                }
            }
            _ => {}
        }
    }

    /// What the style of an element says.
    pub fn look(&self, family: Family, attributes: &Attributes<'_>) -> Look {
        self.named(family, attributes.get("style-name"))
    }

    /// What a style says, and what it rests on where it says nothing.
    pub fn named(&self, family: Family, name: Option<String>) -> Look {
        let (look, maps) = self.own(family, name);
        let hides = |map: &&String| {
            let worn = self.own(family, Some((*map).clone())).0.within(look);
            worn.is_hidden() || worn.is_struck() || worn.small == Some(true) || is_lost(worn.ink, worn.paper)
        };
        if maps.iter().any(hides) { Look::doubtful().within(look) } else { look }
    }

    /// What a style says by itself, and what may be said in its place.
    fn own(&self, family: Family, name: Option<String>) -> (Look, Vec<&String>) {
        let (mut look, mut maps, mut next) = (Look::default(), Vec::new(), name);
        for _ in 0..DEEPEST {
            let Some(style) = next.take().and_then(|name| self.known.get(&(family, name))) else { break };
            look = look.within(style.look);
            maps.extend(&style.maps);
            next.clone_from(&style.rests_on);
        }
        (look, maps)
    }
}

/// The part with the styles of a document.
#[derive(Default)]
struct Common(Styles);

impl Builder for Common {
    fn start(&mut self, space: &str, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadFault> {
        self.0.start(Space::of(space), name, attributes);
        Ok(())
    }

    fn text(&mut self, _: &str) -> Result<(), ReadFault> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        Ok(())
    }
}
