//! What properties do to characters ([MS-DOC] 2.6.1, 2.9.248): hidden, struck out, raised, lost in their paper.

use super::Numbers;
use super::properties::each;
use crate::documents::color::{Color, Paper, is_lost, is_too_small};

/// From how many half points on a text stands higher or lower than its line, and is not only evened out.
const RAISED_BY: i16 = 6;
/// Up to how many hundredths of its width a text is too narrow to be seen.
const TOO_NARROW: u16 = 10;

/// What is said of characters; nothing where `None`. Each value of a switch is as it is written: off, on, as the style
/// says, not as the style says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    /// The number of their style.
    pub style: Option<u16>,
    hidden: Option<u8>,
    hidden_on_web: Option<u8>,
    struck: Option<u8>,
    struck_twice: Option<u8>,
    taken_back: Option<bool>,
    raised: Option<bool>,
    position: Option<i16>,
    small: Option<bool>,
    narrow: Option<bool>,
    /// `None` inside: a colour that stands out by itself; no paper.
    ink: Option<Option<Color>>,
    paper: Option<Option<Paper>>,
    marked: Option<Option<Paper>>,
}

/// What characters are besides their text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Characters {
    /// Hidden, or taken back.
    pub gone: bool,
    pub struck: bool,
    pub raised: bool,
    /// How many half points above their line.
    pub position: i16,
    pub lost: bool,
}

impl Said {
    /// What single properties say.
    pub fn of(properties: &[u8]) -> Said {
        let mut said = Said::default();
        each(properties, |code, operand| said.take(code, operand));
        said
    }

    pub fn take(&mut self, code: u16, operand: &[u8]) {
        let byte = operand.u8_at(0);
        let short = operand.u16_at(0);
        let signed = short.map(|value| i16::from_le_bytes(value.to_le_bytes()));
        let paper = |color: u8| (color != 0).then(|| Paper::of(by_number(color)));
        match code {
            0x4a30 => self.style = short,
            0x083c => self.hidden = byte,
            0x0811 => self.hidden_on_web = byte,
            0x0800 => self.taken_back = byte.map(|value| value & 1 == 1),
            0x0837 => self.struck = byte,
            0x2a53 => self.struck_twice = byte,
            0x2a48 => self.raised = byte.map(|value| value != 0),
            0x4845 => self.position = signed,
            0x4a43 => self.small = short.map(|size| is_too_small(f64::from(size) / 2.0)),
            0x4852 => self.narrow = short.map(|width| (1..=TOO_NARROW).contains(&width)),
            0x2a42 => self.ink = byte.map(by_number),
            0x6870 => self.ink = Some(plain(operand)),
            0x2a0c => self.marked = byte.map(paper),
            0xca71 | 0x4866 => self.paper = Some(shade(operand)),
            _ => {}
        }
    }

    /// What holds where this stands over something else.
    pub fn over(self, under: Said) -> Said {
        Said {
            style: self.style.or(under.style),
            hidden: switch(self.hidden, under.hidden),
            hidden_on_web: switch(self.hidden_on_web, under.hidden_on_web),
            struck: switch(self.struck, under.struck),
            struck_twice: switch(self.struck_twice, under.struck_twice),
            taken_back: self.taken_back.or(under.taken_back),
            raised: self.raised.or(under.raised),
            position: self.position.or(under.position),
            small: self.small.or(under.small),
            narrow: self.narrow.or(under.narrow),
            ink: self.ink.or(under.ink),
            paper: self.paper.or(under.paper),
            marked: self.marked.or(under.marked),
        }
    }

    /// What characters are by all that is said of them, on the paper of their paragraph.
    pub fn characters(self, paper: Option<Paper>) -> Characters {
        let paper = self.marked.flatten().or(self.paper.flatten()).or(paper);
        let position = self.position.unwrap_or_default();
        let is_small = self.small == Some(true) || self.narrow == Some(true);
        Characters {
            gone: is_on(self.hidden) || is_on(self.hidden_on_web) || self.taken_back == Some(true),
            struck: is_on(self.struck) || is_on(self.struck_twice),
            raised: self.raised == Some(true) || position.unsigned_abs() >= RAISED_BY.unsigned_abs(),
            position,
            lost: is_small || is_lost(self.ink.flatten(), paper),
        }
    }
}

fn is_on(value: Option<u8>) -> bool {
    value.is_some_and(|value| value & 1 == 1)
}

