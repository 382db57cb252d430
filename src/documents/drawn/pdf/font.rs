//! Fonts: how wide their characters are, and which these are. A font that does not say it in Unicode is none
//! that can be read: nothing is guessed from its glyphs.

use super::cmap;
use encoding_rs::WINDOWS_1252;
use lopdf::{Dictionary, Document, Object};
use std::collections::{HashMap, HashSet};

/// Largest map of characters, in bytes as unpacked.
const LARGEST_MAP: usize = 1 << 20;
/// Longest procedure of a glyph that may draw nothing, in bytes as unpacked.
const LONGEST_EMPTY: usize = 4 << 10;
/// What stands for a character of which nobody knows which it is.
const UNKNOWN: &str = "\u{fffd}";
/// Fonts that every reader of PDF has, with the usual letters.
const STANDARD: [&[u8]; 3] = [b"Helvetica", b"Times", b"Courier"];

pub(super) struct Font {
    /// Its codes are of two bytes.
    is_wide: bool,
    to_unicode: Option<HashMap<u32, String>>,
    /// By their codes where those are plain ones, with what a font says of its own.
    plain: bool,
    differences: HashMap<u32, Option<char>>,
    /// Codes whose glyphs draw nothing.
    empty: HashSet<u32>,
    widths: HashMap<u32, f64>,
    usual_width: f64,
}

/// A code that was shown.
pub(super) struct Shown<'f> {
    pub text: &'f str,
    /// In thousandths of the size.
    pub width: f64,
    pub is_space: bool,
}

