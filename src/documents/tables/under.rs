//! Values by the columns their labels stand over.

use super::token::Span;
use super::{Reader, RowState};
use crate::documents::value::CellText;

/// What stands in one column: the pieces, and whether each belongs to other columns too.
type Cells = Vec<(usize, bool)>;
/// What was read of one column, and from which piece; `None` for a column that the table lacks.
type Found = Option<(CellText, usize)>;

/// Fewest rows that must be whole before another one that ends too early is told from a blank.
const WHOLE_ROWS: usize = 5;

impl Reader<'_, '_> {
    /// What stands under each label among the cells of a row.
    ///
    /// `None` where the columns are not what they seem: a value stands under no label, or labels and values
    /// reach over different columns. A cell that reaches over several columns is nobody's and cannot be read;
    /// the others stand where they stand.
    pub(super) fn under(
        &self,
        labels: &[Option<Span>],
        cells: &[usize],
        is_another: &dyn Fn(&Span) -> bool,
    ) -> Option<Vec<Found>> {
        let mut found: Vec<Cells> = vec![Vec::new(); labels.len()];
        let mut own = Vec::new();
        for at in cells {
            let Some(token) = self.tokens.get(*at) else { continue };
            let span = token.span()?;
            let meets = |label: &Option<Span>| label.is_some_and(|label| label.meets(&span));
            let met = labels.iter().enumerate().filter(|(_, label)| meets(label)).map(|(at, _)| at);
            let met: Vec<usize> = met.collect();
            if token.naming.is_some() && !met.is_empty() {
                return None;
            }
            let another = is_another(&span);
            if met.is_empty() && token.is_value() && token.is_filled() && !another {
                return None;
            }
            if !met.is_empty() && !another {
                own.push(*at);
            }
            let shared = another || met.len() > 1;
            for label in met {
                found.get_mut(label)?.push((*at, shared));
            }
        }
        let clean = labels.iter().zip(&found).all(|(label, cells)| self.is_clean(*label, cells));
        if !clean && own.len() == labels.len() && labels.iter().all(Option::is_some) {
            return self.in_line(labels, &own);
        }
        let read = labels.iter().zip(found).map(|(label, cells)| match label {
            Some(label) => self.one_of(label, &cells, clean).map(Some),
            None => Some(None),
        });
        read.collect()
    }

    /// Whether a column has one value of its own.
    fn is_clean(&self, label: Option<Span>, cells: &Cells) -> bool {
        let filled = self.filled_of(cells);
        let same = label.is_some_and(|label| label.repeats) && self.are_same(&filled);
        filled.iter().all(|(_, shared)| !shared) && (filled.len() <= 1 || same)
    }

    fn filled_of(&self, cells: &Cells) -> Cells {
        let is_filled = |at: usize| self.tokens.get(at).is_some_and(|token| token.is_filled());
        cells.iter().copied().filter(|(at, _)| is_filled(*at)).collect()
    }

    fn are_same(&self, cells: &Cells) -> bool {
        let text = |cell: &(usize, bool)| self.tokens.get(cell.0).map(|token| token.text.as_ref());
        cells.windows(2).all(|pair| matches!(pair, [one, two] if text(one) == text(two)))
    }

    /// As many cells as labels, their edges drawn by hand: the first stands under the first.
    fn in_line(&self, labels: &[Option<Span>], cells: &[usize]) -> Option<Vec<Found>> {
        let placed = labels.iter().enumerate().filter_map(|(at, label)| Some(((*label)?.from, at)));
        let mut order: Vec<(usize, usize)> = placed.collect();
        order.sort_unstable();
        let mut found: Vec<Found> = vec![None; labels.len()];
        for ((_, label), cell) in order.into_iter().zip(cells) {
            *found.get_mut(label)? = Some((self.tokens.get(*cell)?.value.clone(), *cell));
        }
        Some(found)
    }

    /// The value of one column, of the cells that stand in it. Where the columns of a row are not all `clean`,
    /// a value counts only if it reaches over its label's columns and no others.
    fn one_of(&self, label: &Span, cells: &Cells, clean: bool) -> Option<(CellText, usize)> {
        let filled = self.filled_of(cells);
        let (first, _) = filled.first().or(cells.first()).copied()?;
        let token = self.tokens.get(first)?;
        let is_over = || token.span().is_some_and(|span| span.is_over(label));
        let value = match filled.as_slice() {
            [(_, false)] if !clean && !is_over() => return None,
            [] | [(_, false)] => token.value.clone(),
            [(_, false), ..] if clean => token.value.clone(),
            several => {
                let places: Vec<usize> = several.iter().map(|(at, _)| *at).collect();
                CellText::Unreadable(self.stood(&places))
            }
        };
        Some((value, first))
    }

    /// Where texts part their cells by marks alone, a row that lost a value is padded at its end like one whose
    /// last cell is blank. Of rows otherwise whole, the one that ends with what may be its sum is not believed, nor
    /// any where the others are padded too.
    pub(super) fn refuse_short_row(&mut self) {
        let states = || self.states.iter().enumerate().filter_map(|(at, state)| Some((at, state.as_ref()?)));
        let early: Vec<usize> = states().filter(|(_, state)| state.ends_early()).map(|(at, _)| at).collect();
        let whole = states().filter(|(_, state)| state.is_whole()).count();
        let [at] = early.as_slice() else { return };
        let Some(Some(RowState::Read(cells))) = self.states.get(*at) else { return };
        let tokens: Vec<usize> = cells.iter().map(|(_, _, token)| *token).collect();
        // Where merged cells are known as such, a blank cell is one.
        let is_padding = tokens.iter().filter_map(|token| self.tokens.get(*token)?.place);
        let is_padding = is_padding.into_iter().all(|place| !self.has_merged.contains(&place.table));
        if whole >= WHOLE_ROWS
            && whole + 1 == states().count()
            && is_padding
            && (may_end_with_sum(cells) || self.is_padded(cells.len()))
        {
            let state = self.not_told_apart(&tokens);
            if let Some(place) = self.states.get_mut(*at) {
                *place = Some(state);
            }
        }
    }

    /// Whether a row of so many values has all of them, and cells behind them.
    fn is_padded(&self, values: usize) -> bool {
        let last = |state: &RowState| match state {
            RowState::Read(cells) if cells.len() == values && state.is_whole() => {
                self.tokens.get(cells.last()?.2)?.place
            }
            _ => None,
        };
        values > 1
            && self.states.iter().flatten().filter_map(last).any(|place| place.column + 1 < place.width)
    }
}

fn may_end_with_sum(cells: &[(usize, CellText, usize)]) -> bool {
    let numbers: Vec<u64> = cells.iter().filter_map(|(_, text, _)| text.as_written().parse().ok()).collect();
    numbers.split_last().is_some_and(|(last, others)| {
        others.len() > 1 && *last >= others.iter().copied().fold(0, u64::saturating_add)
    })
}
