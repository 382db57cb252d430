//! What stands in real files beside the report, or in its place: told, never guessed at.

use super::mutations::{packed, parts};
use super::round_trips::suqian;
use nianbao::inside::documents::write::{Format, write};
use nianbao::inside::documents::{Kind, ReadFault, Reading, read_grid, recognise, text};
use nianbao::inside::domain::report::Shape;

fn workbook() -> Vec<u8> {
    write(&suqian(2023), Format::Xlsx).expect("written").expect("bytes")
}

/// The workbook with its first sheet changed.
fn with_sheet(change: impl Fn(String) -> String) -> Vec<u8> {
    let mut parts = parts(&workbook());
    let (_, sheet) = parts.iter_mut().find(|(name, _)| name.ends_with("sheet1.xml")).expect("a sheet");
    *sheet = change(String::from_utf8(sheet.clone()).expect("UTF-8")).into_bytes();
    packed(&parts)
}

fn of_text(lines: &[&str]) -> Reading {
    recognise(&text::read(&lines.join("\n")), None)
}

fn shapes(reading: &Reading) -> Vec<(&str, Shape)> {
    reading.document.faults.iter().map(|fault| (fault.pointer.as_str(), fault.shape)).collect()
}

const TITLES: [&str; 6] = [
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
];

#[test]
fn a_sheet_whose_measures_run_backwards_is_read_or_refused() {
    let at = |sheet: String| {
        let from = sheet.find("<dimension ref=\"").expect("measures");
        let to = from + sheet[from..].find("/>").expect("an end");
        format!("{}<dimension ref=\"D9:A1\"{}", &sheet[..from], &sheet[to..])
    };
    let read = read_grid(Kind::Xlsx, &with_sheet(at), None);
    assert!(matches!(read, Ok(_) | Err(ReadFault::Malformed)), "{read:?}");
}

#[test]
fn a_note_far_out_in_a_sheet_is_told_and_hinders_nothing() {
    let row = "<row r=\"900\"><c r=\"ZZ900\" t=\"inlineStr\"><is><t>张三核对</t></is></c></row></sheetData>";
    let bytes = with_sheet(|sheet| sheet.replace("</sheetData>", row));
    let (grid, _) = read_grid(Kind::Xlsx, &bytes, None).expect("it is read");
    let reading = recognise(&grid, None);
    assert_eq!(reading.notes.cells_read, 200);
    let told: Vec<_> = reading.notes.unmapped.iter().map(|stray| (&*stray.text, &*stray.where_)).collect();
    assert_eq!(told, vec![("张三核对", "line 900")]);
}

#[test]
fn empty_cells_between_far_ones_count_too() {
    let rows = (100..2_000).map(|row| format!("<row r=\"{row}\"><c r=\"BK{row}\"><v>1</v></c></row>"));
    let rows = rows.collect::<String>() + "</sheetData>";
    let read = read_grid(Kind::Xlsx, &with_sheet(|sheet| sheet.replace("</sheetData>", &rows)), None);
    assert_eq!(read.expect_err("too many").code(), "too_many_cells");
}

#[test]
fn tables_that_are_pictures_are_told_and_nothing_is_invented() {
    let mut lines = vec!["沁源县信访局2023年政府信息公开工作年度报告", TITLES[0], "情况平稳。"];
    lines.extend(&TITLES[1..]);
    lines.push("无。");
    let reading = of_text(&lines);
    assert_eq!((reading.notes.sections_found, reading.notes.cells_read), (6, 0));
    let tables = ["proactive_disclosure", "requests", "disputes"];
    let expected: Vec<String> = tables.iter().map(|key| format!("/sections/{key}/table")).collect();
    assert_eq!(shapes(&reading), expected.iter().map(|at| (&**at, Shape::NoTable)).collect::<Vec<_>>());
}

#[test]
fn a_section_the_form_does_not_have_is_told_and_kept_apart() {
    let end = ["无。", "七、附件", "附表见附件。", "沁源县信访局", "2024年1月29日"];
    let lines: Vec<&str> =
        ["沁源县信访局2023年政府信息公开工作年度报告"].into_iter().chain(TITLES).chain(end).collect();
    let reading = of_text(&lines);
    assert!(shapes(&reading).contains(&("/sections/七、附件", Shape::Unknown)), "{:?}", shapes(&reading));
    let last = reading.document.content.sections.last().and_then(|section| section.text.as_deref());
    assert_eq!(last, Some("无。"));
    let unmapped: Vec<&str> = reading.notes.unmapped.iter().map(|stray| stray.text.as_str()).collect();
    assert_eq!(unmapped, vec!["七、附件", "附表见附件。"]);
    assert_eq!(reading.document.signed_by.as_deref(), Some("沁源县信访局"));
}

#[test]
fn a_menu_of_other_years_above_the_report_is_passed_over() {
    let menu = ["沁源县信访局2022年政府信息公开工作年度报告", "2021年政府信息公开工作年度报告"];
    let title = ["沁源县信访局2023年政府信息公开工作年度报告"];
    let lines: Vec<&str> = menu.into_iter().chain(title).chain(TITLES).collect();
    let reading = of_text(&lines);
    assert_eq!(reading.document.year, Some(2023));
    assert_eq!(reading.document.title.as_deref(), Some(title[0]));
    assert_eq!(reading.notes.unmapped.len(), 2, "the menu is told");
}

#[test]
fn contents_with_points_and_pages_above_the_report_are_passed_over() {
    let contents = [
        "目录",
        "一、总体情况",
        "（一）主动公开",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
    ];
    let body = "本年度，我局全面推进政务公开工作，主动公开政府信息120条，其中通过网站公开100条。";
    let title = "沁源县信访局2023年政府信息公开工作年度报告";
    let lines: Vec<&str> = [title]
        .into_iter()
        .chain(contents)
        .chain([TITLES[0], body])
        .chain(TITLES.into_iter().skip(1))
        .collect();
    let reading = of_text(&lines);
    let texts: Vec<_> =
        reading.document.content.sections.iter().map(|section| section.text.as_deref()).collect();
    assert_eq!(texts.first(), Some(&Some(body)));
    assert_eq!(reading.document.title.as_deref(), Some(title));
}

#[test]
fn a_short_remark_below_a_table_is_text_of_its_section() {
    let mut parts = parts(&write(&suqian(2023), Format::Docx).expect("written").expect("bytes"));
    let (_, document) = parts.iter_mut().find(|(name, _)| name == "word/document.xml").expect("a document");
    let text = String::from_utf8(document.clone()).expect("UTF-8");
    let below = text.rfind("</w:tbl>").expect("a table") + "</w:tbl>".len();
    let remark = "<w:p><w:r><w:t>表后备注。</w:t></w:r></w:p>";
    *document = format!("{}{remark}{}", &text[..below], &text[below..]).into_bytes();
    let (grid, _) = read_grid(Kind::Docx, &packed(&parts), None).expect("it is read");
    let reading = recognise(&grid, None);
    assert_eq!(reading.document.content.text("disputes"), Some("表后备注。"));
    assert!(reading.notes.unmapped.is_empty(), "{:?}", reading.notes.unmapped);
}
