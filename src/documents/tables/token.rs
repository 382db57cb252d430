//! The pieces of a table section, each with its possible readings and the columns it reaches over.

use super::{LONGEST_LABEL, is_prose};
use crate::documents::grid::{Cover, Piece, Place};
use crate::documents::label::{Labels, Naming, strip_artefacts};
use crate::documents::value::{self, CellText};
use std::borrow::Cow;
use std::collections::HashMap;

/// Most cells of a row that is looked at as a row; the widest of any form, laid sideways, has some thirty.
const WIDEST_ROW: usize = 128;

/// A piece with its possible readings; which one holds depends on its neighbours.
pub(super) struct Token<'p> {
    pub raw: &'p str,
    pub text: Cow<'p, str>,
    pub line: usize,
    /// The line it ends in: a label may be broken over several.
    pub until: usize,
    pub row: Option<usize>,
    pub place: Option<Place>,
    /// The last column it reaches over.
    pub to: usize,
    /// The last column before the next cell of its row that holds something.
    pub reach: usize,
    /// It was written out in every column it reaches over.
    pub repeats: bool,
    /// It is the only piece of its row, so that the row tells nothing.
    pub alone: bool,
    pub value: CellText,
    pub naming: Option<Naming>,
    /// A year over columns: it says whose the values below are, and is none itself.
    pub is_year: bool,
    pub used: bool,
}

/// Columns of one table that something reaches over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub table: usize,
    pub row: usize,
    pub width: usize,
    pub from: usize,
    pub to: usize,
    /// What stands there was written out in every column.
    pub repeats: bool,
}

impl Span {
    /// Whether both reach over the same columns.
    pub fn is_over(&self, other: &Span) -> bool {
        self.is_beside(other) && (self.from, self.to) == (other.from, other.to)
    }

    /// Whether two spans can be compared and share a column.
    pub fn meets(&self, other: &Span) -> bool {
        self.is_beside(other) && self.from <= other.to && other.from <= self.to
    }

    /// Whether both stand in rows of one table whose columns are the same.
    pub fn is_beside(&self, other: &Span) -> bool {
        self.table == other.table && self.width == other.width
    }
}

impl Token<'_> {
    pub fn is_value(&self) -> bool {
        self.naming.is_none() && !self.is_year && self.value.looks_like_value()
    }

    pub fn is_filled(&self) -> bool {
        !self.value.is_empty()
    }

    /// The row whose cells it stands among, `None` if it stands by itself.
    pub fn strand(&self) -> Option<usize> {
        if self.alone { None } else { self.row }
    }

    pub fn span(&self) -> Option<Span> {
        let Place { table, row, column, width } = self.place?;
        Some(Span { table, row, width, from: column, to: self.to, repeats: self.repeats })
    }

    /// Whether it may be the label of a column in words that nobody knows.
    pub fn may_be_label(&self, longest: usize) -> bool {
        let length = self.text.chars().count();
        self.naming.is_none() && !self.is_value() && !is_prose(&self.text) && (1..=longest).contains(&length)
    }
}

/// What the cells of a row are, taken together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RowFacts {
    /// Something in it reads as a value.
    pub valued: bool,
    /// Something in it names a row of the form.
    pub names_row: bool,
    /// Something in it names a column or a heading over columns.
    pub names_column: bool,
    /// Its first cell.
    pub first: usize,
}

pub(super) struct Tokens<'p> {
    pub tokens: Vec<Token<'p>>,
    pub rows: HashMap<usize, RowFacts>,
    /// What converters left behind, by line.
    pub artefacts: Vec<(usize, String)>,
}

/// Makes tokens of pieces. Covered positions make none: the cell that reaches over them says so itself. But a
/// value that reaches over rows is nobody's: each of its rows has it as something that cannot be read.
pub(super) fn tokens<'p>(pieces: &[Piece<'p>], labels: &Labels) -> Tokens<'p> {
    let mut maker = Maker { labels, tokens: Vec::new(), artefacts: Vec::new(), above: Above::default() };
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let Some(row) = piece.row else {
            at += maker.loose(pieces.get(at..).unwrap_or_default());
            continue;
        };
        let cells = pieces.get(at..).unwrap_or_default();
        let cells = cells
            .iter()
            .position(|cell| cell.row != Some(row))
            .and_then(|end| cells.get(..end))
            .unwrap_or(cells);
        maker.row(cells);
        at += cells.len();
    }
    let rows = facts(&maker.tokens);
    Tokens { tokens: maker.tokens, rows, artefacts: maker.artefacts }
}

