//! The header of a document ([MS-DOC] 2.5) and its table of pieces: where each character stands in the file.

use super::Numbers;
use super::look::Said;
use crate::documents::fault::ReadFault;

const MAGIC: u16 = 0xa5ec;
/// Word 97; before it text was kept in other ways.
const WORD_97: u16 = 193;
const ENCRYPTED: u16 = 1 << 8;
const SECOND_TABLE: u16 = 1 << 9;
const OBFUSCATED: u16 = 1 << 15;

/// Most pieces of a text; saving adds some, typing none.
const MOST_PIECES: usize = 100_000;
/// In a piece's place: its characters take a byte each.
const COMPRESSED: u32 = 1 << 30;

/// What the header says.
pub(super) struct Header {
    pub table_stream: &'static str,
    /// Characters of the text itself, and of all stories behind it.
    pub text: usize,
    pub whole: usize,
    /// Text stands in boxes somewhere.
    pub has_boxes: bool,
    /// Where in the table stream the properties of characters and paragraphs are listed, and how long the lists are.
    pub characters: (usize, usize),
    pub paragraphs: (usize, usize),
    pub styles: (usize, usize),
    clx: (usize, usize),
}

/// A run of characters that stand together in the file.
#[derive(Debug)]
pub(super) struct Piece {
    /// Running numbers of its characters.
    pub from: usize,
    pub to: usize,
    /// Its place in the main stream.
    pub at: usize,
    /// A character takes one byte of Windows-1252, else two of UTF-16.
    pub narrow: bool,
    /// What was said of all of it when the document was saved in haste.
    pub said: Said,
}

impl Header {
    pub fn read(main: &[u8]) -> Result<Header, ReadFault> {
        if main.u16_at(0) != Some(MAGIC) {
            return Err(ReadFault::OtherOffice);
        }
        let version = main.u16_at(2).ok_or(ReadFault::Damaged)?;
        let flags = main.u16_at(10).ok_or(ReadFault::Damaged)?;
        if flags & (ENCRYPTED | OBFUSCATED) != 0 {
            return Err(ReadFault::Locked);
        }
        if version < WORD_97 {
            return Err(ReadFault::OldWord);
        }
        let pair = |at: usize| Some((main.place_at(at)?, main.place_at(at + 4)?));
        let counts = [76, 80, 84, 92, 96, 100, 104].map(|at| main.place_at(at).unwrap_or_default());
        let [text, .., boxes, _] = counts;
        let read = || {
            Some(Header {
                table_stream: if flags & SECOND_TABLE == 0 { "0Table" } else { "1Table" },
                text,
                has_boxes: boxes > 0,
                whole: counts.iter().try_fold(0_usize, |sum, count| sum.checked_add(*count))?,
                characters: pair(0x00fa)?,
                paragraphs: pair(0x0102)?,
                styles: pair(0x00a2)?,
                clx: pair(0x01a2)?,
            })
        };
        let header = read().ok_or(ReadFault::Damaged)?;
        // No character takes less than a byte.
        if header.text > main.len() { Err(ReadFault::Damaged) } else { Ok(header) }
    }

    /// The pieces in the order of the text.
    pub fn pieces(&self, main: &[u8], table: &[u8]) -> Result<Vec<Piece>, ReadFault> {
        let (plc, lists) = self.piece_table(table).ok_or(ReadFault::Damaged)?;
        let count = plc.len().checked_sub(4).ok_or(ReadFault::Damaged)? / 12;
        if count > MOST_PIECES {
            return Err(ReadFault::TooManyElements);
        }
        let mut pieces = Vec::with_capacity(count);
        let mut last = 0;
        for number in 0..count {
            let piece = piece(plc, &lists, count, number).ok_or(ReadFault::Damaged)?;
            let length = piece.to.checked_sub(piece.from).ok_or(ReadFault::Damaged)?;
            let bytes = if piece.narrow { Some(length) } else { length.checked_mul(2) };
            let is_there = bytes.is_some_and(|bytes| main.part(piece.at, bytes).is_some());
            if !is_there || piece.from < last {
                return Err(ReadFault::Damaged);
            }
            last = piece.to;
            pieces.push(piece);
        }
        Ok(pieces)
    }

    /// The list of pieces, and the lists of properties that stand before it.
    fn piece_table<'t>(&self, table: &'t [u8]) -> Option<(&'t [u8], Vec<&'t [u8]>)> {
        let clx = table.part(self.clx.0, self.clx.1)?;
        let (mut at, mut lists) = (0, Vec::new());
        loop {
            match clx.u8_at(at)? {
                1 => {
                    let list = clx.part(at + 3, usize::from(clx.u16_at(at + 1)?))?;
                    at += 3 + list.len();
                    lists.push(list);
                }
                2 => return Some((clx.part(at + 5, clx.place_at(at + 1)?)?, lists)),
                _ => return None,
            }
        }
    }
}

fn piece(plc: &[u8], lists: &[&[u8]], count: usize, number: usize) -> Option<Piece> {
    let entry = (count + 1) * 4 + number * 8;
    let place = plc.u32_at(entry + 2)?;
    let narrow = place & COMPRESSED != 0;
    let at = usize::try_from(place & (COMPRESSED - 1)).ok()?;
    Some(Piece {
        from: plc.place_at(number * 4)?,
        to: plc.place_at(number * 4 + 4)?,
        at: if narrow { at / 2 } else { at },
        narrow,
        said: said(plc.u16_at(entry + 6)?, lists),
    })
}

/// What is said of a piece: one property by its short number with its value, or a list of them.
fn said(short: u16, lists: &[&[u8]]) -> Said {
    if short & 1 == 1 {
        return lists.get(usize::from(short >> 1)).map(|list| Said::of(list)).unwrap_or_default();
    }
    let code = match short >> 1 & 0x7f {
        0x41 => 0x0800,
        0x4d => 0x2a0c,
        0x50 => 0x0811,
        0x57 => 0x0837,
        0x5c => 0x083c,
        0x62 => 0x2a42,
        0x68 => 0x2a48,
        0x73 => 0x2a53,
        _ => return Said::default(),
    };
    let [_, value] = short.to_le_bytes();
    let mut said = Said::default();
    said.take(code, &[value]);
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_says_one_property_or_a_list_of_them() {
        let look = |short: u16| said(short, &[&[0x3c, 8, 1], &[0x37, 8, 1]]).characters(None);
        assert!(
            look(0x57 << 1 | 1 << 8).struck && look(0x5c << 1 | 1 << 8).gone && look(0x62 << 1 | 8 << 8).lost
        );
        assert!(look(1).gone && look(3).struck);
        assert_eq!([look(0), look(5), look(0x55 << 1 | 1 << 8)], [Said::default().characters(None); 3]);
    }
}
