//! The list of all forms, built once from their data files.

use super::guide;
use super::source::{BlockSource, FormSource, IdentitySource, LineSource};
use super::{Cell, Column, Continuation, ContinuationSource, ForEach, Identity, Row, Section, Table};
use crate::domain::compiled_in;
use crate::domain::number::Precision;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A statutory form, ready to be walked over.
#[derive(Debug)]
pub struct Form {
    /// Its name: the first year it is for.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The document that prescribes it, with its number.
    pub document: String,
    /// The first year whose reports are written on it.
    pub from: i32,
    /// The last such year; `None`: it is in force.
    pub to: Option<i32>,
    /// In the order of the paper.
    pub sections: Vec<Section>,
    /// Every number it asks for, in the order of the paper; a report's vector has this order.
    pub cells: Vec<Cell>,
    /// Sums that must hold within a report.
    pub identities: Vec<Identity>,
    /// Cells that go on where last year's report ended.
    pub continuations: Vec<Continuation>,
    /// The data file it was made of.
    pub source: FormSource,
    /// For each cell, the identities that speak of it.
    identities_of: Vec<Vec<usize>>,
    by_name: HashMap<String, usize>,
}

/// A new form is one more line here and one more file.
#[cfg(not(test))]
const SOURCES: [&str; 2] = [include_str!("format-2019.json"), include_str!("format-2021.json")];
/// The library's own tests know a third one, which no statute prescribes.
#[cfg(test)]
const SOURCES: [&str; 3] = [
    include_str!("format-2019.json"),
    include_str!("format-2021.json"),
    include_str!("../../tests/format-2090.json"),
];

static FORMS: LazyLock<[Form; SOURCES.len()]> =
    LazyLock::new(|| SOURCES.map(|text| Form::build(compiled_in(text))));

/// All forms, oldest first.
pub fn all() -> &'static [Form] {
    &*FORMS
}

/// The form of this name.
pub fn by_id(id: &str) -> Option<&'static Form> {
    all().iter().find(|form| form.id == id)
}

/// The form prescribed for a report year; years before the first form use the first.
pub fn for_year(year: i32) -> &'static Form {
    let [first, later @ ..] = &*FORMS;
    later.iter().rev().find(|form| form.from <= year).unwrap_or(first)
}

impl Form {
    fn build(source: FormSource) -> Form {
        let mut cells = Vec::new();
        let sections = source
            .sections
            .iter()
            .enumerate()
            .map(|(at, section)| Section {
                key: section.key.clone(),
                ordinal: section.ordinal,
                title: section.title.clone(),
                aliases: section.aliases.clone(),
                table: section.table.as_ref().map(|table| {
                    let rows = table
                        .as_blocks()
                        .iter()
                        .flat_map(|block| build_rows(block, at, &section.key, &mut cells))
                        .collect();
                    Table { rows }
                }),
            })
            .collect();
        let mut form = Form {
            id: source.id.clone(),
            title: source.title.clone(),
            document: source.document.clone(),
            from: source.applies_to_years.from,
            to: source.applies_to_years.to,
            sections,
            by_name: cells.iter().map(|cell: &Cell| (cell.indicator(), cell.index)).collect(),
            identities: Vec::new(),
            continuations: Vec::new(),
            identities_of: vec![Vec::new(); cells.len()],
            cells,
            source,
        };
        form.source.guide = guide::entries().iter().filter(|entry| form.has(&entry.of)).cloned().collect();
        form.identities = form.source.identities.iter().flat_map(|identity| form.state(identity)).collect();
        form.continuations = form.source.continues.iter().flat_map(|one| form.continued(one)).collect();
        for (number, identity) in form.identities.iter().enumerate() {
            for cell in identity.cells() {
                if let Some(of_cell) = form.identities_of.get_mut(cell) {
                    of_cell.push(number);
                }
            }
        }
        form
    }

