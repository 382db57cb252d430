//! Each reader of a text format from bytes to document, over doubling sizes: twice the file, at most 2.2 times the time.
//!
//! `cargo bench --bench readers`; with `NIANBAO_BENCH_QUICK=1` (or built without optimizing) the growth alone, over
//! smaller files, in some seconds.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and prints what it found"
)]

use criterion::{BenchmarkId, Criterion, Throughput};
use nianbao::inside::documents::intake::{Said, read};
use std::hint::black_box;
use std::time::{Duration, Instant};

const DOUBLINGS: u32 = 4;
/// Most that twice the file may take.
const MOST: f64 = 2.2;

/// What a file is made of: before, a piece again and again, after.
struct Format {
    media: &'static str,
    before: &'static str,
    piece: &'static str,
    after: &'static str,
}

const PROSE: &str =
    "2023年，本机关深入贯彻落实《中华人民共和国政府信息公开条例》，扎实推进政府信息公开工作。";

fn formats() -> Vec<(&'static str, Format)> {
    let heading = "三、收到和处理政府信息公开申请情况\n";
    let format = |media, before, piece, after| Format { media, before, piece, after };
    vec![
        ("text, prose", format("text/plain", "一、总体情况\n", PROSE, "\n")),
        ("text, rows", format("text/plain", heading, "（一）予以公开\t1\t2\t3\t4\t5\t6\t21\n", "")),
        ("markdown, table", format("text/markdown", heading, "| （一）予以公开 | 1 | 2 | 3 | 4 |\n", "")),
        ("markdown, headings", format("text/markdown", "", "## 一、总体情况\n好。\n", "")),
        (
            "html, table",
            format(
                "text/html",
                "<html><body><h2>三、收到和处理政府信息公开申请情况</h2><table>",
                "<tr><td>（一）予以公开</td><td>1</td><td>2</td><td>3</td></tr>",
                "</table></body></html>",
            ),
        ),
        (
            "html, prose",
            format("text/html", "<html><body>", "<p>一、总体情况</p><p>好。</p>", "</body></html>"),
        ),
        (
            "mht",
            format(
                "multipart/related",
                "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\n\
                 Content-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<html><body>",
                "<p>一、总体情况</p><p>好。</p>\r\n",
                "</body></html>\r\n--b--\r\n",
            ),
        ),
        ("csv", format("text/csv", "三、收到和处理政府信息公开申请情况,,,\n", "（一）予以公开,1,2,3\n", "")),
        (
            "json",
            format(
                "application/json",
                "{\"year\": 2023, \"sections\": {\"overview\": {\"text\": \"",
                "深入贯彻落实条例，扎实推进工作。\\n",
                "\"}}}",
            ),
        ),
    ]
}

fn file(format: &Format, fewest: usize, doubling: u32) -> Vec<u8> {
    let pieces = format.piece.repeat(fewest << doubling);
    [format.before, &pieces, format.after].concat().into_bytes()
}

fn said(format: &Format) -> Said {
    Said { media: format.media.to_owned(), year: Some(2023), ..Said::default() }
}

/// The least of many times: what else the machine does only ever adds.
fn least(said: &Said, bytes: &[u8], times: u32) -> Duration {
    let once = || {
        let began = Instant::now();
        let _ = black_box(read(said, bytes));
        began.elapsed()
    };
    (0..times).map(|_| once()).min().unwrap_or_default()
}

fn main() {
    let quick = cfg!(debug_assertions) || std::env::var_os("NIANBAO_BENCH_QUICK").is_some();
    let (fewest, times) = if quick { (100, 3) } else { (1_000, 15) };
    let mut steep = Vec::new();
    for (name, format) in &formats() {
        let said = said(format);
        let files: Vec<Vec<u8>> = (0..=DOUBLINGS).map(|doubling| file(format, fewest, doubling)).collect();
        if let Some(Err(fault)) = files.last().map(|file| read(&said, file)) {
            println!("{name:<24} refused: {fault:?}");
            steep.push(*name);
            continue;
        }
        let took: Vec<Duration> = files.iter().map(|file| least(&said, file, times)).collect();
        let growth: Vec<f64> =
            took.windows(2).map(|pair| pair[1].as_secs_f64() / pair[0].as_secs_f64()).collect();
        println!("{name:<24} {took:>10.1?}  × {growth:.2?}");
        // In the smallest what is done once weighs.
        if growth.iter().skip(1).any(|growth| *growth > MOST) {
            steep.push(*name);
        }
    }
    if !quick {
        let mut criterion = Criterion::default().configure_from_args();
        let mut group = criterion.benchmark_group("readers");
        for (name, format) in &formats() {
            let said = said(format);
            for doubling in 0..=DOUBLINGS {
                let bytes = file(format, fewest, doubling);
                group.throughput(Throughput::Bytes(bytes.len() as u64));
                group.bench_with_input(BenchmarkId::new(*name, bytes.len()), &bytes, |bench, bytes| {
                    bench.iter(|| read(&said, bytes));
                });
            }
        }
        group.finish();
    }
    assert!(steep.is_empty(), "more than {MOST} times for twice the file: {steep:?}");
}
