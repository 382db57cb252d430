//! Tables in the formats that a test can write.

use super::sheet::{Keeps, Laid};
use nianbao::inside::domain::form::Form;
use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Html,
    HtmlWithoutSpans,
    Docx,
    Xlsx,
    Odt,
    Markdown,
    MarkdownRepeated,
    MarkdownPaddedRight,
    Csv,
    TabsByPlace,
    Tabs,
    TabsLed,
    Lines,
    Pipes,
    Spaces,
}

type Rows = [Vec<Laid>];

impl Format {
    pub const ALL: &[Format] = &[
        Format::Html,
        Format::HtmlWithoutSpans,
        Format::Docx,
        Format::Xlsx,
        Format::Odt,
        Format::Markdown,
        Format::MarkdownRepeated,
        Format::MarkdownPaddedRight,
        Format::Csv,
        Format::TabsByPlace,
        Format::Tabs,
        Format::TabsLed,
        Format::Lines,
        Format::Pipes,
        Format::Spaces,
    ];

    pub fn keeps(self) -> Keeps {
        match self {
            Format::Html | Format::Docx | Format::Xlsx | Format::Odt => Keeps::Spans,
            Format::Markdown | Format::Csv | Format::TabsByPlace => Keeps::Places,
            Format::MarkdownRepeated => Keeps::Repeated,
            _ => Keeps::Sequence,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Format::Html | Format::HtmlWithoutSpans => "case.html",
            Format::Docx => "case.docx",
            Format::Xlsx => "case.xlsx",
            Format::Odt => "case.odt",
            Format::Markdown | Format::MarkdownRepeated | Format::MarkdownPaddedRight => "case.md",
            Format::Csv => "case.csv",
            _ => "case.txt",
        }
    }

    /// Labels and values run together where single spaces part cells.
    pub fn may_be_unread(self) -> bool {
        matches!(self, Format::Spaces | Format::MarkdownRepeated | Format::MarkdownPaddedRight)
    }
}

/// By row and column: the cell, and whether the place is its first.
type Places<'r> = BTreeMap<(usize, usize), (&'r Laid, bool)>;

/// The cell at each place, and how many columns there are.
fn places(rows: &Rows) -> (Places<'_>, usize) {
    let (mut places, mut width) = (BTreeMap::new(), 0);
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        for cell in row {
            while places.contains_key(&(y, x)) {
                x += 1;
            }
            for dy in 0..cell.rows {
                for dx in 0..cell.cols {
                    places.insert((y + dy, x + dx), (cell, dy == 0 && dx == 0));
                }
            }
            x += cell.cols;
            width = width.max(x);
        }
    }
    (places, width)
}

fn grid(rows: &Rows, repeated: bool) -> Vec<Vec<String>> {
    let (places, width) = places(rows);
    (0..rows.len())
        .map(|y| {
            (0..width)
                .map(|x| match places.get(&(y, x)) {
                    Some((cell, first)) if *first || repeated => cell.text.clone(),
                    _ => String::new(),
                })
                .collect()
        })
        .collect()
}

fn sequence(rows: &Rows, before: &str, between: &str, behind: &str) -> String {
    rows.iter()
        .map(|row| {
            let texts: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
            format!("{before}{}{behind}", texts.join(between))
        })
        .collect()
}

fn markdown(grid: &[Vec<String>]) -> String {
    let row = |cells: &Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = format!("{}|\n", "| --- ".repeat(grid[0].len()));
    format!("\n{}{rule}{}\n", row(&grid[0]), grid[1..].iter().map(row).collect::<String>())
}

fn padded(rows: &Rows) -> Vec<Vec<String>> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let texts = |row: &Vec<Laid>| {
        let mut texts: Vec<String> = row.iter().map(|cell| cell.text.clone()).collect();
        texts.resize(width, String::new());
        texts
    };
    rows.iter().map(texts).collect()
}

fn html(rows: &Rows, spans: bool) -> String {
    let cell = |cell: &Laid| match spans {
        true => format!("<td rowspan=\"{}\" colspan=\"{}\">{}</td>", cell.rows, cell.cols, cell.text),
        false => format!("<td>{}</td>", cell.text),
    };
    let row = |row: &Vec<Laid>| format!("<tr>{}</tr>", row.iter().map(cell).collect::<String>());
    format!("<table border=\"1\">{}</table>", rows.iter().map(row).collect::<String>())
}

fn word(rows: &Rows) -> String {
    let (places, width) = places(rows);
    let mut said = String::new();
    for y in 0..rows.len() {
        let (mut cells, mut x) = (String::new(), 0);
        while x < width {
            let blank = Laid { text: String::new(), rows: 1, cols: 1 };
            let (cell, _) = places.get(&(y, x)).copied().unwrap_or((&blank, true));
            let goes_on =
                y > 0 && places.get(&(y - 1, x)).is_some_and(|(above, _)| std::ptr::eq(*above, cell));
            let merge = match (cell.rows > 1, goes_on) {
                (true, false) => "<w:vMerge w:val=\"restart\"/>",
                (true, true) => "<w:vMerge/>",
                _ => "",
            };
            let text = if goes_on { "" } else { cell.text.as_str() };
            cells += &format!(
                "<w:tc><w:tcPr><w:gridSpan w:val=\"{}\"/>{merge}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>",
                cell.cols
            );
            x += cell.cols;
        }
        said += &format!("<w:tr>{cells}</w:tr>");
    }
    format!(
        "<w:tbl><w:tblPr/><w:tblGrid>{}</w:tblGrid>{said}</w:tbl><w:p/>",
        "<w:gridCol w:w=\"900\"/>".repeat(width)
    )
}

