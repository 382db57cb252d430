//! The readers and the recogniser together, on the real report and on what reports are made of.

mod tables;

use super::notes::Unmapped;
use super::{Reading, recognise, text};
use crate::domain::form::{Form, Row, all, by_id};
use crate::domain::report::{Scope, Shape};
use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};

const REAL_REPORT: &str = include_str!("../../tests/fixtures/000_21ff2a0d32bbf7b0.txt");
const SUQIAN: &str = include_str!("../../tests/fixtures/suqian-2023.json");

fn read(text: &str) -> Reading {
    recognise(&text::read(text), None)
}

fn form() -> &'static Form {
    crate::domain::form::for_year(2023)
}

fn suqian() -> Value {
    serde_json::from_str(SUQIAN).unwrap_or_default()
}

/// The value a body holds for a cell of the form.
fn expected(document: &Value, cell: usize) -> Value {
    form().cells.get(cell).and_then(|cell| document.pointer(&cell.pointer())).cloned().unwrap_or_default()
}

fn cell(indicator: &str) -> usize {
    form().by_indicator(indicator).unwrap_or(usize::MAX)
}

/// A report as plain text, one piece to a line, without any marks.
fn one_piece_to_a_line(document: &Value) -> String {
    let mut lines = vec!["宿迁市2023年政府信息公开工作年度报告".to_owned()];
    for section in &form().sections {
        lines.push(format!("{}、{}", section.numeral(), section.title));
        let text = document.pointer(&format!("/sections/{}/text", section.key)).and_then(Value::as_str);
        lines.extend(text.map(str::to_owned));
        let rows = section.table.as_ref().map(|table| table.rows.as_slice()).unwrap_or_default();
        match section.key.as_str() {
            "proactive_disclosure" => lines.extend(blocks(rows, document)),
            "requests" => lines.extend(requests(rows, document)),
            "disputes" => lines.extend(disputes(rows, document)),
            _ => {}
        }
    }
    lines.extend(["宿迁市人民政府".to_owned(), "2024年3月20日".to_owned()]);
    lines.join("\n")
}

fn values(row: &Row, document: &Value) -> Vec<String> {
    row.columns.iter().map(|column| expected(document, column.cell).to_string()).collect()
}

fn blocks(rows: &[Row], document: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let mut block = "";
    for row in rows {
        if row.block != block {
            block = &row.block;
            lines.extend([block.to_owned(), "信息内容".to_owned()]);
            lines.extend(row.columns.iter().map(|column| column.label.clone()));
        }
        lines.push(row.label.clone());
        lines.extend(values(row, document));
    }
    lines
}

fn requests(rows: &[Row], document: &Value) -> Vec<String> {
    let head = [
        "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
        "申请人情况",
        "自然人",
        "法人或其他组织",
        "总计",
        "商业企业",
        "科研机构",
        "社会公益组织",
        "法律服务机构",
        "其他",
    ];
    let mut lines: Vec<String> = head.map(str::to_owned).to_vec();
    let mut group = String::new();
    for row in rows {
        let here = row.group.clone().unwrap_or_default();
        if here != group {
            lines.extend(here.split('/').next_back().filter(|part| !part.is_empty()).map(str::to_owned));
            group = here;
        }
        lines.push(row.label.clone());
        lines.extend(values(row, document));
    }
    lines
}

fn disputes(rows: &[Row], document: &Value) -> Vec<String> {
    let mut lines: Vec<String> =
        ["行政复议", "行政诉讼", "未经复议直接起诉", "复议后起诉"].map(str::to_owned).to_vec();
    lines.extend(rows.iter().flat_map(|row| row.columns.iter().map(|column| column.label.clone())));
    lines.extend(rows.iter().flat_map(|row| values(row, document)));
    lines
}

/// The cells that were read and hold something else than they should.
fn wrong(reading: &Reading, document: &Value) -> Vec<String> {
    let figures = &reading.document.content.figures;
    form()
        .cells
        .iter()
        .filter(|cell| figures.get(cell.index).is_some())
        .filter(|cell| figures.json(cell.index) != expected(document, cell.index))
        .map(|cell| cell.indicator())
        .collect()
}

