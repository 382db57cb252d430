//! `form_cells`: what each place of a stored vector is, so that auditors can read in plain SQL.

use super::connection::AnyConnection;
use super::schema::form_cells;
use crate::domain::form;
use diesel::prelude::*;

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

/// Writes the cells of every form; what is there already is written anew.
pub fn write(connection: &mut AnyConnection) -> QueryResult<()> {
    for form in form::all() {
        let rows: Vec<FormCellRow<'_>> = form
            .cells
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
            .collect();
        on_each!(connection, |c| c.transaction(|c| {
            diesel::delete(form_cells::table.filter(form_cells::form.eq(&form.id))).execute(c)?;
            diesel::insert_into(form_cells::table).values(&rows).execute(c)
        }))?;
    }
    Ok(())
}
