//! What is said of paragraphs and characters, by their places in the main stream ([MS-DOC] 2.6, 2.9).

use super::Numbers;
use super::header::Header;
use super::look::{Said, shade};
use super::styles::Styles;
use super::table::RowShape;
use crate::documents::color::Paper;
use crate::documents::fault::ReadFault;
use std::ops::Range;

/// Most runs of either kind.
const MOST_RUNS: usize = 400_000;
const PAGE: usize = 512;

/// What a paragraph is; of which table and row its end is the mark.
#[derive(Debug, Clone, Default)]
pub(super) struct Paragraph {
    pub in_table: bool,
    /// How many tables it stands in; 0 where none is told.
    pub depth: usize,
    /// Its mark ends a row.
    pub ends_row: bool,
    /// Its mark, a usual one, ends a cell or a row of an inner table.
    pub ends_inner_cell: bool,
    pub ends_inner_row: bool,
    pub shape: Option<RowShape>,
    /// The number of its style.
    pub style: u16,
    /// What lies behind it, and behind the cells of the row that its mark ends.
    pub paper: Option<Option<Paper>>,
    pub cell_papers: Vec<Option<Paper>>,
    /// The list whose number stands before it.
    pub list: Option<u16>,
}

struct Runs<T>(Vec<(usize, usize, T)>);

pub(super) struct Properties {
    paragraphs: Runs<Paragraph>,
    characters: Runs<Said>,
    styles: Styles,
}

impl<T: Default + Clone> Runs<T> {
    /// Runs by their first byte; those that are said twice as they are said last.
    fn of(mut runs: Vec<(usize, usize, T)>) -> Runs<T> {
        runs.sort_by_key(|(from, ..)| *from);
        Runs(runs)
    }

    fn at(&self, place: usize) -> T {
        let behind = self.0.partition_point(|(from, ..)| *from <= place);
        let run = behind.checked_sub(1).and_then(|at| self.0.get(at));
        run.filter(|(_, to, _)| place < *to).map(|(.., said)| said.clone()).unwrap_or_default()
    }

    /// How far the same is said.
    fn around(&self, place: usize) -> Range<usize> {
        let behind = self.0.partition_point(|(from, ..)| *from <= place);
        let next = self.0.get(behind).map_or(usize::MAX, |(from, ..)| *from);
        match behind.checked_sub(1).and_then(|at| self.0.get(at)) {
            Some((from, to, _)) if place < *to => *from..(*to).min(next),
            Some((_, to, _)) => *to..next,
            None => 0..next,
        }
    }
}

impl Properties {
    pub fn read(header: &Header, main: &[u8], table: &[u8], data: &[u8]) -> Result<Properties, ReadFault> {
        let paragraphs = runs(header.paragraphs, PARAGRAPH, main, table, |page, at| {
            // A length in words, one byte less; or none, and the length in the next byte.
            let (from, length) = match page.u8_at(at)? {
                0 => (at + 2, usize::from(page.u8_at(at + 1)?) * 2),
                words => (at + 1, usize::from(words) * 2 - 1),
            };
            // Behind the number of the style.
            let said = page.part(from + 2, length.checked_sub(2)?)?;
            let mut paragraph = Paragraph { style: page.u16_at(from)?, ..Paragraph::default() };
            paragraph.take(said, data, 0);
            Some(paragraph)
        })?;
        let characters = runs(header.characters, CHARACTERS, main, table, |page, at| {
            Some(Said::of(page.part(at + 1, usize::from(page.u8_at(at)?))?))
        })?;
        let styles = Styles::read(table.part(header.styles.0, header.styles.1).unwrap_or_default());
        Ok(Properties { paragraphs: Runs::of(paragraphs), characters: Runs::of(characters), styles })
    }

    pub fn paragraph(&self, place: usize) -> Paragraph {
        let mut paragraph = self.paragraphs.at(place);
        self.styles.fill_in(&mut paragraph);
        paragraph
    }

    /// What is said of the characters at a place in a paragraph of a style, and how far around it the same.
    pub fn characters(&self, place: usize, style: u16) -> (Said, Range<usize>) {
        let own = self.characters.at(place);
        let by_name = own.style.map(|style| self.styles.characters(style)).unwrap_or_default();
        (own.over(by_name.over(self.styles.characters(style))), self.characters.around(place))
    }
}

/// How many bytes a page spends on where a run is described: a paragraph's has a height as well.
const CHARACTERS: usize = 1;
const PARAGRAPH: usize = 13;