/// The real report with one line replaced; `None` takes the line out.
fn with_line(text: &str, number: usize, line: Option<&str>) -> String {
    let lines = text.lines().enumerate();
    let lines = lines.filter_map(|(at, known)| if at + 1 == number { line } else { Some(known) });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_real_report_is_read_whole() {
    let Reading { document, notes } = read(REAL_REPORT);
    assert_eq!(document.title.as_deref(), Some("沁源县信访局2023年度政府信息公开年度报告"));
    assert_eq!(document.agency_name.as_deref(), Some("沁源县信访局"));
    assert_eq!(document.year, Some(2023));
    assert_eq!(document.scope, Some(Scope::Own));
    assert_eq!(document.signed_by.as_deref(), Some("沁源县信访局"));
    assert_eq!(document.signed_on, NaiveDate::from_ymd_opt(2024, 1, 29));
    assert_eq!(document.content.form().id, "2021");
    assert_eq!(document.faults, vec![]);
    assert_eq!(
        (notes.sections_found, notes.cells_expected, notes.cells_read, notes.cells_blank),
        (6, 200, 200, 0)
    );
    assert!(document.content.figures.values().iter().all(|value| *value == Some(0)));
    let artefact = Unmapped { text: "[bookmark: _GoBack]".to_owned(), where_: "line 351".to_owned() };
    assert_eq!(notes.unmapped, vec![artefact]);
}

#[test]
fn the_real_reports_texts_stand_in_their_sections_and_nowhere_else() {
    let content = read(REAL_REPORT).document.content;
    let overview = content.text("overview").unwrap_or_default();
    assert_eq!(overview.lines().count(), 4);
    assert!(overview.starts_with("2023年，县信访局") && overview.ends_with("参与权和监督权。"));
    assert_eq!(content.text("problems").map(|text| text.lines().count()), Some(2));
    assert_eq!(content.text("other_matters"), Some("无。"));
    for table in ["proactive_disclosure", "requests", "disputes"] {
        assert_eq!(content.text(table), None, "{table}");
    }
    assert!(content.sections.iter().all(|section| section.present && section.found_title.is_none()));
}

#[test]
fn text_without_any_marks_gives_back_every_figure() {
    let document = suqian();
    let reading = read(&one_piece_to_a_line(&document));
    assert_eq!(wrong(&reading, &document), Vec::<String>::new());
    assert_eq!(reading.notes.cells_read, 200);
    assert_eq!(reading.notes.unmapped, vec![]);
    assert_eq!(reading.document.faults, vec![]);
    assert_eq!(reading.document.agency_name.as_deref(), Some("宿迁市人民政府"));
    assert_eq!(reading.document.scope, Some(Scope::Consolidated));
    assert_eq!(
        reading.document.content.text("other_matters").map(str::to_owned),
        document.pointer("/sections/other_matters/text").and_then(Value::as_str).map(str::to_owned)
    );
}

#[test]
fn labels_broken_by_spaces_and_full_width_digits_change_nothing() {
    let document = suqian();
    let spaced: Vec<String> = one_piece_to_a_line(&document)
        .lines()
        .map(|line| {
            let number = line.parse::<f64>().is_ok();
            let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c);
            if number {
                line.chars().map(|c| if c.is_ascii_digit() { wide(c) } else { c }).collect()
            } else if line.chars().count() < 40 && !line.contains('年') {
                line.chars().flat_map(|c| [c, '\u{3000}']).collect()
            } else {
                line.to_owned()
            }
        })
        .collect();
    let reading = read(&spaced.join("\n"));
    assert_eq!(wrong(&reading, &document), Vec::<String>::new());
    assert_eq!(reading.notes.cells_read, 200);
}

