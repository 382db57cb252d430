//! How a table section is printed: its heads, groups and cells with what they span, walked out of the form.
//!
//! Every writer draws this; none has rows or columns of its own.

use crate::domain::form::{Row, Section, Table};
use crate::domain::report::ReportDocument;

/// One printed table, row by row; a position that a merged cell covers holds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLayout {
    /// From the top, the rows of the head first.
    pub rows: Vec<Vec<LaidCell>>,
}

/// One printed cell, where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaidCell {
    /// What is written in it.
    pub text: String,
    /// How many columns it covers.
    pub colspan: usize,
    /// How many rows it covers.
    pub rowspan: usize,
    /// It names rows or columns.
    pub header: bool,
    /// The cell of the form whose figure it holds.
    pub cell: Option<usize>,
}

fn head(text: impl Into<String>, colspan: usize, rowspan: usize) -> LaidCell {
    LaidCell { text: text.into(), colspan, rowspan, header: true, cell: None }
}

/// The caption over the rows of Table III, as the form prints it.
const BALANCE: &str = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）";
/// The head over the columns of Table III.
const APPLICANTS: &str = "申请人情况";
/// The head over the rows of Table II.
const CONTENT: &str = "信息内容";

/// The table of a section with its figures; `None` for a narrative.
pub fn layout(document: &ReportDocument, section: usize) -> Option<TableLayout> {
    let form = document.content.form();
    let section = form.sections.get(section)?;
    let figures = &document.content.figures;
    let text = |cell: usize| {
        let precision = form.cells.get(cell).map(|cell| cell.precision);
        figures.get(cell).zip(precision).map(|(value, precision)| precision.format(value)).unwrap_or_default()
    };
    lay_out(section, &text)
}

fn lay_out(section: &Section, text: &dyn Fn(usize) -> String) -> Option<TableLayout> {
    let table = section.table.as_ref()?;
    let value = |cell: usize, colspan: usize| LaidCell {
        text: text(cell),
        colspan,
        rowspan: 1,
        header: false,
        cell: Some(cell),
    };
    let columns = table.rows.first().map_or(0, |row| row.columns.len());
    let rows = if table.rows.iter().any(|row| !row.block.is_empty()) {
        in_blocks(table, &value)
    } else if table.rows.len() < columns {
        in_one_row(table, &value)
    } else {
        in_groups(table, &value)
    };
    Some(TableLayout { rows })
}

/// Table II: a heading and a head of its own for each block.
fn in_blocks(table: &Table, value: &dyn Fn(usize, usize) -> LaidCell) -> Vec<Vec<LaidCell>> {
    let widest = table.rows.iter().map(|row| row.columns.len()).max().unwrap_or(1);
    // The last column of a narrower block takes what is left.
    let span = |at: usize, columns: usize| if at + 1 == columns { widest + 1 - columns } else { 1 };
    let mut rows = Vec::new();
    let mut block = None;
    for row in &table.rows {
        if block != Some(&row.block) {
            block = Some(&row.block);
            rows.push(vec![head(row.block.clone(), widest + 1, 1)]);
            let labels = row.columns.iter().enumerate();
            let labels =
                labels.map(|(at, column)| head(column.label.clone(), span(at, row.columns.len()), 1));
            rows.push(std::iter::once(head(CONTENT, 1, 1)).chain(labels).collect());
        }
        let values = row.columns.iter().enumerate();
        let values = values.map(|(at, column)| value(column.cell, span(at, row.columns.len())));
        rows.push(std::iter::once(head(row.label.clone(), 1, 1)).chain(values).collect());
    }
    rows
}

fn groups_of(row: &Row) -> Vec<&str> {
    row.group.as_deref().map(|group| group.split('/').collect()).unwrap_or_default()
}

/// Cells that run over neighbours of the same name, each with how many it covers.
fn runs<'t>(names: impl Iterator<Item = Option<&'t str>>) -> Vec<(Option<&'t str>, usize)> {
    let mut runs: Vec<(Option<&str>, usize)> = Vec::new();
    for name in names {
        match runs.last_mut() {
            Some((last, count)) if name.is_some() && *last == name => *count += 1,
            _ => runs.push((name, 1)),
        }
    }
    runs
}

