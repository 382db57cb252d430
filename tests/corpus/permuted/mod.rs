//! Random reports whose tables are permuted, renamed, merged, cut and doubled, in every format that a test can write:
//! a cell is read as it stands, or unread with a finding, and never wrong.

mod sheet;
mod written;

use fastrand::Rng;
use nianbao::inside::documents::intake::{Said, read};
use nianbao::inside::domain::form::{Form, by_id};
use nianbao::inside::domain::report::read_cell;
use nianbao::inside::domain::rules::Finding;
use sheet::{Change, Sheet};
use std::fmt::Write;
use written::Format;

/// Values that may be read of each cell of the form; of the others, nothing.
type Allowed = Vec<Vec<String>>;

/// One case: the figures, what is done to the tables, how they are written.
#[derive(Clone)]
struct Case {
    figures: u64,
    format: Format,
    changes: Vec<Change>,
}

impl Case {
    fn random(seed: u64) -> Case {
        let mut random = Rng::with_seed(seed);
        let format = Format::ALL[random.usize(..Format::ALL.len())];
        let changes = (0..random.usize(..4)).map(|_| Change::random(&mut random)).collect();
        Case { figures: random.u64(..), format, changes }
    }

    /// The report as a file, and what may be read from it.
    fn written(&self, form: &'static Form) -> (Vec<u8>, Allowed) {
        let mut random = Rng::with_seed(self.figures);
        let mut numbers: Vec<u32> = (11..9_999).collect();
        random.shuffle(&mut numbers);
        let mut fresh = numbers.into_iter().map(|number| number.to_string());
        let figures: Vec<String> = (0..form.cells.len()).map(|_| fresh.next().unwrap_or_default()).collect();
        let mut sheets = Sheet::all(form, &figures);
        for change in &self.changes {
            change.apply(&mut sheets, &mut fresh);
        }
        let mut allowed = vec![Vec::new(); form.cells.len()];
        for sheet in &sheets {
            sheet.allow(self.format.keeps(), &mut allowed);
        }
        let tables: Vec<_> = sheets.iter().map(Sheet::rows).collect();
        (written::file(self.format, form, &tables), allowed)
    }

    /// What is read wrong, or left out without a word.
    fn faults(&self, form: &'static Form) -> Vec<String> {
        let (bytes, allowed) = self.written(form);
        let said = Said::default().named(self.format.name());
        let Ok(read) = read(&said, &bytes) else { return Vec::new() };
        let content = &read.document.content;
        if content.form().id != form.id {
            let read = content.figures.values().iter().flatten().count();
            return if read == 0 { Vec::new() } else { vec![format!("{read} cells of another form")] };
        }
        let findings = super::passages::judge_document(&read.document, &read.notes.blanks, 2024);
        let mut faults = Vec::new();
        for (cell, allowed) in form.cells.iter().zip(allowed) {
            match content.figures.get(cell.index) {
                Some(value) => {
                    let may = allowed.iter().any(|text| read_cell(form, cell.index, text) == Ok(value));
                    if !may {
                        faults.push(format!("{} may be {allowed:?}, read {value}", cell.indicator()));
                    }
                }
                None if !findings
                    .iter()
                    .any(|finding| tells(finding, cell.section_key.as_str(), &cell.pointer())) =>
                {
                    faults.push(format!("{} is unread and nothing says so", cell.indicator()));
                }
                None => {}
            }
        }
        faults
    }

    /// The same fault with as few changes as possible.
    fn smallest(mut self, form: &'static Form) -> Case {
        let mut at = 0;
        while at < self.changes.len() {
            let mut fewer = self.clone();
            fewer.changes.remove(at);
            if fewer.faults(form).is_empty() { at += 1 } else { self = fewer }
        }
        self
    }
}

/// Whether a finding is about the cell, or about all of its section.
fn tells(finding: &Finding, section: &str, pointer: &str) -> bool {
    finding.pointer == pointer
        || finding.pointer == format!("/sections/{section}")
        || finding.pointer == format!("/sections/{section}/table")
        || finding.related.iter().any(|related| related == pointer)
}

/// A thousand cases, the same in every run; a million others with `NIANBAO_TEST_LONG=1`.
#[test]
fn whatever_is_done_to_the_tables_no_cell_is_read_wrong() {
    let form = by_id("2021").expect("the form");
    let long = std::env::var_os("NIANBAO_TEST_LONG").is_some();
    let (first, count) = if long { (Rng::new().u64(..1 << 60), 1_000_000) } else { (0, 1_000) };
    let cores = std::thread::available_parallelism().map_or(2, usize::from) as u64;
    let bad: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|core| {
                scope.spawn(move || {
                    let seeds = (first..first + count).filter(|seed| seed % cores == core);
                    seeds.filter(|seed| !Case::random(*seed).faults(form).is_empty()).collect::<Vec<u64>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no reader breaks")).collect()
    });
    let mut told = String::new();
    for seed in bad.iter().take(12) {
        let case = Case::random(*seed).smallest(form);
        let faults = case.faults(form);
        let shown: Vec<&str> = faults.iter().take(4).map(String::as_str).collect();
        let _ = writeln!(
            told,
            "{seed}: {:?} {:?}: {} faults\n    {}",
            case.format,
            case.changes,
            faults.len(),
            shown.join("\n    ")
        );
    }
    if let (Some(folder), Some(seed)) = (std::env::var_os("NIANBAO_TEST_KEEP"), bad.first()) {
        let case = Case::random(*seed).smallest(form);
        let file = std::path::Path::new(&folder).join(case.format.name());
        std::fs::write(file, case.written(form).0).expect("the case is kept");
    }
    assert!(bad.is_empty(), "{} of {count} cases\n{told}", bad.len());
}

/// Rows of Markdown that is padded on the right, which lost a value: found by a million cases.
#[test]
fn no_padded_row_that_lost_a_value_is_read_as_one_with_a_blank_at_its_end() {
    let form = by_id("2021").expect("the form");
    let found = [371_794, 373_060, 373_096, 378_876, 379_572, 382_388, 382_580];
    for seed in found.map(|seed: u64| 22_174_491_398_000_000 + seed) {
        assert_eq!(Case::random(seed).faults(form), Vec::<String>::new(), "{seed}");
    }
}

/// Nothing done to them: every format is read whole, or the test above would say nothing.
#[test]
fn untouched_tables_are_read_whole_in_every_format() {
    let form = by_id("2021").expect("the form");
    for format in Format::ALL {
        let case = Case { figures: 7, format: *format, changes: Vec::new() };
        assert_eq!(case.faults(form), Vec::<String>::new(), "{format:?}");
        if let Ok(read) = read(&Said::default().named(format.name()), &case.written(form).0) {
            let unread =
                read.document.content.figures.values().iter().filter(|value| value.is_none()).count();
            assert!(unread == 0 || format.may_be_unread(), "{format:?}: {unread} unread");
        }
    }
}