#[test]
fn a_dropped_cell_leaves_its_whole_row_unread_and_shifts_nothing() {
    let document = suqian();
    let whole = one_piece_to_a_line(&document);
    let label = whole.lines().position(|line| line == "（一）予以公开").unwrap_or_default();
    let reading = read(&with_line(&whole, label + 2, None));
    assert_eq!(wrong(&reading, &document), Vec::<String>::new());
    assert_eq!(reading.notes.cells_read, 193);
    let faults: Vec<Option<usize>> = reading.document.faults.iter().map(|fault| fault.cell).collect();
    let first = cell("requests.granted.natural_person");
    assert_eq!(faults, (first..first + 7).map(Some).collect::<Vec<_>>());
    assert!(reading.document.faults.iter().all(|fault| fault.found == json!("12 0 3 1 0 1191")));
}

#[test]
fn fourteen_numbers_under_the_fifteen_columns_of_the_disputes_are_all_unread() {
    let document = suqian();
    let whole = one_piece_to_a_line(&document);
    let last = whole.lines().position(|line| line.starts_with("五、")).unwrap_or_default();
    let reading = read(&with_line(&whole, last, None));
    assert_eq!(wrong(&reading, &document), Vec::<String>::new());
    assert_eq!(reading.notes.cells_read, 185);
    assert_eq!(reading.document.faults.len(), 15);
}

#[test]
fn blank_marks_are_told_with_what_stood_there() {
    for (line, stood) in [("\t", ""), ("\t/", "/"), ("\t—", "—"), ("\t 无 ", "无")] {
        let reading = read(&with_line(REAL_REPORT, 19, Some(line)));
        let repealed = cell("proactive_disclosure.regulations.repealed");
        assert_eq!(reading.notes.blanks, vec![(repealed, stood.to_owned())]);
        assert_eq!((reading.notes.cells_read, reading.notes.cells_blank), (199, 1));
        assert_eq!(reading.document.content.figures.get(repealed), None);
        assert_eq!(reading.document.faults, vec![]);
    }
}

#[test]
fn a_unit_beside_a_number_is_converted_where_it_is_written_and_told() {
    let amount = cell("proactive_disclosure.fees.amount");
    for (written, value, told) in
        [("251000元", Some(25_100_000), true), ("25.1万元", Some(25_100_000), false), ("5件", None, true)]
    {
        let reading = read(&with_line(REAL_REPORT, 52, Some(&format!("\t{written}"))));
        assert_eq!(reading.document.content.figures.get(amount), value, "{written}");
        assert_eq!(reading.notes.cells_read, if value.is_some() { 200 } else { 199 });
        let faults: Vec<_> =
            reading.document.faults.iter().map(|fault| (fault.cell, fault.found.clone())).collect();
        let expected = if told { vec![(Some(amount), json!(written))] } else { vec![] };
        assert_eq!(faults, expected, "{written}");
    }
    let reading = read(&with_line(REAL_REPORT, 52, Some("\t251000元")));
    assert_eq!(reading.document.faults[0].shape, Shape::OtherUnit);
}

#[test]
fn an_amount_under_a_head_in_another_unit_is_unread() {
    let reading = read(&with_line(REAL_REPORT, 49, Some("\t本年收费金额（单位：元）")));
    assert_eq!(reading.document.content.figures.get(cell("proactive_disclosure.fees.amount")), None);
    assert_eq!(reading.notes.cells_read, 199);
}

#[test]
fn columns_in_another_order_are_followed() {
    let swapped = with_line(&with_line(REAL_REPORT, 13, Some("\t现行有效件数")), 15, Some("\t本年制发件数"));
    let reading = read(&with_line(&swapped, 18, Some("\t7")));
    let figures = &reading.document.content.figures;
    assert_eq!(figures.get(cell("proactive_disclosure.regulations.in_force")), Some(7));
    assert_eq!(figures.get(cell("proactive_disclosure.regulations.issued")), Some(0));
}

