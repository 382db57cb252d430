//! `form_cells`: what each place of a stored vector is, so that auditors can read in plain SQL.

use super::schema::form_cells;
use super::{AnyConnection, Stored};
use crate::domain::form::{self, Form};
use diesel::prelude::*;
use std::collections::BTreeMap;

#[derive(Insertable, Queryable, PartialEq)]
#[diesel(table_name = form_cells, treat_none_as_default_value = false)]
struct FormCellRow {
    form: String,
    position: i32,
    section: String,
    row_key: String,
    column_key: String,
    row_label: String,
    column_label: String,
    unit: String,
    scale: i32,
}

impl FormCellRow {
    fn key(&self) -> (String, i32) {
        (self.form.clone(), self.position)
    }
}

/// The cells that are stored otherwise than their forms have them, are missing, or are in no form.
pub fn differing(connection: &mut AnyConnection) -> Stored<Vec<(String, i32)>> {
    let stored: Vec<FormCellRow> = form_cells::table.load(connection)?;
    let mut found: BTreeMap<(String, i32), FormCellRow> =
        stored.into_iter().map(|cell| (cell.key(), cell)).collect();
    let rows = form::all().iter().flat_map(rows_of);
    let mut differing: Vec<(String, i32)> =
        rows.filter(|row| found.remove(&row.key()).as_ref() != Some(row)).map(|row| row.key()).collect();
    differing.extend(found.into_keys());
    Ok(differing)
}

fn rows_of(form: &Form) -> Vec<FormCellRow> {
    let row = |cell: &form::Cell| FormCellRow {
        form: form.id.clone(),
        position: i32::try_from(cell.index).unwrap_or(i32::MAX),
        section: cell.section_key.clone(),
        row_key: cell.row_key.clone(),
        column_key: cell.column_key.clone(),
        row_label: cell.row_label.clone(),
        column_label: cell.column_label.clone(),
        unit: cell.unit.clone(),
        scale: 10i32.pow(cell.precision.decimals()),
    };
    form.cells.iter().map(row).collect()
}

/// Writes the cells of every form, where they differ from what is there.
pub fn write(connection: &mut AnyConnection) -> Stored<()> {
    if differing(connection)?.is_empty() {
        return Ok(());
    }
    for form in form::all() {
        let rows = rows_of(form);
        on_each!(connection, |c| c.transaction(|c| {
            diesel::delete(form_cells::table.filter(form_cells::form.eq(&form.id))).execute(c)?;
            diesel::insert_into(form_cells::table).values(&rows).execute(c)
        }))?;
    }
    Ok(())
}
