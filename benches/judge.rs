//! What judging, reading and adding reports cost, beside parsing the same JSON in the same run.

use criterion::{Criterion, criterion_group, criterion_main};
use nianbao::documents::{decode, recognise, text};
use nianbao::domain::agency::{Kind, Level};
use nianbao::domain::figures::Figures;
use nianbao::domain::form;
use nianbao::domain::report::{Content, read_sections};
use nianbao::domain::rules::{AgencyFacts, Judged, Moment, Previous, judge};
use serde_json::Value;
use std::hint::black_box;

const DOCUMENT: &str = include_str!("../tests/fixtures/suqian-2023.json");
const TEXT: &[u8] = include_bytes!("../tests/fixtures/000_21ff2a0d32bbf7b0.txt");

fn read(document: &Value) -> Content {
    let form = form::for_year(2023);
    let sections = document["sections"].as_object().expect("sections");
    read_sections(&Content::empty(form), sections).0
}

fn judged(content: &Content) -> Judged<'_> {
    Judged {
        content,
        faults: &[],
        blanks: &[],
        year: 2023,
        period_end: "2023-12-31".parse().expect("a day"),
        due_on: "2024-03-31".parse().ok(),
        agency: Some(AgencyFacts { kind: Kind::Government, level: Level::Municipal }),
        day: "2024-01-20".parse().ok(),
        moment: Moment::Draft,
        previous: &Previous::NotAsked,
        upstream: &[],
        subordinates: None,
        twins: &[],
    }
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
    let mut group = criterion.benchmark_group("report");
    group.bench_function("baseline: parse the JSON", |bench| {
        bench.iter(|| serde_json::from_str::<Value>(black_box(DOCUMENT)).expect("JSON"));
    });
    group.bench_function("judge: full and right", |bench| bench.iter(|| judge(&judged(black_box(&right)))));
    group.bench_function("judge: every identity broken", |bench| {
        bench.iter(|| judge(&judged(black_box(&wrong))))
    });
    group
        .bench_function("judge: nothing filled in", |bench| bench.iter(|| judge(&judged(black_box(&empty)))));
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
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
