//! What is written is read back: every cell, every sentence, title and signature.

use nianbao::inside::documents::write::{Format, write};
use nianbao::inside::documents::{Kind, read_grid, recognise};
use nianbao::inside::domain::form::{Form, all, by_id};
use nianbao::inside::domain::report::{Content, ReportDocument, Scope, read_sections};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

/// The formats that are read as well as written, as the reader knows them.
const BOTH_WAYS: [(Format, Kind); 4] = [
    (Format::Docx, Kind::Docx),
    (Format::Html, Kind::Html),
    (Format::Xlsx, Kind::Xlsx),
    (Format::Markdown, Kind::Markdown),
];

fn document(form: &'static Form, year: i32) -> ReportDocument {
    ReportDocument {
        title: Some(format!("沁源县信访局{year}年政府信息公开工作年度报告")),
        agency_name: Some("沁源县信访局".to_owned()),
        agency_id: None,
        year: Some(year),
        scope: Some(Scope::Own),
        signed_by: Some("沁源县信访局".to_owned()),
        signed_on: "2024-01-29".parse().ok(),
        index_number: None,
        source_url: None,
        content: Content::empty(form),
        faults: Vec::new(),
    }
}

pub fn suqian(year: i32) -> ReportDocument {
    let text = match year {
        2023 => include_str!("../fixtures/suqian-2023.json"),
        _ => include_str!("../fixtures/suqian-2024.json"),
    };
    let json: Value = serde_json::from_str(text).expect("a document");
    let form = by_id("2021").expect("the form");
    let mut document = document(form, year);
    document.content = read_sections(&document.content, json["sections"].as_object().expect("sections")).0;
    document.content.sections.iter_mut().for_each(|section| section.found_title = None);
    document
}

/// A text as paper carries it: indents, blank lines and more than one blank in a row are layout.
fn on_paper(text: &str) -> Option<String> {
    let words =
        |line: &str| line.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let lines: Vec<String> =
        text.lines().map(|line| words(line.trim())).filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Writes and reads; fails with every difference.
#[track_caller]
fn check(document: &ReportDocument, format: Format, kind: Kind) {
    let bytes = write(document, format).expect("it is written").expect("bytes");
    let (grid, _) = read_grid(kind, &bytes, None).expect("it is read");
    let read = recognise(&grid, None);
    let (mine, theirs) = (&document.content, &read.document.content);
    assert_eq!(theirs.form().id, mine.form().id, "{format:?}");
    let mut wrong = Vec::new();
    for cell in &mine.form().cells {
        let (written, found) = (mine.figures.get(cell.index), theirs.figures.get(cell.index));
        if written != found {
            wrong.push(format!("{}: {written:?} became {found:?}", cell.indicator()));
        }
    }
    assert!(wrong.is_empty(), "{format:?}: {} cells\n{}", wrong.len(), wrong.join("\n"));
    for (section, (mine, theirs)) in
        mine.form().sections.iter().zip(mine.sections.iter().zip(&theirs.sections))
    {
        assert_eq!(theirs.present, mine.present, "{format:?} {}", section.key);
        assert_eq!(theirs.text, mine.text.as_deref().and_then(on_paper), "{format:?} {}", section.key);
        assert_eq!(theirs.found_title, mine.found_title, "{format:?} {}", section.key);
    }
    let head = |document: &ReportDocument| {
        (
            document.title.clone(),
            document.agency_name.clone(),
            document.year,
            document.scope,
            (document.signed_by.clone(), document.signed_on),
            (document.index_number.clone(), document.source_url.clone()),
        )
    };
    assert_eq!(head(&read.document), head(document), "{format:?}");
    let unmapped: Vec<&str> = read.notes.unmapped.iter().map(|stray| stray.text.as_str()).collect();
    assert_eq!(unmapped, Vec::<&str>::new(), "{format:?}");
    assert!(read.document.faults.is_empty(), "{format:?}: {:?}", read.document.faults);
}

#[test]
fn the_prefectures_reports_come_back_from_every_format() {
    for year in [2023, 2024] {
        for (format, kind) in BOTH_WAYS {
            check(&suqian(year), format, kind);
        }
    }
}

#[test]
fn an_empty_report_comes_back_empty() {
    for form in all() {
        let mut document = document(form, form.from);
        for section in form.sections.iter().filter(|section| section.table.is_none()) {
            document.content.section_mut(&section.key).expect("the section").text = Some("无。".to_owned());
        }
        for (format, kind) in BOTH_WAYS {
            check(&document, format, kind);
        }
    }
}

/// Sentences as reports hold them, some with marks that mean something to a format.
fn sentence() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        Just("本年度主动公开政府信息"),
        Just("收到申请3件，均按时答复"),
        Just("（一）主动公开。全年发布120条"),
        Just("1.完善制度；2.加强培训"),
        Just("a<b & \"c\" | d"),
        Just("*重点* _领域_ `信息` [链接](x)"),
        Just("# 不是标题"),
        Just("2023年以来，\\反斜杠"),
    ];
    proptest::collection::vec(words, 1..4).prop_map(|words| words.join("，") + "。")
}

