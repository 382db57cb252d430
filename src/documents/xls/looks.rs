//! How the cells of an old workbook look ([MS-XLS] 2.4.122, 2.4.126, 2.4.265, 2.4.353): struck out, lost in their
//! paper, shown as another number than they keep, with raised figures in a text.

use super::records::{u16_at, u32_at};
use crate::documents::color::{Color, Paper, is_lost};
use crate::documents::number_format::known;
use crate::documents::xlsx::looks::{Look, indexed};
use std::collections::HashMap;

/// Most texts whose looks are kept.
const MOST_TEXTS: usize = 100_000;

/// The looks of a workbook, as its records tell them one after the other.
#[derive(Default)]
pub(super) struct Looks<'s> {
    formats: HashMap<u16, String>,
    fonts: Vec<Font>,
    /// The font and the format of each, and what fills it.
    looks: Vec<(u16, u16, Option<Paper>)>,
    /// The record of shared texts and those that go on with it.
    texts: Vec<&'s [u8]>,
    goes_on: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Font {
    struck: bool,
    raised: bool,
    small: bool,
    ink: Option<Color>,
}

/// Up to how many twentieths of a point a text is too small to be seen.
const TOO_SMALL: u16 = 40;

impl<'s> Looks<'s> {
    pub fn take(&mut self, kind: u16, data: &'s [u8]) {
        let number = |at: usize| u16_at(data, at).unwrap_or_default();
        match kind {
            0x0031 => self.fonts.push(Font {
                struck: number(2) & 8 != 0,
                raised: number(8) != 0,
                small: (1..=TOO_SMALL).contains(&number(0)),
                ink: Some(indexed(number(4)).unwrap_or(Color::OTHER)).filter(|_| number(4) != 0x7fff),
            }),
            0x041e => {
                let length = usize::from(number(2));
                let code = data
                    .get(5..)
                    .map(|chars| text(chars, length, data.get(4).is_some_and(|wide| wide & 1 == 1)));
                self.formats.extend(code.map(|code| (number(0), code)));
            }
            0x00e0 => {
                let paper = match number(16) >> 10 {
                    0 => None,
                    1 => Some(Paper::of(indexed(number(18) & 0x7f))),
                    _ => Some(Paper::Some),
                };
                self.looks.push((number(0), number(2), paper));
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
        self.fonts.get(number - usize::from(number > 4)).copied().unwrap_or_default()
    }

    /// The look of a number, if it is not the usual one.
    pub fn look(&self, number: u16) -> Option<Look> {
        let (font, format, paper) = self.looks.get(usize::from(number)).copied()?;
        let code = self.formats.get(&format).map(String::as_str).or_else(|| known(format));
        let font = self.font(font);
        Some(Look::new(font.struck, font.small || is_lost(font.ink, paper), code))
            .filter(|look| !look.is_usual())
    }

    /// The shared texts in which figures of two looks stand, by their numbers, as they are seen.
    pub fn marked(&self) -> HashMap<u32, String> {
        let mut found = HashMap::new();
        let Some(first) = self.texts.first() else { return found };
        let count = u32_at(first, 4).unwrap_or_default();
        let mut stream = Stream { parts: &self.texts, part: 0, at: 8 };
        for number in 0..count {
            let Some((chars, runs)) = stream.text() else { break };
            let marks: Vec<(usize, &str)> = runs
                .into_iter()
                .filter_map(|(at, font)| match self.font(font) {
                    Font { struck: true, .. } => Some((at, "~~")),
                    Font { raised: true, .. } => Some((at, "^")),
                    _ => None,
                })
                .collect();
            if !marks.is_empty() && found.len() < MOST_TEXTS {
                let mut seen = String::new();
                for (at, c) in chars.chars().enumerate() {
                    marks.iter().filter(|(place, _)| *place == at).for_each(|(_, mark)| seen.push_str(mark));
                    seen.push(c);
                }
                found.insert(number, seen);
            }
        }
        found
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
        assert_eq!(looks.marked(), HashMap::from([(1, "5^1".to_owned())]));
    }
}
