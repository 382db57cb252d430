//! Text as it flows through marks, white space and breaks.

use crate::documents::value::UNCLEAR;

/// What stands between two characters of a text; the widest that was met counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    #[default]
    None,
    /// The edge of a box that stands beside its neighbours as a word does.
    Box,
    Space,
    /// More than one space that was asked for.
    Wide,
    Break,
    /// The edge of a cell: what it parts is never one word.
    Edge,
}

/// A text that grows, its white space collapsed.
#[derive(Default)]
pub(super) struct Flow {
    pub text: String,
    gap: Gap,
    /// The last space was one that does not collapse.
    is_hard: bool,
    in_cell: bool,
    /// What is pushed stands apart from what stands beside it, and what was pushed last did.
    pub is_apart: bool,
    was_apart: bool,
}

impl Flow {
    pub fn of_cell() -> Flow {
        Flow { in_cell: true, ..Flow::default() }
    }

    pub fn push(&mut self, text: &str) {
        for c in text.chars() {
            if c == '\u{a0}' && self.gap == Gap::Space && self.is_hard {
                self.widen(Gap::Wide);
            } else if c.is_ascii_whitespace() || c == '\u{a0}' {
                self.is_hard = c == '\u{a0}';
                self.widen(Gap::Space);
            } else {
                self.close_gap(c);
                self.text.push(c);
                self.was_apart = self.is_apart;
            }
        }
    }

    pub fn widen(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// In a cell a break splits a label (商业/企业) and goes; between figures it stays, or two became one.
    fn close_gap(&mut self, next: char) {
        let gap = std::mem::take(&mut self.gap);
        let Some(last) = self.text.chars().next_back() else { return };
        let figures = last.is_numeric() && next.is_numeric();
        match gap {
            Gap::None | Gap::Box => {
                if figures && (gap == Gap::Box || self.is_apart != self.was_apart) {
                    self.text.push_str(UNCLEAR);
                }
            }
            Gap::Wide if figures && self.in_cell => self.text.push('\t'),
            Gap::Space | Gap::Wide => self.text.push(' '),
            Gap::Break if self.in_cell && !is_of_value(last) && !is_of_value(next) => {}
            Gap::Break | Gap::Edge => self.text.push('\n'),
        }
    }
}

fn is_of_value(c: char) -> bool {
    c.is_numeric() || matches!(c, '+' | '-' | '.' | ',' | '%' | '/' | '—' | '－' | '．' | '／' | '＋' | '％')
}