    /// States an identity once for each column (or row) of its section.
    fn state(&self, identity: &IdentitySource) -> Vec<Identity> {
        let section_key = identity.rule.split('.').next().unwrap_or_default();
        let Some(table) = self.section(section_key).and_then(|section| section.table.as_ref()) else {
            return Vec::new();
        };
        let for_each = if identity.for_each == "column" { ForEach::Column } else { ForEach::Row };
        let places: Vec<(String, String)> = match for_each {
            ForEach::Column => table
                .rows
                .first()
                .map(|row| {
                    row.columns.iter().map(|column| (column.key.clone(), column.label.clone())).collect()
                })
                .unwrap_or_default(),
            ForEach::Row => table.rows.iter().map(|row| (row.key.clone(), row.label.clone())).collect(),
        };
        let cells_of = |keys: &[String], place: &str| {
            keys.iter()
                .filter_map(|key| match for_each {
                    ForEach::Column => self.find(section_key, key, place),
                    ForEach::Row => self.find(section_key, place, key),
                })
                .collect()
        };
        places
            .into_iter()
            .map(|(place, place_label)| Identity {
                rule: identity.rule.clone(),
                for_each,
                sum: cells_of(&identity.sum, &place),
                equals: cells_of(&identity.equals, &place),
                place,
                place_label,
            })
            .collect()
    }

    /// States a continuation once for each column (or row) of its section that has it.
    fn continued(&self, source: &ContinuationSource) -> Vec<Continuation> {
        let by_column = source.for_each == "column";
        let of_section = self.cells.iter().filter(|cell| cell.section_key == source.section);
        let cells = of_section.filter(|cell| match by_column {
            true => cell.row_key == source.this,
            false => cell.column_key == source.this,
        });
        cells
            .map(|cell| {
                let beside = |key: &String| match by_column {
                    true => self.find(&source.section, key, &cell.column_key),
                    false => self.find(&source.section, &cell.row_key, key),
                };
                let (row, column) = match by_column {
                    true => (source.last.clone(), cell.column_key.clone()),
                    false => (cell.row_key.clone(), source.last.clone()),
                };
                Continuation {
                    rule: source.rule.clone(),
                    cell: cell.index,
                    last: (source.section.clone(), row, column),
                    plus: source.plus.iter().filter_map(beside).collect(),
                    minus: source.minus.iter().filter_map(beside).collect(),
                }
            })
            .collect()
    }

    /// Whether it has what an entry of the guide speaks of.
    fn has(&self, name: &str) -> bool {
        let mut parts = name.split('.');
        let (section, row, column) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        match row {
            None => self.section(section).is_some(),
            Some(row) => self.cells.iter().any(|cell| {
                cell.section_key == section
                    && (row == "*" || cell.row_key == row)
                    && column.is_none_or(|column| cell.column_key == column)
            }),
        }
    }

    /// The section of this name.
    pub fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// Place of a section among the form's sections.
    pub fn section_index(&self, key: &str) -> Option<usize> {
        self.sections.iter().position(|section| section.key == key)
    }

    /// Place of a cell in the vector of figures.
    pub fn find(&self, section: &str, row: &str, column: &str) -> Option<usize> {
        self.by_indicator(&format!("{section}.{row}.{column}"))
    }

    /// The cell whose indicator has this name (`section.row.column`).
    pub fn by_indicator(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Places, in [`Form::identities`], of the identities that speak of a cell.
    pub fn identities_of(&self, cell: usize) -> &[usize] {
        self.identities_of.get(cell).map(Vec::as_slice).unwrap_or_default()
    }
}

fn build_rows(block: &BlockSource, section: usize, section_key: &str, cells: &mut Vec<Cell>) -> Vec<Row> {
    block
        .rows
        .iter()
        .map(|row| Row {
            key: row.key.clone(),
            label: row.label.clone(),
            group: row.group.clone(),
            same_as: row.same_as.clone(),
            block: block.label.clone(),
            aliases: row.aliases.clone(),
            columns: block
                .columns
                .iter()
                .map(|column| {
                    let index = cells.len();
                    cells.push(build_cell(index, section, section_key, block, row, column));
                    Column {
                        key: column.key.clone(),
                        label: column.label.clone(),
                        group: column.group.clone(),
                        aliases: column.aliases.clone(),
                        cell: index,
                    }
                })
                .collect(),
        })
        .collect()
}

fn build_cell(
    index: usize,
    section: usize,
    section_key: &str,
    block: &BlockSource,
    row: &LineSource,
    column: &LineSource,
) -> Cell {
    Cell {
        index,
        section,
        section_key: section_key.to_owned(),
        row_key: row.key.clone(),
        column_key: column.key.clone(),
        row_label: row.label.clone(),
        column_label: column.label.clone(),
        unit: column.unit.clone().or_else(|| block.unit.clone()).unwrap_or_else(|| "件".to_owned()),
        precision: match column.decimals {
            Some(_) => Precision::Millionths,
            None if column.signed => Precision::Signed,
            None => Precision::Count,
        },
    }
}