fn facts(tokens: &[Token<'_>]) -> HashMap<usize, RowFacts> {
    let mut rows: HashMap<usize, RowFacts> = HashMap::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(row) = token.strand() else { continue };
        let facts = rows.entry(row).or_insert(RowFacts { first: at, ..RowFacts::default() });
        facts.valued |= token.is_value() && token.is_filled();
        if let Some(naming) = &token.naming {
            facts.names_row |= naming.row.is_some() && naming.column.is_none();
            facts.names_column |= naming.column.is_some() || naming.column_group.is_some() || naming.foreign;
        }
    }
    rows
}

/// The last cell of each column of the table that is being read.
#[derive(Default)]
struct Above {
    table: Option<usize>,
    columns: HashMap<usize, usize>,
    /// Whether the row above held a value.
    valued: bool,
}

struct Maker<'l, 'p> {
    labels: &'l Labels,
    tokens: Vec<Token<'p>>,
    artefacts: Vec<(usize, String)>,
    above: Above,
}

impl<'p> Maker<'_, 'p> {
    fn token(&mut self, piece: &Piece<'p>) -> Token<'p> {
        let (text, artefacts) = strip_artefacts(piece.text);
        self.artefacts.extend(artefacts.into_iter().map(|artefact| (piece.line, artefact)));
        let value = value::read(&text);
        let naming = match value {
            CellText::Unreadable(_) => self.labels.name(&text),
            _ => None,
        };
        let column = piece.place.map_or(0, |place| place.column);
        Token {
            raw: piece.text,
            text,
            line: piece.line,
            until: piece.line,
            row: piece.row,
            place: piece.place,
            to: column,
            reach: column,
            repeats: false,
            alone: piece.place.is_none_or(|place| place.width == 1),
            value,
            naming,
            is_year: false,
            used: false,
        }
    }

    /// A paragraph, its label put together where line ends broke it; tells how many pieces it was.
    fn loose(&mut self, pieces: &[Piece<'p>]) -> usize {
        let Some(first) = pieces.first() else { return 1 };
        let mut token = self.token(first);
        let mut taken = 1;
        if matches!(token.value, CellText::Unreadable(_)) {
            let following = pieces.iter().take_while(|piece| piece.row.is_none());
            let broken = self.labels.name_broken(following.map(|piece| piece.text));
            // A beginning that names something by itself is taken with its end if both name the same.
            let fits = |found: &Naming| {
                token.naming.as_ref().is_none_or(|own| {
                    (own.row.is_some() && own.row == found.row)
                        || (own.column.is_some() && own.column == found.column)
                })
            };
            if let Some((count, found)) = broken.filter(|(_, found)| fits(found)) {
                token.naming = Some(found);
                taken = count;
                token.until = pieces.get(count - 1).map_or(token.until, |last| last.line);
            }
        }
        self.tokens.push(token);
        taken
    }

    fn row(&mut self, cells: &[Piece<'p>]) {
        let place = cells.first().and_then(|cell| cell.place);
        let Some(place) = place.filter(|place| place.width <= WIDEST_ROW) else {
            // Nothing that wide is a row of a report: its cells tell nothing by their places.
            for cell in cells {
                let token = self.token(cell);
                self.tokens.push(Token { alone: true, row: None, place: None, ..token });
            }
            return;
        };
        if self.above.table != Some(place.table) {
            self.above = Above { table: Some(place.table), ..Above::default() };
        }
        let own = |cell: &&Piece<'_>| cell.cover.is_own() && !cell.text.is_empty();
        let valued = cells.iter().filter(own).any(|cell| value::read(cell.text).looks_like_value());
        let first = self.tokens.len();
        for cell in cells {
            match (cell.place, cell.cover) {
                (Some(at), Cover::Own) => self.own(cell, at, first),
                (Some(at), Cover::Beside) => self.beside(at.column, first),
                (Some(at), Cover::Above) => self.covered(cell, at, first, valued),
                (None, _) => {}
            }
        }
        self.mark_years(first);
        self.reach(first, place.width);
        self.above.valued = valued;
    }

    /// A cell; one that says again what its neighbour says is the same merged cell, written out.
    fn own(&mut self, cell: &Piece<'p>, at: Place, first: usize) {
        let token = self.token(cell);
        let is_label = token.naming.is_some();
        let last = self.tokens.len().checked_sub(1).filter(|last| *last >= first);
        let same = |known: Option<usize>| {
            let known = known.and_then(|known| self.tokens.get(known)).filter(|_| is_label)?;
            (known.text == token.text).then_some(known)
        };
        let beside = same(last).is_some_and(|known| known.to + 1 == at.column);
        match last.filter(|_| beside) {
            Some(last) => {
                self.extend(last, at.column);
                if let Some(token) = self.tokens.get_mut(last) {
                    token.repeats = true;
                }
            }
            None => {
                self.above.columns.insert(at.column, self.tokens.len());
                self.tokens.push(token);
            }
        }
    }

    fn beside(&mut self, column: usize, first: usize) {
        if let Some(last) = self.tokens.len().checked_sub(1).filter(|last| *last >= first) {
            self.extend(last, column);
        }
    }

    fn extend(&mut self, token: usize, column: usize) {
        if let Some(token) = self.tokens.get_mut(token) {
            token.to = token.to.max(column);
        }
        self.above.columns.insert(column, token);
    }

    /// A position under a merged cell: a value there is nobody's, a row's label is this row's too.
    fn covered(&mut self, cell: &Piece<'p>, at: Place, first: usize, valued: bool) {
        let Some(over) = self.above.columns.get(&at.column).copied() else { return };
        if over >= first {
            // It goes on beside a token that this row already has for the merged cell.
            return self.extend(over, at.column);
        }
        let Some(known) = self.tokens.get_mut(over) else { return };
        let is_figure = known.is_value();
        let is_row_again =
            valued && self.above.valued && known.naming.as_ref().is_some_and(|naming| naming.row.is_some());
        if is_figure && known.is_filled() {
            known.value = CellText::Unreadable(known.text.clone().into_owned());
        }
        if is_figure || is_row_again {
            let token = Token {
                raw: known.raw,
                text: known.text.clone(),
                value: known.value.clone(),
                naming: known.naming.clone(),
                line: cell.line,
                until: cell.line,
                row: cell.row,
                place: Some(at),
                to: at.column,
                reach: at.column,
                repeats: false,
                alone: known.alone,
                is_year: false,
                used: false,
            };
            self.above.columns.insert(at.column, self.tokens.len());
            self.tokens.push(token);
        }
    }

    /// Finds the years over columns: 2023 beside 2024, or beside the label of a column.
    fn mark_years(&mut self, first: usize) {
        let Some(row) = self.tokens.get_mut(first..) else { return };
        let names_column = |naming: &Naming| naming.column.is_some() || naming.column_group.is_some();
        if row.iter().filter_map(|token| token.naming.as_ref()).any(|naming| naming.row.is_some()) {
            return;
        }
        let is_figure = |token: &&mut Token<'_>| token.is_value() && token.is_filled();
        let mut figures: Vec<&str> = row
            .iter()
            .filter(|token| token.is_value() && token.is_filled())
            .map(|token| &*token.text)
            .collect();
        let all_years = figures.iter().all(|text| is_year(text));
        figures.sort_unstable();
        figures.dedup();
        let named = row.iter().filter_map(|token| token.naming.as_ref()).any(names_column);
        if all_years && figures.len() >= if named { 1 } else { 2 } {
            for token in row.iter_mut().filter(is_figure) {
                token.is_year = true;
            }
        }
    }

    /// How far each cell of a row reaches before the next that holds something.
    fn reach(&mut self, first: usize, width: usize) {
        let mut next = width;
        for token in self.tokens.iter_mut().skip(first).rev() {
            token.reach = token.to.max(next.saturating_sub(1));
            if token.is_filled() {
                next = token.place.map_or(next, |place| place.column);
            }
        }
    }
}

fn is_year(text: &str) -> bool {
    text.trim().parse::<u16>().is_ok_and(|year| (1990..=2100).contains(&year))
}

/// Whether a token that stands by itself may be a head's label of unknown wording.
pub(super) fn is_short(token: &Token<'_>) -> bool {
    token.may_be_label(LONGEST_LABEL)
}