/// Paragraphs, indented or not, with blanks and empty lines as clerks leave them.
fn text() -> impl Strategy<Value = String> {
    let lead = prop_oneof![4 => Just(""), 1 => Just("　　"), 1 => Just("  "), 1 => Just("\n"), 1 => Just("一  二\t三 ")];
    let line = (lead, sentence(), prop_oneof![3 => Just(""), 1 => Just("  ")]);
    let lines =
        proptest::collection::vec(line.prop_map(|(lead, text, end)| format!("{lead}{text}{end}")), 1..4);
    lines.prop_map(|lines| lines.join("\n"))
}

/// A remark under a table, or none.
fn remark() -> impl Strategy<Value = Option<String>> {
    let remark = prop_oneof![Just("注：本表含下属单位数据".to_owned()), text()];
    proptest::option::weighted(0.3, remark)
}

fn any_document() -> impl Strategy<Value = ReportDocument> {
    let form = (0..all().len()).prop_map(|at| &all()[at]);
    form.prop_flat_map(|form| {
        let value = prop_oneof![
            4 => (0_i64..1_000_000).prop_map(Some),
            3 => Just(Some(0)),
            2 => Just(None),
        ];
        let cells = proptest::collection::vec(value, form.cells.len());
        let texts = form.sections.iter().map(|section| match section.table {
            None => text().prop_map(Some).boxed(),
            Some(_) => remark().boxed(),
        });
        // The form's own title, an older wording of it, or one of the agency's own.
        let titles = form.sections.iter().enumerate().map(|(at, section)| {
            let mut titles: Vec<Option<String>> = vec![None; 4];
            titles.extend(section.aliases.iter().cloned().map(Some));
            if at == 2 {
                titles.push(Some("依申请公开工作".to_owned()));
            }
            proptest::sample::select(titles).boxed()
        });
        (cells, texts.collect::<Vec<_>>(), titles.collect::<Vec<_>>()).prop_map(
            move |(cells, texts, titles)| {
                let mut document = document(form, if form.id == "2019" { 2020 } else { 2023 });
                for (at, value) in cells.into_iter().enumerate() {
                    document.content.figures.set(at, value);
                }
                for ((section, text), title) in document.content.sections.iter_mut().zip(texts).zip(titles) {
                    (section.text, section.found_title) = (text, title);
                }
                document
            },
        )
    })
}

#[test]
fn any_report_comes_back_from_every_format() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&any_document(), |document| {
            for (format, kind) in BOTH_WAYS {
                check(&document, format, kind);
            }
            Ok(())
        })
        .expect("it comes back");
}

#[test]
fn a_section_may_be_called_whatever_a_title_may_be() {
    for title in [
        "概况[一]/二:三?*\\",
        "'概况'",
        &"长".repeat(200),
        &format!("{}'", "概".repeat(28)),
        &"😀".repeat(30),
        "<b>&\"",
    ] {
        let mut document = suqian(2023);
        for section in &mut document.content.sections {
            section.found_title = Some(title.to_owned());
        }
        for format in Format::ALL {
            let bytes =
                write(&document, format).unwrap_or_else(|fault| panic!("{title} {format:?}: {fault}"));
            assert!(bytes.is_none_or(|bytes| !bytes.is_empty()), "{title} {format:?}");
        }
    }
}

