//! How the cells of an old workbook look ([MS-XLS] 2.4.122, 2.4.126, 2.4.265, 2.4.353): struck out, lost in their
//! paper, shown as another number than they keep, with raised figures in a text.

use super::records::{u16_at, u32_at};
use crate::documents::color::{Color, Paper, is_too_small};
use crate::documents::fault::ReadFault;
use crate::documents::number_format::known;
use crate::documents::palette::Palette;
use crate::documents::xlsx::looks::{Font, Look};
use std::collections::HashMap;

/// Most texts whose looks are kept.
const MOST_TEXTS: usize = 100_000;
/// Longest text that may be a figure, in bytes, and most fonts in it.
const LONGEST_FIGURE: usize = 400;
const MOST_RUNS: usize = 400;

/// The looks of a workbook, as its records tell them one after the other.
#[derive(Default)]
pub(super) struct Looks<'s> {
    formats: HashMap<u16, String>,
    palette: Palette,
    fonts: Vec<Written>,
    /// The font and the format of each, and what fills it.
    looks: Vec<(u16, u16, Fill)>,
    /// The record of shared texts and those that go on with it.
    texts: Vec<&'s [u8]>,
    goes_on: bool,
}

/// A font as it is written: the palette may stand behind it.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    font: Font,
    color: u16,
}

/// What fills a cell: a pattern, and the colour of it.
#[derive(Debug, Clone, Copy, Default)]
struct Fill {
    pattern: u16,
    color: u16,
}

/// A text in several fonts: from which character on which holds.
#[derive(Debug)]
pub(super) struct Rich {
    text: String,
    runs: Vec<(usize, u16)>,
}

/// The number of the colour that a program takes by itself.
const OWN_COLOR: u16 = 0x7fff;
impl<'s> Looks<'s> {
    pub fn take(&mut self, kind: u16, data: &'s [u8]) {
        let number = |at: usize| u16_at(data, at).unwrap_or_default();
        match kind {
            0x0031 => self.fonts.push(Written {
                font: Font {
                    struck: number(2) & 8 != 0,
                    raised: number(8) != 0,
                    // In twentieths; nought is none.
                    small: number(0) > 0 && is_too_small(f64::from(number(0)) / 20.0),
                    ink: None,
                },
                color: number(4),
            }),
            // Three parts of each, and none.
            0x0092 => {
                for (index, parts) in (8..).zip(data.get(2..).unwrap_or_default().chunks_exact(4)) {
                    if let [red, green, blue, _] = *parts {
                        self.palette.change(index, Color([red, green, blue]));
                    }
                }
            }
            0x041e => {
                let length = usize::from(number(2));
                let code = data
                    .get(5..)
                    .map(|chars| text(chars, length, data.get(4).is_some_and(|wide| wide & 1 == 1)));
                self.formats.extend(code.map(|code| (number(0), code)));
            }
            0x00e0 => {
                let fill = Fill { pattern: number(16) >> 10, color: number(18) & 0x7f };
                self.looks.push((number(0), number(2), fill));
            }
            0x00fc => self.texts = vec![data],
            0x003c if self.goes_on => self.texts.push(data),
            _ => {}
        }
        self.goes_on = matches!(kind, 0x00fc) || (kind == 0x003c && self.goes_on);
    }

    /// The font of a number; the fifth is left out by all.
    fn font(&self, number: u16) -> Font {
        let number = usize::from(number);
        let written = self.fonts.get(number - usize::from(number > 4)).copied().unwrap_or_default();
        let ink = self.palette.indexed(written.color).unwrap_or(Color::OTHER);
        Font { ink: Some(ink).filter(|_| written.color != OWN_COLOR), ..written.font }
    }

    fn paper(&self, fill: Fill) -> Option<Paper> {
        match fill.pattern {
            0 => None,
            1 => Some(Paper::of(self.palette.indexed(fill.color))),
            _ => Some(Paper::Some),
        }
    }

    /// Whether a colour is that of paper.
    pub fn is_white(&self, color: u16) -> bool {
        self.palette.indexed(color).is_some_and(Color::is_white)
    }

    /// The look of a number, if it is not the usual one.
    pub fn look(&self, number: u16) -> Option<Look> {
        let (font, format, fill) = self.looks.get(usize::from(number)).copied()?;
        let code = self.formats.get(&format).map(String::as_str).or_else(|| known(format));
        Some(Look::new(self.font(font), self.paper(fill), code)).filter(|look| !look.is_usual())
    }

    /// The shared texts with figures in them that stand in several fonts, by their numbers.
    pub fn rich(&self) -> Result<HashMap<u32, Rich>, ReadFault> {
        let mut found = HashMap::new();
        let Some(first) = self.texts.first() else { return Ok(found) };
        let count = u32_at(first, 4).unwrap_or_default();
        let mut stream = Stream { parts: &self.texts, part: 0, at: 8 };
        for number in 0..count {
            let Some((text, runs)) = stream.text() else { break };
            let is_short = text.len() <= LONGEST_FIGURE;
            if is_short && !runs.is_empty() && text.contains(char::is_numeric) {
                if found.len() >= MOST_TEXTS || runs.len() > MOST_RUNS {
                    return Err(ReadFault::TooManyElements);
                }
                found.insert(number, Rich { text, runs });
            }
        }
        Ok(found)
    }

