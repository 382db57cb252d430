//! What a document says once of how things are drawn (GB/T 33190, 8.2), by names that its objects say.

use crate::documents::color::Color;
use crate::documents::fault::ReadFault;
use crate::documents::xml::{Attributes, Builder, walk};
use std::collections::HashMap;

/// Most that are kept, and how deep one rests on another.
const MOST: usize = 10_000;
const DEEPEST: usize = 16;

/// What things are drawn with: in which colour, where one is said and known, and how opaque of 255.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Param {
    pub ink: Option<Option<Color>>,
    pub alpha: Option<f64>,
}

/// By their names, each with the one it rests on.
#[derive(Default)]
pub(super) struct Params {
    known: HashMap<String, (Param, Option<String>)>,
    open: Option<String>,
}

impl Params {
    /// Takes in a part of the document, up to its first fault: what is wrong in it takes nothing from the pages.
    pub fn take(&mut self, xml: &str) {
        let _ = walk(xml, self);
    }

    pub fn named(&self, name: &str) -> Param {
        let (mut found, mut next) = (Param::default(), Some(name));
        for _ in 0..DEEPEST {
            let Some((param, rests_on)) = next.and_then(|name| self.known.get(name)) else { break };
            found = Param { ink: found.ink.or(param.ink), alpha: found.alpha.or(param.alpha) };
            next = rests_on.as_deref();
        }
        found
    }
}

impl Builder for Params {
    fn start(&mut self, _: &str, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadFault> {
        match name {
            "DrawParam" => {
                self.open = attributes.get("ID").filter(|_| self.known.len() < MOST);
                let rests_on = attributes.get("Relative");
                self.known.extend(self.open.clone().map(|id| (id, (Param::default(), rests_on))));
            }
            "FillColor" => {
                if let Some((param, _)) = self.open.as_ref().and_then(|id| self.known.get_mut(id)) {
                    param.ink = Some(color(&attributes.get("Value").unwrap_or_default()));
                    param.alpha = attributes.number("Alpha");
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, _: &str) -> Result<(), ReadFault> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        Ok(())
    }
}

/// A colour in whichever of the usual spaces: gray, light, inks.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a part may be")]
pub(super) fn color(value: &str) -> Option<Color> {
    let part = |word: &str| match word.strip_prefix('#') {
        Some(hex) => u32::from_str_radix(hex, 16).ok().map(f64::from),
        None => word.parse().ok(),
    };
    let parts: Vec<f64> = value.split_whitespace().take(5).filter_map(part).collect();
    let of = |light: [f64; 3]| Color(light.map(|part| part.clamp(0.0, 255.0).round() as u8));
    match parts[..] {
        [gray] => Some(of([gray; 3])),
        [red, green, blue] => Some(of([red, green, blue])),
        [cyan, magenta, yellow, black] => {
            Some(of([cyan, magenta, yellow].map(|ink| (255.0 - ink) * (255.0 - black) / 255.0)))
        }
        _ => None,
    }
}