/// All runs of one kind: a list of pages, on each page the places of its runs and what is said of them.
fn runs<T: Default>(
    (at, length): (usize, usize),
    entry: usize,
    main: &[u8],
    table: &[u8],
    read: impl Fn(&[u8], usize) -> Option<T>,
) -> Result<Vec<(usize, usize, T)>, ReadFault> {
    // Between the places of the runs and the offsets of what is said of them.
    let list = table.part(at, length).ok_or(ReadFault::Damaged)?;
    let count = list.len().checked_sub(4).ok_or(ReadFault::Damaged)? / 8;
    let mut runs = Vec::new();
    for number in 0..count {
        let page = list.place_at((count + 1) * 4 + number * 4).ok_or(ReadFault::Damaged)? & 0x3f_ffff;
        let page = main.part(page * PAGE, PAGE).ok_or(ReadFault::Damaged)?;
        let here = usize::from(page.u8_at(PAGE - 1).unwrap_or_default());
        for run in 0..here {
            let said = (here + 1) * 4 + run * entry;
            let (Some(from), Some(to), Some(offset)) =
                (page.place_at(run * 4), page.place_at(run * 4 + 4), page.u8_at(said))
            else {
                return Err(ReadFault::Damaged);
            };
            if runs.len() >= MOST_RUNS {
                return Err(ReadFault::TooManyElements);
            }
            let said = if offset == 0 { None } else { read(page, usize::from(offset) * 2) };
            runs.push((from, to, said.unwrap_or_default()));
        }
    }
    Ok(runs)
}

/// Goes through single properties: each with its code and its operand.
pub(super) fn each(said: &[u8], mut take: impl FnMut(u16, &[u8])) {
    const TABLE: u16 = 0xd608;
    const TABS: u16 = 0xc615;
    let mut at = 0;
    while let Some(code) = said.u16_at(at) {
        at += 2;
        let (from, length) = match code >> 13 {
            0 | 1 => (at, Some(1)),
            2 | 4 | 5 => (at, Some(2)),
            3 => (at, Some(4)),
            7 => (at, Some(3)),
            _ if code == TABLE => {
                (at + 2, said.u16_at(at).and_then(|length| usize::from(length).checked_sub(1)))
            }
            // Its own length does not hold the longest lists of stops; nothing behind it is needed.
            _ if code == TABS && said.u8_at(at) == Some(255) => return,
            _ => (at + 1, said.u8_at(at).map(usize::from)),
        };
        let Some(operand) = length.and_then(|length| said.part(from, length)) else { return };
        take(code, operand);
        at = from + operand.len();
    }
}

impl Paragraph {
    pub fn is_numbered(&self) -> bool {
        self.list.is_some_and(|list| list != 0)
    }

    pub fn take(&mut self, said: &[u8], data: &[u8], deep: usize) {
        let mut apart = Vec::new();
        each(said, |code, operand| {
            let on = operand.u8_at(0).is_some_and(|value| value != 0);
            match code {
                0x2416 => self.in_table = on,
                0x2417 => self.ends_row = on,
                0x6649 => self.depth = operand.place_at(0).unwrap_or_default(),
                0x244b => self.ends_inner_cell = on,
                0x244c => self.ends_inner_row = on,
                0xd608 => self.shape = RowShape::read(operand),
                0x460b => self.list = operand.u16_at(0),
                0xc64d | 0x442d => self.paper = Some(shade(operand)),
                // Of the first cells, of those behind them, of those behind these; what is longer says more.
                0xd609 if self.cell_papers.is_empty() => {
                    self.cell_papers = operand.chunks_exact(2).map(shade).collect();
                }
                0xd612 => self.take_papers(0, operand),
                0xd616 => self.take_papers(22, operand),
                0xd60c => self.take_papers(44, operand),
                // What is too long for its page stands in a stream of its own.
                0x6645 | 0x6646 | 0x646b => apart.extend(operand.place_at(0)),
                _ => {}
            }
        });
        for place in apart.into_iter().filter(|_| deep == 0) {
            let length = data.u16_at(place).map(usize::from);
            if let Some(said) = length.and_then(|length| data.part(place + 2, length)) {
                self.take(said, data, deep + 1);
            }
        }
    }

    fn take_papers(&mut self, from: usize, said: &[u8]) {
        let papers = said.chunks_exact(10).map(shade);
        self.cell_papers.resize(self.cell_papers.len().max(from), None);
        let behind = self.cell_papers.split_off(from.min(self.cell_papers.len()));
        self.cell_papers.extend(papers);
        let known = self.cell_papers.len().saturating_sub(from);
        self.cell_papers.extend(behind.into_iter().skip(known));
    }
}
