//! A report as a workbook, one sheet to a section: labels locked, totals as formulas; and one to fill in.

use crate::documents::layout::{LaidCell, layout};
use crate::documents::particulars::lines as particulars;
use crate::documents::printed::{heading, paragraphs, sections, signature, title};
use crate::domain::figures::Figures;
use crate::domain::form::{Form, Identity, guide};
use crate::domain::number::Precision;
use crate::domain::report::{Content, ReportDocument};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Formula, Note, Workbook, Worksheet, XlsxError,
};
use std::collections::HashMap;

/// Longest text of a cell.
const LONGEST: usize = 32_000;
/// Longest name of a sheet, in the units that workbooks count in.
const NAME: usize = 31;
/// Largest count, as the form's numbers are bounded.
const LARGEST: f64 = 1e12;

struct Formats {
    title: Format,
    heading: Format,
    text: Format,
    label: Format,
    value: Format,
    total: Format,
}

impl Formats {
    fn new() -> Formats {
        let boxed = || {
            Format::new()
                .set_border(FormatBorder::Thin)
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_text_wrap()
        };
        Formats {
            title: Format::new().set_bold().set_font_size(16).set_unlocked().set_text_wrap(),
            heading: Format::new().set_bold(),
            text: Format::new().set_unlocked().set_text_wrap(),
            label: boxed(),
            value: boxed().set_unlocked(),
            total: boxed(),
        }
    }
}

/// A workbook in which nothing is filled in.
pub fn empty(form: &'static Form, year: i32) -> Result<Vec<u8>, XlsxError> {
    write(&ReportDocument { year: Some(year), ..ReportDocument::of(Content::empty(form)) })
}

/// Writes the report.
pub fn write(document: &ReportDocument) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    // The same document gives the same bytes, whenever it is written.
    let made = document.signed_on.map_or_else(|| "2000-01-01".to_owned(), |day| day.to_string());
    if let Ok(made) = ExcelDateTime::parse_from_str(&made) {
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    }
    let last = sections(document).last().map(|(at, _, _)| at);
    for (number, (at, section, state)) in sections(document).enumerate() {
        let sheet = workbook.add_worksheet();
        let heading = heading(section, state);
        sheet.set_name(sheet_name(&heading))?;
        sheet.set_column_width(0, 24)?;
        let mut row = 0;
        if number == 0 {
            sheet.write_with_format(row, 0, title(document), &formats.title)?;
            row += 1;
            for line in particulars(document) {
                sheet.write_with_format(row, 0, line, &formats.text)?;
                row += 1;
            }
        }
        sheet.write_with_format(row, 0, &heading, &formats.heading)?;
        if let Some(entry) = guide::of_section(&section.key) {
            let limits = entry.limits.as_ref().map(|limits| format!("\n{}", limits.zh)).unwrap_or_default();
            let note =
                Note::new(format!("{}{limits}\n依据：{}", entry.zh, entry.source)).add_author_prefix(false);
            sheet.insert_note(row, 0, &note)?;
        }
        row += 1;
        if let Some(layout) = layout(document, at) {
            row = write_table(sheet, row, &layout.positions(), document, &formats)?;
        } else {
            sheet.set_column_width(0, 90)?;
        }
        for paragraph in paragraphs(state) {
            let letters: Vec<char> = paragraph.chars().collect();
            for part in letters.chunks(LONGEST) {
                sheet.write_with_format(row, 0, part.iter().collect::<String>(), &formats.text)?;
                row += 1;
            }
        }
        if Some(at) == last {
            for line in signature(document) {
                sheet.write_with_format(row, 0, line, &formats.text)?;
                row += 1;
            }
        }
        // Room to write in below what stands there.
        for free in row..row + 40 {
            sheet.set_row_format(free, &formats.text)?;
        }
        sheet.protect();
    }
    workbook.save_to_buffer()
}

/// A heading as a sheet may be called: some marks no name may hold, nor end with an apostrophe. It begins with a
/// numeral, so no two are alike.
fn sheet_name(heading: &str) -> String {
    let mut room = NAME;
    let fits = heading.chars().take_while(|c| match room.checked_sub(c.len_utf16()) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    });
    let marks = ['[', ']', ':', '*', '?', '/', '\\'];
    let name: String = fits.map(|c| if marks.contains(&c) { ' ' } else { c }).collect();
    name.trim_end_matches(['\'', ' ']).to_owned()
}

