//! Reading documents: the real report as a whole, and hostile bytes.

mod everyday;
mod formats;
mod layouts;
mod linear;
mod lines;
mod mutations;
mod oddities;
mod ofd;
mod round_trips;
mod unseen;

use nianbao::inside::documents::{Reading, SourceNotes, decode, recognise, text};
use proptest::prelude::*;
use std::fmt::Write;

const REAL: &[u8] = include_bytes!("../fixtures/000_21ff2a0d32bbf7b0.txt");

fn read(bytes: &[u8]) -> Option<Reading> {
    let (text, _) = decode(bytes, None).ok()?;
    Some(recognise(&text::read(&text), None))
}

#[test]
fn the_real_report_is_read_as_it_stands() {
    let reading = read(REAL).expect("a reading");
    let document = &reading.document;
    let mut said = String::new();
    let _ = writeln!(
        said,
        "title: {:?}\nagency: {:?}\nyear: {:?}\nsigned: {:?} {:?}\nform: {}",
        document.title,
        document.agency_name,
        document.year,
        document.signed_by,
        document.signed_on,
        document.content.form().id
    );
    for (section, state) in document.content.form().sections.iter().zip(&document.content.sections) {
        let _ = writeln!(
            said,
            "\n[{}] present: {}, heading: {:?}",
            section.key, state.present, state.found_title
        );
        let _ = writeln!(said, "{}", state.text.as_deref().unwrap_or("(no text)"));
        for cell in document.content.form().cells.iter().filter(|cell| cell.section_key == section.key) {
            let value = document.content.figures.json(cell.index);
            let _ = writeln!(said, "  {}.{} = {value}", cell.row_key, cell.column_key);
        }
    }
    let notes = SourceNotes { found: Vec::new(), ..reading.notes.clone() };
    let _ = writeln!(said, "\n{notes:?}");
    insta::assert_snapshot!("real_report", said);
}

#[test]
fn the_same_text_in_gb18030_is_the_same_report() {
    let text = std::str::from_utf8(REAL).expect("UTF-8");
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    let (plain, coded) = (read(REAL).expect("a reading"), read(&bytes).expect("a reading"));
    assert_eq!(plain.document.content, coded.document.content);
}

#[test]
fn a_large_file_of_one_kind_of_line_is_read_in_time() {
    for line in ["总计\t", "一、总体情况\n", "\t\t\t\n", "2023年", "（一）", "0\n"] {
        let text = line.repeat(400_000 / line.len());
        let _ = recognise(&text::read(&text), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(&bytes);
    }

    #[test]
    fn bytes_strewn_over_the_real_report_never_break_the_reader(
        places in prop::collection::vec((0usize..6_000, any::<u8>()), 1..40),
    ) {
        let mut bytes = REAL.to_vec();
        for (at, byte) in places {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        let _ = read(&bytes);
    }

    #[test]
    fn no_number_is_read_that_does_not_stand_in_the_text(number in 1_000u32..9_999, at in 0usize..190) {
        let text = std::str::from_utf8(REAL).expect("UTF-8");
        let zeros: Vec<usize> = text.match_indices("\t0\n").map(|(place, _)| place).collect();
        let place = zeros[at % zeros.len()];
        let changed = format!("{}\t{number}\n{}", &text[..place], &text[place + 3..]);
        let reading = read(changed.as_bytes()).expect("a reading");
        let values: Vec<i64> = reading.document.content.figures.values().iter().flatten().copied().collect();
        let others = values.iter().filter(|value| **value != 0).count();
        // It stands in one cell, as it was written (amounts in millionths), or nowhere.
        let n = i64::from(number);
        prop_assert!(others <= 1 && values.iter().all(|value| [0, n, n * 1_000_000].contains(value)));
    }
}
