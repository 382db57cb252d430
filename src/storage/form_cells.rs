//! `form_cells`: what each place of a stored vector is, so that auditors can read in plain SQL.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::schema::form_cells;
use crate::domain::form::{self, Form};
use diesel::prelude::*;
use std::collections::BTreeMap;

#[derive(Insertable)]
#[diesel(table_name = form_cells)]
struct FormCellRow<'a> {
    form: &'a str,
    position: i32,
    section: &'a str,
    row_key: &'a str,
    column_key: &'a str,
    row_label: &'a str,
    column_label: &'a str,
    unit: &'a str,
    scale: i32,
}

impl FormCellRow<'_> {
    fn told(&self) -> String {
        format!(
            "{} {} {} {} {} {} {}",
            self.section,
            self.row_key,
            self.column_key,
            self.row_label,
            self.column_label,
            self.unit,
            self.scale
        )
    }
}

#[derive(Queryable)]
struct StoredCell {
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

/// The cells that are stored otherwise than their forms have them, are missing, or are in no form.
pub fn differing(connection: &mut AnyConnection) -> Result<Vec<(String, i32)>, StorageError> {
    let stored: Vec<StoredCell> = form_cells::table.load(connection)?;
    let mut found: BTreeMap<(String, i32), String> = stored
        .into_iter()
        .map(|cell| {
            let row = FormCellRow {
                form: &cell.form,
                position: cell.position,
                section: &cell.section,
                row_key: &cell.row_key,
                column_key: &cell.column_key,
                row_label: &cell.row_label,
                column_label: &cell.column_label,
                unit: &cell.unit,
                scale: cell.scale,
            };
            ((cell.form.clone(), cell.position), row.told())
        })
        .collect();
    let mut differing = Vec::new();
    for row in form::all().iter().flat_map(rows_of) {
        let key = (row.form.to_owned(), row.position);
        if found.remove(&key) != Some(row.told()) {
            differing.push(key);
        }
    }
    differing.extend(found.into_keys());
    Ok(differing)
}

fn rows_of(form: &Form) -> Vec<FormCellRow<'_>> {
    form.cells
        .iter()
        .map(|cell| FormCellRow {
            form: &form.id,
            position: i32::try_from(cell.index).unwrap_or(i32::MAX),
            section: &cell.section_key,
            row_key: &cell.row_key,
            column_key: &cell.column_key,
            row_label: &cell.row_label,
            column_label: &cell.column_label,
            unit: &cell.unit,
            scale: 10i32.pow(cell.precision.decimals()),
        })
        .collect()
}

/// Writes the cells of every form, where they differ from what is there.
pub fn write(connection: &mut AnyConnection) -> Result<(), StorageError> {
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