/// Table III: groups beside the rows, groups over the columns.
fn in_groups(table: &Table, value: &dyn Fn(usize, usize) -> LaidCell) -> Vec<Vec<LaidCell>> {
    let depth = table.rows.iter().map(|row| groups_of(row).len()).max().unwrap_or(0) + 1;
    let Some(first) = table.rows.first() else { return Vec::new() };
    let mut rows = vec![vec![head(BALANCE, depth, 3), head(APPLICANTS, first.columns.len(), 1)]];
    let over = runs(first.columns.iter().map(|column| column.group.as_deref()));
    let mut columns = first.columns.iter();
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for (group, count) in over {
        let labels: Vec<String> = columns.by_ref().take(count).map(|column| column.label.clone()).collect();
        match group {
            Some(group) => {
                upper.push(head(group, count, 1));
                lower.extend(labels.into_iter().map(|label| head(label, 1, 1)));
            }
            None => upper.extend(labels.into_iter().map(|label| head(label, 1, 2))),
        }
    }
    rows.extend([upper, lower]);
    for (at, row) in table.rows.iter().enumerate() {
        let groups = groups_of(row);
        let before =
            at.checked_sub(1).and_then(|above| table.rows.get(above)).map(groups_of).unwrap_or_default();
        let mut cells = Vec::new();
        for level in 0..groups.len() {
            let path = groups.get(..=level).unwrap_or_default();
            if before.get(..=level) != Some(path) {
                let below = table.rows.iter().skip(at);
                let tall = below.take_while(|row| groups_of(row).get(..=level) == Some(path)).count();
                cells.push(head(groups.get(level).copied().unwrap_or_default(), 1, tall));
            }
        }
        cells.push(head(row.label.clone(), depth - groups.len(), 1));
        cells.extend(row.columns.iter().map(|column| value(column.cell, 1)));
        rows.push(cells);
    }
    rows
}

/// Table IV: all rows side by side in one.
fn in_one_row(table: &Table, value: &dyn Fn(usize, usize) -> LaidCell) -> Vec<Vec<LaidCell>> {
    let (mut top, mut middle, mut labels, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut rows = table.rows.iter();
    for (group, count) in runs(table.rows.iter().map(|row| row.group.as_deref())) {
        let under: Vec<&Row> = rows.by_ref().take(count).collect();
        let wide = under.iter().map(|row| row.columns.len()).sum();
        match group {
            Some(group) => {
                top.push(head(group, wide, 1));
                middle.extend(under.iter().map(|row| head(row.label.clone(), row.columns.len(), 1)));
            }
            None => top.extend(under.iter().map(|row| head(row.label.clone(), row.columns.len(), 2))),
        }
        for column in under.iter().flat_map(|row| &row.columns) {
            labels.push(head(column.label.clone(), 1, 1));
            values.push(value(column.cell, 1));
        }
    }
    vec![top, middle, labels, values]
}

impl TableLayout {
    /// How many columns the widest row has.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|row| row.iter().map(|cell| cell.colspan).sum()).max().unwrap_or(0)
    }

    /// Every position of the grid: the cell that begins there, or none where one covers it.
    pub fn positions(&self) -> Vec<Vec<Option<&LaidCell>>> {
        let width = self.width();
        let mut covered = vec![0_usize; width];
        let mut grid = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let mut cells = row.iter();
            let mut line: Vec<Option<&LaidCell>> = Vec::with_capacity(width);
            while line.len() < width {
                if let Some(left) = covered.get_mut(line.len()).filter(|left| **left > 0) {
                    *left -= 1;
                    line.push(None);
                    continue;
                }
                let Some(cell) = cells.next() else {
                    line.push(None);
                    continue;
                };
                for at in 0..cell.colspan {
                    if let Some(left) = covered.get_mut(line.len()) {
                        *left = cell.rowspan - 1;
                    }
                    line.push((at == 0).then_some(cell));
                }
            }
            line.truncate(width);
            grid.push(line);
        }
        grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::all;

    #[test]
    fn every_cell_of_every_form_stands_in_its_table_once_and_every_row_is_full() {
        for form in all() {
            let mut found = Vec::new();
            for section in &form.sections {
                let Some(table) = lay_out(section, &|cell| cell.to_string()) else { continue };
                for line in table.positions() {
                    assert_eq!(line.len(), table.width());
                    found.extend(line.into_iter().flatten().filter_map(|cell| cell.cell));
                }
                let starts: usize = table.rows.iter().flatten().map(|cell| cell.colspan * cell.rowspan).sum();
                assert_eq!(starts, table.width() * table.rows.len(), "{}: no hole, no overlap", section.key);
            }
            found.sort_unstable();
            assert_eq!(found, (0..form.cells.len()).collect::<Vec<_>>(), "{}", form.id);
        }
    }
}
