//! A font's ToUnicode map: which characters its codes stand for.

use std::collections::HashMap;

/// Most codes of a map; there are no more of two bytes.
const MOST_CODES: usize = 70_000;
/// Longest text that one code stands for.
const LONGEST: usize = 8;

/// Reads a map; what it does not say stands for nothing.
pub(super) fn read(map: &[u8]) -> HashMap<u32, String> {
    let mut codes = HashMap::new();
    let mut words = Words(map);
    while let Some(word) = words.next() {
        match word {
            Word::Name(b"beginbfchar") => characters(&mut words, &mut codes),
            Word::Name(b"beginbfrange") => ranges(&mut words, &mut codes),
            _ => {}
        }
    }
    codes
}

fn characters(words: &mut Words<'_>, codes: &mut HashMap<u32, String>) {
    while let Some(Word::Hex(code)) = words.next() {
        let Some(Word::Hex(text)) = words.next() else { return };
        if codes.len() > MOST_CODES {
            return;
        }
        codes.insert(number(code), text_of(code_bytes(text).as_slice()));
    }
}

fn ranges(words: &mut Words<'_>, codes: &mut HashMap<u32, String>) {
    while let Some(Word::Hex(first)) = words.next() {
        let Some(Word::Hex(last)) = words.next() else { return };
        let (first, last) = (number(first), number(last));
        let count = last.saturating_sub(first).min(u32::from(u16::MAX)) + 1;
        match words.next() {
            Some(Word::Hex(text)) => {
                let start = code_bytes(text);
                for step in 0..count {
                    if codes.len() > MOST_CODES {
                        return;
                    }
                    codes.insert(first + step, text_of(&raised(&start, step)));
                }
            }
            Some(Word::Open) => {
                let mut code = first;
                while let Some(Word::Hex(text)) = words.next() {
                    if codes.len() > MOST_CODES {
                        return;
                    }
                    codes.insert(code, text_of(&code_bytes(text)));
                    code = code.saturating_add(1);
                }
            }
            _ => return,
        }
    }
}

/// The bytes with the last unit raised by so many.
fn raised(bytes: &[u8], step: u32) -> Vec<u8> {
    let at = bytes.len().saturating_sub(2);
    let (head, last) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    let unit = last.iter().fold(0_u32, |unit, byte| unit << 8 | u32::from(*byte)).saturating_add(step);
    let unit = unit.to_be_bytes();
    head.iter().chain(unit.get(4 - last.len().min(4)..).unwrap_or_default()).copied().collect()
}

fn number(hex: &[u8]) -> u32 {
    code_bytes(hex).iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn code_bytes(hex: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .iter()
        .filter_map(|byte| char::from(*byte).to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .take(LONGEST * 8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| {
            pair.iter().fold(0, |byte, digit| byte << 4 | digit) << if pair.len() == 1 { 4 } else { 0 }
        })
        .collect()
}

/// UTF-16, the higher byte first.
fn text_of(bytes: &[u8]) -> String {
    let units: Vec<u16> = match bytes {
        [byte] => vec![u16::from(*byte)],
        _ => bytes
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
            .collect(),
    };
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).take(LONGEST).collect();
    text.chars().filter(|c| *c != '\0').collect()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Word<'m> {
    Name(&'m [u8]),
    Hex(&'m [u8]),
    Open,
    Close,
}

/// The words of a map.
struct Words<'m>(&'m [u8]);

impl<'m> Iterator for Words<'m> {
    type Item = Word<'m>;

    fn next(&mut self) -> Option<Word<'m>> {
        self.0 = self.0.trim_ascii_start();
        let (first, rest) = self.0.split_first()?;
        match first {
            b'<' if rest.first() != Some(&b'<') => {
                let end = rest.iter().position(|byte| *byte == b'>')?;
                self.0 = rest.get(end + 1..)?;
                Some(Word::Hex(rest.get(..end)?))
            }
            b'[' => {
                self.0 = rest;
                Some(Word::Open)
            }
            b']' => {
                self.0 = rest;
                Some(Word::Close)
            }
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b"<[]".contains(byte);
                let end = rest.iter().position(ends).map_or(self.0.len(), |end| end + 1);
                let (word, behind) = self.0.split_at_checked(end)?;
                self.0 = behind;
                Some(Word::Name(word))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_ranges_are_read() {
        let map = b"/CIDInit begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
            2 beginbfchar <0001> <4E00> <0002><D842DFB7> endbfchar\n\
            2 beginbfrange <0010> <0012> <0030> <0020> <0021> [<4E8C> <4E09>] endbfrange endcmap";
        let codes = read(map);
        let text = |code: u32| codes.get(&code).map(String::as_str);
        assert_eq!((text(1), text(2)), (Some("一"), Some("𠮷")));
        assert_eq!((text(0x10), text(0x12), text(0x13)), (Some("0"), Some("2"), None));
        assert_eq!((text(0x20), text(0x21)), (Some("二"), Some("三")));
    }
}
