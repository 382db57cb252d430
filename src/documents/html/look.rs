//! What declarations of a page's styles do to an element: gone, unseen, struck out, raised, of which colour, in a box of its own.

use super::flow::Gap;
use crate::documents::color::{Color, Paper, is_lost};
use crate::documents::xml::leading_number;

/// How far outside of the window nobody looks, in pixels.
const OUTSIDE: f64 = -500.0;

/// What is said of an element; nothing where `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// It takes no place on the page.
    pub gone: Option<bool>,
    /// How it stands apart from what stands beside it.
    pub edge: Option<Gap>,
    /// What it holds stands each in a box of its own.
    pub parts: Option<bool>,
    /// It keeps its place and shows nothing there.
    pub unseen: Option<bool>,
    /// Its own text is too small, too clear or too far out to be seen.
    pub faint: Option<bool>,
    pub struck: Option<bool>,
    pub raised: Option<bool>,
    /// Its characters stand in another order than they are written.
    pub turned: Option<bool>,
    pub ink: Option<Color>,
    pub paper: Option<Paper>,
}

impl Look {
    /// What declarations say: `display: none; color: red`.
    pub fn of(declarations: &str) -> Look {
        let (mut look, mut placed, mut moved, mut outside) = (Look::default(), String::new(), false, false);
        for declaration in declarations.split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let value = value.to_ascii_lowercase();
            let value = value.split('!').next().unwrap_or_default().trim().to_owned();
            let tight: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            match name.trim().to_ascii_lowercase().as_str() {
                "display" => {
                    look.gone = Some(value == "none");
                    look.parts = Some(value.ends_with("flex") || value.ends_with("grid"));
                    look.edge = match value.as_str() {
                        "block" | "flex" | "grid" | "list-item" | "table" => Some(Gap::Break),
                        boxed if boxed.starts_with("inline-") => Some(Gap::Box),
                        _ => Some(Gap::None),
                    };
                }
                name if name.starts_with("margin") || name.starts_with("padding") => {
                    let is_wide =
                        value.split_whitespace().any(|side| leading_number(side).is_some_and(|by| by > 0.0));
                    look.edge = look.edge.or(is_wide.then_some(Gap::Box));
                }
                "float" if value != "none" => look.edge = Some(Gap::Break),
                "visibility" if value == "collapse" => look.gone = Some(true),
                "visibility" => look.unseen = Some(value == "hidden"),
                "opacity" | "font-size" if leading_number(&value) == Some(0.0) => look.faint = Some(true),
                "clip" if tight.starts_with("rect(0") || tight.starts_with("rect(1px") => outside = true,
                "text-indent" if leading_number(&value).is_some_and(|by| by <= OUTSIDE) => outside = true,
                "left" | "top" | "right" | "bottom" => {
                    outside |= leading_number(&value).is_some_and(|by| by <= OUTSIDE);
                    moved |= matches!(name.trim(), "top" | "bottom")
                        && leading_number(&value).is_some_and(|by| by != 0.0);
                }
                "position" => placed.clone_from(&value),
                "color" if tight == "transparent" => look.faint = Some(true),
                "color" if tight != "inherit" => look.ink = color(&tight).or(Some(Color::OTHER)),
                "background" | "background-color" => look.paper = paper(&value),
                "background-image" if value != "none" => look.paper = Some(Paper::Some),
                "unicode-bidi" => look.turned = Some(value.contains("override")),
                "text-decoration" | "text-decoration-line" => {
                    look.struck = Some(value.contains("line-through"));
                }
                "vertical-align" => {
                    let by = leading_number(&value).is_some_and(|by| by != 0.0);
                    look.raised = Some(by || matches!(value.as_str(), "super" | "sub"));
                }
                _ => {}
            }
        }
        if outside {
            look.faint = Some(true);
        }
        if placed == "relative" && moved {
            look.raised = Some(true);
        }
        look
    }

    /// What holds where this stands over something else.
    pub fn over(self, under: Look) -> Look {
        Look {
            gone: self.gone.or(under.gone),
            edge: self.edge.or(under.edge),
            parts: self.parts.or(under.parts),
            unseen: self.unseen.or(under.unseen),
            faint: self.faint.or(under.faint),
            struck: self.struck.or(under.struck),
            raised: self.raised.or(under.raised),
            turned: self.turned.or(under.turned),
            ink: self.ink.or(under.ink),
            paper: self.paper.or(under.paper),
        }
    }

    /// What an element gives to those it holds, where they say nothing else.
    pub fn within(self, outer: Look) -> Look {
        let Look { turned, ink, paper, .. } = self.over(outer);
        Look { turned, ink, paper, ..Look::default() }
    }

    /// Whether nobody reads a text with this look as it is written.
    pub fn is_lost(&self) -> bool {
        self.turned == Some(true) || is_lost(self.ink, self.paper)
    }

    pub fn is_shown(&self) -> bool {
        self.gone != Some(true) && self.unseen != Some(true)
    }
}

/// A colour, `rgb(255,255,255)` too.
pub(super) fn color(text: &str) -> Option<Color> {
    let Some((_, parts)) = text.split_once('(').filter(|(name, _)| matches!(*name, "rgb" | "rgba")) else {
        return Color::of(text);
    };
    let parts: Vec<f64> = parts.trim_end_matches(')').split([',', '/']).filter_map(leading_number).collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a part of a color"
    )]
    let part = |at: usize| parts.get(at).map(|part| part.round().clamp(0.0, 255.0) as u8);
    let is_opaque = parts.get(3).is_none_or(|by| *by >= 0.5);
    Some(Color([part(0)?, part(1)?, part(2)?])).filter(|_| is_opaque)
}

/// What lies behind an element: `#eee url(seal.png) no-repeat` too; nothing where it is clear.
pub(super) fn paper(value: &str) -> Option<Paper> {
    match value {
        "transparent" | "none" | "inherit" | "initial" | "unset" | "" => None,
        value => Some(Paper::of(color(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_say_what_is_gone_unseen_struck_or_raised() {
        let of = |css: &str| {
            let look = Look::of(css);
            (look.gone, look.unseen, look.struck, look.raised)
        };
        assert_eq!(of("color:red; Display : NONE !important"), (Some(true), None, None, None));
        assert_eq!(of("visibility:hidden").1, Some(true));
        for css in ["opacity:0", "font-size:0px", "position:absolute;left:-9999px", "color: transparent"] {
            assert_eq!(Look::of(css).faint, Some(true), "{css}");
        }
        assert_eq!(of("text-decoration: line-through red"), (None, None, Some(true), None));
        for css in ["vertical-align:super", "vertical-align: 3px", "position:relative;top:-.4em"] {
            assert_eq!(of(css).3, Some(true), "{css}");
        }
        for css in ["vertical-align:middle", "position:relative;top:0", "font-size:0.8em", "opacity:0.5"] {
            assert!(Look::of(css).faint.is_none() && of(css).3 != Some(true), "{css}");
        }
    }
}
