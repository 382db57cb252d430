//! Sections, tables, rows, columns and cells of a form.

use crate::domain::number::Precision;

/// One of the numbers of a form; its place in [`super::Form::cells`] is frozen for ever.
#[derive(Debug)]
pub struct Cell {
    /// Place in the vector of figures.
    pub index: usize,
    /// Place of the section in [`super::Form::sections`].
    pub section: usize,
    pub section_key: String,
    pub row_key: String,
    pub column_key: String,
    pub row_label: String,
    pub column_label: String,
    /// 件, 项 or 万元.
    pub unit: String,
    pub precision: Precision,
}

impl Cell {
    /// JSON pointer into a report document.
    pub fn pointer(&self) -> String {
        format!("/sections/{}/table/{}/{}", self.section_key, self.row_key, self.column_key)
    }

    /// By its row and its column, as people read it.
    pub fn name(&self) -> String {
        format!("{} × {}", self.row_label, self.column_label)
    }

    /// The cell's name as a statistical indicator, `requests.new_requests.total`.
    pub fn indicator(&self) -> String {
        format!("{}.{}.{}", self.section_key, self.row_key, self.column_key)
    }
}

/// One of a form's six sections.
#[derive(Debug)]
pub struct Section {
    /// Its name in JSON.
    pub key: String,
    /// Its number, from 1.
    pub ordinal: u8,
    /// Its heading as the form prints it, without the number.
    pub title: String,
    /// Headings that mean it as well.
    pub aliases: Vec<String>,
    /// `None` for a narrative.
    pub table: Option<Table>,
}

/// A statutory table. Its blocks (表二 has four) are flattened: each row knows its own columns.
#[derive(Debug)]
pub struct Table {
    pub rows: Vec<Row>,
}

#[derive(Debug)]
pub struct Row {
    pub key: String,
    pub label: String,
    /// The headings above the row, outermost first, parted by `/`.
    pub group: Option<String>,
    /// The row of the form before under which it was counted.
    pub same_as: Option<String>,
    /// The heading of the block the row stands in (第二十条第（一）项), empty where there is none.
    pub block: String,
    pub aliases: Vec<String>,
    pub columns: Vec<Column>,
}

#[derive(Debug)]
pub struct Column {
    pub key: String,
    pub label: String,
    pub group: Option<String>,
    pub aliases: Vec<String>,
    /// Place of the cell in the vector of figures.
    pub cell: usize,
}

impl Section {
    /// 表一, 表二, 表三 are counted over the tables alone; this is the section's own numeral.
    pub fn numeral(&self) -> &'static str {
        match self.ordinal {
            1 => "一",
            2 => "二",
            3 => "三",
            4 => "四",
            5 => "五",
            6 => "六",
            7 => "七",
            8 => "八",
            9 => "九",
            _ => "十",
        }
    }
}
