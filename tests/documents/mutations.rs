//! Files that were hurt: whatever the bytes, a reader answers, soon, and says nothing it did not find.
//!
//! Each reader has its seeds (what we write ourselves, and the real report); bytes of them are changed, cut
//! out, doubled. Forty files of each kind; with `NIANBAO_TEST_LONG=1` as many as two seconds take at least, or
//! `NIANBAO_TEST_MUTATE_SECONDS` (15 in `.ci/run`).

use super::ofd;
use super::round_trips::suqian;
use nianbao::inside::documents::Kind;
use nianbao::inside::documents::write::{Format, write};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

#[path = "../../fuzz/targets/holds.rs"]
mod holds;

/// What is done to a file's bytes.
#[derive(Debug, Clone)]
enum Hurt {
    Set(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index, usize),
    Double(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
}

fn hurt() -> impl Strategy<Value = Hurt> {
    let at = any::<prop::sample::Index>;
    let telling = prop_oneof![
        Just(b"<".to_vec()),
        Just(b"</w:tbl>".to_vec()),
        Just(b"<w:tr>".to_vec()),
        Just(b" colspan=\"4294967295\"".to_vec()),
        Just(b" rowspan=\"-1\"".to_vec()),
        Just(b"&#0;&#x110000;".to_vec()),
        Just("\u{202e}一、".as_bytes().to_vec()),
        Just(b"|".to_vec()),
        Just(b"\xff\xfe\x00\x00".to_vec()),
        Just(b"<!DOCTYPE a [<!ENTITY b \"c\">]>".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..8),
    ];
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Hurt::Set(at, byte)),
        (at(), 0..8u8).prop_map(|(at, bit)| Hurt::Flip(at, bit)),
        (at(), 1..2_000usize).prop_map(|(at, length)| Hurt::Cut(at, length)),
        (at(), 1..2_000usize).prop_map(|(at, length)| Hurt::Double(at, length)),
        (at(), telling).prop_map(|(at, bytes)| Hurt::Insert(at, bytes)),
    ]
}

fn apply(bytes: &mut Vec<u8>, hurt: &Hurt) {
    if bytes.is_empty() {
        return;
    }
    let here = |at: &prop::sample::Index, bytes: &[u8]| at.index(bytes.len());
    match hurt {
        Hurt::Set(at, byte) => {
            let at = here(at, bytes);
            bytes[at] = *byte;
        }
        Hurt::Flip(at, bit) => {
            let at = here(at, bytes);
            bytes[at] ^= 1 << bit;
        }
        Hurt::Cut(at, length) => {
            let at = here(at, bytes);
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Hurt::Double(at, length) => {
            let at = here(at, bytes);
            let part = bytes[at..(at + length).min(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
        Hurt::Insert(at, more) => {
            let at = here(at, bytes);
            bytes.splice(at..at, more.iter().copied());
        }
    }
}

/// The parts of an archive, taken apart: bytes hurt inside a part reach the reader behind the inflater.
pub fn parts(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("our own archive");
    (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).expect("a part");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("its bytes");
            (part.name().expect("its name").into_owned(), bytes)
        })
        .collect()
}

pub fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a part");
        archive.write_all(bytes).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}

const FILES: u64 = 40;

/// For how long it goes on, at least.
fn length() -> Duration {
    let seconds = std::env::var("NIANBAO_TEST_MUTATE_SECONDS").ok().and_then(|text| text.parse().ok());
    let long = std::env::var_os("NIANBAO_TEST_LONG").map_or(0, |_| 2);
    Duration::from_secs(seconds.unwrap_or(long))
}

/// Reads it: what holds for every reader holds, and nobody waits long.
fn read(kind: Kind, bytes: &[u8]) {
    let began = Instant::now();
    holds::read(kind, bytes);
    assert!(began.elapsed() < Duration::from_secs(20), "{kind:?}: {:?}", began.elapsed());
}

/// Hurts the seeds over and over.
fn mutate(kind: Kind, seeds: &[Vec<u8>]) {
    let config = Config { failure_persistence: None, ..Config::default() };
    // Other files in every run: what one run finds is kept as a test of its own.
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).expect("a seed");
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let strategy =
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), proptest::collection::vec(hurt(), 1..6));
    let (began, mut count) = (Instant::now(), 0_u64);
    while count < FILES || began.elapsed() < length() {
        let tree = strategy.new_tree(&mut runner).expect("a value");
        let (which, part, hurts) = tree.current();
        let mut bytes = which.get(seeds).clone();
        let packed_kinds = [Kind::Docx, Kind::Xlsx, Kind::Odt, Kind::Ods, Kind::Ofd];
        let inside = packed_kinds.contains(&kind) && !count.is_multiple_of(4);
        if inside {
            let mut parts = parts(&bytes);
            let part = part.index(parts.len());
            hurts.iter().for_each(|hurt| apply(&mut parts[part].1, hurt));
            bytes = packed(&parts);
        } else {
            hurts.iter().for_each(|hurt| apply(&mut bytes, hurt));
        }
        let outcome = std::panic::catch_unwind(|| read(kind, &bytes));
        if let Err(cause) = outcome {
            let file = std::env::temp_dir().join(format!("nianbao-hurt.{}", kind.as_str()));
            std::fs::write(&file, &bytes).expect("kept");
            eprintln!("the file is kept as {}", file.display());
            std::panic::resume_unwind(cause);
        }
        count += 1;
    }
    eprintln!("{kind:?}: {count} files in {:?}", began.elapsed());
}

