//! Texts as word processors write them, in small.

use super::*;
use crate::documents::grid::Block;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const NAMESPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:other""#;

fn document(body: &str) -> String {
    format!("<?xml version=\"1.0\"?><w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")
}

fn read_body(body: &str) -> Result<Grid, DocxFault> {
    flatten::grid(body::read(&document(body), &look::Styles::default())?)
}

fn shape(body: &str) -> Vec<Vec<Vec<String>>> {
    read_body(body)
        .unwrap()
        .blocks
        .into_iter()
        .map(|block| match block {
            Block::Paragraph { text, .. } => vec![vec![text]],
            Block::Table { rows } => {
                rows.into_iter().map(|row| row.into_iter().map(|cell| cell.text).collect()).collect()
            }
        })
        .collect()
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn tc(properties: &str, content: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>")
}

fn tbl(rows: &[&[String]]) -> String {
    let rows: String = rows.iter().map(|cells| format!("<w:tr>{}</w:tr>", cells.concat())).collect();
    format!("<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid>{rows}</w:tbl>")
}

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn merged_cells_stand_once_and_leave_empty_cells() {
    let table = tbl(&[
        &[tc(r#"<w:vMerge w:val="restart"/>"#, &p("甲")), tc(r#"<w:gridSpan w:val="2"/>"#, &p("乙"))],
        &[tc("<w:vMerge/>", &p("甲")), tc("", &p("1")), tc("", "<w:p/>")],
    ]);
    assert_eq!(shape(&table), vec![vec![vec!["甲", "乙", ""], vec!["", "1", ""]]]);
}

#[test]
fn columns_left_free_before_a_row_are_empty_cells() {
    let row = format!(
        r#"<w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>{}</w:tr>"#,
        tc("", &(p("商业") + &p("企业")))
    );
    assert_eq!(shape(&format!("<w:tbl>{row}</w:tbl>")), vec![vec![vec!["", "", "商业\n企业"]]]);
}

#[test]
fn marks_of_the_text_are_read_and_marks_of_its_layout_are_not() {
    let paragraph = "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:hyperlink><w:r><w:t>一</w:t><w:tab/>\
        <w:t xml:space=\"preserve\"> 二&amp;&#x4E09;</w:t><w:br/><w:noBreakHyphen/></w:r></w:hyperlink>\
        <w:r><w:instrText>PAGE</w:instrText></w:r><v:t>无</v:t><w:sdt><w:sdtPr><w:t>无</w:t></w:sdtPr>\
        <w:sdtContent><w:r><w:t>四</w:t></w:r></w:sdtContent></w:sdt></w:p>";
    assert_eq!(shape(paragraph), vec![vec![vec!["一\t 二&三\n-四"]]]);
}

#[test]
fn revisions_are_taken_as_accepted() {
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let body = format!(
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{}<w:del><w:r><w:delText>无</w:delText></w:r></w:del></w:p>\
         <w:p><w:ins>{}</w:ins><w:moveFrom>{}</w:moveFrom><w:moveTo>{}</w:moveTo></w:p>",
        run("一"),
        run("二"),
        run("无"),
        run("三")
    );
    assert_eq!(shape(&body), vec![vec![vec!["一二三"]]]);
    let deleted = format!("<w:tr><w:trPr><w:del/></w:trPr>{}</w:tr>", tc("", &p("无")));
    let kept = format!(
        "<w:tr>{}{}</w:tr>",
        tc(r#"<w:tcPrChange><w:tcPr><w:gridSpan w:val="3"/></w:tcPr></w:tcPrChange>"#, &p("甲")),
        tc("", &p("1"))
    );
    assert_eq!(shape(&format!("<w:tbl>{deleted}{kept}</w:tbl>")), vec![vec![vec!["甲", "1"]]]);
}

#[test]
fn a_text_box_stands_once_and_behind_its_paragraph() {
    let text_box = format!("<w:txbxContent>{}</w:txbxContent>", p("框"));
    let body = format!(
        "<w:p><w:r><mc:AlternateContent><mc:Choice><v:shape>{text_box}</v:shape></mc:Choice>\
         <mc:Fallback>{text_box}</mc:Fallback></mc:AlternateContent><w:t>文</w:t></w:r></w:p>"
    );
    assert_eq!(shape(&body), vec![vec![vec!["文"]], vec![vec!["框"]]]);
}

#[test]
fn a_table_in_a_cell_stands_behind_and_in_a_frame_at_its_place() {
    let inner = tbl(&[&[tc("", &p("规章")), tc("", &p("0"))]]);
    let beside = tbl(&[&[tc("", &p("甲")), tc("", &(inner.clone() + &p("乙")))]]);
    assert_eq!(shape(&beside), vec![vec![vec!["甲", "乙"]], vec![vec!["规章", "0"]]]);
    let frame = tbl(&[&[tc("", &(p("甲") + &inner + &p("乙")))]]);
    assert_eq!(shape(&frame), vec![vec![vec!["甲"]], vec![vec!["规章", "0"]], vec![vec!["乙"]]]);
}

#[test]
fn paragraphs_and_rows_are_counted_on() {
    let grid = read_body(&(p("甲") + "<w:p/>" + &tbl(&[&[tc("", &p("1"))]]) + &p("乙"))).unwrap();
    let lines: Vec<usize> = grid
        .blocks
        .iter()
        .flat_map(|block| match block {
            Block::Paragraph { line, .. } => vec![*line],
            Block::Table { rows } => rows.iter().flatten().map(|cell| cell.line).collect(),
        })
        .collect();
    assert_eq!(lines, vec![1, 2, 3]);
}

#[test]
fn the_text_part_is_found_through_the_list_of_parts() {
    let list = r#"<Relationships><Relationship Target="/docs/text.xml"
        Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"#;
    let text = document(&p("甲"));
    for bytes in [
        archive(&[("_rels/.rels", list), ("docs/text.xml", &text)]),
        archive(&[("word/document.xml", &text)]),
    ] {
        let block = Block::Paragraph { text: "甲".to_owned(), line: 1 };
        assert_eq!(read(&bytes), Ok(Grid::of(vec![block])));
    }
    assert_eq!(read(&archive(&[("xl/workbook.xml", "<a/>")])), Err(DocxFault::NoText));
    assert_eq!(read(b"\xd0\xcf\x11\xe0"), Err(DocxFault::NotAnArchive));
}

#[test]
fn an_archive_with_too_many_entries_is_refused() {
    let names: Vec<String> = (0..2_001).map(|number| format!("{number}")).collect();
    let entries: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(read(&archive(&entries)), Err(DocxFault::TooManyEntries));
}

#[test]
fn a_text_that_unpacks_too_large_is_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..65 {
        writer.write_all(&blanks).unwrap();
    }
    assert_eq!(read(&writer.finish().unwrap().into_inner()), Err(DocxFault::TooLarge));
}

#[test]
fn entities_depth_and_ill_formed_text_are_refused() {
    let with_type =
        format!("<!DOCTYPE w [<!ENTITY a 'a'>]>{}", document("").replace("<?xml version=\"1.0\"?>", ""));
    assert_eq!(body::read(&with_type, &look::Styles::default()).map(|_| ()), Err(DocxFault::Entities));
    assert_eq!(read_body(&p("&a;")), Err(DocxFault::Entities));
    assert_eq!(read_body(&"<w:sdt>".repeat(1_000)), Err(DocxFault::TooDeep));
    assert_eq!(read_body("<w:p>"), Err(DocxFault::Malformed));
    assert_eq!(body::read("<a>", &look::Styles::default()).map(|_| ()), Err(DocxFault::Malformed));
    assert_eq!(body::read("<a/>", &look::Styles::default()).map(|_| ()), Err(DocxFault::NoText));
}

#[test]
fn cells_and_paragraphs_are_bounded() {
    let row = format!("<w:tr>{}</w:tr>", tc(r#"<w:gridSpan w:val="999"/>"#, &p("甲")));
    assert_eq!(shape(&format!("<w:tbl>{row}</w:tbl>"))[0][0].len(), 64);
    assert_eq!(read_body(&format!("<w:tbl>{}</w:tbl>", row.repeat(1_600))), Err(DocxFault::TooManyCells));
    assert_eq!(read_body(&p(&"a".repeat((1 << 20) + 1))), Err(DocxFault::TooLong));
}

#[test]
fn hidden_runs_are_not_read_and_struck_or_raised_ones_are_marked() {
    let run =
        |properties: &str, text: &str| format!("<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>");
    let line = |runs: &[String]| shape(&format!("<w:p>{}</w:p>", runs.concat()));
    let text = |runs: &[String]| line(runs)[0][0][0].clone();
    assert_eq!(text(&[run("<w:vanish/>", "草稿"), run("", "5")]), "5");
    assert_eq!(text(&[run("<w:vanish w:val=\"0\"/><w:b/>", "5")]), "5");
    assert_eq!(text(&[run("<w:strike/>", "5"), run("", "6")]), "~~56");
    assert_eq!(text(&[run("", "5"), run("<w:vertAlign w:val=\"superscript\"/>", "1")]), "5^1");
    assert_eq!(text(&[run("<w:strike w:val=\"false\"/>", "7")]), "7");
}