fn switch(own: Option<u8>, under: Option<u8>) -> Option<u8> {
    match own {
        None | Some(0x80) => under,
        Some(0x81) => Some(u8::from(!is_on(under))),
        own => own,
    }
}

/// A colour by its parts; `None` for the one that stands out by itself.
fn plain(parts: &[u8]) -> Option<Color> {
    match parts {
        [red, green, blue, 0, ..] => Some(Color([*red, *green, *blue])),
        _ => None,
    }
}

/// One of the sixteen colours that have numbers.
fn by_number(number: u8) -> Option<Color> {
    const COLORS: [[u8; 3]; 16] = [
        [0, 0, 0],
        [0, 0, 255],
        [0, 255, 255],
        [0, 255, 0],
        [255, 0, 255],
        [255, 0, 0],
        [255, 255, 0],
        [255, 255, 255],
        [0, 0, 128],
        [0, 128, 128],
        [0, 128, 0],
        [128, 0, 128],
        [128, 0, 0],
        [128, 128, 0],
        [128, 128, 128],
        [192, 192, 192],
    ];
    COLORS.get(usize::from(number.checked_sub(1)?)).copied().map(Color)
}

/// What a shade lays behind: colours in front and behind and a pattern of both, in ten bytes or in two.
pub(super) fn shade(said: &[u8]) -> Option<Paper> {
    let (front, behind, pattern) = match said.u16_at(0)? {
        _ if said.len() >= 10 => (plain(said.get(..4)?), plain(said.get(4..8)?), said.u16_at(8)?),
        0xffff => return None,
        short => {
            let color = |by: u16| by_number(u8::try_from(short >> by & 0x1f).unwrap_or_default());
            (color(0), color(5), short >> 10)
        }
    };
    match pattern {
        0 => behind.map(Paper::Of),
        1 => Some(Paper::Of(front.unwrap_or(Color::BLACK))),
        0xffff => None,
        _ => Some(Paper::Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_say_what_is_seen_over_what_styles_say() {
        let of = |properties: &[u8], style: &[u8], paper| {
            Said::of(properties).over(Said::of(style)).characters(paper)
        };
        let usual = Characters::default();
        let (struck, white, dark) =
            ([0x37, 8, 1], [0x70, 0x68, 255, 255, 255, 0], Some(Paper::Of(Color::BLACK)));
        assert_eq!(of(&[], &struck, None), Characters { struck: true, ..usual });
        assert_eq!(of(&[0x37, 8, 0x81], &struck, None), usual);
        assert_eq!(of(&[0x37, 8, 0x80], &struck, None), Characters { struck: true, ..usual });
        assert_eq!(of(&[0x37, 8, 0x81], &[], None), Characters { struck: true, ..usual });
        assert_eq!(of(&white, &[], None), Characters { lost: true, ..usual });
        assert_eq!((of(&white, &[], dark), of(&[0x42, 0x2a, 8], &[], dark)), (usual, usual));
        // Black on black, in either way to say it; a colour that stands out by itself does so there too.
        let black = [0x42, 0x2a, 1, 0x66, 0x48, 1, 4];
        assert!(of(&black, &[], None).lost && !of(&black[3..], &[], None).lost);
        assert!(of(&[0x70, 0x68, 0, 0, 0, 0], &[], dark).lost);
        assert!(of(&[0x43, 0x4a, 2, 0], &[], None).lost && !of(&[0x43, 0x4a, 21, 0], &[], None).lost);
        assert_eq!(of(&[0x45, 0x48, 8, 0], &[], None), Characters { raised: true, position: 8, ..usual });
        assert_eq!(of(&[0x45, 0x48, 254, 255], &[], None), Characters { position: -2, ..usual });
    }

    #[test]
    fn a_shade_is_its_front_or_its_ground() {
        let long = |pattern: u8| [1, 2, 3, 0, 4, 5, 6, 0, pattern, 0];
        assert_eq!(shade(&long(0)), Some(Paper::Of(Color([4, 5, 6]))));
        assert_eq!(shade(&long(1)), Some(Paper::Of(Color([1, 2, 3]))));
        assert_eq!((shade(&long(9)), shade(&[0, 0, 0, 255, 0, 0, 0, 255, 0, 0])), (Some(Paper::Some), None));
        assert_eq!(
            (shade(&[255, 255]), shade(&[0, 1]), shade(&[])),
            (None, Some(Paper::Of(Color::WHITE)), None)
        );
    }
}