fn seeds(format: Format) -> Vec<Vec<u8>> {
    [2023, 2024].map(|year| write(&suqian(year), format).expect("written").expect("bytes")).to_vec()
}

#[test]
fn hurt_docx_files_are_answered() {
    mutate(Kind::Docx, &seeds(Format::Docx));
}

#[test]
fn hurt_pages_are_answered() {
    mutate(Kind::Html, &seeds(Format::Html));
}

#[test]
fn hurt_workbooks_are_answered() {
    mutate(Kind::Xlsx, &seeds(Format::Xlsx));
}

#[test]
fn hurt_markdown_is_answered() {
    mutate(Kind::Markdown, &seeds(Format::Markdown));
}

#[test]
fn hurt_doc_files_are_answered() {
    mutate(Kind::Doc, &[include_bytes!("files/libreoffice.doc").to_vec()]);
}

#[test]
fn hurt_odt_files_are_answered() {
    mutate(Kind::Odt, &[include_bytes!("files/libreoffice.odt").to_vec()]);
}

#[test]
fn hurt_xls_files_are_answered() {
    mutate(Kind::Xls, &[include_bytes!("files/libreoffice.xls").to_vec()]);
}

#[test]
fn hurt_ods_files_are_answered() {
    mutate(Kind::Ods, &[include_bytes!("files/libreoffice.ods").to_vec()]);
}

#[test]
fn hurt_csv_is_answered() {
    mutate(Kind::Csv, &seeds(Format::Csv));
}

#[test]
fn hurt_pages_in_one_file_are_answered() {
    let head = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\n\
        Content-Type: text/html; charset=utf-8\r\n\r\n";
    let whole = |page: Vec<u8>| [head.as_bytes(), &page, b"\r\n--B--\r\n"].concat();
    mutate(Kind::Mht, &seeds(Format::Html).into_iter().map(whole).collect::<Vec<_>>());
}

#[test]
fn hurt_ofd_files_are_answered() {
    let drawn = [ofd::Drawn::Lines, ofd::Drawn::Boxes];
    mutate(Kind::Ofd, &drawn.map(|drawn| ofd::write(&suqian(2023), drawn)));
}

#[test]
fn hurt_pdf_files_are_answered() {
    let office = include_bytes!("files/libreoffice.pdf").to_vec();
    // Unpacked as well, so that the hurt reaches the text and the lines.
    let unpacked = |bytes: &[u8]| {
        let mut document = lopdf::Document::load_mem(bytes).expect("a document");
        document.decompress();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).expect("saved");
        bytes
    };
    let own = seeds(Format::Pdf).remove(0);
    mutate(Kind::Pdf, &[unpacked(&office), unpacked(&own), office, own]);
}

#[test]
fn hurt_text_is_answered() {
    let real = include_bytes!("../fixtures/000_21ff2a0d32bbf7b0.txt").to_vec();
    mutate(Kind::Text, &[real]);
}