#[test]
fn the_form_is_that_of_the_tables_and_not_of_the_year() {
    let old = "某局2023年政府信息公开工作年度报告\n二、主动公开政府信息情况\n信息内容\n本年新制作数量\n本年新公开数量\n对外公开总数量\n规章\n1\n2\n3";
    let reading = read(old);
    let content = &reading.document.content;
    assert_eq!(content.form().id, "2019");
    let total =
        by_id("2019").and_then(|form| form.find("proactive_disclosure", "regulations", "total_disclosed"));
    assert_eq!(total.and_then(|cell| content.figures.get(cell)), Some(3));
    assert_eq!(content.sections.iter().filter(|section| section.present).count(), 1);
}

#[test]
fn without_tables_the_form_is_that_of_the_year_or_of_the_hint() {
    let form_of = |text: &str, hint| recognise(&text::read(text), hint).document.content.form().id.clone();
    assert_eq!(form_of("某局2019年政府信息公开工作年度报告\n一、总体情况\n好。", Some(2023)), "2019");
    assert_eq!(form_of("一、总体情况\n好。", Some(2020)), "2019");
    assert_eq!(form_of("一、总体情况\n好。", Some(2023)), "2021");
    assert_eq!(Some(form_of("一、总体情况\n好。", None)), all().last().map(|form| form.id.clone()));
}

#[test]
fn an_older_wording_of_a_heading_is_kept() {
    let title = "政府信息公开工作存在的主要问题及改进情况";
    let reading = read(&with_line(REAL_REPORT, 387, Some(&format!("五．{title}："))));
    let section = reading.document.content.section("problems").cloned();
    assert_eq!(section.and_then(|section| section.found_title).as_deref(), Some(title));
    assert_eq!(reading.notes.cells_read, 200);
}

#[test]
fn sentences_beside_a_table_are_kept_and_stray_pieces_are_told() {
    let text = REAL_REPORT.replace("\n\t（本列数据", "\n本年度未收到申请。\n第3页\n\t（本列数据");
    let Reading { document, notes } = read(&text);
    assert_eq!(document.content.text("requests"), Some("本年度未收到申请。"));
    assert!(notes.unmapped.contains(&Unmapped { text: "第3页".to_owned(), where_: "line 59".to_owned() }));
    assert_eq!(notes.cells_read, 200);
}

#[test]
fn headings_alone_invent_nothing() {
    let text: Vec<String> =
        form().sections.iter().map(|section| format!("{}、{}", section.numeral(), section.title)).collect();
    let Reading { document, notes } = read(&text.join("\n"));
    assert_eq!((notes.sections_found, notes.cells_read, notes.cells_blank), (6, 0, 0));
    assert!(document.content.sections.iter().all(|section| section.present && section.text.is_none()));
}

proptest! {
    #[test]
    fn a_report_cut_or_stirred_anywhere_is_read_without_a_panic(
        cut in 0_usize..12_000,
        from in 0_usize..397,
        to in 0_usize..397,
        put in "[\\t\\n 一三（）、。0-9年月日/总计其他\\[bookmark: \\]]{0,24}",
    ) {
        let mut lines: Vec<&str> = REAL_REPORT.lines().collect();
        if from < lines.len() && to < lines.len() {
            lines.swap(from, to);
            lines.insert(to, &put);
        }
        let stirred: String = lines.join("\n").chars().skip(cut % 997).take(cut).collect();
        let notes = read(&stirred).notes;
        prop_assert!(notes.cells_read + notes.cells_blank <= notes.cells_expected);
    }

    #[test]
    fn lost_lines_never_put_a_number_in_the_wrong_cell(
        lost in proptest::collection::btree_set(0_usize..320, 1..6),
    ) {
        let document = suqian();
        let whole = one_piece_to_a_line(&document);
        let is_number = |line: &str| line.parse::<f64>().is_ok();
        let kept: Vec<&str> = whole
            .lines()
            .enumerate()
            .filter(|(at, line)| !(lost.contains(at) && is_number(line)))
            .map(|(_, line)| line)
            .collect();
        let reading = read(&kept.join("\n"));
        prop_assert_eq!(wrong(&reading, &document), Vec::<String>::new());
    }
}