fn write_table(
    sheet: &mut Worksheet,
    top: u32,
    positions: &[Vec<Option<&LaidCell>>],
    document: &ReportDocument,
    formats: &Formats,
) -> Result<u32, XlsxError> {
    let mut places: HashMap<usize, (u32, u16)> = HashMap::new();
    for (row, line) in (top..).zip(positions) {
        for (column, cell) in (0_u16..).zip(line) {
            if let Some(cell) = cell.and_then(|cell| cell.cell) {
                places.insert(cell, (row, column));
            }
        }
    }
    for (row, line) in (top..).zip(positions) {
        for (column, laid) in (0_u16..).zip(line) {
            let Some(laid) = laid else { continue };
            let wide = u16::try_from(laid.colspan).unwrap_or(1);
            let tall = u32::try_from(laid.rowspan).unwrap_or(1);
            let format = if laid.header { &formats.label } else { &formats.value };
            if wide > 1 || tall > 1 {
                sheet.merge_range(row, column, row + tall - 1, column + wide - 1, "", format)?;
            }
            match laid.cell {
                None => sheet.write_with_format(row, column, &laid.text, format)?,
                Some(cell) => write_value(sheet, (row, column), cell, document, &places, formats)?,
            };
        }
    }
    Ok(top + u32::try_from(positions.len()).unwrap_or(0))
}

fn write_value<'s>(
    sheet: &'s mut Worksheet,
    (row, column): (u32, u16),
    cell: usize,
    document: &ReportDocument,
    places: &HashMap<usize, (u32, u16)>,
    formats: &Formats,
) -> Result<&'s mut Worksheet, XlsxError> {
    let figures = &document.content.figures;
    let form = figures.form();
    let precision = form.cells.get(cell).map_or(Precision::Count, |cell| cell.precision);
    let numeral = figures.get(cell).map(|value| precision.format(value));
    if let Some(formula) = total_of(figures, cell, places) {
        // A result that is empty altogether would be written as 0.
        let result = numeral.unwrap_or_else(|| " ".to_owned());
        return sheet.write_formula_with_format(
            row,
            column,
            Formula::new(formula).set_result(result),
            &formats.total,
        );
    }
    let rule = DataValidation::new().set_error_style(DataValidationErrorStyle::Stop);
    let rule = match precision {
        Precision::Count => rule
            .allow_decimal_number(DataValidationRule::Between(0.0, LARGEST))
            .set_error_message("应为不小于 0 的整数")?,
        Precision::Signed => rule.allow_decimal_number(DataValidationRule::Between(-LARGEST, LARGEST)),
        Precision::Millionths => rule
            .allow_decimal_number(DataValidationRule::Between(0.0, 1e9))
            .set_error_message("以万元计，至多六位小数")?,
    };
    let rule = told(rule, form, cell)?;
    sheet.add_data_validation(row, column, row, column, &rule)?;
    match numeral.as_deref().map(str::parse::<f64>) {
        Some(Ok(number)) => sheet.write_number_with_format(row, column, number, &formats.value),
        _ => sheet.write_blank(row, column, &formats.value),
    }
}

/// Longest message and longest title of a cell, as workbooks allow.
const LONGEST_MESSAGE: usize = 250;
const LONGEST_TITLE: usize = 30;

/// Says what belongs in a cell where it is chosen.
fn told(rule: DataValidation, form: &Form, cell: usize) -> Result<DataValidation, XlsxError> {
    let Some(cell) = form.cells.get(cell) else { return Ok(rule) };
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let mut lines = Vec::new();
    for entry in guide::of_cell(&cell.section_key, &cell.row_key, &cell.column_key) {
        lines.push(entry.zh.clone());
        lines.extend(entry.limits.as_ref().map(|limits| limits.zh.clone()));
    }
    rule.set_input_title(cut(&cell.row_label, LONGEST_TITLE))?
        .set_input_message(cut(&lines.join("\n"), LONGEST_MESSAGE))
}

/// The formula of a total: as it is printed, unless the report's own figures contradict it.
fn total_of(figures: &Figures, cell: usize, places: &HashMap<usize, (u32, u16)>) -> Option<String> {
    let form = figures.form();
    let is_total = |identity: &&Identity| identity.equals.as_slice() == [cell];
    let identities = form.identities_of(cell).iter().filter_map(|at| form.identities.get(*at));
    let identity = identities.into_iter().find(is_total)?;
    let parts: Vec<Option<i64>> = identity.sum.iter().map(|part| figures.get(*part)).collect();
    let sum = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add((*part)?));
    let untouched = parts.iter().all(Option::is_none);
    let agrees = match figures.get(cell) {
        None => untouched,
        value => value == sum,
    };
    let names: Option<Vec<String>> = identity
        .sum
        .iter()
        .map(|part| {
            places.get(part).map(|(row, column)| rust_xlsxwriter::utility::row_col_to_cell(*row, *column))
        })
        .collect();
    let names = names.filter(|_| agrees)?.join(",");
    // A total of nothing is nothing, not zero.
    Some(format!("=IF(COUNT({names})=0,\"\",SUM({names}))"))
}
