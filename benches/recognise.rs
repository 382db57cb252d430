//! The recogniser over doubling sizes: twice the document, at most 2.2 times the time, whatever it is made of.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and prints what it found"
)]

use criterion::{BenchmarkId, Criterion, Throughput};
use nianbao::inside::documents::{Grid, html, recognise, text};
use std::hint::black_box;
use std::time::{Duration, Instant};

const REAL: &str = include_str!("../tests/fixtures/000_21ff2a0d32bbf7b0.txt");
/// How often a piece stands in the smallest document; each further one has twice as many.
const FEWEST: usize = 2_000;
const DOUBLINGS: u32 = 4;
/// Most that twice the document may take, as often as it is measured.
const MOST: f64 = 2.2;

/// What documents are made of: the worst of each kind is one piece again and again.
const PIECES: &[(&str, &str)] = &[
    ("prose", "2023年，本机关深入贯彻落实《中华人民共和国政府信息公开条例》，扎实推进政府信息公开工作。\n"),
    ("headings", "一、总体情况\n"),
    ("a heading of a table", "三、收到和处理政府信息公开申请情况\n"),
    ("rows of the table", "\t（一）予以公开\n\t1\n\t2\n\t3\n\t4\n\t5\n\t6\n\t21\n\n"),
    ("heads of the table", "\t自然人\n\t商业企业\n\t其他\n\t总计\n\n"),
    ("empty cells", "\t\t\t\t\n"),
    ("numbers", "0\n"),
    ("titles", "沁源县信访局2023年政府信息公开工作年度报告\n"),
    ("days", "2024年1月20日\n"),
    ("pipes", "规章 | 0 | 0 | 0 |\n"),
    ("labels without values", "行政处罚\n"),
];

fn document(piece: &str, doubling: u32) -> Grid {
    let more = piece.repeat(FEWEST << doubling);
    text::read(&format!("{REAL}\n{more}"))
}

/// One HTML table of many rows.
fn tall(doubling: u32) -> Grid {
    let row = "<tr><td>（一）予以公开</td><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td><td>6</td><td>21</td></tr>";
    let rows = row.repeat((FEWEST / 4) << doubling);
    html::read(&format!("<h2>三、收到和处理政府信息公开申请情况</h2><table>{rows}</table>"))
        .unwrap_or_default()
}

fn documents() -> Vec<(&'static str, Vec<Grid>)> {
    let of = |grid: &dyn Fn(u32) -> Grid| (0..=DOUBLINGS).map(grid).collect::<Vec<Grid>>();
    let mut all: Vec<_> =
        PIECES.iter().map(|(name, piece)| (*name, of(&|doubling| document(piece, doubling)))).collect();
    all.push(("a tall table", of(&tall)));
    all
}

/// The least of many times: what else the machine does only ever adds.
fn least(grid: &Grid) -> Duration {
    let once = || {
        let began = Instant::now();
        black_box(recognise(grid, None));
        began.elapsed()
    };
    (0..15).map(|_| once()).min().unwrap_or_default()
}

fn main() {
    let documents = documents();
    let mut steep = Vec::new();
    for (name, grids) in &documents {
        let times: Vec<Duration> = grids.iter().map(least).collect();
        let growth: Vec<f64> =
            times.windows(2).map(|pair| pair[1].as_secs_f64() / pair[0].as_secs_f64()).collect();
        println!("{name:<24} {times:>10.1?}  × {growth:.2?}");
        // The smallest are mostly the report itself.
        if growth.iter().skip(1).any(|growth| *growth > MOST) {
            steep.push(*name);
        }
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("recognise");
    for (name, grids) in &documents {
        for (doubling, grid) in grids.iter().enumerate() {
            group.throughput(Throughput::Elements((FEWEST << doubling) as u64));
            group.bench_with_input(BenchmarkId::new(*name, FEWEST << doubling), grid, |bench, grid| {
                bench.iter(|| recognise(grid, None));
            });
        }
    }
    group.finish();
    assert!(steep.is_empty(), "more than {MOST} times for twice the document: {steep:?}");
}
