//! What a reader tells from what lies behind it: a text with the colour of its paper is not seen.

use super::value::UNCLEAR;
use crate::domain::wording::is_han;

/// How far two colours may differ in each of their three parts and still look alike.
const ALIKE: u8 = 24;
/// Up to how many points nobody sees a text.
const SMALLEST: f64 = 2.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub [u8; 3]);

impl Color {
    pub const BLACK: Color = Color([0; 3]);
    pub const WHITE: Color = Color([255; 3]);
    /// One that nobody worked out: it stands out from both.
    pub const OTHER: Color = Color([200, 0, 0]);

    /// `FFFFFF`, `#fff`, `FFFFFFFF` with how opaque it is before the rest, `black`, `white`.
    pub fn of(text: &str) -> Option<Color> {
        match text.trim().to_ascii_lowercase().as_str() {
            "white" => Some(Color::WHITE),
            "black" => Some(Color::BLACK),
            hex => {
                let hex = hex.strip_prefix('#').unwrap_or(hex);
                let number = u32::from_str_radix(hex, 16).ok()?;
                let [_, red, green, blue] = number.to_be_bytes();
                match hex.len() {
                    6 | 8 => Some(Color([red, green, blue])),
                    3 => Some(Color([8, 4, 0].map(|by| u8::try_from(number >> by & 15).unwrap_or(0) * 17))),
                    _ => None,
                }
            }
        }
    }

    /// Nearer to white by a part of the way, or to black where that is negative.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between two parts of a color"
    )]
    pub fn tinted(self, by: f64) -> Color {
        let toward = if by < 0.0 { 0.0 } else { 255.0 };
        Color(self.0.map(|part| {
            let part = f64::from(part);
            (part + (toward - part) * by.abs().min(1.0)).round() as u8
        }))
    }

    /// Whether it is the colour of paper.
    pub fn is_white(self) -> bool {
        self.0.iter().all(|part| *part >= 250)
    }

    fn is_like(self, other: Color) -> bool {
        self.0.iter().zip(other.0).all(|(one, other)| one.abs_diff(other) <= ALIKE)
    }
}

/// What lies behind a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    Of(Color),
    /// A pattern, a picture, a colour nobody worked out.
    Some,
}

impl Paper {
    pub fn of(color: Option<Color>) -> Paper {
        color.map_or(Paper::Some, Paper::Of)
    }
}

/// Whether a text of this colour is lost in what lies behind it. What is not said is black on white.
pub(super) fn is_lost(ink: Option<Color>, paper: Option<Paper>) -> bool {
    match (ink, paper.unwrap_or(Paper::Of(Color::WHITE))) {
        (Some(ink), Paper::Of(paper)) => ink.is_like(paper),
        // A text of which no colour is said has one that stands out.
        (None, _) | (_, Paper::Some) => false,
    }
}

/// Whether a text is too small to be seen, by its size in points.
pub(super) fn is_too_small(points: f64) -> bool {
    points <= SMALLEST
}

/// What goes before a text that nobody sees: where there are figures in it, none is made of them.
pub(super) fn unseen(text: &str) -> &'static str {
    let is_figure = text.contains(|c: char| c.is_ascii_digit()) && !text.contains(is_han);
    if is_figure { UNCLEAR } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read_as_they_are_written() {
        for white in ["FFFFFF", "ffffffff", "#fff", "White", "#FFFFFF"] {
            assert_eq!(Color::of(white), Some(Color::WHITE), "{white}");
        }
        assert_eq!(Color::of("#1a2"), Some(Color([0x11, 0xaa, 0x22])));
        assert_eq!(["auto", "", "#12", "red"].map(Color::of), [None; 4]);
        assert_eq!(Color::WHITE.tinted(-0.05), Color([242; 3]));
        assert_eq!(Color::BLACK.tinted(0.5), Color([128; 3]));
    }

    #[test]
    fn a_text_is_lost_in_paper_of_its_color_and_in_nothing_else() {
        let paper = |text| Some(Paper::of(Color::of(text)));
        assert!(is_lost(Color::of("FFFFFF"), None) && is_lost(Color::of("F2F2F2"), None));
        assert!(
            is_lost(Color::of("000000"), paper("000000")) && is_lost(Color::of("111111"), paper("000000"))
        );
        assert!(!is_lost(Color::of("FFFFFF"), paper("4472C4")) && !is_lost(Color::of("FFFF00"), None));
        assert!(!is_lost(Color::of("D0D0D0"), None) && !is_lost(None, paper("000000")));
        assert!(!is_lost(Color::of("FFFFFF"), Some(Paper::Some)));
    }
}