fn odt(rows: &Rows) -> String {
    let (places, width) = places(rows);
    let mut said = String::new();
    for y in 0..rows.len() {
        said += "<table:table-row>";
        for x in 0..width {
            match places.get(&(y, x)) {
                Some((cell, true)) => {
                    said += &format!(
                        "<table:table-cell table:number-rows-spanned=\"{}\" table:number-columns-spanned=\"{}\"><text:p>{}</text:p></table:table-cell>",
                        cell.rows, cell.cols, cell.text
                    );
                }
                Some((_, false)) => said += "<table:covered-table-cell/>",
                None => said += "<table:table-cell/>",
            }
        }
        said += "</table:table-row>";
    }
    format!(
        "<table:table><table:table-column table:number-columns-repeated=\"{width}\"/>{said}</table:table>"
    )
}

fn archive(parts: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(*name, stored).expect("a part");
        archive.write_all(text.as_bytes()).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}

fn workbook(lines: &[Block<'_>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let plain = rust_xlsxwriter::Format::new();
    let mut at = 0_u32;
    for line in lines {
        match line {
            Block::Text(text) => {
                sheet.write_string(at, 0, *text).expect("a line");
                at += 1;
            }
            Block::Table(rows) => {
                let (places, _) = places(rows);
                for ((y, x), (cell, first)) in &places {
                    let (y, x) = (at + *y as u32, *x as u16);
                    if !*first {
                        continue;
                    }
                    if cell.rows > 1 || cell.cols > 1 {
                        let (to_y, to_x) = (y + cell.rows as u32 - 1, x + cell.cols as u16 - 1);
                        sheet.merge_range(y, x, to_y, to_x, "", &plain).expect("a merge");
                    }
                    match cell.text.parse::<f64>() {
                        Ok(number) => drop(sheet.write_number(y, x, number).expect("a number")),
                        Err(_) => drop(sheet.write_string(y, x, &cell.text).expect("a text")),
                    }
                }
                at += rows.len() as u32;
            }
        }
    }
    book.save_to_buffer().expect("a workbook")
}

enum Block<'a> {
    Text(&'a str),
    Table(&'a Rows),
}

/// A report as a file.
pub fn file(format: Format, form: &Form, tables: &[Vec<Vec<Laid>>]) -> Vec<u8> {
    let headings: Vec<String> =
        form.sections.iter().map(|section| format!("{}、{}", section.numeral(), section.title)).collect();
    let mut blocks = vec![Block::Text("汉江市人民政府2024年政府信息公开工作年度报告")];
    let mut tables = tables.iter();
    for (section, heading) in form.sections.iter().zip(&headings) {
        blocks.push(Block::Text(heading));
        match (&section.table, section.key.as_str()) {
            (Some(_), _) => blocks.extend(tables.next().map(|rows| Block::Table(rows))),
            _ => blocks.push(Block::Text("情况平稳，工作有序。")),
        }
    }
    blocks.push(Block::Text("汉江市人民政府"));
    blocks.push(Block::Text("2025年1月20日"));
    let each = |text: fn(&str) -> String, table: &dyn Fn(&Rows) -> String| -> String {
        blocks
            .iter()
            .map(|block| match block {
                Block::Text(said) => text(said),
                Block::Table(rows) => table(rows),
            })
            .collect()
    };
    let line = |text: &str| format!("{text}\n");
    match format {
        Format::Html | Format::HtmlWithoutSpans => {
            let spans = format == Format::Html;
            let body = each(|text| format!("<p>{text}</p>"), &|rows| html(rows, spans));
            format!("<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head><body>{body}</body></html>")
                .into_bytes()
        }
        Format::Docx => {
            let body = each(|text| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"), &word);
            let names = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
            archive(&[
                (
                    "[Content_Types].xml",
                    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"
                        .to_owned(),
                ),
                ("word/document.xml", format!("<w:document {names}><w:body>{body}</w:body></w:document>")),
            ])
        }
        Format::Odt => {
            let body = each(|text| format!("<text:p>{text}</text:p>"), &odt);
            let names = ["office", "text", "table"]
                .map(|name| format!("xmlns:{name}=\"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0\""))
                .join(" ");
            archive(&[
                ("mimetype", "application/vnd.oasis.opendocument.text".to_owned()),
                (
                    "content.xml",
                    format!(
                        "<office:document-content {names}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
                    ),
                ),
            ])
        }
        Format::Xlsx => workbook(&blocks),
        Format::Markdown => {
            each(|text| format!("\n{text}\n"), &|rows| markdown(&grid(rows, false))).into_bytes()
        }
        Format::MarkdownRepeated => {
            each(|text| format!("\n{text}\n"), &|rows| markdown(&grid(rows, true))).into_bytes()
        }
        Format::MarkdownPaddedRight => {
            each(|text| format!("\n{text}\n"), &|rows| markdown(&padded(rows))).into_bytes()
        }
        Format::Csv => {
            let quoted = |text: &String| format!("\"{text}\"");
            let row = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n";
            each(|text| format!("{text}\r\n"), &|rows| grid(rows, false).iter().map(row).collect())
                .into_bytes()
        }
        Format::TabsByPlace => {
            each(line, &|rows| grid(rows, false).iter().map(|row| row.join("\t") + "\n").collect())
                .into_bytes()
        }
        Format::Tabs => each(line, &|rows| sequence(rows, "", "\t", "\n")).into_bytes(),
        Format::TabsLed => each(line, &|rows| sequence(rows, "\t", "\n\t", "\n\n")).into_bytes(),
        Format::Lines => each(line, &|rows| sequence(rows, "", "\n", "\n")).into_bytes(),
        Format::Pipes => each(line, &|rows| sequence(rows, "", " | ", " |\n")).into_bytes(),
        Format::Spaces => each(line, &|rows| sequence(rows, "", "  ", "\n")).into_bytes(),
    }
}