#[test]
fn what_neither_title_nor_signature_tells_comes_back_too() {
    type Change = fn(&mut ReportDocument);
    let changes: [Change; 7] = [
        |document| {
            document.index_number = Some("11140431/2024-00012".to_owned());
            document.source_url = Some("https://www.example.gov.cn/a_b/c?id=1&x=*~#top".to_owned());
        },
        |document| {
            (document.title, document.signed_by) = (Some("政府信息公开工作年度报告".to_owned()), None);
        },
        |document| {
            document.agency_name = Some("沁源县人民政府".to_owned());
            document.title = Some("沁源县2023年政府信息公开工作年度报告".to_owned());
        },
        |document| {
            document.agency_name = Some("长治市人民政府".to_owned());
            (document.scope, document.signed_by) = (Some(Scope::Own), None);
        },
        |document| document.signed_by = Some("沁源县信访工作专班".to_owned()),
        |document| {
            (document.signed_by, document.signed_on) = (Some("沁源县信访工作专班".to_owned()), None);
        },
        |document| {
            document.signed_on = None;
            document.title = Some("某年信息公开报告".to_owned());
        },
    ];
    for change in changes {
        let mut document = suqian(2023);
        change(&mut document);
        for (format, kind) in BOTH_WAYS {
            check(&document, format, kind);
        }
    }
}

#[test]
fn a_page_holds_no_script_and_nothing_it_was_not_given() {
    let mut document = suqian(2023);
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
    document.title = Some(format!("{hostile}2023年政府信息公开工作年度报告"));
    document.content.section_mut("overview").expect("the section").text = Some(hostile.to_owned());
    let page =
        String::from_utf8(write(&document, Format::Html).expect("written").expect("bytes")).expect("UTF-8");
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("http"), "{page}");
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("scope=") && page.contains("rowspan="));
}

#[test]
fn a_pdf_is_the_same_to_the_byte_and_a_csv_has_a_line_for_every_cell() {
    let document = suqian(2023);
    let pdf = || write(&document, Format::Pdf).expect("written").expect("bytes");
    assert!(pdf().starts_with(b"%PDF-") && pdf() == pdf());
    let xlsx = write(&document, Format::Xlsx).expect("written").expect("bytes");
    let mut parts = zip::ZipArchive::new(std::io::Cursor::new(xlsx)).expect("a package");
    let mut said = String::new();
    let mut part = parts.by_name("docProps/core.xml").expect("its properties");
    std::io::Read::read_to_string(&mut part, &mut said).expect("a text");
    let day = document.signed_on.map_or("2000-01-01".to_owned(), |day| day.to_string());
    assert!(said.contains(&format!("{day}T00:00:00Z</dcterms:created>")), "no clock is in it: {said}");
    let csv = write(&document, Format::Csv).expect("written").expect("bytes");
    let lines = String::from_utf8(csv).expect("UTF-8");
    assert_eq!(lines.lines().count(), 201);
    assert!(lines.contains("proactive_disclosure,fees,amount,行政事业性收费,"), "{lines}");
    assert!(lines.contains("万元"));
}

#[test]
fn an_empty_workbook_read_back_is_an_empty_report() {
    let form = by_id("2021").expect("the form");
    let bytes = nianbao::inside::documents::write::xlsx::empty(form, 2025).expect("written");
    let (grid, _) = read_grid(Kind::Xlsx, &bytes, None).expect("it is read");
    let read = recognise(&grid, None);
    assert_eq!(read.document.year, Some(2025));
    assert_eq!(read.notes.sections_found, 6);
    assert!(read.document.content.figures.values().iter().all(Option::is_none), "nothing was filled in");
    assert_eq!(read.notes.cells_read, 0);
}
