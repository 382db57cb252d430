//! The embedded font: which glyph draws a character, and how wide it is.

use super::PdfFault;
use ttf_parser::{Face, GlyphId};

/// WenQuanYi Micro Hei, whole: what a report does not need of it is left out of the PDF by subsetting.
pub(super) const DATA: &[u8] = include_bytes!("../../../data/fonts/wqy-microhei.ttc");
/// The face of the collection that is used; the other one has Latin letters of one width.
pub(super) const FACE: u32 = 0;
/// Its PostScript name.
pub(super) const NAME: &str = "WenQuanYiMicroHei";

/// Drawn where the font has no glyph; the character itself stays in the file for search and copying.
const STAND_IN: char = '〓';

pub(super) struct Font {
    face: Face<'static>,
    units: f32,
}

/// What is drawn for a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawn {
    Itself(u16),
    StandIn(u16),
}

/// Measures of the whole font, in thousandths of the em.
pub(super) struct Measures {
    pub ascent: f32,
    pub descent: f32,
    pub capitals: f32,
    /// Left, bottom, right, top.
    pub bounds: [f32; 4],
}

impl Font {
    pub fn load() -> Result<Font, PdfFault> {
        let face = Face::parse(DATA, FACE).map_err(|_| PdfFault::Font)?;
        let units = f32::from(face.units_per_em());
        if units > 0.0 { Ok(Font { face, units }) } else { Err(PdfFault::Font) }
    }

    pub fn drawn(&self, character: char) -> Drawn {
        match self.face.glyph_index(character) {
            Some(glyph) => Drawn::Itself(glyph.0),
            None => Drawn::StandIn(self.face.glyph_index(STAND_IN).map_or(0, |glyph| glyph.0)),
        }
    }

    /// How wide the text stands at a size, in points.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|character| self.advance(character)).sum::<f32>() * size / 1000.0
    }

    /// How wide a glyph is, in thousandths of the em.
    pub fn glyph_advance(&self, glyph: u16) -> f32 {
        self.thousandths(f32::from(self.face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0)))
    }

    pub fn measures(&self) -> Measures {
        let bounds = self.face.global_bounding_box();
        let scaled = |value: i16| self.thousandths(f32::from(value));
        Measures {
            ascent: scaled(self.face.ascender()),
            descent: scaled(self.face.descender()),
            capitals: scaled(self.face.capital_height().unwrap_or_else(|| self.face.ascender())),
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scaled),
        }
    }

    fn advance(&self, character: char) -> f32 {
        match self.drawn(character) {
            Drawn::Itself(glyph) | Drawn::StandIn(glyph) => self.glyph_advance(glyph),
        }
    }

    fn thousandths(&self, units: f32) -> f32 {
        units * 1000.0 / self.units
    }
}
