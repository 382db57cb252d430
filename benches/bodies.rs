//! What it costs to judge a body by its schema, beside parsing it: a table section of two hundred cells.
//!
//! `cargo bench --bench bodies`; judging should cost no more than parsing.
#![expect(missing_docs, reason = "what criterion makes has none")]
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a bench may stop where it stands")]

use criterion::{Criterion, criterion_group, criterion_main};
use nianbao::inside::http::{BodyJudge, parse_body};
use serde_json::{Value, json};
use std::hint::black_box;

/// All tables of the 2021 form, filled, with their narratives.
fn body() -> Vec<u8> {
    let document: Value =
        serde_json::from_str(include_str!("../tests/fixtures/suqian-2023.json")).expect("JSON");
    json!({"title": "报告", "sections": document["sections"]}).to_string().into_bytes()
}

fn bodies(criterion: &mut Criterion) {
    let bytes = body();
    let value = parse_body(&bytes).expect("a body");
    let judge = BodyJudge::of_report("2021").expect("a schema");
    assert!(judge.takes(&value), "the body is right");
    let mut wrong = value.clone();
    wrong["sections"]["requests"]["table"]["carried_over"]["natural_person"] = json!("三");
    assert!(!judge.takes(&wrong), "the body is wrong");
    criterion.bench_function("parse", |bencher| bencher.iter(|| parse_body(black_box(&bytes))));
    criterion.bench_function("judge, right", |bencher| bencher.iter(|| judge.takes(black_box(&value))));
    criterion
        .bench_function("judge, one cell wrong", |bencher| bencher.iter(|| judge.takes(black_box(&wrong))));
}

criterion_group!(benches, bodies);
criterion_main!(benches);
