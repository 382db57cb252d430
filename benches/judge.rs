//! What judging, reading and adding reports cost, beside parsing the same JSON in the same run.
#![expect(missing_docs, reason = "what criterion makes has none")]
#![expect(clippy::cast_possible_wrap, clippy::expect_used, reason = "a bench may stop where it stands")]

use criterion::{Criterion, criterion_group, criterion_main};
use nianbao::inside::documents::write::{Format, write};
use nianbao::inside::documents::{Kind, decode, read_grid, recognise, text};
use nianbao::inside::domain::agency::{Kind as AgencyKind, Level};
use nianbao::inside::domain::figures::Figures;
use nianbao::inside::domain::form;
use nianbao::inside::domain::report::{Content, ReportDocument, Scope, read_sections};
use nianbao::inside::domain::rules::{AgencyFacts, Judged, RuleSet, judge};
use serde_json::Value;
use std::hint::black_box;

const DOCUMENT: &str = include_str!("../tests/fixtures/suqian-2023.json");
const TEXT: &[u8] = include_bytes!("../tests/fixtures/000_21ff2a0d32bbf7b0.txt");

fn read(document: &Value) -> Content {
    let form = form::for_year(2023);
    let sections = document["sections"].as_object().expect("sections");
    read_sections(&Content::empty(form), sections).0
}

fn judged<'a>(content: &'a Content, rules: &'a RuleSet) -> Judged<'a> {
    Judged {
        year: 2023,
        period_end: "2023-12-31".parse().expect("a day"),
        due_on: "2024-03-31".parse().ok(),
        agency: Some(AgencyFacts { kind: AgencyKind::Government, level: Level::Municipal }),
        day: "2024-01-20".parse().ok(),
        ..Judged::alone(content, rules)
    }
}

/// The prefecture's report as a file.
fn written(content: &Content, format: Format) -> Vec<u8> {
    let document = ReportDocument {
        title: Some("宿迁市2023年政府信息公开工作年度报告".to_owned()),
        agency_name: Some("宿迁市人民政府".to_owned()),
        agency_id: None,
        year: Some(2023),
        scope: Some(Scope::Consolidated),
        signed_by: None,
        signed_on: None,
        index_number: None,
        source_url: None,
        content: content.clone(),
        faults: Vec::new(),
    };
    write(&document, format).expect("written").expect("bytes")
}

fn benches(criterion: &mut Criterion) {
    let document: Value = serde_json::from_str(DOCUMENT).expect("a document");
    let right = read(&document);
    let mut wrong = right.clone();
    for cell in 0..200 {
        let value = wrong.figures.get(cell).map(|value| value + cell as i64);
        wrong.figures.set(cell, value);
    }
    let empty = Content::empty(form::for_year(2023));
    let rules = RuleSet::own();
    let mut group = criterion.benchmark_group("report");
    group.bench_function("baseline: parse the JSON", |bench| {
        bench.iter(|| serde_json::from_str::<Value>(black_box(DOCUMENT)).expect("JSON"));
    });
    group.bench_function("judge: full and right", |bench| {
        bench.iter(|| judge(&judged(black_box(&right), &rules)))
    });
    group.bench_function("judge: every identity broken", |bench| {
        bench.iter(|| judge(&judged(black_box(&wrong), &rules)))
    });
    group.bench_function("judge: nothing filled in", |bench| {
        bench.iter(|| judge(&judged(black_box(&empty), &rules)))
    });
    group.bench_function("read from JSON", |bench| bench.iter(|| read(black_box(&document))));
    group.bench_function("add 1,000 vectors", |bench| {
        bench.iter(|| {
            let nothing = Figures::empty(form::for_year(2023));
            (0..1_000).try_fold(nothing, |sum, _| sum.checked_add(black_box(&right.figures)))
        });
    });
    group.bench_function("import the real text", |bench| {
        bench.iter(|| {
            let (read, _) = decode(black_box(TEXT), None).expect("text");
            recognise(&text::read(&read), None)
        });
    });
    for (format, kind) in [(Format::Docx, Kind::Docx), (Format::Html, Kind::Html), (Format::Xlsx, Kind::Xlsx)]
    {
        let written = written(&right, format);
        group.bench_function(format!("import {}", kind.as_str()), |bench| {
            bench.iter(|| {
                let (grid, _) = read_grid(kind, black_box(&written), None).expect("a grid");
                recognise(&grid, None)
            });
        });
    }
    for (name, kind) in
        [("doc", Kind::Doc), ("odt", Kind::Odt), ("xls", Kind::Xls), ("ods", Kind::Ods), ("pdf", Kind::Pdf)]
    {
        let path = format!("{}/tests/documents/files/libreoffice.{name}", env!("CARGO_MANIFEST_DIR"));
        let file = std::fs::read(path).expect("a file");
        group.bench_function(format!("import LibreOffice's {name}"), |bench| {
            bench.iter(|| {
                let (grid, _) = read_grid(kind, black_box(&file), None).expect("a grid");
                recognise(&grid, None)
            });
        });
    }
    let own = written(&right, Format::Pdf);
    group.bench_function("import the own pdf", |bench| {
        bench.iter(|| {
            let (grid, _) = read_grid(Kind::Pdf, black_box(&own), None).expect("a grid");
            recognise(&grid, None)
        });
    });
    for format in [Format::Docx, Format::Html, Format::Pdf, Format::Xlsx] {
        group.bench_function(format!("write {}", format.as_str()), |bench| {
            bench.iter(|| written(black_box(&right), format));
        });
    }
    group.finish();
}

/// Twice the text, twice the time: what hostile files are made of, over doubling sizes.
fn doubling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("doubling");
    group.sample_size(10);
    let pieces = [
        ("headings", "三、收到和处理政府信息公开申请情况，本年度没有收到申请\n"),
        ("labels", "（一）予以公开 一、本年新收政府信息公开申请数量\n"),
        ("rows", "（一）予以公开\t1\t2\t3\t4\t5\t6\t21\n"),
    ];
    for (name, piece) in pieces {
        for size in [1_usize, 2, 4] {
            let whole = piece.repeat((size << 20) / piece.len());
            group.bench_function(format!("{name}, {size} MiB"), |bench| {
                bench.iter(|| recognise(&text::read(black_box(&whole)), None));
            });
        }
    }
    group.finish();
}

criterion_group!(all, benches, doubling);
criterion_main!(all);
