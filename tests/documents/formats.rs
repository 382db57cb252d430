//! Every format offices have, from real programs: each cell, each text, as the report that went in.

use super::ofd;
use super::round_trips::suqian;
use nianbao::inside::documents::intake::{IntakeFault, Read, Said, read};
use nianbao::inside::documents::write::{Format, write};
use nianbao::inside::documents::{Block, Kind, ReadFault, read_grid};

/// The report of 2023 as LibreOffice converted our own docx and xlsx.
const FILES: [(Kind, &[u8]); 5] = [
    (Kind::Doc, include_bytes!("files/libreoffice.doc")),
    (Kind::Odt, include_bytes!("files/libreoffice.odt")),
    (Kind::Xls, include_bytes!("files/libreoffice.xls")),
    (Kind::Ods, include_bytes!("files/libreoffice.ods")),
    (Kind::Pdf, include_bytes!("files/libreoffice.pdf")),
];

#[track_caller]
fn read_as(kind: Kind, bytes: &[u8]) -> Read {
    let read = read(&Said::default(), bytes).unwrap_or_else(|fault| panic!("{kind:?}: {fault:?}"));
    assert_eq!(read.kind, kind);
    read
}

/// Every cell of the report of 2023, each with its place, and every section's text.
#[track_caller]
fn is_whole(read: &Read) {
    let (expected, kind) = (suqian(2023), read.kind);
    let document = &read.document;
    let cells = document.content.form().cells.iter();
    let missing: Vec<String> = cells
        .filter(|cell| document.content.figures.get(cell.index) != expected.content.figures.get(cell.index))
        .map(|cell| format!("{} {:?}", cell.pointer(), document.content.figures.get(cell.index)))
        .collect();
    assert!(missing.is_empty(), "{kind:?}: {missing:?}\n{:?}", read.notes.unmapped);
    assert_eq!(read.notes.found.len(), 200, "{kind:?}: a place for each");
    assert!(document.faults.is_empty(), "{kind:?}: {:?}", document.faults);
}

#[track_caller]
fn says_the_same(read: &Read) {
    let expected = suqian(2023);
    assert_eq!(read.document.title.as_deref().map(|title| title.contains("2023")), Some(true));
    for (section, there) in expected.content.sections.iter().zip(&read.document.content.sections) {
        let plain = |text: &Option<String>| {
            text.as_deref().unwrap_or_default().split_whitespace().collect::<String>()
        };
        assert_eq!(plain(&there.text), plain(&section.text), "{:?}", read.kind);
    }
}

#[test]
fn files_of_real_programs_are_read_whole() {
    for (kind, bytes) in FILES {
        let read = read_as(kind, bytes);
        is_whole(&read);
        says_the_same(&read);
    }
}

#[test]
fn the_own_pdf_is_read_whole() {
    let pdf = write(&suqian(2023), Format::Pdf).expect("written").expect("bytes");
    let read = read_as(Kind::Pdf, &pdf);
    is_whole(&read);
    says_the_same(&read);
}

#[test]
fn pages_of_the_national_layout_format_are_read_whole() {
    for drawn in [ofd::Drawn::Lines, ofd::Drawn::Boxes] {
        let read = read_as(Kind::Ofd, &ofd::write(&suqian(2023), drawn));
        is_whole(&read);
        says_the_same(&read);
    }
}

#[test]
fn the_own_figures_come_back_from_csv_whatever_a_spreadsheet_did_to_the_file() {
    let csv = write(&suqian(2023), Format::Csv).expect("written").expect("bytes");
    let text = String::from_utf8(csv.clone()).expect("UTF-8");
    let text = text.trim_start_matches('\u{feff}');
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let (tabs, semicolons) = (text.replace(',', "\t"), text.replace(',', ";"));
    for bytes in [&csv, text.as_bytes(), &gbk, tabs.as_bytes(), semicolons.as_bytes()] {
        let read = read_as(Kind::Csv, bytes);
        is_whole(&read);
    }
    let twice = format!("{text}requests,new_requests,total,,,7,\n");
    let read = read_as(Kind::Csv, twice.as_bytes());
    assert_eq!(read.notes.cells_read, 199, "a cell that is named twice is nobody's");
}

#[test]
fn a_sheet_saved_as_csv_is_read_as_the_sheet() {
    let book = write(&suqian(2023), Format::Xlsx).expect("written").expect("bytes");
    let (grid, _) = read_grid(Kind::Xlsx, &book, None).expect("it is read");
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut csv = String::new();
    for block in grid.blocks {
        let rows = match block {
            Block::Paragraph { text, .. } => vec![vec![text]],
            Block::Table { rows } => {
                rows.into_iter().map(|row| row.into_iter().map(|cell| cell.text).collect()).collect()
            }
        };
        for row in rows {
            let row: Vec<String> = row.iter().map(|text| quoted(text)).collect();
            csv.push_str(&(row.join(",") + "\r\n"));
        }
    }
    let (gbk, _, _) = encoding_rs::GBK.encode(&csv);
    for (media, bytes) in [("text/csv", csv.as_bytes()), ("application/vnd.ms-excel", &gbk)] {
        let said = Said { media: media.to_owned(), ..Said::default() }.named("报告.csv");
        let read = read(&said, bytes).expect("it is read");
        assert_eq!(read.kind, Kind::Csv);
        is_whole(&read);
    }
}

#[test]
fn a_page_in_one_file_is_read_as_the_page() {
    let html = write(&suqian(2023), Format::Html).expect("written").expect("bytes");
    let coded: String = html
        .iter()
        .map(|byte| match byte {
            b'\n' => "\r\n".to_owned(),
            b'=' | 0x80.. => format!("={byte:02X}"),
            plain => char::from(*plain).to_string(),
        })
        .collect();
    let mht = format!(
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\
         \tboundary=\"----B\"\r\n\r\n------B\r\nContent-Type: text/html\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n{coded}\r\n------B--\r\n"
    );
    let read = read_as(Kind::Mht, mht.as_bytes());
    is_whole(&read);
    says_the_same(&read);
}

#[test]
fn what_wants_a_password_says_so() {
    let mut locked = FILES[0].1.to_vec();
    // The header's flag of encryption: it begins with its magic number.
    let at = locked.windows(2).position(|window| window == [0xec, 0xa5]).expect("the header");
    locked[at + 11] |= 1;
    assert_eq!(read(&Said::default(), &locked).err(), Some(IntakeFault::Unreadable(ReadFault::Locked)));
}