impl Font {
    pub fn read(document: &Document, font: &Dictionary) -> Font {
        let kind = font.get_deref(b"Subtype", document).and_then(Object::as_name).unwrap_or_default();
        let to_unicode = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream).ok();
        let to_unicode = to_unicode.and_then(|map| map.get_plain_content_with_limit(LARGEST_MAP).ok());
        let mut read = Font {
            is_wide: kind == b"Type0",
            to_unicode: to_unicode.map(|map| cmap::read(&map)),
            plain: false,
            differences: HashMap::new(),
            empty: HashSet::new(),
            widths: HashMap::new(),
            usual_width: 500.0,
        };
        if read.is_wide {
            read.take_wide(document, font);
        } else {
            read.take_narrow(document, font, kind);
        }
        read
    }

    fn take_wide(&mut self, document: &Document, font: &Dictionary) {
        let descendants = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array);
        let first = descendants.ok().and_then(|fonts| fonts.first());
        let first =
            first.and_then(|font| document.dereference(font).ok()).and_then(|(_, font)| font.as_dict().ok());
        let Some(inner) = first else { return };
        self.usual_width = inner.get_deref(b"DW", document).ok().and_then(number).unwrap_or(1_000.0);
        let Ok(listed) = inner.get_deref(b"W", document).and_then(Object::as_array) else { return };
        let mut listed =
            listed.iter().filter_map(|item| document.dereference(item).ok()).map(|(_, item)| item);
        while let Some(first) = listed.next().and_then(number) {
            let first = code(first);
            match listed.next() {
                Some(Object::Array(widths)) => {
                    for (code, width) in (first..).zip(widths) {
                        self.widths.extend(number(width).map(|width| (code, width)));
                    }
                }
                Some(last) => {
                    let last = number(last).map_or(first, code).min(first.saturating_add(0xffff));
                    let Some(width) = listed.next().and_then(number) else { return };
                    if self.widths.len() > 0x2_0000 {
                        return;
                    }
                    self.widths.extend((first..=last).map(|code| (code, width)));
                }
                None => return,
            }
        }
    }

    fn take_narrow(&mut self, document: &Document, font: &Dictionary, kind: &[u8]) {
        let first = font.get_deref(b"FirstChar", document).ok().and_then(number).map_or(0, code);
        // The widths of a font that is drawn are in its own space.
        let matrix = font.get_deref(b"FontMatrix", document).and_then(Object::as_array).ok();
        let scale = matrix.and_then(|matrix| matrix.first()).and_then(number);
        let scale = scale.filter(|_| kind == b"Type3").map_or(1.0, |scale| scale * 1_000.0);
        if let Ok(widths) = font.get_deref(b"Widths", document).and_then(Object::as_array) {
            for (code, width) in (first..).zip(widths.iter().take(256)) {
                let width = document.dereference(width).ok().and_then(|(_, width)| number(width));
                self.widths.extend(width.map(|width| (code, width * scale)));
            }
        }
        let descriptor = font.get_deref(b"FontDescriptor", document).and_then(Object::as_dict).ok();
        let missing = descriptor.and_then(|descriptor| descriptor.get(b"MissingWidth").ok()).and_then(number);
        self.usual_width = missing.filter(|width| *width > 0.0).unwrap_or(500.0);
        let is_usual =
            |name: &[u8]| matches!(name, b"WinAnsiEncoding" | b"MacRomanEncoding" | b"StandardEncoding");
        let name = font.get_deref(b"BaseFont", document).and_then(Object::as_name).unwrap_or_default();
        let is_standard = descriptor.is_none() && STANDARD.iter().any(|known| name.starts_with(known));
        match font.get_deref(b"Encoding", document) {
            Ok(Object::Name(name)) => self.plain = is_usual(name),
            Ok(Object::Dictionary(encoding)) => {
                let base = encoding.get(b"BaseEncoding").and_then(Object::as_name);
                self.plain = base.map_or(is_standard, is_usual);
                let listed = encoding.get_deref(b"Differences", document).and_then(Object::as_array);
                let listed = listed.map(Vec::as_slice).unwrap_or_default();
                self.take_differences(listed);
                if kind == b"Type3" {
                    self.take_procedures(document, font, listed);
                }
            }
            _ => self.plain = is_standard,
        }
    }

    fn take_differences(&mut self, listed: &[Object]) {
        self.differences.extend(by_code(listed).map(|(code, name)| (code, named(name))));
    }

    /// Finds out which glyphs of a font that is drawn draw nothing.
    fn take_procedures(&mut self, document: &Document, font: &Dictionary, listed: &[Object]) {
        let Ok(procedures) = font.get_deref(b"CharProcs", document).and_then(Object::as_dict) else { return };
        let is_empty = |name: &[u8]| {
            let drawn = procedures.get_deref(name, document).and_then(Object::as_stream);
            // A long one draws something.
            drawn.map_or(true, |drawn| {
                drawn.get_plain_content_with_limit(LONGEST_EMPTY).is_ok_and(|drawn| !draws(&drawn))
            })
        };
        self.empty.extend(by_code(listed).filter(|(_, name)| is_empty(name)).map(|(code, _)| code));
    }

    /// The codes of a text, one after the other.
    pub fn show<'f>(
        &'f self,
        text: &'f [u8],
        buffer: &'f mut Vec<(u32, [u8; 4])>,
    ) -> impl Iterator<Item = Shown<'f>> {
        let size = if self.is_wide { 2 } else { 1 };
        buffer.clear();
        buffer.extend(text.chunks(size).map(|bytes| {
            let code = bytes.iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
            (code, [0; 4])
        }));
        if self.to_unicode.is_none() {
            for (code, room) in buffer.iter_mut() {
                self.letter(*code).unwrap_or('\u{fffd}').encode_utf8(room);
            }
        }
        buffer.iter().map(|(code, room)| Shown {
            text: match &self.to_unicode {
                Some(map) => {
                    map.get(code).filter(|told| self.may_be(*code, told)).map_or(UNKNOWN, String::as_str)
                }
                None => std::str::from_utf8(room).unwrap_or(UNKNOWN).trim_end_matches('\0'),
            },
            width: self.widths.get(code).copied().unwrap_or(self.usual_width),
            is_space: !self.is_wide && *code == 32,
        })
    }

    /// Whether a code may stand for what the font's map tells of it: the name of its glyph is no other figure's, and it
    /// draws something.
    fn may_be(&self, code: u32, told: &str) -> bool {
        let is_figure = |c: char| c.is_ascii_digit();
        let said = self.letter(code).filter(|said| is_figure(*said) || told.contains(is_figure));
        let is_other =
            said.is_some_and(|said| !said.is_alphabetic() && told != said.encode_utf8(&mut [0; 4]));
        !(is_other || self.empty.contains(&code) && told.contains(is_figure))
    }

    /// What a code of a font without a map stands for.
    fn letter(&self, code: u32) -> Option<char> {
        if self.is_wide {
            return None;
        }
        if let Some(said) = self.differences.get(&code) {
            return said.filter(|c| !(c.is_ascii_digit() && self.empty.contains(&code)));
        }
        let byte = u8::try_from(code).ok().filter(|_| self.plain)?;
        // All usual encodings are alike here; beyond, Windows' is the most usual one.
        let letter = WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next();
        letter.filter(|_| (0x20..0x7f).contains(&byte))
    }
}