    /// A text as it is seen in a cell of this look, if there is more to see than the text itself.
    pub fn seen(&self, rich: &Rich, number: u16) -> Option<String> {
        let (own, _, fill) = self.looks.get(usize::from(number)).copied().unwrap_or_default();
        let paper = self.paper(fill);
        let chars: Vec<char> = rich.text.chars().collect();
        let ends = rich.runs.iter().map(|(at, _)| *at).chain([chars.len()]);
        let fonts = [(0, own)].into_iter().chain(rich.runs.iter().copied());
        let mut seen = String::new();
        for ((from, font), to) in fonts.zip(ends) {
            let piece: String = chars.get(from..to.min(chars.len())).unwrap_or_default().iter().collect();
            if !piece.is_empty() {
                seen.push_str(self.font(font).mark(&piece, paper));
                seen.push_str(&piece);
            }
        }
        (seen != rich.text).then_some(seen)
    }
}

fn text(bytes: &[u8], length: usize, wide: bool) -> String {
    let units: Vec<u16> = match wide {
        true => bytes.chunks_exact(2).take(length).map(|pair| u16_at(pair, 0).unwrap_or_default()).collect(),
        false => bytes.iter().take(length).map(|byte| u16::from(*byte)).collect(),
    };
    String::from_utf16_lossy(&units)
}

/// Records that go on with each other.
struct Stream<'s> {
    parts: &'s [&'s [u8]],
    part: usize,
    at: usize,
}

impl Stream<'_> {
    fn left(&self) -> usize {
        self.parts.get(self.part).map_or(0, |part| part.len().saturating_sub(self.at))
    }

    /// Goes on with the next record where this one has ended; tells whether it did.
    fn turn(&mut self) -> bool {
        let ended = self.left() == 0 && self.part < self.parts.len();
        if ended {
            (self.part, self.at) = (self.part + 1, 0);
        }
        ended
    }

    fn byte(&mut self) -> Option<u8> {
        self.turn();
        let byte = *self.parts.get(self.part)?.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    /// A text, and from which character on which font holds.
    fn text(&mut self) -> Option<(String, Vec<(usize, u16)>)> {
        let length = usize::from(self.short()?);
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.short()? } else { 0 };
        let behind = match flags & 4 != 0 {
            true => u32::from(self.short()?) | (u32::from(self.short()?) << 16),
            false => 0,
        };
        let mut wide = flags & 1 == 1;
        let mut units = Vec::with_capacity(length.min(1_024));
        while units.len() < length {
            // Within a text the next record says anew how wide its characters are.
            if self.turn() {
                wide = self.byte()? & 1 == 1;
            }
            units.push(if wide { self.short()? } else { u16::from(self.byte()?) });
        }
        let runs =
            (0..runs).map(|_| Some((usize::from(self.short()?), self.short()?))).collect::<Option<_>>()?;
        for _ in 0..behind {
            self.byte()?;
        }
        Some((String::from_utf16_lossy(&units), runs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_and_texts_are_told_by_the_records() {
        let mut looks = Looks::default();
        for font in 0..6_u8 {
            looks.take(
                0x0031,
                if font == 5 { &[0, 0, 0, 0, 0, 0, 0, 0, 1, 0] } else { &[0, 0, 8, 0, 0, 0, 0, 0, 0, 0] },
            );
        }
        looks.take(0x041e, &[164, 0, 5, 0, 0, b'0', b'.', b'0', b'0', b',']);
        looks.take(0x00e0, &[6, 0, 164, 0]);
        looks.take(0x00e0, &[0, 0, 0, 0]);
        // Two texts, the second broken within its characters: 51, its second figure raised by the sixth font.
        looks.take(0x00fc, &[2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, b'x', 2, 0, 8, 1, 0, b'5']);
        looks.take(0x003c, &[1, b'1', 0, 1, 0, 6, 0]);
        assert_eq!(looks.look(0).and_then(|look| look.format), Some("0.00,".to_owned()));
        assert_eq!(looks.look(1).map(|look| look.struck), Some(true));
        // White, on the paper and on what is filled dark.
        looks.take(0x0031, &[0, 0, 0, 0, 9, 0, 0, 0, 0, 0]);
        let of = |fill: u16, color: u8| {
            let [low, high] = (fill << 10).to_le_bytes();
            [7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, low, high, color, 0]
        };
        let formats = [of(0, 64), of(1, 18), of(1, 9)];
        formats.iter().for_each(|format| looks.take(0x00e0, format));
        let white = [2, 3, 4].map(|number| looks.look(number).is_some_and(|look| look.lost));
        assert_eq!(white, [true, false, true]);
        let rich = looks.rich().expect("few texts");
        let seen = |look: u16| rich.get(&1).and_then(|rich| looks.seen(rich, look));
        assert_eq!((rich.len(), seen(1)), (1, Some("~~5^1".to_owned())));
        assert_eq!([seen(2), seen(3)], ["\u{fffd}5^1", "5^1"].map(|seen| Some(seen.to_owned())));
        let mut palette = vec![56, 0];
        (0..56).for_each(|_| palette.extend([0, 0, 0, 0]));
        looks.take(0x0092, &palette);
        assert!(looks.look(2).is_none_or(|look| !look.lost), "white is black now");
    }
}
