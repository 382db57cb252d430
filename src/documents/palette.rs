//! The colours that a workbook's cells name by a number: of its palette, or of its theme.

use super::color::Color;
use std::collections::HashMap;

/// The first colour of the palette that a workbook may change; the eight before it are the first of it again.
const FIRST: u16 = 8;
/// The palette as long as nobody changed it.
const PLAIN: [u32; 56] = [
    0x00_0000, 0xff_ffff, 0xff_0000, 0x00_ff00, 0x00_00ff, 0xff_ff00, 0xff_00ff, 0x00_ffff, 0x80_0000,
    0x00_8000, 0x00_0080, 0x80_8000, 0x80_0080, 0x00_8080, 0xc0_c0c0, 0x80_8080, 0x99_99ff, 0x99_3366,
    0xff_ffcc, 0xcc_ffff, 0x66_0066, 0xff_8080, 0x00_66cc, 0xcc_ccff, 0x00_0080, 0xff_00ff, 0xff_ff00,
    0x00_ffff, 0x80_0080, 0x80_0000, 0x00_8080, 0x00_00ff, 0x00_ccff, 0xcc_ffff, 0xcc_ffcc, 0xff_ff99,
    0x99_ccff, 0xff_99cc, 0xcc_99ff, 0xff_cc99, 0x33_66ff, 0x33_cccc, 0x99_cc00, 0xff_cc00, 0xff_9900,
    0xff_6600, 0x66_6699, 0x96_9696, 0x00_3366, 0x33_9966, 0x00_3300, 0x33_3300, 0x99_3300, 0x99_3366,
    0x33_3399, 0x33_3333,
];

/// The colours of a workbook.
#[derive(Debug, Default)]
pub(super) struct Palette {
    changed: HashMap<u16, Color>,
    theme: HashMap<u16, Color>,
}

impl Palette {
    /// Takes in what another colour stands for, by its number in the whole palette.
    pub fn change(&mut self, index: u16, color: Color) {
        if index < 64 {
            self.changed.insert(index, color);
        }
    }

    /// Takes in a colour of the theme by its name in the theme's part.
    pub fn theme(&mut self, name: &str, color: Color) {
        // Cells count light before dark.
        const NAMES: [&str; 12] = [
            "lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6",
            "hlink", "folHlink",
        ];
        let numbered = (0..).zip(NAMES).find(|(_, known)| *known == name);
        self.theme.extend(numbered.map(|(number, _)| (number, color)));
    }

    /// A colour by its number; those of the window and its text are never changed.
    pub fn indexed(&self, index: u16) -> Option<Color> {
        match index {
            64 => Some(Color::BLACK),
            65 => Some(Color::WHITE),
            _ => self.changed.get(&index).copied().or_else(|| {
                let place = if index < FIRST { index } else { index - FIRST };
                let [_, red, green, blue] = PLAIN.get(usize::from(place))?.to_be_bytes();
                Some(Color([red, green, blue]))
            }),
        }
    }

    /// A colour of the theme; its first are white and black where none is told.
    pub fn themed(&self, number: u16) -> Option<Color> {
        self.theme.get(&number).copied().or(match number {
            0 => Some(Color::WHITE),
            1 => Some(Color::BLACK),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_as_it_was_until_it_is_changed() {
        let mut palette = Palette::default();
        assert_eq!([1, 9, 65].map(|index| palette.indexed(index)), [Some(Color::WHITE); 3]);
        assert_eq!(palette.indexed(22), Some(Color([0xc0; 3])));
        assert_eq!(palette.indexed(0x7fff), None);
        palette.change(9, Color::BLACK);
        palette.theme("lt1", Color::BLACK);
        assert_eq!((palette.indexed(9), palette.themed(0)), (Some(Color::BLACK), Some(Color::BLACK)));
        assert_eq!((palette.themed(1), palette.themed(4)), (Some(Color::BLACK), None));
    }
}