/// The names of a list of differences by their codes; no simple font has more than 256.
fn by_code(listed: &[Object]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut at = 0_u32;
    listed.iter().take(1_024).filter_map(move |item| match item {
        Object::Name(name) => {
            at = at.saturating_add(1);
            Some((at - 1, name.as_slice()))
        }
        other => {
            at = number(other).map_or(at, code);
            None
        }
    })
}

/// Whether a glyph's procedure draws anything.
fn draws(procedure: &[u8]) -> bool {
    const DRAWING: [&[u8]; 14] =
        [b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"Do", b"BI", b"sh", b"Tj", b"TJ"];
    procedure.split(|byte| byte.is_ascii_whitespace()).any(|word| DRAWING.contains(&word))
}

/// The character of a glyph's name, for those that figures and dates are written with.
fn named(name: &[u8]) -> Option<char> {
    const NAMES: [(&[u8], char); 22] = [
        (b"zero", '0'),
        (b"one", '1'),
        (b"two", '2'),
        (b"three", '3'),
        (b"four", '4'),
        (b"five", '5'),
        (b"six", '6'),
        (b"seven", '7'),
        (b"eight", '8'),
        (b"nine", '9'),
        (b"space", ' '),
        (b"period", '.'),
        (b"comma", ','),
        (b"slash", '/'),
        (b"hyphen", '-'),
        (b"minus", '-'),
        (b"percent", '%'),
        (b"parenleft", '('),
        (b"parenright", ')'),
        (b"colon", ':'),
        (b"emdash", '—'),
        (b"endash", '–'),
    ];
    if let [letter] = name {
        return letter.is_ascii_alphabetic().then_some(char::from(*letter));
    }
    if let Some(hex) = name.strip_prefix(b"uni").and_then(|hex| std::str::from_utf8(hex).ok()) {
        return u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    }
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)
}

pub(super) fn number(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from).filter(|number| number.is_finite())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a code is")]
fn code(number: f64) -> u32 {
    number.clamp(0.0, 65_535.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Stream, dictionary};

    /// What a font with a name for one code, and a map, makes of it.
    fn shown(name: &str, told: &str, procedure: Option<&str>) -> String {
        let mut document = Document::new();
        let map =
            format!("1 beginbfchar <35> <{:04X}> endbfchar", u32::from(told.chars().next().unwrap_or(' ')));
        let map = document.add_object(Stream::new(dictionary! {}, map.into_bytes()));
        let drawn = Stream::new(dictionary! {}, procedure.unwrap_or_default().as_bytes().to_vec());
        let drawn = document.add_object(drawn);
        let font = dictionary! {
            "Subtype" => if procedure.is_some() { "Type3" } else { "Type1" },
            "ToUnicode" => map,
            "CharProcs" => dictionary! { name => drawn },
            "Encoding" => dictionary! {
                "Differences" => vec![Object::Integer(0x35), Object::Name(name.into())],
            },
        };
        let font = Font::read(&document, &font);
        font.show(b"5", &mut Vec::new()).map(|shown| shown.text.to_owned()).collect()
    }

    #[test]
    fn a_figure_whose_glyph_is_called_another_or_draws_nothing_is_unknown() {
        assert_eq!(shown("five", "5", None), "5");
        assert_eq!(shown("three", "5", None), UNKNOWN);
        assert_eq!(shown("five", "一", None), UNKNOWN);
        assert_eq!(shown("g12", "5", None), "5");
        assert_eq!(shown("a5", "5", Some("500 0 d0 0 0 100 700 re f")), "5");
        assert_eq!(shown("a5", "5", Some("500 0 d0")), UNKNOWN);
    }
}
